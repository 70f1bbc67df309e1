"""The methods of Python's builtin types, each with what it may cost.

METHODS[list]["append"]      the Native that `layers.append(x)` calls
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from analyzer.algebra.expression import product
from analyzer.evaluation import calls, comparisons, iteration, operations, strings
from analyzer.evaluation.exceptions import exception, guarded, raised
from analyzer.evaluation.generator_objects import Generator
from analyzer.evaluation.natives.builtin_functions import sorted_values
from analyzer.evaluation.natives.registry import concrete, pure
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, DefaultDict, Native, Raised, Unknown, Value


class Size(tuple[Any, ...]):
    """`torch.Size`: a tuple of sizes with `numel()`."""

    __slots__ = ()


def _append(run: Run, target: list[Value], item: Value) -> None:
    target.append(item)


def _extend(run: Run, target: Any, items: Value) -> None:
    for item in iteration.iterate(run, items):
        target.append(item)
        run.step()
        run.check_size(len(target)) if len(target) & 0xFFFF == 0 else None


def _insert(run: Run, target: list[Value], index: Value, item: Value) -> None:
    if isinstance(index, Unknown):
        raise iteration.Untraversable(index)
    target.insert(index, item)


def _pop_list(run: Run, target: list[Value], index: Value = -1) -> Value:
    if isinstance(index, Unknown):
        raise iteration.Untraversable(index)
    return guarded(run, target.pop, index)


def _remove(run: Run, target: Any, item: Value) -> None:
    for index, element in enumerate(list(target)):
        run.step()
        if operations.truth(run, comparisons.equals(run, element, item)):
            del target[index]
            return
    raise raised(run, "ValueError", "list.remove(x): x not in list")


def _index(run: Run, target: Any, item: Value, *bounds: int) -> Value:
    for index, element in enumerate(target):
        run.step()
        if operations.truth(run, comparisons.equals(run, element, item)):
            return index
    raise raised(run, "ValueError", "the value is not in the list")


def _count(run: Run, target: Any, item: Value) -> Value:
    return sum(operations.truth(run, comparisons.equals(run, element, item)) for element in run.paid(target))


def _sort(run: Run, target: list[Value], *, key: Value = None, reverse: Value = False) -> None:
    result = sorted_values(run, list(target), key, bool(reverse))
    if isinstance(result, Unknown):
        raise iteration.Untraversable(result)
    target[:] = result


def _host(name: str) -> Callable[..., Any]:
    """The host method itself: it neither calls back nor grows anything."""

    def apply(run: Run, target: Any, *arguments: Value) -> Value:
        return guarded(run, getattr(target, name), *arguments)

    return apply


_SEQUENCE: Mapping[str, Callable[..., Any]] = {
    "index": _index,
    "count": _count,
    "__len__": _host("__len__"),
    "__contains__": comparisons.contains,
}

_LIST: Mapping[str, Callable[..., Any]] = {
    **_SEQUENCE, "append": _append, "extend": _extend, "insert": _insert, "pop": _pop_list, "remove": _remove,
    "sort": _sort, "reverse": _host("reverse"), "clear": _host("clear"), "copy": _host("copy"),
    "__getitem__": iteration.get_item, "__setitem__": iteration.set_item, "__iter__": iteration.iterate,
}  # fmt: skip


def _get(run: Run, target: dict[Value, Value], key: Value, default: Value = None) -> Value:
    if isinstance(key, Unknown):
        return Unknown(key.reason, key.place)
    return target[key] if comparisons.contains(run, target, key) is True else default


def _get_known(run: Run, target: dict[Value, Value], key: Value, default: Value = None) -> Value:
    key = iteration.key_of(run, key)
    key = operations.payload(key) if key not in target else key
    return target.get(key, default)


def _set_default(run: Run, target: dict[Value, Value], key: Value, default: Value = None) -> Value:
    if isinstance(key, Unknown):
        raise iteration.Untraversable(key)
    if iteration.key_of(run, key) not in target:
        iteration.set_key(run, target, key, default)
    return target.get(key, default)


def _update(run: Run, target: dict[Value, Value], *others: Value, **pairs: Value) -> None:
    for other in others:
        for key, value in iteration.mapping_of(run, other).items():
            target[key] = value
            run.step()
    target.update(pairs)


def _pop_key(run: Run, target: dict[Value, Value], key: Value, *default: Value) -> Value:
    if isinstance(key, Unknown):
        raise iteration.Untraversable(key)
    key = operations.payload(key) if iteration.key_of(run, key) not in target else key
    return guarded(run, target.pop, key, *default)


def _view(name: str) -> Callable[..., Any]:
    def apply(run: Run, target: dict[Value, Value]) -> Value:
        return getattr(target, name)()

    return apply


def _copy_dict(run: Run, target: Any) -> Value:
    run.check_size(len(target))
    if isinstance(target, DefaultDict):
        return DefaultDict(target.factory, target)
    return target.copy()


def _missing_get(run: Run, target: dict[Value, Value], key: Value, default: Value = None) -> Value:
    if isinstance(key, Unknown):
        return Unknown(key.reason, key.place)
    return _get_known(run, target, key, default)


_DICT: Mapping[str, Callable[..., Any]] = {
    "get": _missing_get, "setdefault": _set_default, "update": _update, "pop": _pop_key, "keys": _view("keys"),
    "values": _view("values"), "items": _view("items"), "clear": _host("clear"), "copy": _copy_dict,
    "popitem": _host("popitem"), "__getitem__": iteration.get_item, "__setitem__": iteration.set_item,
    "__delitem__": iteration.delete_item, "__contains__": comparisons.contains, "__len__": _host("__len__"),
    "__iter__": iteration.iterate,
}  # fmt: skip


def _move_to_end(run: Run, target: OrderedDict[Value, Value], key: Value, last: bool = True) -> None:
    guarded(run, target.move_to_end, key, last)


def _pop_ordered(run: Run, target: OrderedDict[Value, Value], last: bool = True) -> Value:
    return guarded(run, target.popitem, last)


def _set_update(run: Run, target: set[Value], *others: Value) -> None:
    for other in others:
        target.update(iteration.iterate(run, other))


def _set_operation(name: str) -> Callable[..., Any]:
    def apply(run: Run, target: set[Value], *others: Value) -> Value:
        return guarded(run, getattr(target, name), *(list(iteration.iterate(run, other)) for other in others))

    return apply


_SET: Mapping[str, Callable[..., Any]] = {
    "add": _host("add"), "discard": _host("discard"), "remove": _host("remove"), "clear": _host("clear"),
    "copy": _host("copy"), "pop": _host("pop"), "update": _set_update, "__contains__": comparisons.contains,
    **{name: _set_operation(name) for name in (
        "union", "intersection", "difference", "symmetric_difference", "issubset", "issuperset", "isdisjoint",
        "difference_update", "intersection_update",
    )},
}  # fmt: skip


def _text_method(name: str) -> Callable[..., Any]:
    method = pure(f"str.{name}", getattr(str, name)).function

    def apply(run: Run, target: str, *arguments: Value, **keywords: Value) -> Value:
        if name in ("ljust", "rjust", "center", "zfill", "expandtabs") and arguments and isinstance(arguments[0], int):
            run.check_size(arguments[0] * (len(target) if name == "expandtabs" else 1))
        if name == "translate" and arguments and isinstance(arguments[0], dict):
            texts = [value for value in arguments[0].values() if isinstance(value, str)]
            run.check_size(len(target) * max(map(len, texts), default=1))
        if name == "replace" and all(isinstance(a, str) for a in arguments[:2]):
            run.check_size(
                len(target) + (target.count(arguments[0]) if arguments[0] else len(target)) * len(arguments[1])
            )
        return method(run, target, *arguments, **keywords)

    return apply


def _join(run: Run, target: str, items: Value) -> Value:
    parts = []
    if type(items) is tuple and all(type(item) is str for item in items):
        run.check_size(sum(map(len, items)) + len(target) * len(items))
        return target.join(items)
    for item in iteration.iterate(run, items):
        item = operations.payload(item)
        if isinstance(item, Unknown):
            return Unknown(item.reason, item.place, plain=True)
        if not isinstance(item, str):
            raise raised(run, "TypeError", f"sequence item: expected str instance, {operations.type_name(item)} found")
        parts.append(item)
    run.check_size(sum(map(len, parts)) + len(target) * len(parts))
    return target.join(parts)


_SPEC = re.compile(r":[^{}]*")
_NESTED_FIELD = re.compile(r":[^{}]*\{")
"""A replacement field whose format is given by another one."""


def _format(run: Run, target: str, *arguments: Value, **keywords: Value) -> Value:
    texts = [_formattable(run, argument) for argument in arguments]
    named = {name: _formattable(run, argument) for name, argument in keywords.items()}
    values = (*texts, *named.values())
    operations.check_format(run, "".join(_SPEC.findall(target)), values, target.count("{"))
    if _NESTED_FIELD.search(target):
        run.check_size(target.count("{") * sum(abs(value) for value in values if type(value) is int))
    for value in (*texts, *named.values()):
        if isinstance(value, Unknown):
            return Unknown(value.reason, value.place or run.place, plain=True)
    if "{" in target and ("." in target or "[" in target):
        import string

        for _, field, _, _ in guarded(run, lambda: list(string.Formatter().parse(target))):
            if field and ("." in field or "[" in field):
                return run.unknown("a format that reads attributes", plain=True)
    return guarded(run, target.format, *texts, **named)


def _formattable(run: Run, value: Value) -> Value:
    known = concrete(value)
    return strings.text(run, value) if isinstance(known, Unknown) else known


_STR: Mapping[str, Callable[..., Any]] = {
    **{name: _text_method(name) for name in dir(str) if not name.startswith("_") and name not in ("join", "format",
    "format_map")},
    "join": _join, "format": _format, "__contains__": comparisons.contains, "__len__": _host("__len__"),
}  # fmt: skip

_BYTES = {
    name: pure(f"bytes.{name}", getattr(bytes, name)).function
    for name in ("decode", "hex", "startswith", "endswith", "split")
}
_INT = {
    name: pure(f"int.{name}", getattr(int, name)).function
    for name in ("bit_length", "conjugate", "as_integer_ratio", "to_bytes")
}
_FLOAT = {
    name: pure(f"float.{name}", getattr(float, name)).function for name in ("is_integer", "as_integer_ratio", "hex")
}


def _append_left(run: Run, target: deque[Value], item: Value) -> None:
    target.appendleft(item)


_DEQUE: Mapping[str, Callable[..., Any]] = {
    **_SEQUENCE, "append": _append, "appendleft": _append_left, "extend": _extend, "clear": _host("clear"),
    "pop": _host("pop"), "popleft": _host("popleft"), "rotate": _host("rotate"), "copy": _host("copy"),
}  # fmt: skip


def _count_more(sign: str) -> Callable[..., Any]:
    def apply(run: Run, target: Any, *arguments: Value, **keywords: Value) -> None:
        from analyzer.evaluation.natives.collection_types import count_up

        count_up(run, target, sign, arguments, keywords)

    return apply


_COUNTER: Mapping[str, Callable[..., Any]] = {
    "most_common": _host("most_common"), "elements": _host("elements"), "total": _host("total"),
    "update": _count_more("+"), "subtract": _count_more("-"),
}  # fmt: skip
_PATH_METHODS = ("as_posix", "joinpath", "with_suffix", "with_name", "is_absolute", "relative_to", "match")


def _send(run: Run, target: Generator, value: Value) -> Value:
    return _ended(run, target.send, value)


def _throw(run: Run, target: Generator, error: Value, *more: Value) -> Value:
    if isinstance(error, Class):
        error = calls.call(run, error, list(more[:1]), {})
    return error if isinstance(error, Unknown) else _ended(run, target.throw, Raised(error, run.place))


def _ended(run: Run, resume: Callable[[Any], Value], given: Any) -> Value:
    """What a generator gives next; its end is an exception of the analysed program."""
    try:
        return resume(given)
    except StopIteration as stop:
        raise Raised(exception("StopIteration", *([] if stop.value is None else [stop.value])), run.place) from None


def _numel(run: Run, target: Size) -> Value:
    return product(target)


def _replace_fields(run: Run, target: Any, **changes: Value) -> Value:
    return guarded(run, target._replace, **changes)


def _as_dict(run: Run, target: Any) -> Value:
    return dict(zip(target._fields, target, strict=True))


def _natives(kind: str, table: Mapping[str, Callable[..., Any]]) -> Mapping[str, Native]:
    return {name: Native(f"{kind}.{name}", function) for name, function in table.items()}


_PATH: Mapping[str, Callable[..., Any]] = {
    name: pure(f"Path.{name}", getattr(PurePath, name)).function for name in _PATH_METHODS
}

METHODS: Mapping[type, Mapping[str, Native]] = {
    Size: _natives("Size", {"numel": _numel}),
    Counter: _natives("Counter", _COUNTER),
    OrderedDict: _natives("OrderedDict", {"move_to_end": _move_to_end, "popitem": _pop_ordered}),
    list: _natives("list", _LIST),
    tuple: _natives("tuple", {**_SEQUENCE, "_replace": _replace_fields, "_asdict": _as_dict}),
    range: _natives("range", _SEQUENCE),
    dict: _natives("dict", _DICT),
    set: _natives("set", _SET),
    frozenset: _natives("frozenset", _SET),
    str: _natives("str", _STR),
    bytes: _natives("bytes", _BYTES),
    int: _natives("int", _INT),
    float: _natives("float", _FLOAT),
    deque: _natives("deque", _DEQUE),
    PurePath: _natives("Path", _PATH),
    Generator: _natives("generator", {"send": _send, "throw": _throw, "close": lambda run, target: target.close()}),
}

__all__ = ["METHODS", "Size"]
