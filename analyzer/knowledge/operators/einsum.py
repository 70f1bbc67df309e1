"""Contractions of any dimensions: einsum, tensordot and chains of matrices.

    torch.einsum("bij,bjk->bik", x, y)        x [2, 3, 4], y [2, 4, 5]      -> [2, 3, 5], 120 multiply-accumulates
    torch.tensordot(x, y, 1)                  x [2, 3, 4], y [4, 5]         -> [2, 3, 5], 120 multiply-accumulates
    torch.linalg.multi_dot([x, y, z])         x [10, 2], y [2, 9], z [9, 1] -> [10, 1], 38 multiply-accumulates

Source: https://pytorch.org/docs/stable/torch.html#blas-and-lapack-operations
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim, minimum, product
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.contraction import ELLIPSIS, Equation, contract, parse
from analyzer.knowledge.operands import check_tensor, dimension, shape_text
from analyzer.knowledge.operator import Case, operator


def _letter(subscript: Any) -> str:
    if subscript is Ellipsis:
        return ELLIPSIS
    if isinstance(subscript, int) and 0 <= subscript < 52:
        return chr(ord("A") + subscript if subscript < 26 else ord("a") + subscript - 26)
    raise Refused("einsum(): subscript in subscript list is not within the valid range [0, 52)")


def _read(arguments: Sequence[Any]) -> tuple[Equation, Sequence[TensorType]]:
    """The equation and operands of `einsum("ij->i", x)`, `einsum("ij->i", [x])` or `einsum(x, [0, 1], [0])`."""
    if len(arguments) < 2:
        raise Refused(
            "einsum(): must specify the equation string and at least one operand, "
            "or at least one operand and its subscripts list"
        )
    first = arguments[0]
    if isinstance(first, TensorType):
        pairs = len(arguments) // 2
        labels = [[_letter(one) for one in arguments[2 * place + 1]] for place in range(pairs)]
        output = [_letter(one) for one in arguments[-1]] if len(arguments) % 2 else None
        return Equation(tuple(labels), output), arguments[: 2 * pairs : 2]
    if not isinstance(first, str):
        raise Refused(f"einsum(): the equation must be str, not {type(first).__name__}")
    operands = arguments[1:]
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = operands[0]
    for operand in operands:
        check_tensor(operand, "einsum", "operands")
    return parse(first, len(operands)), operands


@operator(
    "torch.einsum",
    cases=(
        Case("torch.einsum('bij,bjk->bik', x, y)", x="2,3,4", y="2,4,5"),
        Case("torch.einsum('ij, jk', x, y)", x="2,3", y="3,4"),
        Case("torch.einsum('b...d,bd->...b', [x, y])", x="2,3,5,4", y="2,4"),
        Case("torch.einsum('...ij,...jk->...ik', x, y)", x="6,1,2,3", y="7,3,4"),
        Case("torch.einsum('ii->i', x)", x="3,3"),
        Case("torch.einsum('ij->', x)", x="2,3:int32"),
        Case("torch.einsum('i,j->ij', x, y)", x="2", y="3:float64"),
        Case("torch.einsum('i,ij,j->', x, y, z)", x="2", y="2,3", z="3"),
        Case("torch.einsum('ij,jk,kl->il', x, y, z)", x="2,30", y="30,4", z="4,5"),
        Case("torch.einsum('bhid,bhjd,bj->bhi', x, y, z)", x="2,3,4,5", y="2,3,6,5", z="2,6"),
        Case("torch.einsum('bi,bj->j', x, y)", x="2,3", y="2,4"),
        Case("torch.einsum(x, [0, 1], y, [1, 2], [0, 2])", x="2,3", y="3,4"),
        Case("torch.einsum(x, [..., 1], y, [1])", x="2,3", y="3"),
        Case("torch.einsum('ij,jk->ik', x, y)", x="2,3", y="1,4"),
        Case("torch.einsum('aB,Bc', x, y)", x="2,3", y="3,4"),
        Case("torch.einsum('ij,jk->ik', x, y)", x="2,3", y="4,5", refused="which does not broadcast with previously"),
        Case("torch.einsum('ijk->i', x)", x="2,3", refused="does not match the number of dimensions (2) for operand 0"),
        Case("torch.einsum('ij->k', x)", x="2,3", refused="output subscript k does not appear in the equation"),
        Case("torch.einsum('ij->ii', x)", x="2,3", refused="output subscript i appears more than once in the output"),
        Case("torch.einsum('ij,jk->ik', x)", x="2,3", refused="fewer operands were provided than specified"),
        Case("torch.einsum('i1->i', x)", x="2,3", refused="einsum(): invalid subscript given at index 1"),
        Case("torch.einsum('ii->i', x)", x="2,3", refused="is repeated for operand 0 but the sizes don't match"),
        Case("torch.einsum('ij,jk', x, y)", x="2,3", y="3,4:float64", refused="expected scalar type Float but found"),
    ),
    macs=lambda output, *arguments: contract(*_read(arguments))[1],
)
def einsum(*arguments: Any) -> TensorType:
    return contract(*_read(arguments))[0]


def _dimension_lists(a: TensorType, b: TensorType, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, TensorType):
        raise Refused("tensordot(): dims as a tensor is not known here")
    if isinstance(dims, int):
        if dims < 0:
            raise Refused(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.rank, b.rank):
            raise Refused(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        return list(range(a.rank - dims, a.rank)), list(range(dims))
    found = []
    for name, tensor, places in zip(("dims_self", "dims_other"), (a, b), dims, strict=True):
        if not isinstance(places, list | tuple):
            raise Refused(f"tensordot(): argument '{name}' must be tuple of ints, not {type(places).__name__}")
        found.append([dimension(place, tensor.rank) for place in places])
        for place in found[-1]:
            if found[-1].count(place) > 1:
                raise Refused(f"dim {place} appears multiple times in the list of dims")
    if len(found[0]) != len(found[1]):
        raise Refused("both dimension lists should have same length")
    return found[0], found[1]


def _tensordot(a: TensorType, b: TensorType, dims: Any) -> tuple[TensorType, Dim]:
    check_tensor(a, "tensordot", "a")
    check_tensor(b, "tensordot", "b")
    left, right = _dimension_lists(a, b, dims)
    if a.dtype is not b.dtype:
        raise Refused("both inputs should have same dtype")
    contracted: Dim = 1
    for mine, theirs in zip(left, right, strict=True):
        one, other = a.shape[mine], b.shape[theirs]
        if equal(one, other) is not True and (one == 1 or other == 1):
            continue
        require(
            equal(one, other),
            f"contracted dimensions need to match, but first has size {one} in dim {mine} and second has size {other} "
            f"in dim {theirs}",
        )
        contracted *= one
    rows = [size for place, size in enumerate(a.shape) if place not in left]
    columns = [size for place, size in enumerate(b.shape) if place not in right]
    result = TensorType((*rows, *columns), a.dtype)
    if product(rows) == 1 and product(columns) == 1:
        return result, 0
    return result, result.numel * contracted


@operator(
    "torch.tensordot",
    cases=(
        Case("torch.tensordot(x, y)", x="2,3,4", y="3,4,5"),
        Case("torch.tensordot(x, y, 1)", x="2,3,4", y="4,5"),
        Case("torch.tensordot(x, y, dims=0)", x="2,3", y="4"),
        Case("torch.tensordot(x, y, ([0, 2], [1, 0]))", x="2,3,4", y="4,2,5"),
        Case("torch.tensordot(x, y, dims=((0,), (-2,)))", x="2,3", y="4,2,5"),
        Case("torch.tensordot(x, y, 1)", x="3", y="3"),
        Case("torch.tensordot(x, y, 1)", x="1,3", y="3,1"),
        Case("torch.tensordot(x, y, 1)", x="2,3", y="1,5"),
        Case("torch.tensordot(x, y, 1)", x="2,3", y="4,5", refused="contracted dimensions need to match"),
        Case("torch.tensordot(x, y, 3)", x="2,3", y="3,5", refused="tensordot expects dims < ndim_a or ndim_b"),
        Case("torch.tensordot(x, y, -1)", x="2,3", y="3,5", refused="tensordot expects dims >= 0"),
        Case("torch.tensordot(x, y, ([0], [0, 1]))", x="2,3", y="2,3", refused="lists should have same length"),
        Case("torch.tensordot(x, y, 1)", x="2,3", y="3,2:float64", refused="both inputs should have same dtype"),
    ),
    macs=lambda output, a, b, dims=2: _tensordot(a, b, dims)[1],
)
def tensordot(a: TensorType, b: TensorType, dims: Any = 2) -> TensorType:
    """Two full contractions of one element are a dot product, which is not counted."""
    return _tensordot(a, b, dims)[0]


def _chain(matrices: Sequence[TensorType]) -> list[Dim]:
    """Sizes along a chain of matrices; a vector at an end is a matrix of one row or column."""
    sizes: list[Dim] = [1, matrices[0].shape[0]] if matrices[0].rank == 1 else list(matrices[0].shape)
    for place, matrix in enumerate(matrices[1:], 1):
        require(
            equal(sizes[-1], matrix.shape[0]),
            f"multi_dot(): tensors {place - 1} and {place} with shapes {shape_text(matrices[place - 1].shape)} and "
            f"{shape_text(matrix.shape)} cannot be multiplied",
        )
        sizes.append(matrix.shape[1] if matrix.rank == 2 else 1)
    return sizes


def _fewest(sizes: Sequence[Dim]) -> Dim:
    """Multiply-accumulates of the best order of multiplication, the one that torch takes."""
    count = len(sizes) - 1
    best: dict[tuple[int, int], Dim] = {(place, place): 0 for place in range(count)}
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            best[first, last] = minimum(
                *(
                    best[first, split] + best[split + 1, last] + sizes[first] * sizes[split + 1] * sizes[last + 1]
                    for split in range(first, last)
                )
            )
    return best[0, count - 1]


@operator(
    "torch.linalg.multi_dot",
    cases=(
        Case("torch.linalg.multi_dot([x, y])", x="2,3", y="3,4"),
        Case("torch.linalg.multi_dot([x, y, z])", x="10,2", y="2,9", z="9,1"),
        Case("torch.linalg.multi_dot((x, y, z, w))", x="2,30", y="30,4", z="4,50", w="50,6"),
        Case("torch.linalg.multi_dot([x, y, z])", x="3", y="3,4", z="4"),
        Case("torch.linalg.multi_dot([x, x])", x="3"),
        Case("torch.linalg.multi_dot([x])", x="2,3", refused="multi_dot(): expected at least 2 tensors but got 1"),
        Case("torch.linalg.multi_dot([x, y])", x="2,3", y="4,5", refused="multi_dot(): tensors 0 and 1 with shapes"),
        Case("torch.linalg.multi_dot([x, y])", x="2,3,1", y="1,5", refused="the first tensor must be 1D or 2D but got"),
        Case("torch.linalg.multi_dot([x, y])", x="2,3", y="3,4:float64", refused="all tensors must have be the same"),
    ),
    macs=lambda output, tensors: _fewest(_chain(tensors)),
)
def multi_dot(tensors: Sequence[TensorType]) -> TensorType:
    if len(tensors) < 2:
        raise Refused(f"multi_dot(): expected at least 2 tensors but got {len(tensors)}")
    for place, tensor in enumerate(tensors):
        at_end = place in (0, len(tensors) - 1)
        if tensor.rank not in ((1, 2) if at_end else (2,)):
            which = {0: "the first tensor", len(tensors) - 1: "the last tensor"}.get(place, f"tensor {place}")
            wanted = "1D or 2D" if at_end else "2D"
            raise Refused(f"multi_dot(): {which} must be {wanted} but got {tensor.rank}D")
        if tensor.dtype is not tensors[0].dtype:
            raise Refused(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {tensors[0].dtype} "
                f"and tensor {place} {tensor.dtype}"
            )
    sizes = _chain(tensors)
    rows = (sizes[0],) if tensors[0].rank == 2 else ()
    columns = (sizes[-1],) if tensors[-1].rank == 2 else ()
    return TensorType(rows + columns, tensors[0].dtype)


@operator(
    "torch.chain_matmul",
    cases=(
        Case("torch.chain_matmul(x, y, z)", x="10,2", y="2,9", z="9,1"),
        Case("torch.chain_matmul(x)", x="2,3"),
        Case("torch.chain_matmul(x, y)", x="2,3", y="4,5", refused="multi_dot(): tensors 0 and 1 with shapes"),
        Case("torch.chain_matmul(x, y)", x="3", y="3,5", refused="Tensor dimension is 1, expected 2 instead."),
    ),
    macs=lambda output, *matrices: _fewest(_chain(matrices)) if len(matrices) > 1 else 0,
)
def chain_matmul(*matrices: TensorType) -> TensorType:
    for matrix in matrices:
        if matrix.rank != 2:
            raise Refused(f"Tensor dimension is {matrix.rank}, expected 2 instead.")
    return matrices[0] if len(matrices) == 1 else multi_dot.rule(matrices)
