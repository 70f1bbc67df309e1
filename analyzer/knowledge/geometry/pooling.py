"""Pooling over one to three axes: windows, a given output size, random windows, and the way back.

    pool([8, 3, 7, 7], kernel 3, stride 2, ceil_mode=True)           -> [8, 3, 3, 3]
    pool_adaptively([8, 3, H, W], (None, 1))                         -> [8, 3, H, 1]
    unpool([3, 4, 4], indices [3, 4, 4] int64, kernel 2)             -> [3, 8, 8]
    pool([3, 1, 8], kernel 2)    -> Refused: Given input size: (3x1x8). ... Output size is too small

https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool2d.html and ATen/native/Pool.h
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf

from analyzer.algebra.expression import Dim, Expr, at_least, equal, require
from analyzer.algebra.rational import Rational
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import (
    Sizes,
    bracketed,
    crossed,
    given,
    is_size,
    per_axis,
    require_each,
    smallest,
    split,
    windows,
)
from analyzer.knowledge.operands import scalar_name

_WORDS = {1: "one int", 2: "two ints", 3: "three ints"}


def _sizes(value: Sizes, name: str, axes: int, function: str) -> tuple[Dim, ...]:
    return given(value, axes, f"{function}: {name} must either be a single int, or a tuple of {_WORDS[axes]}")


def _split(input: TensorType, axes: int, function: str) -> tuple[Shape, Dim, Shape]:
    return split(
        input,
        axes,
        f"{function}(): Expected {axes + 1}D or {axes + 2}D (batch mode) tensor, but got: {bracketed(input.shape)}",
    )


def _require_floating(input: TensorType, function: str) -> None:
    if not input.dtype.is_floating:
        raise Refused(f"\"{function}\" not implemented for '{scalar_name(input.dtype)}'")


def pool(
    input: TensorType,
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    *,
    axes: int,
    function: str,
    whole_kernel: bool = False,
) -> TensorType:
    """[batch, channels, *windows] of an input [batch, channels, *sizes].

    whole_kernel: the input without its padding must hold a kernel, as avg_pool3d demands.
    """
    if input.dtype is DType.bool_ or input.dtype.is_complex:
        raise Refused(f"\"{function}\" not implemented for '{scalar_name(input.dtype)}'")
    kernels = _sizes(kernel_size, "kernel_size", axes, function)
    omitted = stride is None or (isinstance(stride, tuple | list) and not stride)
    strides = kernels if omitted or stride is None else _sizes(stride, "stride", axes, function)
    paddings = _sizes(padding, "padding", axes, function)
    dilations = _sizes(dilation, "dilation", axes, function)
    require_each(kernels, 1, f"kernel size should be greater than zero, but got {bracketed(kernels)}")
    require_each(strides, 1, f"stride should be greater than zero, but got {bracketed(strides)}")
    require_each(dilations, 1, f"dilation should be greater than zero, but got {bracketed(dilations)}")
    batch, channels, spatial = _split(input, axes, function)
    require(
        at_least(channels, 1),
        f"Expected {axes + 1}D or {axes + 2}D (batch mode) tensor with optional 0 dim batch size for input, "
        f"but got: {bracketed(input.shape)}",
    )
    for reach, pad, spread in zip(kernels, paddings, dilations, strict=True):
        require(at_least(pad, 0), f"pad must be non-negative, but got pad: {pad}")
        require(
            at_least(reach, 2 * pad),
            f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={reach} "
            f"and dilation={spread}",
        )
    settings = tuple(zip(kernels, strides, paddings, dilations, strict=True))
    found = tuple(windows(size, *each, ceil_mode) for size, each in zip(spatial, settings, strict=True))
    complaint = (
        f"Given input size: {crossed((channels, *spatial))}. Calculated output size: {crossed((channels, *found))}. "
        "Output size is too small"
    )
    for size, each in zip(spatial, settings, strict=True):
        require(at_least(size, smallest(*each, ceil_mode)), complaint)
        if whole_kernel:
            require(at_least(size, each[0]), f"input image {crossed(spatial)} smaller than kernel size {kernels}")
    return TensorType((*batch, channels, *found), input.dtype)


def with_indices(pooled: TensorType, return_indices: bool) -> TensorType | tuple[TensorType, TensorType]:
    """The pooled tensor, and where asked for the places that its elements came from."""
    return (pooled, TensorType(pooled.shape, DType.int64)) if return_indices else pooled


def pool_by_norm(
    input: TensorType, norm_type: float | Expr, kernel_size: Sizes, stride: Sizes | None, ceil_mode: bool, *, axes: int
) -> TensorType:
    """Power-average pooling, whose kernel size must be spelled out for each axis where it is a sequence."""
    function = f"lp_pool{axes}d"
    if axes == 1 and not is_size(kernel_size):
        raise Refused("mul(): argument 'other' (position 1) must be Tensor, not tuple")
    if len(per_axis(kernel_size, axes)) != axes:
        raise Refused(f"{function}: kernel_size must be an int or have {axes} values, but got {kernel_size}")
    if isinstance(norm_type, int | float) and norm_type == 0:
        raise Refused("float division by zero")
    averaged = TensorType(input.shape, input.dtype if input.dtype.is_floating else DType.float32)
    infinite = isinstance(norm_type, float) and isinf(norm_type)
    return pool(
        averaged,
        kernel_size,
        stride,
        ceil_mode=ceil_mode,
        axes=axes,
        function=function,
        whole_kernel=axes == 3 and not infinite,
    )


def pool_adaptively(
    input: TensorType, output_size: Dim | Sequence[Dim | None] | None, *, axes: int, kind: str
) -> TensorType:
    """[batch, channels, *output_size] of an input [batch, channels, *sizes]; None keeps the size of that axis.

    kind: `avg` or `max`.  An average to sizes of 1 is a mean to torch, which takes any rank and empty axes.
    """
    function = f"adaptive_{kind}_pool{axes}d"
    listed = isinstance(output_size, tuple | list)
    asked: tuple[Dim | None, ...] = tuple(output_size) if isinstance(output_size, Sequence) else (output_size,) * axes
    if output_size is None or (axes == 1 and None in asked):
        raise Refused(f"{function}(): argument 'output_size' must be tuple of ints, not NoneType")
    if listed and input.rank <= len(asked):
        raise Refused(f"Input dimension should be at least {len(asked) + 1}")
    if len(asked) != axes:
        raise Refused(f"{function}: output_size must be {axes}, but got {bracketed(asked)}")
    _require_floating(input, function)
    if kind == "max" or axes == 1 or input.rank < axes:
        _split(input, axes, function)
    leading, spatial = input.shape[: input.rank - axes], input.shape[input.rank - axes :]
    found = tuple(size if one is None else one for one, size in zip(asked, spatial, strict=True))
    if not all(is_size(size) for size in found):
        raise Refused(f"{function}(): argument 'output_size' must be tuple of ints, not {bracketed(asked)}")
    if kind == "max" or not all(isinstance(size, int) and size == 1 for size in found):
        _split(input, axes, function)
        require_each(
            spatial,
            1,
            f"{function}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
            f"{bracketed(input.shape)}",
        )
        require_each(found, 0, f"{function}: elements of output_size must be greater than or equal to 0")
    return TensorType((*leading, *found), input.dtype)


def pool_fractionally(
    input: TensorType,
    kernel_size: Sizes,
    output_size: Sizes | None,
    output_ratio: float | Sequence[float] | None,
    *,
    axes: int,
) -> TensorType:
    """[batch, channels, *output] of an input [batch, channels, *sizes] with randomly placed windows."""
    function = f"fractional_max_pool{axes}d"
    batch, channels, spatial = _split(input, axes, function)
    _require_floating(input, function)
    if output_size is not None:
        sizes = given(
            output_size, axes, f"{function}: output_size must either be a single Int or tuple of Ints", single=False
        )
    elif output_ratio is not None:
        ratios = tuple(output_ratio) if isinstance(output_ratio, Sequence) else (output_ratio,) * axes
        if len(ratios) != axes:
            raise Refused(f"{function} requires output_ratio to either be a single Int or tuple of Ints.")
        sizes = tuple(scaled(size, ratio) for size, ratio in zip(spatial, ratios, strict=True))
    else:
        raise Refused(f"{function} requires specifying either an output_size or an output_ratio")
    kernels = given(
        kernel_size, axes, f"{function}: kernel_size must either be a single Int or tuple of Ints", single=False
    )
    require(at_least(channels, 1), f"{function}(): Expected input to have non-zero size, but got {input}")
    require_each(spatial, 1, f"{function}(): Expected input to have non-zero size, but got {input}")
    require_each(sizes, 0, f"Trying to create tensor with negative dimension: {bracketed(sizes)}")
    for size, kernel, found in zip(spatial, kernels, sizes, strict=True):
        require(
            at_least(size, found + kernel - 1),
            f"{function}(): pool size {kernel} too large relative to input size {size} (for an output of {found})",
        )
    return TensorType((*batch, channels, *sizes), input.dtype)


def scaled(size: Dim, factor: float | Dim) -> Dim:
    """`int(size * factor)`, in floating point where the size is known; raises Inexact where it cannot be exact."""
    if isinstance(size, int) and isinstance(factor, int | float):
        return int(size * factor)
    exact: Rational = Rational(size) * factor
    return exact.trunc()


def unpool(
    input: TensorType,
    indices: TensorType,
    kernel_size: Sizes,
    stride: Sizes | None,
    padding: Sizes,
    output_size: Sequence[Dim] | None,
    *,
    axes: int,
) -> TensorType:
    """The inverse of a max pooling: [batch, channels, *output_size], which defaults to the least that fits."""
    kernels = per_axis(kernel_size, axes)
    strides = kernels if stride is None else per_axis(stride, axes)
    paddings = per_axis(padding, axes)
    name = f"max_unpooling{max(axes, 2)}d"
    batch, channels, spatial = split(
        input,
        axes,
        f"Input to {name} should be a {max(axes, 2) + 1}d or {max(axes, 2) + 2}d Tensor, "
        f"but got a tensor with {input.rank + (axes == 1)} dimensions.",
    )
    default = tuple(
        (size - 1) * step + reach - 2 * pad
        for size, reach, step, pad in zip(spatial, kernels, strides, paddings, strict=True)
    )
    sizes = default if output_size is None else _unpooled_sizes(tuple(output_size), default, strides)
    if indices.dtype is not DType.int64:
        raise Refused(f"elements in indices should be type int64 but got: {scalar_name(indices.dtype)}")
    complaint = (
        f"Expected shape of indices to be same as that of the input tensor ({bracketed(input.shape)}) "
        f"but got indices tensor with shape: {bracketed(indices.shape)}"
    )
    if indices.rank != input.rank:
        raise Refused(complaint)
    for size, other in zip(input.shape, indices.shape, strict=True):
        require(equal(size, other), complaint)
    _require_floating(input, f"max_unpool{axes}d")
    if axes == 3:
        require_each(strides, 1, f"strides should be greater than zero, but got stride: {bracketed(strides)}")
    require_each((channels, *spatial), 1, f"{name}(): Expected input to have non-zero size, but got {input}")
    require_each(
        sizes,
        0,
        f"max_unpooling: output_size must contain non-negative spatial dimensions, but got {bracketed(sizes)}",
    )
    return TensorType((*batch, channels, *sizes), input.dtype)


def _unpooled_sizes(asked: Shape, default: Shape, strides: Shape) -> Shape:
    axes = len(default)
    sizes = asked[2:] if len(asked) == axes + 2 else asked
    if len(sizes) != axes:
        raise Refused(
            f"output_size should be a sequence containing {axes} or {axes + 2} elements, "
            f"but it has a length of '{len(sizes)}'"
        )
    for place, (size, middle, step) in enumerate(zip(sizes, default, strides, strict=True)):
        between = f"between {middle - step} and {middle + step}"
        complaint = f'invalid output_size "{bracketed(sizes)}" (dim {place} must be {between})'
        require(at_least(size, middle - step + 1), complaint)
        require(at_least(middle + step - 1, size), complaint)
    return sizes
