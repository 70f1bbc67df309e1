"""A layer or parameter that is made anew at every forward pass.

What it does
    Reports calls in the `forward` of an `nn.Module` that make a layer of torch which has parameters, or an
    `nn.Parameter` with fresh values.

Why is this bad
    The layer has new random weights at every call. They are in no `state_dict`, the optimiser has never seen them, and
    they stay on the CPU. The model runs, and cannot learn.

Known limits
    Layers without parameters are left alone, as are layers that are kept (`if self.proj is None: self.proj = ...`) and
    ones whose weights are then set by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec

from analyzer.knowledge.layer import LayerSpec, layers
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import methods
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

BAD = """
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return nn.Linear(8, 4)(x)
"""
GOOD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return nn.ReLU()(self.fc(x))
"""
BAD_PARAMETER = """
import torch
from torch import nn

class Scale(nn.Module):
    def forward(self, x):
        scale = nn.Parameter(torch.ones(8))
        return x * scale
"""
GOOD_LAZY = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = None

    def forward(self, x):
        if self.fc is None:
            self.fc = nn.Linear(x.shape[1], 4)
        probe = nn.Linear(8, 4)
        probe.weight = self.fc.weight
        return self.fc(x)
"""

MADE_OF_LAYERS = ("MultiheadAttention", "Transformer", "TransformerEncoderLayer", "TransformerDecoderLayer")


@dataclass(frozen=True)
class Context:
    """What lies around a node of a forward."""

    kept: bool = False
    """Under a condition, or in a function that may be called once, where the result may be kept."""
    target: ir.Expression | None = None
    """What the value is assigned to."""


def check(subject: Subject) -> Iterator[Hit]:
    for node in subject.source.nodes(ir.Class):
        cls = subject.class_of(node)
        for function in methods(node) if cls is not None and cls.is_module else ():
            if function.name != "forward":
                continue
            asked = [part.value for part in walk(function.body) if isinstance(part, ir.Attribute)]
            used = {value.name for value in asked if isinstance(value, ir.Name)}
            for call, context in _calls(function.body, Context()):
                made = _made(subject, call)
                if made is not None and not _is_kept(context, used):
                    yield Hit(
                        subject.place(call), f"{made} is made anew at every call of forward: it cannot be trained"
                    )


def _calls(node: object, context: Context) -> Iterator[tuple[ir.Call, Context]]:
    """The calls below a node, each with what lies around it."""
    match node:
        case tuple():
            for item in node:
                yield from _calls(item, context)
            return
        case ir.Function() | ir.Lambda() | ir.Class():
            return
        case ir.If() | ir.Try() | ir.Conditional() | ir.Boolean():
            context = replace(context, kept=True)
        case ir.Assign(targets=targets):
            context = replace(context, target=targets[0])
        case ir.Call():
            yield node, context
    if isinstance(node, msgspec.Struct):
        for field in node.__struct_fields__:
            yield from _calls(getattr(node, field), context)


def _made(subject: Subject, call: ir.Call) -> str | None:
    """What a call makes that has parameters."""
    name = subject.name_of(call.function) or ""
    short = name.rpartition(".")[2]
    if short == "Parameter" and name.startswith("torch.nn."):
        given = call.arguments[0].value if call.arguments else None
        fresh = isinstance(given, ir.Call) and (subject.name_of(given.function) or "").startswith("torch.")
        return "the parameter" if fresh else None
    spec = layers().get(name)
    default = LayerSpec.__dataclass_fields__["parameters"].default
    has_parameters = (spec is not None and spec.parameters is not default) or (
        short in MADE_OF_LAYERS and name.startswith("torch.nn.")
    )
    return f"nn.{short}" if has_parameters else None


def _is_kept(context: Context, used: set[str]) -> bool:
    """Whether it is kept for later calls, or its weights are set by hand."""
    target = context.target
    if isinstance(target, ir.Attribute | ir.Subscript):
        return context.kept
    return isinstance(target, ir.Name) and target.name in used


RULE = Rule(
    "WBR204", "module-made-in-forward", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_PARAMETER,), also_good=(GOOD_LAZY,),
)  # fmt: skip
