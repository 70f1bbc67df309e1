"""Reads a report back from its JSON, as `weighbridge scan --layers --shapes --format json` writes it.

    models_in('{"version": 1, "models": [{"id": "net.py::Net", ...}], ...}', "before.json")      (ModelReport(...),)

Fields that are absent are taken as not known; fields that are not known here are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analyzer.errors import TargetError
from analyzer.report import (
    VERSION,
    Count,
    InputReport,
    Kind,
    LayerReport,
    ModelReport,
    Problem,
    Reason,
    Shape,
    Span,
    Status,
)


def load(file: Path) -> tuple[ModelReport, ...]:
    """The models of a stored report; raises TargetError where it cannot be used."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise TargetError(Problem(f"cannot read {file}: {error.strerror}")) from error
    except UnicodeDecodeError as error:
        raise TargetError(Problem(f"{file} is not UTF-8")) from error
    return models_in(text, str(file))


def models_in(text: str, name: str) -> tuple[ModelReport, ...]:
    """The models of a report's text; raises TargetError where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TargetError(Problem(f"{name} is not JSON: {error}")) from error
    if not isinstance(document, dict) or document.get("version") != VERSION or "models" not in document:
        hint = "`weighbridge scan --layers --shapes --format json -o FILE` writes one"
        raise TargetError(Problem(f"{name} is no report of version {VERSION}", hint=hint))
    try:
        return tuple(_model(model) for model in document["models"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TargetError(Problem(f"{name} is damaged: {type(error).__name__}: {error}")) from error


def _model(found: Mapping[str, Any]) -> ModelReport:
    count = found["parameters"]
    return ModelReport(
        str(found["id"]), str(found["name"]), Kind(found["kind"]), str(found["type"]), _span(found),
        Status(found["status"]),
        Count(*(count[key] for key in ("total", "trainable", "frozen", "formula", "at_least", "at_most"))),
        found["buffers"],
        unknowns=tuple(_reason(reason) for reason in found["unknowns"]),
        inputs=tuple(
            InputReport(x["name"], _shape(x["shape"]), x.get("dtype", "float32")) for x in found.get("inputs", ())
        ),
        output_shape=_shape(found.get("output_shape")),
        unknown_operators=dict(found.get("unknown_operators", {})),
        macs=found.get("macs"),
        macs_formula=found.get("macs_formula"),
        memory=dict(found.get("memory", {})),
        layers=tuple(_layer(layer) for layer in found.get("layers", ())),
        state_doubt=found.get("state_doubt", "the report does not say what a checkpoint holds"),
    )  # fmt: skip


def _layer(found: Mapping[str, Any]) -> LayerReport:
    return LayerReport(
        _span(found), str(found["path"]), str(found["type"]), found["parameters"], found["trainable"],
        found.get("buffers"), found.get("formula"),
        shapes=_shapes(found.get("shapes", {})),
        output_shape=_shape(found.get("output_shape")),
        macs=found.get("macs"),
        calls=int(found.get("calls", 0)),
        settings={str(name): str(text) for name, text in found.get("settings", {}).items()},
        saved=_shapes(found.get("saved", {})),
        aliases=tuple(map(str, found.get("aliases", ()))),
    )  # fmt: skip


def _span(found: Mapping[str, Any]) -> Span:
    ends = (found.get("column"), found.get("end_line"), found.get("end_column"))
    return Span(str(found["file"]), int(found["line"]), *ends)


def _reason(found: Mapping[str, Any]) -> Reason:
    return Reason(_span(found), str(found["reason"]), found.get("path"))


def _shapes(found: Mapping[str, Any]) -> dict[str, Shape]:
    return {str(name): _shape(shape) for name, shape in found.items()}


def _shape(found: Any) -> Shape:
    if found is None:
        return None
    return tuple(size if isinstance(size, int) or size is None else str(size) for size in found)
