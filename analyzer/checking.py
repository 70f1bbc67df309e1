"""Runs rules over files and settles what is told: which hits stand, which a comment suppresses, each told once.

told = run(subject, selection)                           every hit of one file's models as findings
settle(told.findings, sources, selection)                -> Settled(findings=..., unused={"net.py": ...})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.directives import Ignore, Unused, directives
from analyzer.mishap import told
from analyzer.report import Finding, Problem, Reason, Span
from analyzer.rule import Hit, Rule, Subject, Undecided, rules
from analyzer.selection import Selection
from analyzer.source import Source
from analyzer.syntax import ir


@dataclass(frozen=True, slots=True)
class Told:
    """What rules say of one file's models; a finding may lie in another file of the project."""

    findings: tuple[Finding, ...] = ()
    undecided: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()


class Batch:
    """The files of one project while they are checked: a comment is judged when all of them have been seen."""

    def __init__(self, source_of: Callable[[str], Source | None]) -> None:
        self._source_of = source_of
        self.subjects: dict[str, Subject] = {}
        """By file, without their models."""
        self._findings: list[Finding] = []
        self.undecided: list[Reason] = []
        self.problems: list[Problem] = []

    @property
    def names(self) -> set[str]:
        """The files that were checked or have findings."""
        return {*self.subjects, *(finding.span.file for finding in self._findings)}

    def run(self, subject: Subject, selection: Selection, *, last: bool = False) -> None:
        """Check one file."""
        if not last:
            self.subjects[subject.file] = replace(subject, models=())
        told = run(subject, selection, last=last)
        self._findings += told.findings
        self.undecided += told.undecided
        self.problems += told.problems

    def settled(self, selection: Selection, is_whole: Callable[[str], bool]) -> tuple[Finding, ...]:
        """What stands of the findings; only where all was sought that can be found in a file is a comment unused."""
        first = settle(self._findings, tuple(self.subjects), self._source_of, selection)
        self._findings = []
        for file, unused in first.unused.items():
            judged = unused if unused and is_whole(file) else ()
            self.run(replace(self.subjects[file], unused=judged), selection, last=True)
        self._findings = sorted((*first.findings, *self._findings), key=_order)
        return tuple(self._findings)


@dataclass(frozen=True, slots=True)
class Settled:
    findings: tuple[Finding, ...]
    unused: Mapping[str, tuple[Unused, ...]]
    """By file: the comments that suppressed nothing."""


def run(subject: Subject, selection: Selection, *, last: bool = False) -> Told:
    """What the rules find; those with `last` run on their own."""
    findings: list[Finding] = []
    undecided: list[Reason] = []
    problems: list[Problem] = []
    for rule in selection.rules:
        if rule.last is not last:
            continue
        try:
            hits = list(rule.check(subject))
        except Exception as error:  # noqa: BLE001  # a fault of one rule must not lose what the others find
            problems.append(Problem(f"{subject.file}: {rule.code}: {told(error)}"))
            continue
        for hit in hits:
            source = subject.source_of(hit.place)
            if source is None or selection.ignores(source.file, rule):
                continue
            if isinstance(hit, Undecided):
                undecided.append(Reason(_span(source.file, hit.place.span), f"{rule.code}: {hit.message}", hit.model))
            else:
                findings.append(_finding(rule, hit, source))
    return Told(tuple(findings), tuple(undecided), tuple(problems))


def _finding(rule: Rule, hit: Hit, source: Source) -> Finding:
    span = hit.place.span
    return Finding(
        _span(source.file, span),
        rule.code,
        rule.name,
        hit.severity or rule.severity,
        hit.message,
        hit.model,
        hit.path,
        hit.fix,
        hit.notes,
        source.line(span[0]),
        source.scope_at(span),
    )


def _span(file: str, span: ir.Span) -> Span:
    line, column, end_line, end_column = span
    return Span(file, line, column, end_line, end_column)


def settle(
    findings: Iterable[Finding], checked: Sequence[str], source_of: Callable[[str], Source | None], selection: Selection
) -> Settled:
    """Drop what comments suppress and what was told before; `checked` are the files whose comments are judged."""
    ignores: dict[str, tuple[Ignore, ...]] = {}
    kept: dict[tuple[str, Span, str], Finding] = {}
    used: set[tuple[str, ir.Span, str]] = set()
    for finding in findings:
        file = finding.span.file
        if file not in ignores:
            source = source_of(file)
            ignores[file] = directives(source.module).ignores if source is not None else ()
        asked = _suppressing(finding, ignores[file])
        if asked:
            used.update(asked)
        else:
            kept.setdefault((finding.code, finding.span, finding.message), finding)
    unused = {}
    for file in checked:
        source = source_of(file)
        if source is not None:
            unused[file] = tuple(_unused(source, used, selection))
    return Settled(tuple(sorted(kept.values(), key=_order)), unused)


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.span.file, finding.span.line, finding.span.column or 0, finding.code, finding.message


def _suppressing(finding: Finding, ignores: Sequence[Ignore]) -> list[tuple[str, ir.Span, str]]:
    """The comments, with the code of each, that suppress a finding."""
    found = []
    for ignore in ignores:
        named = ignore.names(finding.code, finding.name)
        if named is not None and ignore.covers(finding.span.line, finding.span.end_line or finding.span.line):
            found.append((finding.span.file, ignore.span, named))
    return found


def _unused(source: Source, used: set[tuple[str, ir.Span, str]], selection: Selection) -> Iterable[Unused]:
    """Comments that suppress nothing, as far as the rules that ran can tell."""
    ran = {name for rule in selection.rules for name in (rule.code, rule.name)}
    for ignore in directives(source.module).ignores:
        idle = [code for code in ignore.codes or ("*",) if (source.file, ignore.span, code) not in used]
        certain = [code for code in idle if code == "*" or _all_ran(code, ran)]
        if certain and not (certain == ["*"] and len(ran) < 2 * len(rules())):
            yield Unused(ignore, tuple(certain))


def _all_ran(code: str, ran: set[str]) -> bool:
    """Whether a code means rules, and all of them ran."""
    meant = [rule for rule in rules().values() if code == rule.name or rule.code.startswith(code)]
    return bool(meant) and all(rule.code in ran for rule in meant)
