"""A tensor that is to be trained and is no `nn.Parameter`.

What it does
    Reports plain tensors with `requires_grad=True` that a constructor keeps as attributes, alone or in a list, and
    parameters that are moved as they are assigned: `self.scale = nn.Parameter(torch.ones(8)).cuda()`.

Why is this bad
    `model.parameters()` does not give such a tensor: the optimiser never trains it, `model.to(device)` leaves it
    behind, and `state_dict()` does not save it. A parameter that is moved gives a plain tensor, but where the move has
    nothing to do: the fault shows on the GPU alone.

Known limits
    Tensors that are registered afterwards, under another name, are reported too.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.values import NativeModule
from analyzer.report import Edit, Fix, Severity, Span
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import is_own, is_true, methods
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

BAD = """
import torch
from torch import nn

class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.ones(8, requires_grad=True)

    def forward(self, x):
        return x * self.scale
"""
GOOD = """
import torch
from torch import nn

class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8))

    def forward(self, x):
        return x * self.scale
"""
BAD_LIST = """
import torch
from torch import nn

class Scales(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = [torch.ones(8, requires_grad=True) for _ in range(3)]

    def forward(self, x):
        return sum(x * scale for scale in self.scales)
"""
BAD_MOVED = """
import torch
from torch import nn

class Scale(nn.Module):
    def __init__(self, device="cuda"):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8)).to(device)

    def forward(self, x):
        return x * self.scale
"""
GOOD_REGISTERED = """
import torch
from torch import nn

class Scale(nn.Module):
    def __init__(self, device="cpu"):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8, requires_grad=True).to(device))
        self.register_parameter("shift", nn.Parameter(torch.zeros(8)))
        self.fixed = torch.ones(8, requires_grad=False)

    def forward(self, x):
        probe = torch.ones(8, requires_grad=True)
        return (x * self.scale + self.shift) * probe

class Settings:
    def __init__(self):
        self.scale = torch.ones(8, requires_grad=True)
"""
MAKERS = frozenset(
    f"torch.{name}"
    for name in ("tensor", "zeros", "ones", "full", "rand", "randn", "empty", "eye", "arange", "linspace")
)
MOVING = frozenset(("to", "cuda", "half", "bfloat16"))
PARAMETER = ("torch.nn.Parameter", "torch.nn.parameter.Parameter")


def check(subject: Subject) -> Iterator[Hit]:
    for node in subject.source.nodes(ir.Class):
        cls = subject.class_of(node)
        for function in methods(node) if cls is not None and cls.is_module else ():
            for statement in walk(function.body) if function.name == "__init__" else ():
                if isinstance(statement, ir.Assign) and is_own(statement.targets[0]):
                    yield from _of(subject, statement)


def _of(subject: Subject, statement: ir.Assign) -> Iterator[Hit]:
    (target, *_), value = statement.targets, statement.value
    name = f"self.{target.name}" if isinstance(target, ir.Attribute) else "it"
    single = value.element if isinstance(value, ir.Comprehension) else value
    for made in single.elements if isinstance(single, ir.Display) else (single,):
        if _is_trainable(subject, made):
            message = f"{name} requires a gradient and is no nn.Parameter: model.parameters() does not give it"
            yield Hit(subject.place(statement), message, fix=_fix(subject, made) if made is value else None)
            return
    if isinstance(value, ir.Call) and _is_moved(subject, value):
        message = f"{name} is what the move gives, a plain tensor: move the data inside of nn.Parameter"
        yield Hit(subject.place(statement), message)


def _is_trainable(subject: Subject, node: ir.Node) -> bool:
    """`torch.ones(8, requires_grad=True)`"""
    return (
        isinstance(node, ir.Call)
        and subject.name_of(node.function) in MAKERS
        and any(argument.keyword == "requires_grad" and is_true(argument.value) for argument in node.arguments)
    )


def _is_moved(subject: Subject, call: ir.Call) -> bool:
    """`nn.Parameter(...).cuda()`"""
    moved = call.function.value if isinstance(call.function, ir.Attribute) and call.function.name in MOVING else None
    return isinstance(moved, ir.Call) and subject.name_of(moved.function) in PARAMETER


def _fix(subject: Subject, made: ir.Node) -> Fix | None:
    """Wrap it; an older state_dict does not have it."""
    name = next((n for n, v in subject.namespace.names.items() if v == NativeModule("torch.nn")), None)
    if name is None:
        return None
    line, column, end_line, end_column = made.span
    start = Span(subject.file, line, column, line, column)
    end = Span(subject.file, end_line, end_column, end_line, end_column)
    return Fix(f"wrap it in {name}.Parameter", (Edit(start, f"{name}.Parameter("), Edit(end, ")")), safe=False)


RULE = Rule(
    "WBR210", "tensor-not-parameter", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_LIST, BAD_MOVED), also_good=(GOOD_REGISTERED,),
)  # fmt: skip
