"""One linear layer behind a flatten that holds most of the model.

What it does
    Reports a linear layer that reads a flattened feature map and holds more than nine tenths of the parameters of a
    model of a million or more.

Why is this bad
    The weights of such a layer see each position of the feature map as something else. They cost memory and overfit; a
    global average pool in front of it divides them by the number of positions, as every network since 2014 does.

Known limits
    Off by default: it is a choice. A budget with `max-layer-share` sets a limit of your own.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.trace import Equation
from analyzer.model.tree import Model
from analyzer.passes.parameters import count, own
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import Flow, is_source, layer_of, models

BAD = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * 16 * 16, 512))
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 512))
"""

SHARE = 0.9
SMALLEST = 1_000_000
FLATTENING = frozenset(("torch.nn.Flatten", "torch.flatten", "Tensor.flatten", "Tensor.view", "Tensor.reshape"))


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for model in models(weighed):
            total = count(model).total
            flow = Flow(model.trace)
            for equation in model.trace.equations:
                layer = layer_of(model, equation)
                if layer is None or equation.place is None or not _reads_flattened(model, flow, equation):
                    continue
                held = own(layer)[0]
                if isinstance(total, int) and isinstance(held, int) and total >= SMALLEST and held > SHARE * total:
                    message = f"{held:,} of {total:,} parameters are in one linear layer behind a flatten"
                    yield Hit(equation.place, message, weighed.report.id, layer.path or None)


def _reads_flattened(model: Model, flow: Flow, equation: Equation) -> bool:
    """Whether it is a linear layer and its input a feature map of rank three or more, flattened."""
    before = flow.before(equation) if equation.operator == "torch.nn.Linear" and is_source(equation.place) else None
    if before is None or before.operator not in FLATTENING:
        return False
    ranks = [model.trace.tensors[number].rank for number in (before.inputs[0], before.outputs[0])]
    return ranks[0] >= 3 and ranks[1] == 2


RULE = Rule("WBS105", "giant-linear", Severity.INFO, check, BAD, GOOD, default=False)
