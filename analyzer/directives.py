"""What comments ask of us: `# weighbridge: ...`.

    fc = nn.Linear(9, 9)   # weighbridge: ignore[WBX301] the loader pads      Ignore(line=1, codes=("WBX301",), ...)
    # weighbridge: ignore-file[WBS101]                                        Ignore(line=2, whole_file=True, ...)
    # weighbridge: input=N,3,32,32                                            Setting(line=3, "input", ...)
    # weighbridge: assume in_channels=3                                       Setting(line=4, "assume", ...)

An `ignore` on a line of its own speaks of the next line of code.  An `input` or `assume` speaks of the class, function
or assignment that it stands in or directly above; anywhere else, of every model of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.config import parse_assumption
from analyzer.config_values import InputText, Scalar
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

DIRECTIVE = re.compile(r"#\s*weighbridge:\s*(.*)$")
IGNORE = re.compile(r"ignore(?P<file>-file)?\s*(?:\[(?P<codes>[^\]]*)\])?(?=\s|$)\s*(?P<reason>.*)$")
INPUT = re.compile(r"input\s*=\s*(?P<text>\S.*)$")
ASSUME = re.compile(r"assume\s+(?P<text>\S.*)$")


@dataclass(frozen=True, slots=True)
class Ignore:
    """A comment that suppresses findings; no codes: all of them."""

    span: ir.Span
    """Of the comment."""
    line: int
    """The line of code that it speaks of."""
    codes: tuple[str, ...]
    reason: str
    whole_file: bool

    def covers(self, line: int, end_line: int) -> bool:
        """Whether it speaks of those lines."""
        return self.whole_file or line <= self.line <= end_line

    def names(self, code: str, name: str) -> str | None:
        """What it says that means a rule: one of its codes, or `*` where it says none; None where it means others."""
        if not self.codes:
            return "*"
        return next((asked for asked in self.codes if asked in (code, name) or code.startswith(asked)), None)


@dataclass(frozen=True, slots=True)
class Unused:
    """The codes of an `ignore` that suppressed nothing; `*` where it says none."""

    ignore: Ignore
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Malformed:
    """A comment that begins as ours and cannot be read."""

    span: ir.Span
    message: str


@dataclass(frozen=True, slots=True)
class Given:
    """Inputs and values that a comment gives to models."""

    line: int
    """The line of code that it speaks of."""
    inputs: tuple[InputText, ...] = ()
    assume: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class Directives:
    ignores: tuple[Ignore, ...] = ()
    given: tuple[Given, ...] = ()
    malformed: tuple[Malformed, ...] = ()

    def inputs_at(self, span: ir.Span) -> tuple[InputText, ...]:
        """The inputs given to a model that is defined at a span: those beside it, else those of the file."""
        inside = [text for given in self.given if _within(given.line, span) for text in given.inputs]
        return tuple(inside or [text for given in self.outside for text in given.inputs])

    def assumed_at(self, span: ir.Span) -> dict[str, Scalar]:
        """The values given to the arguments of a model that is defined at a span."""
        inside = [pair for given in self.given if _within(given.line, span) for pair in given.assume]
        return dict([*(pair for given in self.outside for pair in given.assume), *inside])

    @property
    def outside(self) -> Iterable[Given]:
        """What is given to the whole file."""
        return (given for given in self.given if given.line == WHOLE_FILE)


WHOLE_FILE = 0
DEFINING = (ir.Class, ir.Function, ir.Assign, ir.Annotate)
"""The statements that an `input` or `assume` may speak of."""


def directives(module: ir.Module) -> Directives:
    """What the comments of a file ask for."""
    ignores, givens, malformed = [], [], []
    own = {comment.line for comment in module.comments if comment.own_line}
    for comment in module.comments:
        found = DIRECTIVE.match(comment.text)
        if found is None:
            continue
        span = (comment.line, comment.column, comment.line, comment.column + len(comment.text))
        line = comment.line
        while line in own:
            line += 1
        read = _read(found[1].strip(), span, line, module)
        match read:
            case Ignore():
                ignores.append(read)
            case Given():
                givens.append(read)
            case Malformed():
                malformed.append(read)
    return Directives(tuple(ignores), tuple(givens), tuple(malformed))


def _read(text: str, span: ir.Span, line: int, module: ir.Module) -> Ignore | Given | Malformed:
    if found := IGNORE.match(text):
        codes = tuple(code.strip() for code in (found["codes"] or "").split(",") if code.strip())
        if found["codes"] is not None and not codes:
            return Malformed(span, "ignore[] names no rule")
        return Ignore(span, line, codes, found["reason"].strip(), bool(found["file"]))
    beside = any(isinstance(node, DEFINING) and _within(line, node.span) for node in walk(module.body))
    about = line if beside else WHOLE_FILE
    try:
        if found := INPUT.match(text):
            given = tuple(_input(part) for part in found["text"].split(";"))
            return Given(about, inputs=given)
        if found := ASSUME.match(text):
            return Given(about, assume=tuple(parse_assumption(part) for part in re.split(r"[,\s]+", found["text"])))
    except ValueError as error:
        return Malformed(span, str(error))
    return Malformed(span, "expected ignore[CODE], ignore-file[CODE], input=N,3,32,32 or assume NAME=VALUE")


def _input(text: str) -> InputText:
    from analyzer.algebra.tensor import parse_input

    parse_input(text.strip())
    return None, text.strip()


def _within(line: int, span: ir.Span) -> bool:
    return span[0] <= line <= span[2]
