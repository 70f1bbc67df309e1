"""What is said below the findings: how many there are, and what was not understood.

totals(report, Shown())      "2 findings: 1 error, 1 warning; 1 can be fixed with --fix"
covered(report)              ["2 files read, 1 model: 1 partial", "not known: argument 'n' has no default"]
"""

from __future__ import annotations

from collections import Counter

from analyzer.report import Finding, Report, Severity
from analyzer.reports.findings import Shown
from analyzer.reports.parts.facts import commonest, coverage

REASONS = 3
UNDECIDED = 5


def place(finding: Finding, shown: Shown) -> str:
    """`src/net.py:24:13`"""
    span = finding.span
    return f"{shown.prefix}{span.file}:{span.line}" + (f":{span.column}" if span.column else "")


def totals(report: Report, shown: Shown) -> str:
    """How many findings of which severity, and how many of them fixes would mend."""
    fixed = f"{shown.fixed:,} fixed; " if shown.fixed else ""
    if not report.findings:
        return f"{fixed}no findings" if not fixed else f"{fixed}no findings left"
    by_severity = Counter(finding.severity for finding in report.findings)
    parts = [counted(by_severity[severity], str(severity)) for severity in Severity if by_severity[severity]]
    text = f"{fixed}{counted(len(report.findings), 'finding')}: {', '.join(parts)}"
    fixes = [finding.fix for finding in report.findings if finding.fix is not None]
    safe = sum(fix.safe for fix in fixes)
    if safe:
        text += f"; {safe:,} can be fixed with --fix"
    if len(fixes) > safe and not shown.unsafe:
        text += f"; {len(fixes) - safe:,} with --fix --unsafe-fixes"
    return text


def covered(report: Report) -> list[str]:
    """What was read, and what could not be understood or decided."""
    lines = [coverage(report)]
    reasons = report.coverage.reasons
    if reasons:
        named = commonest(report, REASONS)
        most = "; ".join(f"{reason} ({number:,}x)" if number > 1 else reason for reason, number in named)
        more = f"; and {len(reasons) - REASONS:,} more reasons" if len(reasons) > REASONS else ""
        lines.append(f"not known: {most}{more}")
    told = [f"not decided: {reason.path or reason.span.file}: {reason.reason}" for reason in report.undecided]
    lines += told[:UNDECIDED]
    if len(told) > UNDECIDED:
        lines.append(f"not decided: {len(told) - UNDECIDED:,} more, all of them in --output-format json")
    return lines


def counted(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`, `3 info`."""
    return f"{number:,} {noun}{'' if number == 1 or noun == 'info' else 's'}"
