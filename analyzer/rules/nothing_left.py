"""A size that shrinks to nothing.

What it does
    Reports convolutions and poolings that get an input smaller than their kernel, for the input that is given or that
    the source speaks of, and models whose layers demand sizes that no input has.

Why is this bad
    PyTorch raises at the first batch: "Output size is too small", "Kernel size can't be greater than actual input
    size". Each stride halves what is left; the model has more of them than its input can bear.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import free_symbols
from analyzer.passes.accepts import LARGEST, holds
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.certainty import Certain, certainty
from analyzer.rules.parts.refusals import refusals
from analyzer.weigh import Path, Weighed

BAD = """
from torch import nn

net = nn.Sequential(  # weighbridge: input=N,3,28,28
    nn.Conv2d(3, 8, 3), nn.MaxPool2d(4), nn.Conv2d(8, 8, 3), nn.MaxPool2d(4), nn.Conv2d(8, 8, 3)
)
"""
GOOD = """
from torch import nn

net = nn.Sequential(  # weighbridge: input=N,3,224,224
    nn.Conv2d(3, 8, 3), nn.MaxPool2d(4), nn.Conv2d(8, 8, 3), nn.MaxPool2d(4), nn.Conv2d(8, 8, 3)
)
"""
BAD_SAMPLE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 8, 7), nn.MaxPool2d(4), nn.Conv2d(8, 8, 7))

    def forward(self, x):
        return self.features(x)

model = Net()
print(model(torch.randn(1, 1, 28, 28)).shape)
"""
GOOD_OPEN = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 8, 7), nn.MaxPool2d(4), nn.Conv2d(8, 8, 7))
"""


def check(subject: Subject) -> Iterator[Hit]:
    told = set()
    for weighed, refusal in refusals(subject):
        told.add(weighed.report.id)
        if refusal.shrinks:
            yield Hit(refusal.place, refusal.message, weighed.report.id, refusal.path, notes=refusal.notes)
    for weighed in subject.models:
        if weighed.report.id not in told and not weighed.given and weighed.target.kind != "class":
            yield from _impossible(subject, weighed)


def _impossible(subject: Subject, weighed: Weighed) -> Iterator[Hit]:
    """A model of which every way demands a size that does not exist."""
    found = [_demands(weighed, way) for way in weighed.ways]
    if found and all(found):
        message = f"no input fits: {' and '.join(found[0])} are demanded together"
        yield Hit(subject.header(weighed), message, weighed.report.id)


def _demands(weighed: Weighed, way: Path) -> tuple[str, ...]:
    """The demands on one symbol that no size up to LARGEST fulfils."""
    if certainty(weighed, way) < Certain.BEHIND:
        return ()
    groups: dict[str, list[Condition]] = {}
    for requirement in way.run.requirements:
        names = free_symbols(requirement.condition.expression)
        if len(names) == 1:
            groups.setdefault(next(iter(names)), []).append(requirement.condition)
    for name, conditions in groups.items():
        if not any(all(holds(one, {name: size}) for one in conditions) for size in range(1, LARGEST + 1)):
            return tuple(str(one) for one in conditions)
    return ()


RULE = Rule(
    "WBX303", "nothing-left", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_SAMPLE,), also_good=(GOOD_OPEN,),
)  # fmt: skip
