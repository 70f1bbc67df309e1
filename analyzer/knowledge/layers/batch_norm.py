"""Batch normalisation over one to three axes, synchronised, and lazy.

BatchNorm2d(64) on [N, 64, 56, 56] float32     -> [N, 64, 56, 56] float32
    weight: [64]   bias: [64]   running_mean: [64]   running_var: [64]   num_batches_tracked: [] int64
BatchNorm2d(64) on [N, 3, 56, 56] float32      -> Refused: running_mean should contain 3 elements not 64
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.geometry.norm_base import (
    check_rank,
    infer_features,
    norm_attributes,
    norm_buffers,
    norm_parameters,
    normalise_batch_by,
)
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#normalization-layers"


def _plain(
    num_features: Dim,
    eps: float = 1e-5,
    momentum: float | None = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
    device: object = None,
    dtype: DType | None = None,
    *,
    bias: bool = True,
) -> Mapping[str, Any]:
    return norm_attributes(num_features, eps, momentum, affine, track_running_stats, bias, dtype)


def _synchronised(
    num_features: Dim,
    eps: float = 1e-5,
    momentum: float | None = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
    process_group: object = None,
    device: object = None,
    dtype: DType | None = None,
    *,
    bias: bool = True,
) -> Mapping[str, Any]:
    attributes = norm_attributes(num_features, eps, momentum, affine, track_running_stats, bias, dtype)
    return {**attributes, "process_group": process_group}


def _lazy(
    eps: float = 1e-5,
    momentum: float | None = 0.1,
    affine: bool = True,
    track_running_stats: bool = True,
    device: object = None,
    dtype: DType | None = None,
    *,
    bias: bool = True,
) -> Mapping[str, Any]:
    return norm_attributes(0, eps, momentum, affine, track_running_stats, bias, dtype)


def _forward(axes: int) -> Callable[[Any, TensorType], TensorType]:
    ranks = (2, 3) if axes == 1 else (axes + 2,)

    def forward(c: Any, input: TensorType) -> TensorType:
        check_rank(input, *ranks)
        return normalise_batch_by(c, input)

    return forward


def _synchronised_forward(c: Any, input: TensorType) -> TensorType:
    if input.rank < 2:
        raise Refused(f"expected at least 2D input (got {input.rank}D input)")
    if input.shape[1] == 0:
        raise Refused("SyncBatchNorm number of input channels should be non-zero")
    return normalise_batch_by(c, input)


def _batch_norm(axes: int, *cases: Case) -> LayerSpec:
    return LayerSpec(
        name=f"BatchNorm{axes}d",
        bases=("_BatchNorm", "_NormBase"),
        configure=_plain,
        parameters=norm_parameters,
        buffers=norm_buffers,
        forward=_forward(axes),
        page=PAGE,
        cases=cases,
    )


def _lazy_batch_norm(axes: int, *cases: Case) -> LayerSpec:
    return LayerSpec(
        name=f"LazyBatchNorm{axes}d",
        bases=("_LazyNormBase", "_BatchNorm", "_NormBase"),
        configure=_lazy,
        parameters=norm_parameters,
        buffers=norm_buffers,
        forward=_forward(axes),
        infer=infer_features,
        becomes=f"BatchNorm{axes}d",
        page=PAGE,
        cases=cases,
    )


BATCH_NORM = (
    _batch_norm(
        1,
        Case("BatchNorm1d(100)", "20,100"),
        Case("BatchNorm1d(100, affine=False)", "20,100,7"),
        Case("BatchNorm1d(3, track_running_stats=False)", "2,3"),
        Case("BatchNorm1d(3, bias=False)", "1,3"),
        Case("BatchNorm1d(3).train()", "1,3,2"),
        Case("BatchNorm1d(3).train()", "1,3", refused="Expected more than 1 value per channel when training"),
        Case("BatchNorm1d(3, track_running_stats=False)", "1,3", refused="Expected more than 1 value per channel"),
        Case("BatchNorm1d(3)", "2,3,4,5", refused="expected 2D or 3D input (got 4D input)"),
        Case("BatchNorm1d(3)", "2,4", refused="running_mean should contain 4 elements not 3"),
    ),
    _batch_norm(
        2,
        Case("BatchNorm2d(64)", "2,64,56,56"),
        Case("BatchNorm2d(4, eps=0.001, momentum=None)", "2,4,1,1"),
        Case("BatchNorm2d(4, affine=False, track_running_stats=False)", "2,4,3,3"),
        Case("BatchNorm2d(4, dtype=torch.float64)", "0,4,3,3:float64"),
        Case("BatchNorm2d(4)", "2,4,3,3:float16"),
        Case("BatchNorm2d(4, track_running_stats=False).train()", "2,4,3,3"),
        Case("BatchNorm2d(64)", "2,3,56,56", refused="running_mean should contain 3 elements not 64"),
        Case(
            "BatchNorm2d(64, track_running_stats=False)", "2,3,5,5", refused="weight should contain 3 elements not 64"
        ),
        Case("BatchNorm2d(3)", "3,5,5", refused="expected 4D input (got 3D input)"),
        Case("BatchNorm2d(3)", "2,3,5,5:float64", refused="all inputs must share same datatype"),
        Case("BatchNorm2d(-3)", refused="negative dimension"),
        Case("BatchNorm2d(3, eps=-1.0)", "2,3,5,5", refused="eps must be non-negative"),
    ),
    _batch_norm(
        3,
        Case("BatchNorm3d(10)", "2,10,3,4,5"),
        Case("BatchNorm3d(10, affine=False)", "2,10,3,4,5"),
        Case("BatchNorm3d(10).train()", "1,10,1,1,2"),
        Case("BatchNorm3d(10, track_running_stats=False, bias=False)", "1,10,1,1,2"),
        Case("BatchNorm3d(10)", "10,3,4,5", refused="expected 5D input (got 4D input)"),
        Case("BatchNorm3d(10)", "2,9,3,4,5", refused="running_mean should contain 9 elements not 10"),
    ),
)

SYNC_BATCH_NORM = LayerSpec(
    name="SyncBatchNorm",
    bases=("_BatchNorm", "_NormBase"),
    configure=_synchronised,
    parameters=norm_parameters,
    buffers=norm_buffers,
    forward=_synchronised_forward,
    page=PAGE,
    cases=(
        Case("SyncBatchNorm(10)", "2,10,3,4,5"),
        Case("SyncBatchNorm(10, affine=False)", "2,10"),
        Case("SyncBatchNorm(10, track_running_stats=False)", "2,10,3"),
        Case("SyncBatchNorm(10, bias=False).train()", "2,10,3"),
        Case("SyncBatchNorm(10)", "10", refused="expected at least 2D input (got 1D input)"),
        Case("SyncBatchNorm(10)", "2,0", refused="number of input channels should be non-zero"),
        Case("SyncBatchNorm(10)", "2,11", refused="running_mean should contain 11 elements not 10"),
    ),
)

LAZY_BATCH_NORM = (
    _lazy_batch_norm(
        1,
        Case("LazyBatchNorm1d()", "20,100"),
        Case("LazyBatchNorm1d(affine=False)", "20,10,7"),
        Case("LazyBatchNorm1d(track_running_stats=False)", "20,10,7"),
        Case("LazyBatchNorm1d()"),
        Case("LazyBatchNorm1d()", "2,3,4,5", refused="expected 2D or 3D input (got 4D input)"),
    ),
    _lazy_batch_norm(
        2,
        Case("LazyBatchNorm2d()", "2,10,3,3"),
        Case("LazyBatchNorm2d(bias=False)", "2,10,3,3"),
        Case("LazyBatchNorm2d(0.001, None)", "2,10,3,3"),
        Case("LazyBatchNorm2d()"),
        Case("LazyBatchNorm2d()", "10,3,3", refused="expected 4D input (got 3D input)"),
    ),
    _lazy_batch_norm(
        3,
        Case("LazyBatchNorm3d()", "2,10,3,3,3"),
        Case("LazyBatchNorm3d(affine=False, track_running_stats=False)", "2,10,3,3,3"),
        Case("LazyBatchNorm3d(dtype=torch.float64)", "2,10,3,3,3:float64"),
        Case("LazyBatchNorm3d()"),
        Case("LazyBatchNorm3d()", "10,3,3,3", refused="expected 5D input (got 4D input)"),
    ),
)
