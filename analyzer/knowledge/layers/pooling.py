"""Pooling with windows of a given size: the largest, the mean or a power mean of each, and the way back.

MaxPool2d(3, 2, 1) on [N, 64, 112, 112] float32      -> [N, 64, 56, 56] float32
AvgPool2d(2, ceil_mode=True) on [8, 7, 7] float32    -> [8, 4, 4] float32
MaxPool2d(2) on [3, 1, 8] float32                    -> Refused: Given input size: (3x1x8). ... Output size is too small
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim, require
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry.axes import Sizes, per_axis, unequal
from analyzer.knowledge.geometry.pooling import pool, pool_by_norm, unpool, with_indices
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#pooling-layers"

Output = TensorType | tuple[TensorType, TensorType]


def _max_pool(axes: int, *cases: Case) -> LayerSpec:
    def configure(
        kernel_size: Sizes,
        stride: Sizes | None = None,
        padding: Sizes = 0,
        dilation: Sizes = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> Mapping[str, Any]:
        return {
            "kernel_size": kernel_size,
            "stride": kernel_size if stride is None else stride,
            "padding": padding,
            "dilation": dilation,
            "return_indices": return_indices,
            "ceil_mode": ceil_mode,
        }

    def forward(c: Any, input: TensorType) -> Output:
        pooled = pool(
            input, c.kernel_size, c.stride, c.padding, c.dilation, c.ceil_mode, axes=axes, function=f"max_pool{axes}d"
        )
        return with_indices(pooled, c.return_indices)

    return LayerSpec(
        name=f"MaxPool{axes}d", bases=("_MaxPoolNd",), configure=configure, forward=forward, page=PAGE, cases=cases
    )


def _average_once(
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Mapping[str, Any]:
    return {
        "kernel_size": per_axis(kernel_size, 1),
        "stride": per_axis(kernel_size if stride is None else stride, 1),
        "padding": per_axis(padding, 1),
        "ceil_mode": ceil_mode,
        "count_include_pad": count_include_pad,
    }


def _average(
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Dim | None = None,
) -> Mapping[str, Any]:
    return {
        "kernel_size": kernel_size,
        "stride": kernel_size if stride is None else stride,
        "padding": padding,
        "ceil_mode": ceil_mode,
        "count_include_pad": count_include_pad,
        "divisor_override": divisor_override,
    }


def _avg_pool(axes: int, *cases: Case) -> LayerSpec:
    def forward(c: Any, input: TensorType) -> TensorType:
        if axes > 1 and c.divisor_override is not None:
            require(unequal(c.divisor_override, 0), "divisor must be not zero")
        return pool(
            input,
            c.kernel_size,
            c.stride,
            c.padding,
            ceil_mode=c.ceil_mode,
            axes=axes,
            function=f"avg_pool{axes}d",
            whole_kernel=axes == 3,
        )

    return LayerSpec(
        name=f"AvgPool{axes}d",
        bases=("_AvgPoolNd",),
        configure=_average_once if axes == 1 else _average,
        forward=forward,
        page=PAGE,
        cases=cases,
    )


def _lp_pool(axes: int, *cases: Case) -> LayerSpec:
    def configure(
        norm_type: float, kernel_size: Sizes, stride: Sizes | None = None, ceil_mode: bool = False
    ) -> Mapping[str, Any]:
        return {"norm_type": norm_type, "kernel_size": kernel_size, "stride": stride, "ceil_mode": ceil_mode}

    def forward(c: Any, input: TensorType) -> TensorType:
        return pool_by_norm(input, c.norm_type, c.kernel_size, c.stride, c.ceil_mode, axes=axes)

    return LayerSpec(
        name=f"LPPool{axes}d", bases=("_LPPoolNd",), configure=configure, forward=forward, page=PAGE, cases=cases
    )


def _max_unpool(axes: int, *cases: Case) -> LayerSpec:
    def configure(kernel_size: Sizes, stride: Sizes | None = None, padding: Sizes = 0) -> Mapping[str, Any]:
        return {
            "kernel_size": per_axis(kernel_size, axes),
            "stride": per_axis(kernel_size if stride is None else stride, axes),
            "padding": per_axis(padding, axes),
        }

    def forward(c: Any, input: TensorType, indices: TensorType, output_size: Sequence[Dim] | None = None) -> TensorType:
        return unpool(input, indices, c.kernel_size, c.stride, c.padding, output_size, axes=axes)

    return LayerSpec(
        name=f"MaxUnpool{axes}d", bases=("_MaxUnpoolNd",), configure=configure, forward=forward, page=PAGE, cases=cases
    )


MAX_POOL = (
    _max_pool(
        1,
        Case("MaxPool1d(3, stride=2)", "20,16,50"),
        Case("MaxPool1d(2, padding=1, dilation=3)", "16,50"),
        Case("MaxPool1d((2,), ceil_mode=True)", "16,51"),
        Case("MaxPool1d(2, return_indices=True)", "2,16,9"),
        Case("MaxPool1d(2)", "8", refused="Expected 2D or 3D"),
        Case("MaxPool1d(2)", "3,1", refused="Output size is too small"),
        Case("MaxPool1d(2, padding=2)", "3,8", refused="pad should be at most half of effective kernel size"),
        Case("MaxPool1d((2, 2))", "3,8", refused="kernel_size must either be a single int"),
    ),
    _max_pool(
        2,
        Case("MaxPool2d(3, 2, 1)", "2,64,112,112"),
        Case("MaxPool2d((3, 2), stride=(2, 1))", "20,16,50,32"),
        Case("MaxPool2d(2, ceil_mode=True)", "3,7,7"),
        Case("MaxPool2d(2, stride=3, padding=1, ceil_mode=True)", "3,5,6"),
        Case("MaxPool2d(3, 1, 1, dilation=2, return_indices=True)", "3,8,9"),
        Case("MaxPool2d((2,), stride=(3,))", "0,3,8,8"),
        Case("MaxPool2d(4, stride=4, ceil_mode=True)", "3,1,1"),
        Case("MaxPool2d(2)", "3,8,8:int64"),
        Case("MaxPool2d(2)", "8,8", refused="Expected 3D or 4D"),
        Case("MaxPool2d(2)", "1,1,3,8,8", refused="Expected 3D or 4D"),
        Case("MaxPool2d(2)", "3,1,8", refused="Calculated output size: (3x0x4). Output size is too small"),
        Case("MaxPool2d(4, stride=2, ceil_mode=True)", "3,1,1", refused="Output size is too small"),
        Case("MaxPool2d(2, padding=2)", "3,8,8", refused="pad should be at most half of effective kernel size"),
        Case("MaxPool2d(2, padding=2, dilation=3)", "3,8,8", refused="pad should be at most half"),
        Case("MaxPool2d(2, padding=-1)", "3,8,8", refused="pad must be non-negative"),
        Case("MaxPool2d(2, stride=0)", "3,8,8", refused="stride should be greater than zero"),
        Case("MaxPool2d(0, stride=1)", "3,8,8", refused="kernel size should be greater than zero"),
        Case("MaxPool2d(2, dilation=0)", "3,8,8", refused="dilation should be greater than zero"),
        Case(
            "MaxPool2d((2, 2, 2))", "3,8,8", refused="kernel_size must either be a single int, or a tuple of two ints"
        ),
        Case("MaxPool2d(2, (3, 3, 3))", "3,8,8", refused="stride must either be a single int, or a tuple of two ints"),
        Case("MaxPool2d(2)", "2,0,8,8", refused="Expected 3D or 4D (batch mode) tensor with optional 0 dim"),
    ),
    _max_pool(
        3,
        Case("MaxPool3d(3, stride=2)", "2,16,9,10,11"),
        Case("MaxPool3d((3, 2, 2), stride=(2, 1, 2), padding=(1, 0, 1))", "2,4,9,8,11"),
        Case("MaxPool3d(2, ceil_mode=True)", "3,7,7,7"),
        Case("MaxPool3d(2, return_indices=True)", "3,7,7,7"),
        Case("MaxPool3d(2)", "3,8,8", refused="Expected 4D or 5D"),
        Case("MaxPool3d(2)", "3,1,8,8", refused="Calculated output size: (3x0x4x4)"),
        Case("MaxPool3d(2, padding=2)", "3,8,8,8", refused="pad should be at most half"),
    ),
)

AVG_POOL = (
    _avg_pool(
        1,
        Case("AvgPool1d(3, stride=2)", "20,16,50"),
        Case("AvgPool1d(2, padding=1, count_include_pad=False)", "16,9"),
        Case("AvgPool1d((2,), ceil_mode=True)", "16,51"),
        Case("AvgPool1d(2)", "2,3,8:float64"),
        Case("AvgPool1d(2)", "8", refused="Expected 2D or 3D"),
        Case("AvgPool1d(2)", "3,1", refused="Output size is too small"),
        Case("AvgPool1d((2, 2))", "3,8", refused="kernel_size must either be a single int"),
        Case("AvgPool1d(2, padding=2)", "3,8", refused="pad should be at most half of effective kernel size"),
    ),
    _avg_pool(
        2,
        Case("AvgPool2d(3, stride=2)", "20,16,50,32"),
        Case("AvgPool2d((3, 2), stride=(2, 1), padding=(1, 0))", "16,9,8"),
        Case("AvgPool2d(2, ceil_mode=True)", "8,7,7"),
        Case("AvgPool2d(2, padding=1, ceil_mode=True, divisor_override=3)", "8,7,6"),
        Case("AvgPool2d(2)", "8,8", refused="Expected 3D or 4D"),
        Case("AvgPool2d(2)", "3,1,8", refused="Output size is too small"),
        Case("AvgPool2d(2, padding=2)", "3,8,8", refused="pad should be at most half of effective kernel size"),
        Case("AvgPool2d(2, divisor_override=0)", "3,8,8", refused="divisor must be not zero"),
    ),
    _avg_pool(
        3,
        Case("AvgPool3d(3, stride=2)", "2,16,9,10,11"),
        Case("AvgPool3d((3, 2, 2), stride=(2, 1, 2), padding=(1, 0, 1))", "2,4,9,8,11"),
        Case("AvgPool3d(2, ceil_mode=True)", "3,7,7,7"),
        Case("AvgPool3d(2, divisor_override=4)", "0,3,7,7,7"),
        Case("AvgPool3d(2)", "3,8,8", refused="Expected 4D or 5D"),
        Case("AvgPool3d(2)", "3,1,8,8", refused="Output size is too small"),
        Case("AvgPool3d(3, padding=1)", "3,2,2,2", refused="smaller than kernel size"),
    ),
)

LP_POOL = (
    _lp_pool(
        1,
        Case("LPPool1d(2, 3, stride=2)", "20,16,50"),
        Case("LPPool1d(1.5, 3)", "16,10"),
        Case("LPPool1d(2, 3, ceil_mode=True)", "16,10"),
        Case("LPPool1d(float('inf'), 2)", "16,9"),
        Case("LPPool1d(2, (3,))", "16,10", refused="must be Tensor, not tuple"),
        Case("LPPool1d(2, 3)", "10", refused="Expected 2D or 3D"),
        Case("LPPool1d(2, 3)", "16,2", refused="Output size is too small"),
    ),
    _lp_pool(
        2,
        Case("LPPool2d(2, 3, stride=2)", "20,16,50,32"),
        Case("LPPool2d(1.2, (3, 2), stride=(2, 1))", "20,16,50,32"),
        Case("LPPool2d(2, 2, ceil_mode=True)", "3,7,7"),
        Case("LPPool2d(2, 2)", "3,7,7:int64"),
        Case("LPPool2d(2, 2)", "7,7", refused="Expected 3D or 4D"),
        Case("LPPool2d(2, (2, 2, 2))", "3,7,7", refused="kernel_size must be an int or have 2 values"),
        Case("LPPool2d(0, 2)", "3,7,7", refused="division by zero"),
    ),
    _lp_pool(
        3,
        Case("LPPool3d(2, 3, stride=2)", "2,16,9,10,11"),
        Case("LPPool3d(1.2, (3, 2, 2), stride=(2, 1, 2))", "2,16,9,10,11"),
        Case("LPPool3d(2, 2, 3, True)", "3,7,7,7"),
        Case("LPPool3d(2, 2)", "3,7,7,7"),
        Case("LPPool3d(2, 2)", "3,7,7", refused="Expected 4D or 5D"),
        Case("LPPool3d(2, 2)", "3,7,1,7", refused="Output size is too small"),
    ),
)

MAX_UNPOOL = (
    _max_unpool(
        1,
        Case("MaxUnpool1d(2, stride=2)", "3,4", "3,4:int64"),
        Case("MaxUnpool1d(3)", "2,3,4", "2,3,4:int64"),
        Case("MaxUnpool1d(2)", "2,3,4", "2,3,4:int64", "output_size=[9]"),
        Case("MaxUnpool1d(3, 2, 1)", "2,3,4", "2,3,4:int64", "output_size=[2, 3, 6]"),
        Case("MaxUnpool1d(2)", "4", "4:int64", refused="Input to max_unpooling2d should be a 3d or 4d Tensor"),
        Case("MaxUnpool1d(2)", "3,4", "3,5:int64", refused="Expected shape of indices to be same"),
    ),
    _max_unpool(
        2,
        Case("MaxUnpool2d(2, stride=2)", "1,3,4,4", "1,3,4,4:int64"),
        Case("MaxUnpool2d((3, 2), 2, (1, 0))", "3,4,4", "3,4,4:int64"),
        Case("MaxUnpool2d(2)", "3,4,4", "3,4,4:int64", "output_size=[9, 7]"),
        Case("MaxUnpool2d(2)", "1,3,4,4", "1,3,4,4:int64", "output_size=[1, 3, 9, 8]"),
        Case("MaxUnpool2d(2)", "4,4", "4,4:int64", refused="Input to max_unpooling2d should be a 3d or 4d Tensor"),
        Case("MaxUnpool2d(2)", "3,4,4", "3,4,5:int64", refused="Expected shape of indices to be same"),
        Case("MaxUnpool2d(2)", "3,4,4", "3,4,4", refused="should be type int64 but got: Float"),
        Case("MaxUnpool2d(2)", "3,4,4", "3,4,4:int64", "output_size=[10, 8]", refused="must be between 6 and 10"),
        Case("MaxUnpool2d(2)", "3,4,4", "3,4,4:int64", "output_size=[8]", refused="containing 2 or 4 elements"),
        Case("MaxUnpool2d(2, padding=2)", "1,1,1", "1,1,1:int64", refused="must contain non-negative"),
    ),
    _max_unpool(
        3,
        Case("MaxUnpool3d(2, stride=2)", "1,3,4,4,4", "1,3,4,4,4:int64"),
        Case("MaxUnpool3d((3, 2, 2), 2, (1, 0, 0))", "3,4,4,5", "3,4,4,5:int64"),
        Case("MaxUnpool3d(2)", "3,4,4,4", "3,4,4,4:int64", "output_size=[9, 7, 8]"),
        Case("MaxUnpool3d(3)", "3,1,2,3", "3,1,2,3:int64"),
        Case("MaxUnpool3d(2)", "4,4,4", "4,4,4:int64", refused="Input to max_unpooling3d should be a 4d or 5d Tensor"),
        Case("MaxUnpool3d(2, stride=0)", "3,4,4,4", "3,4,4,4:int64", refused="strides should be greater than zero"),
    ),
)
