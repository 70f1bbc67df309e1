"""GitLab's Code Quality report: shown in merge requests.

[{"description": "in_features is 16384, ...", "check_name": "WBX301", "fingerprint": "9f2c...", "severity": "major",
  "location": {"path": "net.py", "positions": {"begin": {"line": 24, "column": 13}, ...}}}]
https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from typing import Any

from analyzer.report import Finding, Report, Severity
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.fingerprint import fingerprints
from analyzer.reports.parts.escape import plain

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def check(report: Report, shown: Shown) -> str:
    """The findings as one JSON array."""
    prints = fingerprints(report.findings)
    issues = [_issue(finding, known, shown) for finding, known in zip(report.findings, prints, strict=True)]
    return json.dumps(issues, indent=1) + "\n"


def _issue(finding: Finding, fingerprint: str, shown: Shown) -> dict[str, Any]:
    span = finding.span
    column = span.column or 1
    return {
        "description": plain(f"{finding.code}: {finding.message}"),
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": f"{shown.prefix}{span.file}",
            "positions": {
                "begin": {"line": span.line, "column": column},
                "end": {"line": span.end_line or span.line, "column": span.end_column or column},
            },
        },
    }
