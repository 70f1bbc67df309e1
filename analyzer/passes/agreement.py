"""Of several ways through a model the one whose shapes and work hold on all of them.

    H >= 7 and not H >= 7, both of which give [N, 8, H//2, W//2]          -> 0, the first
    H >= 7: [N, 8, H, W]; H == 6: [N, 8, 6, W]                            -> 0: where H is 6 both say the same
    H % 2 == 0: [N, 8, H, W]; H % 2 == 1: [N, 8, H + 1, W]                -> None

What another way says is compared under the facts of that way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Expr, deciding, equal
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.run import Run
from analyzer.model.tree import Model

Way = tuple[Run, Model]


def general(ways: Sequence[Way]) -> int | None:
    """Which way speaks for all of them; None where none does."""
    said = [list(_calls(model)) for _, model in ways]
    return next((one for one in range(len(ways)) if _speaks_for_all(said, one, ways)), None)


def _speaks_for_all(said: Sequence[list[Any]], one: int, ways: Sequence[Way]) -> bool:
    for number, (run, _) in enumerate(ways):
        if number != one:
            with deciding(run):
                if not _is_same(said[one], said[number]):
                    return False
    return True


def _calls(model: Model) -> Iterable[tuple[Any, ...]]:
    """Every call with what it gives and what it costs."""
    return ((layer.path, call.output, call.macs) for layer in model.layers for call in layer.calls)


def _is_same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, TensorType) and isinstance(other, TensorType):
        return one.dtype is other.dtype and _is_same(one.shape, other.shape)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, int | Expr) and isinstance(other, int | Expr):
        return equal(one, other) is True
    return str(one) == str(other)
