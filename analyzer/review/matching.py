"""Which model after is which model before: by id, and those left over by what they hold.

    before net.py::Net, old.py::Head            after net.py::Net, heads.py::Head
    [(net.py::Net, net.py::Net), (old.py::Head, heads.py::Head)]

What is left over on one side was removed, or is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from analyzer.report import ModelReport, Status
from analyzer.review.checkpoint import state_of
from analyzer.review.pairing import pairs, resemblance

Pair = tuple[ModelReport | None, ModelReport | None]
SAME_NAME, OTHER_NAME, LEAST_RESEMBLANCE = 0.5, 0.8, 0.4
"""How much of two state_dicts must be the same for models of one name, and of names that are at least so alike."""
MOST = 10_000
"""Pairs that are compared by what they hold; of more, only those with the same name or the same state."""


def matched(before: Sequence[ModelReport], after: Sequence[ModelReport]) -> list[Pair]:
    """Every model of both sides in one pair: in the order after, what is gone behind."""
    ours, theirs = _numbered(before), _numbered(after)
    gone = [_Candidate(model) for key, model in ours.items() if key not in theirs]
    new = [_Candidate(model) for key, model in theirs.items() if key not in ours]
    closed = len(gone) * len(new) > MOST
    found = {id(one.model): other.model for one, other in pairs(gone, new, lambda a, b: _alike(a, b, closed=closed))}
    came = {id(model): one.model for one in gone if (model := found.get(id(one.model))) is not None}
    result: list[Pair] = [(ours.get(key) or came.get(id(model)), model) for key, model in theirs.items()]
    return result + [(one.model, None) for one in gone if id(one.model) not in found]


def _numbered(models: Iterable[ModelReport]) -> dict[tuple[str, int], ModelReport]:
    """Models by id; of several with one id the first, the second, ..."""
    met: Counter[str] = Counter()
    found = {}
    for model in models:
        found[model.id, met[model.id]] = model
        met[model.id] += 1
    return found


@dataclass(frozen=True)
class _Candidate:
    """A model that has no counterpart of its id."""

    model: ModelReport

    @cached_property
    def state(self) -> frozenset[tuple[str, str]]:
        return frozenset((key, str(shape)) for key, shape in state_of(self.model).items())

    @property
    def file(self) -> str:
        return self.model.span.file.rpartition("/")[2]


def _alike(one: _Candidate, other: _Candidate, *, closed: bool) -> float:
    """How surely two models are the same one under another id; 0 where they are not."""
    if one.model.kind != other.model.kind:
        return 0
    named = one.model.name == other.model.name
    if closed and not named and one.state != other.state:
        return 0
    if not one.state or not other.state:
        return float(named and one.file == other.file and _standing(one) == _standing(other))
    common = len(one.state & other.state) / len(one.state | other.state)
    if common < (SAME_NAME if named else OTHER_NAME):
        return 0
    resembling = resemblance(one.model.name, other.model.name)
    if not named and resembling < LEAST_RESEMBLANCE and (common < 1 or one.file != other.file):
        return 0
    return 2 * common + resembling + (one.file == other.file) / 4


def _standing(one: _Candidate) -> bool:
    return one.model.status is not Status.FAILED
