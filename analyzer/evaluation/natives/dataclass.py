"""dataclasses: the decorator reads the ordered annotations that the class body left, and writes the methods.

@dataclass
class Config:                   Config(32).depths  -> [3, 3, 9, 3]
    width: int = 64
    depths: list[int] = field(default_factory=lambda: [3, 3, 9, 3])
"""

from __future__ import annotations

import re

from analyzer.evaluation import attribute_writing, attributes, calls, comparisons, iteration, operations, strings
from analyzer.evaluation.exceptions import EXCEPTIONS, OBJECT, raised
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Native, Raised, Unknown, Value

MISSING = Instance(Class("_MISSING_TYPE", (OBJECT,), {}, module="dataclasses"))
FIELD = Class("Field", (OBJECT,), {}, module="dataclasses")
INIT_VAR = Class("InitVar", (OBJECT,), {}, module="dataclasses")
KW_ONLY = Class("KW_ONLY", (OBJECT,), {}, module="dataclasses")
FROZEN = Class("FrozenInstanceError", (EXCEPTIONS["AttributeError"],), {}, module="dataclasses")

_CLASS_VARIABLE = re.compile(r"(\w+\.)?ClassVar\b")
_INIT_VARIABLE = re.compile(r"(\w+\.)?InitVar\b")
_KEYWORD_MARK = re.compile(r"(\w+\.)?KW_ONLY$")
Fields = dict[str, Instance]


@native("dataclasses.field")
def field(
    run: Run, *, default: Value = MISSING, default_factory: Value = MISSING, init: Value = True, repr: Value = True,
    hash: Value = None, compare: Value = True, metadata: Value = None, kw_only: Value = MISSING, doc: Value = None,
) -> Value:  # fmt: skip
    if default is not MISSING and default_factory is not MISSING:
        raise raised(run, "ValueError", "cannot specify both default and default_factory")
    result = Instance(FIELD)
    result.attributes.update(
        name=None, type=None, default=default, default_factory=default_factory, init=init, repr=repr, hash=hash,
        compare=compare, metadata={} if metadata is None else metadata, kw_only=kw_only, is_init_var=False,
    )  # fmt: skip
    return result


def fields_of(cls: Class) -> Fields | None:
    """The fields of a dataclass by name, those that are only arguments included."""
    found = cls.lookup("__dataclass_fields__")
    return None if found is None else found[1]


def _collect(run: Run, cls: Class, kw_only: bool) -> Fields:
    fields: Fields = {}
    for base in reversed(cls.mro[1:]):
        fields.update(base.namespace.get("__dataclass_fields__", {}))
    for name, annotation in cls.namespace.get("__annotations__", {}).items():
        if _CLASS_VARIABLE.match(annotation):
            continue
        if _KEYWORD_MARK.match(annotation):
            kw_only = True
            continue
        default = cls.namespace.get(name, MISSING)
        if isinstance(default, Instance) and default.cls is FIELD:
            one = default
            if one.attributes["default"] is MISSING:
                del cls.namespace[name]
            else:
                cls.namespace[name] = one.attributes["default"]
        else:
            if isinstance(default, (list, dict, set)):
                kind = type(default).__name__
                raise raised(
                    run, "ValueError",
                    f"mutable default <class '{kind}'> for field {name} is not allowed: use default_factory",
                )  # fmt: skip
            one = field.value.function(run, default=default)
        own = one.attributes
        own["name"] = name
        own["type"] = run.unknown(f"the type of the field {name}", plain=True)
        own["is_init_var"] = bool(_INIT_VARIABLE.match(annotation))
        if own["kw_only"] is MISSING:
            own["kw_only"] = kw_only
        fields[name] = one
    return fields


def _has_default(one: Instance) -> bool:
    return one.attributes["default"] is not MISSING or one.attributes["default_factory"] is not MISSING


def _check_order(run: Run, fields: Fields) -> None:
    defaulted = False
    for name, one in fields.items():
        if one.attributes["init"] is True and not one.attributes["kw_only"]:
            if defaulted and not _has_default(one):
                raise raised(run, "TypeError", f"non-default argument '{name}' follows default argument")
            defaulted = defaulted or _has_default(one)


def _bind(
    run: Run, cls: Class, fields: Fields, arguments: tuple[Value, ...], keywords: dict[str, Value]
) -> dict[str, Value]:
    named = [name for name, one in fields.items() if one.attributes["init"] is True]
    positional = [name for name in named if not fields[name].attributes["kw_only"]]
    if len(arguments) > len(positional) and cls.unknown_base is None:
        most, given = len(positional) + 1, len(arguments) + 1
        message = f"{cls.name}.__init__() takes {most} positional arguments but {given} were given"
        raise raised(run, "TypeError", message)
    values = dict(zip(positional, arguments, strict=False))
    for name, value in keywords.items():
        if name in values:
            raise raised(run, "TypeError", f"{cls.name}.__init__() got multiple values for argument '{name}'")
        if name not in named and cls.unknown_base is None:
            raise raised(run, "TypeError", f"{cls.name}.__init__() got an unexpected keyword argument '{name}'")
        values[name] = value
    missing = [name for name in named if name not in values and not _has_default(fields[name])]
    if missing:
        listed = " and ".join(repr(name) for name in missing)
        raise raised(run, "TypeError", f"{cls.name}.__init__() missing required arguments: {listed}")
    return values


