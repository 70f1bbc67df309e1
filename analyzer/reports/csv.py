"""Comma-separated values for spreadsheets and scripts: plain numbers, one header line.

    model,status,layer,type,output_size,num_params,trainable,buffers,mult_adds,file,line,note
    net.py::model,exact,0,Conv2d,"[1, 8, 32, 32]",224,224,0,221184,net.py,4,

A number is empty where it is not known and a formula where it is symbolic; `note` says why something is not known.
Text that a spreadsheet would take for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from analyzer.report import ModelReport, Reason, Report
from analyzer.reports import View
from analyzer.reports.parts.columns import Raw, chosen
from analyzer.reports.parts.escape import spreadsheet
from analyzer.reports.parts.facts import place
from analyzer.reports.parts.figures import shape
from analyzer.reports.parts.rows import rows

LAYER_COLUMNS = ("output_size", "num_params", "trainable", "buffers", "mult_adds", "file", "line")
MODEL_COLUMNS = (
    *("model", "name", "kind", "type", "file", "line", "status"),
    *("parameters", "trainable", "frozen", "formula", "at_least", "at_most", "buffers"),
    *("output_size", "mult_adds", "note"),
)


def summary(report: Report, view: View) -> str:
    """One line for each layer; a model without layers, and whatever belongs to no layer, has a line of its own."""
    columns = chosen(LAYER_COLUMNS if view.columns is None else view.columns)
    lines: list[Sequence[Raw]] = [("model", "status", "layer", "type", *columns, "note")]
    for model in report.models:
        shown = rows(model, view.depth, view.naming)
        front = (model.id, model.status.value)
        placed = {row.layer.path for row in shown}
        elsewhere = [unknown for unknown in model.unknowns if unknown.path not in placed]
        if elsewhere or not shown:
            lines.append((*front, "", model.type, *([None] * len(columns)), _note(elsewhere)))
        for row in shown:
            cells = [column.value(row, model.parameters.total) for column in columns.values()]
            note = _note(unknown for unknown in model.unknowns if unknown.path == row.layer.path)
            lines.append((*front, row.name, row.layer.type, *cells, note))
    return _written(lines)


def scan(report: Report, view: View) -> str:
    """One line for each model, or for each layer of each where layers are asked for."""
    if view.layers:
        return summary(report, view)
    return _written([MODEL_COLUMNS, *(_model(model) for model in report.models)])


def _model(model: ModelReport) -> Sequence[Raw]:
    count = model.parameters
    macs = model.macs if model.macs is not None else model.macs_formula
    return (
        *(model.id, model.name, model.kind.value, model.type, model.span.file, model.span.line, model.status.value),
        *(count.total, count.trainable, count.frozen, count.formula, count.at_least, count.at_most, model.buffers),
        *(shape(model.output_shape), macs, _note(model.unknowns)),
    )


def _note(unknowns: Iterable[Reason]) -> str:
    return "; ".join(f"{place(unknown)} {unknown.reason}" for unknown in unknowns)


def _written(lines: Iterable[Sequence[Raw]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in lines:
        writer.writerow([spreadsheet(cell) if isinstance(cell, str) else cell for cell in line])
    return out.getvalue()
