"""Tensors that an operation cannot take together.

What it does
    Reports the place of a forward pass at which PyTorch refuses an operation whatever the batch: a concatenation, an
    addition, a matrix product, a view, or a layer that gets another rank than it takes. The sizes are those of the
    input that is given or that the first layer and the source leave no choice of.

Why is this bad
    The model raises at its first batch.

Known limits
    A layer whose own setting is wrong is told by setting-does-not-fit, a size that becomes nothing by
    nothing-left. Classes whose constructor takes arguments are checked with inputs that are given alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.refusals import refusals

BAD = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.down = nn.Conv2d(8, 8, 3, stride=2, padding=1)

    def forward(self, x):  # weighbridge: input=N,3,32,32
        x = self.conv(x)
        return torch.cat([x, self.down(x)], 1)
"""
GOOD = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.same = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):  # weighbridge: input=N,3,32,32
        x = self.conv(x)
        return torch.cat([x, self.same(x)], 1)
"""
BAD_ADDITION = """
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)

    def forward(self, x):
        x = self.conv1(x)
        return x + self.conv2(x)
"""
BAD_VIEW = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):  # weighbridge: input=4,3,10,10
        return self.conv(x).view(4, 8 * 10 * 10)
"""
GOOD_OPEN = """
from torch import nn

class Block(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 2 * width, 3, padding=1)

    def forward(self, x):
        x = self.conv1(x)
        return x + self.conv2(x)
"""
GOOD_RANK = """
from torch import nn

class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.keys = nn.Linear(8, 16)
        self.values = nn.Linear(16, 8)

    def forward(self, x):
        weights = self.keys(x).softmax(dim=1)
        return self.values(weights / weights.sum(dim=2, keepdim=True))
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed, refusal in refusals(subject):
        if refusal.mismatch is None and not refusal.shrinks:
            yield Hit(refusal.place, refusal.message, weighed.report.id, refusal.path, notes=refusal.notes)


RULE = Rule(
    "WBX302", "operands-do-not-fit", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_ADDITION, BAD_VIEW), also_good=(GOOD_OPEN, GOOD_RANK),
)  # fmt: skip