def _initialiser(cls: Class, fields: Fields, frozen: bool) -> Native:
    def initialise(run: Run, instance: Instance, *arguments: Value, **keywords: Value) -> None:
        values = _bind(run, cls, fields, arguments, keywords)
        store = attribute_writing.store_attribute if frozen else attribute_writing.set_attribute
        for name, one in fields.items():
            own = one.attributes
            if name not in values:
                if own["default_factory"] is not MISSING:
                    values[name] = calls.call(run, own["default_factory"], [], {})
                elif own["default"] is not MISSING:
                    values[name] = run.met(own["default"])
                else:
                    continue
            if not own["is_init_var"]:
                store(run, instance, name, values[name])
        for name in values:
            if name not in fields:
                store(run, instance, name, values[name])
        if instance.cls.lookup("__post_init__") is not None:
            passed = [values[name] for name, one in fields.items() if one.attributes["is_init_var"]]
            calls.call(run, attributes.get_attribute(run, instance, "__post_init__"), passed, {})

    return Native(f"{cls.name}.__init__", initialise, binds=True)


def stored(fields: Fields, mark: str | None = None) -> list[str]:
    """The names of the fields that objects keep, those unmarked left out."""
    kept = (one for one in fields.values() if not one.attributes["is_init_var"])
    return [one.attributes["name"] for one in kept if mark is None or one.attributes[mark] is not False]


def _comparison(fields: Fields, sign: str) -> Native:
    names = stored(fields, "compare")

    def compare(run: Run, one: Instance, other: Value) -> Value:
        if not isinstance(other, Instance) or other.cls is not one.cls:
            return NotImplemented
        left = tuple(attributes.get_attribute(run, one, name) for name in names)
        right = tuple(attributes.get_attribute(run, other, name) for name in names)
        return comparisons.compare(run, sign, left, right)

    return Native(f"dataclass {sign}", compare, binds=True)


def _text(fields: Fields) -> Native:
    def text(run: Run, instance: Instance) -> Value:
        parts = []
        for name in stored(fields, "repr"):
            value = strings.text(run, attributes.get_attribute(run, instance, name), quoted=True)
            if isinstance(value, Unknown):
                return value
            parts.append(f"{name}={value}")
        return f"{instance.cls.qualified_name}({', '.join(parts)})"

    return Native("__repr__", text, binds=True)


def _refuse(run: Run, instance: Instance, name: str, *value: Value) -> None:
    error = Instance(FROZEN)
    error.attributes["args"] = (f"cannot {'assign to' if value else 'delete'} field {name!r}",)
    raise Raised(error, run.place)


def _decorate(run: Run, cls: Value, options: dict[str, Value]) -> Value:
    if not isinstance(cls, Class):
        return cls
    chosen = {name: operations.truth(run, value) for name, value in options.items()}
    frozen = chosen.get("frozen", False)
    fields = _collect(run, cls, chosen.get("kw_only", False))
    _check_order(run, fields)
    namespace = cls.namespace
    namespace["__dataclass_fields__"] = fields
    if chosen.get("init", True):
        namespace["__init__"] = _initialiser(cls, fields, frozen)
    if chosen.get("repr", True):
        namespace.setdefault("__repr__", _text(fields))
    if chosen.get("eq", True):
        namespace.setdefault("__eq__", _comparison(fields, "=="))
    if chosen.get("order", False):
        namespace.update({f"__{name}__": _comparison(fields, sign) for name, sign in _ORDER})
    if frozen:
        namespace["__setattr__"] = Native("__setattr__", _refuse, binds=True)
        namespace["__delattr__"] = Native("__delattr__", _refuse, binds=True)
    takes = [n for n, one in fields.items() if one.attributes["init"] is True and not one.attributes["kw_only"]]
    namespace.setdefault("__match_args__", tuple(takes))
    return cls


_ORDER = (("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="))


@native("dataclasses.dataclass")
def dataclass(run: Run, cls: Value = None, /, **options: Value) -> Value:
    if cls is None:
        return Native("dataclasses.dataclass", lambda run, cls: _decorate(run, cls, options))
    return _decorate(run, cls, options)


@native("dataclasses.make_dataclass")
def make_dataclass(
    run: Run, cls_name: Value, fields: Value, *, bases: Value = (), namespace: Value = None, **options: Value
) -> Value:
    from analyzer.evaluation.classes import finish_class, make_class

    names: dict[str, Value] = dict(iteration.mapping_of(run, namespace)) if namespace is not None else {}
    annotations: dict[str, str] = {}
    for one in iteration.iterate(run, fields):
        parts = (one,) if isinstance(one, str) else tuple(iteration.iterate(run, one))
        annotations[parts[0]] = "Any"
        if len(parts) > 2:
            names[parts[0]] = parts[2]
    assert run.place is not None
    names["__annotations__"] = annotations
    made = make_class(run, cls_name, list(iteration.iterate(run, bases)), names, module="types", place=run.place)
    return _decorate(run, finish_class(run, made, {}), options)


DATACLASSES = Table(
    {
        "dataclasses.MISSING": MISSING,
        "dataclasses.Field": FIELD,
        "dataclasses.InitVar": INIT_VAR,
        "dataclasses.KW_ONLY": KW_ONLY,
        "dataclasses.FrozenInstanceError": FROZEN,
    }
)
