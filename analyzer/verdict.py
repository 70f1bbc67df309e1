"""What one file came to, as data that a worker sends and the cache keeps: its models, and what rules say of them.

decode(encode(Verdict(models)))            == Verdict(models)
decode(encode(verdict), layers=False)      its models without their layers, which are not even read then
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from analyzer.directives import Ignore
from analyzer.report import Coverage, Finding, LayerReport, ModelReport, Problem, Reason, Status


class Verdict(msgspec.Struct, frozen=True, array_like=True):
    """One file after it was weighed or checked."""

    models: tuple[ModelReport, ...] = ()
    unread: Problem | None = None
    """Why the file could not be read; there is nothing else then."""
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    """All that rules find, before comments suppress any; they may lie in other files."""
    undecided: tuple[Reason, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    """The comments of the file that suppress findings."""


class Packed(msgspec.Struct, frozen=True, array_like=True):
    head: Verdict
    """Without layers."""
    layers: bytes
    """Those of each model, compressed."""


Layers = tuple[tuple[LayerReport, ...], ...]
_PACKED = msgspec.msgpack.Decoder(Packed)
_LAYERS = msgspec.msgpack.Decoder(Layers)


def encode(verdict: Verdict) -> bytes:
    """The bytes of a verdict; OverflowError or UnicodeEncodeError for integers and texts that they cannot hold."""
    layers = tuple(model.layers for model in verdict.models)
    packed = zlib.compress(msgspec.msgpack.encode(layers), 1) if any(layers) else b""
    head = msgspec.structs.replace(verdict, models=tuple(replace(model, layers=()) for model in verdict.models))
    return msgspec.msgpack.encode(Packed(head, packed))


def decode(data: bytes, *, layers: bool = True) -> Verdict:
    """The verdict of bytes; msgspec.DecodeError or zlib.error for any that `encode` has not made."""
    packed = _PACKED.decode(data)
    if not layers or not packed.layers:
        return packed.head
    rows = _LAYERS.decode(zlib.decompress(packed.layers))
    models = (replace(model, layers=own) for model, own in zip(packed.head.models, rows, strict=True))
    return msgspec.structs.replace(packed.head, models=tuple(models))


def coverage(models: Sequence[ModelReport], files: int, unread: int) -> Coverage:
    """What was read and what was not understood."""
    by_status = Counter(model.status for model in models)
    reasons = Counter(unknown.reason for model in models for unknown in model.unknowns)
    operators: Counter[str] = Counter()
    for model in models:
        operators.update(model.unknown_operators)
    return Coverage(
        files, len(models), by_status[Status.EXACT], by_status[Status.SYMBOLIC], by_status[Status.PARTIAL],
        by_status[Status.FAILED], unread, _by_count(reasons), _by_count(operators),
    )  # fmt: skip


def _by_count(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
