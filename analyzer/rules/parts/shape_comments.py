"""Shapes that comments state, and which tensor of a forward pass each of them is about.

    stated("# output: 64 x 16 x 16")            -> Stated(dims=(64, 16, 16), of_input=False)
    stated("# [N, 64, 16, 16]")                 -> Stated(dims=(None, 64, 16, 16), of_input=False)
    stated("# 3x3 kernels see 64 channels")     -> None

A comment behind a layer is about what the layer gives, as is one behind the statement of `forward` that calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.values import Place
from analyzer.model.tree import Layer
from analyzer.rule import Subject
from analyzer.rules.parts.code import class_node, is_own
from analyzer.rules.parts.once import once
from analyzer.syntax import ir
from analyzer.weigh import Path

SIZE = r"(?:-1|\d+|[A-Za-z]\w*)"
LISTED = rf"[\[(]\s*{SIZE}(?:\s*,\s*{SIZE})+\s*[\])]"
CROSSED = r"[\[(]?\s*(?:\d+|[A-Z])(?:\s*[x×]\s*(?:\d+|[A-Z]))+\s*[\])]?"
SHAPE = rf"(?:{LISTED}|{CROSSED})"
WORDS = r"(?:the\s+)?(?P<role>outputs?|out|input|in|now|gives|returns)?\s*(?:shape|size|dims?)?"
ARROW = rf"(?P<arrow>(?:{SHAPE}\s*)?(?:->|=>|→))?"
STATED = re.compile(rf"^#\s*{WORDS}\s*(?:is\b|[:=])?\s*{ARROW}\s*(?P<shape>{SHAPE})\s*\.?$", re.IGNORECASE)
LONGEST = 200
"""Characters of a comment that states a shape."""


@dataclass(frozen=True, slots=True)
class Stated:
    """The sizes that a comment states, None for a name."""

    dims: tuple[int | None, ...]
    of_input: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A stated shape and the type that was inferred for the tensor it is about; `dims` are those of the type's end."""

    place: Place
    text: str
    dims: tuple[int | None, ...]
    type: TensorType
    layer: Layer | None


def stated(comment: str) -> Stated | None:
    """What a comment says of a shape; None where it says anything else besides."""
    found = STATED.match(comment) if len(comment) <= LONGEST else None
    if found is None:
        return None
    text = found["shape"].strip("[]() ")
    sizes = re.split(r"\s*,\s*" if "," in text else r"\s*[x×]\s*", text)
    dims = tuple(int(size) if size.isdecimal() else None for size in sizes)
    said = bool(found["role"] or found["arrow"])
    if len(dims) < (2 if said else 3) or all(size is None for size in dims):
        return None
    return Stated(dims, (found["role"] or "").lower() in ("in", "input") and not found["arrow"])


def claims(subject: Subject, way: Path) -> Iterator[Claim]:
    """What the comments of the file say of the tensors of a forward pass."""
    if way.model is None or not _stating(subject):
        return
    about = dict(_by_line(subject, way))
    for comment, said in _stating(subject):
        if comment.line not in about:
            continue
        layer, given, output = about[comment.line]
        type_ = given if said.of_input else output
        dims = said.dims
        if type_ is None or not type_.rank - 1 <= len(dims) <= type_.rank:
            continue
        span = (comment.line, comment.column, comment.line, comment.column + len(comment.text))
        dims = dims[1:] if len(dims) == type_.rank else dims
        yield Claim(subject.place(span), comment.text, _channels_first(dims, type_), type_, layer)


@once
def _stating(subject: Subject) -> Iterator[tuple[ir.Comment, Stated]]:
    """The comments behind code that state a shape."""
    for comment in subject.source.module.comments:
        said = None if comment.own_line else stated(comment.text)
        if said is not None:
            yield comment, said


def _channels_first(dims: tuple[int | None, ...], type_: TensorType) -> tuple[int | None, ...]:
    """Stated sizes in torch's order, where they are given as height, width, channels."""
    if len(dims) >= 3 and dims[0] != type_.shape[-len(dims)] and dims[-1] == type_.shape[-len(dims)]:
        return (dims[-1], *dims[:-1])
    return dims


About = tuple[Layer | None, TensorType | None, TensorType | None]


def _by_line(subject: Subject, way: Path) -> Iterator[tuple[int, About]]:
    """For each line what is made or called at its end: the layer, and what goes in and comes out of its only call."""
    assert way.model is not None
    calls: dict[int, tuple[ir.Span, Layer]] = {}
    for layer in way.model.layers:
        place = layer.record.place
        if place.file == subject.file and layer.path:
            before = calls.get(place.span[2])
            if before is None or before[0][3] < place.span[3] or before[0] == place.span:
                calls[place.span[2]] = (place.span, layer)
    shared = [layer.record.place.span for layer in way.model.layers if layer.record.place.file == subject.file]
    for line, (span, layer) in calls.items():
        if shared.count(span) == 1:
            yield line, _only_call(layer)
    yield from _statements(subject, way)


def _only_call(layer: Layer) -> About:
    if len(layer.calls) != 1:
        return layer, None, None
    call = layer.calls[0]
    given = call.inputs[0] if isinstance(call.inputs, list) and call.inputs else None
    types = [one if isinstance(one, TensorType) else None for one in (given, call.output)]
    return layer, types[0], types[1]


def _statements(subject: Subject, way: Path) -> Iterator[tuple[int, About]]:
    """The statements `x = self.layer(...)` of the model's forward."""
    assert way.model is not None
    found = class_node(subject, way.root.cls) if way.root is not None else None
    if found is None or found[0].file != subject.file:
        return
    layers = {layer.path: layer for layer in way.model.layers}
    for function in found[1].body:
        for statement in function.body if isinstance(function, ir.Function) and function.name == "forward" else ():
            value = statement.value if isinstance(statement, ir.Assign | ir.Return) else None
            if isinstance(value, ir.Call) and is_own(value.function) and isinstance(value.function, ir.Attribute):
                layer = layers.get(value.function.name)
                if layer is not None:
                    yield statement.span[2], _only_call(layer)
