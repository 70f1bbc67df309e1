"""Which findings stand: not those that a comment suppresses, and each told once.

settle(findings, {"net.py": (Ignore(...),)}.get)      -> Settled(findings=(...), used={("net.py", span, "WBX301")})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analyzer.directives import Ignore
from analyzer.report import Finding, Span
from analyzer.syntax import ir

Used = tuple[str, ir.Span, str]
"""A file, the comment in it, and the code or `*` of it that suppresses something."""


@dataclass(frozen=True, slots=True)
class Settled:
    findings: tuple[Finding, ...]
    used: frozenset[Used]


def settle(findings: Iterable[Finding], ignores_of: Callable[[str], Sequence[Ignore]]) -> Settled:
    """Drop what comments suppress and what was told before."""
    ignores: dict[str, Sequence[Ignore]] = {}
    kept: dict[tuple[str, Span, str], Finding] = {}
    used: set[Used] = set()
    for finding in findings:
        file = finding.span.file
        if file not in ignores:
            ignores[file] = ignores_of(file)
        asked = _suppressing(finding, ignores[file])
        if asked:
            used.update(asked)
        else:
            kept.setdefault((finding.code, finding.span, finding.message), finding)
    return Settled(in_order(kept.values()), frozenset(used))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By place, then by rule."""
    return tuple(sorted(findings, key=_order))


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.span.file, finding.span.line, finding.span.column or 0, finding.code, finding.message


def idle(file: str, ignore: Ignore, used: frozenset[Used]) -> list[str]:
    """The codes of a comment, or `*` where it says none, that suppress nothing."""
    return [code for code in ignore.codes or ("*",) if (file, ignore.span, code) not in used]


def _suppressing(finding: Finding, ignores: Sequence[Ignore]) -> list[Used]:
    """The comments, with the code of each, that suppress a finding."""
    found = []
    for ignore in ignores:
        named = ignore.names(finding.code, finding.name)
        if named is not None and ignore.covers(finding.span.line, finding.span.end_line or finding.span.line):
            found.append((finding.span.file, ignore.span, named))
    return found
