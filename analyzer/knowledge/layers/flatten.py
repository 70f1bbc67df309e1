"""Flatten and Unflatten: several dimensions into one and one into several.

Flatten() on [N, 64, 7, 7] float32                 -> [N, 3136] float32
Unflatten(1, (64, -1, 7)) on [N, 3136] float32     -> [N, 64, 7, 7] float32
Unflatten(1, (3, 2)) on [3, 4] float32             -> Refused: unflatten: Provided sizes [3, 2] don't multiply up to ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.algebra.expression import Dim, at_least, divisible, equal, product, require
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.geometry.axes import bracketed, is_size, unequal
from analyzer.knowledge.layer import Case, LayerSpec
from analyzer.knowledge.operands import dimension

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#utilities"


def _flatten(start_dim: int = 1, end_dim: int = -1) -> Mapping[str, Any]:
    return {"start_dim": start_dim, "end_dim": end_dim}


def _flatten_forward(c: Any, input: TensorType) -> TensorType:
    start, end = dimension(c.start_dim, input.rank), dimension(c.end_dim, input.rank)
    if start > end:
        raise Refused("flatten() has invalid args: start_dim cannot come after end_dim")
    shape = (*input.shape[:start], product(input.shape[start : end + 1]), *input.shape[end + 1 :])
    return TensorType(shape, input.dtype)


def _unflatten(dim: int, unflattened_size: Sequence[Dim]) -> Mapping[str, Any]:
    if not isinstance(unflattened_size, tuple | list):
        raise Refused(f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}")
    for place, size in enumerate(unflattened_size):
        if not is_size(size) and not isinstance(size, bool):
            raise Refused(
                "unflattened_size must be tuple of ints, "
                f"but found element of type {type(size).__name__} at pos {place}"
            )
    return {"dim": dim, "unflattened_size": unflattened_size}


def _unflatten_forward(c: Any, input: TensorType) -> TensorType:
    place = dimension(c.dim, input.rank)
    sizes = tuple(c.unflattened_size)
    if not sizes:
        raise Refused("unflatten: sizes must be non-empty")
    if input.rank == 0:
        raise Refused("Dimension specified as 0 but tensor has no dimensions")
    whole = input.shape[place]
    complaint = (
        f"unflatten: Provided sizes {bracketed(sizes)} don't multiply up to the size of dim {place} ({whole}) "
        "in the input tensor"
    )
    open_places = [at for at, size in enumerate(sizes) if isinstance(size, int) and size == -1]
    if len(open_places) > 1:
        raise Refused("unflatten: only one dimension can be inferred")
    rest = [size for at, size in enumerate(sizes) if at not in open_places]
    for size in rest:
        require(at_least(size, 0), f"unflatten: invalid size {size} in {bracketed(sizes)}")
    if open_places:
        require(unequal(product(rest), 0), "unflatten: cannot infer a dimension next to one of size 0")
        require(divisible(whole, product(rest)), complaint)
        sizes = tuple(whole // product(rest) if at in open_places else size for at, size in enumerate(sizes))
    else:
        require(equal(product(sizes), whole), complaint)
    return TensorType((*input.shape[:place], *sizes, *input.shape[place + 1 :]), input.dtype)


FLATTEN = LayerSpec(
    name="Flatten",
    configure=_flatten,
    forward=_flatten_forward,
    page=PAGE,
    cases=(
        Case("Flatten()", "32,1,5,5"),
        Case("Flatten(0, 2)", "32,1,5,5"),
        Case("Flatten(start_dim=-2)", "2,3,4:int64"),
        Case("Flatten(0, -1)", ""),
        Case("Flatten()", "0,3"),
        Case("Flatten()", "3", refused="Dimension out of range (expected to be in range of [-1, 0], but got 1)"),
        Case("Flatten(2, 1)", "3,4,5", refused="start_dim cannot come after end_dim"),
        Case("Flatten(5)", "3,4,5", refused="Dimension out of range"),
    ),
)

UNFLATTEN = LayerSpec(
    name="Unflatten",
    configure=_unflatten,
    forward=_unflatten_forward,
    page=PAGE,
    cases=(
        Case("Unflatten(1, (2, 5, 5))", "2,50"),
        Case("Unflatten(1, [2, -1])", "3,4,5"),
        Case("Unflatten(-1, (5, 1))", "3,4,5"),
        Case("Unflatten(0, (-1,))", "4"),
        Case(
            "Unflatten(1, (3, -1))",
            "3,4,5",
            refused="Provided sizes [3, -1] don't multiply up to the size of dim 1 (4)",
        ),
        Case(
            "Unflatten(1, (3, 2))", "3,4,5", refused="Provided sizes [3, 2] don't multiply up to the size of dim 1 (4)"
        ),
        Case("Unflatten(1, (-1, -1))", "3,4,5", refused="only one dimension can be inferred"),
        Case("Unflatten(1, ())", "3,1,5", refused="sizes must be non-empty"),
        Case("Unflatten(3, (2, 2))", "3,4,5", refused="Dimension out of range"),
        Case("Unflatten(1, (2, -2))", "3,4,5", refused="invalid size -2"),
        Case("Unflatten(1, (0, -1))", "3,0,5", refused="size 0"),
        Case("Unflatten(1, 4)", refused="must be a tuple of ints, but found type int"),
        Case("Unflatten(1, (2, 2.0))", refused="found element of type float at pos 1"),
    ),
)
