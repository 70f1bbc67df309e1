"""The patterns of einops: `"b (h w) c -> b h w c"` read, checked and applied to shapes, with einops' own refusals.

    parse("b (h w) ... 3")                                      -> Side with the groups b, (h w), ..., 3
    transform("rearrange", "b (h w) -> b w h", (2, 12), {"h": 3})   -> Result(shape=(2, 4, 3), reduced=0)
    transform("rearrange", "b (h w) -> b w h", (2, 12), {"h": 5})   -> Refused: Shape mismatch, can't divide axis ...

Source: https://einops.rocks and einops/parsing.py, einops/einops.py of einops 0.8
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.algebra.expression import Dim, product
from analyzer.algebra.facts import divisible, equal, require
from analyzer.algebra.tensor import Refused, Shape

REDUCTIONS = ("min", "max", "sum", "mean", "prod", "any", "all")
ELLIPSIS = "…"


class Number:
    """An axis without a name, of a size above 1; each is an axis of its own."""

    __slots__ = ("size",)

    def __init__(self, size: int) -> None:
        if size <= 1:
            raise Refused(f"Anonymous axis should have positive length, not {size}")
        self.size = size

    def __repr__(self) -> str:
        return f"{self.size}-axis"


Axis = str | Number
Group = tuple[Axis, ...]
"""Axes that one dimension is composed of; `(ELLIPSIS,)` at the place `bare` of a Side stands for any dimensions."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pattern.

    groups: what each dimension is composed of, () for one of size 1.
    bare: the place among the groups of an ellipsis outside of parentheses.
    """

    groups: tuple[Group, ...]
    bare: int | None

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(axis for group in self.groups for axis in group)

    @property
    def names(self) -> dict[Axis, None]:
        """Every different axis, in order."""
        return dict.fromkeys(self.axes)

    @property
    def has_ellipsis(self) -> bool:
        return ELLIPSIS in self.axes

    @property
    def has_numbers(self) -> bool:
        return any(isinstance(axis, Number) for axis in self.axes)

    @property
    def flat(self) -> Side:
        """Each axis a dimension of its own."""
        bare = self.axes.index(ELLIPSIS) if self.has_ellipsis else None
        return Side(tuple((axis,) for axis in self.axes), bare)

    def expanded(self, covered: int) -> tuple[Group, ...]:
        """The groups, an ellipsis being `covered` dimensions."""
        dots: Group = tuple(f"{ELLIPSIS}{place}" for place in range(covered))
        found: list[Group] = []
        for place, group in enumerate(self.groups):
            if place == self.bare:
                found.extend((dot,) for dot in dots)
            else:
                found.append(tuple(part for axis in group for part in (dots if axis == ELLIPSIS else (axis,))))
        return tuple(found)


def parse(text: str, *, underscore: bool = False, duplicates: bool = False) -> Side:
    """One side of a pattern; `_` is a name where `underscore`, a name may come twice where `duplicates`."""
    if "." in text:
        if text.count("...") != 1 or text.count(".") != 3:
            raise Refused("Expression may contain dots only inside ellipsis (...); only one ellipsis for tensor")
        text = text.replace("...", ELLIPSIS)
    groups: list[Group] = []
    open_group: list[Axis] | None = None
    seen: set[Axis] = set()
    bare = None
    for token in _tokens(text):
        if token == "(":
            if open_group is not None:
                raise Refused("Axis composition is one-level (brackets inside brackets not allowed)")
            open_group = []
        elif token == ")":
            if open_group is None:
                raise Refused("Brackets are not balanced")
            groups.append(tuple(open_group))
            open_group = None
        else:
            axis = _axis(token, underscore=underscore)
            if axis in seen and not duplicates and not (underscore and axis == "_"):
                raise Refused(f'Indexing expression contains duplicate dimension "{axis}"')
            if axis is not None:
                seen.add(axis)
            if open_group is not None:
                open_group += () if axis is None else (axis,)
                continue
            if axis == ELLIPSIS:
                bare = len(groups)
            groups.append(() if axis is None else (axis,))
    if open_group is not None:
        raise Refused(f'Imbalanced parentheses in expression: "{text}"')
    return Side(tuple(groups), bare)


def _tokens(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        if character in "() ":
            if word:
                yield word
            word = ""
            if character != " ":
                yield character
        elif character.isalnum() or character in ("_", ELLIPSIS):
            word += character
        else:
            raise Refused(f"Unknown character '{character}'")
    if word:
        yield word


def _axis(word: str, *, underscore: bool) -> Axis | None:
    """The axis that a word names, None for `1`."""
    if word == ELLIPSIS:
        return word
    if word.isdecimal():
        return None if int(word) == 1 else Number(int(word))
    if not word.isidentifier():
        raise Refused(f"Invalid axis identifier: {word}\nnot a valid python identifier")
    if (word[0] == "_" or word[-1] == "_") and not (word == "_" and underscore):
        raise Refused(f"Invalid axis identifier: {word}\naxis name should should not start or end with underscore")
    return word


def sides(pattern: str) -> tuple[Side, Side]:
    """Left and right of the arrow."""
    parts = pattern.split("->")
    if len(parts) != 2:
        raise Refused(f"a pattern has one arrow, `input -> output`, but got {pattern}")
    return parse(parts[0]), parse(parts[1])


@dataclass(frozen=True, slots=True)
class Result:
    """The output's shape, and how many elementary axes were reduced."""

    shape: Shape
    reduced: int


