"""types and string: kinds of Python objects, namespaces with attributes, constants and plain text tools.

SimpleNamespace(width=64).width             -> 64
isinstance(lambda: 0, types.FunctionType)   -> True
textwrap.dedent("  a\\n  b")                 -> "a\\nb"
"""

from __future__ import annotations

import string
import textwrap
from collections.abc import Callable
from typing import Any

from analyzer.evaluation import comparisons, iteration, operations, strings
from analyzer.evaluation.exceptions import OBJECT, guarded
from analyzer.evaluation.generator_objects import GENERATORS
from analyzer.evaluation.natives.builtin_types import TYPES
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    Function,
    Instance,
    Namespace,
    Native,
    NativeModule,
    Operator,
    Unknown,
    Value,
)


def _fill(run: Run, instance: Instance, mapping: Value = None, **values: Value) -> None:
    if mapping is not None:
        instance.attributes.update(iteration.mapping_of(run, mapping))
    instance.attributes.update(values)


def _same(run: Run, one: Instance, other: Value) -> Value:
    if not isinstance(other, Instance) or other.cls is not one.cls:
        return NotImplemented
    return comparisons.equals(run, one.attributes, other.attributes)


def _text(run: Run, instance: Instance) -> Value:
    parts = []
    for name, value in instance.attributes.items():
        text = strings.text(run, value, quoted=True)
        if isinstance(text, Unknown):
            return text
        parts.append(f"{name}={text}")
    kind = "namespace" if instance.cls is NAMESPACE else instance.cls.name
    return f"{kind}({', '.join(parts)})"


NAMESPACE = Class("SimpleNamespace", (OBJECT,), {
    "__init__": Native("SimpleNamespace.__init__", _fill, binds=True),
    "__eq__": Native("SimpleNamespace.__eq__", _same, binds=True),
    "__repr__": Native("SimpleNamespace.__repr__", _text, binds=True),
}, module="types")  # fmt: skip


def _method(run: Run, cls: Class, function: Value, instance: Value) -> Value:
    return Bound(function, instance)


def _module(run: Run, cls: Class, name: Value, doc: Value = None) -> Value:
    if isinstance(name, Unknown):
        return Unknown(name.reason, name.place, plain=True)
    return Namespace(str(name), "", "")


def _proxy(run: Run, cls: Class, mapping: Value) -> Value:
    return mapping


def _kind(name: str, types: tuple[type, ...], make: Any = None) -> Class:
    check = Native(name, lambda run, value: isinstance(value, types))
    return Class(name, (OBJECT,), {"__instance_check__": check}, module="types", native=make)


_KINDS = {
    "FunctionType": _kind("function", (Function,)), "LambdaType": _kind("function", (Function,)),
    "MethodType": _kind("method", (Bound,), _method), "BuiltinFunctionType": _kind("builtin", (Native, Operator)),
    "BuiltinMethodType": _kind("builtin", (Native, Operator)), "GeneratorType": _kind("generator", GENERATORS),
    "ModuleType": _kind("module", (Namespace, NativeModule), _module),
    "MappingProxyType": _kind("mappingproxy", (dict,), _proxy),
}  # fmt: skip


def _pure(name: str, function: Callable[..., Any]) -> Native:
    """A function of one text and small numbers."""

    def apply(run: Run, text: Value, *arguments: Value, **keywords: Value) -> Value:
        text = operations.payload(text)
        values = (text, *arguments, *keywords.values())
        unknown = next((value for value in values if isinstance(value, Unknown)), None)
        if unknown is not None or not all(isinstance(value, (str, int, bool)) for value in values):
            return run.unknown(f"{name}() of a value that is not known", plain=True)
        widths = [len(value) if isinstance(value, str) else abs(value) for value in values[1:]]
        run.check_size(len(text) + (text.count("\n") + 1) * max(widths, default=0))
        return guarded(run, function, text, *arguments, **keywords)

    return Native(name, apply)


_CONSTANTS = ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits", "punctuation",
              "whitespace", "printable")  # fmt: skip
_WRAPPING = ("dedent", "indent", "fill", "wrap")

TYPE_OBJECTS = Table({
    "types.SimpleNamespace": NAMESPACE,
    **{f"types.{name}": cls for name, cls in _KINDS.items()},
    "types.DynamicClassAttribute": TYPES.values["builtins.property"],
    **{f"string.{name}": getattr(string, name) for name in _CONSTANTS},
    "string.capwords": _pure("string.capwords", string.capwords),
    **{f"textwrap.{name}": _pure(f"textwrap.{name}", getattr(textwrap, name)) for name in _WRAPPING},
})  # fmt: skip
