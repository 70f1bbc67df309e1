"""Attributes and special methods: Python's lookup rules on abstract values.

get_attribute(run, conv, "out_channels")      -> 64
call_method(run, layers, "append", [conv], {})
call_special(run, instance, "__len__")        -> 3
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Expr
from analyzer.algebra.rational import Rational
from analyzer.evaluation import assumptions, calls, modules, natives
from analyzer.evaluation.exceptions import OBJECT, exception, raised
from analyzer.evaluation.extents import ABSENT
from analyzer.evaluation.natives import registry
from analyzer.evaluation.rounds import Range, Repetition
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    ClassMethod,
    Function,
    Instance,
    ModuleInstance,
    Namespace,
    Native,
    NativeModule,
    Operator,
    Partial,
    Property,
    Raised,
    StaticMethod,
    Super,
    Tensor,
    Unknown,
    Value,
)


def get_attribute(run: Run, value: Value, name: str) -> Value:
    """`value.name`; raises the analysed program's AttributeError."""
    kind = type(value)
    if kind is Instance or kind is ModuleInstance:
        return _of_instance(run, value, name)
    if kind is Unknown:
        made = assumptions.assume(run, value, name)
        if made is not None:
            return made
        key = f"{value.key}.{name}" if value.key else None
        return Unknown(value.reason, value.place, plain=value.plain, key=key)
    if kind is NativeModule:
        return run.session.native_attribute(run, value, name)
    if kind is Namespace:
        return run.session.import_name(run, value, name, missing="AttributeError")
    if kind is Class:
        return _of_class(run, value, name)
    if kind is Tensor:
        from analyzer.evaluation.tensors import tensor_attribute

        return tensor_attribute(run, value, name)
    if kind is Super:
        return _of_super(run, value, name)
    if kind in (Function, Native, Partial, Bound, Operator, StaticMethod, ClassMethod):
        return _of_callable(run, value, name)
    if kind is Property:
        return _of_property(value, name)
    return _of_host(run, value, name)


def missing(run: Run, value: Value, name: str) -> Raised:
    """The AttributeError for an attribute that is not there."""
    kind = value.cls.name if isinstance(value, Instance) else type(value).__name__
    error = exception("AttributeError", f"'{kind}' object has no attribute '{name}'")
    error.attributes["name"] = name
    return Raised(error, run.place)


def bind(run: Run, value: Value, instance: Value, owner: Class) -> Value:
    """What a class attribute becomes when it is read from an instance."""
    kind = type(value)
    if kind is Function:
        return Bound(value, instance)
    if kind is Native:
        return Bound(value, instance) if value.binds else value
    if kind is StaticMethod:
        return value.function
    if kind is ClassMethod:
        return Bound(value.function, owner)
    if kind is Property:
        result = calls.call(run, value.get, [instance], {})
        if value.cached and isinstance(instance, Instance) and isinstance(value.get, Function):
            instance.attributes[value.get.name] = result
        return result
    if kind is Instance and value.cls.lookup("__get__") is not None:
        return call_special(run, value, "__get__", instance, owner)
    return run.met(value)


def _of_instance(run: Run, value: Instance, name: str) -> Value:
    cls = value.cls
    found = cls.lookup(name)
    if found is not None and type(found[1]) is Property and not found[1].cached:
        try:
            return bind(run, found[1], value, cls)
        except Raised as error:
            if error.value.cls.name != "AttributeError" or cls.lookup("__getattr__") is None:
                raise
            return call_special(run, value, "__getattr__", name)
    if found is not None and type(found[1]) is Instance and found[1].cls.lookup("__set__") is not None:
        return bind(run, found[1], value, cls)
    if name in value.attributes:
        return value.attributes[name]
    if found is not None:
        return bind(run, found[1], value, cls)
    if isinstance(value, ModuleInstance):
        registered = modules.registered(value, name)
        if registered is not modules.ABSENT:
            return registered
    if name in _INSTANCE_SPECIALS:
        return _INSTANCE_SPECIALS[name](run, value)
    if isinstance(value, ModuleInstance):
        held, method = modules.of_every_module(name)
        if held is not None:
            return held.function(run, value)
        if method is not None:
            return Bound(method, value)
    if cls.lookup("__getattr__") is not None:
        return call_special(run, value, "__getattr__", name)
    if value.payload is not None:
        return natives.method(run, value.payload, name)
    unknown = value.incomplete or cls.unknown_base
    if unknown is not None:
        return Unknown(unknown.reason, unknown.place)
    raise missing(run, value, name)


_INSTANCE_SPECIALS: dict[str, Any] = {
    "__class__": lambda run, value: value.cls,
    "__dict__": lambda run, value: value.attributes,
    "__module__": lambda run, value: value.cls.module,
    "__doc__": lambda run, value: None,
}


