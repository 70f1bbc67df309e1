"""A bias that the batch norm behind it takes away again.

What it does
    Reports convolutions and linear layers with a bias whose result goes to a batch norm or instance norm and nowhere
    else, at every call and on every way through the model.

Why is this bad
    The norm subtracts the mean of each channel, and with it any constant that was added to the channel. The bias has no
    effect and gets no gradient: it costs parameters, memory and an addition. `bias=False` says so.

Known limits
    A bias that is an argument of the function or class around it is left alone, for other callers may need it. The fix
    is unsafe because a state_dict that was saved before still has the bias. Norms that use the statistics they
    were given from outside, in evaluation mode from the start, are not told apart.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.trace import Equation
from analyzer.model.tree import Model
from analyzer.report import Edit, Fix, Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import argument, has_stars, is_true, span_of, with_keyword
from analyzer.rules.parts.flow import Flow, adjacent, is_source, key, layer_of, models

BAD = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
"""
BAD_LINEAR = """
from torch import nn

class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8, bias=True)
        self.norm = nn.BatchNorm1d(8)

    def forward(self, x):
        return self.norm(self.fc(x)).relu()
"""
GOOD_USED_TWICE = """
from torch import nn

class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.act = nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU(), nn.BatchNorm2d(8))

    def forward(self, x):
        x = self.conv(x)
        return self.act(x + self.norm(x))
"""

POSITION = {
    "torch.nn.Linear": 2,
    **{f"torch.nn.Conv{rank}d": 7 for rank in (1, 2, 3)},
    **{f"torch.nn.ConvTranspose{rank}d": 7 for rank in (1, 2, 3)},
}
"""Where `bias` stands among the arguments of the layers that have one."""
NORMS = frozenset(f"torch.nn.{kind}Norm{rank}d" for kind in ("Batch", "Instance") for rank in (1, 2, 3)) | {
    "torch.nn.SyncBatchNorm"
}


def check(subject: Subject) -> Iterator[Hit]:
    pairs = [(weighed, pair) for weighed in subject.models for pair in adjacent(weighed, _has_bias, _is_norm)]
    needed = _needed(subject) if pairs else frozenset()
    for weighed, (model, first, second) in pairs:
        layer = layer_of(model, first)
        fix = _fix(subject, first)
        if layer is None or first.place is None or fix is None:
            continue
        message = f"the bias of {layer.type} has no effect: {second.operator.rpartition('.')[2]} subtracts it again"
        if key(first.place) in needed:
            notes = ("other models of this file need the bias of this line",)
            yield Hit(first.place, message, weighed.report.id, layer.path or None, notes=notes)
        else:
            yield Hit(first.place, message, weighed.report.id, layer.path or None, fix)


def _needed(subject: Subject) -> frozenset[str]:
    """The places of layers with a bias that some model of the file calls without a norm behind."""
    found = set()
    for weighed in subject.models:
        for model in models(weighed):
            flow = Flow(model.trace)
            for equation in model.trace.equations:
                if equation.place is not None and _has_bias(model, equation):
                    after = flow.next(equation)
                    if after is None or not _is_norm(model, after):
                        found.add(key(equation.place))
    return frozenset(found)


def _has_bias(model: Model, equation: Equation) -> bool:
    layer = layer_of(model, equation)
    if equation.operator not in POSITION or layer is None or "bias" not in layer.names or not is_source(equation.place):
        return False
    # The channels of a convolution are the norm's; those of a linear layer are where there is nothing but a batch.
    rank = model.trace.tensors[equation.outputs[0]].rank
    return rank == 2 if equation.operator == "torch.nn.Linear" else rank >= 3


def _is_norm(model: Model, equation: Equation) -> bool:
    return equation.operator in NORMS


def _fix(subject: Subject, equation: Equation) -> Fix | None:
    """`bias=False`; None where it is not written here whether there is a bias."""
    place = equation.place
    call = None if place is None else subject.call_at(place)
    if place is None or call is None or has_stars(call):
        return None
    lazy = (subject.name_of(call.function) or "").startswith("torch.nn.Lazy")
    given = argument(call, POSITION[equation.operator] - lazy, "bias")
    if given is None:
        return Fix("set bias=False", (with_keyword(place, call, "bias=False"),), safe=False)
    if is_true(given.value):
        return Fix("set bias=False", (Edit(span_of(place, given.value.span), "False"),), safe=False)
    return None


RULE = Rule(
    "WBT402", "bias-before-norm", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_LINEAR,), also_good=(GOOD_USED_TWICE,),
)  # fmt: skip
