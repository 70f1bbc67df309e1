"""Decompositions of matrices, and equations solved by them.

    torch.linalg.svd(x)          x [2, 5, 3]               -> (U [2, 5, 5], S [2, 3], Vh [2, 3, 3])
    torch.linalg.qr(x)           x [2, 5, 3]               -> (Q [2, 5, 3], R [2, 3, 3])
    torch.linalg.eigvals(x)      x [2, 3, 3]               -> [2, 3] complex64
    torch.linalg.solve(x, y)     x [2, 3, 3], y [3, 4]     -> [2, 3, 4]

Nothing of these is counted by FlopCounterMode.

Source: https://pytorch.org/docs/stable/linalg.html
"""

from __future__ import annotations

from analyzer.algebra.dtype import to_complex
from analyzer.algebra.expression import Dim, minimum
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast
from analyzer.knowledge import matrices
from analyzer.knowledge.operands import real, scalar_name
from analyzer.knowledge.operator import Case, DataDependent, Named, OperatorSpec, named, operator

_NOT_SQUARE = "A must be batches of square matrices, but they are 2 by 3 matrices"
_NO_MATRIX = "The input tensor A must have at least 2 dimensions."


def _values(input: TensorType) -> TensorType:
    """One real number for each of the singular values."""
    rows, columns = input.shape[-2:]
    return TensorType((*input.shape[:-2], minimum(rows, columns)), real(input.dtype))


def _part(input: TensorType, rows: Dim, columns: Dim) -> TensorType:
    return TensorType((*input.shape[:-2], rows, columns), input.dtype)


@operator(
    "torch.linalg.svd",
    cases=(
        Case("torch.linalg.svd(x)", x="2,5,3"),
        Case("torch.linalg.svd(x, full_matrices=False)", x="5,3:complex64"),
        Case("torch.linalg.svd(x).Vh", x="3,5"),
        Case("torch.linalg.svd(x)", x="3", refused=_NO_MATRIX),
        Case("torch.linalg.svd(x)", x="2,3:int64", refused="Expected a floating point or complex tensor"),
    ),
)
def linalg_svd(A: TensorType, full_matrices: bool = True, *, driver: str | None = None) -> Named:
    matrices.inexact_matrix("linalg.svd", A)
    rows, columns = A.shape[-2:]
    values = _values(A)
    left, right = (rows, columns) if full_matrices else (values.shape[-1], values.shape[-1])
    return named(("U", "S", "Vh"), (_part(A, rows, left), values, _part(A, right, columns)))


@operator(
    "torch.svd", "Tensor.svd",
    cases=(
        Case("torch.svd(x)", x="2,5,3"),
        Case("x.svd(some=False)", x="3,5"),
        Case("torch.svd(x, compute_uv=False)", x="5,3"),
        Case("torch.svd(x)", x="3", refused=_NO_MATRIX),
    ),
)  # fmt: skip
def svd(input: TensorType, some: bool = True, compute_uv: bool = True) -> Named:
    """V has its columns where torch.linalg.svd has rows of Vh."""
    matrices.inexact_matrix("linalg.svd", input)
    rows, columns = input.shape[-2:]
    values = _values(input)
    reduced = some and compute_uv
    left, right = (values.shape[-1], values.shape[-1]) if reduced else (rows, columns)
    return named(("U", "S", "V"), (_part(input, rows, left), values, _part(input, columns, right)))


@operator(
    "torch.linalg.svdvals",
    cases=(
        Case("torch.linalg.svdvals(x)", x="2,5,3"),
        Case("torch.linalg.svdvals(x)", x="3,5:complex64"),
        Case("torch.linalg.svdvals(x)", x="3", refused=_NO_MATRIX),
    ),
)
def svdvals(A: TensorType, *, driver: str | None = None) -> TensorType:
    matrices.inexact_matrix("linalg.svd", A)
    return _values(A)


def _qr(A: TensorType, mode: str) -> Named:
    matrices.inexact_matrix("linalg.qr", A)
    if mode not in ("reduced", "r", "complete"):
        raise Refused(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'"
        )
    rows, columns = A.shape[-2:]
    inner = rows if mode == "complete" else minimum(rows, columns)
    q = TensorType((0,), A.dtype) if mode == "r" else _part(A, rows, inner)
    return named(("Q", "R"), (q, _part(A, inner, columns)))


