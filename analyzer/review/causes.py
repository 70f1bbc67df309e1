"""Why a model differs: the changed lines that its changed layers come from.

    explain = Causes(text_before, text_after, ["net.py"])
    explain(before, after, changes)      (Cause(Span("net.py", 40), "layers=[3, 4, 6, 3]", was="layers=[2, 2, 2, 2]"),)

A layer comes from the call that made it and from the calls that led there; of those that changed, the shortest one says
most.  Where none of them did, what changed may be a name that they use: these are marked as near.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.change import Cause, LayerChange, Step
from analyzer.report import ModelReport, Span
from analyzer.review.lines import Line, differences, part, shown
from analyzer.review.pairing import pairs

Text = Callable[[str], str | None]
MOST = 5
"""Causes that are told."""
LONGEST = 40
"""Lines of a call; what is longer is the body of a class or function, and says too little."""
MOST_FILES = 100
LIKE = 0.6
"""How much of two files must be the same for one to be the other under a new name."""
ROUNDS = 4
"""How many names lead from a line to what it depends on."""
NAME = re.compile(r"[A-Za-z_]\w*")
BOUND = re.compile(r"(\.?)\b([A-Za-z_]\w*)[\"']?\s*(?:\[[^\]]*\]\s*)?(?:(:[^=\n]*)?=(?!=)|(:))")
"""What a line gives a value: `hidden = 64`, `self.hidden = 64`, `def f(width=64)`, `{"depth": 3}`, `depth: int = 3`."""
USED = re.compile(r"(\.?)\b([A-Za-z_]\w*)(?!\w|\s*=[^=])")
"""What a line uses: names of keywords, and what it assigns to, are none of it."""
BODIES = ("class ", "def ", "async def ", "@")
FREEZING = frozenset({".requires_grad"})


@dataclass(frozen=True, slots=True)
class Found:
    """A changed line of a file."""

    file: str
    line: Line
    near: bool = False


class Causes:
    """Looks for causes in the files that changed; each is compared once, when it is first asked for."""

    def __init__(self, before: Text, after: Text, changed: Sequence[str]) -> None:
        self._texts = {False: after, True: before}
        self._changed = changed
        self._renames: dict[str, str] | None = None
        self._lines: dict[str, list[Line]] = {}
        self._source: dict[tuple[str, bool], list[str]] = {}

    def __call__(
        self, before: ModelReport | None, after: ModelReport | None, steps: tuple[LayerChange, ...]
    ) -> tuple[Cause, ...]:
        """The causes of a model's changes, those that explain most first."""
        if before is None or after is None or not self._changed:
            return ()
        counted: dict[Found, int] = {}
        for step in steps:
            for found in self._of(step, before, after):
                counted[found] = counted.get(found, 0) + 1
        if not counted:
            counted = dict.fromkeys(self._anywhere(before, after), 0)
        ordered = sorted(counted, key=lambda one: (one.near, -counted[one], one.file, one.line.gone, one.line.number))
        return tuple(_cause(one, counted[one]) for one in ordered[:MOST])

    # ------------------------------------------------------------ one change

    def _of(self, step: LayerChange, before: ModelReport, after: ModelReport) -> list[Found]:
        """From the call that made a layer outwards: a change there, or one of a name that is used there.

        A layer that was added by lines which stay was not made by another name, but once more.
        """
        ways: list[tuple[bool, Sequence[Span]]] = []
        if step.step is not Step.REMOVED:
            ways.append((False, _way(after, step.path)))
        if step.step is not Step.ADDED:
            ways.append((True, _way(before, step.path_before or step.path)))
        calls = [
            (level, gone, span) for gone, way in ways for level, span in enumerate(way) if self._is_call(span, gone)
        ]
        calls.sort(key=lambda call: (call[0], call[1]))
        names: set[str] = set()
        for _, gone, span in calls:
            found = [Found(span.file, line) for line in self._in(span.file) if _covers(span, line, gone)]
            used = self._names_in(span, gone)
            if not found and step.step is Step.CHANGED:
                found = [Found(*place) for place in self._binding(used, {span.file})]
            if found:
                return found
            names |= used
        return self._named(step, names, {span.file for _, _, span in calls})

    def _is_call(self, span: Span, gone: bool) -> bool:
        """Whether a place is a call, and not the whole body of a class or function."""
        lines = self._lines_of(span.file, gone)[span.line - 1 : span.line]
        return _extent(span) <= LONGEST and not any(line.lstrip().startswith(BODIES) for line in lines)

    def _named(self, step: LayerChange, names: set[str], files: set[str]) -> list[Found]:
        """Changed lines that give a value to a name which leads to the layer, or that name what it holds."""
        own = {step.path.rpartition(".")[2], *(shape.name for shape in step.shapes)}
        attributes = {f".{name}" for name in own}
        if any(setting.name.startswith("frozen") for setting in step.settings):
            attributes |= FREEZING
        found = [Found(*place) for place in self._binding(names, files) or self._binding(attributes, files)]
        if found:
            return found
        found = [Found(*place, near=not _is_named(own, place[1].text)) for place in self._mentioning(own)]
        for _ in range(ROUNDS):
            more = {name for file in files for name in self._leading_to(file, names)} - names
            if found or not more:
                break
            found = [Found(*place, near=True) for place in self._binding(more, files)]
            names |= more
        return found

    def _anywhere(self, before: ModelReport, after: ModelReport) -> list[Found]:
        """Changed lines of the files that the model's layers come from."""
        files = {
            span.file for model in (before, after) for layer in model.layers for span in (layer.span, *layer.callers)
        }
        return [Found(file, line, near=True) for file in self._changed if file in files for line in self._in(file)]

    # ------------------------------------------------------------ lines and names

    def _in(self, file: str) -> list[Line]:
        """The changed lines of a file."""
        if file not in self._lines:
            was = self._moved().get(file, file)
            if file not in self._changed or file in self._moved().values():
                self._lines[file] = []
            else:
                self._lines[file] = differences(self._texts[True](was) or "", self._texts[False](file) or "")
        return self._lines[file]

    def _moved(self) -> dict[str, str]:
        """Files that have another name now, each with the one that it had: those whose text is mostly the same."""
        if self._renames is None:
            gone = [file for file in self._changed if self._texts[False](file) is None]
            new = [file for file in self._changed if self._texts[True](file) is None]
            found = pairs(gone[:MOST_FILES], new[:MOST_FILES], self._likeness)
            self._renames = {now: was for was, now in found}
        return self._renames

    def _likeness(self, was: str, now: str) -> float:
        ours, theirs = (self._texts[True](was) or "").split("\n"), (self._texts[False](now) or "").split("\n")
        common = sum((Counter(ours) & Counter(theirs)).values()) / max(len(ours), len(theirs))
        return common if common >= LIKE else 0.0

    def _names_in(self, span: Span, gone: bool) -> set[str]:
        lines = self._lines_of(span.file, gone)[span.line - 1 : span.end_line or span.line]
        return {name for line in lines for name in _used(line)}

    def _lines_of(self, file: str, gone: bool) -> list[str]:
        if (file, gone) not in self._source:
            self._source[file, gone] = (self._texts[gone](file) or "").split("\n")
        return self._source[file, gone]

    def _binding(self, names: set[str], files: set[str]) -> list[tuple[str, Line]]:
        """Changed lines that give a value to one of these names, in these files or else for other ones to use."""
        found = [
            (file, line)
            for file in self._changed
            for line in self._in(file)
            if not names.isdisjoint(_bound(line.text, elsewhere=file not in files))
        ]
        return [one for one in found if one[0] in files] or found

    def _mentioning(self, names: set[str]) -> list[tuple[str, Line]]:
        return [
            (file, line)
            for file in self._changed
            if file.endswith(".py")
            for line in self._in(file)
            if not names.isdisjoint(NAME.findall(line.text))
        ]

    def _leading_to(self, file: str, names: set[str]) -> Iterator[str]:
        """The names on lines that give a value to one of these."""
        for line in self._lines_of(file, False):
            if not names.isdisjoint(_bound(line)):
                yield from _used(line)


