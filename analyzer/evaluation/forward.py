"""Calling a module: hooks, `forward`, and the record of what went in and out.

call_module(run, linear, [Tensor([128, 20])], {})      -> Tensor([128, 30])
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.expression import TooComplex
from analyzer.algebra.rational import Inexact
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.evaluation import attributes, calls, replay
from analyzer.evaluation.exceptions import MISFITS, misfit
from analyzer.evaluation.run import Run
from analyzer.evaluation.trace import types_of
from analyzer.evaluation.values import Bound, ModuleInstance, Native, Tensor, Unknown, Value


class ShapeError(Refused):
    """Torch would refuse this call: the layer's path is found by `module`."""

    def __init__(self, refused: Refused, module: ModuleInstance, inputs: Any, place: Any) -> None:
        super().__init__(refused.message)
        self.module = module
        self.inputs = inputs
        self.place = place


def call_module(run: Run, module: ModuleInstance, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """`module(*arguments, **keywords)`"""
    own = module.cls.lookup("__call__")
    if own is not None:
        return calls.call(run, own[1], [module, *arguments], keywords)
    if run.recorder is not None and module.cls.spec is None:
        return replay.call(run, module, arguments, keywords, call_forward)
    return call_forward(run, module, arguments, keywords)


def call_forward(run: Run, module: ModuleInstance, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """What `Module.__call__` does."""
    for kind, hook in module.hooks:
        if kind == "pre":
            result = calls.call(run, hook, [module, tuple(arguments)], {})
            if result is not None and not isinstance(result, Unknown):
                arguments = list(result) if isinstance(result, tuple) else [result]
    recorder = run.recorder
    number = -1
    if recorder is not None:
        run.check_parts([*arguments, *keywords.values()])
        number = recorder.enter(module, types_of([*arguments, *keywords.values()]))
    place = run.place
    output: Value = None
    try:
        method = attributes.get_attribute(run, module, "forward")
        result = calls.call(run, method, arguments, keywords)
        run.check_parts(result)
        output = result
    except Refused as refused:
        if isinstance(refused, ShapeError):
            raise
        inputs = types_of([*arguments, *keywords.values()])
        at = place if module.cls.spec is not None else refused.place or run.place
        raise ShapeError(refused, module, inputs, at) from None
    finally:
        if recorder is not None:
            recorder.leave(number, types_of(output))
    for kind, hook in module.hooks:
        if kind == "post":
            result = calls.call(run, hook, [module, tuple(arguments), output], {})
            if result is not None and not isinstance(result, Unknown):
                output = result
    return output


class LayerView:
    """`c` of a layer's rules: the attributes of the instance, its parameters and buffers as tensor types.

    A tensor that a property of the class computes, as a parametrized weight, is computed once.
    """

    __slots__ = ("_computed", "_module", "_run")

    def __init__(self, run: Run, module: ModuleInstance) -> None:
        self._run = run
        self._module = module
        parametrized = module.modules.get("parametrizations")
        names = parametrized.modules if isinstance(parametrized, ModuleInstance) else ()
        self._computed = {name: attributes.get_attribute(run, module, name) for name in names}

    def __getattr__(self, name: str) -> Any:
        module = self._module
        for registry in (self._computed, module.attributes, module.parameters or {}, module.buffers):
            if name in registry:
                value = registry[name]
                if isinstance(value, Unknown):
                    raise Unsettled(value)
                if not isinstance(value, Tensor):
                    return value
                if value.type is None:
                    raise Unsettled(value.unknown or Unknown(f"the shape of {name}", None))
                return value.type
        if name == "training":
            return module.training
        raise attributes.missing(self._run, module, name)


class Unsettled(Exception):
    """A rule read something that is not known."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.unknown = unknown


def layer_forward(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    """The `forward` of a leaf layer of torch, by its entry."""
    from analyzer.evaluation.tensors import in_place, result_tensor, rule_arguments, tensors_in

    run.allowance.check_time(run.place)
    spec = next(base.spec for base in module.cls.mro if base.spec is not None)
    unknown = unknown_among(arguments, keywords) or module.incomplete
    if unknown is not None:
        return missed(run, unknown)
    view = LayerView(run, module)
    inputs, named = rule_arguments(arguments, keywords)
    try:
        if spec.infer is not None:
            settle_lazy(run, module, spec.infer(view, *inputs, **named), spec.becomes)
            return layer_forward(run, module, *arguments, **keywords)
        output = spec.forward(view, *inputs, **named)
        macs = spec.macs(view, output, *inputs, **named)
    except Unsettled as error:
        return missed(run, error.unknown)
    except (Inexact, TooComplex) as error:
        return missed(run, run.unknown(str(error), plain=True))
    except MISFITS as error:
        return missed(run, run.unknown(misfit(spec.name, error)))
    result, tensors = result_tensor(output)
    if module.attributes.get("inplace") is True and isinstance(result, Tensor) and arguments:
        result = in_place(arguments[0], result)
        tensors = [result]
    if run.recorder is not None:
        given = list(tensors_in((*arguments, *keywords.values())))
        run.recorder.equation(
            spec.qualified_name, given, tensors, macs, module.place, arguments=inputs, training=module.training
        )
    return result


def missed(run: Run, unknown: Unknown) -> Unknown:
    """The result of a layer or operator that met something unknown."""
    if run.recorder is not None:
        run.recorder.miss(unknown)
    return Unknown(unknown.reason, unknown.place, plain=True)


def unknown_among(arguments: tuple[Value, ...] | list[Value], keywords: Mapping[str, Value]) -> Unknown | None:
    """The first Unknown among arguments, a level deep, and among the bounds of slices."""
    for argument in (*arguments, *keywords.values()):
        if isinstance(argument, Unknown):
            return argument
        if isinstance(argument, slice):
            argument = (argument.start, argument.stop, argument.step)
        if isinstance(argument, Tensor) and argument.type is None:
            return argument.unknown or Unknown("a tensor whose shape is not known", argument.place)
        if isinstance(argument, (list, tuple)):
            for item in argument:
                if isinstance(item, slice):
                    bounds = (item.start, item.stop, item.step)
                    item = next((bound for bound in bounds if isinstance(bound, Unknown)), item)
                if isinstance(item, Unknown):
                    return item
                if isinstance(item, Tensor) and item.type is None:
                    return item.unknown or Unknown("a tensor whose shape is not known", item.place)
    return None


def settle_lazy(run: Run, module: ModuleInstance, settled: Mapping[str, Any], becomes: str | None) -> None:
    """Give a lazy layer the sizes that its first call settles, and the class that it turns into."""
    from analyzer.evaluation.layers import fill, layer_class

    module.attributes.update(settled)
    if becomes is not None:
        cls = layer_class(f"torch.nn.{becomes}")
        assert cls is not None
        assert cls.spec is not None
        module.cls = cls
        fill(run, module, cls.spec)


def forward_native(name: str) -> Native:
    """The `forward` method of a leaf layer's class."""
    return Native(f"{name}.forward", layer_forward, binds=True)


__all__ = ["Bound", "LayerView", "ShapeError", "TensorType", "call_forward", "call_module", "layer_forward"]
