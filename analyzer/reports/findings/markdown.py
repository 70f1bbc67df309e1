"""Findings as a Markdown table, for a comment or a job's summary.

| place | rule | finding |
|:--|:--|:--|
| `net.py:24` | WBX301 linear-in-features | in_features is 16384, and 4096 arrive |
"""

from __future__ import annotations

from analyzer.report import Finding, Report
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.sentences import covered, totals
from analyzer.reports.parts.escape import code, prose


def check(report: Report, shown: Shown) -> str:
    """A sentence, the table, and what was read."""
    lines = [f"**{prose(totals(report, shown))}**", ""]
    if report.findings:
        lines += ["| place | rule | severity | finding |", "|:--|:--|:--|:--|"]
        lines += [_row(finding, shown) for finding in report.findings]
        lines.append("")
    lines += [f"{prose(line)}  " for line in covered(report)]
    return "\n".join(lines).rstrip() + "\n"


def _row(finding: Finding, shown: Shown) -> str:
    place = code(f"{shown.prefix}{finding.span.file}:{finding.span.line}")
    evidence = "".join(f"<br>{prose(note)}" for note in finding.notes)
    fix = f"<br>fix: {prose(finding.fix.message)}" if finding.fix is not None else ""
    return f"| {place} | {finding.code} {finding.name} | {finding.severity} | {prose(finding.message)}{evidence}{fix} |"
