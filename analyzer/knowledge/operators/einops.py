"""The functions of einops on tensors of torch.

    einops.rearrange(x, "b c (h p) w -> b h (p c) w", p=2)   x [2, 3, 8, 5]          -> [2, 4, 6, 5]
    einops.reduce(x, "b c h w -> b c", "mean")               x [2, 3, 8, 8]          -> [2, 3]
    einops.einsum(x, y, "b i, i o -> b o")                   x [2, 3], y [3, 4]      -> [2, 4], 24 multiply-accumulates
    einops.pack([x, y], "b * c")                             x [2, 3], y [2, 7, 3]   -> ([2, 8, 3], [(), (7,)])

Source: https://einops.rocks/api/rearrange/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim, product, total
from analyzer.algebra.facts import at_least, divisible, equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, promote
from analyzer.knowledge import axis_pattern
from analyzer.knowledge.contraction import ELLIPSIS, Equation, contract
from analyzer.knowledge.operands import check_tensor, is_inexact, shape_text
from analyzer.knowledge.operator import Case, DataDependent, operator


def _stacked(tensors: Any) -> TensorType:
    """One tensor, or a list of equal shapes as one with a new first dimension."""
    if isinstance(tensors, TensorType):
        return tensors
    if not isinstance(tensors, list) or not tensors:
        raise Refused("Rearrange/Reduce/Repeat can't be applied to an empty list")
    first: TensorType = tensors[0]
    for tensor in tensors:
        message = (
            f"stack expects each tensor to be equal size, but got {shape_text(first.shape)} at entry 0 and "
            f"{shape_text(tensor.shape)} at entry {tensors.index(tensor)}"
        )
        require(first.rank == tensor.rank, message)
        for mine, theirs in zip(first.shape, tensor.shape, strict=True):
            require(equal(mine, theirs), message)
    return TensorType((len(tensors), *first.shape), promote(*tensors))


def _transform(operation: str, tensors: Any, pattern: str, lengths: dict[str, Any]) -> TensorType:
    tensor = _stacked(tensors)
    try:
        result = axis_pattern.transform(operation, pattern, tensor.shape, lengths)
    except Refused as refusal:
        raise Refused(
            f'Error while processing {operation}-reduction pattern "{pattern}".\n Input tensor shape: '
            f"{shape_text(tensor.shape)}. Additional info: {lengths}.\n {refusal.message}"
        ) from None
    dtype = tensor.dtype
    if result.reduced:
        if operation == "mean" and not dtype.is_floating:
            raise Refused("reduce_mean is not available for non-floating tensors")
        if operation in ("sum", "prod") and not is_inexact(dtype):
            dtype = DType.int64
        if operation in ("any", "all"):
            dtype = DType.uint8 if dtype is DType.uint8 else DType.bool_
    return TensorType(result.shape, dtype)


@operator(
    "einops.rearrange",
    cases=(
        Case("einops.rearrange(x, 'b c h w -> b (h w) c')", x="2,3,4,5"),
        Case("einops.rearrange(x, 'b c (h p) (w q) -> b (h w) (p q c)', p=2, q=5)", x="2,3,8,10"),
        Case("einops.rearrange(x, '... c -> c ...')", x="2,3,4"),
        Case("einops.rearrange(x, 'b ... -> b (...)')", x="2,3,4:int64"),
        Case("einops.rearrange(x, 'b c -> b c 1 ()')", x="2,3"),
        Case("einops.rearrange(x, 'b 1 (c) -> (b c)')", x="2,1,3"),
        Case("einops.rearrange([x, x, x], 'n b c -> b (n c)')", x="2,3"),
        Case("einops.rearrange(x, 'b (h w) -> b h w', h=5)", x="2,12", refused="can't divide axis of length 12 in"),
        Case("einops.rearrange(x, 'b c -> b c', c=4)", x="2,3", refused="Shape mismatch, 3 != 4"),
        Case("einops.rearrange(x, 'b c -> b')", x="2,3", refused="Identifiers only on one side of expression"),
        Case("einops.rearrange(x, 'b c h -> b h c')", x="2,3", refused="expected 3 dims. Received 2-dim tensor."),
        Case("einops.rearrange(x, 'b b -> b')", x="2,2", refused='contains duplicate dimension "b"'),
        Case("einops.rearrange(x, '(a b) -> a b')", x="6", refused="Could not infer sizes for"),
        Case("einops.rearrange(x, 'a -> a', b=2)", x="6", refused="Axis b is not used in transform"),
        Case("einops.rearrange(x, 'a ((b c)) -> a b c')", x="6,6", refused="brackets inside brackets not allowed"),
        Case("einops.rearrange(x, 'a, b -> a b')", x="6,6", refused="Unknown character ','"),
        Case("einops.rearrange(x, 'a 2 -> a 2')", x="6,2", refused="Non-unitary anonymous axes are not supported"),
        Case("einops.rearrange(x, 'a (b) -> a b)')", x="6,2", refused="Brackets are not balanced"),
        Case("einops.rearrange(x, 'a b -> (a b')", x="6,2", refused="Imbalanced parentheses in expression"),
        Case("einops.rearrange(x, 'a 1 -> a')", x="6,2", refused="Shape mismatch, 2 != 1"),
        Case(
            "einops.rearrange(x, '... a b c -> ... a b c')",
            x="6,2",
            refused="expected >=3 dims. Received 2-dim tensor.",
        ),
    ),
)
def rearrange(tensor: Any, pattern: str, **axes_lengths: Dim) -> TensorType:
    return _transform("rearrange", tensor, pattern, axes_lengths)


@operator(
    "einops.repeat",
    cases=(
        Case("einops.repeat(x, 'h w -> h w c', c=3)", x="4,5"),
        Case("einops.repeat(x, 'd -> b 1 d', b=2)", x="7"),
        Case("einops.repeat(x, '... -> ... 3')", x="4,5"),
        Case("einops.repeat(x, '1 n d -> (2 b) n d', b=4)", x="1,5,6:int64"),
        Case("einops.repeat(x, 'h w -> h w c')", x="4,5", refused="Specify sizes for new axes in repeat: {'c'}"),
        Case("einops.repeat(x, 'h w -> h')", x="4,5", refused="Unexpected identifiers on the left side of repeat"),
    ),
)
def repeat(tensor: Any, pattern: str, **axes_lengths: Dim) -> TensorType:
    return _transform("repeat", tensor, pattern, axes_lengths)


@operator(
    "einops.reduce",
    cases=(
        Case("einops.reduce(x, 'b c h w -> b c', 'mean')", x="2,3,4,5"),
        Case("einops.reduce(x, 'b c (h 2) (w p) -> b c h w', 'max', p=5)", x="2,3,4,5"),
        Case("einops.reduce(x, 'b ... -> b', 'sum')", x="2,3,4:int32"),
        Case("einops.reduce(x, 'b c -> b c', 'sum')", x="2,3:int32"),
        Case("einops.reduce(x, 'b c -> () c', 'any')", x="2,3"),
        Case("einops.reduce(x, 'b c -> c', 'prod')", x="2,3:bool"),
        Case("einops.reduce(x, 'b c -> d', 'sum')", x="2,3", refused="Unexpected identifiers on the right side"),
        Case("einops.reduce(x, 'b c -> b', 'median')", x="2,3", refused="Unknown reduction median. Expect one of"),
        Case("einops.reduce(x, 'b -> b c', 'sum', c=1)", x="2", refused="Unexpected identifiers on the right side"),
    ),
)
def reduce(tensor: Any, pattern: str, reduction: Any, **axes_lengths: Dim) -> TensorType:
    if not isinstance(reduction, str):
        raise DataDependent("what einops.reduce gives is up to the function that reduces")
    return _transform(reduction, tensor, pattern, axes_lengths)


@operator(
    "einops.parse_shape",
    cases=(
        Case("einops.parse_shape(x, 'b _ h w')", x="2,3,4,5"),
        Case("einops.parse_shape(x, 'b ... 1')", x="2,3,4,1"),
        Case(
            "einops.parse_shape(x, 'b c')", x="2,3,4", refused="Can't parse shape with different number of dimensions"
        ),
        Case("einops.parse_shape(x, 'b 1')", x="2,3", refused="Length of axis is not 1"),
    ),
)
def parse_shape(x: TensorType, pattern: str) -> dict[str, Dim]:
    return axis_pattern.parse_shape(pattern, x.shape)


def _labels(text: str, known: Sequence[str] | None = None) -> list[str]:
    side = axis_pattern.parse(text, underscore=True, duplicates=known is None)
    found = []
    for place, group in enumerate(side.groups):
        if place == side.bare:
            found.append(ELLIPSIS)
            continue
        if len(group) != 1:
            what = "Shape rearrangement is" if group else "Singleton () axes are"
            raise Refused(f"{what} not yet supported in einsum.")
        axis = group[0]
        if not isinstance(axis, str):
            raise Refused("Anonymous axes are not yet supported in einsum.")
        if known is not None and axis not in known:
            raise Refused(f"Unknown axis {axis} on right side of einsum.")
        found.append(axis)
    return found


def _equation(arguments: Sequence[Any]) -> tuple[Equation, Sequence[TensorType]]:
    if len(arguments) <= 1:
        raise Refused(
            "`einops.einsum` takes at minimum two arguments: the tensors (at least one), followed by the pattern."
        )
    *tensors, pattern = arguments
    if not isinstance(pattern, str):
        raise Refused("The last argument passed to `einops.einsum` must be a string, representing the einsum pattern.")
    if pattern.count("->") != 1:
        raise Refused("Einsum pattern must contain '->'.")
    left, right = pattern.split("->")
    operands = tuple(_labels(part) for part in left.split(","))
    if len(operands) != len(tensors):
        fewer = "fewer" if len(operands) > len(tensors) else "more"
        raise Refused(f"einsum(): {fewer} operands were provided than specified in the equation")
    return Equation(operands, _labels(right, [label for labels in operands for label in labels])), tensors


@operator(
    "einops.einsum",
    cases=(
        Case("einops.einsum(x, y, 'batch i, i out -> batch out')", x="2,3", y="3,4"),
        Case("einops.einsum(x, y, 'b h i d, b h j d -> b h i j')", x="2,3,4,5", y="2,3,6,5"),
        Case("einops.einsum(x, y, '... c, o c -> ... o')", x="2,3,4", y="5,4"),
        Case("einops.einsum(x, 'i i ->')", x="3,3"),
        Case("einops.einsum(x, y, 'b i, j o -> b o')", x="2,3", y="4,5"),
        Case(
            "einops.einsum(x, y, 'b i, i o -> b o')",
            x="2,3",
            y="4,5",
            refused="which does not broadcast with previously",
        ),
        Case("einops.einsum(x, 'b i -> o')", x="2,3", refused="Unknown axis o on right side of einsum"),
        Case("einops.einsum(x, '(b i) -> b')", x="6", refused="Shape rearrangement is not yet supported in einsum."),
        Case("einops.einsum(x, 'b i')", x="2,3", refused="Einsum pattern must contain '->'."),
    ),
    macs=lambda output, *arguments: contract(*_equation(arguments))[1],
)
def einsum(*arguments: Any) -> TensorType:
    return contract(*_equation(arguments))[0]


def _star(name: str, pattern: str) -> tuple[int, int]:
    """How many axes stand before and after the `*`."""
    axes = pattern.split()
    if len(axes) != len(set(axes)):
        raise Refused(f'Duplicates in axes names in {name}(..., "{pattern}")')
    if "*" not in axes:
        raise Refused(f'No *-axis in {name}(..., "{pattern}")')
    for axis in axes:
        if axis != "*" and (not axis.isidentifier() or axis[0] == "_" or axis[-1] == "_"):
            raise Refused(f'Invalid axis name {axis} in {name}(..., "{pattern}")')
    before = axes.index("*")
    return before, len(axes) - before - 1


@operator(
    "einops.pack",
    cases=(
        Case("einops.pack([x, y], 'b * c')", x="2,3", y="2,7,9,3"),
        Case("einops.pack([x], '*')", x=""),
        Case("einops.pack([x, y], 'b *')", x="2,3:int64", y="2"),
        Case("einops.pack([x], 'b c')", x="2,3", refused='No *-axis in pack(..., "b c")'),
        Case("einops.pack([x], 'b * c d')", x="2,3", refused="assumes at least 3 axes"),
        Case("einops.pack([x, y], 'b *')", x="2,3", y="4,3", refused="Sizes of tensors must match except in dimension"),
    ),
)
def pack(tensors: Sequence[TensorType], pattern: str) -> tuple[TensorType, list[Shape]]:
    """The tensors joined along one dimension, and the shapes that each had there."""
    before, after = _star("pack", pattern)
    first = tensors[0]
    packed = []
    for place, tensor in enumerate(tensors):
        check_tensor(tensor, "pack", "tensors")
        if tensor.rank < before + after:
            raise Refused(
                f"packed tensor #{place} (enumeration starts with 0) has shape {shape_text(tensor.shape)}, "
                f"while pattern {pattern} assumes at least {before + after} axes"
            )
        packed.append(tensor.shape[before : tensor.rank - after])
        for mine, theirs in zip(_around(first.shape, before, after), _around(tensor.shape, before, after), strict=True):
            require(
                equal(mine, theirs),
                f"Sizes of tensors must match except in dimension {before}. Expected size {mine} but got size {theirs} "
                f"for tensor number {place} in the list.",
            )
    length = total(product(shape) for shape in packed)
    shape = (*first.shape[:before], length, *first.shape[first.rank - after :])
    return TensorType(shape, promote(*(TensorType((1,), tensor.dtype) for tensor in tensors))), packed


def _around(shape: Shape, before: int, after: int) -> Shape:
    return shape[:before] + shape[len(shape) - after :]


@operator(
    "einops.unpack",
    cases=(
        Case("einops.unpack(x, [[], [7, 9]], 'b * c')", x="2,64,3"),
        Case("einops.unpack(x, [(2,), (-1, 5), (3,)], '*')", x="25"),
        Case("einops.unpack(x, [[3], [5]], 'b *')", x="2,9", refused="could not split axis of size 9 into requested"),
        Case("einops.unpack(x, [[3]], 'b *')", x="2,3,4", refused="received input of wrong dim with shape"),
        Case("einops.unpack(x, [[-1], [-1]], 'b *')", x="2,9", refused="received more than one -1"),
    ),
)
def unpack(tensor: TensorType, packed_shapes: Sequence[Sequence[Dim]], pattern: str) -> list[TensorType]:
    """The inverse of pack; one -1 among all the shapes is inferred."""
    before, after = _star("unpack", pattern)
    if tensor.rank != before + 1 + after:
        raise Refused(f"unpack(..., {pattern}) received input of wrong dim with shape {shape_text(tensor.shape)}")
    inferred = [place for place, shape in enumerate(packed_shapes) if -1 in shape]
    if len(inferred) > 1:
        raise Refused(f"unpack(..., {pattern}) received more than one -1 in {packed_shapes} and can't infer dimensions")
    length = tensor.shape[before]
    message = (
        f'Error during unpack(..., "{pattern}"): could not split axis of size {length} into requested {packed_shapes}'
    )
    rest = length - total(product(shape) for shape in packed_shapes if -1 not in shape)
    if not inferred:
        require(equal(rest, 0), message)
    shapes = []
    for shape in packed_shapes:
        sizes = tuple(shape)
        if -1 in sizes:
            known = product(size for size in sizes if size != -1)
            require(at_least(rest, 0), message)
            require(divisible(rest, known), message)
            sizes = tuple(rest // known if size == -1 else size for size in sizes)
        shapes.append(sizes)
    ends = tensor.shape[before + 1 :]
    return [TensorType((*tensor.shape[:before], *shape, *ends), tensor.dtype) for shape in shapes]
