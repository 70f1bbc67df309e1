"""Each finding of the JSON contract on a line of its own; the last line is what was read.

{"file": "net.py", "line": 24, "column": 13, "code": "WBX301", ...}
{"coverage": {"files": 1, "models": 1, ...}, "undecided": []}
"""

from __future__ import annotations

import json

from analyzer.report import Report
from analyzer.reports.findings import Shown
from analyzer.reports.json import to_json


def check(report: Report, shown: Shown) -> str:
    """The findings, then coverage."""
    document = to_json(report)
    last = {name: document[name] for name in ("coverage", "undecided")}
    return "".join(f"{json.dumps(line)}\n" for line in (*document["findings"], last))
