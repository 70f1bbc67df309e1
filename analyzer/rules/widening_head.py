"""Linear layers that widen towards the output.

What it does
    Reports a linear layer with more features out than in, behind another linear layer, that is not the last one.

Why is this bad
    It is an opinion: a classifier's head usually narrows from the features to the classes. The hidden layer of a
    transformer's block widens on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import is_source, models

BAD = """
from torch import nn

net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 128), nn.ReLU(), nn.Linear(128, 10))
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 10))
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for model in models(weighed):
            found = [e for e in model.trace.equations if e.operator == "torch.nn.Linear" and is_source(e.place)]
            for equation in found[1:-1]:
                before, after = (model.trace.tensors[n].shape[-1] for n in (equation.inputs[0], equation.outputs[0]))
                if equation.place is not None and isinstance(before, int) and isinstance(after, int) and after > before:
                    yield Hit(equation.place, f"a linear layer widens from {before} to {after}", weighed.report.id)


RULE = Rule("WBO903", "widening-head", Severity.INFO, check, BAD, GOOD, default=False)
