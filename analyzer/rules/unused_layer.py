"""A layer that is defined and never used.

What it does
    Reports layers with parameters that the forward pass neither calls nor reads a parameter of, where that pass is
    wholly known, on every way through it, and whose name the files that the class is made from never mention again.

Why is this bad
    The parameters cost memory and are saved, counted and handed to the optimiser, and do nothing. With
    `DistributedDataParallel` they are an error. Often the layer was meant to be used, and another one is used twice.

Known limits
    Layers that only another file uses are reported. Classes that walk their children or ask for attributes by name are
    left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.values import ModuleInstance
from analyzer.model.tree import Layer, Model
from analyzer.passes.parameters import elements
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import class_node
from analyzer.rules.parts.flow import models, runs
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

BAD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        x = self.fc1(x)
        x = self.fc1(x)
        return self.head(x)
"""
GOOD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        x = self.fc1(x)
        x = self.fc2(x)
        return self.head(x)
"""
GOOD_AUXILIARY = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.aux = nn.Linear(8, 2)
        self.tied = nn.Linear(8, 8)
        self.tied.weight = self.fc.weight

    def forward(self, x):
        x = self.fc(x)
        if self.training:
            return x, self.aux(x)
        return x
"""

WALKS = frozenset({
    "children", "modules", "named_children", "named_modules", "_modules", "get_submodule", "__getattr__", "getattr",
    "eval", "vars", "__dict__",
})  # fmt: skip
"""Names whose use in a class may reach its layers without naming them."""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        ways = runs(weighed)
        if not ways or weighed.report.unknowns:
            continue
        unused = set.intersection(*({layer.path for layer in _unused(model)} for model in models(weighed)))
        if not unused:
            continue
        first = next(models(weighed))
        root = ways[0].root
        holders = dict(named_modules(root)) if root is not None else {}
        for layer in _unused(first):
            parent, _, name = layer.path.rpartition(".")
            holder = holders.get(parent)
            if layer.path in unused and holder is not None and not _mentioned(subject, holder, name):
                below = [one for one in first.layers if f"{one.path}.".startswith(f"{layer.path}.")]
                count = elements(record for one in below for record in one.parameters.values())
                notes = (f"parameters: {count:,}" if isinstance(count, int) else f"parameters: {count}",)
                yield Hit(layer.record.place, f"self.{name} is never used", weighed.report.id, layer.path, notes=notes)


def _unused(model: Model) -> Iterator[Layer]:
    """The outermost modules with parameters of their own that nothing in them is called or read of."""
    trace = model.trace
    called = {call.module for call in trace.calls}
    read = {trace.held[number][1] for e in trace.equations for number in e.inputs if number in trace.held}
    read |= {trace.held[number][1] for _, number in trace.outputs if number in trace.held}
    used: set[str] = set()
    holding: set[str] = set()
    for layer in model.layers:
        numbers = {record.number for record in layer.names.values()}
        if layer.record.number in called or numbers & read or len(layer.parameters) < len(layer.names):
            used.update(_above(layer.path))
        if layer.parameters:
            holding.update(_above(layer.path))
    for layer in model.layers:
        parent = layer.path.rpartition(".")[0]
        if layer.path in holding and layer.path not in used and (parent in used or not parent):
            yield layer


def _above(path: str) -> Iterator[str]:
    """A path and those that it lies in: `a.b.c`, `a.b`, `a`, and the model itself."""
    while path:
        yield path
        path = path.rpartition(".")[0]
    yield ""


def _mentioned(subject: Subject, holder: ModuleInstance, name: str) -> bool:
    """Whether the files of the holder's classes may use the layer: they name it, or reach layers without names."""
    if holder.cls.spec is not None or not name.isidentifier() or name in holder.attributes:
        return True
    for cls in holder.cls.mro:
        if cls.place is None:
            if cls.name not in ("Module", "object"):
                return True
            continue
        found = class_node(subject, cls)
        if found is None:
            return True
        source, node = found
        stored = {id(t) for n in source.nodes(ir.Assign) for t in n.targets}
        for part in source.nodes(ir.Node):
            match part:
                case ir.Attribute(name=used) if used == name and id(part) not in stored:
                    return True
                case ir.Constant(kind="str", value=str(text)) if name in text:
                    return True
        for part in walk(node.body):
            if isinstance(part, ir.Attribute | ir.Name) and part.name in WALKS:
                return True
    return False


RULE = Rule(
    "WBR206", "unused-layer", Severity.WARNING, check, BAD, GOOD,
    also_good=(GOOD_AUXILIARY,),
)  # fmt: skip
