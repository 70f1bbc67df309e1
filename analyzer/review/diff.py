"""The sequence of a comparison: sides, what each weighs, what differs, why, and what the budgets say.

diff("main", None, ()).models[0].parameters.delta     220
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from analyzer.budget import Budget
from analyzer.change import Breach, Comparison, Side
from analyzer.config import load
from analyzer.report import Coverage, Reason
from analyzer.review import stored
from analyzer.review.causes import Causes
from analyzer.review.compare import compared
from analyzer.review.limits import judged
from analyzer.review.sides import opened
from analyzer.review.snapshot import Progress, Snapshot, affected, changed_files, taken
from analyzer.verdict import coverage


def diff(
    base: str,
    head: str | None,
    paths: Sequence[str],
    *,
    merge_base: bool = True,
    config: Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """The difference of two sides; see `analyzer.diff`."""
    if base.endswith(".json") and head is not None and head.endswith(".json"):
        sides = [Snapshot(Side(name), stored.load(Path(name))) for name in (base, head)]
        budgets = load(Path.cwd(), config).budgets if config is not None else ()
        return _compared(sides[0], sides[1], (), budgets, ())
    with opened(base, head, paths, merge_base=merge_base, config=config) as found:
        after = taken(found.after, progress)
        if found.changed is None:
            before, changed = taken(found.before, progress), changed_files(found.before, found.after)
        else:
            again = affected(found.before, found.after, found.changed)
            before, changed = taken(found.before, progress, after, again), found.changed
        return _compared(before, after, changed, found.before.options.budgets, found.notes)


def _compared(
    before: Snapshot, after: Snapshot, changed: Sequence[str], budgets: Sequence[Budget], notes: Sequence[str]
) -> Comparison:
    explain = Causes(before.text, after.text, changed)
    unread = before.unread | after.unread
    sides = [[model for model in side.models if model.id.partition("::")[0] not in unread] for side in (before, after)]
    changes, equal = compared(sides[0], sides[1], explain)
    left_out = (
        f"{name} could not be read {when}: its models are not compared" for name, when in _unread(before, after)
    )
    verdicts = tuple(judged(changes, budgets, before.weighed, after.weighed))
    return Comparison(
        before.side, after.side, changes, equal,
        tuple(verdict for verdict in verdicts if isinstance(verdict, Breach)),
        tuple(verdict for verdict in verdicts if isinstance(verdict, Reason)),
        (*notes, *left_out),
        after.problems,
        _coverage(after),
    )  # fmt: skip


def _unread(before: Snapshot, after: Snapshot) -> Iterator[tuple[str, str]]:
    """Files that one side cannot read, and which."""
    for side, when in ((before, "before"), (after, "after")):
        for name in sorted(side.unread):
            yield name, when


def _coverage(side: Snapshot) -> Coverage:
    return coverage(side.models, side.files, len(side.problems))
