"""torch.nn.utils.parametrizations: weight_norm, spectral_norm and orthogonal as parametrizations.

    weight_norm(nn.Linear(20, 40))      below parametrizations.weight: original0 [40, 1], original1 [40, 20]
    spectral_norm(nn.Linear(20, 40))    original [40, 20]; buffers 0._u [40], 0._v [20]
    orthogonal(nn.Linear(20, 40))       original [40, 20]; buffer 0.base [40, 40]

Only `base @ Q` of an orthogonal weight counts multiply-accumulates, as in FlopCounterMode.
https://docs.pytorch.org/docs/2.13/nn.html#utilities
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import maximum
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import attributes
from analyzer.evaluation.exceptions import exception, raised
from analyzer.evaluation.natives.module import MODULE
from analyzer.evaluation.natives.parametrize import register
from analyzer.evaluation.natives.registry import native
from analyzer.evaluation.natives.weight_hooks import norm_dimension, norm_shape
from analyzer.evaluation.registration import derived, is_a, matrix_shape, new_module, spoil, target_of, tensor_of
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ModuleInstance, Native, Raised, Tensor, Unknown, Value

_MODULE = "torch.nn.utils.parametrizations"


def _class(name: str, **methods: Any) -> Class:
    namespace: dict[str, Value] = {key: Native(f"{name}.{key}", method, binds=True) for key, method in methods.items()}
    return Class(name, (MODULE,), namespace, module=_MODULE)


def _same_type(run: Run, parametrization: ModuleInstance, weight: Value) -> Value:
    return derived(weight) if isinstance(weight, Tensor) else weight


def _from_direction(run: Run, parametrization: ModuleInstance, weight_g: Value, weight_v: Value) -> Value:
    return derived(weight_v) if isinstance(weight_v, Tensor) else weight_v


def _to_norm_and_direction(run: Run, parametrization: ModuleInstance, weight: Value) -> Value:
    if not isinstance(weight, Tensor):
        return weight
    shape = None if weight.type is None else norm_shape(weight.type.shape, parametrization.attributes["dim"])
    return derived(weight, shape), weight


def _identity(run: Run, parametrization: ModuleInstance, value: Value) -> Value:
    return value


def _orthogonal(run: Run, parametrization: ModuleInstance, original: Value) -> Value:
    if not isinstance(original, Tensor) or original.type is None:
        return original
    result = derived(original)
    base = parametrization.buffers.get("base")
    if run.recorder is not None and base is not None:
        rows, columns = original.type.shape[-2:]
        macs = original.type.numel * maximum(rows, columns)
        if parametrization.attributes["_of_recurrent"]:
            run.recorder.miss(run.unknown("how often a recurrent layer computes its orthogonal weight"))
        run.recorder.equation("torch.matmul", [base], [result], macs, parametrization.place)
    return result


def _to_base(run: Run, parametrization: ModuleInstance, weight: Value) -> Value:
    if not isinstance(weight, Tensor):
        return weight
    if "base" in parametrization.buffers:
        shape = None
        if weight.type is not None:
            size = maximum(*weight.type.shape[-2:])
            shape = (*weight.type.shape[:-2], size, size)
        parametrization.buffers["base"] = derived(weight, shape)
    elif parametrization.attributes["orthogonal_map"] != "householder":
        message = "It is not possible to assign to the matrix exponential or the Cayley parametrizations"
        raise Raised(exception("NotImplementedError", f"{message} when use_trivialization=False."), run.place)
    return derived(weight)


WEIGHT_NORM = _class("_WeightNorm", forward=_from_direction, right_inverse=_to_norm_and_direction)
SPECTRAL_NORM = _class("_SpectralNorm", forward=_same_type, right_inverse=_identity)
ORTHOGONAL = _class("_Orthogonal", forward=_orthogonal, right_inverse=_to_base)


def _weight(run: Run, module: Value, name: Value, purpose: str) -> tuple[ModuleInstance, str, Tensor] | None:
    """The module, the name and the tensor to be parametrized; None where one of them is not known."""
    target = target_of(run, module, name, purpose)
    if target is None:
        return None
    module, name = target
    if module.incomplete is None and attributes.has_attribute(run, module, name) is False:
        raise raised(run, "ValueError", f"Module '{module.cls.name}' has no parameter or buffer with name '{name}'")
    tensor = tensor_of(run, module, name)
    if tensor is None:
        if module.incomplete is None:
            raise raised(run, "ValueError", f"Module '{module.cls.name}' has no parameter or buffer with name '{name}'")
        return None
    return module, name, tensor


@native(f"{_MODULE}.weight_norm")
def weight_norm(run: Run, module: Value, name: Value = "weight", dim: Value = 0) -> Value:
    if isinstance(module, ModuleInstance) and isinstance(dim, Unknown):
        spoil(module, dim)
        return module
    parametrization = new_module(run, WEIGHT_NORM)
    parametrization.attributes["dim"] = -1 if dim is None else dim
    return register(run, module, name, parametrization, unsafe=True)


@native(f"{_MODULE}.spectral_norm")
def spectral_norm(
    run: Run,
    module: Value,
    name: Value = "weight",
    n_power_iterations: Value = 1,
    eps: Value = 1e-12,
    dim: Value = None,
) -> Value:
    found = _weight(run, module, name, "spectral_norm")
    if found is None:
        return module
    module, name, weight = found
    dim = norm_dimension(module, dim)
    if isinstance(dim, Unknown):
        spoil(module, dim)
        return module
    parametrization = new_module(run, SPECTRAL_NORM)
    parametrization.attributes.update(eps=eps, dim=dim)
    if weight.type is None:
        spoil(parametrization, weight.unknown or run.unknown("a weight of unknown shape"))
        return register(run, module, name, parametrization)
    rank = weight.type.rank
    if not -rank <= dim < rank:
        raise raised(run, "IndexError", f"Dimension out of range (expected to be in range of [-{rank}, {rank - 1}])")
    if isinstance(n_power_iterations, int) and n_power_iterations <= 0:
        raise raised(run, "ValueError", "Expected n_power_iterations to be positive")
    parametrization.attributes["dim"] = dim % rank
    if rank > 1:
        parametrization.attributes["n_power_iterations"] = n_power_iterations
        rows, columns = matrix_shape(weight.type.shape, dim)
        parametrization.buffers.update(_u=derived(weight, (rows,)), _v=derived(weight, (columns,)))
    return register(run, module, name, parametrization)


def _default_map(weight: TensorType, *, trivialized: bool) -> str:
    """The map that torch takes where none is named; on a trivialized weight, which one it is makes no difference."""
    rows, columns = weight.shape[-2:]
    return "matrix_exp" if weight.dtype.is_complex or (not trivialized and rows == columns) else "householder"


_MAPS = ("matrix_exp", "cayley", "householder")


@native(f"{_MODULE}.orthogonal")
def orthogonal(
    run: Run, module: Value, name: Value = "weight", orthogonal_map: Value = None, *, use_trivialization: Value = True
) -> Value:
    found = _weight(run, module, name, "orthogonal")
    if found is None:
        return module
    module, name, weight = found
    unknown = next((v for v in (orthogonal_map, use_trivialization) if isinstance(v, Unknown)), weight.unknown)
    if weight.type is None or unknown is not None:
        spoil(module, unknown or run.unknown("a weight of unknown shape"))
        return module
    if weight.type.rank < 2:
        message = f"Expected a matrix or batch of matrices. Got a tensor of {weight.type.rank} dimensions."
        raise raised(run, "ValueError", message)
    if orthogonal_map is None:
        orthogonal_map = _default_map(weight.type, trivialized=use_trivialization is not False)
    if orthogonal_map not in _MAPS:
        raise raised(run, "ValueError", f'orthogonal_map has to be one of "{", ".join(_MAPS)}". Got: {orthogonal_map}')
    if weight.type.dtype.is_complex and orthogonal_map == "householder":
        raise raised(run, "ValueError", "The householder parametrization does not support complex tensors.")
    parametrization = new_module(run, ORTHOGONAL)
    parametrization.attributes.update(orthogonal_map=orthogonal_map, _of_recurrent=is_a(module, "LSTM", "GRU", "RNN"))
    if use_trivialization:
        parametrization.buffers["base"] = None
    return register(run, module, name, parametrization, unsafe=True)
