"""Convolution and transposed convolution with weights that are given.

F.conv2d([8, 3, 32, 32], [64, 3, 3, 3], padding=1)              -> [8, 64, 32, 32] float32
F.conv_transpose2d([8, 64, 16, 16], [64, 3, 2, 2], stride=2)    -> [8, 3, 32, 32] float32
F.conv2d([1, 31, 8, 8], [20, 30, 3, 3])   -> Refused: Given groups=1, weight of size [20, 30, 3, 3], expected ...

https://docs.pytorch.org/docs/2.13/nn.functional.html#convolution-functions
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim, equal, require
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.geometry.axes import Sizes, bracketed, require_each
from analyzer.knowledge.geometry.convolution import convolution_macs, convolve, convolve_transposed
from analyzer.knowledge.operator import Case, OperatorSpec, operator


def _convolution(axes: int, *cases: Case) -> OperatorSpec:
    def rule(
        input: TensorType,
        weight: TensorType,
        bias: TensorType | None = None,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: Dim = 1,
    ) -> TensorType:
        return convolve(input, weight, bias, stride, padding, dilation, groups, axes=axes)

    def macs(output: TensorType, input: TensorType, weight: TensorType, *_settings: Any, **_named: Any) -> Dim:
        return convolution_macs(output, weight, axes=axes)

    return OperatorSpec((f"torch.nn.functional.conv{axes}d", f"torch.conv{axes}d"), rule, macs, cases)


def _transposed(axes: int, *cases: Case) -> OperatorSpec:
    def rule(
        input: TensorType,
        weight: TensorType,
        bias: TensorType | None = None,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: Dim = 1,
        dilation: Sizes = 1,
    ) -> TensorType:
        return convolve_transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, axes=axes)

    def macs(output: TensorType, input: TensorType, weight: TensorType, *_settings: Any, **_named: Any) -> Dim:
        return convolution_macs(input, weight, axes=axes)

    names = (f"torch.nn.functional.conv_transpose{axes}d", f"torch.conv_transpose{axes}d")
    return OperatorSpec(names, rule, macs, cases)


CONVOLUTION = (
    _convolution(
        1,
        Case("F.conv1d(x, w, b, 2, 1)", x="2,3,9", w="4,3,3", b="4"),
        Case("torch.conv1d(x, w, padding='same', dilation=2)", x="3,9", w="4,3,4"),
        Case("F.conv1d(x, w, groups=3)", x="2,3,9", w="6,1,3"),
        Case("F.conv1d(x, w)", x="2,4,9", w="4,3,3", refused="to have 3 channels, but got 4 channels instead"),
        Case(
            "F.conv1d(x, w)", x="1,3,8,8", w="4,3,3", refused="Expected 2D (unbatched) or 3D (batched) input to conv1d"
        ),
    ),
    _convolution(
        2,
        Case("F.conv2d(x, w, padding=1)", x="8,3,32,32", w="64,3,3,3"),
        Case("torch.conv2d(x, w, bias=b, stride=(2, 1), dilation=(1, 3))", x="3,32,32", w="6,3,3,3", b="6"),
        Case("F.conv2d(x, w, None, 1, 'valid', 1, 4)", x="2,4,8,8", w="8,1,3,3"),
        Case("F.conv2d(x, w)", x="2,4,8,8:int64", w="8,4,3,3:int64"),
        Case("F.conv2d(x, w)", x="1,31,8,8", w="20,30,3,3", refused="expected input[1, 31, 8, 8] to have 30 channels"),
        Case("F.conv2d(x, w, groups=2)", x="1,4,8,8", w="3,2,3,3", refused="expected weight to be divisible by 2"),
        Case("F.conv2d(x, w, groups=2)", x="1,4,8,8", w="1,2,3,3", refused="expected weight to be at least 2"),
        Case("F.conv2d(x, w, b)", x="1,3,8,8", w="4,3,3,3", b="5", refused="expected bias to be 1-dimensional with 4"),
        Case("F.conv2d(x, w, b)", x="1,3,8,8", w="4,3,3,3", b="4,1", refused="expected bias to be 1-dimensional"),
        Case(
            "F.conv2d(x, w, b)",
            x="1,3,8,8",
            w="4,3,3,3",
            b="4:float64",
            refused="bias type (float64) should be the same",
        ),
        Case("F.conv2d(x, w)", x="1,3,8,8:float16", w="4,3,3,3", refused="weight type (float32) should be the same"),
        Case("F.conv2d(x, w)", x="1,3,8,8", w="4,3,3", refused="expected a 4D weight for conv2d"),
        Case("F.conv2d(x, w)", x="1,3,8,8", w="0,3,3,3", refused="expected weight to be at least 1 at dimension 0"),
        Case("F.conv2d(x, w, groups=0)", x="1,3,8,8", w="3,3,3,3", refused="non-positive groups is not supported"),
        Case("F.conv2d(x, w, padding='full')", x="1,3,8,8", w="3,3,3,3", refused="Invalid padding string"),
        Case("F.conv2d(x, w, padding='same', stride=2)", x="1,3,8,8", w="3,3,3,3", refused="strided convolutions"),
        Case("F.conv2d(x, w, stride=1.5)", x="1,3,8,8", w="3,3,3,3", refused="sizes must be ints"),
    ),
    _convolution(
        3,
        Case("F.conv3d(x, w, stride=2)", x="2,3,9,8,7", w="4,3,3,3,3"),
        Case("F.conv3d(x, w, b, padding=(1, 0, 2))", x="3,9,8,7", w="4,3,1,2,3", b="4"),
        Case("torch.conv3d(x, w, groups=3)", x="2,3,9,8,7", w="3,1,2,2,2"),
        Case(
            "F.conv3d(x, w)",
            x="2,3,2,8,7",
            w="4,3,3,3,3",
            refused="Kernel size can't be greater than actual input size",
        ),
    ),
)

TRANSPOSED = (
    _transposed(
        1,
        Case("F.conv_transpose1d(x, w, stride=2)", x="2,4,9", w="4,3,3"),
        Case("torch.conv_transpose1d(x, w, b, 3, 1, 2)", x="4,9", w="4,3,3", b="3"),
        Case(
            "F.conv_transpose1d(x, w)", x="2,5,9", w="4,3,3", refused="to have 4 channels, but got 5 channels instead"
        ),
    ),
    _transposed(
        2,
        Case("F.conv_transpose2d(x, w, stride=2)", x="8,64,16,16", w="64,3,2,2"),
        Case("F.conv_transpose2d(x, w, b, 2, 1, 1, 2, 3)", x="4,5,6", w="4,3,3,3", b="6"),
        Case("torch.conv_transpose2d(x, w, padding=(1, 0))", x="1,4,5,6", w="4,3,3,3"),
        Case("F.conv_transpose2d(x, w, b)", x="1,4,8,8", w="4,3,3,3", b="4", refused="1-dimensional with 3 elements"),
        Case(
            "F.conv_transpose2d(x, w, groups=2)",
            x="1,3,8,8",
            w="3,3,3,3",
            refused="expected weight to be divisible by 2",
        ),
        Case("F.conv_transpose2d(x, w, padding=2)", x="1,4,1,1", w="4,3,3,3", refused="Output size is too small"),
        Case(
            "F.conv_transpose2d(x, w, output_padding=1)",
            x="4,5,5",
            w="4,3,3,3",
            refused="output padding must be smaller",
        ),
        Case("F.conv_transpose2d(x, w)", x="8,8", w="4,3,3,3", refused="input to conv_transpose2d"),
    ),
    _transposed(
        3,
        Case("F.conv_transpose3d(x, w, stride=(1, 2, 3))", x="2,4,3,4,5", w="4,3,3,3,3"),
        Case("torch.conv_transpose3d(x, w, b)", x="4,3,4,5", w="4,3,1,2,3", b="3"),
        Case(
            "F.conv_transpose3d(x, w)",
            x="4,3,4",
            w="4,3,3,3,3",
            refused="Expected 4D (unbatched) or 5D (batched) input",
        ),
    ),
)


@operator(
    "torch.nn.functional.conv_tbc",
    "torch.conv_tbc",
    cases=(
        Case("F.conv_tbc(x, w, b, 1)", x="8,2,3", w="3,3,4", b="4"),
        Case("torch.conv_tbc(x, w, b)", x="8,2,3", w="5,3,4", b="4"),
        Case("F.conv_tbc(x, w, b)", x="8,2,5", w="3,3,4", b="4", refused="input channels"),
        Case("F.conv_tbc(x, w, b)", x="8,2,3", w="3,3,4", b="5", refused="Bias size must equal"),
        Case("F.conv_tbc(x, w, b)", x="8,3", w="3,3,4", b="4", refused="Input must have 3 dims"),
    ),
)
def conv_tbc(input: TensorType, weight: TensorType, bias: TensorType, pad: Dim = 0) -> TensorType:
    if input.rank != 3:
        raise Refused("Input must have 3 dims: time, batch, in_channel")
    if weight.rank != 3:
        raise Refused("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias.rank != 1:
        raise Refused("Bias must be 1-D")
    time, batch, channels = input.shape
    require(
        equal(channels, weight.shape[1]),
        f"Input dim 2 (input channels) is not == dim 1 in the weight tensor: {channels} and {weight.shape[1]}",
    )
    require(
        equal(weight.shape[2], bias.shape[0]),
        f"Bias size must equal dim 2 in the weight tensor (output channels): {bracketed(bias.shape)}",
    )
    length = time + 2 * pad - weight.shape[0] + 1
    require_each((length,), 0, f"Trying to create tensor with negative dimension {length}")
    return TensorType((length, batch, weight.shape[2]), input.dtype)
