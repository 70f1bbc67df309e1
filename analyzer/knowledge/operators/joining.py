"""Operators that join tensors: cat, stack and the stacks named after a direction, block_diag, meshgrid and products.

    cat([TensorType((N, 3)), TensorType((N, 5))], 1)       -> TensorType((N, 8))
    stack([TensorType((2, 3)), TensorType((2, 3))], -1)    -> TensorType((2, 3, 2))
    cat([TensorType((2, 3)), TensorType((4, 5))])          -> Refused: Sizes of tensors must match except in ...

https://docs.pytorch.org/docs/stable/generated/torch.cat.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial
from typing import Any

from analyzer.algebra.expression import Dim, at_least, equal, product, require, total
from analyzer.algebra.tensor import Refused, Shape, TensorType, promote
from analyzer.knowledge.operands import check_tensor, dimension, shape_text
from analyzer.knowledge.operator import Case, OperatorSpec, operator

_MISMATCH = "Sizes of tensors must match except in dimension"


def _tensors(function: str, tensors: Any) -> Sequence[TensorType]:
    if not isinstance(tensors, list | tuple):
        kind = "Tensor" if isinstance(tensors, TensorType) else type(tensors).__name__
        raise Refused(f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not {kind}")
    for tensor in tensors:
        check_tensor(tensor, function, "tensors")
    if not tensors:
        raise Refused(f"torch.{function}(): expected a non-empty list of Tensors")
    return tensors


def _concatenated(tensors: Sequence[TensorType], dim: Any) -> TensorType:
    for position, tensor in enumerate(tensors):
        if not tensor.rank:
            raise Refused(f"zero-dimensional tensor (at position {position}) cannot be concatenated")
    dtype = promote(*tensors)
    # An empty tensor of one dimension is skipped; it makes a difference where the others or `dim` say otherwise.
    matters = dim not in (0, -1) or any(tensor.rank > 1 for tensor in tensors)
    solid = [tensor for tensor in tensors if tensor.rank > 1 or not _is_empty(tensor.shape[0], matters)]
    if not solid:
        return TensorType((0,), dtype)
    first = solid[0]
    at = dimension(dim, first.rank)
    for position, tensor in enumerate(solid):
        _check_alike(first.shape, tensor.shape, at, position)
    joined = total(tensor.shape[at] for tensor in solid)
    return TensorType((*first.shape[:at], joined, *first.shape[at + 1 :]), dtype)


def _is_empty(size: Dim, matters: bool) -> bool:
    return size == 0 if matters else equal(size, 0) is True


def _check_alike(first: Shape, other: Shape, at: int, position: int) -> None:
    """Require all sizes but the one at `at` to be equal."""
    if len(first) != len(other):
        raise Refused(f"Tensors must have same number of dimensions: got {len(first)} and {len(other)}")
    for place, (mine, theirs) in enumerate(zip(first, other, strict=True)):
        if place != at:
            complaint = f"{_MISMATCH} {at}. Expected size {mine} but got size {theirs} for tensor number {position}"
            require(equal(mine, theirs), f"{complaint} in the list.")


@operator(
    "torch.cat", "torch.concat", "torch.concatenate",
    cases=(
        Case("torch.cat([x, y], 1)", x="2,3,4", y="2,5,4"),
        Case("torch.cat((x, x), dim=-1)", x="2,3"),
        Case("torch.cat(tensors=[x], axis=1)", x="2,3"),
        Case("torch.cat([x, y])", x="2:int64", y="3:bool"),
        Case("torch.cat([x, y])", x="2:float16", y="0:float64"),
        Case("torch.cat([y, x, y], 1)", x="2,3", y="0"),
        Case("torch.cat([x, x], 3)", x="0"),
        Case("torch.cat([x, y], 1)", x="2,3,4", y="2,3,5", refused=f"{_MISMATCH} 1. Expected size 4 but got size 5"),
        Case("torch.cat([x, y])", x="2,3", y="3", refused="Tensors must have same number of dimensions: got 2 and 1"),
        Case("torch.cat([x, x], 2)", x="2,3", refused="Dimension out of range (expected to be in range of [-2, 1]"),
        Case("torch.cat([])", refused="expected a non-empty list of Tensors"),
        Case("torch.cat([x, x])", x="", refused="zero-dimensional tensor (at position 0) cannot be concatenated"),
        Case("torch.cat(x)", x="2", refused="must be tuple of Tensors, not Tensor"),
    ),
)  # fmt: skip
def cat(tensors: Sequence[TensorType], dim: int = 0, *, axis: int | None = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.cat.html"""
    return _concatenated(_tensors("cat", tensors), dim if axis is None else axis)


