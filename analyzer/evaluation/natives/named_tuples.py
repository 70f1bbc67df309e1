"""Named tuples: `collections.namedtuple` and `typing.NamedTuple`.

Size = namedtuple("Size", "height width", defaults=[224])
Size(3).width          -> 224
h, w = Size(3, 4)      their instances carry a tuple
"""

from __future__ import annotations

from collections.abc import Sequence
from keyword import iskeyword
from typing import Any

from analyzer.evaluation import iteration, operations, strings
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.builtin_types import TYPES
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Class,
    ClassMethod,
    Instance,
    Native,
    Property,
    StaticMethod,
    Unknown,
    Value,
)

TUPLE = TYPES.values["builtins.tuple"]


def make_tuple(cls: Class, values: tuple[Value, ...]) -> Instance:
    instance = Instance(cls)
    instance.payload = values
    return instance


def _fields_of(cls: Class) -> tuple[str, ...]:
    found = cls.lookup("_fields")
    assert found is not None
    return tuple(found[1])


def _new(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    fields = _fields_of(cls)
    defaults: Any = cls.lookup("_field_defaults")
    if len(arguments) > len(fields):
        most, given = len(fields) + 1, len(arguments) + 1
        message = f"{cls.name}.__new__() takes {most} positional arguments but {given} were given"
        raise raised(run, "TypeError", message)
    values = dict(zip(fields, arguments, strict=False))
    for name, value in keywords.items():
        if name not in fields:
            raise raised(run, "TypeError", f"{cls.name}.__new__() got an unexpected keyword argument '{name}'")
        if name in values:
            raise raised(run, "TypeError", f"{cls.name}.__new__() got multiple values for argument '{name}'")
        values[name] = value
    values = {**{name: run.met(value) for name, value in defaults[1].items()}, **values}
    missing = [name for name in fields if name not in values]
    if missing:
        listed = ", ".join(repr(name) for name in missing)
        raise raised(run, "TypeError", f"{cls.name}.__new__() missing required positional arguments: {listed}")
    return make_tuple(cls, tuple(values[name] for name in fields))


def _make(run: Run, cls: Class, iterable: Value) -> Value:
    values = tuple(iteration.iterate(run, iterable))
    if len(values) != len(_fields_of(cls)):
        raise raised(run, "TypeError", f"Expected {len(_fields_of(cls))} arguments, got {len(values)}")
    return make_tuple(cls, values)


def _replace(run: Run, instance: Instance, **changes: Value) -> Value:
    values = dict(zip(_fields_of(instance.cls), instance.payload, strict=True))
    unexpected = [name for name in changes if name not in values]
    if unexpected:
        raise raised(run, "ValueError", f"Got unexpected field names: {unexpected!r}")
    return make_tuple(instance.cls, tuple({**values, **changes}.values()))


def _as_dict(run: Run, instance: Instance) -> Value:
    return dict(zip(_fields_of(instance.cls), instance.payload, strict=True))


def _text(run: Run, instance: Instance) -> Value:
    parts = []
    for name, value in zip(_fields_of(instance.cls), instance.payload, strict=True):
        text = strings.text(run, value, quoted=True)
        if isinstance(text, Unknown):
            return text
        parts.append(f"{name}={text}")
    return f"{instance.cls.name}({', '.join(parts)})"


def _field(index: int) -> Property:
    return Property(Native("field", lambda run, instance: instance.payload[index]))


def give_fields(cls: Class, fields: Sequence[str], defaults: dict[str, Value]) -> None:
    """Make a subclass of tuple a named one."""
    names = tuple(fields)
    cls.namespace.update({name: _field(index) for index, name in enumerate(names)})
    cls.namespace.update(
        {
            "_fields": names,
            "_field_defaults": defaults,
            "__match_args__": names,
            "_make": ClassMethod(Native("_make", _make)),
            "_replace": Native("_replace", _replace, binds=True),
            "_asdict": Native("_asdict", _as_dict, binds=True),
        }
    )
    cls.namespace.setdefault("__new__", StaticMethod(Native("__new__", _new)))
    for name in ("__repr__", "__str__"):
        cls.namespace.setdefault(name, Native(name, _text, binds=True))


def _named(run: Run, name: Value, fields: list[str], defaults: dict[str, Value]) -> Value:
    run.impure()
    cls = Class(str(name), (TUPLE,), {}, module="__main__", place=run.place)
    give_fields(cls, fields, defaults)
    return cls


def _is_field(name: str) -> bool:
    return name.isidentifier() and not name.startswith("_") and not iskeyword(name)


@native("collections.namedtuple")
def namedtuple(
    run: Run, typename: Value, field_names: Value, *, rename: Value = False, defaults: Value = None, **more: Value
) -> Value:
    names = operations.payload(field_names)
    if isinstance(typename, Unknown) or isinstance(names, Unknown):
        return run.unknown("a named tuple whose fields are not known")
    fields = names.replace(",", " ").split() if isinstance(names, str) else list(iteration.iterate(run, names))
    if not all(isinstance(field, str) for field in fields):
        return run.unknown("a named tuple whose fields are not known")
    if operations.truth(run, rename):
        fields = [f if _is_field(f) and f not in fields[:i] else f"_{i}" for i, f in enumerate(fields)]
    for field in fields:
        if not (_is_field(field) or rename):
            raise raised(run, "ValueError", f"Field names must be valid identifiers: {field!r}")
    if len(set(fields)) != len(fields):
        raise raised(run, "ValueError", "Encountered duplicate field name")
    values = [] if defaults is None else list(iteration.iterate(run, defaults))
    if len(values) > len(fields):
        raise raised(run, "TypeError", "Got more default values than field names")
    return _named(run, typename, fields, dict(zip(fields[len(fields) - len(values) :], values, strict=True)))


def _functional(run: Run, cls: Class, typename: Value, fields: Value = (), **keywords: Value) -> Value:
    pairs = [tuple(iteration.iterate(run, pair)) for pair in iteration.iterate(run, fields)]
    return _named(run, typename, [pair[0] for pair in pairs] or list(keywords), {})


def _hook(run: Run, cls: Class) -> None:
    """`class Point(NamedTuple)`: its annotations are the fields; classes below it are ordinary."""
    if NAMED_TUPLE not in cls.bases:
        return
    fields = list(cls.namespace.get("__annotations__", {}))
    defaults = {name: cls.namespace[name] for name in fields if name in cls.namespace}
    give_fields(cls, fields, defaults)


NAMED_TUPLE = Class(
    "NamedTuple", (TUPLE,), {"__class_hook__": Native("NamedTuple", _hook)}, module="typing", native=_functional
)
NAMED_TUPLES = Table({"typing.NamedTuple": NAMED_TUPLE, "typing_extensions.NamedTuple": NAMED_TUPLE})
