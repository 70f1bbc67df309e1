"""Groups, heads or channels that do not divide what they are to divide.

What it does
    Reports layers whose constructor PyTorch refuses because one number is no multiple of another: `groups` of a
    convolution, `num_heads` of an attention, `num_groups` of a group norm, the factor of a pixel shuffle.

Why is this bad
    The model cannot be constructed: `ValueError: in_channels must be divisible by groups`.

Known limits
    Of classes, only those are reported that fail with the values of their own defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.algebra.tensor import Refused
from analyzer.evaluation.exceptions import describe
from analyzer.evaluation.run import OutOfFuel
from analyzer.evaluation.values import Place, Raised
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import is_source
from analyzer.syntax import ir
from analyzer.weigh import Path, Weighed

BAD = """
from torch import nn

def build():
    return nn.Sequential(nn.Conv2d(3, 8, 1), nn.Conv2d(8, 16, 3, groups=3))
"""
GOOD = """
from torch import nn

def build():
    return nn.Sequential(nn.Conv2d(3, 8, 1), nn.Conv2d(8, 16, 3, groups=4))
"""
BAD_HEADS = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(100, 8)

    def forward(self, x):
        return self.attention(x, x, x)[0]
"""
BAD_TOP_LEVEL = """
from torch import nn

norm = nn.GroupNorm(3, 64)
"""
GOOD_OPEN = """
from torch import nn

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(width, 2 * width, 3, groups=width)
"""

ATTENTIONS = re.compile(r"torch\.nn\.(MultiheadAttention|Transformer)")
DIVISION = re.compile(r"divisible|evenly divide|multiple of", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        errors = [_error(way) for way in weighed.ways]
        if not errors or weighed.target.symbols or any(error is None for error in errors):
            continue
        for error in errors[:1]:
            assert error is not None
            message, place = error
            yield Hit(_place(subject, weighed, place), message, weighed.report.id)
    yield from _top_level(subject)


def _error(way: Path) -> tuple[str, Place | None] | None:
    """The reason for which a constructor of torch refused its numbers."""
    if way.model is not None or way.error is None or isinstance(way.error, OutOfFuel):
        return None
    text = way.error.message if isinstance(way.error, Refused) else describe(way.error)
    place = way.error.place if isinstance(way.error, Raised) else None
    return (text, place) if DIVISION.search(text) and _is_torchs(text, place) else None


def _is_torchs(text: str, place: Place | None) -> bool:
    """Whether it is a layer of torch that says so, not a check of the program's own."""
    return re.match(r"ValueError: [A-Z]\w+: ", text) is not None or (place is not None and not is_source(place))


def _place(subject: Subject, weighed: Weighed, place: Place | None) -> Place:
    """Where it is raised; what torch raises deep inside of its attentions, at the only one that the model makes."""
    if place is not None and is_source(place):
        return place
    first, _, last, _ = weighed.target.place.span
    made = [
        call
        for call in subject.source.nodes(ir.Call)
        if first <= call.span[0] <= last and ATTENTIONS.match(subject.name_of(call.function) or "")
    ]
    return subject.place(made[0]) if len(made) == 1 else subject.header(weighed)


def _top_level(subject: Subject) -> Iterator[Hit]:
    """Statements of the file itself that could not be run for it."""
    for name, value in subject.namespace.names.items():
        reason, place = getattr(value, "reason", ""), getattr(value, "place", None)
        if isinstance(reason, str) and isinstance(place, Place) and place.file == subject.file:
            made = any(isinstance(node, ir.Assign) and node.span == place.span for node in subject.source.module.body)
            if made and re.match(r"ValueError: [A-Z]\w+: ", reason) and DIVISION.search(reason) and name:
                yield Hit(place, reason)


RULE = Rule(
    "WBX304", "indivisible", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_HEADS, BAD_TOP_LEVEL), also_good=(GOOD_OPEN,),
)  # fmt: skip
