"""A model over the log as a step plot that needs nothing to be shown, light or dark as the reader's screen is.

    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 340" ...>
      <path class="line" d="M72 250H310V180H752"/> ...

The line follows first parents from the newest commit; commits of other branches that change the model are faint dots.
It is dashed where only a bound from below is known, and shaded where nothing is; every dot tells its commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from analyzer.change import Figure
from analyzer.reports import View
from analyzer.reports.changes.parts.figures import percent, said, signed
from analyzer.reports.history.parts.axes import Axis, amounts, times
from analyzer.reports.parts.escape import plain
from analyzer.timeline import Moment, State, Timeline

WIDTH, HEIGHT = 800, 340
LEFT, RIGHT, TOP, BOTTOM = 76, 24, 74, 44
SHORT, LONGEST, LONGEST_REASON = 7, 96, 200
LIGHT = {"ground": "#ffffff", "ink": "#1f2328", "faint": "#656d76", "grid": "#d8dee4", "line": "#0969da",
         "other": "#bc4c00", "shade": "#eaeef2"}  # fmt: skip
DARK = {"ground": "#0d1117", "ink": "#e6edf3", "faint": "#9198a1", "grid": "#30363d", "line": "#4493f8",
        "other": "#f0883e", "shade": "#21262d"}  # fmt: skip
FONTS = "ui-sans-serif,system-ui,Segoe UI,Roboto,Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Step:
    """From one commit to the next on the line of first parents, in pixels."""

    moment: Moment
    start: int
    end: int


def history(timeline: Timeline, view: View) -> str:
    """One SVG document; a View changes nothing here."""
    main = [moment for moment in timeline.moments if moment.main]
    drawn = [moment for moment in timeline.moments if moment.main or moment.changes]
    found = [amount for one in drawn for amount in (_amount(one.reading.parameters),) if amount is not None]
    trained = any(one.reading.trainable not in (one.reading.parameters, None, Figure()) for one in main)
    if trained:
        found += [amount for one in main for amount in (_amount(one.reading.trainable),) if amount is not None]
    across = times(min(one.time for one in drawn), max(one.time for one in drawn), LEFT, WIDTH - RIGHT)
    upwards = amounts(min(found, default=0), max(found, default=1), HEIGHT - BOTTOM, TOP)
    steps = _steps(main, across)
    parts = [*_head(timeline, trained), *_shades(steps), *_grid(across, upwards)]
    if trained:
        parts += _lines(steps, upwards, lambda moment: moment.reading.trainable, "line other")
    parts += _lines(steps, upwards, lambda moment: moment.reading.parameters, "line")
    parts += _dots(timeline.moments, {id(step.moment): step for step in steps}, across, upwards)
    return "\n".join([*parts, "</svg>", ""])


def _amount(figure: Figure | None) -> int | None:
    """What can be drawn of a figure."""
    if figure is None:
        return None
    return figure.value if figure.value is not None else figure.at_least


def _steps(main: Sequence[Moment], across: Axis) -> list[Step]:
    """The commits in their order, whatever their clocks said."""
    starts: list[int] = []
    for moment in main:
        starts.append(max([across.at(moment.time), *starts[-1:]]))
    return [Step(*one) for one in zip(main, starts, [*starts[1:], WIDTH - RIGHT], strict=True)]


# ---------------------------------------------------------------- what is drawn


def _head(timeline: Timeline, trained: bool) -> list[str]:
    style = _style(LIGHT) + f"@media (prefers-color-scheme:dark){{{_style(DARK)}}}"
    target = _cut(plain(timeline.target), LONGEST)
    last = timeline.moments[-1]
    state = last.reading.state
    if state in (State.EXACT, State.SYMBOLIC, State.PARTIAL):
        now = f"{said(last.reading.parameters)} parameters"
    else:
        now = state.value
    told = f"{_date(last)}, {last.commit[:SHORT]}: {now}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' role="img" font-family="{FONTS}">',
        f"<title>{escape(f'Parameters of {target} over the log. {told}')}</title>",
        f"<style>{style}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="10"/>',
        f'<text class="title" x="24" y="30">{escape(target)}</text>',
        f'<text class="faint" x="24" y="50">{escape(told)}</text>',
    ]
    if trained:
        for at, (name, words) in enumerate((("line", "all"), ("line other", "trained"))):
            x = WIDTH - RIGHT - 150 + 70 * at
            parts.append(f'<path class="{name}" d="M{x} 46H{x + 18}"/>')
            parts.append(f'<text class="faint" x="{x + 24}" y="50">{words}</text>')
    return parts


def _grid(across: Axis, upwards: Axis) -> list[str]:
    parts = []
    for y, text in upwards.ticks:
        parts.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="faint" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(text)}</text>')
    for x, text in across.ticks:
        parts.append(f'<path class="grid" d="M{x} {HEIGHT - BOTTOM}v5"/>')
        parts.append(f'<text class="faint" x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{text}</text>')
    return parts


def _shades(steps: Sequence[Step]) -> list[str]:
    """Where nothing is known of a model that may be there."""
    parts: list[str] = []
    start: Step | None = None
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if _amount(step.moment.reading.parameters) is not None or step.moment.reading.state is State.MISSING:
            continue
        start = start or step
        if following is None or following.moment.reading != step.moment.reading:
            width, height = max(step.end - start.start, 2), HEIGHT - BOTTOM - TOP
            told = escape(_told(start.moment))
            shape = f'<rect class="shade" x="{start.start}" y="{TOP}" width="{width}" height="{height}">'
            parts.append(f"{shape}<title>{told}</title></rect>")
            start = None
    return parts


def _lines(steps: Sequence[Step], upwards: Axis, figure: Callable[[Moment], Figure | None], name: str) -> list[str]:
    """Paths of horizontal and vertical lines, interrupted where there is no figure."""
    parts: list[str] = []
    pen: tuple[str, int] | None = None
    """The style and the height of the line so far."""
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        found = figure(step.moment)
        amount = _amount(found)
        if found is None or amount is None:
            pen = None
            continue
        style, y = f"{name} bound" if found.value is None else name, upwards.at(amount)
        if pen is None or pen[0] != style:
            start = f"M{step.start} {y}" if pen is None else f"M{step.start} {pen[1]}V{y}"
            parts.append(f'<path class="{style}" d="{start}')
        elif pen[1] != y:
            parts[-1] += f"V{y}"
        pen = style, y
        ahead = None if following is None else figure(following.moment)
        if ahead is None:
            parts[-1] += f"H{max(step.end, step.start + 2)}"
        elif ahead != found:
            parts[-1] += f"H{step.end}"
    return [f'{part}"/>' for part in parts]


def _dots(moments: Sequence[Moment], steps: dict[int, Step], across: Axis, upwards: Axis) -> list[str]:
    parts = []
    for moment in moments:
        amount = _amount(moment.reading.parameters)
        if (not moment.changes and not _moves(moment)) or amount is None:
            continue
        x = steps[id(moment)].start if moment.main else across.at(moment.time)
        name, radius = ("dot", 4) if moment.main else ("dot aside", 3)
        shape = f'<circle class="{name}" cx="{x}" cy="{upwards.at(amount)}" r="{radius}">'
        parts.append(f"{shape}<title>{escape(_told(moment))}</title></circle>")
    return parts


def _moves(moment: Moment) -> bool:
    """Whether a merge brings another figure to the line."""
    return moment.main and not moment.parameters.same


# ---------------------------------------------------------------- words


def _told(moment: Moment) -> str:
    """All that a tooltip says of a commit."""
    figure = said(moment.reading.parameters) if moment.reading.parameters is not None else ""
    share = percent(moment.parameters)
    change = f"{signed(moment.parameters)} ({share})" if share else signed(moment.parameters)
    lines = [
        f"{_date(moment)}  {moment.commit[:SHORT]}  {moment.reading.state.value}",
        plain(moment.subject),
        f"{figure} parameters, {change}" if change else f"{figure} parameters",
        _cut(plain(moment.reading.why), LONGEST_REASON),
    ]
    return "\n".join(line for line in lines if line)


def _date(moment: Moment) -> str:
    return f"{datetime.fromtimestamp(moment.time, UTC):%Y-%m-%d}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _style(colours: dict[str, str]) -> str:
    rules = (
        f".ground{{fill:{colours['ground']}}}",
        f".title{{fill:{colours['ink']};font-size:14px;font-weight:600}}",
        f".faint{{fill:{colours['faint']};font-size:12px}}",
        f".grid{{stroke:{colours['grid']};fill:none}}",
        f".shade{{fill:{colours['shade']}}}",
        f".line{{stroke:{colours['line']};stroke-width:2;fill:none}}",
        f".other{{stroke:{colours['other']}}}",
        ".bound{stroke-dasharray:5 4}",
        f".dot{{fill:{colours['line']};stroke:{colours['ground']};stroke-width:1.5}}",
        f".aside{{fill:{colours['faint']}}}",
    )
    return "".join(rules)
