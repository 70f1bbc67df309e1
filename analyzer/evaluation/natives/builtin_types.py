"""Python's builtin types as classes: what calling them gives, and what their subclasses inherit.

int("12")  -> 12       list(range(3))  -> [0, 1, 2]       class Config(dict): ...  has a dict as payload
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Expr
from analyzer.algebra.rational import Rational
from analyzer.evaluation import attribute_writing, attributes, calls, iteration, operations, strings
from analyzer.evaluation.exceptions import EXCEPTIONS, OBJECT, guarded, raised
from analyzer.evaluation.modules import LONGEST_NAME
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import (
    Class,
    ClassMethod,
    Instance,
    ModuleInstance,
    Native,
    Property,
    StaticMethod,
    Tensor,
    Unknown,
    Value,
)


def _number(run: Run, value: Value, special: str) -> Value:
    if isinstance(value, Tensor):
        if value.values is not None and len(value.values) == 1:
            return value.values[0]
        return Unknown("a number that depends on a tensor's data", run.place, scalar=True)
    if isinstance(value, Instance):
        for name in (special, "__index__"):
            if attributes.has_special(value, name):
                return attributes.call_special(run, value, name)
    value = operations.payload(value)
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, scalar=True, key=value.key)
    return value


def _int(run: Run, cls: Class, value: Value = 0, *base: Value, **keywords: Value) -> Value:
    value = _number(run, value, "__int__")
    if isinstance(value, (Unknown, Expr)):
        return value
    if isinstance(value, Rational):
        return value.trunc()
    return guarded(run, int, value, *base, **keywords)


def _float(run: Run, cls: Class, value: Value = 0.0) -> Value:
    value = _number(run, value, "__float__")
    if isinstance(value, (Unknown, Rational)):
        return value
    if isinstance(value, Expr):
        return Rational(value, 1)
    return guarded(run, float, value)


def _bool(run: Run, cls: Class, value: Value = False) -> Value:
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True, scalar=True, key=value.key)
    return operations.truth(run, value)


def _complex(run: Run, cls: Class, *arguments: Value) -> Value:
    if any(isinstance(a, (Unknown, Expr, Rational)) for a in arguments):
        return run.unknown("a complex number", plain=True)
    return guarded(run, complex, *arguments)


def _str(run: Run, cls: Class, value: Value = "", *more: Value, **keywords: Value) -> Value:
    if isinstance(value, bytes) and (more or keywords):
        return guarded(run, str, value, *more, **keywords)
    return strings.text(run, value)


def _bytes(run: Run, cls: Class, value: Value = b"", *more: Value) -> Value:
    if isinstance(value, int):
        run.check_size(value)
    return (
        guarded(run, bytes, value, *more)
        if isinstance(value, (str, bytes, int, list))
        else run.unknown("bytes", plain=True)
    )


def _list(run: Run, cls: Class, value: Value = ()) -> Value:
    items = []
    for item in iteration.iterate(run, value):
        items.append(item)
        run.step()
        if len(items) & 0xFFFF == 0:
            run.check_size(len(items))
    return items


def _tuple(run: Run, cls: Class, value: Value = ()) -> Value:
    return value if type(value) is tuple else tuple(_list(run, cls, value))


def _set(run: Run, cls: Class, value: Value = ()) -> Value:
    return iteration.make_set(run, iteration.iterate(run, value))


def _frozenset(run: Run, cls: Class, value: Value = ()) -> Value:
    result = _set(run, cls, value)
    return result if isinstance(result, Unknown) else frozenset(result)


def _dict(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    result: dict[Value, Value] = {}
    for argument in arguments:
        more = iteration.mapping_of(run, argument)
        run.check_size(len(more))
        result.update(more)
    result.update(keywords)
    return result


def _slice(run: Run, cls: Class, *bounds: Value) -> Value:
    return slice(*bounds)


def _type(run: Run, cls: Class, value: Value, *definition: Value, **keywords: Value) -> Value:
    from analyzer.evaluation import natives
    from analyzer.evaluation.classes import finish_class, make_class

    if not definition:
        return natives.class_of(value)
    bases, namespace = definition
    if isinstance(value, str) and len(value) > LONGEST_NAME:
        raise OutOfFuel(f"a name of {len(value):,} characters", run.place)
    if isinstance(value, Unknown) or isinstance(bases, Unknown) or isinstance(namespace, Unknown):
        return run.unknown("a class made by type() from values that are not known")
    assert run.place is not None
    made = make_class(run, value, list(bases), dict(namespace), module="__main__", place=run.place)
    return finish_class(run, made, keywords)


def _property(
    run: Run, cls: Class, fget: Value = None, fset: Value = None, fdel: Value = None, doc: Value = None
) -> Value:
    return Property(fget, fset, fdel)


def _fill(run: Run, instance: Value, *arguments: Value, **keywords: Value) -> None:
    """`__init__` of the mutable builtin types, for their subclasses."""
    if not isinstance(instance, Instance):
        return
    if isinstance(instance.payload, dict):
        instance.payload.update(_dict(run, OBJECT, *arguments, **keywords))
    elif isinstance(instance.payload, list):
        instance.payload[:] = _list(run, OBJECT, *arguments)
    elif isinstance(instance.payload, set):
        instance.payload.update(_set(run, OBJECT, *arguments))


def _type_class(name: str, host: type, make: Any, *, payload: bool = True, base: Class = OBJECT) -> Class:
    namespace = {"__init__": Native(f"{name}.__init__", _fill, binds=True)} if host in (dict, list, set) else {}
    cls = Class(name, (base,), namespace, native=make, host=host)
    cls.payload = host if payload else None
    return cls


INT = _type_class("int", int, _int)
DICT = _type_class("dict", dict, _dict)


def _from_keys(run: Run, cls: Value, keys: Value, value: Value = None) -> Value:
    result: dict[Value, Value] = {}
    for key in run.paid(iteration.iterate(run, keys)):
        iteration.set_key(run, result, key, value)
    return result


DICT.namespace["fromkeys"] = ClassMethod(Native("dict.fromkeys", _from_keys))


def _new(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    return calls.new_instance(run, cls, list(arguments))


def _store(run: Run, instance: Value, name: str, value: Value) -> None:
    """A plain attribute, past what `Module.__setattr__` registers."""
    special = name in ("__class__", "__dict__", "training")
    if isinstance(instance, ModuleInstance) and not special:
        instance.attributes[name] = value
    else:
        attribute_writing.store_attribute(run, instance, name, value)


def _read(run: Run, instance: Value, name: str) -> Value:
    return attributes.get_attribute(run, instance, name)


def _ignore(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _build_object(run: Run, cls: Class, *arguments: Value) -> Value:
    return Instance(cls)


OBJECT.native = _build_object
OBJECT.host = object
for _cls in EXCEPTIONS.values():
    _cls.payload = None


def _exception_init(run: Run, instance: Value, *arguments: Value, **keywords: Value) -> None:
    if isinstance(instance, Instance):
        instance.attributes["args"] = tuple(arguments)


EXCEPTIONS["BaseException"].namespace["__init__"] = Native("BaseException.__init__", _exception_init, binds=True)
EXCEPTIONS["BaseException"].namespace["with_traceback"] = Native(
    "with_traceback", lambda run, error, traceback: error, binds=True
)


# `object`'s methods are found by super() and through classes, and are never taken for ones the program defines.
INHERITED = {
    "__init__": Native("object.__init__", _ignore, binds=True),
    "__new__": StaticMethod(Native("object.__new__", _new)),
    "__setattr__": Native("object.__setattr__", _store, binds=True),
    "__getattribute__": Native("object.__getattribute__", _read, binds=True),
    "__init_subclass__": Native("object.__init_subclass__", _ignore),
    "__delattr__": Native("object.__delattr__", lambda run, i, n: _delete(run, i, n), binds=True),
}


def _delete(run: Run, instance: Value, name: str) -> None:
    if isinstance(instance, Instance) and name in instance.attributes:
        del instance.attributes[name]
    else:
        raise attributes.missing(run, instance, name)


OBJECT_METHODS = Table({f"object.{name}": value for name, value in INHERITED.items()})


@native("builtins.staticmethod")
def static_method(run: Run, function: Value) -> Value:
    return StaticMethod(function)


@native("builtins.classmethod")
def class_method(run: Run, function: Value) -> Value:
    return ClassMethod(function)


TYPES = Table({
    **{f"builtins.{name}": cls for name, cls in EXCEPTIONS.items()},
    "builtins.object": OBJECT,
    "builtins.int": INT,
    "builtins.bool": _type_class("bool", bool, _bool, base=INT),
    "builtins.float": _type_class("float", float, _float),
    "builtins.complex": _type_class("complex", complex, _complex),
    "builtins.str": _type_class("str", str, _str),
    "builtins.bytes": _type_class("bytes", bytes, _bytes),
    "builtins.list": _type_class("list", list, _list),
    "builtins.tuple": _type_class("tuple", tuple, _tuple),
    "builtins.set": _type_class("set", set, _set),
    "builtins.frozenset": _type_class("frozenset", frozenset, _frozenset),
    "builtins.dict": DICT,
    "builtins.slice": _type_class("slice", slice, _slice, payload=False),
    "builtins.type": _type_class("type", type, _type, payload=False),
    "builtins.property": Class("property", (OBJECT,), {}, native=_property),
    "builtins.function": Class("function", (OBJECT,), {}),
    "types.NoneType": _type_class("NoneType", type(None), _ignore, payload=False),
    "builtins.NoneType": _type_class("NoneType", type(None), _ignore, payload=False),
})  # fmt: skip

__all__ = ["INHERITED", "raised"]
