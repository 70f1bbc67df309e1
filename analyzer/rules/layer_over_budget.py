"""Layer that holds more than its share of a model.

What it does
    Reports layers whose own parameters are more than `max-layer-parameters`, or a greater part of the model's than
    `max-layer-share`, as the `[[tool.weighbridge.budget]]` tables say.

Why is this bad
    One layer that dwarfs all others is seldom meant: most often it is the linear layer behind a flatten, fed with a map
    that should have been pooled first. In VGG16 such a layer holds three quarters of the parameters.

Known limits
    A share is judged where the model's size is known, or bounded; elsewhere it is listed as not decided.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.budget import Budget
from analyzer.report import LayerReport, Severity
from analyzer.rule import Hit, Rule, Subject, Undecided
from analyzer.weigh import Weighed

BAD = """
from torch import nn

model = nn.Sequential(
    nn.Conv2d(3, 64, 3),
    nn.Flatten(),
    nn.Linear(64 * 30 * 30, 1024),
    nn.Linear(1024, 10),
)
"""
GOOD = """
from torch import nn

model = nn.Sequential(
    nn.Conv2d(3, 64, 3),
    nn.AdaptiveAvgPool2d(1),
    nn.Flatten(),
    nn.Linear(64, 32),
    nn.Linear(32, 10),
)
"""
BAD_NUMBER = """
from torch import nn

class Net(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.stem = nn.Linear(width, 8)
        self.head = nn.Linear(2000, 2000)
"""
SETTINGS = """
[[budget]]
max-layer-parameters = "2M"
max-layer-share = "90%"
"""


def check(subject: Subject) -> Iterator[Hit | Undecided]:
    for weighed in subject.models:
        for budget in subject.options.budgets:
            if budget.applies(subject.file, weighed.report.id):
                yield from _judged(subject, weighed, budget)


def _judged(subject: Subject, weighed: Weighed, budget: Budget) -> Iterator[Hit | Undecided]:
    report = weighed.report
    most = report.parameters.at_most
    for layer in report.layers:
        own = layer.parameters or 0
        limit = budget.max_layer_parameters
        if limit is not None and own > limit:
            message = f"{layer.type} holds {own:,} parameters, over the {limit:,} that a layer may have"
            yield _hit(subject, weighed, layer, message, budget)
        share = budget.max_layer_share
        if share is not None and most and len(report.layers) > 1 and own > share * most:
            part = f"{own / most:.0%} of the model's, over the {float(share):.0%} that a layer may have"
            yield _hit(subject, weighed, layer, f"{layer.type} holds {own:,} parameters, {part}", budget)
    if budget.max_layer_share is not None and most is None and len(report.layers) > 1:
        message = f"whether a layer holds more than {float(budget.max_layer_share):.0%}: the model's size is not known"
        yield Undecided(subject.header(weighed), message, report.id)


def _hit(subject: Subject, weighed: Weighed, layer: LayerReport, message: str, budget: Budget) -> Hit:
    """At the call that makes the layer, where that is the project's."""
    way = next(way for way in weighed.ways if way.model is not None)
    assert way.model is not None
    made = next((one.record.place for one in way.model.layers if one.path == layer.path), None)
    place = made if made is not None and subject.source_of(made) is not None else subject.header(weighed)
    said = f"{message}: {budget.message}" if budget.message else message
    notes = () if layer.input_shape is None else (f"input: [{', '.join(map(str, layer.input_shape))}]",)
    severity = Severity(budget.severity)
    return Hit(place, said, model=weighed.report.id, path=layer.path, severity=severity, notes=notes)


RULE = Rule(
    "WBS102", "layer-over-budget", Severity.ERROR, check, BAD, GOOD, settings=SETTINGS, also_bad=(BAD_NUMBER,),
)  # fmt: skip
