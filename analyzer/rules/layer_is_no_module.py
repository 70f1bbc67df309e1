"""A class that is used as a layer and does not derive from `nn.Module`.

What it does
    Reports classes with a `forward` or `__call__` whose objects are attributes of a module and hold layers or
    parameters, and those that are given to `nn.Sequential`, `nn.ModuleList` or their like, while the class itself is no
    `nn.Module`.

Why is this bad
    Assigning such an object registers nothing: its parameters are in no `model.parameters()`, stay on the CPU, and are
    not saved. Containers of layers raise a TypeError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.evaluation.exceptions import describe
from analyzer.evaluation.values import Class, Instance, ModuleInstance, Place, Raised
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.registry import Holder, plain_holders
from analyzer.weigh import Path

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
BAD_CONTAINED = """
import torch
from torch import nn

class Swish:
    def __call__(self, x):
        return x * torch.sigmoid(x)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 8), Swish())
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


REFUSED = re.compile(r"TypeError: '(\w+)' is not a Module subclass")


def check(subject: Subject) -> Iterator[Hit]:
    for weighed, holder in plain_holders(subject):
        place = _class_place(subject, holder)
        if place is not None:
            message = f"{holder.value.cls.name} holds layers and is no nn.Module: nothing registers them"
            yield Hit(place, message, weighed.report.id, holder.path or None)
    for weighed in subject.models:
        found = [_contained(way) for way in weighed.ways]
        cls = subject.namespace.names.get(found[0]) if found and found[0] is not None else None
        if len(set(found)) == 1 and isinstance(cls, Class) and _acts_as_layer(cls) and not _may_be_module(cls):
            place = _header(subject, cls)
            if place is not None:
                message = f"{cls.name} is given to a container of layers and is no nn.Module: PyTorch raises TypeError"
                yield Hit(place, message, weighed.report.id)


def _contained(way: Path) -> str | None:
    """The name of the class of which torch refuses an object among layers."""
    found = REFUSED.match(describe(way.error)) if isinstance(way.error, Raised) else None
    return found[1] if found is not None else None


def _class_place(subject: Subject, holder: Holder) -> Place | None:
    """Where the class of the project is defined whose object acts as a layer."""
    value = holder.value
    if not isinstance(value, Instance) or isinstance(value, ModuleInstance) or not _acts_as_layer(value.cls):
        return None
    return _header(subject, value.cls)


def _acts_as_layer(cls: Class) -> bool:
    return cls.lookup("forward") is not None or cls.lookup("__call__") is not None


def _may_be_module(cls: Class) -> bool:
    return cls.is_module or any(base.unknown_base is not None for base in cls.mro)


def _header(subject: Subject, cls: Class) -> Place | None:
    """The name of a class of the project where it is defined."""
    source = subject.source_of(cls.place) if cls.place is not None else None
    return Place(source.file, source.header(cls.place.span, cls.name)) if source is not None and cls.place else None


RULE = Rule(
    "WBR209", "layer-is-no-module", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_CONTAINED,), also_good=(GOOD_CONFIGURATION,),
)  # fmt: skip
