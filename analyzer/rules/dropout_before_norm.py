"""Dropout directly before a batch norm.

What it does
    Reports a dropout with `p > 0` whose result goes to a batch norm and nowhere else.

Why is this bad
    Dropout changes the variance of what it passes in training and not in evaluation. The batch norm keeps the variance
    that it saw in training, so its statistics are wrong for every evaluation (Li et al., "Understanding the Disharmony
    between Dropout and Batch Normalization by Variance Shift"). Dropout belongs behind the last batch norm.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.trace import Equation
from analyzer.model.tree import Model
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import adjacent, is_source, layer_of

BAD = """
from torch import nn

net = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.BatchNorm1d(8), nn.Linear(8, 2))
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Linear(8, 8, bias=False), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 2))
"""
GOOD_WITHOUT_EFFECT = """
from torch import nn

net = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.0), nn.BatchNorm1d(8), nn.Linear(8, 2))
"""

DROPOUTS = frozenset(f"torch.nn.{name}" for name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"))
NORMS = frozenset(f"torch.nn.BatchNorm{rank}d" for rank in (1, 2, 3)) | {"torch.nn.SyncBatchNorm"}


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for model, first, second in adjacent(weighed, _drops, lambda _, equation: equation.operator in NORMS):
            layer = layer_of(model, first)
            if layer is None or first.place is None:
                continue
            message = f"{layer.type} before {second.operator.rpartition('.')[2]}: its variance is another in evaluation"
            yield Hit(first.place, message, weighed.report.id, layer.path or None)


def _drops(model: Model, equation: Equation) -> bool:
    layer = layer_of(model, equation)
    if equation.operator not in DROPOUTS or layer is None or not is_source(equation.place):
        return False
    return layer.record.settings.get("p", "0.5") not in ("0", "0.0")


RULE = Rule("WBT404", "dropout-before-norm", Severity.WARNING, check, BAD, GOOD, also_good=(GOOD_WITHOUT_EFFECT,))
