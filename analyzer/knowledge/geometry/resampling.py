"""Resampling to a size or by a factor, and sampling at the places of a grid.

    interpolate([8, 3, 7, 9], scale_factor=1.5)                           -> [8, 3, 10, 13]
    interpolate([8, 3, H, W], size=(2*H, 2*W), mode="bilinear")           -> [8, 3, 2*H, 2*W]
    grid_sample([8, 3, 7, 9], grid [8, 4, 5, 2])                          -> [8, 3, 4, 5]

https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.interpolate.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import bracketed, is_size, require_each
from analyzer.knowledge.geometry.pooling import pool_adaptively, scaled
from analyzer.knowledge.operands import scalar_name

_RANKS = {
    "nearest": (3, 4, 5),
    "nearest-exact": (3, 4, 5),
    "area": (3, 4, 5),
    "linear": (3,),
    "bilinear": (4,),
    "bicubic": (4,),
    "lanczos": (4,),
    "trilinear": (5,),
}
_UNALIGNED = ("nearest", "area", "nearest-exact")
_ANTIALIASED = ("bilinear", "bicubic", "lanczos")


def interpolate(
    input: TensorType,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> TensorType:
    """[batch, channels, *size] of an input [batch, channels, *sizes]; `int(sizes * scale_factor)` for no size.

    Raises Inexact for a symbolic size times a factor that is no dyadic fraction.
    """
    if mode in _UNALIGNED and align_corners is not None:
        raise Refused(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    if size is not None and scale_factor is not None:
        raise Refused("only one of size or scale_factor should be defined")
    if size is None and scale_factor is None:
        raise Refused("either size or scale_factor should be defined")
    sizes = _target(input, size, scale_factor)
    if recompute_scale_factor and size is not None:
        raise Refused("recompute_scale_factor is not meaningful with an explicit size.")
    _check_mode(input, mode, align_corners, antialias)
    if mode == "area":
        return pool_adaptively(input, sizes, axes=input.rank - 2, kind="avg")
    if not (input.dtype.is_floating or input.dtype is DType.uint8):
        raise Refused(f"\"upsample\" not implemented for '{scalar_name(input.dtype)}'")
    spatial = input.shape[2:]
    require_each(
        (*spatial, *sizes),
        1,
        "Input and output sizes should be greater than 0, but got "
        f"input {bracketed(spatial)} output {bracketed(sizes)}",
    )
    require(
        at_least(input.shape[1], 1),
        f"Non-empty {input.rank}D data tensor expected but got a tensor with sizes {bracketed(input.shape)}",
    )
    return TensorType((*input.shape[:2], *sizes), input.dtype)


def _target(input: TensorType, size: Any, scale_factor: Any) -> Shape:
    axes = max(input.rank - 2, 0)
    asked, name = (size, "output size") if size is not None else (scale_factor, "scale_factor")
    each = tuple(asked) if isinstance(asked, tuple | list) else (asked,) * axes
    if len(each) != axes:
        raise Refused(
            "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions "
            f"of {bracketed(input.shape[2:])} and {name} of {bracketed(each)}"
        )
    if size is None:
        return tuple(scaled(old, factor) for old, factor in zip(input.shape[2:], each, strict=True))
    if not all(is_size(one) for one in each):
        raise Refused(f"expected size to be one of int or Tuple[int, ...], but got {size}")
    return each


def _check_mode(input: TensorType, mode: str, align_corners: bool | None, antialias: bool) -> None:
    if antialias and not (mode in _ANTIALIASED and input.rank == 4):
        raise Refused(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    ranks = _RANKS.get(mode, ())
    if input.rank not in ranks:
        if mode in ("linear", "bilinear", "trilinear") and input.rank in (3, 4, 5):
            raise Refused(f"Got {input.rank}D input, but {mode} mode needs {ranks[0]}D input")
        raise Refused(
            f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {input.rank}D) for the modes: "
            f"{' | '.join(_RANKS)} (got {mode})"
        )
    if mode == "lanczos" and align_corners:
        raise Refused("Lanczos mode does not support align_corners=True")
    if mode == "lanczos" and not antialias:
        raise Refused("Lanczos mode requires antialias=True")


def grid_sample(input: TensorType, grid: TensorType, mode: str, padding_mode: str) -> TensorType:
    """[batch, channels, *places] of an input [batch, channels, *sizes] and a grid [batch, *places, 2 or 3]."""
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise Refused(f"grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise Refused(
            f"grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '{padding_mode}'"
        )
    both = f"input with sizes {bracketed(input.shape)} and grid with sizes {bracketed(grid.shape)}"
    if input.rank not in (4, 5) or grid.rank != input.rank:
        raise Refused(
            f"grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got {both}"
        )
    axes = input.rank - 2
    require(
        equal(input.shape[0], grid.shape[0]),
        f"grid_sampler(): expected grid and input to have same batch size, but got {both}",
    )
    require(
        equal(grid.shape[-1], axes),
        f"grid_sampler(): expected grid to have size {axes} in last dimension, "
        f"but got grid with sizes {bracketed(grid.shape)}",
    )
    if input.dtype is not grid.dtype:
        raise Refused(f"expected scalar type {scalar_name(input.dtype)} but found {scalar_name(grid.dtype)}")
    if not input.dtype.is_floating:
        raise Refused(f"\"grid_sampler\" not implemented for '{scalar_name(input.dtype)}'")
    if mode == "bicubic" and axes == 3:
        raise Refused("grid_sampler(): bicubic interpolation only supports 4D input")
    require_each(
        input.shape[2:], 1, f"grid_sampler(): expected input to have non-empty spatial dimensions, but got {both}"
    )
    return TensorType((*input.shape[:2], *grid.shape[1:-1]), input.dtype)


def affine_grid(theta: TensorType, size: Sequence[Dim], align_corners: bool | None) -> TensorType:
    """[batch, *sizes, axes] for a size (batch, channels, *sizes) and matrices theta [batch, axes, axes + 1]."""
    sizes = tuple(size)
    if not theta.dtype.is_floating:
        raise Refused(f"Expected theta to have floating point type, but got torch.{theta.dtype}")
    if len(sizes) not in (4, 5):
        raise Refused(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {bracketed(sizes)}."
        )
    axes = len(sizes) - 2
    complaint = (
        f"Expected a batch of {axes}D affine matrices of shape Nx{axes}x{axes + 1} for size {bracketed(sizes)}. "
        f"Got {bracketed(theta.shape)}."
    )
    if theta.rank != 3:
        raise Refused(complaint)
    require(equal(theta.shape[1], axes), complaint)
    require(equal(theta.shape[2], axes + 1), complaint)
    unit = align_corners and any(one == 1 for one in sizes[2:])
    if not unit:
        require_each(sizes, 1, f"Expected non-zero, positive output size. Got {bracketed(sizes)}")
    require(
        equal(theta.shape[0], sizes[0]),
        f"Expected as many affine matrices as the size has samples, but got {theta.shape[0]} and {sizes[0]}",
    )
    return TensorType((sizes[0], *sizes[2:], axes), theta.dtype)
