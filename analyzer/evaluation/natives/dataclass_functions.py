"""dataclasses: what is asked of a dataclass and its objects.

[f.name for f in fields(Config)]        -> ["width", "depths"]
asdict(Config())                        -> {"width": 64, "depths": [3, 3, 9, 3]}
replace(config, width=96).width         -> 96
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation import attributes, calls
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.dataclass import Fields, fields_of, stored
from analyzer.evaluation.natives.registry import native, natives
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Unknown, Value


def _known_fields(run: Run, value: Value, function: str) -> Fields:
    cls = value if isinstance(value, Class) else value.cls if isinstance(value, Instance) else None
    fields = None if cls is None else fields_of(cls)
    if fields is None:
        raise raised(run, "TypeError", f"{function}() should be called on dataclass instances")
    return fields


@native("dataclasses.fields")
def fields(run: Run, value: Value) -> Value:
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True)
    return tuple(one for one in _known_fields(run, value, "fields").values() if not one.attributes["is_init_var"])


@native("dataclasses.is_dataclass")
def is_dataclass(run: Run, value: Value) -> Value:
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True)
    cls = value if isinstance(value, Class) else value.cls if isinstance(value, Instance) else None
    return cls is not None and fields_of(cls) is not None


def _convert(run: Run, value: Value, make: Any) -> Value:
    run.step()
    if isinstance(value, Instance) and fields_of(value.cls) is not None:
        names = stored(fields_of(value.cls) or {})
        return make([(name, _convert(run, attributes.get_attribute(run, value, name), make)) for name in names])
    if isinstance(value, (list, tuple)):
        return type(value)([_convert(run, item, make) for item in value])
    if isinstance(value, dict):
        return {_convert(run, key, make): _convert(run, item, make) for key, item in value.items()}
    return natives()["copy.deepcopy"].function(run, value)


@native("dataclasses.asdict")
def asdict(run: Run, obj: Value, *, dict_factory: Value = None) -> Value:
    if isinstance(obj, Unknown):
        return obj
    _known_fields(run, obj, "asdict")
    return _convert(run, obj, dict if dict_factory is None else lambda p: calls.call(run, dict_factory, [p], {}))


@native("dataclasses.astuple")
def astuple(run: Run, obj: Value, *, tuple_factory: Value = None) -> Value:
    if isinstance(obj, Unknown):
        return obj
    _known_fields(run, obj, "astuple")
    return _convert(run, obj, lambda pairs: tuple(value for _, value in pairs))


@native("dataclasses.replace", "copy.replace")
def replace(run: Run, obj: Value, /, **changes: Value) -> Value:
    if isinstance(obj, Unknown):
        return obj
    for name, one in _known_fields(run, obj, "replace").items():
        if one.attributes["init"] is True and name not in changes and not one.attributes["is_init_var"]:
            changes[name] = attributes.get_attribute(run, obj, name)
    return calls.call(run, obj.cls, [], changes)
