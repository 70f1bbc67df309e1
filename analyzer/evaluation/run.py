"""One evaluation of one target along one path: its fuel, its decisions, and what it met that it did not know.

A condition that nothing settles is decided by the run's schedule; `explore` replays the target until every
decision has been taken both ways:

    explore(session, lambda run: call(run, net, (symbol("in"),), {}))
        -> [Outcome(conditions=(in >= 3,), value=...), Outcome(conditions=(not in >= 3,), value=...)]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzer.algebra.facts import Condition, Facts, deciding
from analyzer.algebra.tensor import Refused
from analyzer.evaluation.values import Place, Raised, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.evaluation.imports import Session
    from analyzer.evaluation.trace import Recorder


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one evaluation may take; each bound has its own message."""

    steps: int = 20_000_000
    depth: int = 180
    seconds: float = 60.0
    size: int = 2_000_000
    """Elements of a container or characters of a string."""
    bits: int = 65_536
    """Of an integer."""
    paths: int = 32
    decisions: int = 64


class OutOfFuel(Exception):
    """A bound of `Limits` was reached; the analysed program cannot catch it."""

    def __init__(self, reason: str, place: Place | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


@dataclass(frozen=True, slots=True)
class OpaqueCondition:
    """A condition on an Unknown: followed both ways, never equal to another one unless the key is."""

    key: str
    unknown: Unknown

    def __str__(self) -> str:
        return self.unknown.reason


@dataclass(frozen=True, slots=True)
class Decision:
    condition: Condition | OpaqueCondition
    taken: bool
    place: Place | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an input must fulfil so that torch does not refuse it."""

    condition: Condition
    message: str
    place: Place | None


class Run:
    """The context of one evaluation along one path."""

    def __init__(self, session: Session, schedule: tuple[bool, ...] = (), *, forks: bool = True) -> None:
        self.session = session
        self.limits: Limits = session.limits
        self.schedule = schedule
        self.forks = forks
        self.facts = Facts()
        self.decisions: list[Decision] = []
        self.requirements: list[Requirement] = []
        self.lost: list[Unknown] = []
        """Regions that could not be followed: figures that depend on this run are never called exact."""
        self.steps = 0
        self.depth = 0
        self.deadline = time.monotonic() + self.limits.seconds
        self.place: Place | None = Place("<call>", (1, 1, 1, 1))
        """The statement being executed."""
        self.recorder: Recorder | None = None
        self.journal: list[tuple[dict[str, Value], str, Value]] = []

    # ---------------------------------------------------------------- fuel

    def step(self) -> None:
        """Pay for one statement, call or iteration."""
        self.steps += 1
        if self.steps & 0x3FF == 0:
            if self.steps > self.limits.steps:
                raise OutOfFuel(f"stopped after {self.limits.steps:,} steps", self.place)
            if time.monotonic() > self.deadline:
                raise OutOfFuel(f"stopped after {self.limits.seconds:g} seconds", self.place)

    def check_size(self, size: int) -> None:
        """Refuse a container or string of more than `limits.size` elements."""
        if size > self.limits.size:
            raise OutOfFuel(f"a container or string of {size:,} elements is over the limit", self.place)
        self.steps += size >> 4

    def unknown(self, reason: str, *, plain: bool = False, key: str | None = None) -> Unknown:
        """An Unknown that points at the statement being executed."""
        return Unknown(reason, self.place, plain=plain, key=key)

    def lose(self, unknown: Unknown) -> None:
        """Note that a region of the program was not followed because of `unknown`."""
        self.lost.append(unknown)

    # ---------------------------------------------------------------- decisions

    def decide(self, condition: Condition) -> bool:
        """Asked by the algebra for a condition that neither bounds nor facts settle."""
        taken = self._take(condition)
        self.facts.add(condition, taken)
        return taken

    def requires(self, condition: Condition, message: str) -> None:
        """Told by the algebra of what torch would refuse otherwise."""
        self.requirements.append(Requirement(condition, message, self.place))
        self.facts.add(condition, True)

    def decide_unknown(self, unknown: Unknown) -> bool:
        """The truth of an Unknown: the same along one path for equal keys."""
        if unknown.key is not None:
            for decision in self.decisions:
                if isinstance(decision.condition, OpaqueCondition) and decision.condition.key == unknown.key:
                    return decision.taken
        return self._take(OpaqueCondition(unknown.key or f"#{len(self.decisions)}", unknown))

    def _take(self, condition: Condition | OpaqueCondition) -> bool:
        index = len(self.decisions)
        if not self.forks:
            raise Undecidable(condition, self.place)
        if index >= self.limits.decisions:
            raise OutOfFuel(f"more than {self.limits.decisions} undecided conditions, the last: {condition}", self.place)
        taken = self.schedule[index] if index < len(self.schedule) else True
        self.decisions.append(Decision(condition, taken, self.place))
        return taken

    # ---------------------------------------------------------------- global state

    def note(self, names: dict[str, Value], name: str) -> None:
        """Remember what a name of a module or class was bound to, to be restored after the run."""
        self.journal.append((names, name, names.get(name, _ABSENT)))

    def restore(self) -> None:
        """Undo every noted change, so that one evaluation never shows in the next."""
        for names, name, value in reversed(self.journal):
            if value is _ABSENT:
                names.pop(name, None)
            else:
                names[name] = value
        self.journal.clear()


class _Absent:
    pass


_ABSENT = _Absent()


class Undecidable(Exception):
    """A condition was met where evaluation cannot fork (at import time)."""

    def __init__(self, condition: Condition | OpaqueCondition, place: Place | None) -> None:
        super().__init__(str(condition))
        self.condition = condition
        self.place = place


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one path came to: a value, or the exception that ended it."""

    run: Run
    value: Value = None
    error: Raised | Refused | OutOfFuel | None = None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(self.run.decisions)


@contextmanager
def running(run: Run) -> Iterator[Run]:
    """Put the run's facts and decisions in force; undo its changes to global state afterwards."""
    try:
        with deciding(run):
            yield run
    finally:
        run.restore()


def explore(
    session: Session, target: Callable[[Run], Any], *, recorder: Callable[[], Recorder] | None = None
) -> tuple[list[Outcome], bool]:
    """Run `target` along every path, at most `limits.paths`; the flag tells whether all were followed."""
    outcomes: list[Outcome] = []
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        if len(outcomes) >= session.limits.paths:
            return outcomes, False
        schedule = waiting.pop()
        run = Run(session, schedule)
        run.recorder = recorder() if recorder else None
        with running(run):
            try:
                outcome = Outcome(run, target(run))
            except (Raised, Refused, OutOfFuel) as error:
                outcome = Outcome(run, error=error)
        outcomes.append(outcome)
        taken = tuple(decision.taken for decision in run.decisions)
        waiting.extend((*taken[:index], not taken[index]) for index in range(len(schedule), len(taken)))
    return outcomes, True
