"""torch.nn.utils.fusion and torch.ao.quantization.fuse_modules: layers that take in the BatchNorm behind them.

    fuse_conv_bn_eval(conv, bn)                                 a copy of conv with a bias
    fuse_modules(net.eval(), ["conv", "bn", "relu"])            conv: ConvReLU2d(Conv2d, ReLU); bn, relu: Identity
    fuse_modules_qat(net.train(), ["conv", "bn", "relu"])       conv: ConvBnReLU2d(Conv2d, BatchNorm2d, ReLU)

https://docs.pytorch.org/docs/2.13/generated/torch.nn.utils.fuse_conv_bn_eval.html
https://docs.pytorch.org/docs/2.13/generated/torch.ao.quantization.fuse_modules.fuse_modules.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.tensor import Refused, Shape, TensorType, broadcast
from analyzer.evaluation import attribute_writing, attributes, calls, iteration
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.containers import CONTAINERS
from analyzer.evaluation.natives.registry import Table, native, natives
from analyzer.evaluation.registration import new_module, own_parameters, spoil
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ModuleInstance, Native, Tensor, Unknown, Value

_WITH_RELU = {"Linear": "LinearReLU", "BatchNorm2d": "BNReLU2d", "BatchNorm3d": "BNReLU3d"}
_CONVS = ("Conv1d", "Conv2d", "Conv3d")
_NORMS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
_PAIRS = {("Linear", "ReLU"), ("Linear", "BatchNorm1d"), ("BatchNorm2d", "ReLU"), ("BatchNorm3d", "ReLU")}
_TRANSPOSED = ("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d")


def _copy(run: Run, value: Value) -> Value:
    return natives()["copy.deepcopy"].function(run, value)


def _given(run: Run, module: ModuleInstance, name: str) -> Tensor | None:
    value = attributes.get_attribute(run, module, name)
    return value if isinstance(value, Tensor) else None


def _fused(run: Run, layer: ModuleInstance, norm: ModuleInstance, scale_axis: int) -> Value:
    """A copy of a layer whose weight and bias are those of layer and norm together."""
    if layer.training or norm.training:
        raise raised(run, "AssertionError", "Fusion only for eval!")
    result = _copy(run, layer)
    if layer.incomplete is not None or norm.incomplete is not None:
        return result
    weight, bias = _given(run, result, "weight"), _given(run, result, "bias")
    mean = _given(run, norm, "running_mean")
    if mean is None:
        raise raised(run, "AssertionError", "bn.running_mean and bn.running_var must not be None")
    if weight is None or weight.type is None or mean.type is None:
        spoil(result, run.unknown("fusion with a tensor whose shape is not known"))
        return result
    scale: list[Any] = [1] * weight.type.rank
    scale[scale_axis] = mean.type.shape[0]
    bias_type = weight.type if bias is None or bias.type is None else bias.type
    bias_shape: Shape = mean.type.shape if bias is None or bias.type is None else bias.type.shape
    try:
        weight_shape = broadcast(weight.type.shape, tuple(scale))
        bias_shape = broadcast(bias_shape, mean.type.shape)
    except Refused as refused:
        raise raised(run, "RuntimeError", refused.message) from None
    trainable = bias is not None and bias.requires_grad
    own_parameters(result)["weight"] = _parameter(TensorType(weight_shape, weight.type.dtype), weight.requires_grad)
    own_parameters(result)["bias"] = _parameter(TensorType(bias_shape, bias_type.dtype), trainable)
    return result


def _parameter(type_: TensorType, trainable: bool) -> Tensor:
    return Tensor(type_, is_parameter=True, requires_grad=trainable)


def _all_modules(*values: Value) -> bool:
    return all(isinstance(value, ModuleInstance) for value in values)


@native("torch.nn.utils.fuse_conv_bn_eval", "torch.nn.utils.fusion.fuse_conv_bn_eval")
def fuse_conv_bn_eval(run: Run, conv: Value, bn: Value, transpose: Value = False) -> Value:
    if not _all_modules(conv, bn) or isinstance(transpose, Unknown):
        return run.unknown("fusion of a module that is not known")
    return _fused(run, conv, bn, 1 if transpose else 0)


@native("torch.nn.utils.fuse_linear_bn_eval", "torch.nn.utils.fusion.fuse_linear_bn_eval")
def fuse_linear_bn_eval(run: Run, linear: Value, bn: Value) -> Value:
    if not _all_modules(linear, bn):
        return run.unknown("fusion of a module that is not known")
    return _fused(run, linear, bn, 0)


_FUSED_HOME = "torch.ao.nn.intrinsic.modules.fused"
FUSED = Class("_FusedModule", (CONTAINERS.values["torch.nn.Sequential"],), {}, module=_FUSED_HOME)
_INTRINSIC: dict[str, Class] = {
    name: Class(name, (FUSED,), {}, module=_FUSED_HOME)
    for name in (
        "ConvReLU1d", "ConvReLU2d", "ConvReLU3d", "LinearReLU", "ConvBn1d", "ConvBn2d", "ConvBn3d", "ConvBnReLU1d",
        "ConvBnReLU2d", "ConvBnReLU3d", "BNReLU2d", "BNReLU3d", "LinearBn1d", "LinearLeakyReLU", "LinearTanh",
    )
}  # fmt: skip


def _kind(module: ModuleInstance) -> str:
    """The name of torch's own class of a module, parametrizations aside; empty for any other class."""
    cls = module.cls.bases[0] if module.cls.name.startswith("Parametrized") else module.cls
    return cls.name if cls.spec is not None else ""


