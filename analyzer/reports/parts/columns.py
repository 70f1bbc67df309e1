"""The columns that a table of layers, or of models, can have; each is one entry.

    LAYER_COLUMNS["num_params"].value(row, whole)      5,852 as an int, for CSV
    LAYER_COLUMNS["num_params"].text(row, whole)       '5,852' for people

The names of the layers' columns are torchinfo's, and a few more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analyzer.reports.parts.figures import NOTHING, UNKNOWN, Figure, megabytes, percent, shape, weighed, written

if TYPE_CHECKING:
    from analyzer.report import ModelReport
    from analyzer.reports.parts.rows import Row

Raw = int | float | str | None
Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class LayerColumn:
    """One column: its title, the value for machines, the text for people."""

    title: str
    value: Callable[[Row, int | None], Raw]
    text: Callable[[Row, int | None], str]
    align: Align = "left"
    keep: int = 5
    """Columns with less are given up first where a terminal is narrow."""


def share(row: Row, whole: int | None) -> float | None:
    """The part of the model's parameters that a row holds; None where either is not a single number."""
    if not whole or row.parameters.value is None:
        return None
    return row.parameters.value / whole


def trained(row: Row) -> str:
    """Whether a row's parameters are trained: yes, no, partly; nothing where there are none."""
    if row.parameters.value == 0:
        return ""
    if row.trainable is None:
        return "" if row.parameters.known else UNKNOWN
    if row.trainable == 0:
        return "no"
    return "yes" if row.parameters.value in (None, row.trainable) else "partly"


def _parameters_text(row: Row, whole: int | None) -> str:
    return NOTHING if row.opens and row.parameters.value == 0 else written(row.parameters)


def _share_text(row: Row, whole: int | None) -> str:
    part = share(row, whole)
    return percent(part) if part else ""


def _macs_text(row: Row, whole: int | None) -> str:
    return written(row.macs) if row.macs.value != 0 else ""


def _raw(figure: Figure) -> Raw:
    return figure.value if figure.value is not None else figure.formula


def _setting(name: str) -> Callable[[Row, int | None], str]:
    return lambda row, _: row.layer.settings.get(name, "")


def _field(row: Row) -> str:
    """`43×43`, where it is defined."""
    seen = row.layer.receptive_field
    return "" if seen is None or row.folded else "×".join(map(str, seen.size))


def _bytes(row: Row) -> str:
    """What the layers give, in MB; nothing where that is nothing or not known."""
    return megabytes(row.activations) if row.activations else ""


def _worded(title: str, text: Callable[[Row, int | None], str], align: Align = "left", keep: int = 5) -> LayerColumn:
    """A column whose value is its text."""
    return LayerColumn(title, text, text, align, keep)


LAYER_COLUMNS: Mapping[str, LayerColumn] = {
    "input_size": _worded("Input shape", lambda row, _: shape(row.layer.input_shape)),
    "output_size": _worded("Output shape", lambda row, _: shape(row.layer.output_shape), keep=4),
    "kernel_size": _worded("Kernel", _setting("kernel_size")),
    "num_params": LayerColumn("Parameters", lambda row, _: _raw(row.parameters), _parameters_text, "right", 9),
    "params_percent": LayerColumn("Share", share, _share_text, "right", 2),
    "trainable": LayerColumn("Trainable", lambda row, _: row.trainable, lambda row, _: trained(row), keep=1),
    "mult_adds": LayerColumn("Mult-adds", lambda row, _: _raw(row.macs), _macs_text, "right"),
    "activations": LayerColumn("Activations", lambda row, _: row.activations, lambda row, _: _bytes(row), "right"),
    "buffers": LayerColumn(
        "Buffers", lambda row, _: row.buffers, lambda row, _: f"{row.buffers:,}" if row.buffers else "", "right"
    ),
    "formula": _worded("Formula", lambda row, _: row.parameters.formula or row.layer.formula or ""),
    "calls": LayerColumn("Calls", lambda row, _: row.layer.calls, lambda row, _: str(row.layer.calls), "right"),
    "receptive_field": _worded("Receptive field", lambda row, _: _field(row)),
    "settings": _worded("Settings", lambda row, _: ", ".join(f"{k}={v}" for k, v in row.layer.settings.items())),
    "path": _worded("Path", lambda row, _: row.layer.path),
    "file": _worded("File", lambda row, _: row.layer.span.file),
    "line": LayerColumn("Line", lambda row, _: row.layer.span.line, lambda row, _: str(row.layer.span.line), "right"),
}

USUAL = ("output_size", "num_params", "trainable", "params_percent")


def chosen(asked: Sequence[str] | None) -> dict[str, LayerColumn]:
    """The columns of these names, in their order, the usual ones for None.

    Raises ValueError with the nearest names where there is no such column.
    """
    for name in asked or ():
        if name not in LAYER_COLUMNS:
            import difflib

            near = difflib.get_close_matches(name, LAYER_COLUMNS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ValueError(f"no column {name!r}; {hint}There are: {', '.join(LAYER_COLUMNS)}")
    return {name: LAYER_COLUMNS[name] for name in (USUAL if asked is None else asked)}


# ---------------------------------------------------------------- one line for each model


@dataclass(frozen=True, slots=True)
class ModelColumn:
    """One column of a scan."""

    title: str
    text: Callable[[ModelReport], str]
    align: Align = "left"
    keep: int = 5
    shapes: bool = False
    """Whether it tells only what the shape pass finds."""


def reason(model: ModelReport) -> str:
    """The first thing that is not known of a model, and where."""
    if not model.unknowns:
        return ""
    first = model.unknowns[0]
    more = f" (and {len(model.unknowns) - 1} more)" if len(model.unknowns) > 1 else ""
    return f"{first.span.file}:{first.span.line} {first.reason}{more}"


def _counted(number: int | None, model: ModelReport) -> str:
    if number is None:
        return UNKNOWN if model.status.value == "partial" else NOTHING
    return f"{number:,}"


def _trained(model: ModelReport) -> str:
    if model.parameters.trainable is None and model.parameters.formula and model.parameters.frozen == 0:
        return "all"
    return _counted(model.parameters.trainable, model)


def _multiply_adds(model: ModelReport) -> str:
    return f"{model.macs:,}" if model.macs is not None else model.macs_formula or NOTHING


MODEL_COLUMNS: Mapping[str, ModelColumn] = {
    "model": ModelColumn("Model", lambda model: model.id, keep=9),
    "kind": ModelColumn("Kind", lambda model: model.kind.value, keep=1),
    "type": ModelColumn("Type", lambda model: model.type, keep=2),
    "status": ModelColumn("Status", lambda model: model.status.value, keep=8),
    "parameters": ModelColumn("Parameters", lambda model: weighed(model.parameters, model.status), "right", 9),
    "trainable": ModelColumn("Trainable", _trained, "right", 3),
    "buffers": ModelColumn("Buffers", lambda model: _counted(model.buffers, model), "right", 2),
    "output": ModelColumn("Output shape", lambda model: shape(model.output_shape), keep=4, shapes=True),
    "mult_adds": ModelColumn("Mult-adds", _multiply_adds, "right", 4, shapes=True),
    "why": ModelColumn("Not known", reason, keep=6),
}
