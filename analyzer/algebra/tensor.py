"""A tensor as far as it is known before running: its shape and its element type.

TensorType((symbol("N"), 64, 16, 16))                 prints as `[N, 64, 16, 16] float32`
broadcast((8, 1, 6), (7, 1))                          -> (8, 7, 6)
promote(TensorType((3,), DType.int64), 2.5)           -> DType.float32
parse_input("mask=N,77:bool")                         -> ("mask", TensorType((N, 77), DType.bool_))
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce
from math import prod

from analyzer.algebra.dtype import DType, combine_categories, promote_types
from analyzer.algebra.expression import Dim, Expr, product, symbol
from analyzer.algebra.facts import Refused, equal, require
from analyzer.algebra.parsing import parse
from analyzer.algebra.rational import Rational

__all__ = [
    "DType", "Refused", "Shape", "TensorType", "broadcast", "parse_input", "parse_shape", "promote", "promote_types",
]  # fmt: skip

Shape = tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class TensorType:
    """Shape and element type of a tensor; equal when both are equal, which may ask the decider in force."""

    shape: Shape
    dtype: DType = DType.float32

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def numel(self) -> Dim:
        """Number of elements; 1 for a tensor of rank 0."""
        for size in self.shape:
            if type(size) is not int:
                return product(self.shape)
        return prod(self.shape)

    @property
    def bytes(self) -> Dim:
        """Bytes of all elements, stored densely."""
        return self.numel * self.dtype.itemsize

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.shape))}] {self.dtype}"


def broadcast(*shapes: Shape) -> Shape:
    """The common shape, aligned at the last dimension, sizes of 1 stretched; Refused when sizes do not fit.

    Where neither of two sizes can be 1, their equality is required, not decided.
    https://docs.pytorch.org/docs/stable/notes/broadcasting.html
    """
    return reduce(_broadcast_two, shapes, ())


def _broadcast_two(a: Shape, b: Shape) -> Shape:
    rank = max(len(a), len(b))
    longer, shorter = (a, b) if len(a) == rank else (b, a)
    missing = rank - len(shorter)
    joined = [_broadcast_sizes(a[i - rank + len(a)], b[i - rank + len(b)], i) for i in range(missing, rank)]
    return (*longer[:missing], *joined)


def _broadcast_sizes(a: Dim, b: Dim, dimension: int) -> Dim:
    same = equal(a, b)
    if same is True:
        return a
    for one, other in ((a, b), (b, a)):
        if equal(one, 1) is True:
            return other
    message = f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {dimension}"
    if equal(a, 1) is False and equal(b, 1) is False:
        require(same, message)
        return a if isinstance(a, int) else b
    if a == b:
        return a if isinstance(a, int) else b
    if a == 1:
        return b
    if b == 1:
        return a
    raise Refused(message)


Operand = TensorType | DType | Expr | Rational | complex
"""A tensor, a tensor's type (of a tensor with dimensions), or a Python number."""


def promote(*operands: Operand) -> DType:
    """The type that torch's arithmetic gives: tensors with dimensions come before 0-dim tensors, before numbers.

    An Expr is an int and a Rational a float.  Refused where torch does not promote.
    https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
    """
    with_dimensions: DType | None = None
    without: DType | None = None
    numbers: DType | None = None
    for operand in operands:
        if isinstance(operand, TensorType) and operand.rank == 0:
            without = _join(without, operand.dtype)
        elif isinstance(operand, TensorType | DType):
            dtype = operand.dtype if isinstance(operand, TensorType) else operand
            with_dimensions = _join(with_dimensions, dtype)
        else:
            numbers = _join(numbers, _number_type(operand))
    joined = combine_categories(with_dimensions, combine_categories(without, numbers))
    if joined is None:
        raise TypeError("promote() needs at least one operand")
    return joined


def _join(known: DType | None, more: DType) -> DType:
    return more if known is None else promote_types(known, more)


def _number_type(number: Expr | Rational | complex) -> DType:
    if isinstance(number, bool):
        return DType.bool_
    if isinstance(number, int | Expr):
        return DType.int64
    if isinstance(number, complex):
        return DType.complex64
    return DType.float32


def parse_shape(text: str) -> Shape:
    """Sizes from `N,3,32,32` or `1x3x224x224`; the empty text is rank 0.

    A name becomes a symbol of at least 1 and a size may be a formula (`N,2*H`).  ValueError when it cannot be read.
    """
    text = text.strip()
    if not text:
        return ()
    sizes = text.rstrip(",").split(",")
    if "," not in text and re.fullmatch(r"(\d+|[A-WYZ])(x(\d+|[A-WYZ]))+", text):
        sizes = text.split("x")
    names = dict.fromkeys(re.findall(r"[A-Za-z_][\w.]*", text))
    symbols = {name: symbol(name, lower=1) for name in names}
    shape = tuple(parse(size, symbols) for size in sizes)
    if any(isinstance(size, int) and size < 0 for size in shape):
        raise ValueError(f"{text!r} has a negative size")
    return shape


def parse_input(text: str) -> tuple[str | None, TensorType]:
    """Name and type from `name=SHAPE:dtype`; name and dtype may be left out.  ValueError when it cannot be read."""
    name, found, rest = text.rpartition("=")
    if found and not name.strip().isidentifier():
        raise ValueError(f"{name.strip()!r} is not the name of an argument")
    shape, _, dtype = rest.partition(":")
    return name.strip() or None, TensorType(parse_shape(shape), DType.parse(dtype.strip() or "float32"))
