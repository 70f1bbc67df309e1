"""What a part of a run reads of the world around it, so that the part need not be run again in the same world.

extent = Extent(run)            while Block(64) is made:
extent.bindings                 (globals of blocks.py, "NORMS", {...}), ...
extent.holders                  the dict of NORMS, and what it holds: it may be written to
extent.pure                     False once something is met that such a note cannot describe

An object is *outside* of an extent that began after it was there.  What is immutable is known by its binding alone; a
container or plain object has a *print*, which changes with whatever is in it; anything else makes the extent impure.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_
from typing import TYPE_CHECKING, Any

from analyzer.algebra.dtype import DType
from analyzer.evaluation.values import (
    Class,
    ClassMethod,
    DefaultDict,
    Function,
    Instance,
    ModuleInstance,
    Namespace,
    Native,
    NativeModule,
    Operator,
    Partial,
    Property,
    StaticMethod,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from analyzer.evaluation.run import Run

PLAIN: frozenset[type] = frozenset({str, bytes, type(None), type(Ellipsis), range, DType})
"""Kinds of values that are equal to values of their own kind only."""
NUMBERS: frozenset[type] = frozenset({int, bool, float})
NAMED: frozenset[type] = frozenset({
    Class, ClassMethod, Function, Namespace, Native, NativeModule, Operator, Property, StaticMethod,
})  # fmt: skip
"""Kinds of values that are themselves alone: what they read when they are called is read then."""
ATOMS = PLAIN | NUMBERS | NAMED
OUTWARD = (
    "os.", "sys.", "importlib.", "pkgutil.", "builtins.id", "builtins.hash", "builtins.dir", "inspect.getmembers",
    "gc.", "tempfile.", "uuid.", "time.", "threading.",
)  # fmt: skip
"""How the names of natives begin that tell of, or change, what is no part of the program."""
MOST_PARTS = 500
"""Of a print: to look at more is dearer than to run again."""


class Unprintable(Exception):
    """A value of which it is not known what it holds, or that holds too much."""


class _Absent:
    pass


ABSENT = _Absent()


class Printer:
    """Prints of values; notes the containers and objects that it meets, by id."""

    __slots__ = ("held", "left")

    def __init__(self) -> None:
        self.held: dict[int, Value] = {}
        self.left = MOST_PARTS

    def print(self, value: Value, *, identity: bool = True) -> Any:
        """Something hashable that is equal for equal values; with `identity`, of containers that are the same."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind in NUMBERS:
            return (kind, value) if value or kind is not float else (kind, str(value))
        if kind in NAMED or kind is Unknown:
            return value
        self.left -= 1
        if self.left < 0 or id(value) in self.held:
            raise Unprintable
        if kind is tuple:
            return (tuple, *[self.print(item, identity=identity) for item in value])
        if kind is Partial and not value.attributes:
            if identity:
                self.held[id(value)] = value
            named = self.pairs(value.keywords, identity)
            return Partial, self.print(value.function), self.print(value.arguments, identity=identity), named
        if kind is Instance:
            return self._object(value)
        if kind is list or kind is dict:
            if identity:
                self.held[id(value)] = value
            items = self.pairs(value, identity) if kind is dict else [self.print(v, identity=identity) for v in value]
            return (kind, id(value) if identity else 0, *items)
        if kind is DefaultDict and identity:
            self.held[id(value)] = value
            return kind, id(value), self.print(value.factory), self.pairs(value, identity)
        if kind is set or kind is frozenset:
            return self._set(value, identity)
        raise Unprintable

    def pairs(self, value: dict[Any, Value], identity: bool) -> tuple[Any, ...]:
        """The prints of a dict's items, in order."""
        return tuple([(self.print(k, identity=identity), self.print(v, identity=identity)) for k, v in value.items()])

    def _set(self, value: Any, identity: bool) -> Any:
        if type(value) is set:
            if not identity:
                raise Unprintable
            self.held[id(value)] = value
        self.left -= len(value)
        if self.left < 0 or not all(type(item) is str or type(item) in NAMED for item in value):
            raise Unprintable
        return type(value), id(value) if type(value) is set else 0, frozenset(value)

    def _object(self, value: Instance) -> Any:
        if value.incomplete is not None:
            raise Unprintable
        self.held[id(value)] = value
        held = self.pairs(value.attributes, True)
        return value, value.cls, held, self.print(value.payload)