def _combined(run: Run, layers: list[ModuleInstance], *, for_training: bool) -> Value:
    """The module that takes the place of the first of a known sequence of layers."""
    kinds = tuple(_kind(layer) for layer in layers)
    followed_by_relu = kinds[-1] == "ReLU"
    first, suffix = kinds[0], kinds[0][-2:]
    normed = len(kinds) > 1 and kinds[1] in _NORMS
    known = (
        kinds in _PAIRS
        or (first in _CONVS and kinds[1:] in {("ReLU",), (f"BatchNorm{suffix}",), (f"BatchNorm{suffix}", "ReLU")})
        or (first in _TRANSPOSED and kinds[1:] == (f"BatchNorm{suffix}",))
    )
    if not known:
        raise raised(run, "AssertionError", f"did not find fuser method for: {kinds} ")
    if normed and len({layer.training for layer in layers}) > 1:
        raise raised(run, "AssertionError", "Conv and BN both must be in the same mode (train or eval).")
    if normed and for_training:
        _check_trainable(run, layers)
        name = "LinearBn1d" if first == "Linear" else f"ConvBn{'ReLU' if followed_by_relu else ''}{suffix}"
        return _sequence(run, name, layers)
    if normed:
        fused = _fused(run, layers[0], layers[1], 1 if first in _TRANSPOSED else 0)
        return _sequence(run, f"ConvReLU{suffix}", [fused, layers[2]]) if followed_by_relu else fused
    return _sequence(run, _WITH_RELU.get(first, f"ConvReLU{suffix}"), layers)


def _check_trainable(run: Run, layers: list[ModuleInstance]) -> None:
    """What fusion for training asks of the norm."""
    if _kind(layers[0]) in _TRANSPOSED:
        raise raised(run, "Exception", "Fusing ConvTranspose+BatchNorm not yet supported in QAT.")
    for name in ("affine", "track_running_stats"):
        if layers[1].attributes.get(name) is False:
            raise raised(run, "AssertionError", f"Only support fusing BatchNorm with {name} set to True")
    channels = layers[0].attributes.get("out_channels", layers[0].attributes.get("out_features"))
    if channels != layers[1].attributes.get("num_features"):
        raise raised(run, "AssertionError", "Output channel of Conv2d must match num_features of BatchNorm2d.")


def _sequence(run: Run, name: str, layers: list[ModuleInstance]) -> ModuleInstance:
    made = new_module(run, _INTRINSIC[name])
    made.modules.update({str(index): layer for index, layer in enumerate(layers)})
    return made


def _fuse_group(run: Run, model: Value, paths: list[str], *, for_training: bool) -> None:
    get = natives()["torch.nn.Module"].namespace["get_submodule"].function
    layers = [get(run, model, path) for path in paths]
    if not _all_modules(*layers):
        spoil(model, run.unknown("fusion of a module that is not known"))
        return
    replacements = [_combined(run, layers, for_training=for_training)]
    fused = replacements[0]
    fused.hooks.extend(hook for hook in layers[0].hooks if hook[0] == "pre")
    layers[0].hooks[:] = [hook for hook in layers[0].hooks if hook[0] != "pre"]
    fused.hooks.extend(hook for hook in layers[-1].hooks if hook[0] == "post")
    layers[-1].hooks[:] = [hook for hook in layers[-1].hooks if hook[0] != "post"]
    for _ in layers[1:]:
        identity = calls.call(run, _identity(), [], {})
        identity.training = layers[0].training
        replacements.append(identity)
    for path, replacement in zip(paths, replacements, strict=True):
        parent, _, name = path.rpartition(".")
        attribute_writing.set_attribute(run, get(run, model, parent), name, replacement)


def _identity() -> Any:
    from analyzer.evaluation.layers import layer_class

    return layer_class("torch.nn.Identity")


def _fuser(*, for_training: bool) -> Any:
    def fuse(
        run: Run, model: Value, modules_to_fuse: Value, inplace: Value = False, fuser_func: Value = None,
        fuse_custom_config_dict: Value = None,
    ) -> Value:  # fmt: skip
        if not isinstance(model, ModuleInstance):
            return model
        if isinstance(inplace, Unknown) or inplace is False:
            model = _copy(run, model)
        groups = list(iteration.iterate(run, modules_to_fuse))
        if fuser_func is not None or fuse_custom_config_dict is not None or not _known(groups):
            spoil(model, run.unknown("fuse_modules() with a fusion that is not known"))
            return model
        for group in [groups] if all(isinstance(path, str) for path in groups) else groups:
            _fuse_group(run, model, list(group), for_training=for_training)
        return model

    return fuse


def _known(groups: list[Value]) -> bool:
    paths = [path for group in groups for path in (group if isinstance(group, (list, tuple)) else [group])]
    return all(isinstance(path, str) for path in paths)


_PACKAGES = ("torch.ao.quantization", "torch.quantization")
_HOMES = (*_PACKAGES, *(f"{package}.fuse_modules" for package in _PACKAGES))

FUSING = Table({
    **{f"{home}.fuse_modules": Native("fuse_modules", _fuser(for_training=False)) for home in _HOMES},
    **{f"{home}.fuse_modules_qat": Native("fuse_modules_qat", _fuser(for_training=True)) for home in _HOMES},
    **{f"{home}.{name}": cls for name, cls in (*_INTRINSIC.items(), ("_FusedModule", FUSED)) for home in (
        "torch.ao.nn.intrinsic", "torch.nn.intrinsic", "torch.ao.nn.intrinsic.modules", _FUSED_HOME,
    )},
})  # fmt: skip
