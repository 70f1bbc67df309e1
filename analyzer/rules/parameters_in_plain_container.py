"""Parameters in a plain list, tuple or dict, which the model does not know of.

What it does
    Reports attributes of a module that are a plain Python list, tuple or dict with `nn.Parameter`s in it that no module
    of the model registers.

Why is this bad
    As with layers in a plain list: `model.parameters()` does not give them, the optimiser never trains them,
    `model.to(device)` leaves them behind and `state_dict()` does not save them.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import assignment
from analyzer.rules.parts.registry import plain_holders

BAD = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = [nn.Parameter(torch.ones(8)) for _ in range(3)]
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(x * self.scales[0])
"""
GOOD = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = nn.ParameterList(nn.Parameter(torch.ones(8)) for _ in range(3))
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(x * self.scales[0])
"""
GOOD_OWN = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.frozen = [self.fc.weight]

    def forward(self, x):
        return self.fc(x)
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed, holder in plain_holders(subject):
        found = assignment(subject, holder.module.cls, holder.name)
        if holder.modules or found is None or not isinstance(holder.value, list | tuple | dict):
            continue
        kind = type(holder.value).__name__
        instead = "ParameterDict" if isinstance(holder.value, dict) else "ParameterList"
        message = f"self.{holder.name} is a plain {kind}: nothing registers its parameters; nn.{instead} does"
        yield Hit(found[0], message, weighed.report.id, holder.path or None)


RULE = Rule(
    "WBR202", "parameters-in-plain-container", Severity.ERROR, check, BAD, GOOD,
    also_good=(GOOD_OWN,),
)  # fmt: skip
