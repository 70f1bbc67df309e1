"""Operators that cut a tensor into a tuple of pieces: split, chunk, tensor_split, unbind, hsplit.

    split(TensorType((5, 3)), 2)                    -> (TensorType((2, 3)), TensorType((2, 3)), TensorType((1, 3)))
    chunk(TensorType((N, 2*d)), 2, 1)               -> (TensorType((N, d)), TensorType((N, d)))
    split(TensorType((5, 3)), [2, 2])               -> Refused: split_with_sizes expects split_sizes to sum ...

How many pieces there are must be a number.
https://docs.pytorch.org/docs/stable/generated/torch.split.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from analyzer.algebra.expression import Dim, at_least, ceil_div, divisible, equal, require, total
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.operands import dimension, shape_text
from analyzer.knowledge.operator import Case, DataDependent, OperatorSpec, operator
from analyzer.knowledge.sizes import integer, integers, replaced, sliced

Pieces = tuple[TensorType, ...]
MOST_PIECES = 10_000


def _pieces(input: TensorType, at: int, sizes: Iterable[Dim]) -> Pieces:
    return tuple(TensorType(replaced(input.shape, at, size), input.dtype) for size in sizes)


def _check_rank(function: str, input: TensorType) -> None:
    if not input.rank:
        raise Refused(f"{function} expects at least a 1-dimensional tensor")


def _count(function: str, count: Dim) -> int:
    if not isinstance(count, int):
        raise DataDependent(f"{function}() makes {count} tensors, which is no fixed number")
    if count > MOST_PIECES:
        raise DataDependent(f"{function}() makes over {MOST_PIECES:,} tensors")
    return count


def _split(input: TensorType, size: Dim, at: int) -> Pieces:
    """Pieces of `size`, the last one smaller where it does not divide the dimension."""
    whole = input.shape[at]
    require(at_least(size, 0), f"split expects split_size be non-negative, but got split_size={size}")
    complaint = f"split_size can only be 0 if dimension size is 0, but got dimension size of {whole}"
    if at_least(whole, 1) is True:
        require(at_least(size, 1), complaint)
    elif size == 0:
        require(equal(whole, 0), complaint)
        return (input,)
    count = max(_count("split", ceil_div(whole, size)), 1)
    return _pieces(input, at, [size] * (count - 1) + [whole - size * (count - 1)])


def _split_with_sizes(input: TensorType, sizes: Sequence[Dim], at: int) -> Pieces:
    text = f"but got split_sizes={shape_text(sizes)}"
    for size in sizes:
        require(at_least(size, 0), f"split_with_sizes expects split_sizes have only non-negative entries, {text}")
    whole = input.shape[at]
    complaint = f"split_with_sizes expects split_sizes to sum exactly to {whole} (input tensor's size at dimension {at}"
    require(equal(total(sizes), whole), f"{complaint}), {text}")
    return _pieces(input, at, sizes)


@operator(
    "torch.split",
    cases=(
        Case("torch.split(x, 2)", x="5,3"),
        Case("torch.split(x, [1, 4], dim=0)", x="5,3"),
        Case("torch.split(x, split_size_or_sections=7, dim=-1)", x="5,3"),
        Case("torch.split(x, 0)", x="0,3"),
        Case("torch.split(x, 2)", x="0,3"),
        Case("torch.split(x, 0)", x="5", refused="split_size can only be 0 if dimension size is 0"),
        Case("torch.split(x, -1)", x="5", refused="split expects split_size be non-negative, but got split_size=-1"),
        Case("torch.split(x, (2, 2))", x="5", refused="split_with_sizes expects split_sizes to sum exactly to 5"),
        Case("torch.split(x, (6, -1))", x="5", refused="expects split_sizes have only non-negative entries"),
        Case("torch.split(x, 1)", x="", refused="split expects at least a 1-dimensional tensor"),
        Case("torch.split(x, 1, 2)", x="2,3", refused="Dimension out of range (expected to be in range of [-2, 1]"),
    ),
)
def split(tensor: TensorType, split_size_or_sections: Dim | Sequence[Dim], dim: int = 0) -> Pieces:
    """https://docs.pytorch.org/docs/stable/generated/torch.split.html"""
    _check_rank("split", tensor)
    at = dimension(dim, tensor.rank)
    if isinstance(split_size_or_sections, list | tuple):
        return _split_with_sizes(tensor, integers("split", split_size_or_sections), at)
    return _split(tensor, integer("split", split_size_or_sections), at)


