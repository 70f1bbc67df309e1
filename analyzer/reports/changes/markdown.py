"""Changes as GitHub-flavoured Markdown: the text of a review's comment.

    **`net.py::Net` grows by 220 parameters (+34.9 %).**

    | Model | Parameters | Δ | Δ size | Old weights load |
    | :-- | --: | --: | --: | :-- |
    | `net.py::Net` | 630 → 850 | **+220** (+34.9 %) | +880 B | **no** |

    <details><summary><code>net.py::Net</code>: 1 layer, 2 keys</summary> ... </details>

Names are code, in Markdown or in HTML, so that nothing in them is interpreted.  What does not fit is left out from the
end: whole rows and whole sections, with a sentence that says so.
"""

from __future__ import annotations

import html
import re

from analyzer.change import Cause, Change, Checkpoint, Comparison, Kind, Loads
from analyzer.report import Problem, Report, Severity
from analyzer.reports import View
from analyzer.reports.changes.parts.chart import chart
from analyzer.reports.changes.parts.figures import percent, signed, size, way, work
from analyzer.reports.changes.parts.keys import mentions
from analyzer.reports.changes.parts.sentences import counted, coverage, equal, headline, loading, weights
from analyzer.reports.changes.parts.steps import alike, rows
from analyzer.reports.parts.escape import code, plain, prose
from analyzer.reports.parts.facts import commonest

LIMIT = 65_536
"""What a comment on GitHub may have; counted in bytes here, of which no host counts more."""
RESERVE = 600
LONGEST_NAME = 160
MOST_ROWS, MOST_KEYS, MOST_BUDGETS, MOST_REASONS, MOST_TOGETHER = 60, 24, 20, 5, 4
COLUMNS = (
    ("", ":--"), ("Model", ":--"), ("Parameters", "--:"), ("Δ", "--:"), ("Δ multiply-adds", "--:"), ("Δ size", "--:"),
    ("Old weights load", ":--"),
)  # fmt: skip
NUMBER = re.compile(r"[+-]?(≥ )?[\d,.]+( ?[kMGT]?B?)?|[?—]?")
UNIT = re.compile(r"(?<=\d) (?=[kMGTB%→])")
WORDS = {Kind.CHANGED: "", Kind.NEW: "new", Kind.REMOVED: "gone", Kind.RENAMED: "renamed"}


def diff(comparison: Comparison, view: View) -> str:
    """The comment's text without its marker, in at most LIMIT bytes, or as many as `view.room` says."""
    room = view.room or LIMIT
    head = [f"**{headline(comparison, name)}**"]
    foot = [*_budgets(comparison), *_foot(comparison)]
    left = room - RESERVE - _bytes(head) - _bytes(foot)
    table, shown = _table(comparison, left)
    left -= _bytes(table)
    sections, told = _sections(comparison.models[:shown], left)
    missing = []
    if shown < len(comparison.models):
        missing.append(f"{counted(len(comparison.models) - shown, 'model')} more changed")
    if told < shown:
        missing.append(f"the details of {counted(shown - told, 'model')} are left out")
    said = [f"_{'; '.join(missing)}: `weighbridge diff` shows all of it._"] if missing else []
    return "\n\n".join([*head, *table, *sections, *said, *foot]) + "\n"


def name(text: str) -> str:
    """A name that comes from the program, as a code span; a very long one loses its middle."""
    if len(text) > LONGEST_NAME:
        text = f"{text[: LONGEST_NAME // 2]}…{text[-LONGEST_NAME // 2 :]}"
    return code(text)


def _tag(text: str) -> str:
    """The same inside of HTML, where Markdown is not read."""
    if len(text) > LONGEST_NAME:
        text = f"{text[: LONGEST_NAME // 2]}…{text[-LONGEST_NAME // 2 :]}"
    return f"<code>{html.escape(plain(text))}</code>"


def _bytes(parts: list[str]) -> int:
    return sum(len(part.encode("utf-8", "replace")) + 2 for part in parts)


# ---------------------------------------------------------------- the table


def _table(comparison: Comparison, room: int) -> tuple[list[str], int]:
    """As many rows as there is room for, without columns that say nothing, and how many rows these are."""
    rows_ = [_row(change) for change in comparison.models]
    kept = [at for at, (title, _) in enumerate(COLUMNS) if title == "Model" or any(row[at] for row in rows_)]
    head = [[COLUMNS[at][part] for at in kept] for part in (0, 1)]
    lines = [f"| {' | '.join(cells)} |" for cells in (*head, *([row[at] for at in kept] for row in rows_))]
    room -= _bytes(lines[:2])
    for shown, line in enumerate(lines[2:]):
        room -= _bytes([line])
        if room < 0:
            return (["\n".join(lines[: shown + 2])] if shown else []), shown
    return (["\n".join(lines)] if rows_ else []), len(rows_)


