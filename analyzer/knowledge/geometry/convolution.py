"""Convolution and transposed convolution over one to three axes.

    convolve([8, 3, 32, 32], weight [64, 3, 3, 3], stride 2, padding 1)              -> [8, 64, 16, 16]
    convolve_transposed([8, 64, 16, 16], weight [64, 3, 4, 4], stride 2, padding 1)  -> [8, 3, 32, 32]
    convolve([3, 2, 2], weight [64, 3, 3, 3])        -> Refused: Calculated padded input size per channel: (2 x 2). ...

https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.conv2d.html and ATen/native/Convolution.cpp
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, at_least, divisible, equal, maximum, product, require
from analyzer.algebra.tensor import Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import (
    Sizes,
    bracketed,
    crossed,
    extent,
    given,
    require_each,
    smallest,
    split,
    windows,
)


def _sizes(value: Sizes, name: str, axes: int) -> tuple[Dim, ...]:
    listed = bracketed(value) if isinstance(value, tuple | list) else str(value)
    return given(
        value,
        axes,
        f"expected {name} to be a single integer value or a list of {axes} values to match the convolution "
        f"dimensions, but got {name}={listed}",
    )


def _check_types(input: TensorType, weight: TensorType, bias: TensorType | None) -> None:
    for name, other in (("weight", weight), ("bias", bias)):
        if other is not None and other.dtype is not input.dtype:
            raise Refused(f"Input type ({input.dtype}) and {name} type ({other.dtype}) should be the same")


def _check_settings(weight: TensorType, groups: Dim, stride: Shape, padding: Shape, dilation: Shape) -> None:
    """What torch demands of weight and settings whatever the input."""
    require_each(padding, 0, "negative padding is not supported")
    require_each(stride, 1, "non-positive stride is not supported")
    require_each(dilation, 1, f"dilation should be greater than zero, but got {bracketed(dilation)}")
    require(at_least(groups, 1), "non-positive groups is not supported")
    size = bracketed(weight.shape)
    require(
        at_least(weight.shape[0], groups),
        f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, "
        f"but got weight of size {size} instead",
    )
    require(
        divisible(weight.shape[0], groups),
        f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
        f"but got weight of size {size} instead",
    )
    require_each(weight.shape[2:], 1, f"kernel size should be greater than zero, but got weight of size {size}")


def _check_bias(bias: TensorType | None, channels: Dim, given_weight: str) -> None:
    if bias is None:
        return
    complaint = (
        f"Given {given_weight}, expected bias to be 1-dimensional with {channels} elements, "
        f"but got bias of size {bracketed(bias.shape)} instead"
    )
    if bias.rank != 1:
        raise Refused(complaint)
    require(equal(bias.shape[0], channels), complaint)


def _checked(input: TensorType, weight: TensorType, axes: int, function: str) -> tuple[Shape, Dim, Shape]:
    parts = split(
        input,
        axes,
        f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {function}, "
        f"but got input of size: {bracketed(input.shape)}",
    )
    if weight.rank != axes + 2:
        raise Refused(f"expected a {axes + 2}D weight for {function}, but got weight of size {bracketed(weight.shape)}")
    return parts


def _batched(batch: Shape, channels: Dim, spatial: Shape) -> str:
    return bracketed((*(batch or (1,)), channels, *spatial))


def convolve(
    input: TensorType,
    weight: TensorType,
    bias: TensorType | None,
    stride: Sizes,
    padding: Sizes | str,
    dilation: Sizes,
    groups: Dim,
    *,
    axes: int,
) -> TensorType:
    """[batch, out, *windows] of an input [batch, in, *sizes] and a weight [out, in / groups, *kernel]."""
    batch, channels, spatial = _checked(input, weight, axes, f"conv{axes}d")
    strides, dilations = _sizes(stride, "stride", axes), _sizes(dilation, "dilation", axes)
    same = padding == "same"
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise Refused(f"Invalid padding string: '{padding}'")
        if same and any(step != 1 for step in strides):
            raise Refused("padding='same' is not supported for strided convolutions")
        paddings: Shape = (0,) * axes
    else:
        paddings = _sizes(padding, "padding", axes)
    _check_settings(weight, groups, strides, paddings, dilations)
    _check_types(input, weight, bias)
    out, kernel = weight.shape[0], weight.shape[2:]
    expected = weight.shape[1] * groups
    require(
        equal(channels, expected),
        f"Given groups={groups}, weight of size {bracketed(weight.shape)}, expected "
        f"input{_batched(batch, channels, spatial)} to have {expected} channels, but got {channels} channels instead",
    )
    _check_bias(bias, out, f"weight of size {bracketed(weight.shape)}")
    made = channels if isinstance(channels, int) and channels == 0 else out  # of no channels torch makes none
    if same:
        require_each(spatial, 1, f"Only zero batch or zero channel inputs are supported, but got {input}")
        return TensorType((*batch, made, *spatial), input.dtype)
    padded = crossed((size + 2 * pad for size, pad in zip(spatial, paddings, strict=True)), " x ")
    complaint = (
        f"Calculated padded input size per channel: {padded}. Kernel size: {crossed(kernel, ' x ')}. "
        "Kernel size can't be greater than actual input size"
    )
    found = []
    for size, reach, step, pad, spread in zip(spatial, kernel, strides, paddings, dilations, strict=True):
        require(at_least(size, smallest(reach, step, pad, spread)), complaint)
        found.append(windows(size, reach, step, pad, spread))
    return TensorType((*batch, made, *found), input.dtype)


def transposed_sizes(spatial: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape) -> Shape:
    """Sizes of a transposed convolution without output padding: `(4,), 3, 2, 1, 1` gives `(7,)`."""
    return tuple(
        (size - 1) * step - 2 * pad + extent(reach, spread)
        for size, reach, step, pad, spread in zip(spatial, kernel, stride, padding, dilation, strict=True)
    )


def convolve_transposed(
    input: TensorType,
    weight: TensorType,
    bias: TensorType | None,
    stride: Sizes,
    padding: Sizes,
    output_padding: Sizes,
    groups: Dim,
    dilation: Sizes,
    *,
    axes: int,
) -> TensorType:
    """[batch, out, *sizes] of an input [batch, in, *sizes] and a weight [in, out / groups, *kernel]."""
    batch, channels, spatial = _checked(input, weight, axes, f"conv_transpose{axes}d")
    strides, dilations = _sizes(stride, "stride", axes), _sizes(dilation, "dilation", axes)
    paddings, extras = _sizes(padding, "padding", axes), _sizes(output_padding, "output_padding", axes)
    require_each(extras, 0, "negative output_padding is not supported")
    _check_settings(weight, groups, strides, paddings, dilations)
    _check_types(input, weight, bias)
    described = f"transposed=1, weight of size {bracketed(weight.shape)}"
    require(
        equal(channels, weight.shape[0]),
        f"Given {described}, expected input{_batched(batch, channels, spatial)} to have {weight.shape[0]} channels, "
        f"but got {channels} channels instead",
    )
    out = weight.shape[1] * groups
    _check_bias(bias, out, described)
    for extra, step, spread in zip(extras, strides, dilations, strict=True):
        require(
            at_least(maximum(step, spread), extra + 1),
            "output padding must be smaller than either stride or dilation, but got "
            f"output_padding={bracketed(extras)}, stride={bracketed(strides)}, dilation={bracketed(dilations)}",
        )
    bare = transposed_sizes(spatial, weight.shape[2:], strides, paddings, dilations)
    sizes = tuple(size + extra for size, extra in zip(bare, extras, strict=True))
    require_each(spatial, 1, f"Only zero batch or zero channel inputs are supported, but got {input}")
    require_each(
        sizes,
        1,
        f"Given input size per channel: {crossed(spatial, ' x ')}. "
        f"Calculated output size per channel: {crossed(sizes, ' x ')}. Output size is too small",
    )
    return TensorType((*batch, out, *sizes), input.dtype)


def output_padding_for(
    input: TensorType,
    output_size: tuple[Dim, ...],
    kernel: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    *,
    axes: int,
) -> tuple[Dim, ...]:
    """What ConvTranspose adds so that the output gets the size that was asked for; Refused out of its reach."""
    leading = 2 if input.rank == axes + 2 else 1
    wanted = output_size[leading:] if len(output_size) == leading + axes else output_size
    if len(wanted) != axes:
        raise Refused(
            f"ConvTranspose{axes}D: for {input.rank}D input, output_size must have {axes} or {leading + axes} "
            f"elements (got {len(wanted)})"
        )
    least = transposed_sizes(input.shape[leading:], kernel, stride, padding, dilation)
    most = tuple(size + step - 1 for size, step in zip(least, stride, strict=True))
    complaint = (
        f"requested an output size of {bracketed(wanted)}, but valid sizes range from {bracketed(least)} "
        f"to {bracketed(most)} (for an input of {bracketed(input.shape[2:])})"
    )
    for size, low, high in zip(wanted, least, most, strict=True):
        require(at_least(size, low), complaint)
        require(at_least(high, size), complaint)
    return tuple(size - low for size, low in zip(wanted, least, strict=True))


def convolution_macs(positions: TensorType, weight: TensorType, *, axes: int) -> Dim:
    """Every element of the weight once per position; positions: the output, or the input when transposed."""
    batch = product(positions.shape[: positions.rank - axes - 1])
    return batch * product(positions.shape[positions.rank - axes :]) * product(weight.shape)
