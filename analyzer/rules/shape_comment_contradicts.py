"""A comment that states another shape than the one that is computed.

What it does
    Reports comments behind a layer, or behind the statement of `forward` that calls it, that state a shape
    (`# output: 64 x 16 x 16`, `# [N, 64, 16, 16]`, `# -> 64x16x16`) which the tensor does not have: another number of
    channels, or sizes that no input gives together with what the other comments of the model state.

Why is this bad
    Shape comments are how people check a network in their heads. A wrong one makes the next layer wrong.

Known limits
    A comment that fits the layer's input or weights is taken to be about those. Where two comments contradict each
    other and nothing tells which one is right, neither is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.algebra.expression import Expr
from analyzer.algebra.tensor import TensorType
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.certainty import Certain, certainty
from analyzer.rules.parts.shape_comments import Claim, claims
from analyzer.rules.parts.sizes import Equation, equations_of, sampled, solve
from analyzer.weigh import Path, Weighed

BAD = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 32, 3, padding=1),
    nn.MaxPool2d(2),  # output: 64 x 16 x 16
)
"""
GOOD = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 64, 3, padding=1),
    nn.MaxPool2d(2),  # output: 64 x 16 x 16
)
"""
BAD_SIZE = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1),  # output: 8 x 32 x 32
    nn.MaxPool2d(2),  # output: 8 x 16 x 16
    nn.MaxPool2d(2),  # output: 8 x 9 x 9
    nn.Conv2d(8, 8, 3, padding=1),  # output: 8 x 8 x 8
)
"""
BAD_FORWARD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)
        self.fc = nn.Linear(8 * 28 * 28, 10)

    def forward(self, x):  # weighbridge: input=N,3,32,32
        x = self.conv(x)  # [N, 8, 30, 30]
        return self.fc(x.flatten(1))
"""
GOOD_OTHER = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 8, 5),  # (8, 3, 5, 5)
    nn.Conv2d(8, 8, 3),  # 28 x 28 x 8
    nn.Conv2d(8, 8, 3),  # 3x3x3
    nn.Conv2d(8, 16, 3),  # [N, 8, 24, 24] -> [N, 16, 22, 22]
)
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        ways = [way for way in weighed.ways if way.model is not None and way.forward is not None]
        if not ways or len(ways) < len(weighed.ways) or weighed.target.symbols:
            continue
        found = [{claim.place.span: claim for claim in _wrong(subject, weighed, way)} for way in ways]
        for span, claim in found[0].items():
            if all(span in other for other in found):
                stated = claim.text.lstrip("# ")
                message = f"the comment states {stated}, and the shape is {_text(claim.type)}"
                yield Hit(claim.place, message, weighed.report.id, claim.layer.path if claim.layer else None)


def _text(type_: TensorType) -> str:
    return "[" + ", ".join(map(str, type_.shape)) + "]"


def _wrong(subject: Subject, weighed: Weighed, way: Path) -> Iterator[Claim]:
    assert way.model is not None
    certain = certainty(weighed, way)
    if certain is Certain.NOTHING:
        return
    open_: list[tuple[Claim, list[Equation]]] = []
    for claim in claims(subject, way):
        pairs = list(zip(claim.dims, claim.type.shape[-len(claim.dims) :], strict=True))
        if not any(isinstance(size, int) and dim is not None and dim != size for dim, size in pairs):
            open_.append((claim, list(equations_of(claim))))
        elif not _describes_another(claim):
            yield claim
    if certain is not Certain.LAST:
        yield from _contradicting(open_, list(sampled(subject, weighed, way)))


def _contradicting(said: Sequence[tuple[Claim, list[Equation]]], samples: list[Equation]) -> Iterator[Claim]:
    """The one comment without which all the others agree."""
    said = [(claim, equations) for claim, equations in said if equations]
    everything = [equation for _, equations in said for equation in equations] + samples
    if not everything or solve(everything) is not None:
        return
    others = [
        (claim, [e for other, equations in said if other is not claim for e in equations] + samples)
        for claim, _ in said
    ]
    lone = [claim for claim, rest in others if rest and solve(rest) is not None]
    if len(lone) == 1 and (len(said) > 2 or samples):
        yield lone[0]


def _describes_another(claim: Claim) -> bool:
    """Whether what it states fits another tensor of the layer, whole or in another order."""
    layer = claim.layer
    if layer is None:
        return False
    types = [record.type for record in layer.names.values()]
    types += [given for call in layer.calls for given in call.inputs or () if isinstance(given, TensorType)]
    if "kernel_size" in layer.record.settings and len(set(claim.dims)) == 1:
        return True
    return any(_fits(claim, type_) for type_ in types if type_ is not None) or _is_order_of(claim)


def _fits(claim: Claim, type_: TensorType) -> bool:
    shape = type_.shape[-len(claim.dims) :]
    return len(shape) == len(claim.dims) and all(
        dim is None or isinstance(size, Expr) or dim == size for dim, size in zip(claim.dims, shape, strict=True)
    )


def _is_order_of(claim: Claim) -> bool:
    """Whether the known sizes stand in it in another order."""
    known = sorted(size for size in claim.type.shape[-len(claim.dims) :] if isinstance(size, int))
    stated = sorted(dim for dim in claim.dims if dim is not None)
    whole = all(isinstance(size, int) for size in claim.type.shape[-len(claim.dims) :])
    return whole and known == stated


RULE = Rule(
    "WBX305", "shape-comment-contradicts", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_SIZE, BAD_FORWARD), also_good=(GOOD_OTHER,),
)  # fmt: skip
