"""Sliding blocks as columns and back, and the shuffles between channels and pixels.

F.unfold([8, 3, 32, 32], 4, stride=4)        -> [8, 48, 64] float32
F.pixel_shuffle([8, 12, H, W], 2)            -> [8, 3, 2*H, 2*W] float32
F.pixel_shuffle([5, 2, 2], 2)                -> Refused: pixel_shuffle expects its input's 'channel' dimension to be ...

https://docs.pytorch.org/docs/2.13/nn.functional.html#vision-functions
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry import folding
from analyzer.knowledge.geometry.axes import Sizes
from analyzer.knowledge.operator import Case, operator


@operator(
    "torch.nn.functional.unfold",
    cases=(
        Case("F.unfold(x, 4, stride=4)", x="8,3,32,32"),
        Case("F.unfold(x, (3, 2), 2, 1, (2, 3))", x="3,8,8"),
        Case("F.unfold(x, [2, 2], padding=1)", x="1,1,2,2:float64"),
        Case("F.unfold(x, 3)", x="8,8", refused="Expected 3D or 4D (batch mode) tensor"),
        Case("F.unfold(x, 3)", x="1,1,2,2", refused="calculated shape of the array of sliding blocks as (0, 0)"),
        Case("F.unfold(x, (3, 3, 3))", x="1,1,8,8", refused="It is expected kernel_size equals to 2"),
    ),
)
def unfold(
    input: TensorType, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> TensorType:
    return folding.unfold(input, kernel_size, dilation, padding, stride)


@operator(
    "torch.nn.functional.fold",
    cases=(
        Case("F.fold(x, (8, 8), 2)", x="1,12,49"),
        Case("F.fold(x, output_size=(32, 32), kernel_size=4, stride=4)", x="48,64"),
        Case("F.fold(x, 8, (3, 2), 2, 1, (2, 3))", x="2,18,9"),
        Case("F.fold(x, 8, 2)", x="1,13,49", refused="input.size(1)=13 and kernel_size=(2, 2)"),
        Case("F.fold(x, 8, 2)", x="1,12,48", refused="7 * 7 = 49, but got input.size(2)=48"),
        Case("F.fold(x, 1, 2)", x="1,12,1", refused="calculated number of sliding blocks"),
    ),
)
def fold(
    input: TensorType,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> TensorType:
    return folding.fold(input, output_size, kernel_size, dilation, padding, stride)


@operator(
    "torch.nn.functional.pixel_shuffle",
    "torch.pixel_shuffle",
    cases=(
        Case("F.pixel_shuffle(x, 2)", x="8,12,5,6"),
        Case("torch.pixel_shuffle(x, upscale_factor=3)", x="9,5,6:int64"),
        Case("F.pixel_shuffle(x, 2)", x="5,2,2", refused="input.size(-3)=5 is not divisible by 4"),
        Case("F.pixel_shuffle(x, 2)", x="4,2", refused="at least 3 dimensions"),
    ),
)
def pixel_shuffle(input: TensorType, upscale_factor: Dim) -> TensorType:
    return folding.shuffle_pixels(input, upscale_factor)


@operator(
    "torch.nn.functional.pixel_unshuffle",
    "torch.pixel_unshuffle",
    cases=(
        Case("F.pixel_unshuffle(x, 2)", x="8,3,4,6"),
        Case("torch.pixel_unshuffle(x, 3)", x="1,9,6"),
        Case("F.pixel_unshuffle(x, 2)", x="1,5,6", refused="input.size(-2)=5 is not divisible by 2"),
    ),
)
def pixel_unshuffle(input: TensorType, downscale_factor: Dim) -> TensorType:
    return folding.unshuffle_pixels(input, downscale_factor)


@operator(
    "torch.nn.functional.channel_shuffle",
    "torch.channel_shuffle",
    "torch.nn.functional.native_channel_shuffle",
    "torch.native_channel_shuffle",
    cases=(
        Case("F.channel_shuffle(x, 2)", x="1,4,2,2"),
        Case("torch.channel_shuffle(x, 3)", x="1,9,2"),
        Case("torch.native_channel_shuffle(x, 3)", x="1,9,2,5"),
        Case("F.channel_shuffle(x, 2)", x="1,4", refused="expects input with > 2 dims"),
        Case("F.channel_shuffle(x, 2)", x="1,5,2", refused="Got 5 channels and 2 groups"),
    ),
)
def channel_shuffle(input: TensorType, groups: Dim) -> TensorType:
    return folding.shuffle_channels(input, groups)
