"""One evaluation of one target along one path: its fuel, its decisions, and what it met that it did not know.

A condition that nothing settles is decided by the run's schedule; `explore` replays the target until every
decision has been taken both ways:

    explore(session, lambda run: call(run, net, (symbol("in"),), {}))
        -> [Outcome(conditions=(in >= 3,), value=...), Outcome(conditions=(not in >= 3,), value=...)]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import Expr, TooComplex
from analyzer.algebra.facts import Facts, deciding
from analyzer.algebra.tensor import Refused
from analyzer.evaluation import extents
from analyzer.evaluation.extents import ATOMS, Saved
from analyzer.evaluation.fuel import Allowance, Limits, OutOfFuel, exhausted
from analyzer.evaluation.values import Callers, Place, Raised, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analyzer.evaluation.extents import Extent
    from analyzer.evaluation.imports import Session
    from analyzer.evaluation.trace import Recorder


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


STEPS_OF_A_MODULE = 20


class Run:
    """The context of one evaluation along one path."""

    def __init__(
        self,
        session: Session,
        schedule: tuple[bool, ...] = (),
        *,
        forks: bool = True,
        allowance: Allowance | None = None,
    ) -> None:
        self.session = session
        self.limits: Limits = session.limits
        self.allowance = allowance or Allowance(self.limits)
        self.schedule = schedule
        self.forks = forks
        self.facts = Facts()
        self.decisions: list[Decision] = []
        self.requirements: list[Requirement] = []
        self.assumes = False
        """Whether what is read from an argument without a value is taken for a number."""
        self.given: Mapping[str, Value] = {}
        """Values of what is read from arguments, by path: `config.width`."""
        self.assumed: dict[Expr, Unknown] = {}
        """Symbols that nothing has shown to be numbers, with what they would be otherwise."""
        self.proven: set[Expr] = set()
        self.lost: list[Unknown] = []
        """Regions that could not be followed: figures that depend on this run are never called exact."""
        self.doubts: list[Unknown] = []
        """Those of them that may change what any code does, not only what they bind."""
        self.steps = 0
        self.last_step = self.allowance.steps
        self.ran_out = False
        """Whether steps, time or memory were used up."""
        self.depth = 0
        self.modules = 0
        self.iterators = 0
        self.giant_keys = 0
        self._next_check = 0
        self.place: Place | None = Place("<call>", (1, 1, 1, 1))
        """The statement being executed."""
        self.callers: Callers = None
        """The calls that led to the function being executed, the innermost first."""
        self.recorder: Recorder | None = None
        self.built: int | None = None
        """How many decisions had been taken when the model stood; None before."""
        self.unfollowed = False
        """Whether ways that part from this one in the forward pass were left alone."""
        self.journal: list[tuple[dict[str, Value], str, Value]] = []
        self.extent: Extent | None = None
        """What the part of the run that is noted at the moment has read."""
        self.born = session.extents
        """The number of the last extent that began: frames know by it what they are outside of."""
        self.used: dict[int, object] = {}
        """What has been made before in this run, by id: to make it again is cheap."""
        self.saved = Saved()
        """What was outside of the run when it was met."""
        self.loads = session.loads
        self.deepest = 0
        """The greatest depth since the last extent began."""

    # ---------------------------------------------------------------- fuel

    def step(self) -> None:
        """Pay for one statement, call or iteration."""
        self.steps += 1
        if self.steps >= self._next_check:
            self._check()

    def pay(self, steps: int) -> None:
        """Pay for work that takes as long as so many steps."""
        self.steps += steps
        if self.steps >= self._next_check:
            self._check()

    def _check(self) -> None:
        self.ran_out = True
        if self.steps > self.last_step:
            raise OutOfFuel(f"stopped after {self.allowance.steps:,} steps", self.place)
        self.allowance.check(self.place)
        self.ran_out = False
        self._next_check = min(self.steps + 1024, self.last_step + 1)

    def check_size(self, size: int) -> None:
        """Refuse a container or string of more than `limits.size` elements; pay for making a smaller one."""
        if size > self.limits.size:
            raise OutOfFuel(f"a container or string of {size:,} elements is over the limit", self.place)
        self.pay(size >> 4)

    def check_parts(self, value: Value) -> None:
        """Refuse, or pay for, a walk through nested containers, which meets what they share again and again."""
        waiting, parts = [value], 0
        while waiting:
            current = waiting.pop()
            inner = current.values() if isinstance(current, dict) else current
            if isinstance(current, (list, tuple, set, frozenset, dict)):
                waiting.extend(inner)
                parts += len(current)
                if parts > self.limits.size:
                    raise OutOfFuel(f"nested containers of over {self.limits.size:,} parts", self.place)
        self.pay(parts >> 4)

    def paid(self, values: Iterable[Value]) -> Iterator[Value]:
        """The values one by one, a step and a place in a container for each: for host functions that take them all."""
        for number, value in enumerate(values):
            self.step()
            if number >= self.limits.size:
                raise OutOfFuel(f"a container of over {self.limits.size:,} elements is over the limit", self.place)
            yield value

    def count_iterator(self) -> None:
        """Count an iterator that is being walked: one through another through another has no end of depth."""
        self.iterators += 1
        if self.iterators > self.limits.iterators:
            self.ran_out = True
            raise OutOfFuel(f"more than {self.limits.iterators:,} iterators", self.place)

    def count_giant_key(self) -> None:
        """Pay for a number as a key whose hash others may have: the host compares it with each of them."""
        self.giant_keys += 1
        self.pay(self.giant_keys >> 6)

    def count_module(self) -> None:
        """Count a module that is being made."""
        self.modules += 1
        self.pay(STEPS_OF_A_MODULE)
        if self.modules > self.limits.modules:
            self.ran_out = True
            raise OutOfFuel(f"more than {self.limits.modules:,} modules", self.place)

    def refuel(self, share: float) -> None:
        """Go on after OutOfFuel, with a share of what the limits allow."""
        self.allowance = Allowance(self.limits, share)
        self.last_step = self.steps + self.allowance.steps
        self._next_check = self.steps

    def unknown(self, reason: str, *, plain: bool = False, key: str | None = None) -> Unknown:
        """An Unknown that points at the statement being executed."""
        return Unknown(reason, self.place, plain=plain, key=key)

    def lose(self, unknown: Unknown) -> None:
        """Note that a region of the program was not followed because of `unknown`."""
        self.lost.append(unknown)

    def doubt(self, unknown: Unknown) -> None:
        """Note something after which nothing that runs is certain: a part of torch was replaced."""
        self.lost.append(unknown)
        self.doubts.append(unknown)

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
        self.impure()
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
            raise OutOfFuel(
                f"more than {self.limits.decisions} undecided conditions, the last: {condition}", self.place
            )
        if self.built is not None:
            self._branch(condition, self.built)
        taken = self.schedule[index] if index < len(self.schedule) else True
        self.decisions.append(Decision(condition, taken, self.place))
        return taken

    def _branch(self, condition: Condition | OpaqueCondition, built: int) -> None:
        """Note where the forward pass parts, and end it where it depends on data too often."""
        if self.recorder is not None:
            self.recorder.settle()
        on_data = [d for d in self.decisions[built:] if isinstance(d.condition, OpaqueCondition)]
        if isinstance(condition, OpaqueCondition) and len(on_data) >= self.limits.branches:
            self.unfollowed = True
            raise OutOfFuel(f"from here on it depends on data: {on_data[0].condition}", on_data[0].place)

    # ---------------------------------------------------------------- global state

    def note(self, names: dict[str, Value], name: str) -> None:
        """Remember what a name of a module or class was bound to, to be restored after the run."""
        self.journal.append((names, name, names.get(name, _ABSENT)))
        self.impure()

    def met(self, value: Value) -> Value:
        """Note that a value was reached which is outside of whatever is being made; it is given back."""
        if self.extent is not None and type(value) not in ATOMS:
            self.extent.meet(value, 0)
        return value

    def impure(self) -> None:
        """Note that what happens now depends on, or changes, more than an extent can tell."""
        if self.extent is not None:
            self.extent.pure = False

    def restore(self) -> None:
        """Undo every noted change, so that one evaluation never shows in the next."""
        for names, name, value in reversed(self.journal):
            if value is _ABSENT:
                names.pop(name, None)
            else:
                names[name] = value
        if self.loads == self.session.loads:
            self.saved.put_back()
        if self.journal:
            self.session.changes += 1
        self.journal.clear()


class _Absent:
    pass


_ABSENT = _Absent()


class CircularImport(Exception):
    """A name is needed of a module that is still running: packages must be run from the top, as Python does."""


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
    session: Session,
    target: Callable[[Run], Any],
    *,
    recorder: Callable[[], Recorder] | None = None,
    share: float = 1.0,
) -> tuple[list[Outcome], bool]:
    """Run `target` along every path, at most `limits.paths`; the flag tells whether all ways to build it were followed.

    Ways that part in the forward pass come last; a run that some of them part from and that are left is `unfollowed`.
    share: of the steps, time and memory that the limits allow.
    """
    outcomes: list[Outcome] = []
    waiting: list[tuple[bool, ...]] = [()]
    later: list[tuple[tuple[bool, ...], Run]] = []
    allowance = Allowance(session.limits, share)
    while (waiting or later) and len(outcomes) < session.limits.paths:
        schedule, parting = (waiting.pop(), None) if waiting else later.pop()
        run = Run(session, schedule, allowance=allowance)
        run.recorder = recorder() if recorder else None
        extents.begin(run)
        with running(run):
            try:
                outcome = Outcome(run, target(run))
            except (Raised, Refused, OutOfFuel) as error:
                outcome = Outcome(run, error=error)
            except (RecursionError, MemoryError, TooComplex) as error:
                outcome = Outcome(run, error=exhausted(error, run.place))
        if parting is not None and isinstance(outcome.error, OutOfFuel):
            parting.unfollowed = True  # nothing is left to spend
            break
        outcomes.append(outcome)
        if run.ran_out:
            allowance.steps >>= 1  # the other paths meet the same loop
        taken = tuple(decision.taken for decision in run.decisions)
        for index in range(len(schedule), len(taken)):
            other = (*taken[:index], not taken[index])
            if run.built is None or index < run.built:
                waiting.append(other)
            elif not run.unfollowed:
                later.append((other, run))
    for _, parting in later:
        parting.unfollowed = True
    return outcomes, not waiting


__all__ = ["Allowance", "Limits", "OutOfFuel", "exhausted"]
