"""A jaxtyping annotation that states another shape than the one that is computed.

What it does
    Reports the return annotation of a `forward`, `Float[Tensor, "batch 10"]`, whose number of dimensions or known sizes
    are not those of what the forward pass gives; for the input that its argument's annotation states, or that is given.

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
from analyzer.evaluation.values import Place
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import methods
from analyzer.rules.parts.flow import runs
from analyzer.rules.parts.refusals import is_certain
from analyzer.rules.parts.sizes import solve
from analyzer.syntax import ir
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
GOOD_OPEN = """
from jaxtyping import Float
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 5)

    def forward(self, x: Float[Tensor, "#b 3 h w"]) -> Float[Tensor, "... c h-4 w-4"]:
        return self.conv(x)
"""

Axes = tuple[int | None, ...]


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        ways = runs(weighed)
        node = next((n for n in subject.source.nodes(ir.Class) if n.span == weighed.target.place.span), None)
        forward = next((f for f in methods(node) if f.name == "forward"), None) if node is not None else None
        said = forward and forward.returns and axes(subject, forward.returns)
        if not ways or weighed.target.symbols or forward is None or forward.returns is None or not said:
            continue
        if all(_contradicts(subject, weighed, way, forward, *said) for way in ways) and ways[0].model is not None:
            shape = ways[0].model.trace.output.shape
            message = f"the annotation contradicts the shape [{', '.join(map(str, shape))}]"
            place: Place = subject.place(forward.returns)
            yield Hit(place, message, weighed.report.id)


def axes(subject: Subject, annotation: ir.Expression) -> tuple[Axes, bool] | None:
    """The sizes in front of `...` or a `*` axis in `Float[Tensor, "batch 3 32 32"]`, and whether there is none."""
    match annotation:
        case ir.Subscript(value=kind, index=ir.Display(elements=(_, ir.Constant(kind="str", value=str(text))))):
            name = subject.name_of(kind) or _imported(subject, kind)
        case _:
            return None
    if not name.startswith("jaxtyping."):
        return None
    parts = text.split()
    stars = [index for index, part in enumerate(parts) if part == "..." or "*" in part[:2]]
    shown = parts[: stars[0]] if stars else parts
    return tuple(int(part) if part.isdecimal() else None for part in shown), not stars


def _imported(subject: Subject, kind: ir.Expression) -> str:
    """The name that a file imports from a package which is not there to be read."""
    for node in subject.source.nodes(ir.ImportFrom):
        for alias in node.names:
            if isinstance(kind, ir.Name) and (alias.binding or alias.name) == kind.name:
                return f"{node.module}.{alias.name}"
    if isinstance(kind, ir.Attribute) and isinstance(kind.value, ir.Name):
        return f"{kind.value.name}.{kind.name}"
    return ""


def _contradicts(subject: Subject, weighed: Weighed, way: Path, forward: ir.Function, said: Axes, whole: bool) -> bool:
    output = way.model.trace.output if way.model is not None else None
    if way.model is None or not isinstance(output, TensorType) or len(way.inputs) != 1:
        return False
    if not weighed.given and not is_certain(way.model.trace.equations, way):
        return False
    if (whole and len(said) != output.rank) or len(said) > output.rank:
        return True
    given = _given(subject, way, forward)
    sizes = solve(given) if given else None
    for size, stated in zip(output.shape, said, strict=False):
        if isinstance(size, Expr):
            values = sizes.values(size) if sizes is not None else None
            if stated is not None and values is not None and stated not in values:
                return True
        elif stated is not None and stated != size:
            return True
    return False


def _given(subject: Subject, way: Path, forward: ir.Function) -> list[tuple[Expr, int, str]]:
    """What the annotation of the argument says of the sizes of the input."""
    annotated = [p.annotation for p in forward.parameters.parameters[1:2] if p.annotation is not None]
    said = axes(subject, annotated[0]) if annotated else None
    type_ = way.inputs[0][1]
    if said is None or not said[1] or len(said[0]) != type_.rank:
        return []
    pairs = zip(type_.shape, said[0], strict=True)
    return [(size, stated, "the annotation") for size, stated in pairs if isinstance(size, Expr) and stated is not None]


RULE = Rule(
    "WBX306", "annotation-contradicts", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_CHANNELS, BAD_RANK), also_good=(GOOD_OPEN,),
)  # fmt: skip