def _row(change: Change) -> tuple[str, ...]:
    """The cells of all columns, in which no number is parted from its unit."""
    model = name(change.id)
    if change.id_before is not None:
        model += f"<br>was {name(change.id_before)}"
    figures = (_figure(way(change.parameters)), _delta(change), _work(change), _figure(signed(change.size, size)))
    together = (UNIT.sub("\u00a0", figure) for figure in figures)
    return (WORDS[change.kind], model, *together, _weights(change.checkpoint))


def _figure(text: str) -> str:
    """Numbers as they are, anything else as code."""
    return " → ".join(part if NUMBER.fullmatch(part) else code(part) for part in text.split(" → "))


def _delta(change: Change) -> str:
    """What changes of the parameters, and of the trained ones where that is something else."""
    text, share = signed(change.parameters), percent(change.parameters)
    if text and change.parameters.delta is not None:
        text = f"**{text}**{f' ({share})' if share else ''}"
    else:
        text = _figure(text)
    if change.trainable.delta and change.trainable.delta != change.parameters.delta:
        text += f"{'<br>' if text else ''}trainable {_figure(signed(change.trainable))}"
    return text


def _work(change: Change) -> str:
    text, share = signed(change.macs, work), percent(change.macs)
    if not text or change.macs.delta is None:
        return ""
    return f"{text}{f' ({share})' if share else ''}"


def _weights(checkpoint: Checkpoint | None) -> str:
    text = weights(checkpoint)
    if checkpoint is None or checkpoint.loads is Loads.YES:
        return text
    return f"**{text}**" if checkpoint.loads is Loads.NO else text.replace("strict=False", "`strict=False`")


# ---------------------------------------------------------------- one section for each model


def _sections(changes: tuple[Change, ...], room: int) -> tuple[list[str], int]:
    """The folded details of models, as many as there is room for, and of how many models these are."""
    found: list[str] = []
    told = 0
    for group in alike(changes):
        section = _section(group)
        room -= _bytes([section]) if section else 0
        if room < 0:
            break
        found += [section] if section else []
        told += len(group)
    return found, told


def _section(group: list[Change]) -> str:
    """The details of models for which they are the same; figures of each."""
    change = group[0]
    shown = group[:MOST_TOGETHER]
    facts = _facts(shown)
    parts = [part for part in (facts, _why(change), _layers(change), _keys(change.checkpoint)) if part]
    if not parts:
        return ""
    drawn = chart(change)
    if drawn:
        parts.append(f"```mermaid\n{drawn}\n```")
    names = ", ".join(_tag(one.id) for one in shown)
    more = f" and {len(group) - MOST_TOGETHER:,} more" if len(group) > MOST_TOGETHER else ""
    layers = f": {counted(len(change.layers), 'layer')}" if change.layers else ""
    return "\n\n".join([f"<details><summary>{names}{more}{layers}</summary>", *parts, "</details>"])


def _facts(group: list[Change]) -> str:
    """Figures that the table has no room for; those that are the same for all are told once."""
    told = [_figures(change) for change in group]
    common = [line for line in told[0] if all(line in lines for lines in told)]
    own = [
        f"- {name(change.id)}: {line}"
        for change, lines in zip(group, told, strict=True)
        for line in lines
        if line not in common
    ]
    return "\n".join([*(f"- {line}" for line in common), *own])


def _figures(change: Change) -> list[str]:
    lines = []
    if change.status_before is not None:
        lines.append(f"was {change.status_before}, is {change.status}")
    if change.output is not None:
        lines.append(f"output {' → '.join(code(text or '?') for text in (change.output.before, change.output.after))}")
    if signed(change.trainable) and change.trainable.delta != change.parameters.delta:
        lines.append(f"trainable {_figure(way(change.trainable))}")
    if signed(change.buffers):
        lines.append(f"buffers {_figure(way(change.buffers))}")
    if signed(change.macs) and change.inputs:
        lines.append(f"multiply-adds for {name(change.inputs)}: {_figure(way(change.macs))}")
    lines += [
        f"not known: {_cut(prose(one.reason))} at {_place(one.span.file, one.span.line)}" for one in change.unknowns[:5]
    ]
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300].rstrip(chr(92))}…"


def _place(file: str, line: int) -> str:
    return name(f"{file}:{line}")


