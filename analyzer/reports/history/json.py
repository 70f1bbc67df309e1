"""A model over the log as JSON, version 1; docs/history.schema.json says what each field promises.

    {"version": 1, "target": "net.py::Net", "commits": [{"commit": "5f2c...", "status": "exact", "parameters": ...}]}

Nothing is rounded or left out; a View changes nothing here.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from analyzer.reports import View
from analyzer.timeline import VERSION, Moment, Timeline


def history(timeline: Timeline, view: View) -> str:
    """One JSON document."""
    document = {
        "version": VERSION,
        "target": timeline.target,
        "evaluated": timeline.evaluated,
        "notes": list(timeline.notes),
        "commits": [_moment(moment) for moment in timeline.moments],
    }
    return json.dumps(document, indent=1) + "\n"


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "commit": moment.commit,
        "parents": list(moment.parents),
        "date": f"{datetime.fromtimestamp(moment.time, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "subject": moment.subject,
        "file": moment.path,
        "status": moment.reading.state.value,
        "parameters": asdict(moment.parameters),
        "trainable": asdict(moment.trainable),
        "macs": asdict(moment.macs),
        "changes": moment.changes,
        "main": moment.main,
        "note": moment.reading.why,
    }
