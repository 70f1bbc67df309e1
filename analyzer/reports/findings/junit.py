"""JUnit's XML, which build servers show: a suite for each file, a failed case for each finding.

<testsuites name="weighbridge" tests="1" failures="1">
  <testsuite name="net.py" tests="1" failures="1">
    <testcase name="WBX301 linear-in-features" classname="net.py" line="24"><failure ...>
"""

from __future__ import annotations

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from analyzer.report import Finding, Problem, Report
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.sentences import covered, place, totals
from analyzer.reports.parts.escape import plain

PASSED = '    <testcase name="check" classname="weighbridge"/>'


def check(report: Report, shown: Shown) -> str:
    """The findings by file, then what could not be read; a single passed case where there is neither."""
    count, errors = len(report.findings), len(report.problems)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="weighbridge" tests="{max(count + errors, 1)}" failures="{count}" errors="{errors}">',
    ]
    for file, group in groupby(report.findings, key=lambda finding: finding.span.file):
        lines += _suite(f"{shown.prefix}{file}", list(group), shown)
    if report.problems or not report.findings:
        lines += [
            f'  <testsuite name="weighbridge" tests="{max(errors, 1)}" failures="0" errors="{errors}">',
            *([_unread(problem, shown) for problem in report.problems] or [PASSED]),
            "  </testsuite>",
        ]
    said = "\n".join((totals(report, shown), *covered(report)))
    said = "\n".join(plain(line) for line in said.split("\n"))
    lines += [f"  <!-- {re.sub('-(?=-)', '- ', escape(said))} -->", "</testsuites>"]
    return "\n".join(lines) + "\n"


def _unread(problem: Problem, shown: Shown) -> str:
    where = f"{shown.prefix}{problem.span.file}:{problem.span.line}: " if problem.span is not None else ""
    message = quoteattr(plain(f"{where}{problem.message}"))
    return f'    <testcase name="check" classname="weighbridge"><error type="unread" message={message}/></testcase>'


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
