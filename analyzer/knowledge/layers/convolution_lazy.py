"""Convolutions that learn their input channels at the first call and turn into the plain layer.

LazyConv2d(64, 3) on [8, 5, 32, 32] float32         -> in_channels 5, then as Conv2d(5, 64, 3)
LazyConv2d(64, 3) on [5, 32] float32                -> Refused: Expected 3D (unbatched) or 4D (batched) input ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim, divisible, require
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.geometry.axes import Sizes, bracketed, per_axis, split
from analyzer.knowledge.geometry.conv_nd import (
    conv_attributes,
    conv_parameters,
    convolve_by,
    convolve_transposed_by,
)
from analyzer.knowledge.geometry.convolution import convolution_macs
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#convolution-layers"


def _infer(name: str, axes: int) -> Callable[..., Mapping[str, Any]]:
    def infer(c: Any, input: TensorType, output_size: Sequence[Dim] | None = None) -> Mapping[str, Any]:
        complaint = (
            f"Expected {axes + 1}D (unbatched) or {axes + 2}D (batched) input to {name}, "
            f"but got input of size: {bracketed(input.shape)}"
        )
        _, channels, _ = split(input, axes, complaint)
        require(divisible(channels, c.groups), "in_channels must be divisible by groups")
        return {"in_channels": channels}

    return infer


def _plain(axes: int, *cases: Case) -> LayerSpec:
    def configure(
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
        attributes = conv_attributes(
            0,
            0,
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
        return {**attributes, "out_channels": out_channels}

    def forward(c: Any, input: TensorType) -> TensorType:
        return convolve_by(c, input, axes=axes)

    def macs(c: Any, output: TensorType, input: TensorType) -> Dim:
        return convolution_macs(output, c.weight, axes=axes)

    return LayerSpec(
        name=f"LazyConv{axes}d",
        bases=(f"Conv{axes}d", "_ConvNd"),
        configure=configure,
        parameters=conv_parameters,
        forward=forward,
        macs=macs,
        infer=_infer(f"LazyConv{axes}d", axes),
        becomes=f"Conv{axes}d",
        page=PAGE,
        cases=cases,
    )


def _transposed(axes: int, *cases: Case) -> LayerSpec:
    name = f"LazyConvTranspose{axes}d"

    def configure(
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
        attributes = conv_attributes(
            0,
            0,
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
        return {**attributes, "out_channels": out_channels}

    def forward(c: Any, input: TensorType, output_size: Sequence[Dim] | None = None) -> TensorType:
        return convolve_transposed_by(c, input, output_size, axes=axes)

    def macs(c: Any, output: TensorType, input: TensorType, output_size: Sequence[Dim] | None = None) -> Dim:
        return convolution_macs(input, c.weight, axes=axes)

    return LayerSpec(
        name=name,
        bases=(f"ConvTranspose{axes}d", "_ConvTransposeNd", "_ConvNd"),
        configure=configure,
        parameters=conv_parameters,
        forward=forward,
        macs=macs,
        infer=_infer(name, axes),
        becomes=f"ConvTranspose{axes}d",
        page=PAGE,
        cases=cases,
    )


LAZY_CONV1D = _plain(
    1,
    Case("LazyConv1d(8, 3)", "2,5,9"),
    Case("LazyConv1d(8, 3, padding=1, padding_mode='circular')", "5,9"),
    Case("LazyConv1d(10, 3, groups=5, bias=False)", "2,10,9"),
    Case("LazyConv1d(8, 3, groups=5)", "2,10,9", refused="expected weight to be divisible by 5"),
    Case("LazyConv1d(8, 3)"),
    Case("LazyConv1d(8, 3)", "9", refused="Expected 2D (unbatched) or 3D (batched) input to LazyConv1d"),
    Case("LazyConv1d(8, 3, groups=2)", "2,5,9", refused="in_channels must be divisible by groups"),
)

LAZY_CONV2D = _plain(
    2,
    Case("LazyConv2d(64, 3)", "8,5,32,32"),
    Case("LazyConv2d(8, (3, 1), stride=2, padding='valid', bias=False)", "5,9,9"),
    Case("LazyConv2d(8, 3, groups=4)", "2,12,9,9"),
    Case("LazyConv2d(8, 3)"),
    Case("LazyConv2d(8, 3)", "5,9", refused="Expected 3D (unbatched) or 4D (batched) input to LazyConv2d"),
    Case("LazyConv2d(8, 3, groups=2)", "2,5,9,9", refused="in_channels must be divisible by groups"),
    Case("LazyConv2d(8, 3, padding='full')", refused="Invalid padding string"),
)

LAZY_CONV3D = _plain(
    3,
    Case("LazyConv3d(8, 3)", "2,5,9,9,9"),
    Case("LazyConv3d(8, 3, padding='same')", "5,9,9,9"),
    Case("LazyConv3d(8, 2, stride=(1, 2, 3), bias=False)", "2,5,9,9,9"),
    Case("LazyConv3d(8, 3)"),
    Case("LazyConv3d(8, 3)", "5,9,9", refused="Expected 4D (unbatched) or 5D (batched) input to LazyConv3d"),
)

LAZY_CONV_TRANSPOSE1D = _transposed(
    1,
    Case("LazyConvTranspose1d(8, 3)", "2,5,9"),
    Case("LazyConvTranspose1d(8, 3, stride=2, output_padding=1)", "5,9"),
    Case("LazyConvTranspose1d(8, 3, bias=False)", "5,9"),
    Case("LazyConvTranspose1d(8, 3)"),
    Case("LazyConvTranspose1d(8, 3)", "9", refused="Expected 2D (unbatched) or 3D (batched) input"),
)

LAZY_CONV_TRANSPOSE2D = _transposed(
    2,
    Case("LazyConvTranspose2d(8, 3)", "2,5,9,9"),
    Case("LazyConvTranspose2d(8, 4, 2, 1, groups=2)", "2,6,9,9"),
    Case("LazyConvTranspose2d(8, 3, stride=2)", "5,9,9", "output_size=[20, 19]"),
    Case("LazyConvTranspose2d(8, 3)"),
    Case("LazyConvTranspose2d(8, 3)", "9,9", refused="Expected 3D (unbatched) or 4D (batched) input"),
    Case("LazyConvTranspose2d(8, 3, padding_mode='circular')", refused='Only "zeros" padding mode is supported'),
)

LAZY_CONV_TRANSPOSE3D = _transposed(
    3,
    Case("LazyConvTranspose3d(8, 3)", "2,5,4,5,6"),
    Case("LazyConvTranspose3d(8, 2, stride=2, bias=False)", "5,4,5,6"),
    Case("LazyConvTranspose3d(8, 3, dilation=2)", "5,4,5,6"),
    Case("LazyConvTranspose3d(8, 3)"),
    Case("LazyConvTranspose3d(8, 3)", "5,4,5", refused="Expected 4D (unbatched) or 5D (batched) input"),
)
