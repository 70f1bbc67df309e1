"""Torch's own layers as classes of the interpreter, made from their entries of knowledge.

layer_class("torch.nn.Conv2d")        -> Class("Conv2d", bases=(<_ConvNd>,), spec=CONV2D)
call(run, that, [3, 64, 7], {})       -> ModuleInstance with attributes, weight [64, 3, 7, 7] and bias [64]
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cache
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import Expr
from analyzer.algebra.rational import Rational
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.evaluation import forward
from analyzer.evaluation.assumptions import prove
from analyzer.evaluation.exceptions import MISFITS, misfit, raised
from analyzer.evaluation.modules import store
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, ModuleInstance, Native, Tensor, Unknown, Value
from analyzer.knowledge.layer import LayerSpec, layers


@cache
def layer_class(name: str) -> Class | None:
    """The class of a leaf layer by any of the names torch gives it, or None."""
    spec = layers().get(canonical(name))
    if spec is None:
        return None
    if spec.qualified_name != name:
        return layer_class(spec.qualified_name)
    parent = abstract_class(spec.bases)
    namespace: dict[str, Value] = {
        "__init__": Native(f"{spec.name}.__init__", initialiser(spec), binds=True),
        "forward": forward.forward_native(spec.name),
        "reset_parameters": Native("reset_parameters", lambda run, module: None, binds=True),
        **members(spec.qualified_name),
    }
    return Class(spec.name, (parent,), namespace, module=spec.module, spec=spec)


def members(name: str) -> dict[str, Value]:
    """What a class of torch offers besides the methods of every layer: natives named `torch.nn.Embedding.<member>`."""
    from analyzer.evaluation.natives.registry import natives

    table, prefix = natives(), f"{name}."
    return {found[len(prefix) :]: table[found] for found in table if found.startswith(prefix)}


def canonical(name: str) -> str:
    """`torch.nn.modules.conv.Conv2d` is `torch.nn.Conv2d`."""
    if name.startswith("torch.nn.modules."):
        short = f"torch.nn.{name.rpartition('.')[2]}"
        return name if name in layers() else short
    return name


@cache
def abstract_class(bases: tuple[str, ...]) -> Class:
    """The class for the nearest of a layer's abstract bases; Module where there is none."""
    from analyzer.evaluation.natives.module import MODULE

    if not bases:
        return MODULE
    concrete = layer_class(f"torch.nn.{bases[0]}")
    if concrete is not None:
        return concrete
    return Class(bases[0], (abstract_class(bases[1:]),), {}, module="torch.nn.modules")


@cache
def abstract_classes() -> dict[str, Class]:
    """Every abstract base that some layer names: `_ConvNd`, `_BatchNorm`, ..."""
    found: dict[str, Class] = {}
    for spec in layers().values():
        for index, name in enumerate(spec.bases):
            found.setdefault(name, abstract_class(spec.bases[index:]))
    return found


def initialiser(spec: LayerSpec) -> Any:
    """The `__init__` of a layer: binds torch's arguments, sets attributes, registers parameters and buffers."""
    signature = inspect.signature(spec.configure)

    def initialise(run: Run, module: Value, *arguments: Value, **keywords: Value) -> None:
        assert isinstance(module, ModuleInstance)
        run.check_parts(arguments)
        module.parameters = {} if module.parameters is None else module.parameters
        try:
            bound = signature.bind(*arguments, **keywords)
        except TypeError as error:
            raise raised(run, "TypeError", f"{spec.name}.__init__() {error}") from None
        for name, value in bound.arguments.items():
            if isinstance(value, (tuple, list)):  # a size that is not known in one dimension is not known
                bound.arguments[name] = next((part for part in value if isinstance(part, Unknown)), value)
        unknown = next((v for v in bound.arguments.values() if isinstance(v, Unknown)), None)
        if unknown is not None:
            configure_unknown(run, module, spec, bound, unknown)
            return
        values = {name: plain(value) for name, value in bound.arguments.items()}
        prove(run, values.values())
        star = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_KEYWORD), None)
        more = values.pop(star, {}) if star else {}
        try:
            attributes = spec.configure(**values, **more)
        except Refused as refused:
            raise raised(run, "ValueError", f"{spec.name}: {refused.message}") from None
        except TypeError:
            if any(isinstance(value, Rational) for value in values.values()):
                raise raised(run, "TypeError", _NO_SIZE) from None
            raise
        module.attributes.update(attributes)
        fill(run, module, spec, values.get("dtype"))

    def initialise_or_doubt(run: Run, module: Value, *arguments: Value, **keywords: Value) -> None:
        try:
            initialise(run, module, *arguments, **keywords)
        except MISFITS as error:
            module.incomplete = run.unknown(misfit(f"{spec.name}()", error))

    return initialise_or_doubt