def _of_class(run: Run, cls: Class, name: str) -> Value:
    found = cls.lookup(name)
    if found is not None:
        value = found[1]
        kind = type(value)
        if kind is StaticMethod:
            return value.function
        if kind is ClassMethod:
            return Bound(value.function, cls)
        if kind is Instance and value.cls.lookup("__get__") is not None:
            return call_special(run, value, "__get__", None, cls)
        return run.met(value)
    special = _CLASS_SPECIALS.get(name)
    if special is not None:
        run.impure()
        return special(cls)
    meta = cls.keywords.get("metaclass")
    inherited_by_class = meta.lookup(name) if isinstance(meta, Class) else None
    if isinstance(meta, Class) and inherited_by_class is not None:
        return bind(run, inherited_by_class[1], cls, meta)
    owner = "module" if cls.is_module and f"module.{name}" in registry.natives() else "object"
    inherited = registry.natives().get(f"{owner}.{name}")
    if inherited is not None:
        return inherited.function if isinstance(inherited, StaticMethod) else inherited
    host = next((c.host for c in cls.mro if c.host is not None and c.host is not object), None)
    if host is not None and hasattr(host, name):
        return natives.unbound_method(run, host, name)
    if cls.unknown_base is not None:
        return Unknown(cls.unknown_base.reason, cls.unknown_base.place)
    raise raised(run, "AttributeError", f"type object '{cls.name}' has no attribute '{name}'")


_CLASS_SPECIALS: dict[str, Any] = {
    "__name__": lambda cls: cls.name,
    "__qualname__": lambda cls: cls.qualified_name,
    "__module__": lambda cls: cls.module,
    "__mro__": lambda cls: cls.mro,
    "__bases__": lambda cls: cls.bases,
    "__dict__": lambda cls: dict(cls.namespace),
    "__doc__": lambda cls: None,
    "__annotations__": lambda cls: {},
    "mro": lambda cls: Native("mro", lambda run: list(cls.mro)),
    "__subclasses__": lambda cls: Native("__subclasses__", lambda run: run.unknown("the subclasses of a class")),
}


def _of_super(run: Run, value: Super, name: str) -> Value:
    instance = value.instance
    cls = instance if isinstance(instance, Class) else instance.cls if isinstance(instance, Instance) else OBJECT
    mro = cls.mro
    behind = mro[mro.index(value.owner) + 1 :] if value.owner in mro else mro
    for base in behind:
        if name in base.namespace:
            found = base.namespace[name]
            if type(found) is ClassMethod:
                return Bound(found.function, cls)
            if isinstance(instance, Class):
                return found.function if type(found) is StaticMethod else run.met(found)
            return bind(run, found, instance, cls)
    unknown = next((base.unknown_base for base in behind if base.unknown_base), None) or value.owner.unknown_base
    if unknown is not None:
        return _of_unknown_base(run, instance, name, unknown)
    if isinstance(instance, ModuleInstance):
        registered = modules.registered(instance, name)
        if registered is not modules.ABSENT:
            return registered
    if isinstance(instance, Instance) and instance.payload is not None:
        return natives.method(run, instance.payload, name)
    if isinstance(instance, Class) and name in _CLASS_SPECIALS:
        return _CLASS_SPECIALS[name](instance)
    kind = "module" if cls.is_module and f"module.{name}" in registry.natives() else "object"
    inherited = registry.natives().get(f"{kind}.{name}")
    if inherited is not None:
        return inherited.function if isinstance(inherited, StaticMethod) else Bound(inherited, instance)
    raise raised(run, "AttributeError", f"'super' object has no attribute '{name}'")


def _of_unknown_base(run: Run, instance: Value, name: str, unknown: Unknown) -> Value:
    """A method of a base class whose source is not at hand: it may do anything to the instance."""
    if isinstance(instance, Instance):
        instance.incomplete = instance.incomplete or unknown
    if name == "__init__":
        return Native("__init__", lambda run, *arguments, **keywords: None)
    return Unknown(unknown.reason, unknown.place)


def _of_callable(run: Run, value: Value, name: str) -> Value:
    target = value.function if isinstance(value, (Bound, StaticMethod, ClassMethod)) else value
    own = getattr(target, "attributes", None)
    if own is not None:
        if run.extent is not None:
            closure = target.closure if isinstance(target, Function) else None
            run.extent.read(own, name, own.get(name, ABSENT), 0 if closure is None else closure.born)
        if name in own:
            return own[name]
    if isinstance(value, Partial) and name in ("func", "args", "keywords"):
        return {"func": value.function, "args": value.arguments, "keywords": value.keywords}[name]
    if isinstance(value, Bound) and name in ("__self__", "__func__"):
        return value.instance if name == "__self__" else value.function
    if isinstance(target, Function):
        special = _FUNCTION_SPECIALS.get(name)
        if special is not None:
            run.impure()
            return special(target)
    if name in ("__name__", "__qualname__") and hasattr(target, "name"):
        return target.name.rpartition(".")[2]
    if name == "__module__":
        return getattr(target, "name", "").rpartition(".")[0]
    if name in ("__doc__", "__wrapped__") and not isinstance(target, Function):
        if name == "__doc__":
            return None
    elif name == "__call__":
        return value
    elif name == "__class__":
        return natives.class_of(value)
    elif name == "__get__":
        return Native("__get__", lambda run, instance, owner=None: Bound(value, instance))
    raise raised(run, "AttributeError", f"'function' object has no attribute '{name}'")


