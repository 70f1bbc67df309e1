"""Pooling with windows of a given size, and the way back.

F.max_pool2d([8, 64, 112, 112], 3, 2, 1)           -> [8, 64, 56, 56] float32
F.avg_pool2d([8, 7, 7], 2, ceil_mode=True)         -> [8, 4, 4] float32
F.max_pool2d([3, 1, 8], 2)                         -> Refused: Given input size: (3x1x8). ... Output size is too small

https://docs.pytorch.org/docs/2.13/nn.functional.html#pooling-functions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyzer.algebra.expression import Dim, require
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry.axes import Sizes, unequal
from analyzer.knowledge.geometry.pooling import pool, pool_by_norm, unpool, with_indices
from analyzer.knowledge.operator import Case, OperatorSpec

Output = TensorType | tuple[TensorType, TensorType]


def _max_pool(axes: int, *cases: Case) -> OperatorSpec:
    name = f"max_pool{axes}d"

    def rule(
        input: TensorType,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Output:
        pooled = pool(input, kernel_size, stride, padding, dilation, ceil_mode, axes=axes, function=name)
        return with_indices(pooled, return_indices)

    return OperatorSpec((f"torch.nn.functional.{name}",), rule, cases=cases)


def _max_pool_only(axes: int, *cases: Case) -> OperatorSpec:
    name = f"max_pool{axes}d"

    def rule(
        input: TensorType,
        kernel_size: Sizes,
        stride: Sizes = (),
        padding: Sizes = 0,
        dilation: Sizes = 1,
        ceil_mode: bool = False,
    ) -> TensorType:
        return pool(input, kernel_size, stride, padding, dilation, ceil_mode, axes=axes, function=name)

    return OperatorSpec((f"torch.{name}",), rule, cases=cases)


def _max_pool_with_indices(axes: int, *cases: Case) -> OperatorSpec:
    name = f"max_pool{axes}d"

    def rule(
        input: TensorType,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Output:
        pooled = pool(input, kernel_size, stride, padding, dilation, ceil_mode, axes=axes, function=name)
        return with_indices(pooled, True)

    return OperatorSpec((f"torch.nn.functional.{name}_with_indices",), rule, cases=cases)


def _avg_pool1d(
    input: TensorType,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> TensorType:
    return pool(input, kernel_size, stride, padding, ceil_mode=ceil_mode, axes=1, function="avg_pool1d")


def _avg_pool(axes: int) -> Callable[..., TensorType]:
    def rule(
        input: TensorType,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: Dim | None = None,
    ) -> TensorType:
        if divisor_override is not None:
            require(unequal(divisor_override, 0), "divisor must be not zero")
        return pool(
            input,
            kernel_size,
            stride,
            padding,
            ceil_mode=ceil_mode,
            axes=axes,
            function=f"avg_pool{axes}d",
            whole_kernel=axes == 3,
        )

    return rule


def _lp_pool(axes: int, *cases: Case) -> OperatorSpec:
    def rule(
        input: TensorType,
        norm_type: float,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        ceil_mode: bool = False,
    ) -> TensorType:
        return pool_by_norm(input, norm_type, kernel_size, stride, ceil_mode, axes=axes)

    return OperatorSpec((f"torch.nn.functional.lp_pool{axes}d",), rule, cases=cases)


def _max_unpool(axes: int, *cases: Case) -> OperatorSpec:
    def rule(
        input: TensorType,
        indices: TensorType,
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        output_size: Sequence[Dim] | None = None,
    ) -> TensorType:
        return unpool(input, indices, kernel_size, stride, padding, output_size, axes=axes)

    return OperatorSpec((f"torch.nn.functional.max_unpool{axes}d",), rule, cases=cases)


MAX_POOL = (
    _max_pool(
        1,
        Case("F.max_pool1d(x, 3, 2)", x="20,16,50"),
        Case("F.max_pool1d(x, 2, return_indices=True)", x="16,9"),
        Case("F.max_pool1d(x, 2)", x="3,1", refused="Output size is too small"),
    ),
    _max_pool(
        2,
        Case("F.max_pool2d(x, 3, 2, 1)", x="2,64,112,112"),
        Case("F.max_pool2d(x, (3, 2), stride=(2, 1), ceil_mode=True)", x="64,12,11"),
        Case("F.max_pool2d(x, 2, return_indices=True)", x="64,12,11"),
        Case("F.max_pool2d(x, 3, 1, 1, 2)", x="64,12,11"),
        Case("F.max_pool2d(x, 2)", x="3,1,8", refused="Calculated output size: (3x0x4). Output size is too small"),
        Case("F.max_pool2d(x, 2, padding=2)", x="3,8,8", refused="pad should be at most half"),
        Case("F.max_pool2d(x, 2)", x="8,8", refused="Expected 3D or 4D"),
        Case("F.max_pool2d(x, 2.0)", x="3,8,8", refused="sizes must be ints"),
    ),
    _max_pool(
        3,
        Case("F.max_pool3d(x, 3, 2)", x="2,6,9,8,7"),
        Case("F.max_pool3d(x, 2, return_indices=True)", x="6,9,8,7"),
        Case("F.max_pool3d(x, 2)", x="3,8,8", refused="Expected 4D or 5D"),
    ),
    _max_pool_only(
        1,
        Case("torch.max_pool1d(x, 3, 2)", x="2,6,9"),
        Case("torch.max_pool1d(x, 3)", x="2,6,2", refused="Output size is too small"),
    ),
    _max_pool_only(
        2,
        Case("torch.max_pool2d(x, 3)", x="2,6,9,10"),
        Case("torch.max_pool2d(x, 3, 2, 1, 1, True)", x="2,6,9,10"),
        Case("torch.max_pool2d(x, 3, padding=2)", x="2,6,9,10", refused="pad should be at most half"),
    ),
    _max_pool_only(
        3,
        Case("torch.max_pool3d(x, 3)", x="2,6,9,10,11"),
        Case("torch.max_pool3d(x, 3)", x="9,10,11", refused="Expected 4D or 5D"),
    ),
    _max_pool_with_indices(
        1,
        Case("F.max_pool1d_with_indices(x, 3, 2)", x="2,6,9"),
        Case("F.max_pool1d_with_indices(x, 3)", x="2,6,2", refused="Output size is too small"),
    ),
    _max_pool_with_indices(
        2,
        Case("F.max_pool2d_with_indices(x, 3)", x="2,6,9,10"),
        Case("F.max_pool2d_with_indices(x, 3)", x="9,10", refused="Expected 3D or 4D"),
    ),
    _max_pool_with_indices(
        3,
        Case("F.max_pool3d_with_indices(x, 3)", x="2,6,9,10,11"),
        Case("F.max_pool3d_with_indices(x, 3)", x="9,10,11", refused="Expected 4D or 5D"),
    ),
)

AVG_POOL = (
    OperatorSpec(
        ("torch.nn.functional.avg_pool1d", "torch.avg_pool1d"),
        _avg_pool1d,
        cases=(
            Case("F.avg_pool1d(x, 3, 2)", x="20,16,50"),
            Case("torch.avg_pool1d(x, (2,), padding=1, ceil_mode=True)", x="16,9"),
            Case("F.avg_pool1d(x, 2)", x="8", refused="Expected 2D or 3D"),
        ),
    ),
    OperatorSpec(
        ("torch.nn.functional.avg_pool2d",),
        _avg_pool(2),
        cases=(
            Case("F.avg_pool2d(x, 3, 2)", x="2,16,50,32"),
            Case("F.avg_pool2d(x, 2, ceil_mode=True)", x="8,7,7"),
            Case("F.avg_pool2d(x, (2, 1), (1, 2), (1, 0), count_include_pad=False)", x="8,7,7:int64"),
            Case("F.avg_pool2d(x, 2, divisor_override=0)", x="3,8,8", refused="divisor must be not zero"),
            Case("F.avg_pool2d(x, 2)", x="3,1,8", refused="Output size is too small"),
        ),
    ),
    OperatorSpec(
        ("torch.nn.functional.avg_pool3d",),
        _avg_pool(3),
        cases=(
            Case("F.avg_pool3d(x, 3, 2)", x="2,16,9,8,7"),
            Case("F.avg_pool3d(x, 2, ceil_mode=True)", x="8,7,7,7"),
            Case("F.avg_pool3d(x, 3, padding=1)", x="8,2,7,7", refused="smaller than kernel size"),
        ),
    ),
)

LP_POOL = (
    _lp_pool(
        1,
        Case("F.lp_pool1d(x, 2, 3)", x="2,16,10"),
        Case("F.lp_pool1d(x, 2, 3, 2, True)", x="16,10"),
        Case("F.lp_pool1d(x, 2, (3,))", x="16,10", refused="must be Tensor, not tuple"),
    ),
    _lp_pool(
        2,
        Case("F.lp_pool2d(x, 2, 3)", x="2,16,10,11"),
        Case("F.lp_pool2d(x, float('inf'), (3, 2), stride=1)", x="16,10,11"),
        Case("F.lp_pool2d(x, 2, 3)", x="10,11", refused="Expected 3D or 4D"),
    ),
    _lp_pool(
        3,
        Case("F.lp_pool3d(x, 2, 3)", x="2,16,10,11,12"),
        Case("F.lp_pool3d(x, 2, 2, 3, True)", x="3,7,7,7"),
        Case("F.lp_pool3d(x, 2, 3)", x="3,2,7,7", refused="Output size is too small"),
    ),
)

MAX_UNPOOL = (
    _max_unpool(
        1,
        Case("F.max_unpool1d(x, i, 2)", x="3,4", i="3,4:int64"),
        Case("F.max_unpool1d(x, i, 2, output_size=(9,))", x="2,3,4", i="2,3,4:int64"),
        Case("F.max_unpool1d(x, i, 2)", x="4", i="4:int64", refused="Input to max_unpooling2d should be a 3d or 4d"),
    ),
    _max_unpool(
        2,
        Case("F.max_unpool2d(x, i, 2)", x="2,3,4,4", i="2,3,4,4:int64"),
        Case("F.max_unpool2d(x, i, (3, 2), 2, (1, 0), [8, 9])", x="3,4,4", i="3,4,4:int64"),
        Case("F.max_unpool2d(x, i, 2)", x="3,4,4", i="3,4,5:int64", refused="Expected shape of indices to be same"),
        Case("F.max_unpool2d(x, i, 2)", x="3,4,4", i="3,4,4:int32", refused="should be type int64 but got: Int"),
    ),
    _max_unpool(
        3,
        Case("F.max_unpool3d(x, i, 2)", x="2,3,4,4,4", i="2,3,4,4,4:int64"),
        Case("F.max_unpool3d(x, i, 2, 3)", x="3,4,4,5", i="3,4,4,5:int64"),
        Case("F.max_unpool3d(x, i, 2)", x="3,4,4", i="3,4,4:int64", refused="should be a 4d or 5d Tensor"),
    ),
)
