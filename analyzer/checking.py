"""Runs rules over files: what they find there, before comments suppress any of it.

check_file(workspace, Path("net.py"), options, selection, {})       -> Verdict(models=..., findings=..., ignores=...)
check_comments(source, verdict.ignores, used, selection)            what is said of comments that suppress nothing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.config import Options
from analyzer.directives import Ignore, Unused
from analyzer.errors import TargetError
from analyzer.evaluation.values import Namespace
from analyzer.mishap import told
from analyzer.pipeline import weighed
from analyzer.report import Finding, Problem, Reason, Span
from analyzer.rule import Hit, Rule, Subject, Undecided, rules
from analyzer.selection import Selection
from analyzer.settling import Used, idle
from analyzer.source import Source
from analyzer.syntax import ir
from analyzer.verdict import Verdict
from analyzer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Told:
    """What rules say of one file's models; a finding may lie in another file of the project."""

    findings: tuple[Finding, ...] = ()
    undecided: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()


def check_file(
    workspace: Workspace, file: Path, options: Options, selection: Selection, ledger: Mapping[str, Mapping[str, int]]
) -> Verdict:
    """What the rules find in one file, with its models without their layers."""
    try:
        namespace, _ = workspace.open(file)
        measured = tuple(weighed(workspace, workspace.all_targets(file), options, (), shapes=True))
        source = workspace.source(file)
    except TargetError as error:
        return Verdict(unread=error.problem)
    except Exception as error:  # noqa: BLE001  # as in weighed
        return Verdict(unread=Problem(f"{file}: {told(error)}"))
    subject = Subject(source, namespace, measured, options, workspace.source_named, ledger)
    found = run(subject, selection)
    return Verdict(
        tuple(replace(one.report, layers=()) for one in measured),
        problems=found.problems,
        findings=found.findings,
        undecided=found.undecided,
        ignores=subject.directives.ignores,
    )


def check_comments(
    source: Source, options: Options, ignores: Iterable[Ignore], used: frozenset[Used], selection: Selection
) -> Told:
    """What the rules that run last say of a file whose comments suppress nothing, as far as can be told."""
    unused = tuple(_unused(source.file, ignores, used, selection))
    subject = Subject(source, Namespace(source.file, source.file, ""), (), options, unused=unused)
    return run(subject, selection, last=True)


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


def _unused(file: str, ignores: Iterable[Ignore], used: frozenset[Used], selection: Selection) -> Iterable[Unused]:
    """Comments that suppress nothing, as far as the rules that ran can tell."""
    ran = {name for rule in selection.rules for name in (rule.code, rule.name)}
    by_default = all(rule.code in ran for rule in rules().values() if rule.default)
    for ignore in ignores:
        codes = idle(file, ignore, used)
        certain = [code for code in codes if (by_default if code == "*" else _all_ran(code, ran))]
        if certain:
            yield Unused(ignore, tuple(certain))


def _all_ran(code: str, ran: set[str]) -> bool:
    """Whether a code means rules, and all of them ran."""
    meant = [rule for rule in rules().values() if code == rule.name or rule.code.startswith(code)]
    return bool(meant) and all(rule.code in ran for rule in meant)
