"""Softmax that is not told over which dimension.

What it does
    Reports `nn.Softmax()`, `nn.LogSoftmax()`, `nn.Softmin()` and their functions where `dim` is not given.

Why is this bad
    PyTorch then picks a dimension from the input's rank: 0 for one or three dimensions, 1 for others. The same model
    gives other probabilities for `[L, C]` than for `[N, L, C]`, with no more than a deprecation warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.syntax import ir

BAD = """
from torch import nn

head = nn.Sequential(nn.Linear(8, 4), nn.Softmax())
"""
GOOD = """
from torch import nn

head = nn.Sequential(nn.Linear(8, 4), nn.Softmax(dim=1))
"""
BAD_FUNCTION = """
import torch.nn.functional as F

def probabilities(x):
    return F.log_softmax(x)
"""
GOOD_POSITION = """
import torch.nn.functional as F

def probabilities(x, softmax, options):
    softmax(x)
    F.softmax(**options)
    return F.softmax(x, 1)
"""

FIRST = {f"torch.nn.{name}": 0 for name in ("Softmax", "LogSoftmax", "Softmin")}
SECOND = {f"torch.nn.functional.{name}": 1 for name in ("softmax", "log_softmax", "softmin")}
POSITION = {**FIRST, **SECOND}
"""Where `dim` stands among the arguments."""


def check(subject: Subject) -> Iterator[Hit]:
    for call in subject.source.nodes(ir.Call) if subject.source.speaks_of("oftmax", "oftmin") else ():
        name = subject.name_of(call.function) or ""
        if name in POSITION and not _gives_dim(call, POSITION[name]):
            yield Hit(subject.place(call), f"{name.rpartition('.')[2]} is not given dim: the input's rank decides")


def _gives_dim(call: ir.Call, position: int) -> bool:
    positional = [argument for argument in call.arguments if argument.keyword is None]
    stars = any(argument.star for argument in call.arguments)
    return stars or len(positional) > position or any(argument.keyword == "dim" for argument in call.arguments)


RULE = Rule(
    "WBT401", "softmax-without-dim", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_FUNCTION,), also_good=(GOOD_POSITION,),
)  # fmt: skip
