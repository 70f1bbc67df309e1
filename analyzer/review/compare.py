"""Compares two reports, model by model.

    compared(before, after)      ([Change(CHANGED, "net.py::Net", parameters=Measure(630 -> 850), ...)], equal=12)

Places are not compared: a model that only stands elsewhere in its file is equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from analyzer.change import Cause, Change, Figure, Kind, LayerChange, Measure, Setting, Step
from analyzer.report import ModelReport, Status
from analyzer.review import checkpoint, layers, measures
from analyzer.review.matching import Pair, matched
from analyzer.review.measures import measure

Explain = Callable[[ModelReport | None, ModelReport | None, tuple[LayerChange, ...]], tuple[Cause, ...]]


def unexplained(
    before: ModelReport | None, after: ModelReport | None, changes: tuple[LayerChange, ...]
) -> tuple[Cause, ...]:
    """No causes, where there is no source to look for them."""
    return ()


def compared(
    before: Iterable[ModelReport], after: Iterable[ModelReport], explain: Explain = unexplained
) -> tuple[tuple[Change, ...], int]:
    """Every model that is not the same on both sides, and how many are."""
    found: list[Change] = []
    equal = 0
    for pair in matched(tuple(before), tuple(after)):
        change = _change(pair, explain)
        if change is None:
            equal += 1
        else:
            found.append(change)
    return tuple(found), equal


def _change(pair: Pair, explain: Explain) -> Change | None:
    before, after = pair
    shown = after or before
    assert shown is not None
    ours, theirs = layers.by_path(before), layers.by_path(after)
    kind = _kind(before, after)
    moved, steps = _steps(before, after, ours, theirs)
    if kind is Kind.RENAMED:
        steps = tuple(step for step in steps if not _is_new_name(step))
    change = Change(
        kind, shown.id, shown.name, shown.type, shown.span, shown.status,
        parameters=_measured(pair, measures.parameters),
        trainable=_measured(pair, measures.trainable),
        buffers=_measured(pair, measures.buffers),
        macs=_measured(pair, measures.macs),
        size=_measured(pair, measures.size),
        id_before=before.id if before is not None and kind is Kind.RENAMED else None,
        status_before=before.status if before is not None and before.status is not shown.status else None,
        inputs=", ".join(layers.shape_text(given.shape) for given in shown.inputs),
        output=_output(before, after),
        layers=steps,
        checkpoint=checkpoint.compare(before, after, moved) if before is not None and after is not None else None,
        unknowns=shown.unknowns,
    )  # fmt: skip
    if kind is Kind.CHANGED and _is_equal(change):
        return None
    return replace(change, causes=explain(before, after, steps))


def _steps(
    before: ModelReport | None, after: ModelReport | None, ours: layers.Layers, theirs: layers.Layers
) -> tuple[layers.Moves, tuple[LayerChange, ...]]:
    """Which layers moved, and all that happened to layers; of a side that is not wholly known nothing is missing."""
    if not ours or not theirs:
        return {}, ()
    whole = [model is not None and model.status is not Status.PARTIAL for model in (before, after)]
    moved = layers.moves(ours, theirs) if all(whole) else {}
    unsure = {step for step, known in ((Step.ADDED, whole[0]), (Step.REMOVED, whole[1])) if not known}
    return moved, tuple(step for step in layers.changes(ours, theirs, moved) if step.step not in unsure)


def _is_new_name(step: LayerChange) -> bool:
    """Whether all that is different is the name of the model's class."""
    return not step.path and not step.settings and not step.shapes and step.parameters.same


def _kind(before: ModelReport | None, after: ModelReport | None) -> Kind:
    if before is None:
        return Kind.NEW
    if after is None:
        return Kind.REMOVED
    return Kind.CHANGED if before.id == after.id else Kind.RENAMED


def _measured(pair: Pair, figure: Callable[[ModelReport], Figure]) -> Measure:
    before, after = (None if model is None else figure(model) for model in pair)
    return measure(before, after)


def _output(before: ModelReport | None, after: ModelReport | None) -> Setting | None:
    if before is None or after is None or before.output_shape == after.output_shape:
        return None
    shapes = (before.output_shape, after.output_shape)
    return Setting("output", *(None if shape is None else layers.shape_text(shape) for shape in shapes))


def _is_equal(change: Change) -> bool:
    """Whether nothing that is compared differs."""
    found = (change.parameters, change.trainable, change.buffers, change.macs, change.size)
    held = change.checkpoint
    keys = held is not None and (held.added or held.removed or held.renamed or held.reshaped)
    other = change.layers or change.status_before or change.output or keys
    return all(one.same for one in found) and not other
