"""Changes for people at a terminal: the headline, a row for each model, and below it what each consists of.

net.py::Net grows by 220 parameters (+34.9 %).

   Model        Parameters       Δ        %  Multiply-adds    Δ   Size        Old weights load
───────────────────────────────────────────────────────────────────────────────────────────────
!  net.py::Net  630 → 850     +220  +34.9 %                       +880 B      no

net.py::Net
  !  fc  Linear  out_features 10 → 20                 +220
  because of nn.Linear(20, 20) at net.py:12, it was nn.Linear(20, 10)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from analyzer.change import Cause, Change, Checkpoint, Comparison, Kind, Loads
from analyzer.report import Severity
from analyzer.reports import View
from analyzer.reports.changes.parts.figures import percent, signed, size, way, work
from analyzer.reports.changes.parts.keys import Mention, mentions
from analyzer.reports.changes.parts.sentences import coverage, equal, headline, loading, weights
from analyzer.reports.changes.parts.steps import alike, rows
from analyzer.reports.parts.escape import plain
from analyzer.reports.parts.lines import Field, Line, laid_out, wrapped
from analyzer.reports.table import painted

SIGNS = {Kind.CHANGED: "!", Kind.NEW: "+", Kind.REMOVED: "-", Kind.RENAMED: "→"}
STYLES = {"+": "exact", "-": "failed", "!": "partial", "→": "symbolic"}
LOADS = {Loads.YES: "exact", Loads.NOT_STRICT: "partial", Loads.NO: "failed", Loads.UNKNOWN: "faint"}
MOST_ROWS, MOST_KEYS = 40, 8

Column = tuple[str, Callable[[Change], str], str, int]
COLUMNS: tuple[Column, ...] = (
    ("Parameters", lambda change: way(change.parameters), "right", 9),
    ("Δ", lambda change: signed(change.parameters), "right", 9),
    ("%", lambda change: percent(change.parameters), "right", 8),
    ("Trained Δ", lambda change: _trained(change), "right", 2),
    ("Multiply-adds Δ", lambda change: _both(signed(change.macs, work), percent(change.macs)), "right", 3),
    ("Size Δ", lambda change: signed(change.size, size), "right", 3),
    ("Old weights load", lambda change: weights(change.checkpoint), "left", 7),
)


def diff(comparison: Comparison, view: View) -> str:
    """The headline, the table of changed models, what each consists of, budgets, and what was read."""
    lines: list[Line] = [[(piece, "strong")] for piece in wrapped(headline(comparison, plain), view.width)]
    between = f"{comparison.before.label} → {comparison.after.label}"
    lines += [[(plain(between), "faint")], []]
    if comparison.models:
        lines += [*_table(comparison, view), []]
        for group in alike(comparison.models):
            lines += _details(group, view)
    lines += _budgets(comparison, view)
    for text in (equal(comparison), coverage(comparison)):
        lines += _told(text, view, "", "faint")
    for note in comparison.notes:
        lines += _told(f"note: {note}", view, "", "warn")
    return painted(map(_inert, lines), view)


def _table(comparison: Comparison, view: View) -> list[Line]:
    models = comparison.models
    ellipsis = "…" if view.unicode else ".."
    fields = [
        Field("", [[(SIGNS[change.kind], STYLES[SIGNS[change.kind]])] for change in models], least=1),
        Field("Model", [_model(change) for change in models], least=20, cut="left"),
    ]
    for title, text, align, keep in COLUMNS:
        cells = [[(plain(text(change)), _style(title, change))] for change in models]
        fields.append(Field(title, cells, align, keep, 17 if align == "left" else 12 if keep == 9 else 6))
    head, *body = laid_out(fields, view.width, ellipsis, "head")
    length = min(max(sum(len(text) for text, _ in line) for line in (head, *body)), view.width or 160)
    rule: Line = [("─" * length, "faint")]
    return [head, rule, *body]


def _model(change: Change) -> Line:
    file, colons, own = plain(change.id).partition("::")
    return [(file + colons, "faint"), (own, "strong")]


def _style(title: str, change: Change) -> str:
    if title == "Old weights load":
        return "" if change.checkpoint is None else LOADS[change.checkpoint.loads]
    return "strong" if title == "Δ" else ""


def _trained(change: Change) -> str:
    """What changes of the trained parameters, where that is not all that changes."""
    return "" if change.trainable.delta == change.parameters.delta else signed(change.trainable)


def _both(delta: str, share: str) -> str:
    return f"{delta} ({share})" if delta and share else delta


# ---------------------------------------------------------------- one model


def _details(group: list[Change], view: View) -> list[Line]:
    """Layers, causes and keys of models for which these are the same; where one was, and what is not known."""
    change = group[0]
    lines: list[Line] = []
    if change.id_before is not None:
        lines += _told(f"was {change.id_before}", view, "  ", "")
    if change.status_before is not None:
        lines += _told(f"was {change.status_before}, is {change.status}", view, "  ", "")
    if change.output is not None:
        texts = (change.output.before or "not known", change.output.after or "not known")
        lines += _told(f"output {' → '.join(texts)}", view, "  ", "")
    lines += _layers(change, view)
    for cause in change.causes:
        lines += _told(_because(cause), view, "  ", "")
    if change.checkpoint is not None and change.checkpoint.loads is not Loads.YES:
        lines += _keys(change.checkpoint, view)
    for unknown in change.unknowns[:3]:
        lines += _told(f"not known: {unknown.reason} ({unknown.span.file}:{unknown.span.line})", view, "  ", "warn")
    return [*(_model(one) for one in group), *lines, []] if lines else []


def _layers(change: Change, view: View) -> list[Line]:
    shown = rows(change.layers)
    kept = shown[:MOST_ROWS]
    if not kept:
        return []
    fields = [
        Field("", [[("  " + row.sign, STYLES[row.sign])] for row in kept], least=3),
        Field("", [[(plain(row.layers), "")] for row in kept], least=10, cut="left"),
        Field("", [[(plain(row.what), "faint")] for row in kept], least=16, elastic=True),
        Field("", [[(plain(row.figure), "strong")] for row in kept], "right", least=8),
    ]
    _, *lines = laid_out(fields, view.width, "…" if view.unicode else "..")
    if len(shown) > len(kept):
        lines.append([(f"  and {len(shown) - len(kept):,} more; --format json has all", "faint")])
    return lines


def _because(cause: Cause) -> str:
    """`why net.py:40  layers=[2, 2, 2, 2] → layers=[3, 4, 6, 3]`"""
    sign = "- " if cause.gone else "+ " if cause.was is None else f"{cause.was} → "
    return f"{'perhaps' if cause.near else 'why'} {cause.span.file}:{cause.span.line}  {sign}{cause.text}"


def _keys(checkpoint: Checkpoint, view: View) -> list[Line]:
    lines = _told(loading(checkpoint), view, "  ", "")
    found = list(mentions(checkpoint))
    for mention in found[:MOST_KEYS]:
        lines += _told(_key(mention), view, "    ", "faint")
    if len(found) > MOST_KEYS:
        lines.append([(f"    and {len(found) - MOST_KEYS:,} more; --format json has all", "faint")])
    return lines


def _key(mention: Mention) -> str:
    return f"{mention.what}  {mention.name}  {mention.more}".rstrip()


# ---------------------------------------------------------------- budgets and lines


def _budgets(comparison: Comparison, view: View) -> list[Line]:
    lines: list[Line] = []
    for breach in comparison.breaches:
        fails = breach.severity is Severity.ERROR
        word = "fails" if fails else "warns"
        lines += _told(f"budget {word}: {breach.model}: {breach.message}", view, "", "failed" if fails else "warn")
    for reason in comparison.undecided:
        lines += _told(f"budget not decided: {reason.path}: {reason.reason}", view, "", "faint")
    return [*lines, []] if lines else []


def _told(text: str, view: View, indent: str, style: str) -> list[Line]:
    """A sentence, on as many lines as it needs."""
    room = None if view.width is None else max(view.width - len(indent) - 2, 20)
    pieces: Iterable[str] = wrapped(plain(text), room)
    return [[(f"{indent}{'' if at == 0 else '  '}{piece}", style)] for at, piece in enumerate(pieces)]


def _inert(line: Line) -> Line:
    """A line that the log of a CI job does not take for a command such as `::error`."""
    text = "".join(text for text, _ in line).lstrip()
    return [("\\", ""), *line] if text.startswith(("::", "##[")) else line
