"""Pieces of work that a process of its own can do, and what it sends back.

run(work, ("models/resnet.py",))      -> [Result(<the bytes of a verdict>)], in whichever process it is called
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from analyzer.cache.store import Store
from analyzer.cache.tool import identity
from analyzer.deepstack import with_deep_stack
from analyzer.verdict import Verdict, decode, encode
from analyzer.work import Work

if TYPE_CHECKING:
    from analyzer.sitting import Sitting

LINES = "lines"


@dataclass(frozen=True, slots=True)
class Result:
    """What a process sends of one item."""

    verdict: bytes | Verdict
    """As bytes where they can hold it."""
    lines: bytes = b""
    """Its models as lines of JSON, compressed, where they were asked for."""

    def opened(self) -> Verdict:
        return self.verdict if isinstance(self.verdict, Verdict) else decode(self.verdict)


def run(work: Work, items: Sequence[str]) -> list[Result]:
    """The results of a group of items, to be called in any process; groups of one call share its sessions there."""
    sitting, store = _sitting(work)
    return with_deep_stack(lambda: [result(work, verdict, store) for verdict in sitting.verdicts(items)])


@lru_cache(maxsize=1)
def _sitting(work: Work) -> tuple[Sitting, Store | None]:
    """The sessions of a call in this process: those of an earlier call know nothing of what has changed since."""
    from analyzer.sitting import Sitting

    store = None if work.cache is None else Store(work.cache)
    return Sitting(work, store), store


def forget() -> None:
    """Let go of the sessions of the last call, where its work was done in this process."""
    _sitting.cache_clear()


def result(work: Work, verdict: Verdict, store: Store | None) -> Result:
    """A verdict as it is sent."""
    try:
        data = encode(verdict)
    except (OverflowError, UnicodeEncodeError):
        return Result(verdict, lines_of(verdict) if work.lines else b"")
    if not work.lines:
        return Result(data)
    lines = lines_of(verdict)
    head = msgspec.structs.replace(verdict, models=tuple(replace(model, layers=()) for model in verdict.models))
    if store is not None:
        store.put(LINES, lines_key(data), lines)
    return Result(encode(head), lines)


def lines_of(verdict: Verdict) -> bytes:
    """The models of a verdict as lines of JSON, compressed."""
    from analyzer.reports.json import line

    return zlib.compress(b"\n".join(map(line, verdict.models)), 1)


def lines_key(data: bytes) -> bytes:
    """The name under which the lines of a verdict's bytes are kept."""
    return hashlib.blake2b(data, digest_size=32, key=identity()).digest()