LINALG_QR = operator(
    "torch.linalg.qr",
    cases=(
        Case("torch.linalg.qr(x)", x="2,5,3"),
        Case("torch.linalg.qr(x, 'complete')", x="5,3"),
        Case("torch.linalg.qr(x, mode='r')", x="3,5"),
        Case("torch.linalg.qr(x)", x="3", refused=_NO_MATRIX),
        Case("torch.linalg.qr(x, 'x')", x="3,3", refused="qr received unrecognized mode 'x'"),
    ),
)(lambda A, mode="reduced": _qr(A, mode))
QR = operator(
    "torch.qr", "Tensor.qr",
    cases=(
        Case("torch.qr(x)", x="5,3"),
        Case("x.qr(some=False)", x="2,5,3"),
        Case("torch.qr(x)", x="3", refused=_NO_MATRIX),
    ),
)(lambda input, some=True: _qr(input, "reduced" if some else "complete"))  # fmt: skip


def _eigen(name: str, *, hermitian: bool, vectors: bool) -> OperatorSpec:
    def eigenvalues(A: TensorType) -> TensorType:
        matrices.square("linalg.eigh" if hermitian else "linalg.eig", A)
        return TensorType(A.shape[:-1], real(A.dtype) if hermitian else to_complex(A.dtype))

    def check(uplo: str) -> None:
        if hermitian and uplo not in ("L", "U", "l", "u"):
            raise Refused(f"Expected UPLO argument to be 'L' or 'U', but got {uplo}")

    def only_values(A: TensorType, UPLO: str = "L") -> TensorType:
        check(UPLO)
        return eigenvalues(A)

    def with_vectors(A: TensorType, UPLO: str = "L") -> Named:
        check(UPLO)
        basis = TensorType(A.shape, A.dtype if hermitian else to_complex(A.dtype))
        return named(("eigenvalues", "eigenvectors"), (eigenvalues(A), basis))

    return operator(
        f"torch.linalg.{name}",
        cases=(
            Case(f"torch.linalg.{name}(x)", x="2,3,3"),
            Case(f"torch.linalg.{name}(torch.eye(3))"),
            Case(f"torch.linalg.{name}(x)", x="3,3:complex64"),
            Case(f"torch.linalg.{name}(x)", x="2,3", refused=_NOT_SQUARE),
            Case(f"torch.linalg.{name}(x)", x="3", refused=_NO_MATRIX),
        ),
    )(with_vectors if vectors else only_values)


EIGEN = tuple(
    _eigen(name, hermitian=name.endswith("h"), vectors=not name.startswith("eigvals"))
    for name in ("eigh", "eigvalsh", "eig", "eigvals")
)


@operator(
    "torch.linalg.cholesky", "torch.cholesky", "Tensor.cholesky",
    cases=(
        Case("torch.linalg.cholesky(torch.eye(3))"),
        Case("torch.cholesky(torch.eye(3).expand(2, 3, 3), upper=True)"),
        Case("torch.linalg.cholesky(x)", x="2,3", refused=_NOT_SQUARE),
    ),
)  # fmt: skip
def cholesky(A: TensorType, upper: bool = False) -> TensorType:
    matrices.square("linalg.cholesky", A)
    return A


def _is_vector(A: TensorType, B: TensorType) -> bool:
    """Whether B holds one right-hand side for each matrix, rather than columns of them."""
    if B.rank == 1:
        return True
    return A.rank - 1 == B.rank and all(equal(a, b) is True for a, b in zip(A.shape[:-1], B.shape, strict=True))


