"""Inverses, determinants, powers and other functions of matrices.

    torch.linalg.inv(x)               x [5, 3, 3]    -> [5, 3, 3]
    torch.linalg.slogdet(x)           x [5, 3, 3]    -> (sign [5], logabsdet [5])
    torch.linalg.matrix_power(x, 5)   x [2, 3, 3]    -> [2, 3, 3], 162 multiply-accumulates

FlopCounterMode counts the products of a matrix power and nothing else of these.

Source: https://pytorch.org/docs/stable/linalg.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast
from analyzer.knowledge import matrices
from analyzer.knowledge.operands import check_tensor, dimension, dimensions, is_inexact, real, scalar_name
from analyzer.knowledge.operator import Case, Named, OperatorSpec, named, operator

_NOT_SQUARE = "A must be batches of square matrices, but they are 2 by 3 matrices"


def _inverse(*names: str) -> OperatorSpec:
    def rule(A: TensorType) -> TensorType:
        matrices.square("linalg.inv", A)
        return A

    call = names[0]
    return operator(
        *names,
        cases=(
            Case(f"{call}(torch.eye(3))"),
            Case(f"{call}(x)", x="5,3,3"),
            Case(f"{call}(x)", x="2,3", refused=_NOT_SQUARE),
            Case(f"{call}(x)", x="3", refused="The input tensor A must have at least 2 dimensions."),
            Case(f"{call}(x)", x="3,3:int64", refused="Expected a floating point or complex tensor as input. Got Long"),
        ),
    )(rule)


INVERSE = _inverse("torch.linalg.inv", "torch.inverse", "Tensor.inverse")


@operator(
    "torch.linalg.pinv", "torch.pinverse", "Tensor.pinverse",
    cases=(
        Case("torch.linalg.pinv(x)", x="5,2,3"),
        Case("torch.linalg.pinv(x, hermitian=True)", x="3,3"),
        Case("torch.pinverse(x)", x="2,3:float64"),
        Case("torch.linalg.pinv(x)", x="3", refused="expected a tensor with 2 or more dimensions of float, double"),
    ),
)  # fmt: skip
def pinv(A: TensorType, *tolerance: Any, hermitian: bool = False, **tolerances: Any) -> TensorType:
    if A.rank < 2 or not is_inexact(A.dtype):
        raise Refused(
            f"linalg.pinv({scalar_name(A.dtype)}): expected a tensor with 2 or more dimensions "
            "of float, double, cfloat or cdouble types"
        )
    return TensorType((*A.shape[:-2], A.shape[-1], A.shape[-2]), A.dtype)


def _determinant(label: str, *names: str) -> OperatorSpec:
    def rule(A: TensorType) -> TensorType:
        matrices.square(label, A)
        return TensorType(A.shape[:-2], A.dtype)

    return operator(
        *names,
        cases=(
            Case(f"{names[0]}(x)", x="5,3,3"),
            Case(f"{names[0]}(x)", x="3,3:float64"),
            Case(f"{names[0]}(x)", x="2,3", refused=_NOT_SQUARE),
        ),
    )(rule)


DETERMINANT = _determinant("linalg.det", "torch.linalg.det", "torch.det", "Tensor.det")
LOG_DETERMINANT = _determinant("logdet", "torch.logdet", "Tensor.logdet")


@operator(
    "torch.linalg.slogdet", "torch.slogdet", "Tensor.slogdet",
    cases=(
        Case("torch.linalg.slogdet(x)", x="5,3,3"),
        Case("torch.slogdet(x).logabsdet", x="3,3:complex64"),
        Case("x.slogdet()", x="2,3", refused=_NOT_SQUARE),
    ),
)  # fmt: skip
def slogdet(A: TensorType) -> Named:
    matrices.square("linalg.slogdet", A)
    batch = A.shape[:-2]
    return named(("sign", "logabsdet"), (TensorType(batch, A.dtype), TensorType(batch, real(A.dtype))))


@operator(
    "torch.linalg.matrix_exp", "torch.matrix_exp", "Tensor.matrix_exp",
    cases=(
        Case("torch.linalg.matrix_exp(x)", x="5,3,3"),
        Case("x.matrix_exp()", x="3,3:float64"),
        Case("torch.matrix_exp(x)", x="2,3", refused=_NOT_SQUARE),
    ),
)  # fmt: skip
def matrix_exp(A: TensorType) -> TensorType:
    matrices.square("linalg.matrix_exp", A)
    return A


def _power_macs(output: TensorType, A: TensorType, n: int) -> Dim:
    """Repeated squaring: one product for each bit but the first, and one more for each further bit that is set."""
    size = abs(n)
    products = size.bit_length() - 1 + size.bit_count() - 1 if size else 0
    return output.numel * A.shape[-1] * products


@operator(
    "torch.linalg.matrix_power", "torch.matrix_power", "Tensor.matrix_power",
    cases=(
        *(Case(f"torch.linalg.matrix_power(x, {n})", x="2,3,3") for n in (0, 1, 2, 3, 4, 6, 7, 8, 13)),
        Case("torch.matrix_power(torch.eye(3), -3)"),
        Case("x.matrix_power(3)", x="3,3:int64"),
        Case("x.matrix_power(2)", x="2,3", refused=_NOT_SQUARE),
        Case("x.matrix_power(2)", x="3", refused="The input tensor A must have at least 2 dimensions."),
    ),
    macs=_power_macs,
)  # fmt: skip
def matrix_power(A: TensorType, n: int) -> TensorType:
    """Integers are accepted, unless the power is negative."""
    matrices.square("linalg.matrix_power", A, any_number=n >= 0)
    return A


def _cross(input: TensorType, other: TensorType, dim: int) -> TensorType:
    check_tensor(other, "cross", "other")
    if input.rank != other.rank:
        raise Refused("linalg.cross: inputs must have the same number of dimensions.")
    place = dimension(dim, input.rank)
    message = (
        f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[place]} and {other.shape[place]}"
    )
    require(equal(input.shape[place], 3), message)
    require(equal(other.shape[place], 3), message)
    if input.dtype is not other.dtype:
        raise Refused(f"expected scalar type {scalar_name(input.dtype)} but found {scalar_name(other.dtype)}")
    return TensorType(broadcast(input.shape, other.shape), input.dtype)


LINALG_CROSS = operator(
    "torch.linalg.cross",
    cases=(
        Case("torch.linalg.cross(x, y)", x="4,3", y="1,3"),
        Case("torch.linalg.cross(x, y, dim=0)", x="3,2", y="3,2"),
        Case("torch.linalg.cross(x, y)", x="3,4", y="3,4", refused="must have length 3. Got 4 and 4"),
        Case("torch.linalg.cross(x, y)", x="4,3", y="3", refused="inputs must have the same number of dimensions."),
    ),
)(lambda input, other, *, dim=-1: _cross(input, other, dim))


@operator(
    "torch.cross", "Tensor.cross",
    cases=(
        Case("torch.cross(x, y)", x="3,2", y="3,2"),
        Case("x.cross(y, dim=-1)", x="2,3", y="2,3"),
        Case("torch.cross(x, x)", x="4,4", refused="no dimension of size 3 in input"),
    ),
)  # fmt: skip
def cross(input: TensorType, other: TensorType, dim: int | None = None) -> TensorType:
    """Without `dim`, the first dimension of size 3."""
    if dim is None:
        dim = next((place for place, size in enumerate(input.shape) if size == 3), None)
        if dim is None:
            raise Refused("no dimension of size 3 in input")
    return _cross(input, other, dim)


@operator(
    "torch.trace", "Tensor.trace",
    cases=(
        Case("torch.trace(x)", x="3,4"),
        Case("x.trace()", x="3,3:int32"),
        Case("torch.trace(x)", x="3", refused="trace: expected a matrix, but got tensor with dim 1"),
    ),
)  # fmt: skip
def trace(input: TensorType) -> TensorType:
    if input.rank != 2:
        raise Refused(f"trace: expected a matrix, but got tensor with dim {input.rank}")
    return TensorType((), input.dtype if is_inexact(input.dtype) else DType.int64)


@operator(
    "torch.linalg.vecdot",
    cases=(
        Case("torch.linalg.vecdot(x, y)", x="5,2,3", y="2,3"),
        Case("torch.linalg.vecdot(x, y, dim=0)", x="3,2", y="3,1"),
        Case("torch.linalg.vecdot(x, y)", x="2", y="2:float64", refused="Expected x and y to have the same dtype"),
        Case(
            "torch.linalg.vecdot(x, y)", x="1", y="4", refused="inconsistent tensor size, expected tensor [1] and src"
        ),
        Case("torch.linalg.vecdot(x, y)", x="2,3", y="2,4", refused="must match the size of tensor b (4)"),
    ),
)
def vecdot(x: TensorType, y: TensorType, *, dim: int = -1) -> TensorType:
    """Products along one dimension, summed; not counted."""
    for operand in (x, y):
        if not is_inexact(operand.dtype):
            name = scalar_name(operand.dtype)
            raise Refused(f"linalg.vecdot: Expected a floating point or complex tensor as input. Got {name}")
    if x.dtype is not y.dtype:
        names = f"x of type {scalar_name(x.dtype)} and y of type {scalar_name(y.dtype)}"
        raise Refused(f"linalg.vecdot: Expected x and y to have the same dtype, but found {names} instead")
    if x.rank == y.rank == 1:
        message = f"inconsistent tensor size, expected tensor [{x.shape[0]}] and src [{y.shape[0]}]"
        require(equal(x.shape[0], y.shape[0]), message)
    shape = broadcast(x.shape, y.shape)
    (place,) = dimensions(dim, len(shape))
    return TensorType(shape[:place] + shape[place + 1 :], x.dtype)
