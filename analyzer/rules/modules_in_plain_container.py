"""Layers in a plain list, tuple or dict, which the model does not know of.

What it does
    Reports attributes of a module that are a plain Python list, tuple or dict with layers in it that no module of the
    model registers. The model is built abstractly: layers that are also registered by name, through
    `add_module` or in an `nn.ModuleList` beside the list are not reported.

Why is this bad
    `model.parameters()` does not give what is in a plain container: the optimiser never trains these layers,
    `model.to(device)` leaves them behind, and `state_dict()` does not save them. No error is raised.

Known limits
    A container that is given a single existing module, `self.teacher = [teacher]`, is taken for what it usually is: a
    way to hide the module on purpose.  Layers without parameters may stand anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.values import NativeModule, Place
from analyzer.report import Edit, Fix, Severity, Span
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import assignment
from analyzer.rules.parts.flow import is_source
from analyzer.rules.parts.registry import Holder, plain_holders
from analyzer.syntax import ir

BAD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(8, 8) for _ in range(3)]
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)
"""
GOOD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.head(x)
"""
BAD_DICT = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = {"a": nn.Linear(8, 2), "b": nn.Linear(8, 3)}

    def forward(self, x):
        return {name: head(x) for name, head in self.heads.items()}
"""
GOOD_BOTH = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = []
        for index in range(3):
            layer = nn.Linear(8, 8)
            self.add_module(f"layer{index}", layer)
            self.layers.append(layer)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
GOOD_HIDDEN = """
from torch import nn

class Student(nn.Module):
    def __init__(self):
        super().__init__()
        teacher = nn.Linear(8, 8)
        self.teacher = [teacher]
        self.activations = [nn.ReLU(), nn.GELU()]
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.activations[0](self.fc(x)) - self.teacher[0](x)
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed, holder in plain_holders(subject):
        if holder.modules:
            yield from _hit(subject, holder, weighed.report.id)


def _hit(subject: Subject, holder: Holder, model: str) -> Iterator[Hit]:
    found = assignment(subject, holder.module.cls, holder.name)
    if found is None or not isinstance(holder.value, list | tuple | dict):
        return
    if _is_hidden(subject, found[1]) or not all(is_source(module.place) for module in holder.modules):
        return
    place, value = found
    kind = type(holder.value).__name__
    instead = "ModuleDict" if isinstance(holder.value, dict) else "ModuleList"
    message = f"self.{holder.name} is a plain {kind}: nothing registers its layers; nn.{instead} does"
    yield Hit(place, message, model, holder.path or None, _fix(subject, place, value, instead), notes=_notes(holder))


def _notes(holder: Holder) -> tuple[str, ...]:
    count = holder.elements
    return (f"parameters that are not registered: {count:,}" if isinstance(count, int) else f"parameters: {count}",)


def _is_hidden(subject: Subject, value: ir.Expression) -> bool:
    """`[teacher]`, `(build_teacher(),)`: one module that is more than a layer."""
    if not isinstance(value, ir.Display) or len(value.elements) != 1:
        return False
    (element,) = value.elements
    called = subject.name_of(element.function) if isinstance(element, ir.Call) else None
    return isinstance(element, ir.Name | ir.Attribute) or (
        isinstance(element, ir.Call) and not (called or "").startswith("torch.nn.")
    )


def _fix(subject: Subject, place: Place, value: ir.Expression, instead: str) -> Fix | None:
    """Wrap what is written as a list or dict; loading an older state_dict then needs its new keys."""
    name = next((n for n, v in subject.namespace.names.items() if v == NativeModule("torch.nn")), None)
    written = isinstance(value, ir.Display | ir.DictDisplay | ir.Comprehension)
    if place.file != subject.file or name is None or not written:
        return None
    line, column, end_line, end_column = value.span
    start = Span(place.file, line, column, line, column)
    end = Span(place.file, end_line, end_column, end_line, end_column)
    return Fix(f"wrap it in {name}.{instead}", (Edit(start, f"{name}.{instead}("), Edit(end, ")")), safe=False)


RULE = Rule(
    "WBR201", "modules-in-plain-container", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_DICT,), also_good=(GOOD_BOTH, GOOD_HIDDEN),
)  # fmt: skip
