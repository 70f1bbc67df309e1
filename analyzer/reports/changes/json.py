"""Changes as JSON, version 1: docs/change.schema.json says what each field promises.

    {"version": 1, "before": {"label": "main (5f2c1a9)", "commit": "5f2c..."}, "models": [{"kind": "changed", ...}]}

Nothing is rounded or left out; a View changes nothing here.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from analyzer.change import VERSION, Cause, Change, Comparison, LayerChange, Measure
from analyzer.report import Reason, Span
from analyzer.reports import View


def diff(comparison: Comparison, view: View) -> str:
    """One JSON document."""
    return json.dumps(to_json(comparison), indent=1) + "\n"


def to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as the schema's object: lists, dicts, strings and numbers only."""
    return {
        "version": VERSION,
        "before": asdict(comparison.before),
        "after": asdict(comparison.after),
        "models": [_change(change) for change in comparison.models],
        "equal": comparison.equal,
        "budgets": [asdict(breach) for breach in comparison.breaches],
        "undecided": [_reason(reason) for reason in comparison.undecided],
        "notes": list(comparison.notes),
        "problems": [_problem(problem) for problem in comparison.problems],
        "coverage": asdict(comparison.coverage),
    }


def _change(change: Change) -> dict[str, Any]:
    measures = ("parameters", "trainable", "buffers", "macs", "size")
    return {
        "kind": change.kind.value,
        "id": change.id,
        "id_before": change.id_before,
        "name": change.name,
        "type": change.type,
        **_span(change.span),
        "status": change.status.value,
        "status_before": None if change.status_before is None else change.status_before.value,
        **{name: _measure(getattr(change, name)) for name in measures},
        "inputs": change.inputs,
        "output": None if change.output is None else asdict(change.output),
        "layers": [_layer(layer) for layer in change.layers],
        "checkpoint": None if change.checkpoint is None else asdict(change.checkpoint),
        "causes": [_cause(cause) for cause in change.causes],
        "unknowns": [_reason(reason) for reason in change.unknowns],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    return asdict(measure)


def _layer(layer: LayerChange) -> dict[str, Any]:
    return asdict(layer)


def _cause(cause: Cause) -> dict[str, Any]:
    found = asdict(cause)
    del found["span"]
    return {**_span(cause.span), **found}


def _span(span: Span) -> dict[str, Any]:
    """A place, flat; what is not known of it is left out."""
    return {name: value for name, value in asdict(span).items() if value is not None}


def _reason(reason: Reason) -> dict[str, Any]:
    return {**_span(reason.span), "reason": reason.reason, "path": reason.path}


def _problem(problem: Any) -> dict[str, Any]:
    place = {} if problem.span is None else _span(problem.span)
    return {"message": problem.message, **place, "hint": problem.hint}
