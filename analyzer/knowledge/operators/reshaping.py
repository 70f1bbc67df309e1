"""Operators that give the same elements another shape: view, flatten, squeeze, expand, repeat and their kin.

    view(TensorType((8, 3, H, W)), 8, -1)        -> TensorType((8, 3*H*W))
    expand(TensorType((1, 3)), 5, -1)            -> TensorType((5, 3))
    view(TensorType((2, 3)), 4)                  -> Refused: shape '[4]' is invalid for input of size 6

Strides are not known, so a `view` that needs a contiguous tensor is taken to have one.
https://docs.pytorch.org/docs/stable/tensor_view.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Condition, Dim, at_least, divisible, equal, product, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.operands import dimension, dimensions, scalar_name, shape_text
from analyzer.knowledge.operator import Case, operator
from analyzer.knowledge.sizes import integers, replaced, sizes


def _splits(whole: Shape, parts: Shape) -> list[Condition | bool]:
    """Where each size of `whole` is a run of parts, `H` being `H//7, 7`: that H is divisible by 7, and so on.

    A run is then no larger than its size, so that the products are equal if and only if the runs are.  Empty where
    the sizes are no runs of parts, or may be 0.
    """
    conditions: list[Condition | bool] = []
    taken = 0
    for size in whole:
        run: list[Dim] = []
        condition = None
        while condition is None:
            if taken == len(parts):
                return []
            run.append(parts[taken])
            taken += 1
            condition = _split(size, run)
        conditions.append(condition)
    return conditions if taken == len(parts) and all(at_least(size, 1) is True for size in whole) else []


def _split(size: Dim, run: list[Dim]) -> Condition | bool | None:
    """When the run is the size: always, or if a part divides what its quotient stands beside; None if neither."""
    rest = []
    for part in run:
        if at_least(part, 1) is True and divisible(size, part) is True:
            size = size // part
        else:
            rest.append(part)
    if equal(product(rest), size) is True:
        return True
    divisors = (part for part in rest if at_least(part, 1) is True)
    return next(
        (divisible(size, part) for part in divisors if equal(product(rest), part * (size // part)) is True), None
    )


def _fitted(old: Shape, shape: Shape, complaint: str) -> Shape:
    """The shape with its `-1`, if it has one, replaced by the size that makes as many elements as `old` has."""
    numel = product(old)
    inferred = [place for place, size in enumerate(shape) if isinstance(size, int) and size == -1]
    if len(inferred) > 1:
        raise Refused("only one dimension can be inferred")
    for place, size in enumerate(shape):
        if place not in inferred:
            require(at_least(size, 0), f"invalid shape dimension {size} at index {place} of shape {shape_text(shape)}")
    if not inferred:
        for condition in _splits(old, shape) or _splits(shape, old) or [equal(product(shape), numel)]:
            require(condition, complaint)
        return shape
    others = replaced(shape, inferred[0])
    known = product(others)
    if at_least(known, 1) is False:
        require(equal(numel, 0), complaint)
    ambiguous = "because the unspecified dimension size -1 can be any value and is ambiguous"
    for size in others:
        require(at_least(size, 1), f"cannot reshape tensor of 0 elements into shape {shape_text(shape)} {ambiguous}")
    require(divisible(numel, known), complaint)
    return replaced(shape, inferred[0], numel // known)


def _reshaped(input: TensorType, shape: Shape) -> TensorType:
    complaint = f"shape '{shape_text(shape)}' is invalid for input of size {input.numel}"
    return TensorType(_fitted(input.shape, shape, complaint), input.dtype)


def _viewed_as(input: TensorType, dtype: DType) -> TensorType:
    """The same bytes as elements of another type; the last dimension grows or shrinks."""
    if input.dtype.itemsize == dtype.itemsize:
        return TensorType(input.shape, dtype)
    what = f"to view {scalar_name(input.dtype)} as {scalar_name(dtype)} (different element sizes)"
    if not input.rank:
        raise Refused(f"self.dim() cannot be 0 {what}")
    last = input.shape[-1]
    if input.dtype.itemsize > dtype.itemsize:
        return TensorType((*input.shape[:-1], last * (input.dtype.itemsize // dtype.itemsize)), dtype)
    ratio = dtype.itemsize // input.dtype.itemsize
    require(divisible(last, ratio), f"self.size(-1) must be divisible by {ratio} {what}, but got {last}")
    return TensorType((*input.shape[:-1], last // ratio), dtype)


@operator(
    "Tensor.view",
    cases=(
        Case("x.view(4, -1)", x="2,3,4"),
        Case("x.view((4, 6))", x="2,3,4"),
        Case("x.view(size=[-1])", x="0,3"),
        Case("x.view(5, -1)", x="0,3"),
        Case("x.view(())", x="1,1"),
        Case("x.view(torch.int16)", x="2,3"),
        Case("x.view(dtype=torch.float64)", x="3,4"),
        Case("x.view(torch.int32)", x=""),
        Case("x.view(5, -1)", x="2,3,4", refused="shape '[5, -1]' is invalid for input of size 24"),
        Case("x.view(2, 2)", x="2,3", refused="shape '[2, 2]' is invalid for input of size 6"),
        Case("x.view(-1, -1)", x="2,3", refused="only one dimension can be inferred"),
        Case("x.view(-2, 3)", x="2,3", refused="invalid shape dimension -2 at index 0"),
        Case("x.view(0, -1)", x="0,3", refused="cannot reshape tensor of 0 elements into shape [0, -1]"),
        Case("x.view(0, -1)", x="2,3", refused="is invalid for input of size 6"),
        Case("x.view(torch.float64)", x="5", refused="self.size(-1) must be divisible by 2 to view Float as Double"),
        Case("x.view(torch.float64)", x="", refused="self.dim() cannot be 0"),
    ),
)
def view(input: TensorType, *shape: Any, size: Any = None, dtype: DType | None = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.view.html"""
    if dtype is None and len(shape) == 1 and isinstance(shape[0], DType):
        dtype = shape[0]
    return _reshaped(input, sizes("view", shape, size)) if dtype is None else _viewed_as(input, dtype)


