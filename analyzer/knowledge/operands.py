"""What the rules of computing operators share: dimensions, operands that are no tensors, results that are written back.

    dimension(-1, 3)                                            -> 2
    dimensions((0, -1), 3)                                      -> (0, 2)
    reduced((2, 3, 4), (1,), keepdim=True)                      -> (2, 1, 4)
    written_back(TensorType((3,)), TensorType((2, 3)), "add_")  -> Refused: output with shape [3] doesn't match ...

Messages are PyTorch's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from analyzer.algebra.expression import Expr
from analyzer.algebra.facts import at_least, equal, require
from analyzer.algebra.rational import Rational
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast, promote
from analyzer.knowledge.operator import DataDependent

Scalar = bool | int | float | complex | Expr | Rational
Operand = TensorType | Scalar

_SCALAR_NAMES = {
    "bool": "Bool",
    "uint8": "Byte",
    "int8": "Char",
    "int16": "Short",
    "int32": "Int",
    "int64": "Long",
    "float16": "Half",
    "bfloat16": "BFloat16",
    "float32": "Float",
    "float64": "Double",
    "complex32": "ComplexHalf",
    "complex64": "ComplexFloat",
    "complex128": "ComplexDouble",
}

_REAL = {DType.complex64: DType.float32, DType.complex128: DType.float64, DType.complex32: DType.float16}


def scalar_name(dtype: DType) -> str:
    """The dtype as PyTorch's messages spell it: `Float`, `Long`."""
    return _SCALAR_NAMES.get(str(dtype), str(dtype))


def is_inexact(dtype: DType) -> bool:
    """Floating point or complex."""
    return dtype.is_floating or dtype.is_complex


def inexact(dtype: DType) -> DType:
    """The dtype that exp, sin or a division compute in: integers and bool become float32."""
    return dtype if is_inexact(dtype) else DType.float32


def real(dtype: DType) -> DType:
    """complex64 to float32, complex128 to float64; others are themselves."""
    return _REAL.get(dtype, dtype)


def is_operand(value: object) -> bool:
    """Whether a value can take part in arithmetic with a tensor: tensors and numbers can."""
    return isinstance(value, TensorType | int | float | complex | Expr | Rational)


def joined(function: str, *operands: Any) -> TensorType:
    """The broadcast shape and promoted dtype of tensors and numbers; Refused for anything else."""
    for place, operand in enumerate(operands, 1):
        if not is_operand(operand):
            raise Refused(f"{function}(): argument {place} must be Tensor, not {type(operand).__name__}")
    shapes = [operand.shape for operand in operands if isinstance(operand, TensorType)]
    return TensorType(broadcast(*shapes), promote(*operands))


def check_tensor(value: object, function: str, position: str = "input") -> None:
    """Refuse what is no tensor: `mm(): argument 'mat2' must be Tensor, not float`."""
    if not isinstance(value, TensorType):
        raise Refused(f"{function}(): argument '{position}' must be Tensor, not {type(value).__name__}")


def dimension(dim: Any, rank: int) -> int:
    """A dimension counted from the front; Refused when out of range.  A 0-dim tensor takes 0 and -1."""
    if isinstance(dim, Expr):
        raise DataDependent(f"which dimension is meant depends on {dim}")
    if isinstance(dim, bool) or not isinstance(dim, int):
        raise Refused(f"argument 'dim' must be int, not {type(dim).__name__}")
    extent = max(rank, 1)
    if not -extent <= dim < extent:
        raise Refused(f"Dimension out of range (expected to be in range of [{-extent}, {extent - 1}], but got {dim})")
    return dim % extent


def dimensions(dim: Any, rank: int, *, empty_is_all: bool = True) -> tuple[int, ...]:
    """The dimensions meant by None (all), an int or a sequence of ints; Refused when one is named twice."""
    if dim is None:
        return tuple(range(rank))
    if not isinstance(dim, list | tuple):
        return (dimension(dim, rank),) if rank or dim not in (0, -1) else ()
    if not dim and empty_is_all:
        return tuple(range(rank))
    found: list[int] = []
    for one in dim:
        place = dimension(one, rank)
        if place in found:
            raise Refused(f"dim {place} appears multiple times in the list of dims")
        found.append(place)
    return tuple(found) if rank else ()


def reduced(shape: Shape, dims: Iterable[int], *, keepdim: bool) -> Shape:
    """The shape that is left when `dims` are reduced to one element each."""
    gone = frozenset(dims)
    if keepdim:
        return tuple(1 if place in gone else size for place, size in enumerate(shape))
    return tuple(size for place, size in enumerate(shape) if place not in gone)


def collapsed(function: str, input: TensorType, dim: Any, keepdim: Any = False, *, empty_is_all: bool = True) -> Shape:
    """What a reduction over `dim` (None: all) leaves; the arguments are checked as PyTorch checks them."""
    check_tensor(input, function)
    if not isinstance(keepdim, bool):
        raise Refused(f"{function}(): argument 'keepdim' must be bool, not {type(keepdim).__name__}")
    return reduced(input.shape, dimensions(dim, input.rank, empty_is_all=empty_is_all), keepdim=keepdim)


def check_not_empty(function: str, input: TensorType, dim: Any) -> None:
    """Refuse to choose an element where there is none, as max and argmax do."""
    if dim is None:
        message = f"{function}(): Expected reduction dim to be specified for input.numel() == 0."
        require(at_least(input.numel, 1), message)
        return
    for place in dimensions(dim, input.rank):
        message = f"{function}(): Expected reduction dim {place} to have non-zero size."
        require(at_least(input.shape[place], 1), message)


def check_one(function: str, dim: Any) -> None:
    """Refuse anything but one dimension: `argmax(): argument 'dim' must be int, not tuple`."""
    if isinstance(dim, bool) or not isinstance(dim, int | Expr):
        raise Refused(f"{function}(): argument 'dim' must be int, not {type(dim).__name__}")


def shape_text(shape: Sequence[Any]) -> str:
    """`[2, 3]`"""
    return f"[{', '.join(map(str, shape))}]"


def check_cast(result: DType, target: DType) -> None:
    """Refuse what an in-place operator cannot store: float in int, complex in float, all but bool in bool."""
    fits = (
        target.is_complex
        or (target.is_floating and not result.is_complex)
        or (not is_inexact(result) and (target is not DType.bool_ or result is DType.bool_))
    )
    if not fits:
        raise Refused(
            f"result type {scalar_name(result)} can't be cast to the desired output type {scalar_name(target)}"
        )


def written_back(place: TensorType, result: TensorType) -> TensorType:
    """What `place` is after an in-place operator: its own shape and dtype, if the result fits there."""
    mine, theirs = shape_text(place.shape), shape_text(result.shape)
    message = f"output with shape {mine} doesn't match the broadcast shape {theirs}"
    require(place.rank == result.rank, message)
    for size, computed in zip(place.shape, result.shape, strict=True):
        require(equal(size, computed), message)
    check_cast(result.dtype, place.dtype)
    return place
