"""Workflow commands: GitHub Actions shows each finding beside the line it speaks of.

::error title=weighbridge WBX301,file=net.py,line=24,col=13,endLine=24,endColumn=37::in_features is 16384, ...
https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from analyzer.report import Finding, Problem, Report, Severity
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.sentences import covered, totals
from analyzer.reports.parts.escape import plain

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def check(report: Report, shown: Shown) -> str:
    """A command for each finding and for what could not be read, and a notice of what was."""
    lines = [_command(finding, shown) for finding in report.findings]
    lines += [_unread(problem, shown) for problem in report.problems]
    notice = "; ".join((totals(report, shown), *covered(report)))
    return "".join(f"{line}\n" for line in (*lines, f"::notice title=weighbridge::{_data(notice)}"))


def _command(finding: Finding, shown: Shown) -> str:
    span = finding.span
    given = {
        "title": f"weighbridge {finding.code} {finding.name}",
        "file": f"{shown.prefix}{span.file}",
        "line": span.line,
        "col": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column if span.end_line in (None, span.line) else None,
    }
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in given.items() if value is not None)
    message = "\n".join((finding.message, *finding.notes, *([finding.fix.message] if finding.fix else ())))
    return f"::{COMMANDS[finding.severity]} {properties}::{_data(message)}"


def _unread(problem: Problem, shown: Shown) -> str:
    span = problem.span
    where = f",file={_property(shown.prefix + span.file)},line={span.line}" if span is not None else ""
    return f"::error title=weighbridge{where}::{_data(problem.message)}"


def _data(text: str) -> str:
    """A message: the characters that end a command are escaped, and what is not printable is spelled out."""
    text = "\n".join(plain(line) for line in text.split("\n"))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
