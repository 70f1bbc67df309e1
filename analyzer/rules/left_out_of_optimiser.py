"""Parameters that come too late for the optimiser.

What it does
    Reports layers that a script puts into a model after it has given the model's parameters to an optimiser, and
    parameters that it thaws after it has filtered the trainable ones for the optimiser.

Why is this bad
    An optimiser keeps the parameters that it was given. The new layer stays as it was initialised, the thawed one as it
    was loaded, and training goes on without an error. With a new head behind a frozen body nothing is trained at all.

Known limits
    Only statements of the same block are compared, and none where another optimiser is made or one is given more by
    `add_param_group`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.evaluation.values import Class
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import is_optimiser, is_true
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

BAD = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model[2] = nn.Linear(8, 5)
"""
GOOD = """
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
model[2] = nn.Linear(8, 5)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
BAD_THAWED = """
from torch import nn, optim

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.body(x))

def train(net: Net):
    for parameter in net.body.parameters():
        parameter.requires_grad = False
    optimizer = optim.Adam(filter(lambda p: p.requires_grad, net.parameters()))
    optimizer.step()
    for parameter in net.body.parameters():
        parameter.requires_grad = True
    optimizer.step()
"""
GOOD_GIVEN = """
from torch import nn, optim

def train(net, other):
    optimizer = optim.Adam([p for p in net.parameters() if p.requires_grad])
    net.head = nn.Linear(8, 2)
    optimizer.add_param_group({"params": net.head.parameters()})

def again(net, other):
    optimizer = optim.Adam(net.parameters())
    other.head = nn.Linear(8, 2)
    net.act = nn.ReLU()
    net.body.requires_grad_(True)
    optimizer.step()
    for parameter in other.parameters():
        parameter.requires_grad = True

def anew(net):
    optimizer = optim.Adam(net.parameters())
    optimizer.step()
    net.head = nn.Linear(8, 2)
    optimizer = optim.Adam(net.parameters())
"""


def check(subject: Subject) -> Iterator[Hit]:
    if not subject.source.speaks_of("optim"):
        return
    body = subject.source.module.body
    blocks: list[Sequence[ir.Statement]] = [body, *(guard.body for guard in body if isinstance(guard, ir.If))]
    blocks += [function.body for function in subject.source.nodes(ir.Function)]
    for block in blocks:
        made = list(_optimisers(subject, block))
        if len(made) == 1 and not any(isinstance(n, ir.Attribute) and n.name == "add_param_group" for n in walk(block)):
            index, call = made[0]
            given = _given(call.arguments[0].value) if call.arguments else None
            if given is not None:
                yield from _late(subject, block[index + 1 :], *given)


def _optimisers(subject: Subject, block: Sequence[ir.Statement]) -> Iterator[tuple[int, ir.Call]]:
    """Every optimiser that a block makes, wherever in it, with the index of its statement."""
    for index, statement in enumerate(block):
        for node in walk(statement):
            if isinstance(node, ir.Call) and is_optimiser(subject, node):
                yield index, node


def _given(node: ir.Expression) -> tuple[str, bool] | None:
    """The name in `net.parameters()`, and whether the trainable ones are filtered."""
    match node:
        case ir.Call(function=ir.Attribute(value=ir.Name(name=name), name="parameters"), arguments=()):
            return name, False
        case ir.Call(function=ir.Name(name="filter"), arguments=(_, ir.Argument(value=inner))):
            found = _given(inner)
            return None if found is None else (found[0], True)
        case ir.Call(function=ir.Name(name="list"), arguments=(ir.Argument(value=inner),)):
            return _given(inner)
        case ir.Comprehension(element=ir.Name(), generators=(one,)):
            found = _given(one.iterable)
            return None if found is None else (found[0], bool(one.conditions))
    return None


def _late(subject: Subject, block: Sequence[ir.Statement], name: str, filtered: bool) -> Iterator[Hit]:
    for statement in block:
        match statement:
            case ir.Assign(targets=(ir.Name(name=bound),)) if bound == name:
                return
            case ir.Assign(targets=(ir.Attribute() | ir.Subscript() as target,), value=ir.Call() as made):
                if _root(target) == name and _has_parameters(subject, made):
                    message = f"the optimiser was given {name}.parameters() before: it does not train this layer"
                    yield Hit(subject.place(statement), message)
            case ir.For(iterable=ir.Call(function=ir.Attribute(value=value, name="parameters"))) if filtered:
                if _root(value) == name and any(_thaws(node) for node in statement.body):
                    message = f"the optimiser was given what of {name} was trainable before: it does not train these"
                    yield Hit(subject.place(statement.iterable), message)


def _root(node: ir.Expression) -> str | None:
    """`net` of `net.body[0].weight`."""
    while isinstance(node, ir.Attribute | ir.Subscript):
        node = node.value
    return node.name if isinstance(node, ir.Name) else None


def _has_parameters(subject: Subject, call: ir.Call) -> bool:
    """Whether a call makes a layer of torch that is known to have parameters, or one of the project's."""
    name = subject.name_of(call.function) or ""
    if name.startswith("torch.nn."):
        return name.rpartition(".")[2] in ("Linear", "Bilinear", "Embedding", "LayerNorm") or "Conv" in name
    value = subject.namespace.names.get(call.function.name) if isinstance(call.function, ir.Name) else None
    return isinstance(value, Class) and value.is_module


def _thaws(statement: ir.Statement) -> bool:
    """`parameter.requires_grad = True`"""
    match statement:
        case ir.Assign(targets=(ir.Attribute(name="requires_grad"),), value=value):
            return is_true(value)
    return False


RULE = Rule(
    "WBT410", "left-out-of-optimiser", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_THAWED,), also_good=(GOOD_GIVEN,),
)  # fmt: skip