@operator(
    "torch.stack",
    cases=(
        Case("torch.stack([x, x])", x="2,3"),
        Case("torch.stack((x, x, x), dim=-1)", x="2,3"),
        Case("torch.stack([x, y])", x=":int64", y=""),
        Case("torch.stack([x, y])", x="2,3", y="2,4", refused="stack expects each tensor to be equal size, but got"),
        Case("torch.stack([x], 3)", x="2,3", refused="Dimension out of range (expected to be in range of [-3, 2]"),
        Case("torch.stack([])", refused="expected a non-empty list of Tensors"),
    ),
)
def stack(tensors: Sequence[TensorType], dim: int = 0) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.stack.html"""
    first = _tensors("stack", tensors)[0].shape
    at = dimension(dim, len(first) + 1)
    for position, tensor in enumerate(tensors):
        complaint = (
            f"stack expects each tensor to be equal size, but got {shape_text(first)} at entry 0 "
            f"and {shape_text(tensor.shape)} at entry {position}"
        )
        require(tensor.rank == len(first), complaint)
        for mine, theirs in zip(first, tensor.shape, strict=True):
            require(equal(mine, theirs), complaint)
    return TensorType((*first[:at], len(tensors), *first[at:]), promote(*tensors))


def _at_least_1d(shape: Shape) -> Shape:
    return shape or (1,)


def _at_least_2d(shape: Shape) -> Shape:
    return shape if len(shape) > 1 else (1, *_at_least_1d(shape))


def _at_least_3d(shape: Shape) -> Shape:
    return shape if len(shape) > 2 else (*_at_least_2d(shape), 1)


def _as_column(shape: Shape) -> Shape:
    return shape if len(shape) > 1 else (*_at_least_1d(shape), 1)


def _stacked(names: str, raised: Callable[[Shape], Shape], dim: Callable[[int], int], *cases: Case) -> OperatorSpec:
    """An entry that raises the rank of its tensors and concatenates them at the dimension that `dim(rank)` says."""

    def rule(tensors: Sequence[TensorType]) -> TensorType:
        given = [TensorType(raised(each.shape), each.dtype) for each in _tensors(names.split()[0], tensors)]
        return _concatenated(given, dim(given[0].rank))

    return operator(*(f"torch.{name}" for name in names.split()), cases=cases)(rule)


STACKS = (
    _stacked(
        "hstack", _at_least_1d, lambda rank: min(rank - 1, 1),
        Case("torch.hstack([x, x])", x="2,3,4"),
        Case("torch.hstack((x, y))", x="3", y=":int64"),
        Case("torch.hstack([x, y])", x="2,3", y="4,3", refused=_MISMATCH),
    ),
    _stacked(
        "vstack row_stack", _at_least_2d, lambda rank: 0,
        Case("torch.vstack([x, y])", x="3", y="2,3"),
        Case("torch.row_stack([x, x])", x=""),
        Case("torch.vstack([x, y])", x="5", y="4", refused=_MISMATCH),
    ),
    _stacked(
        "dstack", _at_least_3d, lambda rank: 2,
        Case("torch.dstack([x, x])", x="3"),
        Case("torch.dstack([x, x])", x="2,3,4"),
        Case("torch.dstack([x, y])", x="2,3", y="3,3", refused=_MISMATCH),
    ),
    _stacked(
        "column_stack", _as_column, lambda rank: 1,
        Case("torch.column_stack([x, y])", x="5", y="5,2"),
        Case("torch.column_stack([x, x])", x=""),
        Case("torch.column_stack([x, y])", x="5", y="4", refused=_MISMATCH),
    ),
)  # fmt: skip


def _raised(rank: int, raised: Callable[[Shape], Shape]) -> OperatorSpec:
    def rule(*tensors: Any) -> Any:
        several = len(tensors) != 1 or isinstance(tensors[0], list | tuple)
        given = tensors[0] if len(tensors) == 1 and several else tensors
        for tensor in given:
            check_tensor(tensor, f"atleast_{rank}d")
        found = tuple(TensorType(raised(tensor.shape), tensor.dtype) for tensor in given)
        return found if several else found[0]

    name = f"torch.atleast_{rank}d"
    shapes = ("", "5", "3,4", "2,3,4")
    return operator(
        name, cases=(*(Case(f"{name}(x)", x=shape) for shape in shapes), Case(f"{name}(x, y)", x="", y="2,3"))
    )(rule)


AT_LEAST = (_raised(1, _at_least_1d), _raised(2, _at_least_2d), _raised(3, _at_least_3d))


@operator(
    "torch.block_diag",
    cases=(
        Case("torch.block_diag(x, y, z)", x="3,4", y="5", z=":int64"),
        Case("torch.block_diag(x)", x="2,2:int64"),
        Case("torch.block_diag(x, y)", x="3,4", y="2,3,4", refused="Input tensors must have 2 or fewer dimensions"),
    ),
)
def block_diag(*tensors: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.block_diag.html"""
    for position, tensor in enumerate(tensors):
        if tensor.rank > 2:
            raise Refused(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. "
                f"Input {position} has {tensor.rank} dimensions"
            )
    blocks = [_at_least_2d(tensor.shape) for tensor in tensors]
    size = (total(block[0] for block in blocks), total(block[1] for block in blocks))
    return TensorType(size, promote(*tensors)) if tensors else TensorType((1, 0))


