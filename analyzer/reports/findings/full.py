"""Findings as compilers show them: the message, the line of source with carets, the evidence, and what to do.

WBX301 error: in_features is 16384, and 4096 arrive [linear-in-features]
   --> net.py:24:13
    |
 24 |             nn.Linear(256*8*8, 1024),
    |             ^^^^^^^^^^^^^^^^^^^^^^^^
    = arrives: [N, 4096]
    = layer 19 of net.py::model
help: set in_features to 4096; --fix does it
"""

from __future__ import annotations

from analyzer.report import Finding, Report, Severity
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.sentences import covered, place, totals
from analyzer.reports.parts.escape import ascii_only, plain
from analyzer.reports.parts.problem import BLUE, BOLD, CYAN, RED, RESET, source_lines

YELLOW = "\x1b[1;33m"
COLOURS = {Severity.ERROR: RED, Severity.WARNING: YELLOW, Severity.INFO: CYAN}


def check(report: Report, shown: Shown) -> str:
    """The findings, an empty line behind each, their number, and what was read."""
    parts = [_finding(finding, shown) for finding in report.findings]
    tail = [_safe(line, shown) for line in (totals(report, shown), *covered(report))]
    return "".join(parts) + "".join(f"{line}\n" for line in tail)


def _safe(text: str, shown: Shown) -> str:
    return plain(text) if shown.unicode else ascii_only(plain(text))


def _finding(finding: Finding, shown: Shown) -> str:
    def paint(text: str, code: str) -> str:
        return f"{code}{text}{RESET}" if shown.colour else text

    colour = COLOURS[finding.severity]
    head = paint(f"{finding.code} {finding.severity}", colour) + paint(f": {_safe(finding.message, shown)}", BOLD)
    gutter = " " * len(str(finding.span.line))
    lines = [
        f"{head} [{finding.name}]",
        f"{gutter} {paint('-->', BLUE)} {_safe(place(finding, shown), shown)}",
        *_source(finding, shown),
        *(f"{gutter}  {paint('=', BLUE)} {_safe(note, shown)}" for note in _notes(finding)),
    ]
    if finding.fix is not None:
        how = "--fix" if finding.fix.safe or shown.unsafe else "--fix --unsafe-fixes"
        lines.append(f"{paint('help', CYAN)}: {_safe(finding.fix.message, shown)}; {how} does it")
    return "\n".join(lines) + "\n\n"


def _source(finding: Finding, shown: Shown) -> list[str]:
    if finding.source_line is None:
        return []
    mark = COLOURS[finding.severity]
    return source_lines(finding.span, finding.source_line, colour=shown.colour, unicode=shown.unicode, mark=mark)


def _notes(finding: Finding) -> list[str]:
    notes = list(finding.notes)
    if finding.model is not None:
        layer = f"layer {finding.path} of " if finding.path else ""
        notes.append(f"{layer}{finding.model}")
    return notes
