from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from analyzer.change import Change, Checkpoint, Comparison, Kind, Measure, Step
from analyzer.report import ModelReport
from analyzer.review.checkpoint import State, compared, state_of
from analyzer.review.compare import compared as compared_models
from analyzer.review.diff import diff
from analyzer.review.layers import by_path, changes, moves
from tests.unit.review.models import Node, models, reports, written

MIRRORED = {Step.ADDED: Step.REMOVED, Step.REMOVED: Step.ADDED, Step.CHANGED: Step.CHANGED, Step.MOVED: Step.MOVED}
KINDS = {Kind.NEW: Kind.REMOVED, Kind.REMOVED: Kind.NEW, Kind.CHANGED: Kind.CHANGED, Kind.RENAMED: Kind.RENAMED}


def applied(before: State, checkpoint: Checkpoint) -> dict[str, object]:
    """The state_dict that the reported changes make of another one."""
    state: dict[str, object] = dict(before)
    for key in checkpoint.removed:
        assert state.pop(key.name) == key.shape
    for renaming in checkpoint.renamed:
        assert state.pop(renaming.before) == renaming.shape
    for renaming in checkpoint.renamed:
        assert renaming.after not in state
        state[renaming.after] = renaming.shape
    for reshaping in checkpoint.reshaped:
        assert state[reshaping.name] == reshaping.before
        state[reshaping.name] = reshaping.after
    for key in checkpoint.added:
        assert key.name not in state
        state[key.name] = key.shape
    return state


@given(reports, reports)
@settings(max_examples=300, deadline=None)
def test_the_reported_keys_lead_from_one_state_dict_to_the_other(one: ModelReport, other: ModelReport) -> None:
    found = compared(state_of(one), state_of(other), moves(by_path(one), by_path(other)))
    assert applied(state_of(one), found) == state_of(other)
    assert found.kept + len(found.removed) + len(found.renamed) + len(found.reshaped) == len(state_of(one))


@given(reports, reports)
@settings(max_examples=300, deadline=None)
def test_the_way_back_is_the_mirror(one: ModelReport, other: ModelReport) -> None:
    there, back = (moves(by_path(a), by_path(b)) for a, b in ((one, other), (other, one)))
    assert {now: old for old, now in there.items()} == dict(back)
    forward, backward = compared(state_of(one), state_of(other), there), compared(state_of(other), state_of(one), back)
    assert set(forward.added) == set(backward.removed)
    assert set(forward.removed) == set(backward.added)
    assert {(r.before, r.after) for r in forward.renamed} == {(r.after, r.before) for r in backward.renamed}
    assert {(r.name, r.before, r.after) for r in forward.reshaped} == {
        (r.name, r.after, r.before) for r in backward.reshaped
    }
    steps = {
        (step.step, step.path_before or step.path, step.path) for step in changes(by_path(one), by_path(other), there)
    }
    mirrored = {
        (MIRRORED[step.step], step.path, step.path_before or step.path)
        for step in changes(by_path(other), by_path(one), back)
    }
    assert steps == mirrored


@given(reports)
def test_a_model_is_equal_to_itself(one: ModelReport) -> None:
    assert compared_models([one], [one]) == ((), 1)


@given(models, models)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_of_source_too(one: Node, other: Node) -> None:
    with tempfile.TemporaryDirectory() as folder:
        before, after = (written(Path(folder) / name, node) for name, node in (("a", one), ("b", other)))
        same = diff(str(before), str(before), ())
        assert not same.models
        assert not same.problems
        there, back = diff(str(before), str(after), ()), diff(str(after), str(before), ())
    assert there.equal == back.equal
    assert (one == other) <= (not there.models)
    assert _signature(there, mirrored=False) == _signature(back, mirrored=True)
    for change in there.models:
        assert all(cause.layers > 0 or cause.near for cause in change.causes)


def _signature(comparison: Comparison, *, mirrored: bool) -> set[tuple[object, ...]]:
    return {_of(change, mirrored) for change in comparison.models}


def _of(change: Change, mirrored: bool) -> tuple[object, ...]:
    ids = (change.id_before or change.id, change.id)
    measures = (change.parameters, change.trainable, change.buffers, change.macs, change.size)
    keys = change.checkpoint
    counts = (
        (0, 0, 0, 0) if keys is None else (len(keys.added), len(keys.removed), len(keys.renamed), len(keys.reshaped))
    )
    if not mirrored:
        return (change.kind, *ids, *map(_ways, measures), counts)
    added, removed, renamed, reshaped = counts
    return (KINDS[change.kind], *ids[::-1], *(_ways(m)[::-1] for m in measures), (removed, added, renamed, reshaped))


def _ways(measure: Measure) -> tuple[object, object]:
    return measure.before, measure.after
