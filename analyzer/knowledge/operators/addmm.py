"""Products of matrices and vectors that are added to a tensor.

    torch.addmm(b, x, y)      b [4], x [2, 3], y [3, 4]            -> [2, 4], 24 multiply-accumulates
    torch.baddbmm(b, x, y)    b [5], x [2, 3, 4], y [2, 4, 5]      -> [2, 3, 5], 120 multiply-accumulates
    b.addmm_(x, y)            b [4]                                -> Refused: Bad in-place call ...

FlopCounterMode counts addmm and baddbmm but not their in-place twins, nor addbmm, addmv and addr.

Source: https://pytorch.org/docs/stable/torch.html#blas-and-lapack-operations
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import Refused, Shape, TensorType, promote
from analyzer.knowledge.operands import check_tensor, scalar_name, shape_text
from analyzer.knowledge.operator import Case, OperatorSpec, operator


@dataclass(frozen=True, slots=True)
class _Row:
    """name, the ranks and torch's names of the factors, the shape of their product, and the recorded examples."""

    name: str
    factors: tuple[tuple[str, int], tuple[str, int]]
    shape: Callable[[Shape, Shape], Shape]
    x: str
    y: str
    result: str
    bad: tuple[str, str]
    counted: bool = False


def _matrices(a: Shape, b: Shape) -> Shape:
    message = f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})"
    require(equal(a[1], b[0]), message)
    return (a[0], b[1])


def _batches(a: Shape, b: Shape) -> Shape:
    message = (
        "Expected size for first two dimensions of batch2 tensor to be: "
        f"{shape_text((a[0], a[2]))} but got: {shape_text(b[:2])}."
    )
    require(equal(a[0], b[0]), message)
    require(equal(a[2], b[1]), message)
    return (a[0], a[1], b[2])


def _summed_batches(a: Shape, b: Shape) -> Shape:
    require(equal(a[0], b[0]), "batch1 and batch2 must have same number of batches")
    require(equal(a[2], b[1]), f"Incompatible matrix sizes for bmm ({a[1]}x{a[2]} and {b[1]}x{b[2]})")
    return (a[1], b[2])


def _matrix_and_vector(a: Shape, b: Shape) -> Shape:
    require(equal(a[1], b[0]), f"size mismatch, got input ({a[0]}), mat ({a[0]}x{a[1]}), vec ({b[0]})")
    return (a[0],)


def _vectors(a: Shape, b: Shape) -> Shape:
    return (a[0], b[0])


_TABLE = (
    _Row(
        "addmm", (("mat1", 2), ("mat2", 2)), _matrices, "2,3", "3,4", "2,4",
        ("5,4", "mat1 and mat2 shapes cannot be multiplied (2x3 and 5x4)"), counted=True,
    ),
    _Row(
        "baddbmm", (("batch1", 3), ("batch2", 3)), _batches, "2,3,4", "2,4,5", "2,3,5",
        ("2,5,5", "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 5]"),
        counted=True,
    ),
    _Row(
        "addbmm", (("batch1", 3), ("batch2", 3)), _summed_batches, "2,3,4", "2,4,5", "3,5",
        ("2,5,5", "Incompatible matrix sizes for bmm (3x4 and 5x5)"),
    ),
    _Row(
        "addmv", (("mat", 2), ("vec", 1)), _matrix_and_vector, "2,3", "3", "2",
        ("4", "vec (4)"),
    ),
    _Row("addr", (("vec1", 1), ("vec2", 1)), _vectors, "2", "3", "2,3", ("3,1", "addr: Expected 1-D argument vec2")),
)  # fmt: skip


def _result(row: _Row, input: TensorType, a: TensorType, b: TensorType) -> TensorType:
    """The product's type; Refused where the factors do not fit each other."""
    for (name, rank), factor in zip(row.factors, (a, b), strict=True):
        check_tensor(factor, row.name, name)
        if factor.rank != rank:
            raise Refused(f"{row.name}: Expected {rank}-D argument {name}, but got {factor.rank}-D")
    if row.name == "addr":
        dtype = promote(input, a, b)
    else:
        dtype = input.dtype
        if not a.dtype is b.dtype is dtype:
            names = ", ".join(scalar_name(tensor.dtype) for tensor in (input, a, b))
            raise Refused(f"{row.name}: the tensors must have the same dtype, but got {names}")
    return TensorType(row.shape(a.shape, b.shape), dtype)