def _why(change: Change) -> str:
    return "\n".join(["**Why**", "", *(_cause(cause) for cause in change.causes)]) if change.causes else ""


def _cause(cause: Cause) -> str:
    """`layers=[3, 4, 6, 3]` at `net.py:40`, it was `layers=[2, 2, 2, 2]`"""
    perhaps = "perhaps " if cause.near else ""
    was = f", it was {code(cause.was)}" if cause.was is not None else ""
    at = "gone from" if cause.gone else "at"
    layers = f": {counted(cause.layers, 'layer')}" if cause.layers > 1 else ""
    return f"- {perhaps}{code(cause.text)} {at} {_place(cause.span.file, cause.span.line)}{was}{layers}"


def _layers(change: Change) -> str:
    """The tree as a diff, which code hosts colour."""
    shown = rows(change.layers)
    if not shown:
        return ""
    kept = shown[:MOST_ROWS]
    texts = [(row.sign, _short(row.layers), _short(row.what), _short(row.figure)) for row in kept]
    widths = [min(max(len(cells[column]) for cells in texts), 60) for column in (1, 2)]
    lines = [f"{sign} {path:{widths[0]}}  {what:{widths[1]}}  {figure}".rstrip() for sign, path, what, figure in texts]
    if len(shown) > len(kept):
        lines.append(f"# and {len(shown) - len(kept):,} more")
    fence = "`" * max(3, *(len(run) + 1 for run in _runs("\n".join(lines))))
    return "\n".join([f"{fence}diff", *lines, fence])


def _runs(text: str) -> list[str]:
    found = [""]
    for char in text:
        found[-1:] = [found[-1] + char] if char == "`" else [found[-1], ""] if found[-1] else [""]
    return found


def _short(text: str) -> str:
    text = plain(text)
    return text if len(text) <= LONGEST_NAME else f"{text[:LONGEST_NAME]}…"


def _keys(checkpoint: Checkpoint | None) -> str:
    if checkpoint is None:
        return ""
    said = f"**Checkpoint**: {prose(loading(checkpoint)).replace('strict=False', '`strict=False`')}"
    found = list(mentions(checkpoint))
    if not found:
        return said
    lines = ["| Key | | Shape |", "|:--|:--|:--|"]
    lines += [f"| {name(one.name)} | {one.what} | {_more(one.more)} |" for one in found[:MOST_KEYS]]
    if len(found) > MOST_KEYS:
        lines.append(f"| and {len(found) - MOST_KEYS:,} more | | |")
    return f"{said}\n\n" + "\n".join(lines)


def _more(text: str) -> str:
    if text.startswith("was "):
        return f"was {name(text.removeprefix('was '))}"
    return " → ".join(name(part) for part in text.split(" → "))


# ---------------------------------------------------------------- below the table


def _budgets(comparison: Comparison) -> list[str]:
    lines = []
    for breach in comparison.breaches[:MOST_BUDGETS]:
        word = "**fails**" if breach.severity is Severity.ERROR else "warns"
        lines.append(f"- {word}: {name(breach.model)} {_cut(prose(breach.message))}")
    if len(comparison.breaches) > MOST_BUDGETS:
        lines.append(f"- and {len(comparison.breaches) - MOST_BUDGETS:,} more")
    open_ = [f"- not decided: {name(one.path or '')} {_cut(prose(one.reason))}" for one in comparison.undecided[:5]]
    return ["\n".join(["**Budgets**", "", *lines, *open_])] if lines or open_ else []


def _problem(problem: Problem) -> str:
    where = f"{_place(problem.span.file, problem.span.line)}: " if problem.span is not None else ""
    return f"- {where}{_cut(prose(problem.message))}"


def _foot(comparison: Comparison) -> list[str]:
    """What stays the same, what was compared, what was read, and what was not understood."""
    between = f"{name(comparison.before.label)} → {name(comparison.after.label)}"
    lines = [f"<sub>{equal(comparison)} {between}. {prose(coverage(comparison))}.</sub>".replace("> ", ">", 1)]
    lines += [f"<sub>{prose(note)}</sub>" for note in comparison.notes[:10]]
    problems = [_problem(problem) for problem in comparison.problems[:MOST_REASONS]]
    found = commonest(Report(coverage=comparison.coverage), MOST_REASONS)
    reasons = [f"- {times:,} × {_cut(prose(reason))}" for reason, times in found]
    if problems:
        lines.append("\n".join(["Could not be read:", "", *problems]))
    if reasons:
        summary = "<details><summary>What was not understood</summary>"
        lines.append("\n\n".join([summary, "\n".join(reasons), "</details>"]))
    return lines
