"""What of Python, its standard library and torch is known natively, and how a name in it is found.

attribute("torch.nn.Linear").value      -> Class("Linear")
attribute("math.sqrt").value            -> Native("math.sqrt")
attribute("torch.flatten").value        -> Operator("torch.flatten")
is_native_module("torch.nn")            -> True
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from analyzer.algebra.expression import Expr
from analyzer.algebra.rational import Rational
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.registry import natives
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    Function,
    Instance,
    Native,
    Operator,
    Partial,
    Tensor,
    Unknown,
    Value,
)
from analyzer.knowledge.operator import operators

NATIVE_ROOTS = frozenset({"torch", "einops", "numpy", "typing_extensions", "yaml", "toml", "tomli"})


@dataclass(frozen=True, slots=True)
class Found:
    """A native value; None among values is a value too."""

    value: Value


@cache
def attribute(name: str) -> Found | None:
    """The value of a qualified name, or None."""
    from analyzer.evaluation.composites import composite_class
    from analyzer.evaluation.layers import abstract_classes, layer_class

    name = _ALIASES.get(name, name)
    table = natives()
    if name in table:
        return Found(table[name])
    cls = layer_class(name) or composite_class(name)
    if cls is not None:
        return Found(cls)
    spec = operators().get(name)
    if spec is not None:
        return Found(Operator(name, spec))
    if name.startswith("torch.nn.modules."):
        short = name.rpartition(".")[2]
        if short in abstract_classes():
            return Found(abstract_classes()[short])
        short = f"torch.nn.{short}"
        if short != name and (short in table or name.count(".") == 4):
            return Found(table[short]) if short in table else None
    return None


_ALIASES = {"torch.nn.parameter.Parameter": "torch.nn.Parameter"}


@cache
def _known_names() -> frozenset[str]:
    from analyzer.evaluation.composites import exports
    from analyzer.knowledge.layer import layers

    return frozenset((*natives(), *layers(), *operators(), *exports()))


@cache
def _known_modules() -> frozenset[str]:
    found: set[str] = set(_TORCH_MODULES)
    for name in _known_names():
        parts = name.split(".")
        found.update(".".join(parts[:end]) for end in range(1, len(parts)))
    return frozenset(found)


_TORCH_MODULES = (
    "torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.nn.modules", "torch.optim",
    "torch.utils", "torch.utils.data", "torch.utils.checkpoint", "torch.utils.model_zoo", "torch.distributed",
    "torch.cuda", "torch.cuda.amp", "torch.amp", "torch.jit", "torch.autograd", "torch.backends", "torch.hub",
    "torch.fx",
    "torch.nn.parallel", "torch.distributions", "torch.onnx", "torch.ao", "torch.ao.quantization", "torch.quantization",
    "torch.linalg", "torch.fft", "torch.special", "torch.nn.parameter", "torch.nn.modules.utils", "torch.library",
    "torch.nn.modules.conv", "torch.nn.modules.batchnorm", "torch.nn.modules.activation", "torch.nn.modules.container",
    "torch.nn.modules.linear", "torch.nn.modules.module", "torch.nn.modules.normalization", "torch.nn.modules.pooling",
    "torch.nn.modules.dropout", "torch.nn.modules.instancenorm", "torch.nn.modules.loss", "torch.nn.modules.rnn",
    "torch.nn.modules.sparse", "torch.nn.modules.transformer", "torch.nn.modules.upsampling", "torch.ops",
    "torch.profiler", "torch.version", "torch._jit_internal", "torch.types", "torch.func",
)  # fmt: skip


def is_native_module(name: str) -> bool:
    """Whether `import name` gives a module that is known natively."""
    top = name.partition(".")[0]
    if top in NATIVE_ROOTS:
        return attribute(name) is None or is_known_module(name)
    return top in sys.stdlib_module_names and (name in _known_modules() or name == top or top != "test")


def is_known_module(name: str) -> bool:
    """Whether an attribute of a native module is a module: one that holds something known."""
    return name in _known_modules()


def names_in(module: str) -> Iterable[str]:
    """The public names of a native module, for `from module import *`."""
    prefix = f"{module}."
    found = {n[len(prefix) :] for n in _known_names() if n.startswith(prefix) and "." not in n[len(prefix) :]}
    return sorted(name for name in found if not name.startswith("_"))


# ---------------------------------------------------------------- host values as objects


@cache
def _host_classes() -> dict[type, Class]:
    found: dict[type, Class] = {}
    table = natives()
    for name in table:
        if name.startswith(("builtins.", "collections.")):
            value = table[name]
            if isinstance(value, Class) and value.host is not None:
                found.setdefault(value.host, value)
    return found


def class_of(value: Value) -> Value:
    """`type(value)`"""
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Class):
        return value.keywords.get("metaclass") or natives()["builtins.type"]
    if isinstance(value, Tensor):
        return natives()["torch.nn.Parameter" if value.is_parameter else "torch.Tensor"]
    if isinstance(value, Expr):
        return natives()["builtins.int"]
    if isinstance(value, Rational):
        return natives()["builtins.float"]
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True, key=value.key and f"type({value.key})")
    for host in type(value).__mro__:
        if host in _host_classes() and host is not object:
            return _host_classes()[host]
    return natives()[
        "builtins.function" if isinstance(value, (Function, Native, Bound, Partial)) else "builtins.object"
    ]


def is_of_class(run: Run, value: Value, cls: Class) -> Value:
    """`isinstance(value, cls)` for a class that is known."""
    special = cls.namespace.get("__instance_check__")
    if special is not None:
        return special.function(run, value)
    own = class_of(value)
    if isinstance(own, Class):
        if own.is_subclass(cls):
            return True
        if isinstance(value, bool) and cls.host is int:
            return True
        if isinstance(value, Instance) and (value.incomplete or own.unknown_base) and own.unknown_base is not None:
            unknown = own.unknown_base
            return Unknown(unknown.reason, unknown.place, plain=True, key=f"isinstance {id(own)} {id(cls)}")
    return False


def base_class(value: Value) -> Value:
    """What a base in a class statement stands for: an alias of typing is the class behind it."""
    if isinstance(value, Instance) and isinstance(value.attributes.get("__origin__"), Class):
        return value.attributes["__origin__"]
    return value


def method(run: Run, value: Value, name: str) -> Value:
    """A method or attribute of a host value: `[].append`."""
    from analyzer.evaluation.natives.methods import METHODS

    for host in type(value).__mro__:
        table = METHODS.get(host)
        if table is not None and name in table:
            return Bound(table[name], value)
    return _host_attribute(run, value, name)


_HOST_ATTRIBUTES = frozenset({
    "real", "imag", "numerator", "denominator", "start", "stop", "step", "name", "stem", "suffix", "parent", "parts",
    "_fields", "values", "indices", "fields", "maxlen", "value", "itemsize", "is_floating_point", "is_complex",
})  # fmt: skip


def _host_attribute(run: Run, value: Value, name: str) -> Value:
    fields = getattr(value, "fields", None) or getattr(value, "_fields", None)
    if isinstance(value, tuple) and fields and name in fields:
        return value[fields.index(name)]
    if name == "is_floating_point" and hasattr(value, "is_floating"):
        return value.is_floating
    if name in _HOST_ATTRIBUTES and hasattr(value, name) and not callable(getattr(value, name)):
        return getattr(value, name)
    kind = "NoneType" if value is None else type(value).__name__
    raise raised(run, "AttributeError", f"'{kind}' object has no attribute '{name}'")


def unbound_method(run: Run, host: type, name: str) -> Value:
    """`list.append`, `str.lower`: the method of a host class."""
    from analyzer.evaluation.natives.methods import METHODS

    for base in host.__mro__:
        if name in METHODS.get(base, {}):
            return METHODS[base][name]
    return run.unknown(f"{host.__name__}.{name} is not known", plain=True)


def symbol_method(run: Run, value: Value, name: str) -> Value:
    """A method of a size that is not known: `n.bit_length()`."""
    return run.unknown(f"{value}.{name}", plain=True)


def size(shape: tuple[Any, ...]) -> Value:
    """`torch.Size`"""
    from analyzer.evaluation.natives.methods import Size

    return Size(shape)


def device(name: str) -> Value:
    """`torch.device(name)`"""
    instance = Instance(natives()["torch.device"])
    instance.attributes["type"], _, index = name.partition(":")
    instance.attributes["index"] = int(index) if index.isdigit() else None
    return instance
