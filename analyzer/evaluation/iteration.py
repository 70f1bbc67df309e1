"""Walking, indexing and assigning: what `for`, `[]`, unpacking and targets do to abstract values.

list(iterate(run, {"a": 1}))            -> ["a"]
get_item(run, [1, 2, 3], slice(1, None, None))   -> [2, 3]
get_item(run, {"a": 1}, Unknown(...))   -> Unknown(...)
"""

from __future__ import annotations

import operator
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from analyzer.algebra.expression import Expr
from analyzer.evaluation import attributes, calls, operations
from analyzer.evaluation.assumptions import doubted
from analyzer.evaluation.exceptions import guarded, raised
from analyzer.evaluation.rounds import Range, Repetition
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Class,
    DefaultDict,
    Function,
    Instance,
    ModuleInstance,
    Namespace,
    NativeModule,
    Raised,
    Tensor,
    Unknown,
    Value,
)


class Untraversable(Exception):
    """Something whose elements are not known was to be walked."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.unknown = unknown


_DIRECT = (list, tuple, range, str, bytes)
_VIEWS = (dict, set, frozenset, deque)


def iterate(run: Run, value: Value) -> Iterator[Value]:
    """An iterator over the elements; raises Untraversable where they are not known."""
    kind = type(value)
    if kind is range and len(value[: LONG + 1]) > LONG:
        return _steps(run, value)
    if kind in _DIRECT or isinstance(value, tuple):
        return iter(value)
    if isinstance(value, _VIEWS):
        return iter(_copied(run, value))
    if kind is Unknown:
        raise Untraversable(value)
    if kind is Range or kind is Repetition:
        raise Untraversable(run.unknown(value.reason, plain=kind is Range))
    if isinstance(value, Instance):
        return _iterate_instance(run, value)
    if kind is Tensor:
        from analyzer.evaluation.tensors import rows

        return rows(run, value)
    if isinstance(value, Expr):
        raise Untraversable(run.unknown(f"{value} is walked, but it is not known to be a sequence"))
    if isinstance(value, Class):
        return _iterate_class(run, value)
    if hasattr(kind, "__next__"):
        run.count_iterator()
        return value  # type: ignore[no-any-return]  # a host iterator over abstract values
    if hasattr(kind, "__iter__") and kind.__module__ in ("builtins", "collections", "itertools"):
        return iter(_copied(run, value))
    raise raised(run, "TypeError", f"{operations.type_name(value)} object is not iterable")


LONG = 1_000
_MADE = frozenset({list, tuple, str, bytes, dict, set, frozenset})


def made(value: Value) -> int:
    """How many elements there are already: a step is paid for sixteen of them, as making them was paid for."""
    return len(value) if type(value) in _MADE else 0


def _steps(run: Run, values: Iterable[Value]) -> Iterator[Value]:
    """The values, a step for each: host functions may take them all without paying."""
    for value in values:
        run.step()
        yield value


def _copied(run: Run, values: Any) -> list[Value]:
    """What a container or view holds now, whatever is done to it meanwhile."""
    if len(values) > LONG:
        run.check_size(len(values))
    return list(values)


def _iterate_instance(run: Run, value: Instance) -> Iterator[Value]:
    if attributes.has_special(value, "__iter__"):
        return iterate(run, attributes.call_special(run, value, "__iter__"))
    if attributes.has_special(value, "__next__"):
        return _next_calls(run, value)
    if value.payload is not None:
        return iterate(run, value.payload)
    if attributes.has_special(value, "__getitem__") and not isinstance(value, ModuleInstance):
        return _item_calls(run, value)
    if value.incomplete is not None:
        raise Untraversable(value.incomplete)
    raise raised(run, "TypeError", f"{operations.type_name(value)} object is not iterable")


def _next_calls(run: Run, value: Instance) -> Iterator[Value]:
    while True:
        run.step()
        try:
            yield attributes.call_special(run, value, "__next__")
        except Raised as error:
            if error.value.cls.name == "StopIteration":
                return
            raise


def _item_calls(run: Run, value: Instance) -> Iterator[Value]:
    index = 0
    while True:
        run.step()
        try:
            yield attributes.call_special(run, value, "__getitem__", index)
        except Raised as error:
            if error.value.cls.name == "IndexError":
                return
            raise
        index += 1


def _iterate_class(run: Run, value: Class) -> Iterator[Value]:
    members = value.namespace.get("__members__")
    if isinstance(members, dict):
        seen: list[Value] = []
        for member in members.values():
            if not any(member is other for other in seen):
                seen.append(run.met(member))
        return iter(seen)
    if value.unknown_base is not None:
        raise Untraversable(value.unknown_base)
    raise raised(run, "TypeError", f"'type' object '{value.name}' is not iterable")


def mapping_of(run: Run, value: Value) -> dict[Value, Value]:
    """A dict of what has `keys()` and `[]`, or of pairs."""
    value = operations.payload(value)
    if isinstance(value, dict):
        return value
    if isinstance(value, Unknown):
        raise Untraversable(value)
    result: dict[Value, Value] = {}
    if isinstance(value, Instance) and attributes.has_attribute(run, value, "keys") is True:
        for key in iterate(run, attributes.call_method(run, value, "keys", [], {})):
            set_key(run, result, key, get_item(run, value, key))
        return result
    for pair in iterate(run, value):
        parts = list(islice(iterate(run, pair), 3))
        if len(parts) != 2:
            raise raised(run, "ValueError", "dictionary update sequence element has no length of 2")
        set_key(run, result, *parts)
    return result


def key_of(run: Run, key: Value) -> Value:
    """A hashable host key: an Instance that is a str or int in Python hashes as that."""
    if isinstance(key, (list, dict, set, deque, slice)):
        raise raised(run, "TypeError", f"unhashable type: '{type(key).__name__}'")
    if isinstance(key, tuple):
        if all(type(part) in _SIMPLE for part in key):
            return key
        _check_parts(run, key)
    elif type(key) is int and not -_HASHES < key < _HASHES:
        run.count_giant_key()
    if isinstance(key, Instance) and key.payload is None:
        found = key.cls.lookup("__eq__") or key.cls.lookup("__hash__")
        if found is not None and type(found[1]) is Function:
            raise Untraversable(run.unknown(f"{key.cls.name} decides itself which keys are equal", plain=True))
    return key


_HASHES = sys.hash_info.modulus
"""Smaller integers have hashes of their own."""

_SIMPLE = frozenset({int, str, bool, float, type(None)})


def _check_parts(run: Run, key: tuple[Value, ...]) -> None:
    """The host hashes a tuple part by part, shared ones again and again, in one go."""
    waiting: list[Value] = [key]
    parts = 0
    while waiting:
        current = waiting.pop()
        parts += 1
        if parts > LONG:
            run.check_size(parts)
        if isinstance(current, tuple):
            waiting.extend(current)
        elif isinstance(current, (list, dict, set, deque, slice)):
            raise raised(run, "TypeError", f"unhashable type: '{type(current).__name__}'")


def make_set(run: Run, items: Iterable[Value]) -> Value:
    """A set of values; an Unknown where one of them is not known."""
    keys = []
    for item in run.paid(items):
        if isinstance(item, Unknown):
            return Unknown(item.reason, item.place, plain=item.plain)
        keys.append(key_of(run, item))
    return guarded(run, set, run.paid(keys))


def set_key(run: Run, target: dict[Value, Value], key: Value, value: Value) -> None:
    """`target[key] = value` on a host dict."""
    if isinstance(key, Unknown):
        run.lose(key)
        return
    guarded(run, operator.setitem, target, _plain_key(target, key_of(run, key)), value)


def _plain_key(target: Any, key: Value) -> Value:
    """Str- and int-based enum members find the entries of the plain value, as in Python."""
    if isinstance(key, Instance) and isinstance(key.payload, (str, int)) and key not in target:
        return key.payload
    return key


def get_item(run: Run, target: Value, index: Value) -> Value:
    """`target[index]`"""
    kind = type(target)
    if (kind is tuple or kind is list) and type(index) is int:
        try:
            return target[index]
        except IndexError:
            raise raised(run, "IndexError", f"{kind.__name__} index out of range") from None
    if isinstance(target, dict):
        return _from_dict(run, target, index)
    if kind is Tensor:
        from analyzer.evaluation.tensors import apply_named

        return apply_named(run, "Tensor.__getitem__", (target, index), {})
    if isinstance(target, Instance):
        if attributes.has_special(target, "__getitem__"):
            return attributes.call_special(run, target, "__getitem__", index)
        if target.payload is not None:
            if isinstance(target.payload, dict) and attributes.has_special(target, "__missing__"):
                key = _plain_key(target.payload, key_of(run, index))
                if key not in target.payload:
                    return attributes.call_special(run, target, "__missing__", index)
            return get_item(run, target.payload, index)
        if target.incomplete is not None:
            return Unknown(target.incomplete.reason, target.incomplete.place)
        raise raised(run, "TypeError", f"{operations.type_name(target)} object is not subscriptable")
    if kind is Unknown:
        key = f"{target.key}[{index!r}]" if target.key and isinstance(index, (str, int)) else None
        return Unknown(target.reason, target.place, plain=target.plain, key=key)
    if isinstance(target, Class):
        return _from_class(run, target, index)
    if isinstance(index, Unknown):
        return Unknown(index.reason, index.place, plain=False)
    if isinstance(target, (NativeModule, Namespace)) or callable(getattr(target, "function", None)):
        return run.unknown("a subscript of a function or module", plain=True)
    index = _host_index(run, target, index)
    if isinstance(index, Unknown):
        return index
    if isinstance(target, (Range, Repetition)):
        return run.unknown(target.reason)
    if isinstance(target, Expr):
        return run.unknown(f"{target} is indexed, but it is not known to be a sequence")
    return guarded(run, operator.getitem, target, index)


def _host_index(run: Run, target: Value, index: Value) -> Value:
    if type(index) is int or type(index) is bool:
        return index
    if type(index) is slice:
        parts = [operations.payload(part) for part in (index.start, index.stop, index.step)]
        if any(isinstance(part, (Expr, Unknown)) for part in parts):
            return run.unknown("a slice whose bounds are not known")
        if any(isinstance(part, Tensor) for part in parts):
            parts = [_int_of(run, part) for part in parts]
        return slice(*parts)
    if isinstance(index, Expr):
        if isinstance(target, (list, tuple)):
            for position in range(len(target)):
                if index == position:
                    return position
        return run.unknown(f"the index {index} is not known")
    if isinstance(index, Tensor):
        return _int_of(run, index)
    return operations.payload(index)


def _int_of(run: Run, value: Value) -> Value:
    if not isinstance(value, Tensor):
        return value
    if value.values is not None and len(value.values) == 1:
        return int(value.values[0])
    return run.unknown("an index that depends on a tensor's data")


def _from_dict(run: Run, target: dict[Value, Value], index: Value) -> Value:
    if isinstance(index, Unknown):
        return Unknown(index.reason, index.place)
    if isinstance(index, Expr):
        for key in target:
            if isinstance(key, int) and index == key:
                return target[key]
        unknown = doubted(run, index)
        if unknown is not None:
            return Unknown(unknown.reason, unknown.place)
        raise raised(run, "KeyError", index)
    index = _plain_key(target, key_of(run, index))
    if index in target:
        return target[index]
    if type(target) is DefaultDict and target.factory is not None:
        value = calls.call(run, target.factory, [], {})
        target[index] = value
        return value
    if hasattr(target, "__missing__"):
        return 0  # collections.Counter
    raise raised(run, "KeyError", index)


def _from_class(run: Run, target: Class, index: Value) -> Value:
    members = target.namespace.get("__members__")
    if isinstance(members, dict):
        return run.met(_from_dict(run, members, index))
    found = target.lookup("__class_getitem__")
    if found is not None:
        return calls.call(run, attributes.get_attribute(run, target, "__class_getitem__"), [index], {})
    return target  # a generic alias: `list[int]`, `Registry[Backbone]`


def set_item(run: Run, target: Value, index: Value, value: Value) -> None:
    """`target[index] = value`"""
    if isinstance(target, Unknown):
        return
    if isinstance(target, Tensor):
        _write(run, target, index, value)
        return
    if isinstance(target, Instance):
        if attributes.has_special(target, "__setitem__"):
            attributes.call_special(run, target, "__setitem__", index, value)
            return
        if target.payload is None:
            if target.incomplete is not None:
                return
            raise raised(run, "TypeError", f"{operations.type_name(target)} object does not support item assignment")
        target = target.payload
    if isinstance(target, dict):
        if target is run.session.environment:
            return
        set_key(run, target, index, value)
        return
    if isinstance(index, Unknown):
        run.lose(index)
        return
    if isinstance(index, slice):
        value = list(iterate(run, value))
    index = _host_index(run, target, index)
    if isinstance(index, Unknown):
        run.lose(index)
        return
    guarded(run, operator.setitem, target, index, value)


def _write(run: Run, target: Tensor, index: Value, value: Value) -> None:
    """A tensor keeps its shape, and its elements are no longer known."""
    from analyzer.evaluation.tensors import tensors_in

    target.values = None
    if run.recorder is not None:
        read = list(tensors_in((target, index, value)))
        run.recorder.equation("Tensor.__setitem__", read, [target], 0, run.place)


def delete_item(run: Run, target: Value, index: Value) -> None:
    """`del target[index]`"""
    if isinstance(target, Instance) and attributes.has_special(target, "__delitem__"):
        attributes.call_special(run, target, "__delitem__", index)
        return
    target = operations.payload(target)
    if isinstance(target, Unknown):
        return
    if isinstance(index, Unknown):
        run.lose(index)
        return
    index = _plain_key(target, index) if isinstance(target, dict) else _host_index(run, target, index)
    guarded(run, operator.delitem, target, index)
