"""Products of matrices and vectors.

    x @ y              x [7, 1, 2, 3], y [5, 3, 4]   -> [7, 5, 2, 4], 840 multiply-accumulates
    torch.mm(x, y)     x [2, 3], y [4, 5]            -> Refused: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)
    torch.outer(x, y)  x [2], y [3]                  -> [2, 3]

FlopCounterMode counts mm and bmm.  It does not count dot and mv, which is also what matmul calls for a vector on the
right (of a contiguous tensor), and those are 0 here as well.

Source: https://pytorch.org/docs/stable/torch.html#blas-and-lapack-operations
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim, product
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast
from analyzer.knowledge.operands import check_tensor, joined, scalar_name, shape_text
from analyzer.knowledge.operator import Case, operator

_NOT_MULTIPLIED = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"


def _spellings(name: str) -> tuple[str, ...]:
    return (f"torch.{name}", f"Tensor.{name}")


def _check_types(a: TensorType, b: TensorType) -> None:
    if a.dtype is not b.dtype:
        raise Refused(f"expected m1 and m2 to have the same dtype, but got: {a.dtype} != {b.dtype}")
    if a.dtype is DType.bool_:
        raise Refused("\"addmm_impl_cpu_\" not implemented for 'Bool'")


def _product_of_matrices(rows: Dim, inner: Dim, inner2: Dim, columns: Dim) -> None:
    message = f"mat1 and mat2 shapes cannot be multiplied ({rows}x{inner} and {inner2}x{columns})"
    require(equal(inner, inner2), message)


def _dot(input: TensorType, tensor: TensorType) -> TensorType:
    check_tensor(tensor, "dot", "tensor")
    if input.rank != 1 or tensor.rank != 1:
        raise Refused(f"1D tensors expected, but got {input.rank}D and {tensor.rank}D tensors")
    if input.dtype is not tensor.dtype:
        raise Refused(
            "dot : expected both vectors to have same dtype, but found "
            f"{scalar_name(input.dtype)} and {scalar_name(tensor.dtype)}"
        )
    require(
        equal(input.shape[0], tensor.shape[0]),
        f"inconsistent tensor size, expected tensor [{input.shape[0]}] and src [{tensor.shape[0]}] to have the same "
        f"number of elements, but got {input.shape[0]} and {tensor.shape[0]} elements respectively",
    )
    return TensorType((), input.dtype)


def _mv(input: TensorType, vec: TensorType) -> TensorType:
    check_tensor(vec, "mv", "vec")
    if input.rank != 2 or vec.rank != 1:
        raise Refused(f"vector + matrix @ vector expected, got 1, {input.rank}, {vec.rank}")
    if input.dtype is not vec.dtype:
        raise Refused(f"addmv input tensors must have the same dtype, but got {input.dtype} and {vec.dtype}")
    rows, columns = input.shape
    message = f"size mismatch, got input ({rows}), mat ({rows}x{columns}), vec ({vec.shape[0]})"
    require(equal(columns, vec.shape[0]), message)
    return TensorType((rows,), input.dtype)


def _matmul(input: TensorType, other: TensorType) -> TensorType:
    for operand in (input, other):
        if not isinstance(operand, TensorType):
            raise Refused(f"unsupported operand type(s) for @: 'Tensor' and '{type(operand).__name__}'")
    if not input.rank or not other.rank:
        raise Refused(f"both arguments to matmul need to be at least 1D, but they are {input.rank}D and {other.rank}D")
    if input.rank == other.rank == 1:
        return _dot(input, other)
    _check_types(input, other)
    if other.rank == 1:
        *batch, inner = input.shape
        require(
            equal(inner, other.shape[0]),
            f"size mismatch, got input ({product(batch)}), mat ({product(batch)}x{inner}), vec ({other.shape[0]})",
        )
        return TensorType(tuple(batch), input.dtype)
    *left, inner2, columns = other.shape
    if input.rank == 1:
        _product_of_matrices(1, input.shape[0], inner2, columns)
        return TensorType((*left, columns), input.dtype)
    *batch, rows, inner = input.shape
    if input.rank == 2 or other.rank == 2:
        _product_of_matrices(product((*batch, rows)), inner, inner2, columns)
        return TensorType((*left, *batch, rows, columns), input.dtype)
    shape = broadcast(tuple(batch), tuple(left))
    size = product(shape)
    require(
        equal(inner, inner2),
        "Expected size for first two dimensions of batch2 tensor to be: "
        f"{shape_text((size, inner))} but got: {shape_text((size, inner2))}.",
    )
    return TensorType((*shape, rows, columns), input.dtype)


def _matmul_macs(output: TensorType, input: TensorType, other: TensorType) -> Dim:
    is_mv = other.rank == 1 or (input.rank == 1 and other.rank > 2 and equal(input.shape[0], 1) is True)
    return 0 if is_mv else output.numel * input.shape[-1]


_MATMUL_CASES = (
    Case("torch.matmul(x, y)", x="2,3", y="3,4"),
    Case("x @ y", x="5,2,3", y="3,4"),
    Case("x @ y", x="2,3", y="5,3,4"),
    Case("x @ y", x="7,1,2,3", y="5,3,4"),
    Case("x @ y", x="3", y="5,3,4"),
    Case("x @ y", x="1", y="5,1,4"),
    Case("x @ y", x="5,2,3", y="3"),
    Case("x @ y", x="3:int64", y="3:int64"),
    Case("x @ y", x="2,3", y="4,5", refused=_NOT_MULTIPLIED),
    Case("x @ y", x="5,2,3", y="5,4,3", refused="Expected size for first two dimensions of batch2 tensor to be"),
    Case("x @ y", x="5,2,3", y="6,3,2", refused="The size of tensor a (5) must match the size of tensor b (6)"),
    Case("x @ y", x="3", y="4", refused="inconsistent tensor size, expected tensor [3] and src [4]"),
    Case("x @ y", x="2,3", y="4", refused="size mismatch, got input (2), mat (2x3), vec (4)"),
    Case("x @ y", x="", y="4", refused="both arguments to matmul need to be at least 1D, but they are 0D and 1D"),
    Case("x @ y", x="2,3:float64", y="3,4", refused="expected m1 and m2 to have the same dtype"),
    Case("x @ 2", x="2,3", refused="unsupported operand type(s) for @: 'Tensor' and 'int'"),
)

MATMUL = operator(
    *_spellings("matmul"), "Tensor.__matmul__", "torch.linalg.matmul", cases=_MATMUL_CASES, macs=_matmul_macs
)(_matmul)
REFLECTED_MATMUL = operator(
    "Tensor.__rmatmul__",
    cases=(
        Case("x.__rmatmul__(y)", x="3,4", y="2,3"),
        Case("x.__rmatmul__(y)", x="3,4", y="3"),
        Case("x.__rmatmul__(y)", x="4,5", y="2,3", refused=_NOT_MULTIPLIED),
    ),
    macs=lambda output, input, other: _matmul_macs(output, other, input),
)(lambda input, other: _matmul(other, input))
DOT = operator(
    *_spellings("dot"), *_spellings("vdot"),
    cases=(
        Case("torch.dot(x, y)", x="3", y="3"),
        Case("x.vdot(y)", x="3:complex64", y="3:complex64"),
        Case("x.dot(y)", x="3", y="4", refused="inconsistent tensor size, expected tensor [3] and src [4]"),
        Case("x.dot(y)", x="3,1", y="3", refused="1D tensors expected, but got 2D and 1D tensors"),
        Case("x.dot(y)", x="3", y="3:int64", refused="dot : expected both vectors to have same dtype"),
    ),
)(_dot)  # fmt: skip
MV = operator(
    *_spellings("mv"),
    cases=(
        Case("torch.mv(x, y)", x="2,3", y="3"),
        Case("x.mv(y)", x="2,3:int64", y="3:int64"),
        Case("x.mv(y)", x="2,3", y="4", refused="size mismatch, got input (2), mat (2x3), vec (4)"),
        Case("x.mv(y)", x="3", y="3", refused="vector + matrix @ vector expected, got 1, 1, 1"),
    ),
)(_mv)


@operator(
    *_spellings("mm"),
    cases=(
        Case("torch.mm(x, y)", x="2,3", y="3,4"),
        Case("x.mm(mat2=y)", x="2,3:int64", y="3,4:int64"),
        Case("x.mm(y)", x="2,3", y="4,5", refused=_NOT_MULTIPLIED),
        Case("x.mm(y)", x="2,3", y="3", refused="mat2 must be a matrix"),
        Case("x.mm(y)", x="2,3:float16", y="3,4", refused="expected m1 and m2 to have the same dtype"),
    ),
    macs=lambda output, input, mat2: output.numel * input.shape[1],
)
def mm(input: TensorType, mat2: TensorType) -> TensorType:
    check_tensor(mat2, "mm", "mat2")
    if input.rank != 2:
        raise Refused("self must be a matrix")
    if mat2.rank != 2:
        raise Refused("mat2 must be a matrix")
    _product_of_matrices(*input.shape, *mat2.shape)
    _check_types(input, mat2)
    return TensorType((input.shape[0], mat2.shape[1]), input.dtype)


@operator(
    *_spellings("bmm"),
    cases=(
        Case("torch.bmm(x, y)", x="2,3,4", y="2,4,5"),
        Case("x.bmm(y)", x="2,3,4:float64", y="2,4,5:float64"),
        Case("x.bmm(y)", x="2,3,4", y="3,4,5", refused="Expected size for first two dimensions of batch2 tensor to be"),
        Case("x.bmm(y)", x="3,4", y="3,4", refused="batch1 must be a 3D tensor"),
        Case("x.bmm(y)", x="2,3,4:float16", y="2,4,5", refused="expected scalar type Half but found Float"),
    ),
    macs=lambda output, input, mat2: output.numel * input.shape[2],
)
def bmm(input: TensorType, mat2: TensorType) -> TensorType:
    check_tensor(mat2, "bmm", "mat2")
    for place, operand in (("batch1", input), ("batch2", mat2)):
        if operand.rank != 3:
            raise Refused(f"{place} must be a 3D tensor")
    batch, rows, inner = input.shape
    message = (
        "Expected size for first two dimensions of batch2 tensor to be: "
        f"{shape_text((batch, inner))} but got: {shape_text(mat2.shape[:2])}."
    )
    require(equal(batch, mat2.shape[0]), message)
    require(equal(inner, mat2.shape[1]), message)
    if input.dtype is not mat2.dtype:
        raise Refused(f"expected scalar type {scalar_name(input.dtype)} but found {scalar_name(mat2.dtype)}")
    return TensorType((batch, rows, mat2.shape[2]), input.dtype)


def _inner_macs(output: TensorType, input: TensorType, other: TensorType) -> Dim:
    """Contracts as tensordot does: nothing is counted where one number results, or with a scalar."""
    if not input.rank or not other.rank or equal(output.numel, 1) is True:
        return 0
    return output.numel * input.shape[-1]


@operator(
    *_spellings("inner"),
    cases=(
        Case("torch.inner(x, y)", x="3", y="3"),
        Case("torch.inner(x, y)", x="2,3", y="5,4,3"),
        Case("x.inner(y)", x="2,3", y="3"),
        Case("x.inner(y)", x="1,3", y="1,1,3"),
        Case("x.inner(y)", x="2,3:int64", y=""),
        Case("x.inner(y)", x="2,3", y="4", refused="inner() the last dimension must match on both input tensors"),
        Case("x.inner(y)", x="2,3", y="4,3:int64", refused="both inputs should have same dtype"),
    ),
    macs=_inner_macs,
)
def inner(input: TensorType, other: TensorType) -> TensorType:
    check_tensor(other, "inner", "other")
    if not input.rank or not other.rank:
        return joined("inner", input, other)
    if input.rank == other.rank == 1:
        return _dot(input, other)
    require(
        equal(input.shape[-1], other.shape[-1]),
        "inner() the last dimension must match on both input tensors but got shapes "
        f"{shape_text(input.shape)} and {shape_text(other.shape)}",
    )
    if input.dtype is not other.dtype:
        raise Refused("both inputs should have same dtype")
    return TensorType(input.shape[:-1] + other.shape[:-1], input.dtype)


@operator(
    *_spellings("outer"), *_spellings("ger"),
    cases=(
        Case("torch.outer(x, y)", x="2", y="3"),
        Case("x.outer(y)", x="2:int64", y="3"),
        Case("x.ger(y)", x="2,1", y="3", refused="outer: Expected 1-D argument self, but got 2-D"),
    ),
)  # fmt: skip
def outer(input: TensorType, vec2: TensorType) -> TensorType:
    for name, operand in (("self", input), ("vec2", vec2)):
        check_tensor(operand, "outer", name)
        if operand.rank != 1:
            raise Refused(f"outer: Expected 1-D argument {name}, but got {operand.rank}-D")
    return TensorType(input.shape + vec2.shape, joined("outer", input, TensorType((1,), vec2.dtype)).dtype)


@operator(
    *_spellings("kron"),
    cases=(
        Case("torch.kron(x, y)", x="2,3", y="4,5"),
        Case("x.kron(y)", x="3:int64", y="4,5"),
        Case("torch.kron(x, y)", x="2,3", y=""),
    ),
)
def kron(input: TensorType, other: TensorType) -> TensorType:
    """Sizes multiply, the shorter shape being filled with ones in front."""
    rank = max(input.rank, other.rank)
    sizes: list[Shape] = [(1,) * (rank - len(shape)) + shape for shape in (input.shape, other.shape)]
    return TensorType(tuple(a * b for a, b in zip(*sizes, strict=True)), joined("kron", *_ones(input, other)).dtype)


def _ones(*tensors: TensorType) -> list[Any]:
    """Tensors of the same dtypes and kinds of rank, whose shapes broadcast."""
    return [TensorType((1,) * min(tensor.rank, 1), tensor.dtype) for tensor in tensors]
