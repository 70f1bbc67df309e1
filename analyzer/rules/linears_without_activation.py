"""Two linear layers with nothing between them.

What it does
    Reports a linear layer whose result goes to another linear layer and nowhere else.

Why is this bad
    Two linear maps in a row are one linear map: the depth adds parameters and no expressiveness. Mostly an activation
    has been forgotten.

Known limits
    Off by default: a narrow layer between wide ones is a factorisation of low rank and is meant, as in adapters. Pairs
    whose middle is narrower than both ends are therefore not reported.
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

net = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 2))
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
"""
GOOD_LOW_RANK = """
from torch import nn

net = nn.Sequential(nn.Linear(64, 4), nn.Linear(4, 64))
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for model, first, second in adjacent(weighed, _is_linear, _is_linear):
            one, other = layer_of(model, first), layer_of(model, second)
            if one is None or other is None or first.place is None:
                continue
            (out, into), (end, _) = _sizes(model, first), _sizes(model, second)
            if not (isinstance(out, int) and isinstance(into, int) and isinstance(end, int) and out < min(into, end)):
                message = "two linear layers with no activation between them are one"
                yield Hit(first.place, message, weighed.report.id, one.path or None)


def _sizes(model: Model, equation: Equation) -> tuple[object, object]:
    return model.trace.tensors[equation.outputs[0]].shape[-1], model.trace.tensors[equation.inputs[0]].shape[-1]


def _is_linear(model: Model, equation: Equation) -> bool:
    return equation.operator == "torch.nn.Linear" and is_source(equation.place)


RULE = Rule(
    "WBT405", "linears-without-activation", Severity.WARNING, check, BAD, GOOD, default=False,
    also_good=(GOOD_LOW_RANK,),
)  # fmt: skip
