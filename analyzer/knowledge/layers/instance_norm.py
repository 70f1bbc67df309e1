"""Instance normalisation over one to three axes, and lazy.

InstanceNorm2d(64, affine=True) on [N, 64, 56, 56] float32   -> [N, 64, 56, 56] float32, weight: [64], bias: [64]
InstanceNorm2d(64, affine=True) on [N, 3, 56, 56] float32    -> Refused: expected input's size at dim=1 to match ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import DType, TensorType
from analyzer.knowledge.geometry.norm_base import (
    infer_features,
    norm_attributes,
    norm_buffers,
    norm_parameters,
    normalise_instance_by,
)
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#normalization-layers"


def _plain(
    num_features: Dim,
    eps: float = 1e-5,
    momentum: float = 0.1,
    affine: bool = False,
    track_running_stats: bool = False,
    device: object = None,
    dtype: DType | None = None,
    *,
    bias: bool = True,
) -> Mapping[str, Any]:
    return norm_attributes(num_features, eps, momentum, affine, track_running_stats, bias, dtype)


def _lazy(
    eps: float = 1e-5,
    momentum: float = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
    device: object = None,
    dtype: DType | None = None,
    *,
    bias: bool = True,
) -> Mapping[str, Any]:
    return norm_attributes(0, eps, momentum, affine, track_running_stats, bias, dtype)


def _forward(axes: int) -> Callable[[Any, TensorType], TensorType]:
    def forward(c: Any, input: TensorType) -> TensorType:
        return normalise_instance_by(c, input, axes=axes)

    return forward


def _instance_norm(axes: int, *cases: Case) -> LayerSpec:
    return LayerSpec(
        name=f"InstanceNorm{axes}d",
        bases=("_InstanceNorm", "_NormBase"),
        configure=_plain,
        parameters=norm_parameters,
        buffers=norm_buffers,
        forward=_forward(axes),
        page=PAGE,
        cases=cases,
    )


def _lazy_instance_norm(axes: int, *cases: Case) -> LayerSpec:
    return LayerSpec(
        name=f"LazyInstanceNorm{axes}d",
        bases=("_LazyNormBase", "_InstanceNorm", "_NormBase"),
        configure=_lazy,
        parameters=norm_parameters,
        buffers=norm_buffers,
        forward=_forward(axes),
        infer=infer_features,
        becomes=f"InstanceNorm{axes}d",
        page=PAGE,
        cases=cases,
    )


INSTANCE_NORM = (
    _instance_norm(
        1,
        Case("InstanceNorm1d(100)", "20,100,40"),
        Case("InstanceNorm1d(100, affine=True)", "100,40"),
        Case("InstanceNorm1d(3, track_running_stats=True)", "2,3,1"),
        Case("InstanceNorm1d(3)", "2,4,5"),
        Case("InstanceNorm1d(3, affine=True)", "2,4,5", refused="to match num_features (3), but got: 4"),
        Case("InstanceNorm1d(3)", "3,1", refused="Expected more than 1 spatial element when training"),
        Case("InstanceNorm1d(3)", "3", refused="expected 2D or 3D input (got 1D input)"),
        Case("InstanceNorm1d(3, track_running_stats=True)", "2,4,5", refused="running_mean should contain 4 elements"),
    ),
    _instance_norm(
        2,
        Case("InstanceNorm2d(64, affine=True)", "2,64,56,56"),
        Case("InstanceNorm2d(3)", "3,4,5"),
        Case("InstanceNorm2d(3, affine=True, bias=False)", "3,4,5"),
        Case("InstanceNorm2d(3, track_running_stats=True).train()", "0,3,4,5"),
        Case("InstanceNorm2d(64, affine=True)", "2,3,56,56", refused="expected input's size at dim=1 to match"),
        Case("InstanceNorm2d(64, affine=True)", "3,56,56", refused="expected input's size at dim=0 to match"),
        Case("InstanceNorm2d(3)", "3,4", refused="expected 3D or 4D input (got 2D input)"),
        Case("InstanceNorm2d(3)", "2,3,1,1", refused="Expected more than 1 spatial element"),
        Case("InstanceNorm2d(3, affine=True)", "2,3,4,4:float64", refused="all inputs must share same datatype"),
    ),
    _instance_norm(
        3,
        Case("InstanceNorm3d(10)", "2,10,3,4,5"),
        Case("InstanceNorm3d(10, affine=True)", "10,3,4,5"),
        Case("InstanceNorm3d(10, dtype=torch.float64, affine=True)", "2,10,3,4,5:float64"),
        Case("InstanceNorm3d(10, track_running_stats=True)", "2,10,1,1,1"),
        Case("InstanceNorm3d(10)", "10,3,4", refused="expected 4D or 5D input (got 3D input)"),
    ),
)

LAZY_INSTANCE_NORM = (
    _lazy_instance_norm(
        1,
        Case("LazyInstanceNorm1d()", "20,100,40"),
        Case("LazyInstanceNorm1d(affine=False)", "20,100,40"),
        Case("LazyInstanceNorm1d()", "5,5"),
        Case("LazyInstanceNorm1d()"),
        Case("LazyInstanceNorm1d()", "3,5", refused="expected input's size at dim=0 to match num_features (5)"),
    ),
    _lazy_instance_norm(
        2,
        Case("LazyInstanceNorm2d()", "2,10,4,5"),
        Case("LazyInstanceNorm2d(track_running_stats=False, bias=False)", "2,10,4,5"),
        Case("LazyInstanceNorm2d(affine=False, track_running_stats=False)", "3,4,5"),
        Case("LazyInstanceNorm2d()"),
        Case("LazyInstanceNorm2d()", "3,5", refused="expected 3D or 4D input (got 2D input)"),
    ),
    _lazy_instance_norm(
        3,
        Case("LazyInstanceNorm3d()", "2,10,4,5,6"),
        Case("LazyInstanceNorm3d(eps=0.1, affine=True, track_running_stats=False)", "2,10,4,5,6"),
        Case("LazyInstanceNorm3d(affine=False)", "2,10,4,5,6"),
        Case("LazyInstanceNorm3d()"),
        Case("LazyInstanceNorm3d()", "4,5,6", refused="expected 4D or 5D input (got 3D input)"),
    ),
)