@operator(
    "Tensor.split",
    cases=(
        Case("x.split(2, dim=1)", x="3,5"),
        Case("x.split(split_size=[1, 2])", x="3,5"),
        Case("x.split([1, 1], 1)", x="2,3", refused="split_with_sizes expects split_sizes to sum exactly to 3"),
    ),
)
def split_method(self: TensorType, split_size: Dim | Sequence[Dim], dim: int = 0) -> Pieces:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.split.html"""
    return split.rule(self, split_size, dim)  # type: ignore[no-any-return]  # a rule returns Any


@operator(
    "torch.split_with_sizes", "Tensor.split_with_sizes",
    cases=(
        Case("x.split_with_sizes([1, 2], 1)", x="2,3"),
        Case("torch.split_with_sizes(x, (2, 0))", x="2,3"),
        Case("x.split_with_sizes([1, 1], -1)", x="2,3", refused="to sum exactly to 3 (input tensor's size at"),
    ),
)  # fmt: skip
def split_with_sizes(input: TensorType, split_sizes: Sequence[Dim], dim: int = 0) -> Pieces:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.split.html"""
    return _split_with_sizes(input, integers("split_with_sizes", split_sizes), dimension(dim, input.rank))


@operator(
    "torch.chunk", "Tensor.chunk",
    cases=(
        Case("torch.chunk(x, 2)", x="5,3"),
        Case("x.chunk(4, dim=0)", x="5,3"),
        Case("x.chunk(chunks=10, dim=-1)", x="5,3"),
        Case("x.chunk(2)", x="0,3"),
        Case("x.chunk(0)", x="5", refused="chunk expects `chunks` to be greater than 0, got: 0"),
        Case("x.chunk(2)", x="", refused="chunk expects at least a 1-dimensional tensor"),
        Case("x.chunk(2, 1)", x="5", refused="Dimension out of range (expected to be in range of [-1, 0], but got 1)"),
    ),
)  # fmt: skip
def chunk(input: TensorType, chunks: Dim, dim: int = 0) -> Pieces:
    """https://docs.pytorch.org/docs/stable/generated/torch.chunk.html"""
    _check_rank("chunk", input)
    at, whole = dimension(dim, input.rank), input.shape[dimension(dim, input.rank)]
    wanted = _count("chunk", integer("chunk", chunks))
    require(wanted > 0, f"chunk expects `chunks` to be greater than 0, got: {wanted}")
    if divisible(whole, wanted) is True:
        return _pieces(input, at, [whole // wanted] * wanted)
    if isinstance(whole, int):
        return _split(input, ceil_div(whole, wanted), at)
    if whole % wanted == 0:
        return _pieces(input, at, [whole // wanted] * wanted)
    # Fewer than (wanted - 1)**2 + 1 elements may fill fewer chunks.
    if whole > (wanted - 1) ** 2:
        size = ceil_div(whole, wanted)
        return _pieces(input, at, [size] * (wanted - 1) + [whole - size * (wanted - 1)])
    raise DataDependent(f"how many chunks {whole} elements make depends on their number")


@operator(
    "torch.tensor_split", "Tensor.tensor_split",
    cases=(
        Case("torch.tensor_split(x, 3)", x="8"),
        Case("x.tensor_split((1, 3), dim=1)", x="2,5"),
        Case("x.tensor_split((-2, 10))", x="5"),
        Case("x.tensor_split([3, 1])", x="5"),
        Case("x.tensor_split(sections=4, dim=0)", x="2"),
        Case("x.tensor_split(indices=(2,))", x="5"),
        Case("x.tensor_split(0)", x="5", refused="number of sections must be larger than 0, got 0"),
        Case("x.tensor_split(2)", x="", refused="tensor_split expected at least a 1-dimensional tensor"),
    ),
)  # fmt: skip
def tensor_split(
    input: TensorType,
    indices_or_sections: Dim | Sequence[Dim] | TensorType | None = None,
    dim: int = 0,
    *,
    sections: Dim | None = None,
    indices: Sequence[Dim] | None = None,
) -> Pieces:
    """https://docs.pytorch.org/docs/stable/generated/torch.tensor_split.html"""
    if not input.rank:
        raise Refused("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
    cuts = next(given for given in (indices_or_sections, sections, indices) if given is not None)
    return _cut(input, cuts, dimension(dim, input.rank))


def _cut(input: TensorType, cuts: Dim | Sequence[Dim] | TensorType, at: int) -> Pieces:
    """Cut before each of the given indices, or into as many pieces as equal as possible."""
    whole = input.shape[at]
    if isinstance(cuts, list | tuple):
        bounds = [None, *integers("tensor_split", cuts), None]
        return _pieces(input, at, [sliced(whole, slice(*ends)) for ends in pairwise(bounds)])
    count = _count("tensor_split", integer("tensor_split", cuts))
    require(count > 0, f"number of sections must be larger than 0, got {count}")
    return _pieces(input, at, [(whole - place + count - 1) // count for place in range(count)])


def _directed(name: str, rank: int, *cases: Case) -> OperatorSpec:
    """An entry that cuts at a dimension named by a direction, into equal pieces or at indices."""

    def rule(input: TensorType, indices_or_sections: Dim | Sequence[Dim]) -> Pieces:
        if input.rank < rank:
            raise Refused(
                f"torch.{name} requires a tensor with at least {rank} dimension, "
                f"but got a tensor with {input.rank} dimensions!"
            )
        at = rank - 1 if name != "vsplit" else 0
        if name == "hsplit" and input.rank > 1:
            at = 1
        if not isinstance(indices_or_sections, list | tuple):
            complaint = (
                f"torch.{name} attempted to split along dimension {at}, but the size of the dimension "
                f"{input.shape[at]} is not divisible by the split_size {indices_or_sections}!"
            )
            count = integer(name, indices_or_sections)
            require(count != 0 and divisible(input.shape[at], count), complaint)
        return _cut(input, indices_or_sections, at)

    return operator(f"torch.{name}", f"Tensor.{name}", cases=cases)(rule)


DIRECTED = (
    _directed(
        "hsplit", 1,
        Case("torch.hsplit(x, 5)", x="5"),
        Case("x.hsplit([1])", x="2,3,4"),
        Case("x.hsplit(2)", x="2,3", refused="torch.hsplit attempted to split along dimension 1, but the size"),
        Case("x.hsplit(2)", x="", refused="torch.hsplit requires a tensor with at least 1 dimension"),
    ),
    _directed(
        "vsplit", 2,
        Case("torch.vsplit(x, 2)", x="4,3"),
        Case("x.vsplit((1, 2))", x="4,3"),
        Case("x.vsplit(1)", x="5", refused="torch.vsplit requires a tensor with at least 2 dimension"),
    ),
    _directed(
        "dsplit", 3,
        Case("torch.dsplit(x, 2)", x="2,3,4"),
        Case("x.dsplit([3])", x="2,3,4"),
        Case("x.dsplit(3)", x="2,3,4", refused="is not divisible by the split_size 3!"),
    ),
)  # fmt: skip


@operator(
    "torch.unbind", "Tensor.unbind",
    cases=(
        Case("torch.unbind(x)", x="2,3"),
        Case("x.unbind(dim=-1)", x="2,3"),
        Case("x.unbind(2)", x="2,3", refused="Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
        Case("x.unbind()", x="", refused="Dimension specified as 0 but tensor has no dimensions"),
    ),
)  # fmt: skip
def unbind(input: TensorType, dim: int = 0) -> Pieces:
    """https://docs.pytorch.org/docs/stable/generated/torch.unbind.html"""
    at = dimension(dim, input.rank)
    if not input.rank:
        raise Refused(f"Dimension specified as {dim} but tensor has no dimensions")
    rest = TensorType(replaced(input.shape, at), input.dtype)
    return (rest,) * _count("unbind", input.shape[at])
