"""One layer repeated by `[layer] * n`, so that all copies are the same.

What it does
    Reports an `nn.ModuleList` or `nn.Sequential` that is made of `[layer] * n`, or of a comprehension that gives the
    same layer each time, where the built container does hold one module, with parameters, several times.

Why is this bad
    `[layer] * n` repeats the reference. The stack has the parameters of a single layer, however large n is, and each
    step of the optimiser moves all of its layers together. Nothing fails.

Known limits
    Sharing that is meant (as in ALBERT) is reported where it is written so; a loop that calls the one layer n times
    says it clearer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from analyzer.evaluation.regions import bound_names
from analyzer.evaluation.values import Place
from analyzer.model.tree import Layer, Model
from analyzer.report import Edit, Fix, Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import span_of
from analyzer.syntax import ir

BAD = """
from torch import nn

net = nn.Sequential(*[nn.Linear(8, 8)] * 4)
"""
GOOD = """
from torch import nn

net = nn.Sequential(*[nn.Linear(8, 8) for _ in range(4)])
"""
BAD_NAMED = """
from torch import nn

class Encoder(nn.Module):
    def __init__(self, layer=None, depth=3):
        super().__init__()
        layer = layer or nn.Linear(8, 8)
        self.layers = nn.ModuleList([layer for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
GOOD_WITHOUT_PARAMETERS = """
from torch import nn

relus = nn.Sequential(*[nn.ReLU()] * 4)
"""

CONTAINERS = ("torch.nn.ModuleList", "torch.nn.Sequential")


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for way in weighed.ways:
            for layer in way.model.layers if way.model is not None else ():
                place = layer.record.place
                call = subject.call_at(place) if layer.record.qualified_type in _NAMES else None
                repeated = call and next((a.value for a in call.arguments if _repeats(a.value)), None)
                if repeated is None or not _shares(way.model, layer):
                    continue
                message = f"the {len(layer.record.children)} layers are one and the same: they share their parameters"
                yield Hit(place, message, weighed.report.id, layer.path or None, _fix(subject, place, repeated))


_NAMES = frozenset({*CONTAINERS, *(f"torch.nn.modules.container.{name.rpartition('.')[2]}" for name in CONTAINERS)})


def _shares(model: Model | None, layer: Layer) -> bool:
    """Whether a child that occurs more than once has parameters, its own or below it."""
    if model is None:
        return False
    counts = Counter(number for _, number in layer.record.children if number is not None)
    waiting = [number for number, count in counts.items() if count > 1]
    while waiting:
        record = model.layers[waiting.pop()].record
        if any(number is not None for _, number in record.parameters):
            return True
        waiting.extend(number for _, number in record.children if number is not None)
    return False


def _repeats(value: ir.Expression) -> bool:
    match value:
        case ir.Starred(value=inner):
            return _repeats(inner)
        case ir.Binary(operator="*", left=left, right=right):
            return isinstance(left, ir.Display) or isinstance(right, ir.Display)
        case ir.Comprehension(element=ir.Name(name=name), generators=generators):
            return not any(name in bound_names(ir.Assign(g.target.span, (g.target,), g.target)) for g in generators)
    return False


def _fix(subject: Subject, place: Place, value: ir.Expression) -> Fix | None:
    """`[nn.Linear(8, 8)] * n` becomes `[nn.Linear(8, 8) for _ in range(n)]`."""
    source = subject.source_of(place)
    match value:
        case ir.Binary(left=ir.Display(elements=(ir.Call() as call,)), right=times) if source is not None:
            text = f"[{source.text_of(call.span)} for _ in range({source.text_of(times.span)})]"
            return Fix("make each layer anew", (Edit(span_of(place, value.span), text),), safe=False)
    return None


RULE = Rule(
    "WBR203", "repeated-module", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_NAMED,), also_good=(GOOD_WITHOUT_PARAMETERS,),
)  # fmt: skip
