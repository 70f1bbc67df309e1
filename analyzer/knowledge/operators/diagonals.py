"""Operators about triangles and diagonals: tril, triu, diag, diagonal, diag_embed, tril_indices.

    tril(TensorType((N, 8, 8)))                -> TensorType((N, 8, 8))
    diagonal(TensorType((2, 3, 4)), 1)         -> TensorType((4, 2))
    tril_indices(n, n)                         -> TensorType((2, (n**2 + n)//2), int64)

https://docs.pytorch.org/docs/stable/generated/torch.diagonal.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim, at_least, maximum, minimum, require
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import dimension
from analyzer.knowledge.operator import Case, OperatorSpec, operator


def _triangle(name: str) -> OperatorSpec:
    message = f"{name}: input tensor must have at least 2 dimensions"

    def rule(input: TensorType, diagonal: Dim = 0) -> TensorType:
        if input.rank < 2:
            raise Refused(message)
        return input

    cases = (
        Case(f"torch.{name}(x)", x="2,3,4"),
        Case(f"x.{name}(diagonal=-1)", x="3,4:bool"),
        Case(f"x.{name}_(1)", x="3,4"),
        Case(f"torch.{name}(x)", x="3", refused=message),
    )
    return operator(f"torch.{name}", f"Tensor.{name}", f"Tensor.{name}_", cases=cases)(rule)


TRIANGLES = (_triangle("tril"), _triangle("triu"))


def _diagonal_length(rows: Dim, columns: Dim, offset: Dim) -> Dim:
    if offset >= 0:
        return maximum(minimum(rows, columns - offset), 0)
    return maximum(minimum(rows + offset, columns), 0)


def _distance(offset: Dim) -> Dim:
    return offset if offset >= 0 else -offset


@operator(
    "torch.diag", "Tensor.diag",
    cases=(
        Case("torch.diag(x)", x="5"),
        Case("x.diag(-2)", x="5"),
        Case("x.diag(diagonal=2)", x="3,4"),
        Case("x.diag(-5)", x="3,4"),
        Case("x.diag()", x="2,3,4", refused="diag(): Supports 1D or 2D tensors. Got 3D"),
    ),
)  # fmt: skip
def diag(input: TensorType, diagonal: Dim = 0) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.diag.html"""
    if input.rank == 1:
        side = input.shape[0] + _distance(diagonal)
        return TensorType((side, side), input.dtype)
    if input.rank != 2:
        raise Refused(f"diag(): Supports 1D or 2D tensors. Got {input.rank}D")
    return TensorType((_diagonal_length(input.shape[0], input.shape[1], diagonal),), input.dtype)


@operator(
    "torch.diagflat", "Tensor.diagflat",
    cases=(Case("torch.diagflat(x)", x="2,3"), Case("x.diagflat(offset=-2)", x="5"), Case("torch.diagflat(x)", x="")),
)  # fmt: skip
def diagflat(input: TensorType, offset: Dim = 0) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.diagflat.html"""
    side = input.numel + _distance(offset)
    return TensorType((side, side), input.dtype)


_IDENTICAL = "diagonal dimensions cannot be identical"


@operator(
    "torch.diagonal", "Tensor.diagonal",
    cases=(
        Case("torch.diagonal(x)", x="3,4"),
        Case("x.diagonal(1)", x="2,3,4"),
        Case("x.diagonal(offset=-1, dim1=-2, dim2=-1)", x="2,3,4"),
        Case("x.diagonal(9)", x="3,4"),
        Case("x.diagonal(0, 1, 1)", x="3,4", refused=_IDENTICAL),
        Case("x.diagonal()", x="3", refused="Dimension out of range (expected to be in range of [-1, 0], but got 1)"),
    ),
)  # fmt: skip
def diagonal(input: TensorType, offset: Dim = 0, dim1: int = 0, dim2: int = 1) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.diagonal.html"""
    rows, columns = dimension(dim1, input.rank), dimension(dim2, input.rank)
    if rows == columns:
        raise Refused(f"{_IDENTICAL} {dim1}, {dim2}")
    rest = tuple(size for place, size in enumerate(input.shape) if place not in (rows, columns))
    length = _diagonal_length(input.shape[rows], input.shape[columns], offset)
    return TensorType((*rest, length), input.dtype)


@operator(
    "torch.diag_embed", "Tensor.diag_embed",
    cases=(
        Case("torch.diag_embed(x)", x="2,3"),
        Case("x.diag_embed(1)", x="2,3"),
        Case("x.diag_embed(offset=-1, dim1=0, dim2=2)", x="2,3"),
        Case("x.diag_embed(0, 1, -2)", x="2,3", refused=_IDENTICAL),
        Case("x.diag_embed()", x="", refused="Dimension out of range (expected to be in range of [-1, 0], but got -2)"),
    ),
)  # fmt: skip
def diag_embed(input: TensorType, offset: Dim = 0, dim1: int = -2, dim2: int = -1) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.diag_embed.html"""
    first, second = dimension(dim1, input.rank + 1), dimension(dim2, input.rank + 1)
    if first == second:
        raise Refused(f"{_IDENTICAL} {dim1}, {dim2}")
    side = input.shape[-1] + _distance(offset)
    rest = iter(input.shape[:-1])
    sizes = (side if place in (first, second) else next(rest) for place in range(input.rank + 1))
    return TensorType(tuple(sizes), input.dtype)


def _elements_below(rows: Dim, columns: Dim, offset: Dim) -> Dim:
    """How many elements of a matrix lie on the diagonal `offset` or below it."""
    if rows == 0 or columns == 0:
        return 0
    # The rows of the trapezoid have from `first` to `last` elements each; those after it are full.
    first: Dim = minimum(columns, 1 + offset) if offset > 0 else int(rows + offset > 0)
    last = maximum(0, minimum(columns, rows + offset))
    sloped = last - first + 1
    full = maximum(0, minimum(rows, rows + offset)) - sloped
    return (first + last) * sloped // 2 + maximum(full, 0) * columns


def _indices(name: str, count: Any, *cases: Case) -> OperatorSpec:
    def rule(
        row: Dim,
        col: Dim,
        offset: Dim = 0,
        *,
        dtype: DType | None = None,
        device: Any = None,
        layout: Any = None,
        pin_memory: bool = False,
    ) -> TensorType:
        require(at_least(row, 0), f"row must be non-negative, got{row}")
        require(at_least(col, 0), f"col must be non-negative, got{col}")
        return TensorType((2, count(row, col, offset)), dtype or DType.int64)

    return operator(f"torch.{name}", cases=cases)(rule)


INDICES = tuple(
    _indices(
        name,
        count,
        Case(f"torch.{name}(3, 4)"),
        *(Case(f"torch.{name}(5, 3, {offset})") for offset in (-7, -2, 1, 2, 6)),
        *(Case(f"torch.{name}(3, 6, offset={offset})") for offset in (-1, 4)),
        Case(f"torch.{name}(3, 3, dtype=torch.int32)"),
        Case(f"torch.{name}(-3, 4)", refused="row must be non-negative, got-3"),
    )
    for name, count in (
        ("tril_indices", _elements_below),
        ("triu_indices", lambda row, col, offset: row * col - _elements_below(row, col, offset - 1)),
    )
)
