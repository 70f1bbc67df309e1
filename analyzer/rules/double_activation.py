"""An activation that is applied to what it has already given.

What it does
    Reports a ReLU, or another activation that changes nothing the second time, directly behind the same activation
    where nothing else reads what is between them; and any two softmaxes or sigmoids in a row.

Why is this bad
    `relu(relu(x))` is `relu(x)`: the second one is time and memory, and mostly the remains of a layer that was moved. A
    second softmax or sigmoid squeezes probabilities into an almost flat distribution, through which nothing is learned.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.trace import Equation
from analyzer.model.tree import Model
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import Pick, adjacent, is_source

BAD = """
from torch import nn

net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.ReLU(), nn.Linear(8, 2))
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2), nn.ReLU())
"""
BAD_FUNCTION = """
import torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        x = F.relu(self.fc(x)).relu()
        x = torch.softmax(x, 1)
        return self.softmax(x)
"""
GOOD_READ_BETWEEN = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = F.relu(self.fc(x))
        return F.relu(x) + x, F.gelu(F.gelu(self.fc(x)))
"""

FAMILY: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("torch.nn.ReLU", "torch.nn.functional.relu", "torch.relu", "Tensor.relu", "torch.relu_", "Tensor.relu_"),
        ("ReLU", "changes nothing"),
    ),
    **dict.fromkeys(("torch.nn.ReLU6", "torch.nn.functional.relu6"), ("ReLU6", "changes nothing")),
    **dict.fromkeys(
        ("torch.nn.Softmax", "torch.nn.Softmax2d", "torch.nn.functional.softmax", "torch.softmax", "Tensor.softmax"),
        ("softmax", "flattens the distribution"),
    ),
    **dict.fromkeys(
        ("torch.nn.LogSoftmax", "torch.nn.functional.log_softmax", "torch.log_softmax", "Tensor.log_softmax"),
        ("log_softmax", "changes nothing"),
    ),
    **dict.fromkeys(
        ("torch.nn.Sigmoid", "torch.nn.functional.sigmoid", "torch.sigmoid", "Tensor.sigmoid"),
        ("sigmoid", "leaves nothing below 0.5"),
    ),
}


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for family in dict.fromkeys(FAMILY.values()):
            for _, first, second in adjacent(weighed, _of(family), _of(family), always=False):
                name, effect = family
                if second.place is not None and is_source(second.place) and is_source(first.place):
                    message = f"{name} directly behind {name} {effect}"
                    yield Hit(second.place, message, weighed.report.id, notes=(f"the first: {first.place}",))


def _of(family: tuple[str, str]) -> Pick:
    def pick(model: Model, equation: Equation) -> bool:
        return FAMILY.get(equation.operator) == family

    return pick


RULE = Rule(
    "WBT403", "double-activation", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_FUNCTION,), also_good=(GOOD_READ_BETWEEN,),
)  # fmt: skip
