"""The table for people: layers with their shapes, parameters and shares, or one line for each model of a scan.

    net.py::model  Sequential  exact
      input   [N, 3, 32, 32] float32
      output  [N, 10]

    Layer  Type     Output shape     Parameters  Trainable  Share
    ─────────────────────────────────────────────────────────────────────────────
    0      Conv2d   [N, 8, 32, 32]          224  yes         0.3%  ╴
    ...
    ─────────────────────────────────────────────────────────────────────────────
    Total parameters     82,154

Lines are built as plain segments; rich paints them where colour is wanted and is imported only then.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from analyzer.report import ModelReport, Report, Status
from analyzer.reports import View
from analyzer.reports.parts.columns import LAYER_COLUMNS, MODEL_COLUMNS, LayerColumn, ModelColumn, chosen, share
from analyzer.reports.parts.escape import ascii_only, plain
from analyzer.reports.parts.facts import PROMISES, commonest, coverage, described, place, totals
from analyzer.reports.parts.figures import bar
from analyzer.reports.parts.lines import Field, Line, columns, laid_out, measure, wrapped
from analyzer.reports.parts.rows import Row, rows

STYLES = {
    "": "",
    "strong": "bold",
    "faint": "dim",
    "head": "bold",
    "bar": "cyan",
    "exact": "green",
    "symbolic": "cyan",
    "partial": "yellow",
    "failed": "red",
    "warn": "yellow",
}
BAR_WIDTHS = (20, 10)
WIDEST_RULE = 120
LEAST = {"left": 6, "right": 20}
"""Cells are cut to no less: no number is ever cut, only formulas are."""
REASONS_SHOWN = 10


def summary(report: Report, view: View) -> str:
    """A table of layers for each model."""
    parts = [_model(model, view) for model in report.models]
    if report.models:
        parts.append(_told(coverage(report), view, "", "faint"))
    return painted(chain.from_iterable([*part, []] for part in parts), view)


def scan(report: Report, view: View) -> str:
    """One line for each model; with `view.layers` its layers below it."""
    lines: list[Line] = []
    if report.models:
        lines += _ruled(_scan_fields(report, view), view)
    else:
        lines.append([("no models found", "warn")])
    lines += _told(coverage(report), view, "", "faint")
    for why, times in commonest(report):
        lines += _told(f"{times:,} × {why}", view, "  ", "faint")
    return painted(lines, view)


# ---------------------------------------------------------------- one model and its layers


def _model(model: ModelReport, view: View) -> list[Line]:
    promise = PROMISES[model.status]
    status = model.status.value
    lines: list[Line] = [[(plain(model.id), "strong"), (f"  {plain(model.type)}  ", ""), (status, status)]]
    if promise:
        lines += _told(promise, view, "  ", "faint")
    lines += _labelled(described(model), view, indent=2)
    shown = rows(model, view.depth, view.naming)
    if shown:
        lines.append([])
        lines += _ruled(_layer_fields(model, shown, view), view)
    lines += _summed(totals(model), view)
    if any(row.folded for row in shown):
        lines.append([("+N: a row that N more layers are folded into", "faint")])
    if model.inputs_derived and model.layers and model.memory.get("activations") is None:
        lines.append([("--input SHAPE gives sizes in MB", "faint")])
    if model.unknowns:
        lines += [[], [("not known", "warn")], *_reasons(model, view)]
    return lines


def _layer_fields(model: ModelReport, shown: list[Row], view: View) -> list[Field]:
    whole = model.parameters.total
    full, short = ([_name(row, name) for row, name in zip(shown, names, strict=True)] for names in _names(shown))
    fields = [Field("Layer", full, least=6, shorter=short)]
    if view.naming == "path":
        fields.append(Field("Type", [_type(row) for row in shown], least=6))
    for name, column in chosen(view.columns).items():
        cells = [_cell(column, row, whole) for row in shown]
        keep = column.keep if view.columns is None else 9
        fields.append(Field(column.title, cells, column.align, keep, LEAST[column.align]))
        if name == "params_percent":
            wide, narrow = ([[(bar(share(row, whole) or 0, width), "bar")] for row in shown] for width in BAR_WIDTHS)
            fields.append(Field("", wide, keep=0, shorter=narrow))
    return [_encodable(field, view) for field in fields]


def _names(shown: list[Row]) -> tuple[list[str], list[str]]:
    return [row.name for row in shown], [row.tail for row in shown]


def _name(row: Row, name: str) -> Line:
    above, dot, own = name.rpartition(".")
    style = "faint" if row.opens else ""
    return [(f"{'  ' * row.indent}{plain(above + dot)}", "faint"), (plain(own), style)]


def _type(row: Row) -> Line:
    style = "faint" if row.opens else ""
    return [(plain(row.layer.type), style), *([(f" +{row.folded:,}", "faint")] if row.folded else [])]


def _cell(column: LayerColumn, row: Row, whole: int | None) -> Line:
    text = plain(column.text(row, whole))
    if column is LAYER_COLUMNS["num_params"]:
        style = "faint" if row.parameters.value == 0 else "strong" if row.parameters.known else "warn"
    else:
        style = "faint" if row.opens or (row.parameters.value == 0 and column.align == "right") else ""
    return [(text, style)]


def _summed(facts: list[tuple[str, str]], view: View) -> list[Line]:
    """Labels with figures aligned at their right ends, or below each other's start where one is a long formula."""
    if not facts:
        return []
    split = [(label, *value.partition("  ")[::2]) for label, value in facts]
    room = max(columns(label) for label, _, _ in split)
    widest = max(columns(value) for _, value, _ in split)
    if widest > 20:
        return _labelled(facts, view, indent=0)
    return [
        [(f"{label:{room}}  ", ""), (f"{value:>{widest}}", "" if at else "strong"), (f"  {note}", "faint")]
        for at, (label, value, note) in enumerate(split)
    ]


