"""GitHub-flavoured Markdown, for a README, an issue or a job summary.

    ### `net.py::model`
    `Sequential`, **exact**

    | Layer | Type | Output shape | Parameters | Trainable | Share |
    |:--|:--|:--|--:|:--|--:|
    | `0` | `Conv2d` | `[1, 8, 32, 32]` | 224 | yes | 0.3% |

Every name that comes from analysed code is a code span, so that nothing in it is interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from analyzer.report import ModelReport, Report, Status
from analyzer.reports import View
from analyzer.reports.parts.columns import MODEL_COLUMNS, chosen
from analyzer.reports.parts.escape import code, prose
from analyzer.reports.parts.facts import PROMISES, commonest, coverage, described, place, totals
from analyzer.reports.parts.rows import rows

RULES = {"left": ":--", "right": "--:"}
WORDED = frozenset({"Kind", "Status", "Bounds", "Not known"})
"""Columns and totals whose words are ours; any other text but a number is code."""
NUMBER = re.compile(r"[≥<]? ?[\d,.]+%?( … [\d,]+)?( MB)?(  \([\d,.]+ [kMGT]\))?|[?—]?|yes|no|partly|all")


def summary(report: Report, view: View) -> str:
    """A section for each model: facts, layers, totals, and what is not known."""
    sections = [section for model in report.models for section in _model(model, view)]
    return "\n\n".join([*sections, f"_{coverage(report)}_"]) + "\n"


def scan(report: Report, view: View) -> str:
    """One table row for each model; with layers, a section for each model below."""
    columns = [column for column in MODEL_COLUMNS.values() if view.shapes or not column.shapes]
    head = [(column.title, column.align) for column in columns]
    cells = [[_cell(column.text(model), column.title) for column in columns] for model in report.models]
    parts = [_table(head, cells)] if report.models else []
    if view.layers:
        parts += [section for model in report.models for section in _model(model, view)]
    reasons = [f"- {times:,} × {prose(reason)}" for reason, times in commonest(report)]
    parts += [f"_{coverage(report)}_", *(["\n".join(reasons)] if reasons else [])]
    return "\n\n".join(parts) + "\n"


def _model(model: ModelReport, view: View) -> list[str]:
    promise = PROMISES[model.status]
    parts = [f"### {code(model.id)}", f"{code(model.type)}, **{model.status}**{f': {promise}' if promise else ''}"]
    if facts := described(model):
        parts.append("\n".join(f"- {label} {code(text)}" for label, text in facts))
    if shown := rows(model, view.depth, view.naming):
        columns = chosen(view.columns)
        by_path = view.naming == "path"
        head = [("Layer", "left"), *([("Type", "left")] if by_path else [])]
        head += [(column.title, column.align) for column in columns.values()]
        whole = model.parameters.total
        cells = [
            [
                code(row.name),
                *([code(row.layer.type)] if by_path else []),
                *(_cell(column.text(row, whole), column.title) for column in columns.values()),
            ]
            for row in shown
        ]
        parts.append(_table(head, cells))
    if figures := totals(model):
        parts.append(
            _table([("Total", "left"), ("", "right")], [[label, _cell(text, label)] for label, text in figures])
        )
    if model.unknowns:
        verb = "Why" if model.status is Status.FAILED else "Not known"
        reasons = [
            f"- {code(place(unknown))} {f'{code(unknown.path)}: ' if unknown.path else ''}{prose(unknown.reason)}"
            for unknown in model.unknowns
        ]
        parts.append("\n".join([f"{verb}:", "", *reasons]))
    return parts


def _cell(text: str, title: str) -> str:
    return prose(text) if title in WORDED or NUMBER.fullmatch(text) else code(text)


def _table(head: Sequence[tuple[str, str]], cells: Iterable[Sequence[str]]) -> str:
    lines = [[title for title, _ in head], [RULES[align] for _, align in head], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
