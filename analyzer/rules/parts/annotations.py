"""Shapes that jaxtyping annotations of `forward` state.

Float[Tensor, "batch 3 32 32"]         Annotated(axes=(None, 3, 32, 32), whole=True)
Float[Tensor, "batch 3 *space"]        Annotated(axes=(None, 3), whole=False)
Float[Tensor, "batch h*w 2*c"]         Annotated(axes=(None, None, None), whole=True)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.algebra.expression import Expr
from analyzer.evaluation.values import Place
from analyzer.rule import Subject
from analyzer.rules.parts.code import methods
from analyzer.rules.parts.once import once
from analyzer.syntax import ir
from analyzer.weigh import Path, Weighed

MARKS = re.compile(r"[*#?_]*")
"""What may stand in front of an axis's name; `*` means any number of axes."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """The sizes in front of an axis of any number of dimensions, None for a name; `whole` where there is no such."""

    place: Place
    axes: tuple[int | None, ...]
    whole: bool


def returned(subject: Subject, weighed: Weighed) -> Annotated | None:
    """What the annotation behind the arrow of the model's `forward` states."""
    forward = _forward(subject, weighed)
    return None if forward is None or forward.returns is None else _annotated(subject, forward.returns)


def received(subject: Subject, weighed: Weighed) -> Annotated | None:
    """What the annotation of the first argument of the model's `forward` states."""
    forward = _forward(subject, weighed)
    given = () if forward is None else forward.parameters.parameters[1:2]
    return next((_annotated(subject, p.annotation) for p in given if p.annotation is not None), None)


def annotated(subject: Subject, weighed: Weighed, way: Path) -> Iterator[tuple[Expr, int, str]]:
    """What the annotation of the model's only input says of the sizes that are open."""
    said = received(subject, weighed) if len(way.inputs) == 1 and not weighed.given else None
    shape = way.inputs[0][1].shape if said is not None else ()
    if said is None or not said.whole or len(said.axes) != len(shape):
        return
    pairs = list(zip(shape, said.axes, strict=True))
    if not any(isinstance(size, int) and axis not in (None, size) for size, axis in pairs):
        for size, axis in pairs:
            if isinstance(size, Expr) and axis is not None:
                yield size, axis, f"the annotation on line {said.place.span[0]}"


def _forward(subject: Subject, weighed: Weighed) -> ir.Function | None:
    """The `forward` of a model that is a class of the file."""
    if not _packages(subject):
        return None
    for node in subject.source.nodes(ir.Class) if weighed.target.kind == "class" else ():
        if node.span == weighed.target.place.span:
            return next((function for function in methods(node) if function.name == "forward"), None)
    return None


def _annotated(subject: Subject, annotation: ir.Expression) -> Annotated | None:
    match annotation:
        case ir.Subscript(value=kind, index=ir.Display(elements=(_, ir.Constant(kind="str", value=str(text))))):
            parts = text.split()
        case _:
            return None
    if not _is_jaxtyping(subject, kind):
        return None
    stars = [index for index, part in enumerate(parts) if part == "..." or "*" in _marks(part)]
    shown = [part.rpartition("=")[2] for part in (parts[: stars[0]] if stars else parts)]
    axes = tuple(int(part) if part.isdecimal() else None for part in shown)
    return Annotated(subject.place(annotation), axes, not stars)


def _marks(part: str) -> str:
    found = MARKS.match(part)
    return found[0] if found is not None else ""


def _is_jaxtyping(subject: Subject, kind: ir.Expression) -> bool:
    """Whether a name comes from the package, which need not be there to be read."""
    if isinstance(kind, ir.Attribute):
        return isinstance(kind.value, ir.Name) and kind.value.name in _packages(subject)
    return isinstance(kind, ir.Name) and kind.name in _packages(subject)


@once
def _packages(subject: Subject) -> Iterator[str]:
    """The names that the file imports the package, or something of it, by."""
    for node in subject.source.nodes(ir.ImportFrom):
        if node.module == "jaxtyping":
            yield from (alias.binding or alias.name for alias in node.names)
    for statement in subject.source.nodes(ir.Import):
        yield from (alias.binding or alias.name for alias in statement.names if alias.name == "jaxtyping")
