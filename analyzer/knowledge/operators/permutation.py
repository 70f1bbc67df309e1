"""Operators that reorder dimensions or elements: permute, transpose, movedim, roll, flip, rot90.

    permute(TensorType((N, C, H, W)), 0, 2, 3, 1)        -> TensorType((N, H, W, C))
    transpose(TensorType((2, 3)), 0, 2)                  -> Refused: Dimension out of range (expected ...)

https://docs.pytorch.org/docs/stable/generated/torch.permute.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim, equal, require
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.operands import dimension, dimensions, shape_text
from analyzer.knowledge.operator import Case, operator
from analyzer.knowledge.sizes import integers, sizes

_OUT_OF_RANGE = "Dimension out of range (expected to be in range of [-3, 2], but got 3)"


@operator(
    "torch.permute", "Tensor.permute", "torch.permute_copy",
    cases=(
        Case("x.permute(0, 2, 1)", x="2,3,4"),
        Case("torch.permute(x, (-1, 0, 1))", x="2,3,4"),
        Case("x.permute(dims=[1, 0])", x="2,3"),
        Case("x.permute(())", x=""),
        Case("x.permute(0, 2)", x="2,3,4", refused="does not match the length of the desired ordering of dimensions"),
        Case("x.permute(0, 2, 2)", x="2,3,4", refused="permute(): duplicate dims are not allowed."),
        Case("x.permute(0, 1, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)  # fmt: skip
def permute(input: TensorType, *order: Any, dims: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.permute.html"""
    named = sizes("permute", order, dims)
    if len(named) != input.rank:
        raise Refused(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {input.rank} is not equal to len(dims) = {len(named)}"
        )
    places = [dimension(dim, input.rank) for dim in named]
    if len(set(places)) < len(places):
        raise Refused("permute(): duplicate dims are not allowed.")
    return TensorType(tuple(input.shape[place] for place in places), input.dtype)


def _exchanged(input: TensorType, first: Any, second: Any) -> TensorType:
    a, b = dimension(first, input.rank), dimension(second, input.rank)
    shape = list(input.shape)
    if shape:
        shape[a], shape[b] = shape[b], shape[a]
    return TensorType(tuple(shape), input.dtype)


