"""A model over the log for people at a terminal: a row for each commit that changes it, the oldest first.

    net.py::Net

    Date        Commit   Parameters     Δ        %  Multiply-adds  Subject
    ────────────────────────────────────────────────────────────────────────────
    2026-01-01  5f2c1a9         630  +630                     1024  the first model
    2026-02-01  77ab34c         850  +220  +34.9 %            1640  wider

    12 commits from 2026-01-01 to 2026-02-03, 2 changes: 12 exact
    now 850 parameters; built at 2 commits, the others rest on the same files

`Δ` is against the commit that one was made on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from analyzer.change import Figure, Measure
from analyzer.reports import View
from analyzer.reports.changes.parts.figures import percent, said, signed, work
from analyzer.reports.changes.parts.sentences import counted
from analyzer.reports.parts.escape import plain
from analyzer.reports.parts.lines import Field, Line, laid_out, measure, wrapped
from analyzer.reports.table import painted
from analyzer.timeline import Moment, State, Timeline

SHORT = 7
STYLES = {State.EXACT: "", State.SYMBOLIC: "", State.PARTIAL: "warn", State.FAILED: "failed",
          State.MISSING: "faint", State.UNREADABLE: "failed"}  # fmt: skip


def history(timeline: Timeline, view: View) -> str:
    """The rows, and what they were made of; `view.every` asks for a row for every commit."""
    shown = timeline.moments if view.every else [one for one in timeline.moments if one.changes]
    lines: list[Line] = [[(plain(timeline.target), "strong")], []]
    if shown:
        lines += [*_table(shown, timeline, view), []]
    for text in _sentences(timeline):
        lines += [[(piece, "faint")] for piece in wrapped(text, view.width)]
    for note in timeline.notes:
        lines += [[(piece, "warn")] for piece in wrapped(f"note: {plain(note)}", view.width)]
    return painted(lines, view)


def _table(shown: Sequence[Moment], timeline: Timeline, view: View) -> list[Line]:
    frozen = any(one.reading.trainable not in (one.reading.parameters, None, Figure()) for one in shown)
    fields = [
        Field("Date", [[(f"{datetime.fromtimestamp(one.time, UTC):%Y-%m-%d}", "faint")] for one in shown]),
        Field("Commit", [[(one.commit[:SHORT], "")] for one in shown]),
        Field("Parameters", [[(plain(_parameters(one)), _style(one))] for one in shown], "right", least=16),
        Field("Δ", [[(plain(_delta(one.parameters)), "strong")] for one in shown], "right", 8, least=12),
        Field("%", [[(percent(one.parameters), "")] for one in shown], "right", 7),
        Field("Trained", [[(plain(said(one.reading.trainable)) if frozen else "", "")] for one in shown], "right", 3),
        Field("Multiply-adds", [[(_work(one), "")] for one in shown], "right", 2),
        Field("Subject", [_subject(one, timeline) for one in shown], keep=6, least=16, elastic=True),
    ]
    head, *body = laid_out(fields, view.width, "…" if view.unicode else "..", "head")
    length = min(max(measure(line) for line in (head, *body)), view.width or 160)
    return [head, [("─" * length, "faint")], *body]


def _parameters(moment: Moment) -> str:
    state = moment.reading.state
    if state in (State.EXACT, State.SYMBOLIC, State.PARTIAL):
        return said(moment.reading.parameters)
    return state.value


def _style(moment: Moment) -> str:
    return STYLES[moment.reading.state] or "strong"


def _delta(measure: Measure) -> str:
    """Nothing where a side is not known: the figure itself says so."""
    known = all(figure is None or figure.known for figure in (measure.before, measure.after))
    return signed(measure) if known else ""


def _work(moment: Moment) -> str:
    macs = moment.reading.macs
    return said(macs, work) if macs is not None and macs.known else ""


def _subject(moment: Moment, timeline: Timeline) -> Line:
    """What the commit says of itself, where the file was, and why no more is known."""
    line: Line = [(plain(moment.subject), "")]
    if moment.path != timeline.target.partition("::")[0]:
        line.append((f"  as {plain(moment.path)}", "faint"))
    return [*line, (f"  {plain(moment.reading.why)}", "warn")] if moment.reading.why else line


def _sentences(timeline: Timeline) -> list[str]:
    moments = timeline.moments
    first, last = (f"{datetime.fromtimestamp(one.time, UTC):%Y-%m-%d}" for one in (moments[0], moments[-1]))
    changes = sum(one.changes for one in moments)
    states = [f"{count:,} {state.value}" for state in State if (count := _count(moments, state))]
    now = moments[-1].reading
    figure = f"now {said(now.parameters)} parameters; " if now.parameters is not None and now.parameters.known else ""
    return [
        f"{counted(len(moments), 'commit')} from {first} to {last}, {counted(changes, 'change')}: {', '.join(states)}",
        f"{figure}built at {counted(timeline.evaluated, 'commit')}, the others rest on the same files",
    ]


def _count(moments: Sequence[Moment], state: State) -> int:
    return sum(one.reading.state is state for one in moments)
