"""Convolution over one to three axes.

Conv2d(3, 64, 7, stride=2, padding=3, bias=False) on [N, 3, 224, 224] float32  -> [N, 64, 112, 112] float32
    weight: [64, 3, 7, 7]   multiply-accumulates: N * 112 * 112 * 64 * 3 * 7 * 7
Conv2d(30, 20, 3) on [1, 31, 8, 8] float32   -> Refused: Given groups=1, weight of size [20, 30, 3, 3], expected ...

Channels are checked against the weight that the layer has at the time, as torch does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import DType, TensorType
from analyzer.knowledge.geometry.axes import Sizes, per_axis
from analyzer.knowledge.geometry.conv_nd import conv_attributes, conv_parameters, convolve_by
from analyzer.knowledge.geometry.convolution import convolution_macs
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#convolution-layers"


def _plain(axes: int, *cases: Case) -> LayerSpec:
    def configure(
        in_channels: Dim,
        out_channels: Dim,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: Dim = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: object = None,
        dtype: DType | None = None,
    ) -> Mapping[str, Any]:
        return conv_attributes(
            in_channels,
            out_channels,
            per_axis(kernel_size, axes),
            per_axis(stride, axes),
            padding if isinstance(padding, str) else per_axis(padding, axes),
            per_axis(dilation, axes),
            (0,) * axes,
            groups,
            bias,
            padding_mode,
            transposed=False,
        )

    def forward(c: Any, input: TensorType) -> TensorType:
        return convolve_by(c, input, axes=axes)

    def macs(c: Any, output: TensorType, input: TensorType) -> Dim:
        return convolution_macs(output, c.weight, axes=axes)

    return LayerSpec(
        name=f"Conv{axes}d",
        bases=("_ConvNd",),
        configure=configure,
        parameters=conv_parameters,
        forward=forward,
        macs=macs,
        page=PAGE,
        cases=cases,
    )


CONV1D = _plain(
    1,
    Case("Conv1d(16, 33, 3, stride=2)", "20,16,50"),
    Case("Conv1d(16, 33, 3, padding='same', dilation=3)", "16,50"),
    Case("Conv1d(4, 8, (5,), padding=(2,), groups=2, bias=False)", "2,4,9"),
    Case("Conv1d(3, 4, 4, padding=3, padding_mode='circular')", "2,3,9"),
    Case("Conv1d(3, 4, 4, padding='same', padding_mode='reflect')", "3,9"),
    Case("Conv1d(3, 4, 1, padding=1, stride=3)", "0,3,1"),
    Case("Conv1d(16, 33, 3)", "20,15,50", refused="to have 16 channels, but got 15 channels instead"),
    Case("Conv1d(16, 33, 3)", "1,1,16,50", refused="Expected 2D (unbatched) or 3D (batched) input to conv1d"),
    Case("Conv1d(16, 33, 3)", "16", refused="Expected 2D (unbatched) or 3D (batched) input to conv1d"),
    Case("Conv1d(16, 33, 5)", "16,4", refused="Kernel size can't be greater than actual input size"),
    Case("Conv1d(16, 33, 3, padding=(1, 2))", "16,9", refused="expected padding to be a single integer value"),
    Case("Conv1d(3, 4, 3, padding=9, padding_mode='reflect')", "3,9", refused="Padding size should be less"),
)

CONV2D = _plain(
    2,
    Case("Conv2d(3, 64, 7, stride=2, padding=3, bias=False)", "2,3,224,224"),
    Case("Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))", "20,16,50,100"),
    Case("Conv2d(16, 33, 3)", "16,9,9"),
    Case("Conv2d(32, 32, 3, padding=1, groups=32)", "1,32,8,8"),
    Case("Conv2d(4, 6, (2, 4), padding='same', dilation=(1, 2), groups=2)", "3,4,1,1"),
    Case("Conv2d(4, 6, 3, stride=2, padding='valid')", "3,4,8,9"),
    Case("Conv2d(4, 6, 3, padding=(2, 1), padding_mode='circular')", "3,4,8,9"),
    Case("Conv2d(4, 6, 3, padding=2, padding_mode='replicate')", "4,8,9"),
    Case("Conv2d(4, 6, 3, stride=2, padding='valid', padding_mode='reflect')", "4,8,9"),
    Case("Conv2d(3, 4, 3, stride=(2,))", "1,3,8,8"),
    Case("Conv2d(0, 4, 3)", "2,0,8,8"),
    Case("Conv2d(0, 4, 3, padding='same')", "0,8,8"),
    Case("Conv2d(2, 4, 1, dtype=torch.float64)", "0,2,8,8:float64"),
    Case("Conv2d(30, 20, 3)", "1,31,8,8", refused="expected input[1, 31, 8, 8] to have 30 channels, but got 31"),
    Case("Conv2d(30, 20, 3)", "31,8,8", refused="expected input[1, 31, 8, 8] to have 30 channels, but got 31"),
    Case("Conv2d(4, 6, 3, groups=2)", "1,2,8,8", refused="Given groups=2, weight of size [6, 2, 3, 3]"),
    Case("Conv2d(3, 4, 3)", "3,8", refused="Expected 3D (unbatched) or 4D (batched) input to conv2d"),
    Case("Conv2d(3, 4, 3)", "1,1,3,8,8", refused="Expected 3D (unbatched) or 4D (batched) input to conv2d"),
    Case("Conv2d(3, 4, 3)", "1,3,2,8", refused="Calculated padded input size per channel: (2 x 8)"),
    Case("Conv2d(3, 4, 3, dilation=4)", "1,3,8,9", refused="Kernel size can't be greater"),
    Case("Conv2d(3, 4, 3)", "1,3,8,8:float16", refused="should be the same"),
    Case("Conv2d(3, 4, 3)", "1,3,8,8:int64", refused="should be the same"),
    Case("Conv2d(3, 4, 1, padding=1)", "1,3,0,8", refused="Kernel size can't be greater"),
    Case("Conv2d(3, 4, 3, groups=2)", refused="in_channels must be divisible by groups"),
    Case("Conv2d(4, 3, 3, groups=2)", refused="out_channels must be divisible by groups"),
    Case("Conv2d(4, 3, 3, groups=0)", refused="groups must be a positive integer"),
    Case("Conv2d(4, 3, 3, padding='full')", refused="Invalid padding string"),
    Case("Conv2d(4, 3, 3, stride=2, padding='same')", refused="not supported for strided convolutions"),
    Case("Conv2d(4, 3, 3, padding_mode='zero')", refused="padding_mode must be one of"),
    Case("Conv2d(4, -3, 3)", refused="negative dimension"),
    Case("Conv2d(4, 3, 3.0)", refused="must be tuple of ints"),
    Case("Conv2d(4, 3, 3, stride=0)", "4,8,8", refused="non-positive stride is not supported"),
    Case("Conv2d(4, 3, 3, padding=-1)", "4,8,8", refused="negative padding is not supported"),
    Case("Conv2d(4, 3, 3, dilation=0)", "4,8,8", refused="dilation should be greater than zero"),
    Case("Conv2d(4, 3, 0)", "4,8,8", refused="kernel size should be greater than zero"),
    Case("Conv2d(4, 3, (3,))", "4,8,8", refused="expected a 4D weight"),
    Case("Conv2d(4, 3, 3, stride=(1, 1, 1))", "4,8,8", refused="expected stride to be a single integer value"),
    Case("Conv2d(4, 6, 3, padding=9, padding_mode='circular')", "4,8,8", refused="wrapping around more than once"),
    Case("Conv2d(4, 6, 3, padding=8, padding_mode='reflect')", "4,8,8", refused="Padding size should be less"),
)

CONV3D = _plain(
    3,
    Case("Conv3d(4, 8, 3, stride=2)", "2,4,9,10,11"),
    Case("Conv3d(4, 8, (3, 5, 2), stride=(2, 1, 1), padding=(4, 2, 0))", "2,4,9,10,11"),
    Case("Conv3d(4, 8, 2, padding='same', groups=4, bias=False)", "4,9,10,11"),
    Case("Conv3d(2, 3, 3, padding=(0, 1, 2), padding_mode='replicate')", "2,5,6,7"),
    Case("Conv3d(4, 8, 3)", "2,5,9,9,9", refused="to have 4 channels, but got 5 channels instead"),
    Case("Conv3d(4, 8, 3)", "4,9,9", refused="Expected 4D (unbatched) or 5D (batched) input to conv3d"),
    Case("Conv3d(4, 8, 3)", "4,9,9,2", refused="Calculated padded input size per channel: (9 x 9 x 2)"),
)