def _check_expands(input: TensorType, shape: Shape) -> None:
    if input.rank > len(shape):
        raise Refused(
            f"expand({shape_text(input.shape)}, size={shape_text(shape)}): the number of sizes provided ({len(shape)}) "
            f"must be greater or equal to the number of dimensions in the tensor ({input.rank})"
        )
    first = len(shape) - input.rank
    for place, (mine, target) in enumerate(zip(input.shape, shape[first:], strict=True), first):
        if equal(mine, 1) is not True:
            require(
                equal(mine, target),
                f"The expanded size of the tensor ({target}) must match the existing size ({mine}) at non-singleton "
                f"dimension {place}.  Target sizes: {shape_text(shape)}.  Tensor sizes: {shape_text(input.shape)}",
            )


def _entries() -> Iterator[OperatorSpec]:
    for row in _TABLE:
        first, second = (name for name, _ in row.factors)
        x, y, (bad, message) = row.x, row.y, row.bad
        last = row.result.split(",")[-1]
        yield operator(
            f"torch.{row.name}", f"Tensor.{row.name}",
            cases=(
                Case(f"torch.{row.name}(b, x, y)", b=row.result, x=x, y=y),
                Case(f"b.{row.name}(x, y, beta=0.5, alpha=2)", b=last, x=x, y=y),
                Case(f"torch.{row.name}(b, {first}=x, {second}=y)", b="1", x=x, y=y),
                Case(f"torch.{row.name}(b, x, y)", b="1", x=x, y=bad, refused=message),
                Case(f"torch.{row.name}(b, x, y)", b="7", x=x, y=y, refused="The expanded size of the tensor"),
                Case(f"torch.{row.name}(b, x, y)", b=f"1,1,1,{last}", x=x, y=y, refused="the number of sizes provided"),
            ),
            macs=_macs(row),
        )(_rule(row))  # fmt: skip
        yield operator(
            f"Tensor.{row.name}_",
            cases=(
                Case(f"b.{row.name}_(x, y)", b=row.result, x=x, y=y),
                Case(f"b.{row.name}_(x, y, alpha=2)", b=f"{row.result}:float64", x=f"{x}:float64", y=f"{y}:float64"),
                Case(f"b.{row.name}_(x, y)", b="7", x=x, y=y, refused="Bad in-place call"),
            ),
        )(_in_place(row))


def _factors(row: _Row, given: tuple[Any, ...], named: dict[str, Any]) -> list[Any]:
    """The two factors, given by place or by torch's names."""
    found = [*given, *(named[name] for name, _ in row.factors[len(given) :] if name in named)]
    if len(found) != 2 or len(given) + len(named) != 2:
        raise Refused(f"{row.name}() received an invalid combination of arguments")
    return found


def _macs(row: _Row) -> Callable[..., Dim]:
    def macs(
        output: TensorType, input: TensorType, *factors: TensorType, beta: Any = 1, alpha: Any = 1, **named: TensorType
    ) -> Dim:
        return output.numel * _factors(row, factors, named)[0].shape[-1] if row.counted else 0

    return macs


def _rule(row: _Row) -> Callable[..., TensorType]:
    def rule(input: TensorType, *factors: TensorType, beta: Any = 1, alpha: Any = 1, **named: TensorType) -> TensorType:
        result = _result(row, input, *_factors(row, factors, named))
        _check_expands(input, result.shape)
        return result

    return rule


def _in_place(row: _Row) -> Callable[..., TensorType]:
    def rule(input: TensorType, *factors: TensorType, beta: Any = 1, alpha: Any = 1, **named: TensorType) -> TensorType:
        result = _result(row, input, *_factors(row, factors, named))
        message = (
            f"Bad in-place call: input tensor size {shape_text(input.shape)} and output tensor size "
            f"{shape_text(result.shape)} should match"
        )
        require(input.rank == result.rank, message)
        for mine, theirs in zip(input.shape, result.shape, strict=True):
            require(equal(mine, theirs), message)
        return input

    return rule


ADDED = tuple(_entries())