def _check(operation: str, pattern: str, left: Side, right: Side, named: Sequence[str]) -> None:
    """That the axes of both sides agree: only repeat adds some, only a reduction drops some."""
    if right.has_ellipsis and not left.has_ellipsis:
        raise Refused(f"Ellipsis found in right side, but not left side of a pattern {pattern}")
    if left.has_ellipsis and left.bare is None:
        raise Refused(f"Ellipsis inside parenthesis in the left side is not allowed: {pattern}")
    dropped = [axis for axis in left.names if axis not in right.names]
    added = [axis for axis in right.names if axis not in left.names]
    if operation == "rearrange":
        if left.has_numbers or right.has_numbers:
            raise Refused("Non-unitary anonymous axes are not supported in rearrange (exception is length 1)")
        if dropped or added:
            raise Refused(f"Identifiers only on one side of expression (should be on both): {_set(dropped + added)}")
    elif operation == "repeat":
        if dropped:
            raise Refused(f"Unexpected identifiers on the left side of repeat: {_set(dropped)}")
        without_size = [axis for axis in added if isinstance(axis, str) and axis not in named]
        if without_size:
            raise Refused(f"Specify sizes for new axes in repeat: {_set(without_size)}")
    elif operation in REDUCTIONS:
        if added:
            raise Refused(f"Unexpected identifiers on the right side of reduce {operation}: {_set(added)}")
    else:
        raise Refused(f"Unknown reduction {operation}. Expect one of {REDUCTIONS}.")


def _set(axes: Sequence[Axis]) -> str:
    return "{" + ", ".join(repr(axis) for axis in axes) + "}"


def check(operation: str, pattern: str, named: Sequence[str]) -> None:
    """What can be refused before a shape is known, as the layers do when they are made."""
    left, right = sides(pattern)
    _check(operation, pattern, left, right, named)
    _check_names(left, right, named)
    for group in left.groups:
        unknown(group, named)


def _check_names(left: Side, right: Side, named: Sequence[str]) -> None:
    for name in named:
        if not name.isidentifier() or name[0] == "_" or name[-1] == "_":
            raise Refused(f"Invalid name for an axis {name}")
        if name not in left.names and name not in right.names:
            raise Refused(f"Axis {name} is not used in transform")


def unknown(group: Group, named: Sequence[str]) -> Axis | None:
    """The one axis of a dimension whose size must be inferred."""
    unknown = [axis for axis in group if isinstance(axis, str) and axis not in named]
    if len(unknown) > 1:
        raise Refused(f"Could not infer sizes for {_set(unknown)}")
    return unknown[0] if unknown else None


def transform(operation: str, pattern: str, shape: Shape, lengths: Mapping[str, Dim]) -> Result:
    """What rearrange, repeat or a reduction makes of a shape."""
    left, right = sides(pattern)
    _check(operation, pattern, left, right, tuple(lengths))
    check_rank(left, shape)
    _check_names(left, right, tuple(lengths))
    return regroup(left, right, shape, lengths)


def check_rank(side: Side, shape: Shape) -> None:
    """That a tensor of this shape has the dimensions that a side describes."""
    given = len(side.groups) - side.has_ellipsis
    if len(shape) < given or (len(shape) > given and not side.has_ellipsis):
        sign = ">=" if side.has_ellipsis else ""
        raise Refused(f"Wrong shape: expected {sign}{given} dims. Received {len(shape)}-dim tensor.")


def regroup(left: Side, right: Side, shape: Shape, lengths: Mapping[str, Dim]) -> Result:
    """The shape taken apart as `left` says, and composed as `right` says."""
    covered = len(shape) - (len(left.groups) - left.has_ellipsis)
    sizes: dict[Axis, Dim] = {axis: axis.size for axis in (*left.axes, *right.axes) if isinstance(axis, Number)}
    sizes.update(lengths)
    groups = left.expanded(covered)
    inferred = [unknown(group, tuple(lengths)) for group in groups]
    for group, missing, length in zip(groups, inferred, shape, strict=True):
        known = product(sizes[axis] for axis in group if axis != missing)
        if missing is None:
            require(equal(length, known), f"Shape mismatch, {length} != {known}")
            continue
        message = f"Shape mismatch, can't divide axis of length {length} in chunks of {known}"
        require(divisible(length, known), message)
        sizes[missing] = length // known
    kept = right.expanded(covered)
    axes = {axis for group in kept for axis in group}
    dropped = sum(axis not in axes for group in groups for axis in group)
    return Result(tuple(product(sizes[axis] for axis in group) for group in kept), dropped)


def parse_shape(pattern: str, shape: Shape) -> dict[str, Dim]:
    """`parse_shape("b _ h", (2, 3, 4))` is `{"b": 2, "h": 4}`."""
    side = parse(pattern, underscore=True)
    where = f"{pattern} {list(shape)}"
    if any(len(group) > 1 for group in side.groups):
        raise Refused(f"Can't parse shape with composite axes: {where}")
    given = len(side.groups) - side.has_ellipsis
    if len(shape) < given or (len(shape) > given and not side.has_ellipsis):
        kind = "this" if side.has_ellipsis else "different"
        raise Refused(f"Can't parse shape with {kind} number of dimensions: {where}")
    found: dict[str, Dim] = {}
    for group, length in zip(side.expanded(len(shape) - given), shape, strict=True):
        if not group:
            require(equal(length, 1), f"Length of axis is not 1: {where}")
        elif isinstance(group[0], Number):
            require(equal(length, group[0].size), f"Length of anonymous axis does not match: {where}")
        elif group[0] != "_" and not group[0].startswith(ELLIPSIS):
            found[group[0]] = length
    return found
