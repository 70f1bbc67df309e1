"""Applies the fixes of findings to source text: exactly their spans, everything else as it was.

    mended(b"F.dropout(x)\\r\\n", (finding,), unsafe=False)
        -> (b"F.dropout(x, training=self.training)\\r\\n", 1)

Newlines, encoding and byte order mark stay the file's own.  Of fixes that touch the same text the first is applied;
another run takes the next.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.report import Edit, Finding
from analyzer.syntax.source import SourceError

NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class _Replacement:
    start: int
    end: int
    text: str


def applicable(findings: Iterable[Finding], *, unsafe: bool) -> list[Finding]:
    """The findings whose fixes may be applied."""
    return [finding for finding in findings if finding.fix is not None and (unsafe or finding.fix.safe)]


def mended(data: bytes, findings: Iterable[Finding], *, unsafe: bool) -> tuple[bytes, int]:
    """The bytes of a file with the fixes of its findings applied, and how many were."""
    text, encoding = _decoded(data)
    places = _Places(text)
    taken: list[_Replacement] = []
    applied = 0
    for finding in applicable(findings, unsafe=unsafe):
        edits = finding.fix.edits if finding.fix is not None else ()
        wanted = [places.replacement(edit) for edit in edits]
        fresh = [replacement for replacement in wanted if replacement not in taken]
        if fresh and not any(_clash(one, other) for one in fresh for other in taken):
            taken += fresh
            applied += 1
    return _replaced(text, taken).encode(encoding), applied


def edited(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes of a file with edits applied that do not touch each other; UnicodeEncodeError past its encoding."""
    text, encoding = _decoded(data)
    places = _Places(text)
    return _replaced(text, [places.replacement(edit) for edit in edits]).encode(encoding)


def is_python(data: bytes) -> bool:
    """Whether bytes can be read as source."""
    from analyzer.syntax.lower import lower_source

    try:
        lower_source(data, "")
    except SourceError:
        return False
    return True


def _decoded(data: bytes) -> tuple[str, str]:
    """The text of a file with its newlines as they are, and its encoding."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding), encoding


class _Places:
    """Where the lines of a text begin."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in NEWLINE.finditer(text))]
        self._length = len(text)
        self._newline = next((found[0] for found in NEWLINE.finditer(text)), "\n")

    def replacement(self, edit: Edit) -> _Replacement:
        span = edit.span
        start = self._starts[span.line - 1] + (span.column or 1) - 1
        end_line, end_column = span.end_line or span.line, span.end_column or span.column or 1
        end = self._starts[end_line - 1] + end_column - 1 if end_line <= len(self._starts) else self._length
        return _Replacement(start, end, edit.text.replace("\n", self._newline))


def _replaced(text: str, replacements: Iterable[_Replacement]) -> str:
    for one in sorted(replacements, key=lambda one: (one.start, one.end), reverse=True):
        text = text[: one.start] + one.text + text[one.end :]
    return text


def _clash(one: _Replacement, other: _Replacement) -> bool:
    """Whether two replacements touch: what is inserted at an end of a replaced text has no certain place."""
    return one.start <= other.end and other.start <= one.end
