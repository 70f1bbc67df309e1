"""Which inputs a model accepts, in words, from the conditions that torch requires on the way.

accepts([run], (("input", [N, 3, H, W]),))     -> Accepted(("H = W: from 32 to 39",), smallest=((1, 3, 32, 32),))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import free_symbols, substitute
from analyzer.algebra.substitution import evaluate
from analyzer.evaluation.run import Run
from analyzer.passes.inputs import Input

LARGEST = 1024
"""Sizes are tried up to this one, each of them."""
FARTHEST = 2**22
"""Up to this one they are tried at growing distances."""
MOST_SINGLE = 2
"""So many sizes may stand before a row of equal steps."""
SQUARE = ("H", "W")

Group = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What is accepted, a sentence for each size that is restricted, and the smallest of it, a shape for each input."""

    sentences: tuple[str, ...] = ()
    smallest: tuple[tuple[int, ...], ...] = ()


def accepts(runs: Sequence[Run], inputs: Sequence[Input]) -> Accepted:
    """What the inputs must be for one of the runs to go through; nothing is said where that is not certain."""
    named = {name for _, type_ in inputs for size in type_.shape for name in free_symbols(size)}
    ways = [_conditions(run) for run in runs]
    if not named or not ways or any(_is_foreign(run, named, len(ways) > 1) for run in runs):
        return Accepted()
    ways = [[c for c in way if free_symbols(c.expression) & named] for way in ways]
    groups = _groups([free_symbols(c.expression) for way in ways for c in way])
    found = [_Sizes(group, ways) for group in groups if set(group) <= named and (len(group) == 1 or group == SQUARE)]
    found = [sizes for sizes in found if sizes.fitting or len(sizes.names) == 1]
    said = {name for sizes in found for name in sizes.names}
    others = [str(c) for c in ways[0] if not free_symbols(c.expression) <= said]
    if len(ways) > 1 and not _are_independent(found):
        found = [_Sizes(SQUARE, ways)] if said <= set(SQUARE) else []
    if len(ways) > 1 and (others or not found):
        return Accepted()
    return Accepted((*_sentences(found), *dict.fromkeys(others)), () if others else _smallest(found, inputs))


def holds(condition: Condition, values: Mapping[str, int]) -> bool:
    """Whether a condition holds for these sizes; not where it divides by zero."""
    try:
        value = evaluate(condition.expression, values)
    except ZeroDivisionError:
        return False
    return {"==": value == 0, "!=": value != 0, ">=": value >= 0}[condition.relation]


def _conditions(run: Run) -> list[Condition]:
    """All that must hold for torch to go this way to its end."""
    demanded = [requirement.condition for requirement in run.requirements]
    demanded += [
        decision.condition if decision.taken else ~decision.condition
        for decision in run.decisions
        if isinstance(decision.condition, Condition)
    ]
    return list(dict.fromkeys(demanded))


def _is_foreign(run: Run, named: set[str], is_one_of_several: bool) -> bool:
    """Whether something else than the model's arguments and the input's sizes, for one way of several these alone,
    decides that this way is gone.
    """
    return any(
        not isinstance(decision.condition, Condition)
        or (is_one_of_several and not free_symbols(decision.condition.expression) <= named)
        for decision in run.decisions
    )


def _groups(together: Iterable[frozenset[str]]) -> list[Group]:
    """The symbols of which the conditions speak; two are in one group where a condition joins them."""
    groups: list[frozenset[str]] = []
    for symbols in together:
        meeting = [group for group in groups if group & symbols]
        groups = [group for group in groups if not group & symbols]
        groups.append(symbols.union(*meeting))
    return sorted(tuple(sorted(group)) for group in groups if group)


class _Sizes:
    """For one size, or height and width that are the same: which are accepted, and on which ways."""

    def __init__(self, names: Group, ways: Sequence[Sequence[Condition]]) -> None:
        self.names = names
        own = [[c for c in way if free_symbols(c.expression) <= set(names)] for way in ways]
        self._own = own
        self.ways = {size: way for size in range(1, LARGEST + 1) if (way := self.going(size))}
        self.fitting = list(self.ways)

    def going(self, size: int) -> frozenset[int]:
        """The ways on which this size is accepted."""
        values = dict.fromkeys(self.names, size)
        return frozenset(n for n, way in enumerate(self._own) if all(holds(c, values) for c in way))

    def text(self) -> str:
        """`from 32 to 39`, or nothing where every size is accepted."""
        fitting = self.fitting
        if not fitting:
            return f"no size up to {LARGEST}"
        begins = next((n for n in range(MOST_SINGLE + 1) if _is_even(fitting[n:])), None)
        if begins is None:
            return f"{', '.join(map(str, fitting[:8]))}{', ...' if len(fitting) > 8 else ''}"
        single, row = fitting[:begins], fitting[begins:]
        before = f"{', '.join(map(str, single))} and " if single else ""
        low, high = row[0], row[-1]
        step = row[1] - low if len(row) > 1 else 1
        multiple = (
            f"multiples of {step}, " if step > 1 and low % step == 0 else f"steps of {step}, " if step > 1 else ""
        )
        last = self._last(high, step) if high > LARGEST - step else high
        if last is None:
            return "" if low == step == 1 else f"{before}{multiple}at least {low}"
        return f"{before}{low}" if low == last else f"{before}{multiple}from {low} to {last}"

    def _last(self, high: int, step: int) -> int | None:
        """The largest size of the row that goes on from `high`; None where it has no end up to FARTHEST."""
        distance = step
        while self.going(high + distance):
            high, distance = high + distance, 2 * distance
            if high > FARTHEST:
                return None
        while distance > step:
            distance //= 2
            if self.going(high + distance):
                high += distance
        return high


def _is_even(row: Sequence[int]) -> bool:
    """Whether the numbers follow each other in equal steps."""
    return bool(row) and (len(row) == 1 or list(row) == list(range(row[0], row[-1] + 1, row[1] - row[0])))


def _are_independent(found: Sequence[_Sizes]) -> bool:
    """Whether any accepted size of one goes with any of the others."""
    signatures = [set(sizes.ways.values()) for sizes in found]
    return all(frozenset.intersection(*each) for each in product(*signatures)) if len(found) > 1 else True


def _sentences(found: Sequence[_Sizes]) -> list[str]:
    texts = {" = ".join(sizes.names): text for sizes in found if (text := sizes.text())}
    if texts.get("H") and texts.get("H") == texts.get("W"):
        same = texts.pop("H")
        del texts["W"]
        texts = {"H = W" if same.isdigit() else "H and W": same} | texts
    return [f"{who} = {text}" if text.isdigit() else f"{who}: {text}" for who, text in texts.items()]


def _smallest(found: Sequence[_Sizes], inputs: Sequence[Input]) -> tuple[tuple[int, ...], ...]:
    """The inputs with the smallest accepted size in place of every symbol."""
    if any(not sizes.fitting for sizes in found) or not any(sizes.text() for sizes in found):
        return ()
    values = {name: 1 for _, type_ in inputs for size in type_.shape for name in free_symbols(size)}
    values |= {name: sizes.fitting[0] for sizes in found for name in sizes.names}
    shapes = [[substitute(size, values) for size in type_.shape] for _, type_ in inputs]
    return tuple(tuple(size for size in shape if isinstance(size, int)) for shape in shapes)
