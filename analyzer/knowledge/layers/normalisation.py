"""Normalisation within a sample: over trailing dimensions, groups of channels, or neighbouring channels.

LayerNorm(512) on [N, 49, 512] float32           -> [N, 49, 512] float32, weight: [512], bias: [512]
GroupNorm(8, 64) on [N, 64, H, W] float32        -> [N, 64, H, W] float32, weight: [64], bias: [64]
LayerNorm(512) on [N, 49, 511] float32           -> Refused: Given normalized_shape=[512], expected input with ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim, divisible, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import require_new, unequal
from analyzer.knowledge.geometry.normalisation import (
    normalise_groups,
    normalise_layer,
    normalise_locally,
    normalise_rms,
)
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#normalization-layers"


def _shape(normalized_shape: Dim | Sequence[Dim]) -> Shape:
    return tuple(normalized_shape) if isinstance(normalized_shape, Sequence) else (normalized_shape,)


def _layer(
    normalized_shape: Dim | Sequence[Dim],
    eps: float = 1e-5,
    elementwise_affine: bool = True,
    bias: bool = True,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    shape = _shape(normalized_shape)
    if elementwise_affine:
        require_new(shape)
    return {"normalized_shape": shape, "eps": eps, "elementwise_affine": elementwise_affine, "_bias": bias}


def _layer_parameters(c: Any) -> Mapping[str, Shape | None]:
    weight = c.normalized_shape if c.elementwise_affine else None
    return {"weight": weight, "bias": weight if c._bias else None}


def _rms(
    normalized_shape: Dim | Sequence[Dim],
    eps: float | None = None,
    elementwise_affine: bool = True,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    shape = _shape(normalized_shape)
    if elementwise_affine:
        require_new(shape)
    return {"normalized_shape": shape, "eps": eps, "elementwise_affine": elementwise_affine}


def _groups(
    num_groups: Dim,
    num_channels: Dim,
    eps: float = 1e-5,
    affine: bool = True,
    device: object = None,
    dtype: DType | None = None,
    *,
    bias: bool = True,
) -> Mapping[str, Any]:
    require(unequal(num_groups, 0), "integer modulo by zero")
    require(
        divisible(num_channels, num_groups),
        f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})",
    )
    if affine:
        require_new((num_channels,))
    return {"num_groups": num_groups, "num_channels": num_channels, "eps": eps, "affine": affine, "_bias": bias}


def _groups_parameters(c: Any) -> Mapping[str, Shape | None]:
    weight = (c.num_channels,) if c.affine else None
    return {"weight": weight, "bias": weight if c._bias else None}


def _locally(size: Dim, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Mapping[str, Any]:
    return {"size": size, "alpha": alpha, "beta": beta, "k": k}


def _across_maps(size: Dim, alpha: float = 1e-4, beta: float = 0.75, k: float = 1) -> Mapping[str, Any]:
    return {"size": size, "alpha": alpha, "beta": beta, "k": k}


def _across_maps_forward(c: Any, input: TensorType) -> TensorType:
    if input.rank != 4:
        raise Refused(f"CrossMapLRN2d: Expected input to be 4D, got {input.rank}D instead.")
    require(unequal(c.size, 0), "float division by zero")
    return input


LAYER_NORM = LayerSpec(
    name="LayerNorm",
    configure=_layer,
    parameters=_layer_parameters,
    forward=lambda c, input: normalise_layer(input, c.normalized_shape, c.weight, c.bias),
    page=PAGE,
    cases=(
        Case("LayerNorm(512)", "2,49,512"),
        Case("LayerNorm((3, 4), eps=0.001)", "2,3,4"),
        Case("LayerNorm([5], bias=False)", "5"),
        Case("LayerNorm(5, elementwise_affine=False)", "0,5"),
        Case("LayerNorm(5)", "2,5:bfloat16"),
        Case("LayerNorm(5, dtype=torch.float64)", "2,5:float64"),
        Case("LayerNorm(512)", "2,49,511", refused="Given normalized_shape=[512], expected input with shape [*, 512]"),
        Case("LayerNorm((2, 3))", "3", refused="expected input with shape [*, 2, 3], but got input of size [3]"),
        Case("LayerNorm(())", "3", refused="Expected normalized_shape to be at least 1-dimensional"),
        Case("LayerNorm(5)", "2,5:float64", refused="all inputs must share same datatype"),
        Case("LayerNorm(-5)", refused="negative dimension"),
    ),
)

RMS_NORM = LayerSpec(
    name="RMSNorm",
    configure=_rms,
    parameters=lambda c: {"weight": c.normalized_shape if c.elementwise_affine else None},
    forward=lambda c, x: normalise_rms(x, c.normalized_shape, c.weight),
    page=PAGE,
    cases=(
        Case("RMSNorm(512)", "2,49,512"),
        Case("RMSNorm((3, 4), eps=0.001)", "2,3,4"),
        Case("RMSNorm(5, elementwise_affine=False)", "5"),
        Case("RMSNorm(5)", "2,5:float64"),
        Case("RMSNorm(5, dtype=torch.float16)", "2,5"),
        Case("RMSNorm(512)", "2,49,511", refused="Given normalized_shape=[512], expected input with shape [*, 512]"),
        Case("RMSNorm([])", "3", refused="Expected normalized_shape to be at least 1-dimensional"),
        Case("RMSNorm(5)", "2,5:int64", refused="not implemented for 'Long'"),
    ),
)

GROUP_NORM = LayerSpec(
    name="GroupNorm",
    configure=_groups,
    parameters=_groups_parameters,
    forward=lambda c, input: normalise_groups(input, c.num_groups, c.weight, c.bias),
    page=PAGE,
    cases=(
        Case("GroupNorm(8, 64)", "2,64,10,10"),
        Case("GroupNorm(6, 6)", "2,6"),
        Case("GroupNorm(1, 6, affine=False)", "1,6,1"),
        Case("GroupNorm(3, 6, bias=False)", "0,6,4"),
        Case("GroupNorm(3, 6, affine=False)", "2,9,4"),
        Case("GroupNorm(3, 4)", refused="num_channels (4) must be divisible by num_groups (3)"),
        Case("GroupNorm(0, 4)", refused="modulo by zero"),
        Case(
            "GroupNorm(3, 6)", "2,9,4", refused="Expected weight to be a vector of size equal to the number of channels"
        ),
        Case("GroupNorm(3, 6)", "2,5,4", refused="Expected number of channels in input to be divisible by num_groups"),
        Case("GroupNorm(3, 6)", "6", refused="Expected at least 2 dimensions for input tensor but received 1"),
        Case("GroupNorm(6, 6)", "1,6", refused="Expected more than 1 value per channel when training"),
        Case("GroupNorm(3, 6)", "2,6:float64", refused="all inputs must share same datatype"),
    ),
)

LOCAL_RESPONSE_NORM = LayerSpec(
    name="LocalResponseNorm",
    configure=_locally,
    forward=lambda c, input: normalise_locally(input, c.size),
    page=PAGE,
    cases=(
        Case("LocalResponseNorm(2)", "2,5,24,24"),
        Case("LocalResponseNorm(5, alpha=1e-3, beta=0.5, k=2.0)", "2,3,4"),
        Case("LocalResponseNorm(100)", "2,3,4,5,6"),
        Case("LocalResponseNorm(2)", "2,3,4:int64"),
        Case("LocalResponseNorm(2)", "2,3", refused="Expected 3D or higher dimensionality"),
        Case("LocalResponseNorm(0)", "2,3,4", refused="kernel size should be greater than zero"),
    ),
)

CROSS_MAP_LRN = LayerSpec(
    name="CrossMapLRN2d",
    configure=_across_maps,
    forward=_across_maps_forward,
    page="https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/modules/normalization.py",
    cases=(
        Case("CrossMapLRN2d(2)", "2,3,4,4"),
        Case("CrossMapLRN2d(5, alpha=1e-3, beta=0.5, k=2)", "2,8,4,5"),
        Case("CrossMapLRN2d(size=1)", "1,1,1,1"),
        Case("CrossMapLRN2d(3)", "2,9,3,1"),
        Case("CrossMapLRN2d(2)", "2,3,4", refused="Expected input to be 4D, got 3D instead"),
        Case("CrossMapLRN2d(0)", "2,3,4,4", refused="division by zero"),
    ),
)
