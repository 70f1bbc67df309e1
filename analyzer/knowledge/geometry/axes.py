"""Sizes per spatial axis: arguments that stand for one or several axes, and how many windows fit along one.

per_axis(3, 2)                                                  -> (3, 3)
windows(32, kernel=3, stride=2, padding=1)                      -> 16
windows(H, kernel=3, stride=2, padding=1)                       -> (H - 1)//2 + 1
windows(7, kernel=2, stride=2, ceil_mode=True)                  -> 4
split(TensorType((3, 8, 8)), axes=2, complaint="...")           -> ((), 3, (8, 8))
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeGuard

from analyzer.algebra.expression import Condition, Dim, Expr, at_least, equal, maximum, minimum, require
from analyzer.algebra.tensor import Refused, Shape, TensorType

Sizes = Dim | Sequence[Dim]
"""One size for every axis, or a sequence of one size per axis."""


def is_size(value: object) -> TypeGuard[Dim]:
    """Whether torch takes the value as a size: an integer, known or symbolic, that is no bool."""
    return isinstance(value, int | Expr) and not isinstance(value, bool)


def per_axis(value: Sizes, axes: int) -> tuple[Dim, ...]:
    """The `_single`, `_pair` and `_triple` of torch.nn: a sequence stays as it is, a size counts for every axis."""
    return tuple(value) if isinstance(value, Sequence) else (value,) * axes


def given(value: Sizes, axes: int, complaint: str, *, single: bool = True) -> tuple[Dim, ...]:
    """The sizes of an argument of a functional operator; Refused unless there is one, or one per axis.

    single: whether a sequence of one size stands for all axes.
    """
    sizes = per_axis(value, axes)
    if not all(is_size(size) for size in sizes):
        raise Refused(f"{complaint}; sizes must be ints, but got {_listed(value)}")
    if len(sizes) == 1 and single:
        return sizes * axes
    if len(sizes) != axes:
        raise Refused(complaint)
    return sizes


def _listed(value: Sizes) -> str:
    return bracketed(value) if isinstance(value, tuple | list) else str(value)


def bracketed(sizes: Iterable[object]) -> str:
    """`[1, 3, 8, 8]`, as torch prints a size."""
    return f"[{', '.join(map(str, sizes))}]"


def crossed(sizes: Iterable[object], sign: str = "x") -> str:
    """`(3x8x8)`, as torch prints the sizes of one sample."""
    return f"({sign.join(map(str, sizes))})"


def split(input: TensorType, axes: int, complaint: str) -> tuple[Shape, Dim, Shape]:
    """Batch (empty for an unbatched input), channels and spatial sizes; Refused with the complaint at other ranks."""
    if input.rank not in (axes + 1, axes + 2):
        raise Refused(complaint)
    place = input.rank - axes - 1
    return input.shape[:place], input.shape[place], input.shape[place + 1 :]


def extent(kernel: Dim, dilation: Dim = 1) -> Dim:
    """How far a kernel reaches: `extent(3, 2)` is 5."""
    return dilation * (kernel - 1) + 1


def _slack(kernel: Dim, stride: Dim, padding: Dim, dilation: Dim, ceil_mode: bool) -> Dim:
    """What is added to a size before it is divided by the stride.

    With ceil_mode a last window may hang over the end, but has to start inside the input or its left padding.
    """
    room = 2 * padding - extent(kernel, dilation)
    return minimum(room + stride - 1, padding - 1) if ceil_mode else room


def windows(
    size: Dim, kernel: Dim, stride: Dim = 1, padding: Dim = 0, dilation: Dim = 1, ceil_mode: bool = False
) -> Dim:
    """How many windows fit along an axis; meaningful for sizes from `smallest(...)` on, padding up to half a kernel."""
    return (size + _slack(kernel, stride, padding, dilation, ceil_mode)) // stride + 1


def smallest(kernel: Dim, stride: Dim = 1, padding: Dim = 0, dilation: Dim = 1, ceil_mode: bool = False) -> Dim:
    """The smallest size along an axis, at least 1, in which one window fits."""
    return maximum(1, -_slack(kernel, stride, padding, dilation, ceil_mode))


def require_each(sizes: Iterable[Dim], least: Dim, complaint: str) -> None:
    """Refused with the complaint where one of the sizes is less than `least`."""
    for size in sizes:
        require(at_least(size, least), complaint)


def unequal(a: Dim, b: Dim) -> Condition | bool:
    """The opposite of `equal(a, b)`."""
    same = equal(a, b)
    return not same if isinstance(same, bool) else ~same


def is_empty(shape: Shape) -> bool:
    """Whether one of the sizes is known to be 0."""
    return any(size == 0 for size in shape if isinstance(size, int))


def require_new(shape: Shape) -> None:
    """Refused where a parameter of this shape cannot be made."""
    for place, size in enumerate(shape):
        if not is_size(size):
            raise Refused(
                "empty(): argument 'size' must be tuple of ints, but found element of type "
                f"{type(size).__name__} at pos {place}"
            )
        require(at_least(size, 0), f"Trying to create tensor with negative dimension {size}: {bracketed(shape)}")
