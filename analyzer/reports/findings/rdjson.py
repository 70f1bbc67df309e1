"""Reviewdog's diagnostic format, with fixes as suggestions.

{"source": {"name": "weighbridge"}, "diagnostics": [{"message": "...", "location": {"path": "net.py", ...}, ...}]}
https://github.com/reviewdog/reviewdog/tree/master/proto/rdf

Its columns count bytes of UTF-8; a place whose line is not at hand is given by line alone.
"""

from __future__ import annotations

import json
from typing import Any

from analyzer.report import Finding, Report, Span
from analyzer.reports.findings import Shown
from analyzer.reports.parts.escape import plain


def check(report: Report, shown: Shown) -> str:
    """The findings as one JSON document."""
    document = {
        "source": {"name": "weighbridge"},
        "diagnostics": [_diagnostic(finding, shown) for finding in report.findings],
    }
    return json.dumps(document, indent=1) + "\n"


def _diagnostic(finding: Finding, shown: Shown) -> dict[str, Any]:
    found: dict[str, Any] = {
        "message": plain(finding.message),
        "location": {"path": f"{shown.prefix}{finding.span.file}", "range": _range(finding.span, finding)},
        "severity": finding.severity.value.upper(),
        "code": {"value": finding.code},
    }
    edits = finding.fix.edits if finding.fix is not None and (finding.fix.safe or shown.unsafe) else ()
    if edits and all(_same_line(edit.span, finding) for edit in edits):
        found["suggestions"] = [{"range": _range(edit.span, finding), "text": edit.text} for edit in edits]
    return found


def _same_line(span: Span, finding: Finding) -> bool:
    return span.line == span.end_line == finding.span.line and finding.source_line is not None


def _range(span: Span, finding: Finding) -> dict[str, Any]:
    end_line = span.end_line or span.line
    known = finding.source_line if span.line == finding.span.line else None
    start: dict[str, int] = {"line": span.line}
    end: dict[str, int] = {"line": end_line}
    if known is not None and span.column is not None:
        start["column"] = _bytes(known, span.column)
        if end_line == span.line and span.end_column is not None:
            end["column"] = _bytes(known, span.end_column)
    return {"start": start, "end": end}


def _bytes(line: str, column: int) -> int:
    return len(line[: column - 1].encode("utf-8", "replace")) + 1
