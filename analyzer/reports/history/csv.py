"""A model over the log as comma-separated values: one line for each commit, the oldest first.

    commit,date,subject,file,status,parameters,trainable,mult_adds,delta,percent,changes,main,note
    5f2c...,2026-01-01T00:00:00Z,wider,net.py,exact,850,850,1640,220,34.92,1,1,

A number is empty where it is not known and a formula where it is symbolic.  Text that a spreadsheet would take for a
formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from analyzer.change import Figure
from analyzer.reports import View
from analyzer.reports.parts.escape import spreadsheet
from analyzer.timeline import Moment, Timeline

COLUMNS = (
    *("commit", "date", "subject", "file", "status", "parameters", "trainable", "mult_adds"),
    *("delta", "percent", "changes", "main", "note"),
)


def history(timeline: Timeline, view: View) -> str:
    """All commits, whether they change the model or not."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for moment in timeline.moments:
        writer.writerow([spreadsheet(cell) if isinstance(cell, str) else cell for cell in _cells(moment)])
    return out.getvalue()


def _cells(moment: Moment) -> tuple[str | float | None, ...]:
    reading = moment.reading
    measure = moment.parameters
    return (
        moment.commit, f"{datetime.fromtimestamp(moment.time, UTC):%Y-%m-%dT%H:%M:%SZ}", moment.subject, moment.path,
        reading.state.value, _figure(reading.parameters), _figure(reading.trainable), _figure(reading.macs),
        measure.delta if measure.delta is not None else measure.formula,
        None if measure.percent is None else round(measure.percent, 2),
        int(moment.changes), int(moment.main), reading.why,
    )  # fmt: skip


def _figure(figure: Figure | None) -> str | int | None:
    if figure is None:
        return None
    return figure.value if figure.value is not None else figure.formula
