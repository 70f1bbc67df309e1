"""JUnit's XML, which build servers show: a suite for each file, a failed case for each finding.

<testsuites name="weighbridge" tests="1" failures="1">
  <testsuite name="net.py" tests="1" failures="1">
    <testcase name="WBX301 linear-in-features" classname="net.py" line="24"><failure ...>
"""

from __future__ import annotations

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from analyzer.report import Finding, Report
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.sentences import covered, place, totals
from analyzer.reports.parts.escape import plain


def check(report: Report, shown: Shown) -> str:
    """The findings by file; a single passed case where there are none."""
    count = len(report.findings)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="weighbridge" tests="{max(count, 1)}" failures="{count}" errors="0">',
    ]
    for file, group in groupby(report.findings, key=lambda finding: finding.span.file):
        lines += _suite(f"{shown.prefix}{file}", list(group), shown)
    if not report.findings:
        lines += [
            '  <testsuite name="weighbridge" tests="1" failures="0" errors="0">',
            '    <testcase name="check" classname="weighbridge"/>',
            "  </testsuite>",
        ]
    said = "\n".join((totals(report, shown), *covered(report)))
    said = "\n".join(plain(line) for line in said.split("\n"))
    lines += [f"  <!-- {re.sub('-(?=-)', '- ', escape(said))} -->", "</testsuites>"]
    return "\n".join(lines) + "\n"


def _suite(file: str, findings: list[Finding], shown: Shown) -> list[str]:
    count = len(findings)
    cases = [line for finding in findings for line in _case(file, finding, shown)]
    return [
        f'  <testsuite name={quoteattr(plain(file))} tests="{count}" failures="{count}" errors="0">',
        *cases,
        "  </testsuite>",
    ]


def _case(file: str, finding: Finding, shown: Shown) -> list[str]:
    text = "\n".join(plain(line) for line in (place(finding, shown), *finding.notes))
    message = quoteattr(plain(finding.message))
    name, path = quoteattr(f"{finding.code} {finding.name}"), quoteattr(plain(file))
    return [
        f'    <testcase name={name} classname={path} file={path} line="{finding.span.line}">',
        f'      <failure type="{finding.severity}" message={message}>{escape(text)}</failure>',
        "    </testcase>",
    ]
