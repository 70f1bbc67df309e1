"""Holds changed models against the budgets of the side before: how much they may grow, and what they may not cross.

    Budget(max_growth=5 %), 630 -> 850 parameters      Breach("net.py::Net", ERROR, "grown by 220 parameters ...")
    Budget(max_parameters=800), 630 -> 850             Breach(..., "850 parameters cross the limit of 800")
    Budget(max_parameters=800), 900 -> 850             nothing: it was over the limit and has come closer

A model that does not change is not judged here; `weighbridge check` judges all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from analyzer.budget import Budget
from analyzer.change import Breach, Change, Figure, Kind
from analyzer.report import Reason, Severity
from analyzer.rules.parts.measures import Bounds, bounds_of
from analyzer.weigh import Weighed

LIMITS = {
    "parameters": ("max_parameters", "parameters"),
    "trainable": ("max_trainable", "trainable parameters"),
    "size": ("max_size", "bytes of parameters and buffers"),
    "macs": ("max_macs", "multiply-accumulates"),
    "activations": ("max_activations", "bytes of activations"),
}
"""Each figure's key in a budget, and its unit in words."""

Weigh = Callable[[str], Weighed | None]
"""Weighs a model by its id; None where there is no source."""


def judged(
    changes: Iterable[Change], budgets: Iterable[Budget], before: Weigh, after: Weigh
) -> Iterator[Breach | Reason]:
    """What the changes break, and what cannot be decided."""
    for change in changes:
        if change.kind is Kind.REMOVED:
            continue
        meant = [budget for budget in budgets if budget.applies(change.span.file, change.id)]
        limited = any(getattr(budget, field) is not None for budget in meant for field, _ in LIMITS.values())
        old = before(change.id_before or change.id) if limited and change.kind is not Kind.NEW else None
        now = after(change.id) if limited else None
        for budget in meant:
            yield from _growth(change, budget)
            yield from _crossed(change, budget, old, now)


def _growth(change: Change, budget: Budget) -> Iterator[Breach | Reason]:
    growth, measure = budget.max_growth, change.parameters
    if growth is None or measure.before is None:
        return
    before = measure.before.value
    now = measure.after or Figure()
    low = now.at_least if now.value is None else now.value
    if before is None or low is None:
        if not measure.same:
            yield Reason(change.span, f"whether it has grown by more than {growth}: its size is not known", change.id)
    elif not growth.allows(before, low):
        least = "" if measure.delta is not None else "at least "
        part = f" ({100 * (low - before) / before:.1f} %)" if before else ""
        yield _breach(change, budget, f"grown by {least}{low - before:,} parameters{part}, more than {growth}")
    elif measure.delta is None:
        yield Reason(change.span, f"whether it has grown by more than {growth}: its size is not known", change.id)


def _crossed(
    change: Change, budget: Budget, before: Weighed | None, after: Weighed | None
) -> Iterator[Breach | Reason]:
    for figure, (field, unit) in LIMITS.items():
        limit: int | None = getattr(budget, field)
        if limit is None:
            continue
        now = _bounds(change, after, figure, budget, "after")
        was = None if change.kind is Kind.NEW else _bounds(change, before, figure, budget, "before")
        if now is not None and now.low > limit:
            if was is None or was.low <= limit:
                yield _breach(change, budget, f"{now.text} {unit} cross the limit of {limit:,}")
            elif now.low > was.low:
                yield _breach(change, budget, f"{now.text} {unit} are further over the limit of {limit:,}")
        elif now is None or now.high is None or now.high > limit:
            why = now.why if now is not None else "the stored report does not say"
            yield Reason(change.span, f"whether it keeps to {limit:,} {unit}: {why}", change.id)


def _bounds(change: Change, weighed: Weighed | None, figure: str, budget: Budget, side: str) -> Bounds | None:
    """What a figure lies between; None where only a stored report could tell, and does not."""
    if weighed is not None:
        return bounds_of(weighed, figure, budget)
    measure = {"parameters": change.parameters, "trainable": change.trainable, "macs": change.macs}.get(figure)
    found = None if measure is None else measure.after if side == "after" else measure.before
    if found is None or (found.value is None and found.at_least is None):
        return None
    if found.value is not None:
        return Bounds(found.value, found.value)
    return Bounds(found.at_least or 0, None, "not all of it is known")


def _breach(change: Change, budget: Budget, message: str) -> Breach:
    said = f"{message}: {budget.message}" if budget.message else message
    return Breach(change.id, Severity(budget.severity), said)
