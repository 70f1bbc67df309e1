"""A line for each finding, as compilers and editors know it; `[*]` marks what --fix mends.

net.py:24:13: WBX301 [*] in_features is 16384, and 4096 arrive
1 finding: 1 error; 1 can be fixed with --fix
1 file read, 1 model: 1 exact
"""

from __future__ import annotations

from analyzer.report import Finding, Report
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.sentences import covered, place, totals
from analyzer.reports.parts.escape import ascii_only, plain


def check(report: Report, shown: Shown) -> str:
    """The findings, their number, and what was read."""
    lines = [_line(finding, shown) for finding in report.findings]
    lines = [plain(line) for line in (*lines, totals(report, shown), *covered(report))]
    return "".join(f"{line if shown.unicode else ascii_only(line)}\n" for line in lines)


def _line(finding: Finding, shown: Shown) -> str:
    fixable = finding.fix is not None and (finding.fix.safe or shown.unsafe)
    return f"{place(finding, shown)}: {finding.code} {'[*] ' if fixable else ''}{finding.message}"
