"""Rearranging and resampling of images: pixel and channel shuffles, upsampling, sliding blocks.

PixelShuffle(2) on [N, 12, H, W] float32                           -> [N, 3, 2*H, 2*W] float32
Upsample(scale_factor=2, mode="bilinear") on [N, 3, H, W] float32  -> [N, 3, 2*H, 2*W] float32
Unfold(4, stride=4) on [N, 3, 32, 32] float32                      -> [N, 48, 64] float32
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.geometry.axes import Sizes
from analyzer.knowledge.geometry.folding import fold, shuffle_channels, shuffle_pixels, unfold, unshuffle_pixels
from analyzer.knowledge.geometry.resampling import interpolate
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#vision-layers"


def _pixel_shuffle(upscale_factor: Dim) -> Mapping[str, Any]:
    return {"upscale_factor": upscale_factor}


def _pixel_unshuffle(downscale_factor: Dim) -> Mapping[str, Any]:
    return {"downscale_factor": downscale_factor}


def _channel_shuffle(groups: Dim) -> Mapping[str, Any]:
    return {"groups": groups}


def _factor(scale_factor: Any) -> Any:
    """A number as float, a tuple as floats; what is symbolic stays so."""
    if isinstance(scale_factor, tuple):
        return tuple(float(one) if isinstance(one, int) else one for one in scale_factor)
    if isinstance(scale_factor, list):
        raise Refused("float() argument must be a string or a real number, not 'list'")
    if isinstance(scale_factor, int | float):
        return float(scale_factor) if scale_factor else None
    return scale_factor


def _resampling(name: str, size: Any, scale_factor: Any, mode: str, align_corners: bool | None) -> dict[str, Any]:
    return {
        "name": name,
        "size": size,
        "scale_factor": _factor(scale_factor),
        "mode": mode,
        "align_corners": align_corners,
        "recompute_scale_factor": None,
    }


def _upsample(
    size: Sizes | None = None,
    scale_factor: float | tuple[float, ...] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
) -> Mapping[str, Any]:
    attributes = _resampling("Upsample", size, scale_factor, mode, align_corners)
    return {**attributes, "recompute_scale_factor": recompute_scale_factor}


def _nearest(size: Sizes | None = None, scale_factor: float | tuple[float, ...] | None = None) -> Mapping[str, Any]:
    return _resampling("UpsamplingNearest2d", size, scale_factor, "nearest", None)


def _bilinear(size: Sizes | None = None, scale_factor: float | tuple[float, ...] | None = None) -> Mapping[str, Any]:
    return _resampling("UpsamplingBilinear2d", size, scale_factor, "bilinear", True)


def _upsample_forward(c: Any, input: TensorType) -> TensorType:
    return interpolate(input, c.size, c.scale_factor, c.mode, c.align_corners, c.recompute_scale_factor)


def _fold(
    output_size: Sizes, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> Mapping[str, Any]:
    return {"output_size": output_size, **_unfold(kernel_size, dilation, padding, stride)}


def _unfold(kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1) -> Mapping[str, Any]:
    return {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}


PIXEL_SHUFFLE = LayerSpec(
    name="PixelShuffle",
    configure=_pixel_shuffle,
    forward=lambda c, input: shuffle_pixels(input, c.upscale_factor),
    page=PAGE,
    cases=(
        Case("PixelShuffle(3)", "1,9,4,4"),
        Case("PixelShuffle(2)", "8,2,3"),
        Case("PixelShuffle(1)", "2,2,5,4,3:int64"),
        Case("PixelShuffle(2)", "0,4,3,3"),
        Case("PixelShuffle(2)", "4,2", refused="at least 3 dimensions, but got input with 2 dimension(s)"),
        Case("PixelShuffle(2)", "5,2,2", refused="input.size(-3)=5 is not divisible by 4"),
        Case("PixelShuffle(0)", "4,2,2", refused="expects a positive upscale_factor, but got 0"),
    ),
)

PIXEL_UNSHUFFLE = LayerSpec(
    name="PixelUnshuffle",
    configure=_pixel_unshuffle,
    forward=lambda c, input: unshuffle_pixels(input, c.downscale_factor),
    page=PAGE,
    cases=(
        Case("PixelUnshuffle(3)", "1,1,12,12"),
        Case("PixelUnshuffle(2)", "3,4,6"),
        Case("PixelUnshuffle(1)", "2,2,5,4,3:int64"),
        Case("PixelUnshuffle(2)", "0,4,2,2"),
        Case("PixelUnshuffle(2)", "4,6", refused="at least 3 dimensions"),
        Case("PixelUnshuffle(2)", "1,5,6", refused="input.size(-2)=5 is not divisible by 2"),
        Case("PixelUnshuffle(2)", "1,4,5", refused="input.size(-1)=5 is not divisible by 2"),
        Case("PixelUnshuffle(-2)", "1,4,6", refused="expects a positive downscale_factor, but got -2"),
    ),
)

CHANNEL_SHUFFLE = LayerSpec(
    name="ChannelShuffle",
    configure=_channel_shuffle,
    forward=lambda c, input: shuffle_channels(input, c.groups),
    page=PAGE,
    cases=(
        Case("ChannelShuffle(2)", "1,4,2,2"),
        Case("ChannelShuffle(3)", "1,9,2"),
        Case("ChannelShuffle(1)", "2,5,2,2,2"),
        Case("ChannelShuffle(5)", "2,5,2:int64"),
        Case("ChannelShuffle(2)", "1,4", refused="expects input with > 2 dims, but got input with sizes [1, 4]"),
        Case("ChannelShuffle(2)", "1,5,2", refused="Got 5 channels and 2 groups"),
        Case("ChannelShuffle(0)", "1,5,2", refused="must be positive. Value of groups:0"),
    ),
)

UPSAMPLE = LayerSpec(
    name="Upsample",
    configure=_upsample,
    forward=_upsample_forward,
    page=PAGE,
    cases=(
        Case("Upsample(scale_factor=2)", "1,1,2,2"),
        Case("Upsample(scale_factor=2, mode='bilinear', align_corners=True)", "1,3,2,3"),
        Case("Upsample(size=(5, 4), mode='bicubic')", "1,3,7,9"),
        Case("Upsample(7, mode='linear')", "1,3,9"),
        Case("Upsample(scale_factor=(1.3, 2))", "1,3,7,9"),
        Case("Upsample(scale_factor=0.3, mode='area')", "1,3,7,9"),
        Case("Upsample(scale_factor=1.7, mode='trilinear')", "1,3,7,9,5"),
        Case("Upsample(scale_factor=1.5, recompute_scale_factor=True)", "1,3,7,9"),
        Case("Upsample(5, mode='nearest-exact')", "0,3,7,9:uint8"),
        Case("Upsample()", "1,1,2,2", refused="either size or scale_factor should be defined"),
        Case("Upsample(scale_factor=0)", "1,1,2,2", refused="either size or scale_factor should be defined"),
        Case("Upsample(2, 2)", "1,1,2,2", refused="only one of size or scale_factor should be defined"),
        Case("Upsample(scale_factor=[2, 3])", refused="not 'list'"),
        Case("Upsample(scale_factor=2)", "3,8", refused="Only 3D, 4D and 5D input Tensors supported (got 2D)"),
        Case("Upsample(scale_factor=2, mode='bilinear')", "1,3,8", refused="Got 3D input, but bilinear mode needs 4D"),
        Case("Upsample((5,))", "1,3,8,8", refused="must have the same number of spatial dimensions"),
        Case("Upsample(5, align_corners=True)", "1,3,8,8", refused="align_corners option can only be set"),
        Case("Upsample(scale_factor=0.1)", "1,3,7,9", refused="Input and output sizes should be greater than 0"),
        Case("Upsample(3, recompute_scale_factor=True)", "1,3,7,9", refused="not meaningful with an explicit size"),
        Case("Upsample(3, mode='cubic')", "1,3,7,9", refused="Only 3D, 4D and 5D input Tensors supported"),
        Case("Upsample((3.0, 4))", "1,3,7,9", refused="expected size to be one of int or Tuple[int, ...]"),
    ),
)

UPSAMPLING_NEAREST = LayerSpec(
    name="UpsamplingNearest2d",
    bases=("Upsample",),
    configure=_nearest,
    forward=_upsample_forward,
    page=PAGE,
    cases=(
        Case("UpsamplingNearest2d(scale_factor=2)", "1,1,2,2"),
        Case("UpsamplingNearest2d((3, 5))", "1,1,2,2"),
        Case("UpsamplingNearest2d(2)", "1,1,5"),
        Case("UpsamplingNearest2d(scale_factor=(0.5, 1.5))", "1,1,5,5"),
        Case("UpsamplingNearest2d()", "1,1,2,2", refused="either size or scale_factor should be defined"),
        Case("UpsamplingNearest2d(3)", "1,0,2,2", refused="Non-empty 4D data tensor expected"),
    ),
)

UPSAMPLING_BILINEAR = LayerSpec(
    name="UpsamplingBilinear2d",
    bases=("Upsample",),
    configure=_bilinear,
    forward=_upsample_forward,
    page=PAGE,
    cases=(
        Case("UpsamplingBilinear2d(scale_factor=2)", "1,1,2,2"),
        Case("UpsamplingBilinear2d((3, 5))", "1,1,2,2"),
        Case("UpsamplingBilinear2d(4)", "2,3,9,9"),
        Case("UpsamplingBilinear2d(scale_factor=(0.5, 1.5))", "1,1,5,5"),
        Case("UpsamplingBilinear2d(scale_factor=2)", "1,1,2", refused="Got 3D input, but bilinear mode needs 4D"),
    ),
)

FOLD = LayerSpec(
    name="Fold",
    configure=_fold,
    forward=lambda c, input: fold(input, c.output_size, c.kernel_size, c.dilation, c.padding, c.stride),
    page=PAGE,
    cases=(
        Case("Fold((4, 5), (2, 2))", "1,12,12"),
        Case("Fold((8, 8), 2, stride=2)", "12,16"),
        Case("Fold(8, 2)", "0,12,49"),
        Case("Fold((8, 9), (3, 2), dilation=2, padding=1, stride=(2, 3))", "2,18,9"),
        Case("Fold((8, 8), 2)", "1,1,12,49", refused="Expected 2D or 3D (batch mode) tensor"),
        Case("Fold((8, 8), 2)", "1,13,49", refused="but got input.size(1)=13 and kernel_size=(2, 2)"),
        Case("Fold((8, 8), 2)", "1,12,48", refused="sliding blocks 7 * 7 = 49, but got input.size(2)=48"),
        Case("Fold((8,), 2)", "1,12,49", refused="It is expected output_size equals to 2"),
        Case("Fold(8, 2, stride=0)", "1,12,49", refused="stride should be greater than zero"),
    ),
)

UNFOLD = LayerSpec(
    name="Unfold",
    configure=_unfold,
    forward=lambda c, input: unfold(input, c.kernel_size, c.dilation, c.padding, c.stride),
    page=PAGE,
    cases=(
        Case("Unfold((2, 3))", "2,5,3,4"),
        Case("Unfold(4, stride=4)", "2,3,32,32"),
        Case("Unfold((3, 2), 2, 1, (2, 3))", "3,8,8"),
        Case("Unfold(2)", "0,1,8,8"),
        Case("Unfold(3)", "8,8", refused="Expected 3D or 4D (batch mode) tensor"),
        Case("Unfold(3)", "1,1,2,2", refused="calculated shape of the array of sliding blocks as (0, 0)"),
        Case("Unfold((3,))", "1,1,8,8", refused="It is expected kernel_size equals to 2"),
        Case("Unfold(2, padding=-1)", "1,1,8,8", refused="padding should be non-negative"),
        Case("Unfold(2, dilation=0)", "1,1,8,8", refused="dilation should be greater than zero"),
        Case("Unfold(0)", "1,1,8,8", refused="kernel size should be greater than zero"),
    ),
)
