"""`inspect`: signatures and kinds of functions and classes.

list(inspect.signature(f).parameters)      -> ["x", "stride"]
inspect.isclass(nn.Linear)                 -> True
"""

from __future__ import annotations

import inspect

from analyzer.evaluation import attributes
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    Function,
    Instance,
    ModuleInstance,
    Namespace,
    Native,
    NativeModule,
    Operator,
    Partial,
    Unknown,
    Value,
)

EMPTY = Class("_empty", (OBJECT,), {}, module="inspect")
KINDS = {
    "positional_only": 0, "positional": 1, "var_positional": 2, "keyword_only": 3, "var_keyword": 4,
}  # fmt: skip
PARAMETER = Class("Parameter", (OBJECT,), {
    "empty": EMPTY, "POSITIONAL_ONLY": 0, "POSITIONAL_OR_KEYWORD": 1, "VAR_POSITIONAL": 2, "KEYWORD_ONLY": 3,
    "VAR_KEYWORD": 4,
}, module="inspect")  # fmt: skip
SIGNATURE = Class("Signature", (OBJECT,), {"empty": EMPTY}, module="inspect")


def _parameter(name: str, kind: int, default: Value) -> Instance:
    parameter = Instance(PARAMETER)
    parameter.attributes.update(name=name, kind=kind, default=default, annotation=EMPTY)
    return parameter


def _of_function(function: Function, *, skip: int) -> list[Instance]:
    return [
        _parameter(p.name, KINDS[p.kind], function.defaults.get(p.name, EMPTY))
        for p in function.code.node.parameters.parameters[skip:]
    ]


def _of_host(target: object, *, skip: int) -> list[Instance]:
    found = list(inspect.signature(target).parameters.values())[skip:]  # type: ignore[arg-type]  # our own rules
    return [_parameter(p.name, int(p.kind), EMPTY if p.default is p.empty else p.default) for p in found]


def parameters_of(target: Value, skip: int = 0) -> list[Instance] | None:
    """The parameters of anything callable; None where they are not known."""
    if isinstance(target, Function):
        wrapped = target.attributes.get("__wrapped__")
        return parameters_of(wrapped, skip) if wrapped is not None else _of_function(target, skip=skip)
    if isinstance(target, Bound):
        return parameters_of(target.function, skip + 1)
    if isinstance(target, Class):
        if target.spec is not None:
            return _of_host(target.spec.configure, skip=0)
        found = target.lookup("__init__")
        if found is None:
            return []
        return parameters_of(found[1], 1) if found[0].spec is None else _of_host(found[0].spec.configure, skip=0)
    if isinstance(target, Instance):
        found = target.cls.lookup("forward" if isinstance(target, ModuleInstance) else "__call__")
        return None if found is None else parameters_of(found[1], 1)
    if isinstance(target, Operator):
        return _of_host(target.spec.rule, skip=0)
    if isinstance(target, Partial):
        inner = parameters_of(target.function, skip)
        if inner is None:
            return None
        return [p for p in inner[len(target.arguments) :] if p.attributes["name"] not in target.keywords]
    return None


@native("inspect.signature")
def signature(run: Run, target: Value, **keywords: Value) -> Value:
    if isinstance(target, Unknown):
        return target
    found = parameters_of(target)
    if found is None:
        return run.unknown("the signature of a native function", plain=True)
    result = Instance(SIGNATURE)
    result.attributes["parameters"] = {p.attributes["name"]: p for p in found}
    result.attributes["return_annotation"] = _returns(run, target)
    return result


def _returns(run: Run, target: Value) -> Value:
    """The evaluated return annotation, as far as its names are known."""
    from analyzer.evaluation.expressions import compile_expression
    from analyzer.evaluation.frames import Frame, Scope
    from analyzer.syntax import ir

    function = target.function if isinstance(target, Bound) else target
    while isinstance(function, Function) and "__wrapped__" in function.attributes:
        function = function.attributes["__wrapped__"]
    if not isinstance(function, Function) or function.code.returns is None:
        return EMPTY
    node = function.code.returns
    if isinstance(node, ir.Constant) and node.kind == "str":
        return node.value
    namespace = function.namespace
    return compile_expression(node, Scope("module", namespace.file))(Frame(run, namespace, namespace.names))


@native("inspect.isclass")
def is_class(run: Run, value: Value) -> Value:
    return value if isinstance(value, Unknown) else isinstance(value, Class)


@native("inspect.isfunction", "inspect.isroutine")
def is_function(run: Run, value: Value) -> Value:
    return value if isinstance(value, Unknown) else isinstance(value, Function)


@native("inspect.ismethod")
def is_method(run: Run, value: Value) -> Value:
    return value if isinstance(value, Unknown) else isinstance(value, Bound)


@native("inspect.ismodule")
def is_module(run: Run, value: Value) -> Value:
    return value if isinstance(value, Unknown) else isinstance(value, (Namespace, NativeModule))


@native("inspect.getfullargspec")
def full_argument_specification(run: Run, target: Value) -> Value:
    found = parameters_of(target)
    if found is None:
        return run.unknown("the arguments of a native function", plain=True)
    result = Instance(Class("FullArgSpec", (OBJECT,), {}))
    positional = [p for p in found if p.attributes["kind"] in (0, 1)]
    result.attributes["args"] = [p.attributes["name"] for p in positional]
    result.attributes["kwonlyargs"] = [p.attributes["name"] for p in found if p.attributes["kind"] == 3]
    result.attributes["varargs"] = next((p.attributes["name"] for p in found if p.attributes["kind"] == 2), None)
    result.attributes["varkw"] = next((p.attributes["name"] for p in found if p.attributes["kind"] == 4), None)
    result.attributes["defaults"] = tuple(
        p.attributes["default"] for p in positional if p.attributes["default"] is not EMPTY
    )
    return result


@native("inspect.getmodule")
def get_module(run: Run, value: Value) -> Value:
    if isinstance(value, Function):
        return value.namespace
    return run.unknown("the module of a value", plain=True)


@native("inspect.getmembers")
def get_members(run: Run, value: Value, predicate: Value = None) -> Value:
    from analyzer.evaluation import calls, operations

    if not isinstance(value, Namespace):
        return run.unknown("the members of a value", plain=True)
    run.session.ensure(value)
    pairs = sorted(((name, item) for name, item in value.names.items()), key=lambda pair: pair[0])
    if predicate is None:
        return pairs
    return [pair for pair in pairs if operations.truth(run, calls.call(run, predicate, [pair[1]], {}))]


INSPECT = Table({"inspect.Parameter": PARAMETER, "inspect.Signature": SIGNATURE, "inspect._empty": EMPTY})

__all__ = ["Native", "attributes", "raised"]
