"""A tensor that is a plain attribute and should be a buffer.

What it does
    Reports plain tensors assigned to `self` that the forward pass combines with its input as they are, without moving
    them to the input's device.

Why is this bad
    `model.to(device)` moves parameters and buffers only. On a GPU the forward pass fails with "Expected all tensors to
    be on the same device", and `state_dict()` does not save the tensor.

Known limits
    Tensors without dimensions, which every device takes, and tensors that only index others are left alone, as are
    those that are made with `device=` or `requires_grad=` and classes that override `_apply`, `to` or `cuda`.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.values import ModuleInstance, Tensor
from analyzer.knowledge.views import CONVERSIONS
from analyzer.report import Edit, Fix, Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import assignment, span_of
from analyzer.rules.parts.flow import runs
from analyzer.syntax import ir
from analyzer.syntax.walking import walk
from analyzer.weigh import Path

BAD = """
import torch
from torch import nn

class Normalise(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = torch.zeros(3, 1, 1)
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x - self.mean)
"""
GOOD = """
import torch
from torch import nn

class Normalise(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(3, 1, 1))
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv(x - self.mean)
"""
GOOD_MOVED = """
import torch
from torch import nn

class Normalise(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = torch.zeros(3, 1, 1)
        self.half = torch.tensor(0.5)
        self.order = torch.tensor([2, 1, 0])
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        return self.conv((x - self.mean.to(x.device)) * self.half)[:, self.order]
"""

HARMLESS = CONVERSIONS | {"Tensor.__getitem__", "torch.index_select", "Tensor.index_select"}
MOVING = ("_apply", "to", "cuda")


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        for way in runs(weighed):
            for path, module in named_modules(way.root) if way.root is not None else ():
                if any(found is not None and found[0].place is not None for found in map(module.cls.lookup, MOVING)):
                    continue
                for name, value in module.attributes.items():
                    if isinstance(value, Tensor) and _is_combined(way, value):
                        yield from _hit(subject, module, name, weighed.report.id, path)


def _is_combined(way: Path, tensor: Tensor) -> bool:
    """Whether an operator takes it, or a part of it, together with what the input or a parameter has a part in."""
    if way.forward is None or way.model is None or tensor.type is None or not tensor.type.shape:
        return False
    number = way.forward.recorder.first_number(id(tensor))
    trace = way.model.trace
    made = {output for equation in trace.equations for output in equation.outputs}
    if number is None or number in made or number in trace.held or number in dict(trace.inputs).values():
        return False
    moved = {given for _, given in trace.inputs} | set(trace.held)
    left = {number}
    for equation in trace.equations:
        given = set(equation.inputs)
        behind = {one for one in given & left if trace.tensors[one].shape}
        if behind and given & moved and equation.operator not in HARMLESS:
            return True
        if given & moved:
            moved.update(equation.outputs)
        elif given and given <= left and equation.operator not in CONVERSIONS:
            left.update(equation.outputs)
    return False


def _hit(subject: Subject, module: ModuleInstance, name: str, model: str, path: str) -> Iterator[Hit]:
    found = assignment(subject, module.cls, name)
    if found is None or any(_is_placed(subject, node) for node in walk(found[1])):
        return
    place, value = found
    source = subject.source_of(place)
    fix = None
    if source is not None and source.text_of(place.span).startswith(f"self.{name} ="):
        text = f'self.register_buffer("{name}", {source.text_of(value.span)})'
        fix = Fix("register it as a buffer", (Edit(span_of(place), text),), safe=False)
    message = f"self.{name} is a plain tensor: model.to(device) leaves it behind; register_buffer keeps it"
    yield Hit(place, message, model, path or None, fix)


def _is_placed(subject: Subject, node: ir.Node) -> bool:
    """Whether somebody has thought of where the tensor lies, or of training it."""
    if isinstance(node, ir.Argument):
        return node.keyword in ("device", "requires_grad")
    return isinstance(node, ir.Attribute | ir.Name) and (subject.name_of(node) or "").endswith(".Parameter")


RULE = Rule(
    "WBR208", "tensor-not-buffer", Severity.WARNING, check, BAD, GOOD,
    also_good=(GOOD_MOVED,),
)  # fmt: skip
