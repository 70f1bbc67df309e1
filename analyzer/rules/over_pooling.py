"""Pooling behind nearly every convolution.

What it does
    Reports models of three convolutions or more in which as many poolings as convolutions, or more, each halve the
    feature map.

Why is this bad
    It is an opinion: what a pooling throws away no later layer brings back, and two or three convolutions between
    poolings see more at the same cost.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import models

BAD = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3), nn.MaxPool2d(2)
)
"""
GOOD = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3), nn.MaxPool2d(2)
)
"""

FEWEST = 3
CONVOLUTIONS = frozenset(f"torch.nn.Conv{rank}d" for rank in (1, 2, 3))
POOLINGS = frozenset(f"torch.nn.{kind}Pool{rank}d" for kind in ("Max", "Avg") for rank in (1, 2, 3)) | {
    f"torch.nn.functional.{kind}_pool{rank}d" for kind in ("max", "avg") for rank in (1, 2, 3)
}


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for model in models(weighed):
            names = [equation.operator for equation in model.trace.equations]
            convolutions = sum(name in CONVOLUTIONS for name in names)
            poolings = sum(name in POOLINGS for name in names)
            if convolutions >= FEWEST and poolings >= convolutions:
                message = f"{poolings} poolings for {convolutions} convolutions"
                yield Hit(subject.header(weighed), message, weighed.report.id)


RULE = Rule("WBO902", "over-pooling", Severity.INFO, check, BAD, GOOD, default=False)
