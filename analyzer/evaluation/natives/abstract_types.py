"""collections.abc: what a value can do, as classes for isinstance and as bases with their mixin methods.

isinstance((1, 2), Sequence)        -> True
class Config(Mapping): ...          has keys(), items(), values(), get() made of __getitem__ and __iter__
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from analyzer.evaluation import attributes, comparisons, iteration, operations
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.generator_objects import GENERATORS
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    Function,
    Instance,
    ModuleInstance,
    Native,
    Operator,
    Partial,
    Raised,
    Tensor,
    Unknown,
    Value,
)

_MISSING = object()


# ---------------------------------------------------------------- mixin methods


def _get(run: Run, self: Value, key: Value, default: Value = None) -> Value:
    try:
        return iteration.get_item(run, self, key)
    except Raised as error:
        if error.value.cls.name != "KeyError":
            raise
        return default


def _has(run: Run, self: Value, key: Value) -> Value:
    return _get(run, self, key, _MISSING) is not _MISSING


def _keys(run: Run, self: Value) -> Value:
    return dict.fromkeys(iteration.iterate(run, self)).keys()


def _values(run: Run, self: Value) -> Value:
    return [iteration.get_item(run, self, key) for key in iteration.iterate(run, self)]


def _items(run: Run, self: Value) -> Value:
    return [(key, iteration.get_item(run, self, key)) for key in iteration.iterate(run, self)]


def _same(run: Run, self: Value, other: Value) -> Value:
    if not isinstance(operations.payload(other), (dict, Instance)):
        return NotImplemented
    return comparisons.equals(run, dict(_items(run, self)), iteration.mapping_of(run, other))


def _update(run: Run, self: Value, *others: Value, **pairs: Value) -> None:
    for other in (*others, pairs):
        for key, value in iteration.mapping_of(run, other).items():
            iteration.set_item(run, self, key, value)


def _pop(run: Run, self: Value, key: Value, *default: Value) -> Value:
    value = _get(run, self, key, *default) if default else iteration.get_item(run, self, key)
    if _has(run, self, key):
        iteration.delete_item(run, self, key)
    return value


def _set_default(run: Run, self: Value, key: Value, default: Value = None) -> Value:
    if not _has(run, self, key):
        iteration.set_item(run, self, key, default)
    return iteration.get_item(run, self, key)


def _index(run: Run, self: Value, value: Value) -> Value:
    for index, element in enumerate(iteration.iterate(run, self)):
        run.step()
        if operations.truth(run, comparisons.equals(run, element, value)):
            return index
    raise raised(run, "ValueError", "the value is not in the sequence")


def _count(run: Run, self: Value, value: Value) -> Value:
    return sum(operations.truth(run, comparisons.equals(run, e, value)) for e in iteration.iterate(run, self))


def _reversed(run: Run, self: Value) -> Value:
    length = attributes.call_special(run, self, "__len__")
    return (attributes.call_special(run, self, "__getitem__", index) for index in range(length - 1, -1, -1))


def _among(run: Run, self: Value, value: Value) -> Value:
    return comparisons.contains(run, list(iteration.iterate(run, self)), value)


def _append(run: Run, self: Value, value: Value) -> None:
    length = attributes.call_special(run, self, "__len__")
    attributes.call_method(run, self, "insert", [length, value], {})


def _extend(run: Run, self: Value, values: Value) -> None:
    for value in list(iteration.iterate(run, values)):
        attributes.call_method(run, self, "append", [value], {})


def _itself(run: Run, self: Value) -> Value:
    return self


def _mixin(kind: str, table: dict[str, Callable[..., Any]]) -> dict[str, Native]:
    return {name: Native(f"{kind}.{name}", function, binds=True) for name, function in table.items()}


MAPPING_METHODS = _mixin("Mapping", {
    "get": _get, "keys": _keys, "values": _values, "items": _items, "__contains__": _has, "__eq__": _same,
    "update": _update, "pop": _pop, "setdefault": _set_default,
})  # fmt: skip
_READ_ONLY = {name: method for name, method in MAPPING_METHODS.items() if name not in ("update", "pop", "setdefault")}
_SEQUENCE_METHODS = _mixin(
    "Sequence", {"index": _index, "count": _count, "__reversed__": _reversed, "__contains__": _among}
)
_MUTABLE_METHODS = _mixin("MutableSequence", {"append": _append, "extend": _extend})


# ---------------------------------------------------------------- what a value can do


_CALLABLE = (Function, Native, Bound, Partial, Operator, Class, ModuleInstance)
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_SIZED = (str, bytes, list, tuple, dict, set, frozenset, range, deque, Tensor, *_VIEWS)
_ITERATORS = ("__next__",)


def _iterates(value: Value) -> bool:
    return hasattr(type(value), "__next__")


def _hashes(value: Value) -> bool:
    return not isinstance(value, (list, dict, set, deque, bytearray))


# name: (base, host test, the special methods that an instance's class must define, or None for nominal classes)
_KINDS: dict[str, tuple[str | None, Callable[[Value], bool], tuple[str, ...] | None]] = {
    "Callable": (None, lambda v: isinstance(v, _CALLABLE), ("__call__",)),
    "Hashable": (None, _hashes, ("__hash__",)),
    "Sized": (None, lambda v: isinstance(v, _SIZED), ("__len__",)),
    "Container": (None, lambda v: isinstance(v, _SIZED), ("__contains__",)),
    "Iterable": (None, lambda v: isinstance(v, _SIZED) or _iterates(v), ("__iter__",)),
    "Iterator": ("Iterable", _iterates, ("__next__", "__iter__")),
    "Generator": ("Iterator", lambda v: isinstance(v, GENERATORS), ("__next__", "__iter__", "send")),
    "Reversible": ("Iterable", lambda v: isinstance(v, (list, tuple, str, dict, range)), ("__reversed__", "__iter__")),
    "Collection": ("Iterable", lambda v: isinstance(v, _SIZED), ("__len__", "__iter__", "__contains__")),
    "Sequence": ("Collection", lambda v: isinstance(v, (list, tuple, str, bytes, range, deque)), None),
    "MutableSequence": ("Sequence", lambda v: isinstance(v, (list, deque)), None),
    "Set": ("Collection", lambda v: isinstance(v, (set, frozenset, type({}.keys()))), None),
    "MutableSet": ("Set", lambda v: isinstance(v, set), None),
    "Mapping": ("Collection", lambda v: isinstance(v, dict), None),
    "MutableMapping": ("Mapping", lambda v: isinstance(v, dict), None),
    "KeysView": ("Set", lambda v: isinstance(v, _VIEWS[0]), None),
    "ValuesView": ("Collection", lambda v: isinstance(v, _VIEWS[1]), None),
    "ItemsView": ("Set", lambda v: isinstance(v, _VIEWS[2]), None),
    "ByteString": ("Sequence", lambda v: isinstance(v, bytes), None),
    "Buffer": (None, lambda v: isinstance(v, bytes), ("__buffer__",)),
    "Awaitable": (None, lambda v: False, ("__await__",)),
    "Coroutine": ("Awaitable", lambda v: False, None),
    "AsyncIterable": (None, lambda v: False, ("__aiter__",)),
    "AsyncIterator": ("AsyncIterable", lambda v: False, ("__anext__",)),
    "AsyncGenerator": ("AsyncIterator", lambda v: False, None),
}
_MIXINS: dict[str, dict[str, Native]] = {
    "Mapping": _READ_ONLY,
    "MutableMapping": MAPPING_METHODS,
    "Sequence": _SEQUENCE_METHODS,
    "MutableSequence": _MUTABLE_METHODS,
    "Iterator": _mixin("Iterator", {"__iter__": _itself}),
}


def _check(cls: Class, test: Callable[[Value], bool], specials: tuple[str, ...] | None) -> Native:
    def check(run: Run, value: Value) -> Value:
        if not isinstance(value, Instance):
            return test(value)
        if value.cls.is_subclass(cls) or (value.payload is not None and test(value.payload)):
            return True
        if specials == ("__hash__",):
            found = value.cls.lookup("__hash__")
            return found is None or found[1] is not None
        if specials == ("__call__",) and isinstance(value, ModuleInstance):
            return True
        if specials is not None and all(value.cls.lookup(name) is not None for name in specials):
            return True
        unknown = value.cls.unknown_base
        return False if unknown is None else Unknown(unknown.reason, unknown.place, plain=True)

    return Native(cls.name, check)


def _classes() -> dict[str, Class]:
    found: dict[str, Class] = {}
    for name, (base, test, specials) in _KINDS.items():
        bases = (OBJECT,) if base is None else (found[base],)
        cls = found[name] = Class(name, bases, dict(_MIXINS.get(name, {})), module="collections.abc")
        cls.namespace["__instance_check__"] = _check(cls, test, specials)
    return found


ABSTRACT = Table(
    {
        f"{module}.{name}": cls
        for name, cls in _classes().items()
        for module in ("collections.abc", "typing", "typing_extensions")
    }
)
