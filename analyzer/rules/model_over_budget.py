"""Model that is larger than its budget.

What it does
    Holds every model against the `[[tool.weighbridge.budget]]` tables whose `models` pattern means its file, name or
    id: `max-parameters`, `max-trainable`, `max-size` (parameters and buffers stored as `dtype`), `max-macs` and
    `max-activations` (for the inputs that are configured, given by a comment, or derived).

Why is this bad
    Somebody has promised that the model fits: on a phone, in a card's memory, in a time limit. A width that was changed
    in one line is seen here before it is seen there.

Known limits
    A model that is not known exactly is judged by its bounds: more than the budget already at least is a finding. What
    the bounds leave open is listed below the findings as not decided. Work and activations of a model with an input of
    unknown size are formulas: give it an input, with its batch.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.budget import Budget
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject, Undecided
from analyzer.rules.parts.measures import bounds_of
from analyzer.weigh import Weighed

BAD = """
from torch import nn

model = nn.Linear(1000, 2000)
"""
GOOD = """
from torch import nn

model = nn.Linear(1000, 900)
"""
BAD_FOR_EVERY_WIDTH = """
from torch import nn

class Net(nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.body = nn.Linear(1000, 1500)
        self.head = nn.Linear(1500, classes)
"""
GOOD_WITHOUT_PROMISE = """
from torch import nn

class Net(nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.head = nn.Linear(1500, classes)
"""
BAD_WORK = """
from torch import nn

model = nn.Conv2d(3, 64, 3)  # weighbridge: input=1,3,224,224
"""
SETTINGS = """
[[budget]]
models = "*"
max-parameters = "1M"
max-size = "4 MB"
max-macs = "50 MMACs"
max-activations = "10 MB"
"""

FIGURES = {
    "parameters": ("max_parameters", "parameters"),
    "trainable": ("max_trainable", "trainable parameters"),
    "size": ("max_size", "bytes of parameters and buffers"),
    "macs": ("max_macs", "multiply-accumulates"),
    "activations": ("max_activations", "bytes of activations"),
}
"""Each figure's key in a budget, and its unit in words."""


def check(subject: Subject) -> Iterator[Hit | Undecided]:
    for weighed in subject.models:
        for budget in subject.options.budgets:
            if not budget.applies(subject.file, weighed.report.id):
                continue
            for figure, (field, unit) in FIGURES.items():
                limit = getattr(budget, field)
                if limit is None:
                    continue
                bounds = bounds_of(weighed, figure, budget)
                if bounds.low > limit:
                    yield _over(subject, weighed, f"{bounds.text} {unit} are over the budget of {limit:,}", budget)
                elif bounds.high is None or bounds.high > limit:
                    message = f"whether it keeps to {limit:,} {unit}: {bounds.why}"
                    yield Undecided(subject.header(weighed), message, weighed.report.id)


def _over(subject: Subject, weighed: Weighed, message: str, budget: Budget) -> Hit:
    said = f"{message}: {budget.message}" if budget.message else message
    severity = Severity(budget.severity)
    return Hit(subject.header(weighed), said, model=weighed.report.id, severity=severity)


RULE = Rule(
    "WBS101", "model-over-budget", Severity.ERROR, check, BAD, GOOD, settings=SETTINGS,
    also_bad=(BAD_FOR_EVERY_WIDTH, BAD_WORK), also_good=(GOOD_WITHOUT_PROMISE,),
)  # fmt: skip