@operator(
    "torch.transpose", "Tensor.transpose", "Tensor.transpose_", "torch.swapdims", "Tensor.swapdims",
    "Tensor.swapdims_",
    cases=(
        Case("torch.transpose(x, 0, 1)", x="2,3,4"),
        Case("x.transpose(dim0=-1, dim1=0)", x="2,3,4"),
        Case("x.swapdims(1, 2)", x="2,3,4"),
        Case("x.transpose(0, -1)", x=""),
        Case("x.clone().transpose_(0, 2)", x="2,3,4"),
        Case("x.transpose(0, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)  # fmt: skip
def transpose(input: TensorType, dim0: int, dim1: int) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.transpose.html"""
    return _exchanged(input, dim0, dim1)


@operator(
    "torch.swapaxes", "Tensor.swapaxes", "Tensor.swapaxes_",
    cases=(
        Case("torch.swapaxes(x, axis0=0, axis1=1)", x="2,3,4"),
        Case("x.swapaxes(1, -1)", x="2,3,4"),
        Case("x.swapaxes(0, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)  # fmt: skip
def swapaxes(input: TensorType, axis0: int, axis1: int) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.swapaxes.html"""
    return _exchanged(input, axis0, axis1)


@operator(
    "torch.t", "Tensor.t", "Tensor.t_",
    cases=(
        Case("x.t()", x="2,3"),
        Case("torch.t(x)", x="3"),
        Case("x.clone().t_()", x=""),
        Case("x.t()", x="2,3,4", refused="t() expects a tensor with <= 2 dimensions, but self is 3D"),
    ),
)  # fmt: skip
def t(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.t.html"""
    if input.rank > 2:
        raise Refused(f"t() expects a tensor with <= 2 dimensions, but self is {input.rank}D")
    return TensorType(input.shape[::-1], input.dtype)


@operator(
    "torch.adjoint", "Tensor.adjoint",
    cases=(
        Case("x.adjoint()", x="2,3,4:complex64"),
        Case("torch.adjoint(x)", x=""),
        Case("x.adjoint()", x="3", refused="tensor.adjoint() is only supported on matrices or batches of matrices"),
    ),
)  # fmt: skip
def adjoint(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.adjoint.html"""
    if input.rank == 1:
        raise Refused("tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.")
    return _exchanged(input, -2, -1) if input.rank else input


@operator(
    "torch.movedim", "Tensor.movedim", "torch.moveaxis", "Tensor.moveaxis",
    cases=(
        Case("torch.movedim(x, 0, -1)", x="2,3,4"),
        Case("x.movedim((0, 1), (2, 0))", x="2,3,4"),
        Case("torch.moveaxis(x, source=2, destination=0)", x="2,3,4"),
        Case("x.movedim(0, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
        Case("x.movedim((0, 1), (2, 2))", x="2,3,4", refused="movedim: repeated dim in `destination` ([2, 2])"),
        Case("x.movedim((0, 1), (2,))", x="2,3,4", refused="movedim: Invalid source or destination dims"),
    ),
)  # fmt: skip
def movedim(input: TensorType, source: int | Sequence[int], destination: int | Sequence[int]) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.movedim.html"""
    from_, to = integers("movedim", source), integers("movedim", destination)
    if len(from_) != len(to):
        raise Refused(
            f"movedim: Invalid source or destination dims: source ({shape_text(from_)} dims) should contain the same "
            f"number of dims as destination ({shape_text(to)} dims)"
        )
    sources, places = ([dimension(dim, input.rank) for dim in dims] for dims in (from_, to))
    for role, named, dims in (("source", from_, sources), ("destination", to, places)):
        if len(set(dims)) < len(dims):
            raise Refused(f"movedim: repeated dim in `{role}` ({shape_text(named)})")
    if not input.rank:
        return input
    moved = dict(zip(places, sources, strict=True))
    rest = iter([place for place in range(input.rank) if place not in sources])
    order = [moved[place] if place in moved else next(rest) for place in range(input.rank)]
    return TensorType(tuple(input.shape[place] for place in order), input.dtype)


@operator(
    "torch.roll", "Tensor.roll",
    cases=(
        Case("torch.roll(x, 1)", x="2,3"),
        Case("x.roll((1, -1), (0, 1))", x="2,3"),
        Case("torch.roll(x, shifts=1, dims=-1)", x="2,3"),
        Case("torch.roll(x, (1, 2), (0,))", x="2,3", refused="shifts and dimensions must align. shifts: 2, dims:"),
        Case("torch.roll(x, 1, 3)", x="2,0,4"),
        Case("torch.roll(x, 1, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
        Case("torch.roll(x, 1, 0)", x="", refused="Dimension specified as 0 but tensor has no dimensions"),
    ),
)  # fmt: skip
def roll(input: TensorType, shifts: Dim | Sequence[Dim], dims: int | Sequence[int] = ()) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.roll.html"""
    by, along = integers("roll", shifts), integers("roll", dims)
    if not by:
        raise Refused("`shifts` required")
    if len(by) != len(along) and not (len(by) == 1 and not along):
        raise Refused(f"shifts and dimensions must align. shifts: {len(by)}, dims: {len(along)}")
    for dim in along:
        if not input.rank:
            raise Refused(f"Dimension specified as {dim} but tensor has no dimensions")
        if isinstance(dim, int) and not -input.rank <= dim < input.rank:
            bounds = f"[{-input.rank}, {input.rank - 1}]"
            # A tensor without elements is returned before the dimension is looked at.
            complaint = f"Dimension out of range (expected to be in range of {bounds}, but got {dim})"
            require(equal(input.numel, 0), complaint)
    return input


@operator(
    "torch.flip", "Tensor.flip",
    cases=(
        Case("torch.flip(x, (0, 1))", x="2,3"),
        Case("x.flip(-1)", x="2,3"),
        Case("x.flip(dims=[0])", x="2,3"),
        Case("torch.flip(x, [3])", x="2,3,4", refused=_OUT_OF_RANGE),
        Case("x.flip(0, 0)", x="2,3", refused="dim 0 appears multiple times in the list of dims"),
    ),
)  # fmt: skip
def flip(input: TensorType, *along: Any, dims: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.flip.html"""
    dimensions(sizes("flip", along, dims), input.rank, empty_is_all=False)
    return input


@operator(
    "torch.fliplr", "Tensor.fliplr",
    cases=(
        Case("torch.fliplr(x)", x="2,3"),
        Case("x.fliplr()", x="2,3,4:bool"),
        Case("x.fliplr()", x="3", refused="Input must be >= 2-d."),
    ),
)  # fmt: skip
def fliplr(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.fliplr.html"""
    return _at_least(2, input)


@operator(
    "torch.flipud", "Tensor.flipud",
    cases=(
        Case("torch.flipud(x)", x="2,3"),
        Case("x.flipud()", x="3"),
        Case("x.flipud()", x="", refused="Input must be >= 1-d."),
    ),
)  # fmt: skip
def flipud(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.flipud.html"""
    return _at_least(1, input)


def _at_least(rank: int, input: TensorType) -> TensorType:
    if input.rank < rank:
        raise Refused(f"Input must be >= {rank}-d.")
    return input


@operator(
    "torch.rot90", "Tensor.rot90",
    cases=(
        Case("torch.rot90(x)", x="2,3,4"),
        Case("x.rot90(2, (1, 2))", x="2,3,4"),
        Case("torch.rot90(x, k=-1, dims=[0, 2])", x="2,3,4"),
        Case("torch.rot90(x, 1, [1])", x="2,3", refused="expected total rotation dims == 2, but got dims = 1"),
        Case("torch.rot90(x, 1, [1, 1])", x="2,3", refused="expected rotation dims to be different"),
        Case("torch.rot90(x)", x="3", refused="expected total dims >= 2, but got total dims = 1"),
        Case("torch.rot90(x, 1, [1, 3])", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)  # fmt: skip
def rot90(input: TensorType, k: Dim = 1, dims: Sequence[int] = (0, 1)) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.rot90.html"""
    if len(dims) != 2:
        raise Refused(f"expected total rotation dims == 2, but got dims = {len(dims)}")
    if input.rank < 2:
        raise Refused(f"expected total dims >= 2, but got total dims = {input.rank}")
    a, b = (dimension(dim, input.rank) for dim in dims)
    if a == b:
        raise Refused(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    return _exchanged(input, a, b) if k % 2 == 1 else input
