"""SARIF 2.1.0, which GitHub code scanning and many editors read; each rule brings its document.

{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "weighbridge", "rules": [...]}}, "results": [...], ...}]}
https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

GitHub takes 25,000 results of a run: past that the least severe are left out, and a notification says so.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from analyzer.report import Finding, Fix, Report, Severity, Span
from analyzer.reports.findings import Shown
from analyzer.reports.findings.parts.fingerprint import fingerprints
from analyzer.reports.findings.parts.sentences import covered, totals
from analyzer.reports.parts.escape import plain
from analyzer.reports.parts.rulebook import markdown
from analyzer.rule import FAMILIES, Rule, rules

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
MOST_RESULTS = 25_000
LONGEST_MESSAGE = 1_000


def check(report: Report, shown: Shown) -> str:
    """The findings as one JSON document."""
    pairs = list(zip(report.findings, fingerprints(report.findings), strict=True))
    if len(pairs) > MOST_RESULTS:
        order = list(Severity)
        pairs = sorted(pairs, key=lambda pair: order.index(pair[0].severity))[:MOST_RESULTS]
    codes = sorted({finding.code for finding, _ in pairs})
    said = [totals(report, shown), *covered(report)]
    if len(pairs) < len(report.findings):
        said.append(f"only the {MOST_RESULTS:,} most severe findings are listed")
    run = {
        "tool": {
            "driver": {
                "name": "weighbridge",
                "version": shown.version,
                "rules": [_rule(rules()[code]) for code in codes if code in rules()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The folder that the check was run in."}}},
        "invocations": [
            {
                "executionSuccessful": not report.problems,
                "toolExecutionNotifications": [
                    *({"level": "note", "message": {"text": plain(line)}} for line in said),
                    *({"level": "error", "message": {"text": plain(one.message)}} for one in report.problems),
                ],
            }
        ],
        "results": [_result(finding, known, codes, shown) for finding, known in pairs],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    document = rule.document
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": document.summary},
        "fullDescription": {"text": document.sections.get("What it does", document.summary)},
        "help": {"text": markdown(rule), "markdown": markdown(rule)},
        "defaultConfiguration": {"enabled": rule.default, "level": LEVELS[rule.severity]},
        "properties": {"tags": [FAMILIES[rule.code[:3]]], "precision": "very-high" if rule.default else "medium"},
    }


def _result(finding: Finding, fingerprint: str, codes: list[str], shown: Shown) -> dict[str, Any]:
    message = "\n".join(plain(line) for line in (finding.message, *finding.notes))
    location = {"artifactLocation": _file(finding.span, shown), "region": _region(finding.span)}
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        "message": {"text": message[:LONGEST_MESSAGE]},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint[:16]}:1", "weighbridge/v1": fingerprint},
    }
    if finding.code in rules():
        result["ruleIndex"] = codes.index(finding.code)
    if finding.scope:
        logical = {"fullyQualifiedName": finding.scope}
        result["locations"][0]["logicalLocations"] = [logical]
    if finding.fix is not None and (finding.fix.safe or shown.unsafe):
        result["fixes"] = [_fix(finding.fix, shown)]
    return result


def _fix(fix: Fix, shown: Shown) -> dict[str, Any]:
    replacements = [{"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits]
    changes = [{"artifactLocation": _file(fix.edits[0].span, shown), "replacements": replacements}]
    return {"description": {"text": fix.message}, "artifactChanges": changes}


def _file(span: Span, shown: Shown) -> dict[str, str]:
    return {"uri": quote(f"{shown.prefix}{span.file}", errors="surrogateescape"), "uriBaseId": "SRCROOT"}


def _region(span: Span) -> dict[str, int]:
    region = {
        "startLine": span.line, "startColumn": span.column, "endLine": span.end_line, "endColumn": span.end_column,
    }  # fmt: skip
    return {name: value for name, value in region.items() if value is not None}