@operator(
    "torch.reshape", "Tensor.reshape", "torch.view_copy",
    cases=(
        Case("x.reshape(4, -1)", x="2,3,4"),
        Case("torch.reshape(x, (-1,))", x="2,3,4"),
        Case("x.reshape(shape=(6, 4))", x="2,3,4"),
        Case("x.reshape(7, -1)", x="2,3", refused="shape '[7, -1]' is invalid for input of size 6"),
    ),
)  # fmt: skip
def reshape(input: TensorType, *sizes_: Any, shape: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.reshape.html"""
    return _reshaped(input, sizes("reshape", sizes_, shape))


@operator(
    "Tensor.view_as", "Tensor.reshape_as",
    cases=(
        Case("x.view_as(y)", x="2,6", y="3,4"),
        Case("x.reshape_as(other=y)", x="2,6", y="12:int64"),
        Case("x.view_as(y)", x="2,6", y="3,5", refused="shape '[3, 5]' is invalid for input of size 12"),
    ),
)  # fmt: skip
def view_as(input: TensorType, other: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.view_as.html"""
    return _reshaped(input, other.shape)


@operator(
    "torch.flatten", "Tensor.flatten",
    cases=(
        Case("torch.flatten(x, 1)", x="2,3,4"),
        Case("x.flatten()", x=""),
        Case("x.flatten(-2)", x="2,3,4"),
        Case("x.flatten(start_dim=0, end_dim=1)", x="2,3,4"),
        Case("x.flatten(2, 1)", x="2,3,4", refused="flatten() has invalid args: start_dim cannot come after end_dim"),
        Case("x.flatten(3)", x="2,3,4", refused="Dimension out of range (expected to be in range of [-3, 2], but got"),
    ),
)  # fmt: skip
def flatten(input: TensorType, start_dim: int = 0, end_dim: int = -1) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.flatten.html"""
    start, end = dimension(start_dim, input.rank), dimension(end_dim, input.rank)
    if start > end:
        raise Refused("flatten() has invalid args: start_dim cannot come after end_dim")
    middle = product(input.shape[start : end + 1])
    return TensorType((*input.shape[:start], middle, *input.shape[end + 1 :]), input.dtype)


@operator("torch.ravel", "Tensor.ravel", cases=(Case("x.ravel()", x="2,3,4"), Case("torch.ravel(x)", x="")))
def ravel(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.ravel.html"""
    return TensorType((input.numel,), input.dtype)


@operator(
    "torch.unflatten", "Tensor.unflatten",
    cases=(
        Case("x.unflatten(1, (3, -1))", x="2,12,4"),
        Case("torch.unflatten(x, -1, sizes=[2, 2])", x="3,4"),
        Case("x.unflatten(1, (5, -1))", x="2,12", refused="unflatten: Provided sizes [5, -1] don't multiply up to"),
        Case("x.unflatten(1, (2, 2))", x="2,3", refused="don't multiply up to the size of dim 1 (3) in the input"),
        Case("x.unflatten(1, ())", x="2,3", refused="unflatten: sizes must be non-empty"),
        Case("x.unflatten(2, (2, 2))", x="2,3", refused="Dimension out of range"),
    ),
)  # fmt: skip
def unflatten(input: TensorType, dim: int, sizes: Sequence[Dim]) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.unflatten.html"""
    at = dimension(dim, input.rank)
    if not input.rank:
        raise Refused("unflatten got an unexpected error: the tensor has no dimensions")
    if not sizes:
        raise Refused("unflatten: sizes must be non-empty")
    shape = integers("unflatten", sizes)
    complaint = (
        f"unflatten: Provided sizes {shape_text(shape)} don't multiply up to the size of dim {at} "
        f"({input.shape[at]}) in the input tensor"
    )
    return TensorType(replaced(input.shape, at, *_fitted((input.shape[at],), shape, complaint)), input.dtype)


@operator(
    "torch.squeeze", "Tensor.squeeze", "Tensor.squeeze_",
    cases=(
        Case("x.squeeze()", x="1,2,1,3"),
        Case("torch.squeeze(x, 1)", x="1,2,1"),
        Case("x.squeeze(-1)", x="1,2,1"),
        Case("x.squeeze(dim=(0, 1))", x="1,2,1"),
        Case("x.squeeze(0, 2)", x="1,2,1"),
        Case("x.clone().squeeze_(0)", x="1,2,1"),
        Case("x.squeeze(0)", x=""),
        Case("x.squeeze(3)", x="2,3,4", refused="Dimension out of range (expected to be in range of [-3, 2], but got"),
        Case("x.squeeze((0, 0))", x="1,3", refused="dim 0 appears multiple times in the list of dims"),
    ),
)  # fmt: skip
def squeeze(input: TensorType, *dims: Any, dim: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.squeeze.html"""
    named = dim if dim is not None else dims[0] if len(dims) == 1 else dims or None
    chosen = dimensions(named, input.rank, empty_is_all=False)
    left = tuple(size for place, size in enumerate(input.shape) if place not in chosen or size != 1)
    return TensorType(left, input.dtype)


@operator(
    "torch.unsqueeze", "Tensor.unsqueeze", "Tensor.unsqueeze_",
    cases=(
        Case("torch.unsqueeze(x, 1)", x="2,3"),
        Case("x.unsqueeze(-1)", x="2,3"),
        Case("x.clone().unsqueeze_(dim=0)", x=""),
        Case("x.unsqueeze(3)", x="2,3", refused="Dimension out of range (expected to be in range of [-3, 2], but got"),
    ),
)  # fmt: skip
def unsqueeze(input: TensorType, dim: int) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.unsqueeze.html"""
    at = dimension(dim, input.rank + 1)
    return TensorType((*input.shape[:at], 1, *input.shape[at:]), input.dtype)
