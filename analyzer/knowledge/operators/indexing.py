"""Indexing with brackets: integers, slices, None, Ellipsis, booleans, and tensors or lists of them.

    get_item(TensorType((N, 3, H, W)), (slice(None), 0, ..., slice(1, None)))     -> TensorType((N, H, W - 1))
    get_item(TensorType((10, 4)), TensorType((2, 5), DType.int64))                -> TensorType((2, 5, 4))
    get_item(TensorType((10, 4)), TensorType((10,), DType.bool_))                 -> DataDependent

An index is first applied where it is an integer, a slice or None; the tensors in it then take the dimensions they
stand at, broadcast together, and what they give replaces these dimensions where they are neighbours, or else comes
first.  https://docs.pytorch.org/cppdocs/notes/tensor_indexing.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any

from analyzer.algebra.expression import Dim, Expr, equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast
from analyzer.knowledge.operands import scalar_name, shape_text
from analyzer.knowledge.operator import Case, DataDependent, operator
from analyzer.knowledge.sizes import fits, index_within, numbers, sliced

_INDEX_DTYPES = (DType.int64, DType.int32, DType.uint8, DType.bool_)


@dataclass
class _Result:
    """What indexing gives so far: sizes that stay, and shapes of index tensors in the dimensions they take."""

    places: list[Dim | Shape] = field(default_factory=list)
    counted: bool = True
    """Whether no mask is involved of which it is not known how many elements it selects."""

    @property
    def is_advanced(self) -> bool:
        return any(isinstance(place, tuple) for place in self.places)

    def shape(self) -> Shape:
        """The shape of the result, index tensors broadcast together."""
        taken = [at for at, place in enumerate(self.places) if isinstance(place, tuple)]
        if not taken:
            return tuple(_kept(self.places))
        tensors = [place for place in self.places if isinstance(place, tuple)]
        try:
            joined = broadcast(*tensors)
        except Refused as mismatch:
            raise Refused(
                "shape mismatch: indexing tensors could not be broadcast together with shapes "
                + ", ".join(map(shape_text, tensors))
            ) from mismatch
        together = taken[-1] - taken[0] + 1 == len(taken)
        before = taken[0] if together else 0
        kept = list(_kept(self.places))
        return (*kept[:before], *joined, *kept[before:])


def _kept(places: Iterable[Dim | Shape]) -> Iterable[Dim]:
    return (place for place in places if not isinstance(place, tuple))


def _items(index: Any) -> tuple[Any, ...]:
    """The parts of an index; a short list that holds slices, None, tensors or lists counts as a tuple."""
    if isinstance(index, tuple):
        return index
    parts = (list, tuple, range, TensorType, slice, EllipsisType, type(None))
    if isinstance(index, list) and len(index) < 32 and any(isinstance(item, parts) for item in index):
        return tuple(index)
    return (index,)


def _as_tensor(item: Any) -> Any:
    """A list as the integer tensor that it means; a flat list of booleans as the places that are True."""
    if not isinstance(item, list | tuple | range):
        return item
    if item and all(isinstance(each, bool) for each in item):
        return _Mask((len(item),), sum(item))
    shape, dtype = numbers(item)
    return TensorType(shape, DType.int64 if shape == (0,) else dtype)


@dataclass(frozen=True)
class _Mask:
    """A boolean index over `shape`, and how many elements it selects, if that is known."""

    shape: Shape
    count: int | None


def _consumed(item: Any) -> int:
    """How many dimensions of the tensor one part of an index takes."""
    if isinstance(item, _Mask):
        return len(item.shape)
    return 0 if item is None or isinstance(item, bool | EllipsisType) else 1


def _classified(item: Any) -> Any:
    item = _as_tensor(item)
    if isinstance(item, TensorType):
        if item.dtype not in _INDEX_DTYPES:
            raise Refused("tensors used as indices must be long, int, byte or bool tensors")
        if item.dtype in (DType.bool_, DType.uint8):
            return _Mask(item.shape, None)
    return item


def _indexed(input: TensorType, index: Any) -> _Result:
    items = [_classified(item) for item in _items(index)]
    named = sum(map(_consumed, items))
    if named > input.rank:
        if not input.rank and any(isinstance(item, int | Expr) for item in items):
            raise Refused("invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert it to a number")
        if not input.rank and any(isinstance(item, slice) for item in items):
            raise Refused("slice() cannot be applied to a 0-dim tensor.")
        raise Refused(f"too many indices for tensor of dimension {input.rank}")
    result, at = _Result(), 0
    for item in items:
        if isinstance(item, EllipsisType):
            rest = input.rank - named
            result.places += input.shape[at : at + rest]
            at, named = at + rest, named + rest
        else:
            _apply(result, item, input.shape, at)
            at += _consumed(item)
    result.places += input.shape[at:]
    return result


def _apply(result: _Result, item: Any, shape: Shape, at: int) -> None:
    """Add to the result what one part of the index makes of the dimensions from `at` on."""
    if item is None:
        result.places.append(1)
    elif isinstance(item, bool):
        result.places.append((int(item),))
    elif isinstance(item, slice):
        result.places.append(sliced(shape[at], item))
    elif isinstance(item, _Mask):
        _apply_mask(result, item, shape, at)
    elif isinstance(item, TensorType):
        # A 0-dim integer tensor selects, as an integer does.
        result.places += [item.shape] if item.rank else []
    elif isinstance(item, int | Expr):
        index_within(item, shape[at], f"index {item} is out of bounds for dimension {at} with size {shape[at]}")
    else:
        raise Refused(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
            f"(got {type(item).__name__})"
        )


def _apply_mask(result: _Result, mask: _Mask, shape: Shape, at: int) -> None:
    for place, size in enumerate(mask.shape, at):
        complaint = (
            f"The shape of the mask {shape_text(mask.shape)} at index {place - at} does not match "
            f"the shape of the indexed tensor {shape_text(shape)} at index {place}"
        )
        require(equal(size, shape[place]), complaint)
    result.counted = result.counted and mask.count is not None
    result.places += [(mask.count or 0,)] * max(len(mask.shape), 1)


@operator(
    "Tensor.__getitem__",
    cases=(
        Case("x[0]", x="2,3,4"),
        Case("x[..., -1]", x="2,3,4"),
        Case("x[:, None, 1:]", x="2,3,4"),
        Case("x[:, ::2, -2:]", x="2,5,4"),
        Case("x[1:100, 3:1]", x="2,5"),
        Case("x[None, ..., None]", x=""),
        Case("x[()]", x="2,3"),
        Case("x[True]", x="2,3"),
        Case("x[False, None]", x="2,3"),
        Case("x[[0, 1]]", x="2,3,4"),
        Case("x[[0, 1], :, [0, 1]]", x="2,3,4"),
        Case("x[:, [0, 1], [[0], [1]]]", x="2,3,4"),
        Case("x[0, :, [0, 1]]", x="2,3,4"),
        Case("x[[0, 1], 0, [0, 1]]", x="2,3,4"),
        Case("x[[[0, 1], [1, 0]]]", x="2,3,4"),
        Case("x[:, [True, False, True]]", x="2,3,4"),
        Case("x[[]]", x="2,3"),
        Case("x[:, range(2)]", x="2,3"),
        Case("x[i]", x="7,3", i="2,5:int64"),
        Case("x[:, i]", x="2,3,4", i="5:int32"),
        Case("x[i, :, j]", x="2,3,4", i="5:int64", j="6,1:int64"),
        Case("x[i]", x="2,3", i=":int64"),
        Case("x[True, [0, 1]]", x="2,3"),
        Case("x[m]", x="2,3", m="2,3:bool"),
        Case("x[:, m]", x="2,3", m="3:bool"),
        Case("x[2]", x="2,3", refused="index 2 is out of bounds for dimension 0 with size 2"),
        Case("x[:, -4]", x="2,3", refused="index -4 is out of bounds for dimension 1 with size 3"),
        Case("x[0, 0, 0]", x="2,3", refused="too many indices for tensor of dimension 2"),
        Case("x[0]", x="", refused="invalid index of a 0-dim tensor"),
        Case("x[:]", x="", refused="slice() cannot be applied to a 0-dim tensor."),
        Case("x[::-1]", x="2", refused="step must be greater than zero"),
        Case("x[1.5]", x="2", refused="only integers, slices"),
        Case("x[i]", x="2", i="2", refused="tensors used as indices must be long, int, byte or bool tensors"),
        Case("x[i, j]", x="2,3", i="2:int64", j="3:int64", refused="indexing tensors could not be broadcast together"),
        Case("x[m]", x="2,3", m="2,2:bool", refused="The shape of the mask [2, 2] at index 1 does not match"),
    ),
)
def get_item(input: TensorType, index: Any) -> TensorType:
    """`input[index]`; DataDependent where a mask decides how many elements there are."""
    result = _indexed(input, index)
    if not result.counted:
        raise DataDependent("how many elements a mask selects is not known before the values are")
    return TensorType(result.shape(), input.dtype)


@operator(
    "Tensor.__setitem__",
    cases=(
        Case("x.__setitem__(0, y)", x="2,3,4", y="4"),
        Case("x.__setitem__((..., 0), 1.5)", x="2,3,4"),
        Case("x.__setitem__(0, y)", x="2,3,4", y="1,1,3,4:int64"),
        Case("x.__setitem__((slice(None), i), y)", x="2,3,4", i="5:int64", y="5,4"),
        Case("x.__setitem__(m, 0)", x="2,3", m="2,3:bool"),
        Case("x.__setitem__(0, y)", x="2,3", y="2", refused="The expanded size of the tensor (3) must match the"),
        Case("x.__setitem__(i, y)", x="2,3", i="5:int64", y="2", refused="shape mismatch: value tensor of shape [2]"),
        Case("x.__setitem__(i, y)", x="2,3", i="5:int64", y="3:int64", refused="requires the source and destination"),
        Case("x.__setitem__(0, [1, 2, 3])", x="2,3", refused="can't assign a list to a torch.FloatTensor"),
    ),
)
def set_item(input: TensorType, index: Any, value: Any) -> None:
    """`input[index] = value`; only what is certain is refused where a mask decides how many elements there are."""
    result = _indexed(input, index)
    if isinstance(value, list | tuple | str) or value is None:
        raise Refused(f"can't assign a {type(value).__name__} to a torch.{scalar_name(input.dtype)}Tensor")
    if not result.counted or not isinstance(value, TensorType):
        return
    target = result.shape()
    if result.is_advanced:
        if value.dtype is not input.dtype:
            raise Refused(
                "Index put requires the source and destination dtypes match, got "
                f"{scalar_name(input.dtype)} for the destination and {scalar_name(value.dtype)} for the source."
            )
        complaint = (
            f"shape mismatch: value tensor of shape {shape_text(value.shape)} cannot be broadcast "
            f"to indexing result of shape {shape_text(target)}"
        )
    else:
        complaint = _expansion_complaint(value.shape, target)
    extra = max(value.rank - len(target), 0)
    for size in value.shape[:extra]:
        require(equal(size, 1), complaint)
    fits(value.shape[extra:], target, complaint)


def _expansion_complaint(source: Shape, target: Shape) -> str:
    """What torch says of the last size that does not stretch to the target."""
    pairs: Sequence[tuple[Dim, Dim]] = list(zip(reversed(source), reversed(target), strict=False))
    for back, (existing, wanted) in enumerate(pairs, 1):
        if equal(existing, 1) is not True and equal(existing, wanted) is not True:
            return (
                f"The expanded size of the tensor ({wanted}) must match the existing size ({existing}) at "
                f"non-singleton dimension {len(target) - back}.  "
                f"Target sizes: {shape_text(target)}.  Tensor sizes: {shape_text(source)}"
            )
    return f"expand({shape_text(source)}, size={shape_text(target)}): the number of sizes provided is too small"
