"""Modules that are made again as they were made before: a copy in place of another run of `__init__`.

block = Block(64, heads=4)      runs; what came of it is kept, with what it depended on
block = Block(64, heads=4)      a copy, with parameters of its own

A module is kept only where running `__init__` again could do nothing else: it read what is noted in its extent and is
the same now, changed nothing but what it made, met no condition that had to be decided, and lost nothing.  A copy is
paid for in steps as the run that it replaces when it is the first of its run, so that limits are met at the same place
whatever ran before, and with a sixteenth of them from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzer.evaluation import extents
from analyzer.evaluation.duplicates import Copier, Uncopyable
from analyzer.evaluation.extents import Extent, Printer, Unprintable
from analyzer.evaluation.values import Callers, Class, ModuleInstance, Place, Value

if TYPE_CHECKING:
    from analyzer.evaluation.run import Run

Make = Callable[["Run", Class, list[Value], dict[str, Value]], Value]
MOST_KEPT = 8_000
"""Modules of all that is kept; then it begins anew."""
MOST_ALIKE = 4
"""How many are kept that differ only in what they read."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A module as it was when it had been made, and what that depended on and took."""

    module: ModuleInstance
    arguments: Any
    bindings: tuple[Any, ...]
    holders: tuple[Any, ...]
    shared: dict[int, Value]
    plain: set[int]
    place: Place
    callers: Callers
    changes: int
    steps: int
    modules: int
    iterators: int
    depth: int

    def price(self, run: Run) -> int:
        """The steps that a copy costs."""
        return self.steps >> 4 if id(self) in run.used else self.steps

    def fits(self, run: Run) -> bool:
        """Whether making it now would give the same, within the limits."""
        limits = run.limits
        return (
            self.changes == run.session.changes
            and run.depth + self.depth <= limits.depth
            and run.steps + self.price(run) < run.last_step
            and run.modules + self.modules <= limits.modules
            and run.iterators + self.iterators <= limits.iterators
            and extents.is_unchanged(self.bindings, self.holders)
        )


class Shelf:
    """What a session keeps, by class and arguments."""

    def __init__(self) -> None:
        self.kept: dict[Any, list[Kept]] = {}
        self.size = 0

    def put(self, key: Any, kept: Kept, size: int) -> None:
        self.size += size
        if self.size > MOST_KEPT:
            self.kept.clear()
            self.size = size
        alike = self.kept.setdefault(key, [])
        alike.insert(0, kept)
        del alike[MOST_ALIKE:]


def module(run: Run, cls: Class, arguments: list[Value], keywords: dict[str, Value], make: Make) -> Value:
    """What `make(run, cls, arguments, keywords)` gives, which instantiates a class of modules."""
    if run.recorder is not None or not run.forks or run.assumed:
        return make(run, cls, arguments, keywords)
    printer = Printer()
    try:
        key = cls, printer.print(tuple(arguments), identity=False), printer.pairs(keywords, False)
        alike = run.session.shelf.kept.get(key, ())
    except Unprintable:
        return make(run, cls, arguments, keywords)
    for kept in alike:
        if kept.fits(run):
            return _again(run, kept, (arguments, keywords))
    return _first(run, cls, arguments, keywords, make, key, printer.held)


def _again(run: Run, kept: Kept, arguments: Any) -> ModuleInstance:
    run.pay(kept.price(run))
    run.used[id(kept)] = kept
    run.modules += kept.modules
    run.iterators += kept.iterators
    run.deepest = max(run.deepest, run.depth + kept.depth)
    if run.extent is not None:
        run.extent.absorb(kept.bindings, kept.holders)
    copier = Copier(kept.shared, kept.plain)
    copier.place, copier.new_place = kept.place, run.place
    copier.callers, copier.new_callers = kept.callers, run.callers
    _pair(kept.arguments, arguments, copier.made)
    return copier.module(kept.module)


def _pair(one: Value, other: Value, pairs: dict[int, Value]) -> None:
    """The containers among arguments that stand for those of equal ones."""
    kind = type(one)
    if kind is list or kind is tuple:
        if kind is list:
            pairs[id(one)] = other
        for item, its in zip(one, other, strict=True):
            _pair(item, its, pairs)
    elif kind is dict:
        pairs[id(one)] = other
        for item, its in zip(one.values(), other.values(), strict=True):
            _pair(item, its, pairs)


def _first(
    run: Run,
    cls: Class,
    arguments: list[Value],
    keywords: dict[str, Value],
    make: Make,
    key: Any,
    named: dict[int, Value],
) -> Value:
    """Make it, and keep a copy where it may be made from that from now on."""
    session, around, at = run.session, run.extent, run.place
    assert at is not None
    extent = extents.begin(run)
    deepest, run.deepest = run.deepest, run.depth
    before = _state(run)
    steps, modules, iterators = run.steps, run.modules, run.iterators
    place = run.place = Place(at.file, at.span)
    try:
        made = make(run, cls, arguments, keywords)
    finally:
        depth = run.deepest - run.depth
        run.deepest = max(deepest, run.deepest)
        run.place = at
        extents.end(run, extent, around)
    if type(made) is not ModuleInstance or made.place is not place or not extent.pure or before != _state(run):
        return made
    kept = _kept(extent, made, (arguments, keywords), (key, cls), named, place, run.callers)
    if kept is not None:
        copy, copier, copied, shared = kept
        bindings, holders = tuple(extent.bindings.values()), tuple(extent.holders.values())
        spent = run.steps - steps, run.modules - modules, run.iterators - iterators
        result = Kept(
            copy, copied, bindings, holders, shared, copier.plain, place, run.callers, session.changes, *spent, depth
        )
        session.shelf.put(key, result, copier.size)
        run.used[id(result)] = result
    return made


def _state(run: Run) -> tuple[int, ...]:
    """What changes where a run decides, loses or assigns anything that others see."""
    return (
        run.session.changes, len(run.decisions), len(run.requirements), len(run.lost), len(run.journal),
        len(run.assumed),
    )  # fmt: skip


def _kept(
    extent: Extent,
    made: ModuleInstance,
    arguments: Any,
    key: tuple[Any, Class],
    named: dict[int, Value],
    place: Place,
    callers: Callers,
) -> tuple[ModuleInstance, Copier, Any, dict[int, Value]] | None:
    """A copy of the module and its arguments, where nothing outside has changed; None where it cannot be made again."""
    if not extents.is_unchanged(extent.bindings.values(), extent.holders.values()):
        return None
    printer = Printer()
    try:
        positional, keywords = arguments
        now = key[1], printer.print(tuple(positional), identity=False), printer.pairs(keywords, False)
        if now != key[0]:
            return None
        shared = dict(named)
        for value, _, held, _ in extent.holders.values():
            shared[id(value)] = value
            shared.update(held)
        copier = Copier(shared, set())
        copier.born = extent.born
        copier.place, copier.new_place = place, place
        copier.callers, copier.new_callers = callers, callers
        copied = copier.copy((list(positional), dict(keywords)))
        return copier.module(made), copier, copied, shared
    except (Unprintable, Uncopyable):
        return None