class Saved:
    """What containers and objects outside of a run held when they were met, so that it can be put back."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: dict[int, tuple[Value, Any]] = {}

    def add(self, value: Value) -> None:
        """Remember what it holds, unless that is known already."""
        if id(value) not in self.found and isinstance(value, (list, dict, set, Instance)):
            held = value.attributes if isinstance(value, Instance) else value
            self.found[id(value)] = value, held.copy()

    def put_back(self) -> None:
        """Undo every change."""
        for value, before in self.found.values():
            now: Any = value.attributes if isinstance(value, Instance) else value
            if isinstance(now, list):
                if len(now) != len(before) or not all(map(is_, now, before)):
                    now[:] = before
            elif isinstance(now, set):
                if len(now) != len(before) or not all(item in before for item in now):
                    now.clear()
                    now.update(before)
            elif len(now) != len(before) or not all(map(is_, (*now, *now.values()), (*before, *before.values()))):
                now.clear()
                now.update(before)
        self.found.clear()


class Extent:
    """What has been read since it began."""

    __slots__ = ("bindings", "born", "holders", "pure", "saved")

    def __init__(self, born: int, saved: Saved) -> None:
        self.born = born
        self.saved = saved
        self.pure = True
        self.bindings: dict[tuple[int, str], tuple[dict[str, Value], str, Value, int]] = {}
        """Names that were looked up outside, what they were bound to, and since when their scope is there."""
        self.holders: dict[int, tuple[Value, Any, dict[int, Value], int]] = {}
        """Containers and objects outside: their prints when they were met, and what they hold."""

    def read(self, names: dict[str, Value], name: str, value: Value, born: int) -> None:
        """A name of a scope outside was looked up; `value` is ABSENT where it is not bound."""
        key = id(names), name
        if key not in self.bindings:
            self.bindings[key] = names, name, value, born
        if type(value) not in ATOMS and value is not ABSENT and id(value) not in self.holders:
            self.meet(value, born)

    def look_in(self, names: dict[str, Value], name: str, value: Value) -> None:
        """A global was looked up only to ask the dict that it is bound to for one of its items."""
        self.bindings.setdefault((id(names), name), (names, name, value, 0))

    def meet(self, value: Value, born: int) -> None:
        """Something that is no atom was reached from outside."""
        known = self.holders.get(id(value))
        if known is not None:
            if born < known[3]:
                self.holders[id(value)] = (*known[:3], born)
            return
        printer = Printer()
        try:
            found = printer.print(value)
        except Unprintable:
            found = None
        self.saved.add(value)
        for held in printer.held.values():
            self.saved.add(held)
        self.holders[id(value)] = value, found, printer.held, born

    def absorb(
        self,
        bindings: Iterable[tuple[dict[str, Value], str, Value, int]],
        holders: Iterable[tuple[Value, Any, dict[int, Value], int]],
    ) -> None:
        """What a part of it read is read by the whole, except for what lies inside of the whole."""
        for binding in bindings:
            if binding[3] < self.born:
                self.bindings.setdefault((id(binding[0]), binding[1]), binding)
        for holder in holders:
            if holder[3] < self.born:
                self.holders.setdefault(id(holder[0]), holder)


def is_unchanged(
    bindings: Iterable[tuple[dict[str, Value], str, Value, int]],
    holders: Iterable[tuple[Value, Any, dict[int, Value], int]],
) -> bool:
    """Whether everything that was read would be read in the same way now."""
    for names, name, value, _ in bindings:
        if names.get(name, ABSENT) is not value:
            return False
    for value, found, held, _ in holders:
        if found is None:
            return False
        if not held:
            continue
        try:
            if Printer().print(value) != found:
                return False
        except Unprintable:
            return False
    return True


def begin(run: Run) -> Extent:
    """A new extent in place of the one that is noted at the moment; `end` puts that back."""
    session = run.session
    session.extents += 1
    run.born = session.extents
    run.extent = extent = Extent(run.born, run.saved)
    return extent


def end(run: Run, extent: Extent, around: Extent | None) -> None:
    """The extent is over: what it read, the one around it has read as well."""
    run.extent = around
    if around is not None:
        around.absorb(extent.bindings.values(), extent.holders.values())
        around.pure = around.pure and extent.pure


__all__ = ["ABSENT", "ATOMS", "Extent", "ModuleInstance", "Printer", "Unprintable", "begin", "end", "is_unchanged"]
