"""An input that the model's own code refuses: too small, or no multiple of what it demands.

What it does
    Reports the `assert` or `raise` of a forward pass at which every way through the model ends, for the input that is
    given to weighbridge, by a comment or in the configuration, or that the script itself calls the model with.

Why is this bad
    The model raises at its first batch. Transformers for images take one size, or multiples of their patches; nets with
    skip connections take multiples of all their strides.

Known limits
    What a layer or operator of torch refuses is told by setting-does-not-fit, operands-do-not-fit and nothing-left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import free_symbols
from analyzer.evaluation.values import Unknown
from analyzer.passes.accepts import holds
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.certainty import Certain, certainty
from analyzer.rules.parts.flow import is_source, key
from analyzer.rules.parts.sizes import Sizes, sampled, solve
from analyzer.weigh import Path, Weighed

BAD = """
from torch import nn

class Patches(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 64, 16, stride=16)

    def forward(self, x):  # weighbridge: input=N,3,200,200
        assert x.shape[-1] % 16 == 0, "the image is cut into patches of 16"
        return self.embed(x).flatten(2)
"""
GOOD = """
from torch import nn

class Patches(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 64, 16, stride=16)

    def forward(self, x):  # weighbridge: input=N,3,224,224
        assert x.shape[-1] % 16 == 0, "the image is cut into patches of 16"
        return self.embed(x).flatten(2)
"""
BAD_SAMPLE = """
import torch
from torch import nn

class Patches(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(3, 64, 16, stride=16)

    def forward(self, x):
        x = self.embed(x)
        if x.shape[-1] < 4:
            raise ValueError(f"at least 64 pixels, not {x.shape[-1]}")
        return x.flatten(2)

def shown():
    net = Patches()
    print(net(torch.randn(1, 3, 48, 48)).shape)
"""
GOOD_OTHER_SIZE = """
import torch
from torch import nn

class Patches(nn.Module):
    def __init__(self, size=224):
        super().__init__()
        self.size = size
        self.embed = nn.Conv2d(3, 64, 16, stride=16)

    def forward(self, x):
        assert x.shape[-1] == self.size, "the image has another size"
        return self.embed(x).flatten(2)

def shown(x):
    print(Patches(48)(torch.randn(1, 3, 48, 48)).shape)
    print(Patches()(torch.randn(1, 3, 224, 224)).shape)
    return Patches()(x)
"""
RAISED = re.compile(r"(AssertionError|ValueError|RuntimeError)\b")


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        refusals = [_refusal(way) for way in _taken(subject, weighed)]
        first = refusals[0] if refusals else None
        if first is None or first.place is None or not is_source(first.place):
            continue
        if all(one is not None and one.place is not None and key(one.place) == key(first.place) for one in refusals):
            shape = ", ".join(str(type_) for _, type_ in weighed.ways[0].inputs)
            message = f"the input is refused: {_told(first.reason)}"
            yield Hit(first.place, message, weighed.report.id, notes=(f"input: {shape}",) if weighed.given else ())


def _refusal(way: Path) -> Unknown | None:
    """What the model's own code raises."""
    unknown = way.forward.unknown if way.forward is not None and way.forward.raised else None
    return unknown if unknown is not None and RAISED.match(unknown.reason) else None


def _told(reason: str) -> str:
    """The exception, and what it says where that is known."""
    return reason.partition(":")[0] if "Unknown(" in reason else reason


def _taken(subject: Subject, weighed: Weighed) -> list[Path]:
    """The ways that the input takes; none where the input is not known."""
    if weighed.given:
        return list(weighed.ways)
    if any(certainty(weighed, way) is not Certain.EVERYTHING for way in weighed.ways):
        return []
    said = [solve(list(sampled(subject, weighed, way))) for way in weighed.ways]
    if any(sizes is None for sizes in said):
        return []
    return [way for way, sizes in zip(weighed.ways, said, strict=True) if sizes is not None and _may_take(way, sizes)]


def _may_take(way: Path, sizes: Sizes) -> bool:
    """Whether an input of these sizes may go this way."""
    for decision in way.run.decisions:
        if isinstance(decision.condition, Condition):
            names = free_symbols(decision.condition.expression)
            values = {name: sizes.candidates[name][0] for name in names if len(sizes.candidates.get(name, ())) == 1}
            if len(values) == len(names) and holds(decision.condition, values) is not decision.taken:
                return False
    return True


RULE = Rule(
    "WBX307", "input-refused", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_SAMPLE,), also_good=(GOOD_OTHER_SIZE,),
)  # fmt: skip
