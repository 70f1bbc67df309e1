"""Padding in every mode of torch.nn.functional.pad.

    pad([3, 8], (1, 2))                       -> [3, 11]
    pad([3, 8, 8], (1, 1, 2, 2), "reflect")   -> [3, 12, 10]
    pad([3, 8], (8, 0), "reflect")            -> Refused: Padding size should be less than the corresponding input ...

The amounts come in pairs from the last dimension backwards; negative ones cut off.
https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.pad.html and ATen/native/PadNd.cpp
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.algebra.expression import Dim, at_least, maximum, minimum, require
from analyzer.algebra.tensor import Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import bracketed, is_size, require_each

_MODES = ("constant", "reflect", "replicate", "circular")


def pad(input: TensorType, amounts: Sequence[Dim], mode: str = "constant", value: float | None = None) -> TensorType:
    """The input with `amounts[0]` before and `amounts[1]` after its last dimension, `amounts[2]` before the one ..."""
    if not isinstance(amounts, tuple | list) or not all(is_size(amount) for amount in amounts):
        raise Refused(f"pad(): argument 'pad' (position 2) must be tuple of ints, but got {amounts}")
    if len(amounts) % 2:
        raise Refused(f"Padding length must be divisible by 2, but got {bracketed(amounts)}")
    pairs = len(amounts) // 2
    if pairs > input.rank:
        raise Refused(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(amounts)} and input of dimension {input.rank}"
        )
    if mode not in _MODES:
        raise Refused(f"Unrecognised padding mode {mode}")
    if mode != "constant":
        _check_mode(input, pairs, mode, value)
    kept = input.rank - pairs
    before = tuple(amounts[2 * place] for place in reversed(range(pairs)))
    after = tuple(amounts[2 * place + 1] for place in reversed(range(pairs)))
    sizes = input.shape[kept:]
    padded = tuple(size + low + high for size, low, high in zip(sizes, before, after, strict=True))
    for place, (size, low, high) in enumerate(zip(sizes, before, after, strict=True)):
        _check_amounts(input, kept + place, size, low, high, mode)
    if mode in ("reflect", "replicate"):
        require(
            at_least(maximum(*padded), 1),
            f"input {bracketed(input.shape)} is too small. Calculated output size: {bracketed(padded)}",
        )
    return TensorType((*input.shape[:kept], *padded), input.dtype)


def _check_mode(input: TensorType, pairs: int, mode: str, value: float | None) -> None:
    if value:
        raise Refused(f'Padding mode "{mode}" doesn\'t take in value argument')
    if pairs not in (1, 2, 3) or input.rank not in (pairs + 1, pairs + 2):
        raise Refused(f"Padding size {2 * pairs} is not supported for {input.rank}D input tensor.")
    if mode != "circular":
        require_each(
            input.shape[input.rank - pairs - 1 :],
            1,
            f"Expected {pairs + 1}D or {pairs + 2}D (batch mode) tensor with possibly 0 batch size and other "
            f"non-zero dimensions for input, but got: {bracketed(input.shape)}",
        )


def _check_amounts(input: TensorType, place: int, size: Dim, low: Dim, high: Dim, mode: str) -> None:
    """Refused where an axis is cut to less than nothing, reflected beyond its end, or wrapped around twice."""
    padded = size + low + high
    if mode == "constant":
        cut = size + minimum(low, 0)
        complaint = (
            f"The input size {size}, plus negative padding {low} and {high} resulted in a negative output size, "
            f"which is invalid. Check dimension {place} of your input."
        )
        require(at_least(cut, 0), complaint)
        require(at_least(cut + minimum(high, 0), 0), complaint)
    elif mode == "reflect":
        require(
            at_least(size, maximum(low, high) + 1),
            "Padding size should be less than the corresponding input dimension, but got: padding "
            f"({low}, {high}) at dimension {place} of input {bracketed(input.shape)}",
        )
        require(at_least(padded, 0), f"input of size {size} is too small. Calculated output size: {padded}")
    elif mode == "replicate":
        require(at_least(padded, 0), f"input of size {size} is too small. Calculated output size: {padded}")
    else:
        require(at_least(size, maximum(low, high)), "Padding value causes wrapping around more than once.")
        require(at_least(padded, 0), "Negative padding value is resulting in an empty dimension")


def convolution_padding(padding: Sequence[Dim] | str, kernel: Shape, dilation: Shape) -> tuple[Dim, ...]:
    """What a convolution with another padding mode than zeros hands to `pad`, last axis first."""
    if padding == "valid":
        return (0, 0) * len(kernel)
    if isinstance(padding, str):
        totals = [spread * (reach - 1) for reach, spread in zip(kernel, dilation, strict=True)]
        return tuple(amount for total in reversed(totals) for amount in (total // 2, total - total // 2))
    return tuple(amount for amount in reversed(padding) for _ in range(2))