@operator(
    "torch.linalg.solve",
    cases=(
        Case("torch.linalg.solve(torch.eye(3), x)", x="3"),
        Case("torch.linalg.solve(x, y)", x="2,3,3", y="2,3"),
        Case("torch.linalg.solve(x, y)", x="2,3,3", y="3,4"),
        Case("torch.linalg.solve(x, y)", x="2,1,3,3", y="5,3,4"),
        Case("torch.linalg.solve(x, y)", x="2,3,3", y="3"),
        Case("torch.linalg.solve(x, y, left=False)", x="3,3", y="2,3"),
        Case(
            "torch.linalg.solve(x, y)", x="3,3", y="4,2", refused="Incompatible shapes of A and B for the equation AX"
        ),
        Case("torch.linalg.solve(x, y)", x="2,3", y="3", refused=_NOT_SQUARE),
        Case("torch.linalg.solve(x, y)", x="3,3", y="3:float64", refused="Expected A and B to have the same dtype"),
    ),
)
def solve(A: TensorType, B: TensorType, *, left: bool = True) -> TensorType:
    """X in A X = B, or in X A = B."""
    matrices.square("linalg.solve", A)
    if A.dtype is not B.dtype:
        names = f"A of type {scalar_name(A.dtype)} and B of type {scalar_name(B.dtype)}"
        raise Refused(f"linalg.solve: Expected A and B to have the same dtype, but found {names} instead")
    vector = _is_vector(A, B)
    columns = TensorType((*B.shape, 1), B.dtype) if vector else B
    size, rows = A.shape[-1], columns.shape[-2 if left else -1]
    equation = "AX = B" if left else "XA = B"
    shapes = f"({A.shape[-2]}x{A.shape[-1]} and {columns.shape[-2]}x{columns.shape[-1]})"
    message = f"linalg.solve: Incompatible shapes of A and B for the equation {equation} {shapes}"
    require(equal(size, rows), message)
    batch = broadcast(A.shape[:-2], columns.shape[:-2])
    return TensorType((*batch, *(B.shape[-1:] if vector else columns.shape[-2:])), B.dtype)


@operator(
    "torch.linalg.solve_triangular",
    cases=(
        Case("torch.linalg.solve_triangular(x, y, upper=True)", x="3,3", y="5,3,2"),
        Case("torch.linalg.solve_triangular(x, y, upper=False, left=False)", x="3,3", y="2,3"),
        Case("torch.linalg.solve_triangular(x, y, upper=True)", x="3,3", y="3", refused="at least 2 dimensions."),
        Case("torch.linalg.solve_triangular(x, y, upper=True)", x="2,3", y="3,2", refused=_NOT_SQUARE),
    ),
)
def solve_triangular(
    A: TensorType, B: TensorType, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> TensorType:
    matrices.matrix("linalg.solve_triangular", B, "B")
    matrices.square("linalg.solve_triangular", A, any_number=True)
    message = "linalg.solve_triangular: Incompatible shapes of A and B for the equation"
    require(equal(A.shape[-1], B.shape[-2 if left else -1]), message)
    return TensorType((*broadcast(A.shape[:-2], B.shape[:-2]), *B.shape[-2:]), B.dtype)


@operator(
    "torch.linalg.lstsq",
    cases=(
        Case("torch.linalg.lstsq(x, y)", x="2,5,3", y="2,5,2"),
        Case("torch.linalg.lstsq(x, y)", x="3,5", y="3"),
        Case("torch.linalg.lstsq(x, y).solution", x="2,5,3", y="2,5"),
        Case("torch.linalg.lstsq(x, y)", x="5,3", y="4,2", refused="input.size(-2) should match other.size(-2)"),
    ),
)
def lstsq(A: TensorType, B: TensorType, rcond: float | None = None, *, driver: str | None = None) -> Named:
    """With the driver that CPUs have by default, which gives neither residuals nor singular values."""
    matrices.matrix("torch.linalg.lstsq", A)
    if driver not in (None, "gelsy"):
        raise DataDependent(f"what torch.linalg.lstsq(driver={driver!r}) gives beside the solution depends on the data")
    vector = _is_vector(A, B)
    columns = TensorType((*B.shape, 1), B.dtype) if vector else B
    message = "torch.linalg.lstsq: input.size(-2) should match other.size(-2)"
    require(equal(A.shape[-2], columns.shape[-2]), message)
    batch = broadcast(A.shape[:-2], columns.shape[:-2])
    unknowns = A.shape[-1]
    solution = TensorType((*batch, unknowns, *(() if vector else columns.shape[-1:])), B.dtype)
    nothing = TensorType((0,), real(A.dtype))
    rank = TensorType(A.shape[:-2], DType.int64)
    return named(("solution", "residuals", "rank", "singular_values"), (solution, nothing, rank, nothing))