def _labelled(facts: list[tuple[str, str]], view: View, indent: int) -> list[Line]:
    room = max((columns(label) for label, _ in facts), default=0) + indent
    lines: list[Line] = []
    said = ""
    for label, value in facts:
        label, said = " " * indent + label if label != said else "", label
        for piece in wrapped(plain(value), None if view.width is None else max(view.width - room - 2, 20)):
            lines.append([(f"{label:{room}}  ", "faint" if indent else ""), (piece, "")])
            label = ""
    return lines


def _told(text: str, view: View, indent: str, style: str) -> list[Line]:
    """A sentence, on as many lines as it needs."""
    room = None if view.width is None else max(view.width - len(indent), 20)
    return [[(f"{indent}{piece}", style)] for piece in wrapped(plain(text), room)]


def _reasons(model: ModelReport, view: View) -> list[Line]:
    lines: list[Line] = []
    for unknown in model.unknowns[:REASONS_SHOWN]:
        text = f"{unknown.path}: {unknown.reason}" if unknown.path else unknown.reason
        lines += _told(text, view, "  ", "")
        lines.append([(f"    --> {plain(place(unknown))}", "faint")])
    if len(model.unknowns) > REASONS_SHOWN:
        lines.append([(f"  and {len(model.unknowns) - REASONS_SHOWN:,} more; --format json has all", "faint")])
    return lines


# ---------------------------------------------------------------- many models


def _scan_fields(report: Report, view: View) -> list[Field]:
    layers = {model.id: rows(model, view.depth, view.naming) if view.layers else [] for model in report.models}
    fields = []
    for name, column in MODEL_COLUMNS.items():
        if column.shapes and not view.shapes:
            continue
        cells: list[Line] = []
        for model in report.models:
            cells.append(_scan_cell(name, _brief(plain(column.text(model))), model))
            cells += [_scan_layer(name, row) for row in layers[model.id]]
        fields.append(_model_field(name, column, cells))
    return [_encodable(field, view) for field in fields]


LONGEST = 160
"""Columns of a cell on one line for each model; the formula in full is in `summary` and in the other formats."""


def _brief(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _model_field(name: str, column: ModelColumn, cells: list[Line]) -> Field:
    least = {"model": 20, "status": 8, "why": 10}.get(name, LEAST[column.align])
    elastic = name in ("why", "parameters", "mult_adds")
    side = "left" if name == "model" else "right"
    return Field(column.title, cells, column.align, column.keep, least, side, elastic)


def _scan_cell(name: str, text: str, model: ModelReport) -> Line:
    if name == "model":
        file, colons, own = text.partition("::")
        return [(file + colons, "faint"), (own, "strong")]
    if name == "status":
        return [(text, model.status.value)]
    if name == "why":
        return [(text, "warn" if model.status in (Status.PARTIAL, Status.FAILED) else "")]
    return [(text, "strong" if name == "parameters" else "")]


def _scan_layer(name: str, row: Row) -> Line:
    """The cell of a layer's row under a model's column."""
    texts = {"model": f"  {'  ' * row.indent}{row.name}", "type": row.layer.type}
    for ours, theirs in (("parameters", "num_params"), ("trainable", "trainable"), ("buffers", "buffers")):
        texts[ours] = LAYER_COLUMNS[theirs].text(row, None)
    for ours, theirs in (("output", "output_size"), ("mult_adds", "mult_adds")):
        texts[ours] = LAYER_COLUMNS[theirs].text(row, None)
    return [(plain(texts.get(name, "")), "faint" if row.opens else "")]


# ---------------------------------------------------------------- lines and paint


def _ruled(fields: list[Field], view: View) -> list[Line]:
    head, *body = laid_out(fields, view.width, "…" if view.unicode else "..", "head")
    length = min(max(measure(line) for line in (head, *body)), view.width or WIDEST_RULE)
    rule: Line = [("─" * length, "faint")]
    return [head, rule, *body, rule]


def _encodable(field: Field, view: View) -> Field:
    if view.unicode:
        return field
    shorter = None if field.shorter is None else [_ascii(line) for line in field.shorter]
    return replace(field, cells=[_ascii(line) for line in field.cells], shorter=shorter)


def _ascii(line: Line) -> Line:
    return [(ascii_only(text), style) for text, style in line]


def painted(lines: Iterable[Line], view: View) -> str:
    """The text of all lines, coloured by rich where the view asks for colour."""
    finished = [line if view.unicode else _ascii(line) for line in lines]
    if not view.colour:
        text = "".join("".join(text for text, _ in line).rstrip() + "\n" for line in finished)
        return text.rstrip("\n") + "\n" if text.strip() else ""
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, force_terminal=True, highlight=False, width=1000, legacy_windows=False)
    for line in finished:
        console.print(Text.assemble(*((text, STYLES[style]) for text, style in line)), soft_wrap=True)
    return out.getvalue().rstrip("\n") + "\n"
