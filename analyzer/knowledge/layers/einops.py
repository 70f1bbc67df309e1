"""The layers of einops.layers.torch.

    Rearrange("b c h w -> b (c h w)")                            [2, 3, 4, 5]   -> [2, 60]
    Reduce("b c (h 2) (w 2) -> b c h w", "max")                  [2, 3, 4, 6]   -> [2, 3, 2, 3]
    EinMix("t b cin -> t b cout", "cin cout", "cout", cin=10, cout=20)          weight [10, 20], bias [1, 1, 20]

Source: https://einops.rocks/api/rearrange/ and https://einops.rocks/3-einmix-layer/
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge import axis_pattern, contraction
from analyzer.knowledge.axis_pattern import Side
from analyzer.knowledge.layer import Case, LayerSpec
from analyzer.knowledge.operands import is_inexact, joined, written_back

_MODULE = "einops.layers.torch"


def _rearrange(pattern: str, **axes_lengths: Dim) -> Mapping[str, Any]:
    axis_pattern.check("rearrange", pattern, tuple(axes_lengths))
    return {"pattern": pattern, "axes_lengths": axes_lengths}


def _rearranged(c: Any, input: TensorType) -> TensorType:
    shape = axis_pattern.transform("rearrange", c.pattern, input.shape, c.axes_lengths).shape
    return TensorType(shape, input.dtype)


REARRANGE = LayerSpec(
    "Rearrange",
    module=_MODULE,
    page="https://einops.rocks/api/rearrange/",
    configure=_rearrange,
    forward=_rearranged,
    cases=(
        Case("Rearrange('b c h w -> b (c h w)')", "2,3,4,5"),
        Case("Rearrange('b c (h p) (w q) -> b (h w) (p q c)', p=2, q=5)", "2,3,8,10"),
        Case("Rearrange('b ... -> ... b')", "2,3,4:int64"),
        Case("Rearrange('b c 1 1 -> b c')", "2,3,1,1"),
        Case("Rearrange('b (h w) -> b h w', h=5)", "2,12", refused="can't divide axis of length 12 in chunks of 5"),
        Case("Rearrange('b c -> b')", refused="Identifiers only on one side of expression"),
        Case("Rearrange('b c -> b c', d=2)", refused="Axis d is not used in transform"),
        Case("Rearrange('(b c) -> b c')", refused="Could not infer sizes for"),
    ),
)


def _reduce(pattern: str, reduction: str, **axes_lengths: Dim) -> Mapping[str, Any]:
    axis_pattern.check(reduction, pattern, tuple(axes_lengths))
    return {"pattern": pattern, "reduction": reduction, "axes_lengths": axes_lengths}


def _reduced(c: Any, input: TensorType) -> TensorType:
    result = axis_pattern.transform(c.reduction, c.pattern, input.shape, c.axes_lengths)
    if not result.reduced:
        return TensorType(result.shape, input.dtype)
    if c.reduction in ("any", "all"):
        raise Refused(f"Unknown reduction {c.reduction}")
    if is_inexact(input.dtype):
        return TensorType(result.shape, input.dtype)
    if c.reduction == "mean":
        raise Refused("mean(): could not infer output dtype.")
    return TensorType(result.shape, DType.int64 if c.reduction in ("sum", "prod") else input.dtype)


REDUCE = LayerSpec(
    "Reduce",
    module=_MODULE,
    page="https://einops.rocks/api/reduce/",
    configure=_reduce,
    forward=_reduced,
    cases=(
        Case("Reduce('b c (h 2) (w 2) -> b c h w', 'max')", "2,3,4,6"),
        Case("Reduce('b c h w -> b c', reduction='mean')", "2,3,4,6"),
        Case("Reduce('b ... -> b', 'sum')", "2,3,4:int32"),
        Case("Reduce('b (t 4) c -> b t c', 'mean')", "2,12,3:float16"),
        Case("Reduce('b c -> b', 'mean')", "2,3:int64", refused="mean(): could not infer output dtype."),
        Case("Reduce('b c -> b', 'median')", refused="Unknown reduction median"),
        Case("Reduce('b c -> d', 'sum')", refused="Unexpected identifiers on the right side of reduce sum"),
    ),
)


def _refuse(message: str, axes: Sequence[Any]) -> None:
    if axes:
        raise Refused(message.format("{" + ", ".join(map(repr, axes)) + "}"))


def _missing(axes: Mapping[Any, Any], *known: Mapping[Any, Any]) -> list[Any]:
    return [axis for axis in axes if not any(axis in each for each in known)]


def _check_sides(pattern: str, weight_shape: str) -> tuple[Side, Side, Side]:
    left, right = axis_pattern.sides(pattern)
    weight = axis_pattern.parse(weight_shape)
    _refuse("Unrecognized identifiers on the right side of EinMix {}", _missing(right.names, left.names, weight.names))
    if weight.has_ellipsis:
        raise Refused("Ellipsis is not supported in weight, as its shape should be fully specified")
    if left.has_ellipsis != right.has_ellipsis:
        raise Refused(f"Ellipsis in EinMix should be on both sides, {pattern}")
    if left.has_ellipsis and left.bare is None:
        raise Refused(f"Ellipsis on left side can't be in parenthesis, got {pattern}")
    if any(side.has_numbers for side in (left, right, weight)):
        raise Refused("Anonymous axes (numbers) are not allowed in EinMix")
    if "(" in weight_shape or ")" in weight_shape:
        raise Refused(f"Parenthesis is not allowed in weight shape: {weight_shape}")
    return left, right, weight


def _bias_shape(right: Side, bias: Side, lengths: Mapping[str, Dim]) -> Shape:
    """1 for each axis of the output that the bias does not depend on."""
    before = right.axes[: right.axes.index(axis_pattern.ELLIPSIS)] if right.has_ellipsis else ()
    if any(axis in bias.names for axis in before):
        raise Refused("all bias dimensions should go after ellipsis in the output")
    axes = [str(axis) for axis in right.axes if axis != axis_pattern.ELLIPSIS]
    return tuple(lengths[axis] if axis in bias.names else 1 for axis in axes)


def _is_flat(side: Side) -> bool:
    """Whether every axis is a dimension of its own already."""
    return all(len(group) == 1 for group in side.groups) and (side.bare is not None or not side.has_ellipsis)


def _einmix(pattern: str, weight_shape: str, bias_shape: str | None = None, **axes_lengths: Dim) -> Mapping[str, Any]:
    left, right, weight = _check_sides(pattern, weight_shape)
    for axis in weight.names:
        if axis not in axes_lengths:
            raise Refused(f"Dimension {axis} of weight should be specified")
    _refuse("Axes {} are not used in pattern", _missing(axes_lengths, left.names, weight.names))
    _refuse("Weight axes {} are redundant", _missing(weight.names, left.names, right.names))
    for group in left.groups:
        axis_pattern.unknown(group, tuple(axes_lengths))
    attributes: dict[str, Any] = {
        "pattern": pattern,
        "weight_shape": weight_shape,
        "bias_shape": bias_shape,
        "axes_lengths": axes_lengths,
        "einsum_pattern": _letters(left, weight, right),
    }
    if bias_shape is None:
        attributes["bias"] = None
    else:
        bias = axis_pattern.parse(bias_shape)
        _refuse("Bias axes {} not present in output", _missing(bias.names, right.names))
        _refuse("Sizes not provided for bias axes {}", _missing(bias.names, axes_lengths))
        _bias_shape(right, bias, axes_lengths)
    if _is_flat(left):
        attributes["pre_rearrange"] = None
    if _is_flat(right):
        attributes["post_rearrange"] = None
    return attributes


def _letters(left: Side, weight: Side, right: Side) -> str:
    """The equation for torch.einsum, whose letters follow the alphabetical order of the names."""
    names = sorted({str(axis) for side in (left, weight, right) for axis in side.axes} - {axis_pattern.ELLIPSIS})
    letters = dict(zip(names, string.ascii_lowercase, strict=False)) | {axis_pattern.ELLIPSIS: "..."}
    texts = ["".join(letters[str(axis)] for axis in side.axes) for side in (left, weight, right)]
    return f"{texts[0]},{texts[1]}->{texts[2]}"


def _parameters(c: Any) -> Mapping[str, Shape | None]:
    weight = axis_pattern.parse(c.weight_shape)
    found: dict[str, Shape | None] = {"weight": tuple(c.axes_lengths[axis] for axis in weight.axes)}
    if c.bias_shape is not None:
        right = axis_pattern.sides(c.pattern)[1]
        found["bias"] = _bias_shape(right, axis_pattern.parse(c.bias_shape), c.axes_lengths)
    return found


def _contract(c: Any, input: TensorType) -> tuple[TensorType, Dim]:
    """The output before its axes are composed, and the multiply-accumulates."""
    left, _ = axis_pattern.sides(c.pattern)
    if not _is_flat(left):
        lengths = {name: length for name, length in c.axes_lengths.items() if name in left.names}
        axis_pattern.check_rank(left, input.shape)
        input = TensorType(axis_pattern.regroup(left, left.flat, input.shape, lengths).shape, input.dtype)
    return contraction.contract(contraction.parse(c.einsum_pattern, 2), (input, c.weight))


def _mixed(c: Any, input: TensorType) -> TensorType:
    output, _ = _contract(c, input)
    if c.bias is not None:
        output = written_back(output, joined("add_", output, c.bias))
    _, right = axis_pattern.sides(c.pattern)
    return TensorType(axis_pattern.regroup(right.flat, right, output.shape, {}).shape, output.dtype)


EINMIX = LayerSpec(
    "EinMix",
    module=_MODULE,
    page="https://einops.rocks/3-einmix-layer/",
    configure=_einmix,
    parameters=_parameters,
    forward=_mixed,
    macs=lambda c, output, input: _contract(c, input)[1],
    cases=(
        Case("EinMix('t b cin -> t b cout', 'cin cout', 'cout', cin=10, cout=20)", "2,3,10"),
        Case("EinMix('h w c -> hout w c', weight_shape='h hout', h=8, hout=5)", "8,6,4"),
        Case("EinMix('t b c -> t b c', 'c', c=12)", "2,3,12"),
        Case("EinMix('b (head cin) -> b (head cout)', 'head cin cout', 'head cout', head=2, cin=3, cout=5)", "4,6"),
        Case("EinMix('b ... cin -> b ... cout', 'cin cout', 'cout', cin=3, cout=5)", "4,6,7,3"),
        Case("EinMix('b (h p) (w q) c -> b (h w) d', 'p q c d', 'd', p=2, q=2, c=3, d=8)", "2,8,6,3"),
        Case("EinMix('b cin -> b cout', 'cin cout', cin=3, cout=5)", "4,7", refused="does not broadcast with"),
        Case("EinMix('b cin -> b cout', 'cin cout', cin=3)", refused="Dimension cout of weight should be specified"),
        Case("EinMix('b c -> b d', 'c', c=3)", refused="Unrecognized identifiers on the right side of EinMix {'d'}"),
        Case("EinMix('b c -> b c', 'c e', c=3, e=4)", refused="Weight axes {'e'} are redundant"),
        Case("EinMix('b c -> b c', 'c', c=3, e=4)", refused="Axes {'e'} are not used in pattern"),
        Case("EinMix('b ... c -> b ... c', 'c', 'b', b=2, c=3)", refused="should go after ellipsis in the output"),
        Case("EinMix('b c -> b c', '(c)', c=3)", refused="Parenthesis is not allowed in weight shape: (c)"),
    ),
)
