"""An optimiser that is given no parameter to train.

What it does
    Reports optimisers of `torch.optim` that are given `model.parameters()`, or those of a layer of it, where every one
    of these parameters is frozen at the end of the script, or where there are none.

Why is this bad
    Nothing is trained. With all parameters filtered out PyTorch raises "optimizer got an empty parameter list"; without
    the filter it steps over frozen parameters in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.model.tree import Model
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import is_optimiser
from analyzer.rules.parts.scripts import Body, bodies
from analyzer.syntax import ir
from analyzer.weigh import Weighed

BAD = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
for parameter in model.parameters():
    parameter.requires_grad = False
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
GOOD = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
for parameter in model.parameters():
    parameter.requires_grad = False
model[2] = nn.Linear(8, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
BAD_FILTER = """
from torch import nn, optim

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.body(x))

net = Net()
net.body.requires_grad_(False)
optimizer = optim.Adam([p for p in net.body.parameters() if p.requires_grad])
"""
GOOD_PART = """
from torch import nn, optim

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.body(x))

net = Net()
net.body.requires_grad_(False)
optimizer = optim.Adam(filter(lambda p: p.requires_grad, net.parameters()))
"""


def check(subject: Subject) -> Iterator[Hit]:
    for body in bodies(subject) if subject.source.speaks_of("optim") else ():
        for node in body.nodes:
            if isinstance(node, ir.Call) and is_optimiser(subject, node):
                owner = _owner(node.arguments[0].value) if node.arguments and not node.arguments[0].star else None
                if owner is not None:
                    yield from _hit(subject, body, node, *owner)


def _owner(given: ir.Expression) -> tuple[ir.Name, str] | None:
    """The name and path of the module in `net.body.parameters()`, through a filter on requires_grad."""
    match given:
        case ir.Call(function=ir.Name(name="filter" | "list"), arguments=arguments) if arguments:
            return _owner(arguments[-1].value)
        case ir.Comprehension(element=ir.Name(), generators=(one,)):
            return _owner(one.iterable)
        case ir.Call(function=ir.Attribute(value=value, name="parameters"), arguments=()):
            path: list[str] = []
            while isinstance(value, ir.Attribute):
                path.append(value.name)
                value = value.value
            return (value, ".".join(reversed(path))) if isinstance(value, ir.Name) else None
    return None


def _hit(subject: Subject, body: Body, call: ir.Call, owner: ir.Name, path: str) -> Iterator[Hit]:
    weighed = body.model(owner)
    if weighed is None or weighed.target.kind != "instance" or not weighed.ways or _thaws(body, call):
        return
    found = [_is_frozen(weighed, way.model, path) for way in weighed.ways]
    if all(frozen is True for frozen in found):
        what = f"{owner.name}.{path}" if path else owner.name
        message = f"no parameter of {what} is trainable: the optimiser has nothing to do"
        yield Hit(subject.place(call), message, weighed.report.id)


def _thaws(body: Body, call: ir.Call) -> bool:
    """Whether the script goes on to freeze or thaw behind the call: the end is then not what the optimiser saw."""
    names = ("requires_grad", "requires_grad_")
    return any(isinstance(n, ir.Attribute) and n.name in names and n.span[:2] >= call.span[2:] for n in body.nodes)


def _is_frozen(weighed: Weighed, model: Model | None, path: str) -> bool | None:
    """Whether everything below a path is known and frozen."""
    if model is None or weighed.report.unknowns:
        return None
    below = [layer for layer in model.layers if not path or layer.path == path or layer.path.startswith(f"{path}.")]
    records = [record for layer in below for record in layer.names.values()]
    return bool(below) and not any(record.trainable for record in records)


RULE = Rule(
    "WBT408", "nothing-to-optimise", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_FILTER,), also_good=(GOOD_PART,),
)  # fmt: skip
