"""A progress bar on stderr, for work that takes more than a second and somebody who watches.

━━━━━━━━━╸────────── 123/251 files  48/s  models/resnet.py
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from types import TracebackType
from typing import Self

from analyzer.reports.parts.escape import ascii_only, plain
from analyzer.reports.parts.lines import cut, measure

DELAY, PAUSE, WIDTH = 1.0, 0.1, 20


class Progress:
    """Call it with (done, total, current file); as a context manager it leaves no trace behind."""

    def __init__(self, *, unicode: bool = True, things: str = "files") -> None:
        """things: what is counted."""
        self._unicode = unicode
        self._things = things
        self._watched = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._start = time.monotonic()
        self._next = self._start + DELAY
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def __call__(self, done: int, total: int, current: str) -> None:
        now = time.monotonic()
        if not self._watched or now < self._next:
            return
        self._next = now + PAUSE
        self._drawn = True
        width = shutil.get_terminal_size().columns - 1
        line = drawn(done, total, current, done / (now - self._start), width, self._things)
        sys.stderr.write(f"\r\x1b[2K{line if self._unicode else ascii_only(line)}")
        sys.stderr.flush()


def drawn(done: int, total: int, current: str, rate: float, width: int, things: str = "files") -> str:
    """The line of a moment, in at most `width` columns."""
    halves = WIDTH * 2 * min(done, total) // max(total, 1)
    bar = ("━" * (halves // 2) + "╸" * (halves % 2)).ljust(WIDTH, "─")
    front = f"{bar} {done:,}/{total:,} {things}  {rate:,.0f}/s  "
    name = cut([(plain(current), "")], max(width - measure([(front, "")]), 0), "left", "…")
    return (front + "".join(text for text, _ in name))[:width]
