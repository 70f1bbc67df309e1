"""Resampling to a size or by a factor, sampling at the places of a grid, and grids.

F.interpolate([8, 3, H, W], scale_factor=2)             -> [8, 3, 2*H, 2*W] float32
F.interpolate([8, 3, 7, 9], scale_factor=1.3)           -> [8, 3, 9, 11] float32
F.grid_sample([8, 3, 7, 9], [8, 4, 5, 2])               -> [8, 3, 4, 5] float32

https://docs.pytorch.org/docs/2.13/nn.functional.html#vision-functions
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry import resampling
from analyzer.knowledge.operator import Case, operator


@operator(
    "torch.nn.functional.interpolate",
    cases=(
        Case("F.interpolate(x, scale_factor=2)", x="8,3,7,9"),
        Case("F.interpolate(x, scale_factor=1.3)", x="8,3,7,9"),
        Case("F.interpolate(x, scale_factor=(0.29, 3.7))", x="8,3,100,30"),
        Case("F.interpolate(x, size=x.shape[-2:], mode='bilinear', align_corners=False)", x="1,3,7,9"),
        Case("F.interpolate(x, (5, 4), mode='bicubic', align_corners=True)", x="1,3,7,9"),
        Case("F.interpolate(x, size=5, mode='linear')", x="1,3,7"),
        Case("F.interpolate(x, scale_factor=0.5, mode='trilinear')", x="1,3,7,8,9"),
        Case("F.interpolate(x, scale_factor=0.5, mode='area')", x="1,3,7,9"),
        Case("F.interpolate(x, scale_factor=1.5, recompute_scale_factor=True)", x="1,3,7,9"),
        Case("F.interpolate(x, scale_factor=0.3, mode='bicubic', antialias=True)", x="1,3,7,9"),
        Case("F.interpolate(x, size=6, mode='lanczos', antialias=True)", x="1,3,7,9"),
        Case("F.interpolate(x, size=3, mode='nearest-exact')", x="1,3,7,9,3"),
        Case("F.interpolate(x, size=3)", x="1,3,7,9:uint8"),
        Case("F.interpolate(x)", x="1,3,7,9", refused="either size or scale_factor should be defined"),
        Case("F.interpolate(x, 3, 2)", x="1,3,7,9", refused="only one of size or scale_factor should be defined"),
        Case("F.interpolate(x, scale_factor=2)", x="3,8", refused="(got 2D) for the modes"),
        Case(
            "F.interpolate(x, 3, mode='bilinear')", x="1,3,8", refused="Got 3D input, but bilinear mode needs 4D input"
        ),
        Case("F.interpolate(x, 3, mode='cubic')", x="1,3,8,8", refused="(got cubic)"),
        Case("F.interpolate(x, (3,))", x="1,3,8,8", refused="must have the same number of spatial dimensions"),
        Case("F.interpolate(x, scale_factor=(2, 2, 2))", x="1,3,8,8", refused="same number of spatial dimensions"),
        Case("F.interpolate(x, 3, align_corners=True)", x="1,3,8,8", refused="align_corners option can only be set"),
        Case("F.interpolate(x, scale_factor=0.1)", x="1,3,8,8", refused="sizes should be greater than 0"),
        Case("F.interpolate(x, 3, antialias=True)", x="1,3,8,8", refused="Anti-alias option is restricted"),
        Case("F.interpolate(x, 3, mode='lanczos')", x="1,3,8,8", refused="Lanczos mode requires antialias=True"),
        Case("F.interpolate(x, 3, recompute_scale_factor=True)", x="1,3,8,8", refused="not meaningful"),
        Case("F.interpolate(x, 3.0)", x="1,3,8,8", refused="expected size to be one of int"),
    ),
)
def interpolate(
    input: TensorType,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> TensorType:
    return resampling.interpolate(input, size, scale_factor, mode, align_corners, recompute_scale_factor, antialias)


@operator(
    "torch.nn.functional.upsample",
    cases=(
        Case("F.upsample(x, scale_factor=2)", x="8,3,7,9"),
        Case("F.upsample(x, (5, 6), mode='bilinear', align_corners=True)", x="8,3,7,9"),
        Case("F.upsample(x)", x="8,3,7,9", refused="either size or scale_factor should be defined"),
    ),
)
def upsample(
    input: TensorType,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> TensorType:
    return resampling.interpolate(input, size, scale_factor, mode, align_corners)


@operator(
    "torch.nn.functional.upsample_nearest",
    cases=(
        Case("F.upsample_nearest(x, scale_factor=2)", x="8,3,7"),
        Case("F.upsample_nearest(x, 5)", x="8,3,7,9"),
        Case("F.upsample_nearest(x, 5)", x="8,3", refused="(got 2D) for the modes"),
    ),
)
def upsample_nearest(input: TensorType, size: Any = None, scale_factor: Any = None) -> TensorType:
    return resampling.interpolate(input, size, scale_factor)


@operator(
    "torch.nn.functional.upsample_bilinear",
    cases=(
        Case("F.upsample_bilinear(x, scale_factor=2)", x="8,3,7,9"),
        Case("F.upsample_bilinear(x, (5, 4))", x="8,3,7,9"),
        Case("F.upsample_bilinear(x, 5)", x="8,3,7", refused="Got 3D input, but bilinear mode needs 4D input"),
    ),
)
def upsample_bilinear(input: TensorType, size: Any = None, scale_factor: Any = None) -> TensorType:
    return resampling.interpolate(input, size, scale_factor, "bilinear", align_corners=True)


@operator(
    "torch.nn.functional.grid_sample",
    cases=(
        Case("F.grid_sample(x, g)", x="2,3,4,4", g="2,5,6,2"),
        Case("F.grid_sample(x, g, 'bicubic', 'border', True)", x="2,3,4,4", g="2,5,6,2"),
        Case("F.grid_sample(x, g, mode='nearest', padding_mode='reflection')", x="1,3,4,5,6", g="1,5,6,7,3"),
        Case("F.grid_sample(x, g)", x="2,3,4,4", g="1,5,6,2", refused="to have same batch size"),
        Case("F.grid_sample(x, g)", x="1,3,4,4", g="1,5,6,3", refused="expected grid to have size 2 in last dimension"),
        Case("F.grid_sample(x, g)", x="1,3,4,4", g="1,5,6,6,3", refused="with same number of dimensions"),
        Case(
            "F.grid_sample(x, g, 'bicubic')",
            x="1,3,4,4,4",
            g="1,5,6,6,3",
            refused="bicubic interpolation only supports 4D",
        ),
        Case("F.grid_sample(x, g, 'cubic')", x="1,3,4,4", g="1,5,6,2", refused="but got: 'cubic'"),
        Case("F.grid_sample(x, g, 'nearest', 'wrap')", x="1,3,4,4", g="1,5,6,2", refused="but got: 'wrap'"),
        Case(
            "F.grid_sample(x, g)",
            x="1,3,4,4:float64",
            g="1,5,6,2",
            refused="expected scalar type Double but found Float",
        ),
        Case("F.grid_sample(x, g)", x="1,3,0,4", g="1,5,6,2", refused="non-empty spatial dimensions"),
    ),
)
def grid_sample(
    input: TensorType,
    grid: TensorType,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> TensorType:
    return resampling.grid_sample(input, grid, mode, padding_mode)


@operator(
    "torch.nn.functional.affine_grid",
    cases=(
        Case("F.affine_grid(t, (2, 3, 5, 6))", t="2,2,3"),
        Case("F.affine_grid(t, [2, 3, 5, 6, 7], align_corners=True)", t="2,3,4"),
        Case("F.affine_grid(t, [2, 3, 1, 5], True)", t="2,2,3"),
        Case(
            "F.affine_grid(t, [2, 3, 5, 6])",
            t="2,3,4",
            refused="2D affine matrices of shape Nx2x3 for size [2, 3, 5, 6]",
        ),
        Case("F.affine_grid(t, [4, 3, 5, 6])", t="2,2,3", refused="as many affine matrices"),
        Case("F.affine_grid(t, [4, 3, 5])", t="2,2,3", refused="affine_grid only supports 4D and 5D sizes"),
        Case("F.affine_grid(t, [2, 3, 0, 5])", t="2,2,3", refused="Expected non-zero, positive output size"),
        Case("F.affine_grid(t, [2, 3, 1, 5])", t="2,2,3:int64", refused="to have floating point type"),
    ),
)
def affine_grid(theta: TensorType, size: Sequence[Dim], align_corners: bool | None = None) -> TensorType:
    return resampling.affine_grid(theta, size, align_corners)
