"""Whether two modules are in the same state, and which object of the one stands for which of the other.

likeness = Likeness()
likeness.holds(kept, block)     -> True: classes, attributes, types of parameters, children and hooks are the same
likeness.found[id(kept.fc)]     -> block.fc
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.extents import NAMED, NUMBERS, PLAIN
from analyzer.evaluation.values import Bound, DefaultDict, Instance, ModuleInstance, Partial, Tensor, Unknown, Value

_VALUES = PLAIN | NUMBERS


class Likeness:
    """A correspondence of objects, one to one, as far as it has been followed."""

    __slots__ = ("found", "taken")

    def __init__(self) -> None:
        self.found: dict[int, Value] = {}
        self.taken: dict[int, Value] = {}

    def holds(self, one: Any, other: Any) -> bool:
        """Whether both are alike, and all that they hold."""
        kind = type(one)
        if one is other and (kind in _VALUES or kind in NAMED):
            return True
        if kind is not type(other) or kind in NAMED:
            return False
        if kind in _VALUES:
            return bool(one == other) and (kind is not float or str(one) == str(other))
        key = id(one)
        known = self.found.get(key, self)
        if known is not self:
            return known is other
        if kind is tuple:
            return len(one) == len(other) and all(map(self.holds, one, other))
        if id(other) in self.taken:
            return False
        self.found[key] = other
        self.taken[id(other)] = one
        same: bool = self._has_same_parts(kind, one, other)
        return same

    def _has_same_parts(self, kind: Any, one: Any, other: Any) -> bool:
        if kind is ModuleInstance:
            return self._modules(one, other)
        if kind is Tensor:
            return self._tensors(one, other)
        if kind is list:
            return len(one) == len(other) and all(map(self.holds, one, other))
        if kind is dict:
            return self._dicts(one, other)
        return self._rest(kind, one, other)

    def _modules(self, one: ModuleInstance, other: ModuleInstance) -> bool:
        if one.cls is not other.cls or one.training is not other.training or other.incomplete is not None:
            return False
        mine, its = one.attributes, other.attributes
        if len(mine) != len(its):
            return False
        for (name, value), (same, its_value) in zip(mine.items(), its.items(), strict=True):
            if name != same or not self.holds(value, its_value):
                return False
        if (one.parameters is None) is not (other.parameters is None) or len(one.hooks) != len(other.hooks):
            return False
        return (
            self._dicts(one.parameters or {}, other.parameters or {})
            and self._dicts(one.buffers, other.buffers)
            and self._dicts(one.modules, other.modules)
            and one.payload is None is other.payload
            and one.buffers_not_saved == other.buffers_not_saved
            and all(
                mine[0] == its[0] and self.holds(mine[1], its[1])
                for mine, its in zip(one.hooks, other.hooks, strict=True)
            )
        )

    def _dicts(self, one: dict[Any, Value], other: dict[Any, Value]) -> bool:
        if len(one) != len(other):
            return False
        for (name, value), (same, its_value) in zip(one.items(), other.items(), strict=True):
            if name is not same and not (type(name) in _VALUES and self.holds(name, same)):
                return False
            if not self.holds(value, its_value):
                return False
        return True

    def _tensors(self, one: Tensor, other: Tensor) -> bool:
        return (
            is_same(one.type, other.type)
            and one.is_parameter is other.is_parameter
            and one.requires_grad is other.requires_grad
            and one.cls is other.cls
            and (one.values is other.values or (one.values is not None and one.values == other.values))
            and one.unknown is None is other.unknown
            and self.holds(one.attributes, other.attributes)
        )

    def _rest(self, kind: Any, one: Any, other: Any) -> bool:
        if kind is Instance:
            if one.cls is not other.cls or one.incomplete is not None or other.incomplete is not None:
                return False
            return self._dicts(one.attributes, other.attributes) and self.holds(one.payload, other.payload)
        if kind is Bound:
            return self.holds(one.function, other.function) and self.holds(one.instance, other.instance)
        if kind is Partial:
            return (
                self.holds(one.function, other.function)
                and self.holds(one.arguments, other.arguments)
                and self._dicts(one.keywords, other.keywords)
                and self._dicts(one.attributes, other.attributes)
            )
        if kind is DefaultDict:
            return self.holds(one.factory, other.factory) and self._dicts(one, other)
        if kind is Unknown:
            return one.key is None is other.key and (one.reason, one.plain, one.scalar, one.shrinks) == (
                other.reason, other.plain, other.scalar, other.shrinks,
            )  # fmt: skip
        return isinstance(one, tuple) and len(one) == len(other) and all(map(self.holds, one, other))


def is_same(one: TensorType | None, other: TensorType | None) -> bool:
    """Whether two types are known and equal, and all of their sizes integers."""
    if one is None or other is None:
        return False
    return (
        one.dtype is other.dtype
        and len(one.shape) == len(other.shape)
        and all(type(a) is int and type(b) is int and a == b for a, b in zip(one.shape, other.shape, strict=True))
    )
