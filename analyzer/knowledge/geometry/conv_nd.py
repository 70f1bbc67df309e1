"""What torch's `_ConvNd` is: the attributes, parameters and calls that all convolution layers share.

    conv_attributes(3, 64, (3, 3), (1, 1), (0, 0), (1, 1), (0, 0), 1, True, "zeros", transposed=False)
        -> {"in_channels": 3, "out_channels": 64, "kernel_size": (3, 3), ...}
    conv_parameters(c)                                   -> {"weight": (64, 3, 3, 3), "bias": (64,)}

https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/modules/conv.py
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim, at_least, divisible, require
from analyzer.algebra.tensor import Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import per_axis, require_new
from analyzer.knowledge.geometry.convolution import convolve, convolve_transposed, output_padding_for
from analyzer.knowledge.geometry.padding import convolution_padding, pad

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def conv_attributes(
    in_channels: Dim,
    out_channels: Dim,
    kernel: Shape,
    stride: Shape,
    padding: Shape | str,
    dilation: Shape,
    output_padding: Shape,
    groups: Dim,
    bias: bool,
    padding_mode: str,
    *,
    transposed: bool,
) -> Mapping[str, Any]:
    """The attributes of the instance; Refused where the constructor raises."""
    require(at_least(groups, 1), "groups must be a positive integer")
    require(divisible(in_channels, groups), "in_channels must be divisible by groups")
    require(divisible(out_channels, groups), "out_channels must be divisible by groups")
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise Refused(f"Invalid padding string '{padding}', should be one of 'same', 'valid'")
        if padding == "same" and any(step != 1 for step in stride):
            raise Refused("padding='same' is not supported for strided convolutions")
    if padding_mode not in _PADDING_MODES:
        raise Refused(f"padding_mode must be one of {_PADDING_MODES}, but got padding_mode='{padding_mode}'")
    first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
    require_new((first, second // groups, *kernel))
    reversed_padding: Sequence[Dim] = convolution_padding(padding, kernel, dilation)
    return {
        "in_channels": in_channels,
        "out_channels": out_channels,
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "transposed": transposed,
        "output_padding": output_padding,
        "groups": groups,
        "padding_mode": padding_mode,
        "_reversed_padding_repeated_twice": list(reversed_padding) if isinstance(padding, str) else reversed_padding,
        "_bias": bias,
    }


def conv_parameters(c: Any) -> Mapping[str, Shape | None]:
    """`weight` and `bias` in state_dict order."""
    first, second = (c.in_channels, c.out_channels) if c.transposed else (c.out_channels, c.in_channels)
    weight = (first, second // c.groups, *c.kernel_size)
    return {"weight": weight, "bias": (c.out_channels,) if c._bias else None}


def convolve_by(c: Any, input: TensorType, *, axes: int) -> TensorType:
    """`Conv1d` to `Conv3d` called on an input, with the parameters that the layer has at the time."""
    if c.padding_mode == "zeros":
        return convolve(input, c.weight, c.bias, c.stride, c.padding, c.dilation, c.groups, axes=axes)
    padded = pad(input, c._reversed_padding_repeated_twice, c.padding_mode)
    return convolve(padded, c.weight, c.bias, c.stride, (0,) * axes, c.dilation, c.groups, axes=axes)


def convolve_transposed_by(
    c: Any, input: TensorType, output_size: Sequence[Dim] | None = None, *, axes: int
) -> TensorType:
    """`ConvTranspose1d` to `ConvTranspose3d` called on an input, with or without the size that is asked for."""
    extra = per_axis(c.output_padding, 1)
    if output_size is not None:
        extra = output_padding_for(input, tuple(output_size), c.kernel_size, c.stride, c.padding, c.dilation, axes=axes)
    return convolve_transposed(input, c.weight, c.bias, c.stride, c.padding, extra, c.groups, c.dilation, axes=axes)