COMMON = frozenset({"self", "nn", "torch", "super", "__init__", "def", "class", "return", "for", "in", "if", "else"})
"""Names that nearly every line has."""


def _bound(text: str, *, elsewhere: bool = False) -> set[str]:
    """The names that a line gives a value, attributes with a point in front; of another file what can be seen here."""
    local = elsewhere and text[:1].isspace()
    found: set[str] = set()
    for point, name, annotated, key in BOUND.findall(text):
        if annotated or key:
            found |= {name, f".{name}"}
        elif point or not local:
            found.add(point + name)
    return found


def _is_named(names: set[str], text: str) -> bool:
    """Whether a line speaks of an attribute of one of these names, or registers one: `self.head`, `"angles"`."""
    return any(re.search(rf"\.{re.escape(name)}\b|[\"']{re.escape(name)}[\"']", text) for name in names if name)


def _used(text: str) -> set[str]:
    return {point + name for point, name in USED.findall(text)} - COMMON


def _way(model: ModelReport, path: str) -> tuple[Span, ...]:
    """The call that made a layer, and those that led there."""
    return next(((layer.span, *layer.callers) for layer in model.layers if path in (layer.path, *layer.aliases)), ())


def _extent(span: Span) -> int:
    return (span.end_line or span.line) - span.line + 1


def _covers(span: Span, line: Line, gone: bool) -> bool:
    """Whether a changed line is one of a call's, on the side that both are of."""
    return line.gone is gone and span.line <= line.number <= (span.end_line or span.line)


def _cause(found: Found, layers: int) -> Cause:
    line = found.line
    span = Span(found.file, line.number)
    if line.was is None:
        return Cause(span, shown(line.text), line.gone, layers=layers, near=found.near)
    was, now = part(line.was, line.text)
    return Cause(span, now, was=was, layers=layers, near=found.near)
