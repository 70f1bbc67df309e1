"""Sliding blocks as columns and back, and the shuffles between channels and pixels.

    unfold([8, 3, 32, 32], kernel 4, stride 4)            -> [8, 48, 64]
    fold([8, 48, 64], output (32, 32), kernel 4, stride 4) -> [8, 3, 32, 32]
    shuffle_pixels([8, 12, 16, 16], 2)                     -> [8, 3, 32, 32]

https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.unfold.html and ATen/native/im2col_shape_check.h
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, at_least, divisible, equal, product, require
from analyzer.algebra.tensor import Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import (
    Sizes,
    bracketed,
    crossed,
    given,
    is_empty,
    require_each,
    smallest,
    split,
    windows,
)
from analyzer.knowledge.operands import scalar_name


def _pair(value: Sizes, name: str) -> Shape:
    return given(value, 2, f"It is expected {name} equals to 2, but got {value}", single=False)


def _settings(kernel: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) -> tuple[Shape, Shape, Shape, Shape]:
    kernels, dilations = _pair(kernel, "kernel_size"), _pair(dilation, "dilation")
    paddings, strides = _pair(padding, "padding"), _pair(stride, "stride")
    require_each(kernels, 1, f"kernel size should be greater than zero, but got {bracketed(kernels)}")
    require_each(dilations, 1, f"dilation should be greater than zero, but got {bracketed(dilations)}")
    require_each(paddings, 0, f"padding should be non-negative, but got {bracketed(paddings)}")
    require_each(strides, 1, f"stride should be greater than zero, but got {bracketed(strides)}")
    return kernels, strides, paddings, dilations


def _require_inexact(input: TensorType, function: str) -> None:
    if not (input.dtype.is_floating or input.dtype.is_complex):
        raise Refused(f"\"{function}\" not implemented for '{scalar_name(input.dtype)}'")


def unfold(input: TensorType, kernel_size: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes) -> TensorType:
    """[batch, channels * kernel, blocks] of an input [batch, channels, height, width]."""
    kernels, strides, paddings, dilations = _settings(kernel_size, dilation, padding, stride)
    complaint = (
        "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
        f"but got: {bracketed(input.shape)}"
    )
    batch, channels, spatial = split(input, 2, complaint)
    _require_inexact(input, "im2col")
    require_each((channels, *spatial), 1, complaint)
    settings = tuple(zip(kernels, strides, paddings, dilations, strict=True))
    blocks = tuple(windows(size, *each) for size, each in zip(spatial, settings, strict=True))
    for size, each in zip(spatial, settings, strict=True):
        require(
            at_least(size, smallest(*each)),
            f"Given input with spatial size {crossed(spatial, ', ')}, kernel_size={crossed(kernels, ', ')}, "
            f"dilation={crossed(dilations, ', ')}, padding={crossed(paddings, ', ')}, calculated shape of the array "
            f"of sliding blocks as {crossed(blocks, ', ')}, but its components must be at least one.",
        )
    return TensorType((*batch, channels * product(kernels), product(blocks)), input.dtype)


def fold(
    input: TensorType, output_size: Sizes, kernel_size: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes
) -> TensorType:
    """[batch, channels, *output_size] of an input [batch, channels * kernel, blocks]."""
    sizes = _pair(output_size, "output_size")
    kernels, strides, paddings, dilations = _settings(kernel_size, dilation, padding, stride)
    complaint = (
        "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for "
        f"input, but got: {bracketed(input.shape)}"
    )
    batch, columns, (length,) = split(input, 1, complaint)
    _require_inexact(input, "col2im")
    require_each((columns, length), 1, complaint)
    area = product(kernels)
    require(
        divisible(columns, area),
        "Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
        f"but got input.size(1)={columns} and kernel_size={crossed(kernels, ', ')}.",
    )
    settings = tuple(zip(kernels, strides, paddings, dilations, strict=True))
    blocks = tuple(windows(size, *each) for size, each in zip(sizes, settings, strict=True))
    described = (
        f"Given output_size={crossed(sizes, ', ')}, kernel_size={crossed(kernels, ', ')}, "
        f"dilation={crossed(dilations, ', ')}, padding={crossed(paddings, ', ')}, stride={crossed(strides, ', ')}, "
        f"expected size of input's dimension 2 to match the calculated number of sliding blocks "
        f"{' * '.join(map(str, blocks))} = {product(blocks)}, but got input.size(2)={length}."
    )
    for size, each in zip(sizes, settings, strict=True):
        require(at_least(size, smallest(*each)), described)
    require(equal(length, product(blocks)), described)
    return TensorType((*batch, columns // area, *sizes), input.dtype)


def _require_factor(factor: Dim, name: str, function: str, input: TensorType) -> None:
    if input.rank < 3:
        raise Refused(
            f"{function} expects input to have at least 3 dimensions, but got input with {input.rank} dimension(s)"
        )
    require(at_least(factor, 1), f"{function} expects a positive {name}, but got {factor}")


def shuffle_pixels(input: TensorType, upscale_factor: Dim) -> TensorType:
    """[..., channels / factor**2, height * factor, width * factor] of [..., channels, height, width]."""
    _require_factor(upscale_factor, "upscale_factor", "pixel_shuffle", input)
    *leading, channels, height, width = input.shape
    area = upscale_factor * upscale_factor
    require(
        divisible(channels, area),
        "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
        f"but input.size(-3)={channels} is not divisible by {area}",
    )
    sizes = (*leading, channels // area, height * upscale_factor, width * upscale_factor)
    return TensorType(sizes, input.dtype)


def unshuffle_pixels(input: TensorType, downscale_factor: Dim) -> TensorType:
    """[..., channels * factor**2, height / factor, width / factor] of [..., channels, height, width]."""
    _require_factor(downscale_factor, "downscale_factor", "pixel_unshuffle", input)
    *leading, channels, height, width = input.shape
    for name, place, size in (("height", -2, height), ("width", -1, width)):
        require(
            divisible(size, downscale_factor),
            f"pixel_unshuffle expects {name} to be divisible by downscale_factor, "
            f"but input.size({place})={size} is not divisible by {downscale_factor}",
        )
    if is_empty(input.shape):
        return input  # torch hands an empty tensor back as it is
    area = downscale_factor * downscale_factor
    sizes = (*leading, channels * area, height // downscale_factor, width // downscale_factor)
    return TensorType(sizes, input.dtype)


def shuffle_channels(input: TensorType, groups: Dim) -> TensorType:
    """The shape of the input, whose channels (dimension 1) must be divisible by the groups."""
    if input.rank < 3:
        raise Refused(f"channel_shuffle expects input with > 2 dims, but got input with sizes {bracketed(input.shape)}")
    require(at_least(groups, 1), f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    require(
        divisible(input.shape[1], groups),
        f"Number of channels must be divisible by groups. Got {input.shape[1]} channels and {groups} groups.",
    )
    return input
