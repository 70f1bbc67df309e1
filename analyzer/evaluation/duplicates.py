"""Copies of modules as they are when they have just been made: the same tree with parameters of its own.

duplicate(block, Copier())      a block whose parameters, children and lists are new, and shared as in the original

What is no part of the module, as classes, functions and the objects in `shared`, is the same in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import is_
from typing import Any

from analyzer.evaluation.extents import ATOMS
from analyzer.evaluation.values import (
    Bound,
    Callers,
    DefaultDict,
    Function,
    Instance,
    ModuleInstance,
    Native,
    Partial,
    Place,
    Tensor,
    Unknown,
    Value,
)


class Uncopyable(Exception):
    """Something in a module cannot be copied, or holds what cannot be seen."""


class Copier:
    """What one copy knows: which object stands for which.

    shared: objects, by id, that belong to both.  plain: modules, by id, whose attributes are atoms alone.
    place and callers: those of the call that makes the module, with what stands for them in the copy.
    """

    __slots__ = ("born", "callers", "made", "new_callers", "new_place", "originals", "place", "plain", "shared", "size")

    def __init__(self, shared: Mapping[int, Value], plain: set[int]) -> None:
        self.made: dict[int, Value] = {}
        self.shared = shared
        self.plain = plain
        self.born = -1
        """Where it is not negative, atoms are looked into: a function made since then holds what is being copied."""
        self.size = 0
        self.originals: list[Value] | None = None
        """Where it is a list: all that has been copied, so that no id is used again."""
        self.place: Place | None = None
        self.new_place: Place | None = None
        self.callers: Callers = None
        self.new_callers: Callers = None

    def copy(self, value: Value) -> Value:
        """The copy of any value; raises Uncopyable."""
        kind = type(value)
        if kind in ATOMS:
            if self.born >= 0:
                self._check_atom(value)
            return value
        key = id(value)
        if key in self.made:
            return self.made[key]
        if key in self.shared:
            return value
        if self.originals is not None:
            self.originals.append(value)
        maker = _MAKERS.get(kind)
        if maker is None:
            if isinstance(value, tuple) and all(type(item) in ATOMS for item in value):
                return value
            raise Uncopyable
        return maker(self, value)

    def _check_atom(self, value: Value) -> None:
        kind = type(value)
        if kind is Function:
            if id(value) not in self.shared and value.closure is not None and value.closure.born >= self.born:
                raise Uncopyable
        elif kind is Native and value.function.__closure__ and not is_known(value):
            raise Uncopyable

    def _place_of(self, place: Place | None) -> Place | None:
        return self.new_place if place is self.place else place

    def _callers_of(self, callers: Callers) -> Callers:
        if callers is self.callers:
            return self.new_callers
        if callers is None:
            return None
        key = id(callers)
        if key not in self.made:
            self.made[key] = (self._place_of(callers[0]), self._callers_of(callers[1]))
        return self.made[key]  # type: ignore[no-any-return]  # nothing else has the id of a call that is kept

    # ---------------------------------------------------------------- objects

    def module(self, value: ModuleInstance) -> ModuleInstance:
        if value.incomplete is not None:
            raise Uncopyable
        made = ModuleInstance.__new__(ModuleInstance)
        key = id(value)
        self.made[key] = made
        self.size += 1
        made.cls = value.cls
        made.payload = None
        made.incomplete = None
        made.training = value.training
        made.place = value.place if value.place is not self.place else self.new_place  # type: ignore[assignment]
        made.callers = self._callers_of(value.callers)
        copy = self.copy
        if key in self.plain:
            made.attributes = value.attributes.copy()
        else:
            made.attributes = {name: copy(item) for name, item in value.attributes.items()}
        parameters = value.parameters
        made.parameters = parameters if parameters is None else {n: copy(item) for n, item in parameters.items()}
        made.buffers = {name: copy(item) for name, item in value.buffers.items()}
        made.buffers_not_saved = value.buffers_not_saved.copy()
        made.modules = {name: copy(item) for name, item in value.modules.items()}
        made.hooks = [(kind, copy(hook)) for kind, hook in value.hooks]
        if self.born >= 0:
            if value.payload is not None:
                raise Uncopyable
            if all(type(item) in ATOMS for item in made.attributes.values()):
                self.plain.add(id(made))
        return made

    def tensor(self, value: Tensor) -> Tensor:
        made = Tensor.__new__(Tensor)
        self.made[id(value)] = made
        made.type = value.type
        made.is_parameter = value.is_parameter
        made.requires_grad = value.requires_grad
        made.values = value.values
        made.origin = value.origin
        made.cls = value.cls
        made.place = self._place_of(value.place)
        made.unknown = None if value.unknown is None else self.copy(value.unknown)
        made.attributes = None if value.attributes is None else self.copy(value.attributes)
        return made

    def instance(self, value: Instance) -> Instance:
        if value.cls.lookup("_member_map_") is not None:
            return value
        if value.incomplete is not None:
            raise Uncopyable
        made = Instance(value.cls)
        self.made[id(value)] = made
        made.attributes = {name: self.copy(item) for name, item in value.attributes.items()}
        made.payload = self.copy(value.payload)
        return made

    def unknown(self, value: Unknown) -> Unknown:
        made = Unknown.__new__(Unknown)
        self.made[id(value)] = made
        made.reason, made.plain, made.key = value.reason, value.plain, value.key
        made.scalar, made.shrinks = value.scalar, value.shrinks
        made.place = self._place_of(value.place)
        return made

    # ---------------------------------------------------------------- containers and functions

    def list(self, value: list[Value]) -> list[Value]:
        made: list[Value] = []
        self.made[id(value)] = made
        made.extend([self.copy(item) for item in value])
        return made

    def dict(self, value: dict[Value, Value]) -> dict[Value, Value]:
        made: dict[Value, Value] = {}
        self.made[id(value)] = made
        for name, item in value.items():
            made[self.copy(name)] = self.copy(item)
        return made

    def default_dict(self, value: DefaultDict) -> DefaultDict:
        made = DefaultDict(self.copy(value.factory))
        self.made[id(value)] = made
        for name, item in value.items():
            made[self.copy(name)] = self.copy(item)
        return made

    def tuple(self, value: tuple[Value, ...]) -> tuple[Value, ...]:
        items = [self.copy(item) for item in value]
        return value if all(map(is_, items, value)) else tuple(items)

    def set(self, value: set[Value]) -> set[Value]:
        if not all(type(item) in ATOMS for item in value):
            raise Uncopyable
        made = value.copy()
        self.made[id(value)] = made
        return made

    def bound(self, value: Bound) -> Bound:
        return Bound(self.copy(value.function), self.copy(value.instance))

    def partial(self, value: Partial) -> Partial:
        made = Partial(self.copy(value.function), self.copy(value.arguments), self.copy(value.keywords))
        self.made[id(value)] = made
        made.attributes = self.copy(value.attributes)
        return made


def is_known(value: Native) -> bool:
    """Whether a native is one that everything shares, and not made while the program runs."""
    from analyzer.evaluation.natives.registry import natives

    return natives().get(value.name) is value


def _slice(copier: Copier, value: slice) -> slice:
    return slice(copier.copy(value.start), copier.copy(value.stop), copier.copy(value.step))


_MAKERS: dict[type, Callable[[Copier, Any], Value]] = {
    ModuleInstance: Copier.module, Tensor: Copier.tensor, Instance: Copier.instance, Unknown: Copier.unknown,
    list: Copier.list, dict: Copier.dict, DefaultDict: Copier.default_dict, tuple: Copier.tuple, set: Copier.set,
    frozenset: Copier.tuple, Bound: Copier.bound, Partial: Copier.partial, slice: _slice,
}  # fmt: skip
