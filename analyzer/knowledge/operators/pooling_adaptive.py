"""Pooling to a given output size: adaptive, and fractional with windows placed at random.

F.adaptive_avg_pool2d([8, 512, H, W], (1, None))     -> [8, 512, 1, W] float32
F.fractional_max_pool2d([8, 32, 32], 3, 16)          -> [8, 16, 16] float32

https://docs.pytorch.org/docs/2.13/nn.functional.html#pooling-functions
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry.axes import Sizes
from analyzer.knowledge.geometry.pooling import pool_adaptively, pool_fractionally, with_indices
from analyzer.knowledge.operator import Case, OperatorSpec

Output = TensorType | tuple[TensorType, TensorType]
OutputSize = Dim | Sequence[Dim | None] | None


def _adaptive_average(axes: int, *cases: Case) -> OperatorSpec:
    def rule(input: TensorType, output_size: OutputSize) -> TensorType:
        return pool_adaptively(input, output_size, axes=axes, kind="avg")

    name = f"adaptive_avg_pool{axes}d"
    names = (f"torch.nn.functional.{name}", f"torch.{name}") if axes == 1 else (f"torch.nn.functional.{name}",)
    return OperatorSpec(names, rule, cases=cases)


def _adaptive_max(axes: int, *cases: Case) -> OperatorSpec:
    def rule(input: TensorType, output_size: OutputSize, return_indices: bool = False) -> Output:
        return with_indices(pool_adaptively(input, output_size, axes=axes, kind="max"), return_indices)

    return OperatorSpec((f"torch.nn.functional.adaptive_max_pool{axes}d",), rule, cases=cases)


def _fractional(axes: int, *cases: Case) -> OperatorSpec:
    def rule(
        input: TensorType,
        kernel_size: Sizes,
        output_size: Sizes | None = None,
        output_ratio: float | Sequence[float] | None = None,
        return_indices: bool = False,
        _random_samples: TensorType | None = None,
    ) -> Output:
        return with_indices(pool_fractionally(input, kernel_size, output_size, output_ratio, axes=axes), return_indices)

    return OperatorSpec((f"torch.nn.functional.fractional_max_pool{axes}d",), rule, cases=cases)


def _with_indices(input: TensorType, output_size: OutputSize) -> Output:
    return with_indices(pool_adaptively(input, output_size, axes=1, kind="max"), True)


ADAPTIVE = (
    _adaptive_average(
        1,
        Case("F.adaptive_avg_pool1d(x, 5)", x="1,64,8"),
        Case("torch.adaptive_avg_pool1d(x, (3,))", x="64,8"),
        Case("F.adaptive_avg_pool1d(x, 3)", x="1,1,3,7", refused="Expected 2D or 3D"),
        Case("F.adaptive_avg_pool1d(x, None)", x="3,7", refused="not NoneType"),
    ),
    _adaptive_average(
        2,
        Case("F.adaptive_avg_pool2d(x, (5, None))", x="1,64,8,9"),
        Case("F.adaptive_avg_pool2d(x, 1)", x="1,64,8,9"),
        Case("F.adaptive_avg_pool2d(x, output_size=[2, 3])", x="64,8,9:float16"),
        Case("F.adaptive_avg_pool2d(x, (2, 2))", x="7,5", refused="Input dimension should be at least 3"),
        Case("F.adaptive_avg_pool2d(x, (2, 2.0))", x="3,7,5", refused="must be tuple of ints"),
    ),
    _adaptive_average(
        3,
        Case("F.adaptive_avg_pool3d(x, (5, None, 2))", x="1,64,8,9,10"),
        Case("F.adaptive_avg_pool3d(x, 2)", x="64,8,9,10"),
        Case("F.adaptive_avg_pool3d(x, (2, 2))", x="3,7,5,5", refused="output_size must be 3"),
    ),
    _adaptive_max(
        1,
        Case("F.adaptive_max_pool1d(x, 5)", x="1,64,8"),
        Case("F.adaptive_max_pool1d(x, 5, return_indices=True)", x="64,8"),
        Case("F.adaptive_max_pool1d(x, 5)", x="8", refused="Expected 2D or 3D"),
    ),
    _adaptive_max(
        2,
        Case("F.adaptive_max_pool2d(x, (5, None))", x="1,64,8,9"),
        Case("F.adaptive_max_pool2d(x, 5, True)", x="64,8,9"),
        Case("F.adaptive_max_pool2d(x, (5,))", x="64,8,9", refused="output_size must be 2"),
    ),
    _adaptive_max(
        3,
        Case("F.adaptive_max_pool3d(x, (5, None, 3))", x="1,64,8,9,10"),
        Case("F.adaptive_max_pool3d(x, 5, True)", x="64,8,9,10"),
        Case("F.adaptive_max_pool3d(x, (5, 5, 5))", x="8,9,10", refused="Input dimension should be at least 4"),
    ),
    OperatorSpec(
        ("torch.adaptive_max_pool1d",),
        _with_indices,
        cases=(
            Case("torch.adaptive_max_pool1d(x, 5)", x="1,64,8"),
            Case("torch.adaptive_max_pool1d(x, 5)", x="1,1,64,8", refused="Expected 2D or 3D"),
        ),
    ),
)

FRACTIONAL = (
    _fractional(
        2,
        Case("F.fractional_max_pool2d(x, 3, 4)", x="2,3,9,10"),
        Case("F.fractional_max_pool2d(x, (3, 2), output_ratio=(0.5, 0.3))", x="3,9,10"),
        Case("F.fractional_max_pool2d(x, 2, 3, return_indices=True)", x="3,9,10"),
        Case("F.fractional_max_pool2d(x, 2)", x="3,9,10", refused="requires specifying either an output_size"),
        Case("F.fractional_max_pool2d(x, 2, (9, 3))", x="3,9,10", refused="too large relative to input size 9"),
    ),
    _fractional(
        3,
        Case("F.fractional_max_pool3d(x, 3, 4)", x="2,3,9,10,8"),
        Case("F.fractional_max_pool3d(x, (3, 2, 1), output_ratio=(0.5, 0.3, 0.7))", x="3,9,10,8"),
        Case("F.fractional_max_pool3d(x, 2, 3)", x="9,10,8", refused="Expected 4D or 5D"),
    ),
)
