"""Checking again whenever a file changes: the loop behind `weighbridge check --watch`.

watch(check, partial(snapshot, [Path("proj")]), time.sleep, clear)      checks, waits, checks again, until Ctrl-C
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from analyzer.syntax.discovery import discover

PAUSE = 0.5
"""Seconds between two looks."""
QUIET = 0.2
"""Seconds without a change before it is checked: who saves one file is often about to save the next."""

Snapshot = Mapping[str, tuple[int, int, int]]
"""Size, time and inode of every file."""


def watch(
    check: Callable[[], object],
    look: Callable[[], Snapshot],
    wait: Callable[[float], object],
    clear: Callable[[], object],
) -> None:
    """Check, and again after each change that `look` shows; returns at a KeyboardInterrupt."""
    try:
        seen = look()
        check()
        while True:
            wait(PAUSE)
            now = look()
            if now == seen:
                continue
            while now != seen:
                seen = now
                wait(QUIET)
                now = look()
            clear()
            check()
    except KeyboardInterrupt:
        return


def snapshot(places: Iterable[Path]) -> Snapshot:
    """What lies at the places now: files themselves, and the Python files of folders."""
    found: dict[str, tuple[int, int, int]] = {}
    for place in places:
        for file in discover(place) if place.is_dir() else [place]:
            try:
                status = os.stat(file)  # noqa: PTH116  # of every file, twice a second
            except OSError:
                continue
            found[str(file)] = status.st_size, status.st_mtime_ns, status.st_ino
    return found
