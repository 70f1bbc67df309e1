"""A class that is used as a layer and does not derive from `nn.Module`.

What it does
    Reports classes with a `forward` or `__call__` whose objects are attributes of a module and hold layers or
    parameters, while the class itself is no `nn.Module`.

Why is this bad
    Assigning such an object registers nothing: its parameters are in no `model.parameters()`, stay on the CPU, and are
    not saved.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.values import Instance, ModuleInstance, Place
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.registry import Holder, plain_holders

BAD = """
from torch import nn

class Block:
    def __init__(self):
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        return self.block.forward(x)
"""
GOOD = """
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def forward(self, x):
        return self.block(x)
"""
GOOD_CONFIGURATION = """
from dataclasses import dataclass
from torch import nn

@dataclass
class Parts:
    stem: nn.Module
    head: nn.Module

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = Parts(nn.Linear(8, 8), nn.Linear(8, 2))
        self.stem, self.head = self.parts.stem, self.parts.head

    def forward(self, x):
        return self.head(self.stem(x))
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed, holder in plain_holders(subject):
        place = _class_place(subject, holder)
        if place is not None:
            message = f"{holder.value.cls.name} holds layers and is no nn.Module: nothing registers them"
            yield Hit(place, message, weighed.report.id, holder.path or None)


def _class_place(subject: Subject, holder: Holder) -> Place | None:
    """Where the class of the project is defined whose object acts as a layer."""
    value = holder.value
    if not isinstance(value, Instance) or isinstance(value, ModuleInstance) or value.cls.place is None:
        return None
    if value.cls.lookup("forward") is None and value.cls.lookup("__call__") is None:
        return None
    source = subject.source_of(value.cls.place)
    return None if source is None else Place(source.file, source.header(value.cls.place.span, value.cls.name))


RULE = Rule(
    "WBR209", "layer-is-no-module", Severity.ERROR, check, BAD, GOOD,
    also_good=(GOOD_CONFIGURATION,),
)  # fmt: skip