def plain(value: Value) -> Value:
    """An argument as a rule takes it: enum members and known scalars become plain values."""
    if isinstance(value, Instance) and value.payload is not None:
        return value.payload
    if isinstance(value, Tensor):
        if value.values is not None and len(value.values) == 1 and value.type is not None and not value.type.shape:
            return value.values[0]
        return value.type
    if isinstance(value, list):
        return [plain(item) for item in value]
    if type(value) is tuple:
        return tuple(plain(item) for item in value)
    return value


_HARMLESS = frozenset({
    "p", "dropout", "eps", "momentum", "inplace", "device", "negative_slope", "padding_mode", "value", "stride",
    "padding", "dilation", "output_padding", "ceil_mode", "batch_first", "reduction", "align_corners", "scale_factor",
    "padding_idx", "max_norm", "norm_type", "scale_grad_by_freq", "sparse", "nonlinearity",
})  # fmt: skip
"""Arguments that no parameter's shape depends on."""


def configure_unknown(
    run: Run, module: ModuleInstance, spec: LayerSpec, bound: inspect.BoundArguments, unknown: Unknown
) -> None:
    """An argument is not known: a layer without parameters stays exact, any other has parameters of unknown shape."""
    values = {n: plain(v) for n, v in bound.arguments.items() if not (isinstance(v, Unknown) and n in _HARMLESS)}
    left = next((v for v in values.values() if isinstance(v, Unknown)), None)
    if left is None:
        try:
            module.attributes.update(spec.configure(**values))
        except Refused as refused:
            raise raised(run, "ValueError", f"{spec.name}: {refused.message}") from None
        fill(run, module, spec, values.get("dtype"))
        module.attributes.update({n: v for n, v in bound.arguments.items() if isinstance(v, Unknown)})
        return
    module.incomplete = Unknown(f"{spec.name}: {unknown.reason}", unknown.place or run.place)
    if values.pop("bias", True) is False and module.parameters is not None:
        module.parameters["bias"] = None
    module.attributes.update(values)


_NO_SIZE = "empty(): argument 'size' must be tuple of ints, but found element of type float"


def fill(run: Run, module: ModuleInstance, spec: LayerSpec, dtype: Value = None) -> None:
    """Register the named parameters and buffers of a configured layer."""
    view = forward.LayerView(run, module)
    if module.parameters is None:
        module.parameters = {}
    given = module.attributes.get("_weight")
    if isinstance(given, TensorType) and dtype is None:
        dtype = given.dtype
    trainable = module.attributes.get("_freeze") is not True
    for name, shape in spec.parameters(view).items():
        if shape is None:
            module.parameters[name] = None
            continue
        if any(isinstance(size, (float, Rational)) for size in shape):
            raise raised(run, "TypeError", _NO_SIZE)
        check_first(run, spec.name, shape)
        type_ = TensorType(tuple(shape), dtype if isinstance(dtype, DType) else DType.float32)
        store(run, module, name, Tensor(type_, is_parameter=True, requires_grad=trainable, place=module.place))
    for name, buffer in spec.buffers(view).items():
        check_first(run, spec.name, () if buffer is None else buffer.shape)
        module.buffers[name] = None if buffer is None else Tensor(buffer, place=module.place)


def check_first(run: Run, name: str, shape: Sequence[Value]) -> None:
    """A bool may be a size anywhere in a shape but in its first place."""
    if shape and isinstance(shape[0], bool):
        raise raised(run, "TypeError", f"{name}: argument 'size' must be tuple of ints, but found element of type bool")


__all__ = ["Expr", "abstract_classes", "canonical", "fill", "layer_class"]
