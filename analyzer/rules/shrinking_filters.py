"""Filters that get fewer with depth.

What it does
    Reports a convolution behind another one that has fewer filters than the one before it, where it is neither a
    bottleneck (1x1) nor the last of the model.

Why is this bad
    It is an opinion: a classifier's feature maps usually get smaller and more. Decoders do the opposite.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.trace import Equation
from analyzer.model.tree import Model
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import is_source, layer_of, models

BAD = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3))
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3))
"""

WIDE = frozenset(f"torch.nn.Conv{rank}d" for rank in (1, 2, 3))


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for model in models(weighed):
            found = [equation for equation in model.trace.equations if _is_wide(model, equation)]
            for equation in found[:-1]:
                before, after = (model.trace.tensors[n].shape[1] for n in (equation.inputs[0], equation.outputs[0]))
                if equation.place is not None and isinstance(before, int) and isinstance(after, int) and after < before:
                    yield Hit(equation.place, f"{after} filters behind {before}", weighed.report.id)


def _is_wide(model: Model, equation: Equation) -> bool:
    layer = layer_of(model, equation)
    if equation.operator not in WIDE or layer is None or not is_source(equation.place):
        return False
    return set(layer.record.settings.get("kernel_size", "").strip("(),").split(", ")) != {"1"}


RULE = Rule("WBO901", "shrinking-filters", Severity.INFO, check, BAD, GOOD, default=False)
