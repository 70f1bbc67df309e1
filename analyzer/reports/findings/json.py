"""The stable machine contract with its findings: docs/report.schema.json says what each field promises.

{"version": 1, "models": [...], "findings": [{"file": "net.py", "line": 24, "code": "WBX301", ...}], ...}
"""

from __future__ import annotations

from analyzer.report import Report
from analyzer.reports.findings import Shown
from analyzer.reports.json import document


def check(report: Report, shown: Shown) -> str:
    """The report as one JSON document."""
    return document(report)
