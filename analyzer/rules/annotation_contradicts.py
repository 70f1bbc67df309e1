"""A jaxtyping annotation that states another shape than the one that is computed.

What it does
    Reports the return annotation of a `forward`, `Float[Tensor, "batch 10"]`, whose number of dimensions or known sizes
    are not those of what the forward pass gives; for the input that its argument's annotation states, or that is given.
    Reports the annotation of its only argument where the first layer takes another size.

Why is this bad
    The annotation is what callers rely on, and a runtime checker such as beartype raises at the first call.

Known limits
    Only `forward` with one annotated tensor and a single tensor as result is checked. Axes that are named, marked with
    `*`, `...` or `#`, or are expressions stand for any size.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.algebra.expression import Expr
from analyzer.algebra.tensor import TensorType
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.annotations import Annotated, annotated, received, returned
from analyzer.rules.parts.certainty import Certain, certainty
from analyzer.rules.parts.flow import runs
from analyzer.rules.parts.sizes import solve
from analyzer.weigh import Path, Weighed

BAD = """
from jaxtyping import Float
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)

    def forward(self, x: Float[Tensor, "batch 3 32 32"]) -> Float[Tensor, "batch 8 30 30"]:
        return self.conv(x)
"""
GOOD = """
from jaxtyping import Float
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)

    def forward(self, x: Float[Tensor, "batch 3 32 32"]) -> Float[Tensor, "batch 8 28 28"]:
        return self.conv(x)
"""
BAD_CHANNELS = """
import torch
from jaxtyping import Float
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)

    def forward(self, x: Float[torch.Tensor, "b 3 h w"]) -> Float[torch.Tensor, "b 16 *_"]:
        return self.conv(x)
"""
BAD_RANK = """
from jaxtyping import Float
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 8"]:
        return self.conv(x)
"""
BAD_INPUT = """
from jaxtyping import Float
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)

    def forward(self, x: Float[Tensor, "b channels=1 h w"]):
        return self.conv(x)
"""
GOOD_OPEN = """
from jaxtyping import Float
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)

    def forward(self, x: Float[Tensor, "#b 3 h w"]) -> Float[Tensor, "... c h-4 w-4"]:
        return self.conv(x)

class Tokens(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)

    def forward(self, x: Float[Tensor, "batch 16 8"]) -> Float[Tensor, "batch 16 2"]:
        return self.fc(x)
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        if weighed.target.symbols or not weighed.ways:
            continue
        yield from _input(subject, weighed)
        ways, said = runs(weighed), returned(subject, weighed)
        if ways and said is not None and all(_contradicts(subject, weighed, way, said) for way in ways):
            model = ways[0].model
            assert model is not None
            message = f"the annotation contradicts the shape [{', '.join(map(str, model.trace.output.shape))}]"
            yield Hit(said.place, message, weighed.report.id)


def _input(subject: Subject, weighed: Weighed) -> Iterator[Hit]:
    """An argument of which the annotation states another size than the first layer takes."""
    said = received(subject, weighed)
    if said is None or not said.whole or not said.axes:
        return
    for way in weighed.ways[:1]:
        certain = certainty(weighed, way)
        if weighed.given or len(way.inputs) != 1 or certain not in (Certain.LAST, Certain.EVERYTHING):
            continue
        shape = way.inputs[0][1].shape
        compared = 1 if certain is Certain.LAST else len(shape) if len(shape) == len(said.axes) else 0
        pairs = zip(shape[-compared:], said.axes[-compared:], strict=True) if compared else ()
        if any(isinstance(size, int) and axis not in (None, size) for size, axis in pairs):
            message = f"the annotation contradicts the shape [{', '.join(map(str, shape))}] that the first layer takes"
            yield Hit(said.place, message, weighed.report.id)


def _contradicts(subject: Subject, weighed: Weighed, way: Path, said: Annotated) -> bool:
    output = way.model.trace.output if way.model is not None else None
    if way.model is None or not isinstance(output, TensorType) or len(way.inputs) != 1:
        return False
    certain = certainty(weighed, way)
    if certain is Certain.NOTHING or (certain is Certain.LAST and not said.whole):
        return False
    if certain is Certain.LAST:
        last = output.shape[-1]
        return isinstance(last, int) and said.axes[-1:] not in ((), (None,), (last,))
    if (said.whole and len(said.axes) != output.rank) or len(said.axes) > output.rank:
        return True
    given = list(annotated(subject, weighed, way))
    sizes = solve(given) if given else None
    for size, stated in zip(output.shape, said.axes, strict=False):
        if isinstance(size, Expr):
            values = sizes.values(size) if sizes is not None else None
            if stated is not None and values is not None and stated not in values:
                return True
        elif stated not in (None, size):
            return True
    return False


RULE = Rule(
    "WBX306", "annotation-contradicts", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_CHANNELS, BAD_RANK, BAD_INPUT), also_good=(GOOD_OPEN,),
)  # fmt: skip
