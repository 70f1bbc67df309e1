"""What the rules of moving and making tensors share: sizes as arguments, slices, and nested lists of numbers.

    sizes("zeros", (2, N))                  -> (2, N)               sizes("zeros", ([2, N],)) is the same
    sliced(10, slice(1, None, 2))           -> 5                    sliced(W, slice(1, None)) is W - 1
    numbers([[1, 2], [3, 4.0]])             -> ((2, 2), DType.float32)

Messages are PyTorch's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from analyzer.algebra.expression import Dim, Expr, at_least, ceil_div, equal, maximum, minimum, require
from analyzer.algebra.rational import Rational
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast, promote, promote_types
from analyzer.knowledge.operands import shape_text
from analyzer.knowledge.operator import DataDependent

Sizes = Dim | Sequence[Dim]
"""A shape as torch takes it: one tuple or list of sizes, or, where an argument is starred, the sizes one by one."""


def sizes(function: str, given: Sequence[Any], keyword: Any = None) -> Shape:
    """The sizes of `f(2, 3)`, `f((2, 3))`, `f([2, 3])` or `f(size=(2, 3))`; Refused for what is no integer.

    They may be negative: `-1` means something to some functions.
    """
    if keyword is None:
        if not given:
            raise Refused(f'{function}() missing 1 required positional arguments: "size"')
        keyword = given[0] if len(given) == 1 and isinstance(given[0], list | tuple) else given
    found = tuple(integer(function, size) for size in (keyword if isinstance(keyword, list | tuple) else (keyword,)))
    if found and isinstance(found[0], bool):  # torch looks at the first one only
        raise Refused(f"{function}(): argument 'size' must be tuple of ints, but found element of type bool at pos 0")
    return found


def shape_of(function: str, given: Sequence[Any], keyword: Any = None) -> Shape:
    """As `sizes`, none of which may be negative."""
    shape = sizes(function, given, keyword)
    for size in shape:
        if isinstance(size, int) and size >= 0:
            continue
        require(at_least(size, 0), f"Trying to create tensor with negative dimension {size}: {shape_text(shape)}")
    return shape


def integer(function: str, value: Any) -> Dim:
    """An int or an integer formula; a tensor's value is not known."""
    if isinstance(value, TensorType):
        raise DataDependent(f"a size given to {function}() is the value of a tensor")
    if not isinstance(value, int | Expr):
        raise Refused(f"{function}(): argument 'size' must be tuple of ints, not {type(value).__name__}")
    return value


def integers(function: str, value: Any) -> tuple[Dim, ...]:
    """One integer or several, as a tuple."""
    return tuple(integer(function, each) for each in (value if isinstance(value, list | tuple) else (value,)))


def replaced(shape: Shape, dim: int, *sizes: Dim) -> Shape:
    """The shape with other sizes, or none, in the place of dimension `dim`."""
    return (*shape[:dim], *sizes, *shape[dim + 1 :])


def index_within(index: Dim, size: Dim, complaint: str) -> Dim:
    """The index counted from the front; Refused unless -size <= index < size."""
    if index >= 0:
        require(at_least(size, index + 1), complaint)
        return index
    require(at_least(size, -index), complaint)
    return size + index


def sliced(size: Dim, piece: slice) -> Dim:
    """How many elements `x[start:stop:step]` takes of `size`; the step must be positive."""
    for bound in (piece.start, piece.stop, piece.step):
        if isinstance(bound, TensorType):
            raise DataDependent("the bound of a slice is the value of a tensor")
        if bound is not None and not isinstance(bound, int | Expr):
            raise Refused("slice indices must be integers or None or have an __index__ method")
    step = 1 if piece.step is None else piece.step
    if step == 0:
        raise Refused("slice step cannot be zero")
    if step < 0:
        raise Refused("step must be greater than zero")
    start = 0 if piece.start is None else _clamped(piece.start, size)
    stop = size if piece.stop is None else _clamped(piece.stop, size)
    return ceil_div(maximum(stop - start, 0), step)


def _clamped(bound: Dim, size: Dim) -> Dim:
    """A bound of a slice, counted from the front, in [0, size]."""
    return minimum(bound, size) if bound >= 0 else maximum(size + bound, 0)


def fits(source: Shape, target: Shape, complaint: str) -> None:
    """Require that `source` broadcasts to `target` as it is: Refused when it has more dimensions or another size."""
    if len(source) > len(target):
        raise Refused(complaint)
    for mine, theirs in zip(source, target[len(target) - len(source) :], strict=True):
        if equal(mine, theirs) is not True and equal(mine, 1) is not True and mine != 1:
            require(equal(mine, theirs), complaint)


def broadcast_in_place(function: str, place: Shape, *others: Shape) -> None:
    """Require that the others broadcast with `place` without changing its shape."""
    common = broadcast(place, *others)
    message = f"output with shape {shape_text(place)} doesn't match the broadcast shape {shape_text(common)}"
    if len(common) != len(place):
        raise Refused(f"{function}: {message}")
    for mine, theirs in zip(place, common, strict=True):
        require(equal(mine, theirs), f"{function}: {message}")


def numbers(data: Any) -> tuple[Shape, DType]:
    """Shape and element type that torch.tensor finds in a number or in nested lists; an empty list is of floats."""
    return _nested_shape(data, 0), reduce(promote_types, _element_types(data))


def _nested_shape(data: Any, depth: int) -> Shape:
    """The lengths of the lists that come first, which the others must have, unless one of the lengths is 0."""
    if isinstance(data, list | tuple | range):
        shape: Shape = (len(data), *(_nested_shape(data[0], depth + 1) if data else ()))
        if all(size != 0 for size in shape):
            for item in data[1:]:
                _check_alike(shape[1:], item, depth + 1)
        return shape
    if isinstance(data, TensorType):
        if depth:
            require(equal(data.numel, 1), "only one element tensors can be converted to Python scalars")
        return () if depth else data.shape
    return ()


def _check_alike(expected: Shape, item: Any, depth: int) -> None:
    is_list = isinstance(item, list | tuple | range)
    if is_list != bool(expected):
        raise Refused(
            f"'{type(item).__name__}' object cannot be interpreted as an integer" if is_list else "not a sequence"
        )
    if is_list and len(item) != expected[0]:
        raise Refused(f"expected sequence of length {expected[0]} at dim {depth} (got {len(item)})")
    if _nested_shape(item, depth) != expected:
        raise Refused("not a sequence")


def _element_types(data: Any) -> Iterator[DType]:
    if isinstance(data, list | tuple | range):
        kinds = set(map(type, data))
        if kinds <= {bool, int, float}:  # one of each kind tells what all of them would
            data = [kind() for kind in sorted(kinds, key=str)]
        for item in data:
            yield from _element_types(item)
        if not data:
            yield DType.float32
    elif isinstance(data, TensorType):
        yield data.dtype
    elif isinstance(data, bool | int | float | complex | Expr | Rational):
        yield promote(data)
    else:
        raise Refused(f"new(): invalid data type '{type(data).__name__}'")
