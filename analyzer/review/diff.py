"""The sequence of a comparison: sides, what each weighs, what differs, why, and what the budgets say.

diff("main", None, ()).models[0].parameters.delta     220
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from analyzer.budget import Budget
from analyzer.cache.store import Store
from analyzer.change import Breach, Comparison, Side
from analyzer.config import load
from analyzer.deepstack import with_deep_stack
from analyzer.report import Coverage, Reason
from analyzer.review import stored
from analyzer.review.causes import Causes
from analyzer.review.compare import compared
from analyzer.review.limits import judged
from analyzer.review.sides import Sides, opened
from analyzer.review.snapshot import Progress, Snapshot, Weighing, changed_files
from analyzer.syntax.lowered import Lowered
from analyzer.verdict import coverage


def diff(
    base: str,
    head: str | None,
    paths: Sequence[str],
    *,
    merge_base: bool = True,
    config: Path | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """The difference of two sides; see `analyzer.diff`.  store: what earlier runs have found."""
    if base.endswith(".json") and head is not None and head.endswith(".json"):
        sides = [Snapshot(Side(name), stored.load(Path(name))) for name in (base, head)]
        budgets = load(Path.cwd(), config).budgets if config is not None else ()
        return _compared(sides[0], sides[1], (), budgets, ())
    with ExitStack() as stack:
        kept = store or stack.enter_context(Store(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        found = stack.enter_context(
            opened(base, head, paths, merge_base=merge_base, config=config, lowered=Lowered(kept))
        )
        return with_deep_stack(lambda: _weighed(found, kept, progress))


def _weighed(sides: Sides, store: Store, progress: Progress | None) -> Comparison:
    """Both sides on the scale: the one after first, of which most holds before as well."""
    after = Weighing(sides.after, store).snapshot(progress)
    before = Weighing(sides.before, store).snapshot(progress)
    changed = changed_files(sides.before, sides.after) if sides.changed is None else sides.changed
    return _compared(before, after, changed, sides.before.options.budgets, sides.notes)


def _compared(
    before: Snapshot, after: Snapshot, changed: Sequence[str], budgets: Sequence[Budget], notes: Sequence[str]
) -> Comparison:
    explain = Causes(before.text, after.text, changed)
    unread = before.unread | after.unread
    sides = [[one for one in side.models if one.id.partition("::")[0] not in unread] for side in (before, after)]
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
