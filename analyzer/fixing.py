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
from analyzer.syntax.lower import lower_source
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
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    text = data.decode(encoding)
    starts = [0, *(found.end() for found in NEWLINE.finditer(text))]
    newline = next((found[0] for found in NEWLINE.finditer(text)), "\n")
    taken: list[_Replacement] = []
    applied = 0
    for finding in applicable(findings, unsafe=unsafe):
        edits = finding.fix.edits if finding.fix is not None else ()
        wanted = [_replacement(edit, starts, len(text), newline) for edit in edits]
        fresh = [replacement for replacement in wanted if replacement not in taken]
        if fresh and not any(_clash(one, other) for one in fresh for other in taken):
            taken += fresh
            applied += 1
    for replacement in sorted(taken, key=lambda one: (one.start, one.end), reverse=True):
        text = text[: replacement.start] + replacement.text + text[replacement.end :]
    return text.encode(encoding), applied


def is_python(data: bytes) -> bool:
    """Whether bytes can be read as source."""
    try:
        lower_source(data, "")
    except SourceError:
        return False
    return True


def _replacement(edit: Edit, starts: list[int], length: int, newline: str) -> _Replacement:
    span = edit.span
    start = starts[span.line - 1] + (span.column or 1) - 1
    end_line, end_column = span.end_line or span.line, span.end_column or span.column or 1
    end = starts[end_line - 1] + end_column - 1 if end_line <= len(starts) else length
    return _Replacement(start, end, edit.text.replace("\n", newline))


def _clash(one: _Replacement, other: _Replacement) -> bool:
    """Whether two replacements touch: what is inserted at an end of a replaced text has no certain place."""
    return one.start <= other.end and other.start <= one.end