@operator(
    "torch.meshgrid",
    cases=(
        Case("torch.meshgrid(x, y)", x="5", y="3"),
        Case("torch.meshgrid([x, y], indexing='xy')", x="5", y="3"),
        Case("torch.meshgrid(x, y, y, indexing='xy')", x="5", y="3"),
        Case("torch.meshgrid((x, y), indexing='ij')", x="5:int64", y=":int64"),
        Case("torch.meshgrid(x, y)", x="5", y="3:int64", refused="meshgrid expects all tensors to have the same dtype"),
        Case("torch.meshgrid(x, y)", x="5", y="3,2", refused="torch.meshgrid: Expected 0D or 1D tensor"),
        Case("torch.meshgrid(x, indexing='zz')", x="5", refused='indexing must be one of "xy" or "ij"'),
    ),
)
def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[TensorType, ...]:
    """https://docs.pytorch.org/docs/stable/generated/torch.meshgrid.html"""
    given: Sequence[TensorType] = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], list | tuple) else tensors
    if not given:
        raise Refused("meshgrid expects a non-empty TensorList")
    if any(tensor.dtype is not given[0].dtype for tensor in given):
        raise Refused("meshgrid expects all tensors to have the same dtype")
    if any(tensor.rank > 1 for tensor in given):
        raise Refused("torch.meshgrid: Expected 0D or 1D tensor in the tensor list")
    if indexing not in (None, "ij", "xy"):
        raise Refused(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    shape = tuple(tensor.numel for tensor in given)
    if indexing == "xy" and len(shape) > 1:
        shape = (shape[1], shape[0], *shape[2:])
    return tuple(TensorType(shape, given[0].dtype) for _ in given)


@operator(
    "torch.cartesian_prod",
    cases=(
        Case("torch.cartesian_prod(x, y)", x="5", y="3"),
        Case("torch.cartesian_prod(x)", x="5:int64"),
        Case("torch.cartesian_prod(x, y)", x="5", y="3,2", refused="Expect a 1D vector, but got shape [3, 2]"),
        Case("torch.cartesian_prod(x, y)", x="5", y="3:int64", refused="all tensors to have the same dtype"),
    ),
)
def cartesian_prod(*tensors: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.cartesian_prod.html"""
    for tensor in tensors:
        _check_vector(tensor)
    if any(tensor.dtype is not tensors[0].dtype for tensor in tensors):
        raise Refused("meshgrid expects all tensors to have the same dtype")
    if len(tensors) == 1:
        return tensors[0]
    return TensorType((product(tensor.numel for tensor in tensors), len(tensors)), tensors[0].dtype)


@operator(
    "torch.combinations",
    cases=(
        Case("torch.combinations(x)", x="5"),
        Case("torch.combinations(x, 3, True)", x="5"),
        Case("torch.combinations(x, r=4)", x="3"),
        Case("torch.combinations(x, 0)", x="3"),
        Case("torch.combinations(x)", x="5,2", refused="Expect a 1D vector, but got shape [5, 2]"),
        Case("torch.combinations(x, -1)", x="5", refused="Expect a non-negative number, but got -1"),
    ),
)  # fmt: skip
def combinations(input: TensorType, r: int = 2, with_replacement: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.combinations.html"""
    _check_vector(input)
    require(at_least(r, 0), f"Expect a non-negative number, but got {r}")
    if r == 0:
        return TensorType((0,), input.dtype)
    items: Dim = input.shape[0] + (r - 1 if with_replacement else 0)
    chosen = product(items - place for place in range(r)) // factorial(r)
    return TensorType((chosen, r), input.dtype)


def _check_vector(input: TensorType) -> None:
    if input.rank != 1:
        raise Refused(f"Expect a 1D vector, but got shape {shape_text(input.shape)}")