_FUNCTION_SPECIALS: dict[str, Any] = {
    "__name__": lambda f: f.attributes.get("__name__", f.name),
    "__qualname__": lambda f: f.qualified_name,
    "__module__": lambda f: f.namespace.name,
    "__doc__": lambda f: f.code.docstring,
    "__dict__": lambda f: f.attributes,
    "__defaults__": lambda f: tuple(f.defaults[p] for p in f.code.positional if p in f.defaults) or None,
    "__kwdefaults__": lambda f: {p: f.defaults[p] for p in f.code.keyword_only if p in f.defaults} or None,
    "__annotations__": lambda f: {},
    "__globals__": lambda f: f.namespace.names,
    "__call__": lambda f: f,
}


def _of_property(value: Property, name: str) -> Value:
    if name == "setter":
        return Native("setter", lambda run, function: Property(value.get, function, value.delete))
    if name == "deleter":
        return Native("deleter", lambda run, function: Property(value.get, value.set, function))
    if name == "getter":
        return Native("getter", lambda run, function: Property(function, value.set, value.delete))
    return {"fget": value.get, "fset": value.set, "fdel": value.delete}.get(name)


def _of_host(run: Run, value: Value, name: str) -> Value:
    if isinstance(value, (Range, Repetition)):
        return run.unknown(value.reason)
    if isinstance(value, (Expr, Rational)):
        made = assumptions.assume(run, value, name)
        if made is not None:
            return made
        if name in ("real", "numerator"):
            return value
        return natives.symbol_method(run, value, name)
    if name == "__class__":
        return natives.class_of(value)
    return natives.method(run, value, name)


def has_attribute(run: Run, value: Value, name: str) -> bool | Unknown:
    """`hasattr(value, name)`"""
    if type(value) is ModuleInstance and modules.lacks(value, name, _INSTANCE_SPECIALS):
        return False
    try:
        found = get_attribute(run, value, name)
    except Raised as error:
        if error.value.cls.name == "AttributeError":
            return False
        raise
    if isinstance(found, Unknown):
        owner = getattr(value, "incomplete", None) if isinstance(value, Instance) else None
        stored = isinstance(value, Instance) and (name in value.attributes or owner is None)
        if stored or isinstance(value, (Namespace, Class)):
            return True
        return Unknown(found.reason, found.place, plain=True, key=f"hasattr {found.key}" if found.key else None)
    return True


def has_special(value: Instance, name: str) -> bool:
    """Whether the class of an instance defines a special method."""
    return value.cls.lookup(name) is not None


def call_special(run: Run, value: Instance, name: str, *arguments: Value) -> Value:
    """Call a special method that the class defines."""
    found = value.cls.lookup(name)
    assert found is not None
    method = found[1]
    if type(method) is Function or type(method) is Native:
        return calls.call(run, method, [value, *arguments], {})
    return calls.call(run, bind(run, method, value, value.cls), list(arguments), {})


def call_method(run: Run, value: Value, name: str, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """`value.name(*arguments, **keywords)` without making the bound method where that is possible."""
    kind = type(value)
    if kind is Instance or kind is ModuleInstance:
        if name not in value.attributes:
            found = value.cls.lookup(name)
            if found is not None and (type(found[1]) is Function or (type(found[1]) is Native and found[1].binds)):
                return calls.call(run, found[1], [value, *arguments], keywords)
    elif kind is Tensor:
        from analyzer.evaluation.tensors import call_tensor_method

        return call_tensor_method(run, value, name, arguments, keywords)
    return calls.call(run, get_attribute(run, value, name), arguments, keywords)


"""What changes neither what a layer holds nor what it computes."""


_SIZES = frozenset({"int", "float", "bool", "list", "tuple", "Sequence", "Iterable", "Number", "Integral"})
"""What code asks for where it takes a size, or one for each dimension: a symbol stands for the first."""


def is_instance(run: Run, value: Value, cls: Value) -> Value:
    """`isinstance(value, cls)`"""
    if isinstance(cls, tuple):
        among: Value = False
        for one in cls:
            result = is_instance(run, value, one)
            if result is True:
                return True
            if isinstance(result, Unknown):
                among = result
        return among
    if isinstance(cls, Unknown):
        key = f"isinstance {value.key} {cls.key}" if isinstance(value, Unknown) and value.key and cls.key else None
        return Unknown(cls.reason, cls.place, plain=True, key=key)
    unknown = value if isinstance(value, Unknown) else assumptions.doubted(run, value)
    if unknown is not None and (unknown is value or getattr(cls, "name", "") not in _SIZES):
        key = f"isinstance {unknown.key} {cls!r}" if unknown.key else None
        return Unknown(unknown.reason, unknown.place, plain=True, key=key)
    if isinstance(cls, Class):
        return natives.is_of_class(run, value, cls)
    if cls is None:
        return value is None
    if isinstance(cls, (NativeModule, Native, Function)):
        return run.unknown(f"isinstance() with {cls!r}", plain=True)
    raise raised(run, "TypeError", "isinstance() arg 2 must be a type, a tuple of types, or a union")
