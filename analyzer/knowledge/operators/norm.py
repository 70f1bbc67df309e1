"""Norms of vectors and matrices.

    torch.linalg.matrix_norm(x)           x [2, 3, 4]      -> [2]
    torch.linalg.norm(x, dim=1)           x [2, 3, 4]      -> [2, 4]
    x.norm(2, -1, True)                   x [2, 3] int64   -> Refused: linalg.vector_norm: Expected a floating point ...

Source: https://pytorch.org/docs/stable/generated/torch.linalg.norm.html and torch.norm.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge import matrices
from analyzer.knowledge.operands import check_tensor, collapsed, dimension, is_inexact, real, scalar_name
from analyzer.knowledge.operator import Case, operator

_OUT_OF_RANGE = "Dimension out of range (expected to be in range of [-3, 2], but got 3)"


def _vector_norm(input: TensorType, dim: Any, keepdim: bool, dtype: DType | None) -> TensorType:
    shape = collapsed("linalg.vector_norm", input, dim, keepdim)
    if not is_inexact(input.dtype):
        raise Refused(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {scalar_name(input.dtype)}"
        )
    return TensorType(shape, real(dtype or input.dtype))


def _matrix_norm(input: TensorType, ord: Any, dim: Any, keepdim: bool, dtype: DType | None) -> TensorType:
    matrices.inexact_matrix("linalg.matrix_norm", input)
    if len(dim) != 2:
        raise Refused(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, dim))}")
    if ord not in ("fro", "nuc") and (isinstance(ord, str) or abs(ord) not in (1, 2, float("inf"))):
        raise Refused(f"linalg.matrix_norm: Order {ord} not supported.")
    places = [dimension(place, input.rank) for place in dim]
    if places[0] == places[1]:
        raise Refused(f"linalg.matrix_norm: dims must be different. Got ({dim[0]}, {dim[1]})")
    return TensorType(collapsed("linalg.matrix_norm", input, dim, keepdim), real(dtype or input.dtype))


@operator(
    "torch.linalg.vector_norm",
    cases=(
        Case("torch.linalg.vector_norm(x)", x="2,3"),
        Case("torch.linalg.vector_norm(x, 1, -1, True)", x="2,3:complex64"),
        Case("torch.linalg.vector_norm(x, dim=(0, 2), dtype=torch.float64)", x="2,3,4"),
        Case("torch.linalg.vector_norm(x, dim=3)", x="2,3,4", refused=_OUT_OF_RANGE),
        Case("torch.linalg.vector_norm(x)", x="2:int64", refused="Expected a floating point or complex tensor"),
        Case("torch.linalg.vector_norm(x, 'fro')", x="2", refused="argument 'ord' must be Number, not str"),
    ),
)
def vector_norm(
    x: TensorType, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None
) -> TensorType:
    if isinstance(ord, str):
        raise Refused("linalg_vector_norm(): argument 'ord' must be Number, not str")
    return _vector_norm(x, dim, keepdim, dtype)


@operator(
    "torch.linalg.matrix_norm",
    cases=(
        Case("torch.linalg.matrix_norm(x)", x="2,3"),
        Case("torch.linalg.matrix_norm(x, 'nuc', (0, 1), True)", x="2,3,4"),
        Case("torch.linalg.matrix_norm(x, ord=2)", x="2,3,4:complex64"),
        Case("torch.linalg.matrix_norm(x)", x="3", refused="The input tensor A must have at least 2 dimensions."),
        Case("torch.linalg.matrix_norm(x, 3)", x="2,3", refused="Order 3 not supported."),
        Case("torch.linalg.matrix_norm(x, dim=(0, 0))", x="2,3", refused="dims must be different. Got (0, 0)"),
    ),
)
def matrix_norm(
    A: TensorType, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: DType | None = None
) -> TensorType:
    return _matrix_norm(A, ord, dim, keepdim, dtype)


@operator(
    "torch.linalg.norm",
    cases=(
        Case("torch.linalg.norm(x)", x="2,3,4"),
        Case("torch.linalg.norm(x, 2)", x="2,3"),
        Case("torch.linalg.norm(x, dim=1, keepdim=True)", x="2,3,4"),
        Case("torch.linalg.norm(x, 'nuc', (0, 1))", x="2,3,4"),
        Case("torch.linalg.norm(x, keepdim=True)", x="2,3"),
        Case("torch.linalg.norm(x, 2)", x="2,3,4", refused="the input must be 1D or 2D. Got 3D."),
        Case(
            "torch.linalg.norm(x, dim=(0, 1, 2))", x="2,3,4", refused="If dim is specified, it must be of length 1 or"
        ),
        Case("torch.linalg.norm(x)", x="2:int64", refused="Expected a floating point or complex tensor"),
    ),
)
def linalg_norm(
    A: TensorType, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None
) -> TensorType:
    """The vector norm of all, of one dimension, or the matrix norm of two."""
    check_tensor(A, "linalg.norm", "A")
    places = [dim] if isinstance(dim, int) else list(dim or ())
    if dim is not None and len(places) not in (1, 2):
        raise Refused(f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {places}")
    if ord is None:
        return _vector_norm(A, dim, keepdim, dtype)
    if dim is None:
        if A.rank not in (1, 2):
            raise Refused(
                f"linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got {A.rank}D."
            )
        places = list(range(A.rank))
    if len(places) == 2 or isinstance(ord, str):
        return _matrix_norm(A, ord, places, keepdim, dtype)
    return _vector_norm(A, places, keepdim, dtype)


@operator(
    "torch.norm",
    "Tensor.norm",
    cases=(
        Case("torch.norm(x)", x="2,3,4"),
        Case("x.norm(2, -1, True)", x="2,3:float16"),
        Case("x.norm(p=1, dim=(0, 1))", x="2,3:complex64"),
        Case("torch.norm(x, p='nuc', dim=(0, 1))", x="2,3,4"),
        Case("x.norm(dtype=torch.float64)", x="2,3"),
        Case("x.norm()", x="2:int64", refused="linalg.vector_norm: Expected a floating point or complex tensor"),
        Case("x.norm('nuc')", x="2,3,4", refused="linalg.matrix_norm: dim must be a 2-tuple"),
        Case("x.norm(2, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)
def norm(
    input: TensorType,
    p: Any = "fro",
    dim: Any = None,
    keepdim: bool = False,
    out: None = None,
    dtype: DType | None = None,
) -> TensorType:
    """The vector norm, for any p; the nuclear one is of matrices."""
    shape = collapsed("norm", input, dim, keepdim)
    if not is_inexact(input.dtype):
        raise Refused(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {scalar_name(input.dtype)}"
        )
    if isinstance(p, list | tuple | TensorType):
        raise Refused(f"linalg_vector_norm(): argument 'ord' (position 2) must be Number, not {type(p).__name__}")
    if p == "nuc" and (input.rank if dim is None else len(dim) if isinstance(dim, list | tuple) else 1) != 2:
        raise Refused(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim}")
    return TensorType(shape, real(dtype or input.dtype))
