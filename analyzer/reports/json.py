"""The stable machine contract, version 1: docs/report.schema.json says what each field promises.

    Report(models=(ModelReport(id="net.py::Net", span=Span("net.py", 4, 1), ...),), ...)
    {"version": 1, "models": [{"id": "net.py::Net", "file": "net.py", "line": 4, "column": 1, ...}], ...}

A View changes nothing here: every layer of every model is given, and nothing is rounded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

from analyzer.report import (
    VERSION,
    Finding,
    Fix,
    LayerReport,
    ModelReport,
    Problem,
    Reason,
    ReceptiveField,
    Report,
    Shape,
    Span,
)
from analyzer.reports import View


def summary(report: Report, view: View) -> str:
    """The report as one JSON document, a model on each line."""
    return document(report)


def document(report: Report) -> str:
    """The report as one JSON document, an item of each list on a line."""
    parts = [f'"{name}": {_lines(value)}' for name, value in to_json(report).items()]
    return "{" + ",\n ".join(parts) + "}\n"


def parts(report: Report, lines: Iterable[bytes]) -> Iterator[str]:
    """The same document bit by bit, with the line of each model made before."""
    head, tail = document(replace(report, models=())).split('"models": []', 1)
    yield f'{head}"models": ['
    between = "\n  "
    for one in lines:
        yield between
        yield one.decode()
        between = ",\n  "
    yield ("]" if between == "\n  " else "\n ]") + tail


def line(model: ModelReport) -> bytes:
    """One model on one line, as the document has it."""
    return json.dumps(_model(model)).encode()


def scan(report: Report, view: View) -> str:
    """The same document."""
    return summary(report, view)


def _lines(value: object) -> str:
    """A list with each item on its own line: one item at a time is what json encodes fast."""
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n  " + ",\n  ".join(json.dumps(item) for item in value) + "\n ]"


def to_json(report: Report) -> dict[str, Any]:
    """The report as the contract's object: lists, dicts, strings and numbers only."""
    return {
        "version": VERSION,
        "models": [_model(model) for model in report.models],
        "findings": [_finding(finding) for finding in report.findings],
        "problems": [_problem(problem) for problem in report.problems],
        "undecided": [_reason(reason) for reason in report.undecided],
        "coverage": asdict(report.coverage),
    }


def _span(span: Span) -> dict[str, Any]:
    """A place, flat; what is not known of it is left out."""
    place = {"file": span.file, "line": span.line, "column": span.column}
    ends = {"end_line": span.end_line, "end_column": span.end_column}
    return {name: value for name, value in (place | ends).items() if value is not None}


def _sizes(shape: Shape) -> list[int | str | None] | None:
    return None if shape is None else list(shape)


def _shapes(shapes: Mapping[str, Shape]) -> dict[str, list[int | str | None] | None]:
    return {name: _sizes(shape) for name, shape in shapes.items()}


def _model(model: ModelReport) -> dict[str, Any]:
    document = {
        "id": model.id,
        "name": model.name,
        "kind": model.kind.value,
        "type": model.type,
        **_span(model.span),
        "status": model.status.value,
        "parameters": asdict(model.parameters),
        "buffers": model.buffers,
        "symbols": {name: _span(span) for name, span in model.symbols.items()},
        "inputs": [{"name": x.name, "shape": _sizes(x.shape), "dtype": x.dtype} for x in model.inputs],
        "inputs_derived": model.inputs_derived,
        "accepts": list(model.accepts),
        "smallest": [list(shape) for shape in model.smallest],
        "not_followed": [_reason(reason) for reason in model.not_followed],
        "unknown_operators": dict(model.unknown_operators),
        "output_shape": _sizes(model.output_shape),
        "macs": model.macs,
        "macs_formula": model.macs_formula,
        "memory": dict(model.memory),
        "unknowns": [_reason(reason) for reason in model.unknowns],
        "state_doubt": model.state_doubt,
    }
    return document | ({"layers": [_layer(layer) for layer in model.layers]} if model.layers else {})


def _layer(layer: LayerReport) -> dict[str, Any]:
    return {
        "path": layer.path,
        "type": layer.type,
        **_span(layer.span),
        "parameters": layer.parameters,
        "trainable": layer.trainable,
        "buffers": layer.buffers,
        "formula": layer.formula,
        "shapes": _shapes(layer.shapes),
        "input_shape": _sizes(layer.input_shape),
        "output_shape": _sizes(layer.output_shape),
        "macs": layer.macs,
        "macs_formula": layer.macs_formula,
        "activations": layer.activations,
        "calls": layer.calls,
        "settings": dict(layer.settings),
        "receptive_field": None if layer.receptive_field is None else _field(layer.receptive_field),
        "saved": _shapes(layer.saved),
        "aliases": list(layer.aliases),
    }


def _field(field: ReceptiveField) -> dict[str, Any]:
    return {"size": field.size, "stride": field.stride, "start": field.start}


def _reason(reason: Reason) -> dict[str, Any]:
    return {**_span(reason.span), "reason": reason.reason, "path": reason.path}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **_span(finding.span),
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "model": finding.model,
        "path": finding.path,
        "fix": None if finding.fix is None else _fix(finding.fix),
        "notes": list(finding.notes),
        "scope": finding.scope,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_span(edit.span), "text": edit.text} for edit in fix.edits]
    return {"message": fix.message, "safe": fix.safe, "edits": edits}


def _problem(problem: Problem) -> dict[str, Any]:
    place = {} if problem.span is None else _span(problem.span)
    return {"message": problem.message, **place, "hint": problem.hint}
