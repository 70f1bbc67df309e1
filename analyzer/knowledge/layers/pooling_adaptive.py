"""Pooling to a given output size: adaptive, and fractional with windows placed at random.

AdaptiveAvgPool2d((1, 1)) on [N, 512, H, W] float32      -> [N, 512, 1, 1] float32
AdaptiveMaxPool2d((None, 7)) on [N, 64, 10, 9] float32   -> [N, 64, 10, 7] float32
FractionalMaxPool2d(3, output_ratio=0.5) on [8, 32, 32]  -> [8, 16, 16] float32
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim, at_least, require
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.geometry.axes import Sizes, per_axis
from analyzer.knowledge.geometry.pooling import pool_adaptively, pool_fractionally, with_indices
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#pooling-layers"

Output = TensorType | tuple[TensorType, TensorType]
OutputSize = Dim | Sequence[Dim | None] | None


def _adaptive_average(axes: int, *cases: Case) -> LayerSpec:
    def configure(output_size: OutputSize) -> Mapping[str, Any]:
        return {"output_size": output_size}

    def forward(c: Any, input: TensorType) -> TensorType:
        return pool_adaptively(input, c.output_size, axes=axes, kind="avg")

    return LayerSpec(
        name=f"AdaptiveAvgPool{axes}d",
        bases=("_AdaptiveAvgPoolNd",),
        configure=configure,
        forward=forward,
        page=PAGE,
        cases=cases,
    )


def _adaptive_max(axes: int, *cases: Case) -> LayerSpec:
    def configure(output_size: OutputSize, return_indices: bool = False) -> Mapping[str, Any]:
        return {"output_size": output_size, "return_indices": return_indices}

    def forward(c: Any, input: TensorType) -> Output:
        pooled = pool_adaptively(input, c.output_size, axes=axes, kind="max")
        return with_indices(pooled, c.return_indices)

    return LayerSpec(
        name=f"AdaptiveMaxPool{axes}d",
        bases=("_AdaptiveMaxPoolNd",),
        configure=configure,
        forward=forward,
        page=PAGE,
        cases=cases,
    )


def _fractional_max(axes: int, *cases: Case) -> LayerSpec:
    name = f"FractionalMaxPool{axes}d"

    def configure(
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: TensorType | None = None,
    ) -> Mapping[str, Any]:
        kernels = per_axis(kernel_size, axes)
        if axes == 3:
            for kernel in kernels:
                require(at_least(kernel, 1), f"kernel_size must be greater than 0, but got {kernel_size}")
        if output_size is None and output_ratio is None:
            raise Refused(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise Refused("only one of output_size and output_ratio may be specified")
        ratios = None
        if output_ratio is not None:
            ratios = tuple(output_ratio) if isinstance(output_ratio, Sequence) else (output_ratio,) * axes
            if not all(0 < ratio < 1 for ratio in ratios):
                raise Refused(f"output_ratio must be between 0 and 1 (got {output_ratio})")
        return {
            "kernel_size": kernels,
            "return_indices": return_indices,
            "output_size": None if output_size is None else per_axis(output_size, axes),
            "output_ratio": ratios,
            "_samples": _random_samples,
        }

    def buffers(c: Any) -> Mapping[str, TensorType | None]:
        return {"_random_samples": c._samples}

    def forward(c: Any, input: TensorType) -> Output:
        pooled = pool_fractionally(input, c.kernel_size, c.output_size, c.output_ratio, axes=axes)
        return with_indices(pooled, c.return_indices)

    return LayerSpec(name=name, configure=configure, buffers=buffers, forward=forward, page=PAGE, cases=cases)


ADAPTIVE_AVG_POOL = (
    _adaptive_average(
        1,
        Case("AdaptiveAvgPool1d(5)", "1,64,8"),
        Case("AdaptiveAvgPool1d((3,))", "64,8"),
        Case("AdaptiveAvgPool1d(9)", "64,8"),
        Case("AdaptiveAvgPool1d(0)", "64,8"),
        Case("AdaptiveAvgPool1d(3)", "7", refused="Expected 2D or 3D"),
        Case("AdaptiveAvgPool1d(3)", "1,1,3,7", refused="Expected 2D or 3D"),
        Case("AdaptiveAvgPool1d((3, 3))", "3,7,8", refused="output_size must be 1"),
        Case("AdaptiveAvgPool1d(None)", "3,7", refused="must be tuple of ints, not NoneType"),
    ),
    _adaptive_average(
        2,
        Case("AdaptiveAvgPool2d((5, 7))", "1,64,8,9"),
        Case("AdaptiveAvgPool2d(7)", "64,10,9"),
        Case("AdaptiveAvgPool2d((None, 7))", "1,64,10,9"),
        Case("AdaptiveAvgPool2d(1)", "0,64,10,9"),
        Case("AdaptiveAvgPool2d(1)", "10,9"),
        Case("AdaptiveAvgPool2d(1)", "1,1,3,7,5"),
        Case("AdaptiveAvgPool2d((1, 1))", "2,2,3,10,9"),
        Case("AdaptiveAvgPool2d((1, None))", "2,2,3,10,1"),
        Case("AdaptiveAvgPool2d((1, None))", "2,2,3,10,2", refused="Expected 3D or 4D"),
        Case("AdaptiveAvgPool2d((1, 1))", "10,9", refused="Input dimension should be at least 3"),
        Case("AdaptiveAvgPool2d((2, 2))", "1,1,3,7,5", refused="Expected 3D or 4D"),
        Case("AdaptiveAvgPool2d((2,))", "3,7,5", refused="output_size must be 2"),
        Case("AdaptiveAvgPool2d(-2)", "3,7,5", refused="must be greater than or equal to 0"),
        Case("AdaptiveAvgPool2d(2)", "3,0,5", refused="non-zero size for non-batch dimensions"),
        Case("AdaptiveAvgPool2d(None)", "3,7,5", refused="not NoneType"),
        Case("AdaptiveAvgPool2d(1)", "3,7,5:int64", refused="not implemented for 'Long'"),
    ),
    _adaptive_average(
        3,
        Case("AdaptiveAvgPool3d((5, 7, 9))", "1,64,8,9,10"),
        Case("AdaptiveAvgPool3d(7)", "1,64,10,9,8"),
        Case("AdaptiveAvgPool3d((7, None, None))", "64,10,9,8"),
        Case("AdaptiveAvgPool3d(1)", "64,10,9"),
        Case("AdaptiveAvgPool3d((2, 2, 2))", "3,7,5", refused="Input dimension should be at least 4"),
        Case("AdaptiveAvgPool3d((2, 2))", "3,7,5,5", refused="output_size must be 3"),
    ),
)

ADAPTIVE_MAX_POOL = (
    _adaptive_max(
        1,
        Case("AdaptiveMaxPool1d(5)", "1,64,8"),
        Case("AdaptiveMaxPool1d((3,))", "64,8"),
        Case("AdaptiveMaxPool1d(3, return_indices=True)", "64,8"),
        Case("AdaptiveMaxPool1d(0)", "64,8"),
        Case("AdaptiveMaxPool1d(2)", "7", refused="Expected 2D or 3D"),
        Case("AdaptiveMaxPool1d(2)", "1,1,3,7", refused="Expected 2D or 3D"),
    ),
    _adaptive_max(
        2,
        Case("AdaptiveMaxPool2d((5, 7))", "1,64,8,9"),
        Case("AdaptiveMaxPool2d(7)", "64,10,9"),
        Case("AdaptiveMaxPool2d((None, 7))", "1,64,10,9"),
        Case("AdaptiveMaxPool2d(7, return_indices=True)", "64,10,9"),
        Case("AdaptiveMaxPool2d((2, 2))", "7,5", refused="Input dimension should be at least 3"),
        Case("AdaptiveMaxPool2d((2,))", "3,7,5", refused="output_size must be 2"),
        Case("AdaptiveMaxPool2d((2, 2))", "3,0,5", refused="non-zero size for non-batch dimensions"),
    ),
    _adaptive_max(
        3,
        Case("AdaptiveMaxPool3d((5, 7, 9))", "1,64,8,9,10"),
        Case("AdaptiveMaxPool3d(7)", "1,64,10,9,8"),
        Case("AdaptiveMaxPool3d((7, None, None))", "64,10,9,8"),
        Case("AdaptiveMaxPool3d(2, return_indices=True)", "64,10,9,8"),
        Case("AdaptiveMaxPool3d((2, 2, 2))", "7,5,3", refused="Input dimension should be at least 4"),
        Case("AdaptiveMaxPool3d((2, 2))", "3,7,5,5", refused="output_size must be 3"),
    ),
)

FRACTIONAL_MAX_POOL = (
    _fractional_max(
        2,
        Case("FractionalMaxPool2d(3, output_size=(13, 12))", "20,16,50,32"),
        Case("FractionalMaxPool2d(3, output_ratio=(0.5, 0.6))", "20,16,50,32"),
        Case("FractionalMaxPool2d((2, 3), output_ratio=0.3)", "3,7,9"),
        Case("FractionalMaxPool2d(2, 3, return_indices=True)", "3,7,5"),
        Case("FractionalMaxPool2d(2, 3)", "7,5", refused="Expected 3D or 4D"),
        Case("FractionalMaxPool2d(2, (7, 3))", "3,7,5", refused="too large relative to input size 7"),
        Case("FractionalMaxPool2d(2)", refused="requires specifying either an output size, or a pooling ratio"),
        Case("FractionalMaxPool2d(2, 3, 0.5)", refused="only one of output_size and output_ratio"),
        Case("FractionalMaxPool2d(2, output_ratio=1.5)", refused="output_ratio must be between 0 and 1"),
        Case("FractionalMaxPool2d((2,), 3)", "3,7,5", refused="kernel_size must either be a single Int"),
    ),
    _fractional_max(
        3,
        Case("FractionalMaxPool3d(3, output_size=(13, 12, 11))", "2,4,20,19,18"),
        Case("FractionalMaxPool3d(3, output_ratio=(0.5, 0.6, 0.4))", "2,4,20,19,18"),
        Case("FractionalMaxPool3d(2, output_ratio=0.3)", "3,7,9,8"),
        Case("FractionalMaxPool3d(2, 3, return_indices=True)", "3,7,5,6"),
        Case("FractionalMaxPool3d(2, 3)", "7,5,6", refused="Expected 4D or 5D"),
        Case("FractionalMaxPool3d(2, (3, 5, 3))", "1,7,5,6", refused="too large relative to input size 5"),
        Case("FractionalMaxPool3d(0, 3)", refused="kernel_size must be greater than 0"),
        Case("FractionalMaxPool3d(2)", refused="requires specifying either an output size, or a pooling ratio"),
    ),
)
