"""A loss that applies the model's last activation once more, or misses it.

What it does
    Reports `CrossEntropyLoss` of what a softmax gives, `BCEWithLogitsLoss` of what a sigmoid gives, and `NLLLoss` of
    what no log-softmax gives: where a forward pass computes its own loss, and where a script calls a loss with the
    output of a model of the same file.

Why is this bad
    `CrossEntropyLoss` contains the log-softmax. Of probabilities it sees values between 0 and 1 as scores: the loss
    cannot get small, gradients vanish, and training stalls at a poor accuracy without an error. `NLLLoss` of raw scores
    has no lower bound and diverges.

Known limits
    Models and losses are followed through names that are bound once.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.trace import Equation
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.flow import Flow, is_source, models
from analyzer.rules.parts.scripts import Body, bodies
from analyzer.syntax import ir
from analyzer.weigh import Weighed

BAD = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 4), nn.Softmax(dim=1))
criterion = nn.CrossEntropyLoss()

def train(loader):
    for x, y in loader:
        output = model(x)
        loss = criterion(output, y)
        loss.backward()
"""
GOOD = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 4))
criterion = nn.CrossEntropyLoss()

def train(loader):
    for x, y in loader:
        output = model(x)
        loss = criterion(output, y)
        loss.backward()
"""
BAD_NLL = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x)

def step(x, y):
    net = Net().cuda()
    return F.nll_loss(net(x), y)
"""
BAD_INSIDE = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        probabilities = F.softmax(self.fc(x), dim=1)
        return F.cross_entropy(probabilities, probabilities.argmax(1))
"""
GOOD_NLL = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return F.log_softmax(self.fc(x), dim=1)

def step(x, y, net):
    return F.nll_loss(net(x), y)

def other(x, y):
    net = Net()
    return F.nll_loss(net(x), y) + nn.BCELoss()(net(x).sigmoid(), y)
"""

LOSSES = {
    **dict.fromkeys(("torch.nn.CrossEntropyLoss", "torch.nn.functional.cross_entropy"), "CrossEntropyLoss"),
    **dict.fromkeys(
        ("torch.nn.BCEWithLogitsLoss", "torch.nn.functional.binary_cross_entropy_with_logits"), "BCEWithLogitsLoss"
    ),
    **dict.fromkeys(("torch.nn.NLLLoss", "torch.nn.functional.nll_loss"), "NLLLoss"),
}
OUTPUTS = {
    **dict.fromkeys(("torch.nn.Softmax", "torch.nn.functional.softmax", "torch.softmax", "Tensor.softmax"), "softmax"),
    **dict.fromkeys(
        ("torch.nn.LogSoftmax", "torch.nn.functional.log_softmax", "torch.log_softmax", "Tensor.log_softmax"),
        "log_softmax",
    ),
    **dict.fromkeys(("torch.nn.Sigmoid", "torch.nn.functional.sigmoid", "torch.sigmoid", "Tensor.sigmoid"), "sigmoid"),
    **dict.fromkeys(("torch.nn.Linear", "torch.nn.Conv2d", "torch.nn.functional.linear"), "scores"),
}
WRONG = {
    ("CrossEntropyLoss", "softmax"): "contains the softmax that this ends with: give it raw scores",
    ("CrossEntropyLoss", "log_softmax"): "contains the log_softmax that this ends with: NLLLoss takes it",
    ("CrossEntropyLoss", "sigmoid"): "of a sigmoid: it takes raw scores",
    ("BCEWithLogitsLoss", "sigmoid"): "contains the sigmoid that this ends with: BCELoss takes it",
    ("BCEWithLogitsLoss", "softmax"): "of a softmax: it takes raw scores",
    ("NLLLoss", "softmax"): "of a softmax: it takes logarithms, which log_softmax gives",
    ("NLLLoss", "scores"): "of raw scores: it takes logarithms, which log_softmax gives",
}
"""By a loss and what it is given, what is wrong."""
VIEWS = ("squeeze", "flatten", "view", "reshape", "contiguous")
PASSING = frozenset(f"{owner}.{name}" for owner in ("torch", "Tensor") for name in VIEWS) | {"torch.nn.Flatten"}


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        yield from _inside(weighed)
    for body in bodies(subject) if subject.source.speaks_of(*(name.rpartition(".")[2] for name in LOSSES)) else ():
        for node in body.nodes:
            if isinstance(node, ir.Call) and node.arguments and not node.arguments[0].star:
                loss = _loss(subject, body, node)
                output = body.value(node.arguments[0].value) if loss is not None else None
                if loss is not None and isinstance(output, ir.Call):
                    yield from _outside(subject, body, node, loss, output)


def _inside(weighed: Weighed) -> Iterator[Hit]:
    """Losses that the forward pass computes itself."""
    found: list[dict[str, Hit]] = []
    for model in models(weighed):
        flow = Flow(model.trace)
        hits: dict[str, Hit] = {}
        for equation in model.trace.equations:
            loss = LOSSES.get(equation.operator)
            kind = _kind(flow, flow.before(equation)) if loss is not None else None
            wrong = WRONG.get((loss or "", kind or ""))
            if wrong is not None and kind != "scores" and equation.place is not None and is_source(equation.place):
                hits[str(equation.place.span)] = Hit(equation.place, f"{loss} {wrong}", weighed.report.id)
        found.append(hits)
    for span in found[0] if found else ():
        if all(span in hits for hits in found):
            yield found[0][span]


def _kind(flow: Flow, equation: Equation | None) -> str | None:
    """What a call gives, seen through views of it."""
    while equation is not None and equation.operator in PASSING:
        equation = flow.before(equation)
    return None if equation is None else OUTPUTS.get(equation.operator)


def _loss(subject: Subject, body: Body, call: ir.Call) -> str | None:
    """The loss that a call computes: `F.nll_loss(...)`, `nn.NLLLoss()(...)`, or `criterion(...)`."""
    made = body.value(call.function)
    if isinstance(made, ir.Call):
        return LOSSES.get(subject.name_of(made.function) or "")
    name = subject.name_of(call.function) or ""
    return LOSSES.get(name) if name.startswith("torch.nn.functional.") else None


def _outside(subject: Subject, body: Body, call: ir.Call, loss: str, output: ir.Call) -> Iterator[Hit]:
    """A loss of the output of a model: `criterion(model(x), y)`."""
    direct = OUTPUTS.get(subject.name_of(output.function) or "")
    weighed = body.model(output.function)
    kinds: set[str | None] = set()
    if direct in ("softmax", "log_softmax", "sigmoid"):
        kinds = {direct}
    elif weighed is not None:
        kinds = {_last(flow) for flow in map(Flow, (model.trace for model in models(weighed)))}
    for kind in kinds if len(kinds) == 1 else ():
        wrong = WRONG.get((loss, kind or ""))
        if wrong is not None:
            yield Hit(subject.place(call), f"{loss} {wrong}", weighed.report.id if weighed is not None else None)


def _last(flow: Flow) -> str | None:
    """What a model's only output is."""
    if len(flow.trace.outputs) != 1 or flow.trace.outputs[0][0] != "output":
        return None
    return _kind(flow, flow.producers.get(flow.trace.outputs[0][1]))


RULE = Rule(
    "WBT407", "loss-of-wrong-output", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_NLL, BAD_INSIDE), also_good=(GOOD_NLL,),
)  # fmt: skip
