"""torch.nn.utils.weight_norm and spectral_norm: a weight that a hook computes from other tensors before each forward.

    weight_norm(nn.Linear(20, 40))      parameters bias [40], weight_g [40, 1], weight_v [40, 20]; weight: a tensor
    spectral_norm(nn.Linear(20, 40))    parameters bias [40], weight_orig [40, 20]; buffers weight_u [40], weight_v [20]

https://docs.pytorch.org/docs/2.13/generated/torch.nn.utils.weight_norm.html
https://docs.pytorch.org/docs/2.13/generated/torch.nn.utils.spectral_norm.html
"""

from __future__ import annotations

from analyzer.algebra.tensor import Shape
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.modules import discard
from analyzer.evaluation.natives.registry import native
from analyzer.evaluation.registration import (
    derived,
    is_a,
    matrix_shape,
    own_parameters,
    parameter_like,
    restore,
    spoil,
    target_of,
    tensor_of,
)
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import ModuleInstance, Tensor, Unknown, Value


def norm_shape(shape: Shape, dim: int) -> Shape:
    """`torch.norm_except_dim(weight, 2, dim).shape`: one norm for each index of `dim`, or a single one for -1."""
    if dim == -1:
        return ()
    kept = dim % len(shape)
    return tuple(size if axis == kept else 1 for axis, size in enumerate(shape))


def _claim(run: Run, module: ModuleInstance, kind: str, name: str) -> None:
    if (kind, name) in module.hooks:
        raise raised(run, "RuntimeError", f"Cannot register two {kind} hooks on the same parameter {name}")


def _release(run: Run, module: ModuleInstance, kind: str, name: str) -> bool:
    """Take the hook away; False where the module's state is not known."""
    if (kind, name) in module.hooks:
        module.hooks.remove((kind, name))
        return True
    if module.incomplete is not None:
        return False
    raise raised(run, "ValueError", f"{kind} of '{name}' not found in {module.cls.name}")


@native("torch.nn.utils.weight_norm", "torch.nn.utils.weight_norm.weight_norm")
def weight_norm(run: Run, module: Value, name: Value = "weight", dim: Value = 0) -> Value:
    target = target_of(run, module, name, "weight_norm")
    if target is None:
        return module
    module, name = target
    _claim(run, module, "weight_norm", name)
    weight = tensor_of(run, module, name)
    if weight is None or isinstance(dim, Unknown):
        spoil(module, dim if isinstance(dim, Unknown) else run.unknown(f"weight_norm of {name}, which is not known"))
        return module
    if weight.attributes and weight.attributes.get("uninitialised"):
        raise raised(run, "ValueError", "The module passed to `WeightNorm` can't have uninitialized parameters.")
    if name not in own_parameters(module):
        raise raised(run, "KeyError", name)
    discard(module, name)
    shape = None if weight.type is None else norm_shape(weight.type.shape, -1 if dim is None else dim)
    restore(module, f"{name}_g", parameter_like(weight, shape))
    restore(module, f"{name}_v", parameter_like(weight))
    module.attributes[name] = derived(weight)
    module.hooks.append(("weight_norm", name))
    return module


@native("torch.nn.utils.remove_weight_norm", "torch.nn.utils.weight_norm.remove_weight_norm")
def remove_weight_norm(run: Run, module: Value, name: Value = "weight") -> Value:
    target = target_of(run, module, name, "remove_weight_norm")
    if target is not None and _release(run, target[0], "weight_norm", target[1]):
        module, name = target
        direction = own_parameters(module)[f"{name}_v"]
        assert direction is not None
        del own_parameters(module)[f"{name}_g"], own_parameters(module)[f"{name}_v"]
        restore(module, name, parameter_like(direction))
    return module


def norm_dimension(module: ModuleInstance, dim: Value) -> Value:
    """The dimension of a weight's outputs: the second one of a transposed convolution."""
    if dim is not None:
        return dim
    return 1 if is_a(module, "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d") else 0


@native("torch.nn.utils.spectral_norm", "torch.nn.utils.spectral_norm.spectral_norm")
def spectral_norm(
    run: Run,
    module: Value,
    name: Value = "weight",
    n_power_iterations: Value = 1,
    eps: Value = 1e-12,
    dim: Value = None,
) -> Value:
    target = target_of(run, module, name, "spectral_norm")
    if target is None:
        return module
    module, name = target
    dim = norm_dimension(module, dim)
    _claim(run, module, "spectral_norm", name)
    if isinstance(n_power_iterations, int) and n_power_iterations <= 0:
        raise raised(run, "ValueError", "Expected n_power_iterations to be positive")
    if name not in own_parameters(module) or isinstance(dim, Unknown):
        if module.incomplete is None and not isinstance(dim, Unknown):
            raise raised(run, "KeyError", name)
        spoil(module, run.unknown(f"spectral_norm of {name}, which is not known"))
        return module
    weight = own_parameters(module)[name]
    if weight is None:
        raise raised(run, "ValueError", f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    discard(module, name)
    restore(module, f"{name}_orig", weight)
    module.attributes[name] = derived(weight)
    rows, columns = (0, 0) if weight.type is None else matrix_shape(weight.type.shape, dim)
    restore(module, f"{name}_u", derived(weight, (rows,)))
    restore(module, f"{name}_v", derived(weight, (columns,)))
    module.hooks.append(("spectral_norm", name))
    return module


@native("torch.nn.utils.remove_spectral_norm", "torch.nn.utils.spectral_norm.remove_spectral_norm")
def remove_spectral_norm(run: Run, module: Value, name: Value = "weight") -> Value:
    target = target_of(run, module, name, "remove_spectral_norm")
    if target is not None and _release(run, target[0], "spectral_norm", target[1]):
        module, name = target
        original = own_parameters(module)[f"{name}_orig"]
        assert isinstance(original, Tensor)
        for suffix in ("_u", "_v", "_orig"):
            discard(module, name + suffix)
        restore(module, name, parameter_like(original))
    return module
