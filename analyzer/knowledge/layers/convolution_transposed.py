"""Transposed convolution over one to three axes.

ConvTranspose2d(64, 3, 4, 2, 1) on [N, 64, 16, 16] float32   -> [N, 3, 32, 32] float32
    weight: [64, 3, 4, 4]   bias: [3]   multiply-accumulates: N * 16 * 16 * 64 * 3 * 4 * 4
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.geometry.axes import Sizes, per_axis
from analyzer.knowledge.geometry.conv_nd import conv_attributes, conv_parameters, convolve_transposed_by
from analyzer.knowledge.geometry.convolution import convolution_macs
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#convolution-layers"


def _transposed(axes: int, *cases: Case) -> LayerSpec:
    name = f"ConvTranspose{axes}d"

    def configure(
        in_channels: Dim,
        out_channels: Dim,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: Dim = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: object = None,
        dtype: DType | None = None,
    ) -> Mapping[str, Any]:
        if padding_mode != "zeros":
            raise Refused(f'Only "zeros" padding mode is supported for {name}')
        return conv_attributes(
            in_channels,
            out_channels,
            per_axis(kernel_size, axes),
            per_axis(stride, axes),
            per_axis(padding, axes),
            per_axis(dilation, axes),
            per_axis(output_padding, axes),
            groups,
            bias,
            padding_mode,
            transposed=True,
        )

    def forward(c: Any, input: TensorType, output_size: Sequence[Dim] | None = None) -> TensorType:
        return convolve_transposed_by(c, input, output_size, axes=axes)

    def macs(c: Any, output: TensorType, input: TensorType, output_size: Sequence[Dim] | None = None) -> Dim:
        return convolution_macs(input, c.weight, axes=axes)

    return LayerSpec(
        name=name,
        bases=("_ConvTransposeNd", "_ConvNd"),
        configure=configure,
        parameters=conv_parameters,
        forward=forward,
        macs=macs,
        page=PAGE,
        cases=cases,
    )


CONV_TRANSPOSE1D = _transposed(
    1,
    Case("ConvTranspose1d(16, 33, 3, stride=2)", "20,16,50"),
    Case("ConvTranspose1d(4, 6, 4, 2, 1, bias=False)", "4,9"),
    Case("ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)", "2,4,9"),
    Case("ConvTranspose1d(4, 6, 3, stride=3)", "2,4,9", "output_size=[28]"),
    Case("ConvTranspose1d(4, 6, 3)", "2,5,9", refused="to have 4 channels, but got 5 channels instead"),
    Case("ConvTranspose1d(4, 6, 3, output_padding=1)", "2,4,9", refused="output padding must be smaller than"),
    Case("ConvTranspose1d(4, 6, 1, padding=1)", "4,2", refused="Output size is too small"),
)

CONV_TRANSPOSE2D = _transposed(
    2,
    Case("ConvTranspose2d(64, 3, 4, 2, 1)", "8,64,16,16"),
    Case("ConvTranspose2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2))", "20,16,50,100"),
    Case("ConvTranspose2d(4, 6, 3, stride=2, dilation=2, output_padding=(1, 0))", "4,5,6"),
    Case("ConvTranspose2d(4, 8, 2, groups=4, bias=False)", "1,4,5,6"),
    Case("ConvTranspose2d(4, 8, 3, stride=2, padding=1)", "1,4,5,6", "output_size=[10, 12]"),
    Case("ConvTranspose2d(4, 8, 3, stride=2, padding=1)", "1,4,5,6", "output_size=[1, 8, 9, 11]"),
    Case("ConvTranspose2d(4, 8, 3, stride=2, padding=1)", "4,5,6", "output_size=[8, 9, 11]"),
    Case("ConvTranspose2d(4, 8, 3, dilation=2, output_padding=1)", "4,5,6"),
    Case("ConvTranspose2d(4, 3, 3)", "1,5,8,8", refused="expected input[1, 5, 8, 8] to have 4 channels, but got 5"),
    Case("ConvTranspose2d(4, 3, 3)", "8,8", refused="Expected 3D (unbatched) or 4D (batched) input"),
    Case("ConvTranspose2d(4, 3, 3, padding=2)", "4,1,1", refused="Calculated output size per channel: (-1 x -1)"),
    Case("ConvTranspose2d(4, 3, 3, output_padding=1)", "4,5,5", refused="output padding must be smaller than"),
    Case("ConvTranspose2d(4, 3, 3, output_padding=-1)", "4,5,5", refused="negative output_padding"),
    Case("ConvTranspose2d(4, 3, 3)", "4,5,5:float64", refused="should be the same"),
    Case("ConvTranspose2d(4, 8, 3, stride=2)", "4,5,6", "output_size=[9, 13]", refused="valid sizes range from"),
    Case("ConvTranspose2d(4, 8, 3, stride=2)", "4,5,6", "output_size=[9]", refused="must have 2 or 3 elements"),
    Case("ConvTranspose2d(4, 8, 3, groups=3)", refused="in_channels must be divisible by groups"),
    Case("ConvTranspose2d(4, 8, 3, padding_mode='reflect')", refused='Only "zeros" padding mode is supported'),
    Case("ConvTranspose2d(4, 8, 3, padding='same')", "4,5,6", refused="sizes must be ints"),
)

CONV_TRANSPOSE3D = _transposed(
    3,
    Case("ConvTranspose3d(4, 6, 3, stride=2)", "2,4,3,4,5"),
    Case("ConvTranspose3d(4, 6, (3, 5, 2), stride=(2, 1, 1), padding=(0, 4, 2))", "2,4,5,6,7"),
    Case("ConvTranspose3d(4, 6, 2, groups=2, bias=False)", "4,3,4,5"),
    Case("ConvTranspose3d(4, 6, 3, stride=2)", "4,3,4,5", "output_size=[8, 9, 12]"),
    Case("ConvTranspose3d(4, 6, 3)", "2,5,3,4,5", refused="to have 4 channels, but got 5 channels instead"),
    Case("ConvTranspose3d(4, 6, 3)", "4,3,4", refused="Expected 4D (unbatched) or 5D (batched) input"),
)
