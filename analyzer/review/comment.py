"""The text of a review's comment: the invisible marker, and what the change does to the models in Markdown.

text(comparison, made=datetime.now(UTC))      '<!-- weighbridge:v1 {...} -->\\n**`net.py::Net` grows by 220 ...'
"""

from __future__ import annotations

from datetime import datetime

from analyzer.change import Comparison
from analyzer.reports import View
from analyzer.reports.changes import render
from analyzer.reports.changes.markdown import LIMIT
from analyzer.review.marker import Largest, Marker, written

WORK_TREE = "worktree"


def text(comparison: Comparison, *, made: datetime, limit: int = LIMIT) -> str:
    """The whole comment, in at most `limit` bytes."""
    line = written(Marker(largest(comparison), comparison.after.commit or WORK_TREE, made))
    room = limit - len(line.encode()) - 1
    return f"{line}\n{render('markdown', comparison, View(room=room))}"


def largest(comparison: Comparison) -> Largest:
    """The largest change of parameters and the largest growth; None where one of them is not known."""
    changes = [change.parameters for change in comparison.models]
    deltas = [measure.delta for measure in changes]
    shares = [0.0 if measure.delta == 0 else measure.percent for measure in changes]
    return Largest(
        None if None in deltas else max((abs(delta) for delta in deltas if delta is not None), default=0),
        None if None in shares else round(max((abs(share) for share in shares if share is not None), default=0.0), 4),
    )
