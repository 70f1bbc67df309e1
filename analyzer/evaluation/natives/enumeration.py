"""enum: members are made when the class statement ends, in the order of the body.

class Norm(str, Enum):          Norm("bn") is Norm.BATCH    Norm["BATCH"].value  -> "bn"
    BATCH = "bn"
    LAYER = auto()
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation import attributes, calls, comparisons, iteration, operations, strings
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.natives.builtin_types import TYPES
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Class,
    ClassMethod,
    Function,
    Instance,
    Native,
    Property,
    StaticMethod,
    Unknown,
    Value,
)

# ---------------------------------------------------------------- auto, member, nonmember

_BITS = {"or": "|", "and": "&", "xor": "^"}
_SIGNS = {**_BITS, "add": "+", "sub": "-", "mul": "*", "floordiv": "//", "mod": "%", "pow": "**", "lshift": "<<"}


def _combined(name: str, *, swapped: bool) -> Native:
    def combine(run: Run, left: Value, right: Value) -> Value:
        result = Instance(AUTO)
        result.attributes["parts"] = (_SIGNS[name], *((right, left) if swapped else (left, right)))
        return result

    return Native(f"auto.{name}", combine, binds=True)


def _auto(run: Run, cls: Class) -> Value:
    return Instance(AUTO)


_COMBINED = {f"__{r}{name}__": _combined(name, swapped=bool(r)) for name in _SIGNS for r in ("", "r")}
AUTO = Class("auto", (OBJECT,), _COMBINED, module="enum", native=_auto)
WRAPPER = Class("member", (OBJECT,), {}, module="enum")


def _wrap(kind: str) -> Native:
    def wrap(run: Run, value: Value) -> Value:
        result = Instance(WRAPPER)
        result.attributes.update(kind=kind, value=value)
        return result

    return Native(f"enum.{kind}", wrap)


# ---------------------------------------------------------------- making members


def _is_member(cls: Class, name: str, value: Value, ignored: list[str]) -> bool:
    if isinstance(value, Instance) and value.cls is WRAPPER:
        return bool(value.attributes["kind"] == "member")
    if name in ignored or (name.startswith("_") and name.endswith("_")) or name.startswith(f"_{cls.name}__"):
        return False
    if isinstance(value, (Function, Native, Property, StaticMethod, ClassMethod)):
        return False
    return not (isinstance(value, Instance) and value.cls.lookup("__get__") is not None)


def _settle(run: Run, cls: Class, name: str, value: Value, values: list[Value]) -> Value:
    """The value of a member, with every auto() in it made concrete."""
    if isinstance(value, tuple) and any(isinstance(v, Instance) and v.cls is AUTO for v in value):
        return tuple(_settle(run, cls, name, item, values) for item in value)
    if not isinstance(value, Instance) or value.cls is not AUTO:
        return value
    if "parts" in value.attributes:
        sign, *sides = value.attributes["parts"]
        if sign not in _BITS.values() and any(_unbound(side) for side in sides):
            raise raised(run, "TypeError", f"unsupported operand type(s) for {sign}: 'auto'")
        left, right = (_settle(run, cls, name, side, values) for side in sides)
        return operations.binary(run, sign, left, right)
    if "value" not in value.attributes:
        found = cls.lookup("_generate_next_value_")
        assert found is not None
        function = found[1].function if isinstance(found[1], (StaticMethod, ClassMethod)) else found[1]
        value.attributes["value"] = calls.call(run, function, [name, 1, len(values), list(values)], {})
    return value.attributes["value"]


def _unbound(value: Value) -> bool:
    """Whether it is an auto() that no earlier member has the name of."""
    return isinstance(value, Instance) and value.cls is AUTO and not value.attributes.keys() & {"value", "parts"}


def _make_member(run: Run, cls: Class, value: Value) -> Instance:
    arguments = list(value) if isinstance(value, tuple) else [value]
    maker = cls.lookup("__new__")
    if maker is not None:
        function = maker[1].function if isinstance(maker[1], StaticMethod) else maker[1]
        member = calls.call(run, function, [cls, *arguments], {})
        if not isinstance(member, Instance):
            raise raised(run, "TypeError", f"a member of {cls.name} that is not known")
    else:
        member = Instance(cls)
        base = next((b for b in cls.mro if b.host is not None and b.payload is not None), None)
        if base is not None and base.native is not None:
            member.payload = base.native(run, base, *([value] if base.payload is tuple else arguments))
    own = member.attributes.get("_value_", member.payload if member.payload is not None and maker is None else value)
    member.attributes["value"] = member.attributes["_value_"] = own
    return member


def finish_members(run: Run, cls: Class) -> None:
    """What EnumMeta.__new__ does once the body has run."""
    ignored = cls.namespace.get("_ignore_", [])
    ignored = ignored.replace(",", " ").split() if isinstance(ignored, str) else list(ignored)
    members: dict[str, Value] = {}
    values: list[Value] = []
    for name, raw in list(cls.namespace.items()):
        if not _is_member(cls, name, raw, ignored):
            if isinstance(raw, Instance) and raw.cls is WRAPPER:
                cls.namespace[name] = raw.attributes["value"]
            continue
        run.step()
        wrapped = isinstance(raw, Instance) and raw.cls is WRAPPER
        value = _settle(run, cls, name, raw.attributes["value"] if wrapped else raw, values)
        member = _make_member(run, cls, value)
        own = member.attributes["value"]
        same = (m for m in members.values() if comparisons.equals(run, m.attributes["value"], own) is True)
        alias = next(same, None)
        if alias is None:
            member.attributes.update(name=name, _name_=name, _sort_order_=len(values))
            initialise = cls.lookup("__init__")
            if initialise is not None and initialise[0].native is None:
                arguments = list(value) if isinstance(value, tuple) else [value]
                calls.call(run, attributes.bind(run, initialise[1], member, cls), arguments, {})
                member.attributes["value"] = member.attributes["_value_"]
            values.append(member.attributes["value"])
        members[name] = cls.namespace[name] = member if alias is None else alias
    if members:
        unique_names = [name for name, member in members.items() if member.attributes["name"] == name]
        cls.namespace.update(_member_map_=members, __members__=members, _member_names_=unique_names)


def _next_integer(run: Run, name: str, start: Value, count: int, last: list[Value]) -> Value:
    numbers = [value for value in last if isinstance(value, int)]
    return (numbers[-1] if numbers else start - 1) + 1


def _next_bit(run: Run, name: str, start: Value, count: int, last: list[Value]) -> Value:
    numbers = [value for value in last if isinstance(value, int)]
    return 1 << max(numbers).bit_length() if numbers else start


def _lower_name(run: Run, name: str, start: Value, count: int, last: list[Value]) -> Value:
    return name.lower()


def _functional(
    run: Run, cls: Class, name: Value, names: Value = None, *, start: Value = 1, **keywords: Value
) -> Value:
    """`Enum("Color", "RED GREEN")`"""
    if isinstance(name, Unknown) or isinstance(names, Unknown):
        return run.unknown("an enumeration whose names are not known", plain=True)
    run.impure()
    made = Class(str(name), (cls,), {}, module="__main__", place=run.place)
    made.keywords = cls.keywords
    listed = names.replace(",", " ").split() if isinstance(names, str) else names
    if isinstance(listed, dict):
        made.namespace.update(listed)
    else:
        values: list[Value] = []
        for item in iteration.iterate(run, listed):
            if isinstance(item, (list, tuple)):
                made.namespace[item[0]] = item[1]
                continue
            found = cls.lookup("_generate_next_value_")
            assert found is not None
            values.append(calls.call(run, found[1].function, [item, start, len(values), list(values)], {}))
            made.namespace[item] = values[-1]
    finish_members(run, made)
    return made


# ---------------------------------------------------------------- flags


def _flag(run: Run, cls: Class, value: Any) -> Value:
    """The member of that value, made where no name has it."""
    found = cls.lookup("_member_map_")
    for member in found[1].values() if found is not None else ():
        if member.attributes["value"] == value:
            return member
    names = [m.attributes["name"] for m in (found[1] if found else {}).values() if m.attributes["value"] & value]
    pseudo = Instance(cls)
    pseudo.payload = value if cls.payload is int else None
    name = "|".join(dict.fromkeys(names)) or None
    pseudo.attributes.update(value=value, _value_=value, name=name, _name_=name)
    return pseudo


def _missing_flag(run: Run, cls: Class, value: Value) -> Value:
    if not isinstance(value, int):
        raise raised(run, "ValueError", f"{value!r} is not a valid {cls.name}")
    return _flag(run, cls, value)


def _bits(sign: str) -> Any:
    def apply(run: Run, left: Instance, right: Value) -> Value:
        other = right.attributes.get("value") if isinstance(right, Instance) else right
        if not isinstance(other, int):
            return NotImplemented
        return _flag(run, left.cls, operations.binary(run, sign, left.attributes["value"], other))

    return apply


def _inverted(run: Run, flag: Instance) -> Value:
    found = flag.cls.lookup("_member_map_")
    assert found is not None
    every = 0
    for member in found[1].values():
        every |= member.attributes["value"]
    return _flag(run, flag.cls, every & ~flag.attributes["value"])


def _holds(run: Run, flag: Instance, other: Value) -> Value:
    return isinstance(other, Instance) and other.attributes["value"] & ~flag.attributes["value"] == 0


# ---------------------------------------------------------------- the classes


@native("enum.unique")
def unique(run: Run, cls: Value) -> Value:
    members = cls.namespace.get("__members__", {}) if isinstance(cls, Class) else {}
    aliases = [name for name, member in members.items() if member.attributes["name"] != name]
    if aliases:
        raise raised(run, "ValueError", f"duplicate values found in {cls!r}: {', '.join(aliases)}")
    return cls


@native("enum.verify")
def verify(run: Run, *constraints: Value) -> Value:
    return Native("enum.verify", lambda run, cls: cls)


def _value_text(run: Run, member: Instance) -> Value:
    return strings.text(run, member.attributes["value"])


def _value_format(run: Run, member: Instance, spec: str) -> Value:
    return strings.format_value(run, member.attributes["value"], "", spec)


def _binding(table: dict[str, Any]) -> dict[str, Value]:
    return {name: Native(name, function, binds=True) for name, function in table.items()}


def _enum(name: str, bases: tuple[Class, ...], namespace: dict[str, Value], following: Any = None) -> Class:
    if following is not None:
        namespace["_generate_next_value_"] = StaticMethod(Native("_generate_next_value_", following))
    cls = Class(name, bases, namespace, module="enum", native=_functional)
    cls.keywords = {"metaclass": ENUM_META}
    return cls


ENUM_META = Class("EnumType", (TYPES.values["builtins.type"],), {}, module="enum")
_NO_MEMBER = ClassMethod(Native("_missing_", lambda run, cls, value: None))
ENUM = _enum(
    "Enum", (OBJECT,), {"__class_hook__": Native("Enum", finish_members), "_missing_": _NO_MEMBER}, _next_integer
)
AS_VALUE = _binding({"__str__": _value_text, "__format__": _value_format})
REPR_ENUM = _enum("ReprEnum", (ENUM,), dict(AS_VALUE))
FLAG = _enum(
    "Flag", (ENUM,), {
        "_missing_": ClassMethod(Native("_missing_", _missing_flag)),
        **_binding({
            "__or__": _bits("|"), "__and__": _bits("&"), "__xor__": _bits("^"), "__ror__": _bits("|"),
            "__rand__": _bits("&"), "__rxor__": _bits("^"), "__invert__": _inverted, "__contains__": _holds,
            "__bool__": lambda run, flag: bool(flag.attributes["value"]),
        }),
    }, _next_bit,
)  # fmt: skip
INT_ENUM = _enum("IntEnum", (TYPES.values["builtins.int"], REPR_ENUM), {})
STR_ENUM = _enum("StrEnum", (TYPES.values["builtins.str"], REPR_ENUM), {}, _lower_name)
INT_FLAG = _enum("IntFlag", (TYPES.values["builtins.int"], FLAG), dict(AS_VALUE))


def _property(run: Run, cls: Class, get: Value = None, *more: Value) -> Value:
    return Property(get, *more)


ENUMS = Table({
    "enum.Enum": ENUM, "enum.IntEnum": INT_ENUM, "enum.StrEnum": STR_ENUM, "enum.Flag": FLAG, "enum.IntFlag": INT_FLAG,
    "enum.ReprEnum": REPR_ENUM, "enum.EnumMeta": ENUM_META, "enum.EnumType": ENUM_META, "enum.auto": AUTO,
    "enum.member": _wrap("member"), "enum.nonmember": _wrap("nonmember"),
    "enum.global_enum": Native("enum.global_enum", lambda run, cls: cls),
    "enum.property": Class("property", (OBJECT,), {}, module="enum", native=_property),
    **{f"enum.{name}": name for name in ("UNIQUE", "CONTINUOUS", "NAMED_FLAGS", "STRICT", "CONFORM", "EJECT", "KEEP")},
})  # fmt: skip
