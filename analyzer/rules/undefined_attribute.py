"""An attribute that `forward` uses and nothing defines.

What it does
    Reports the statement of a forward pass at which PyTorch raises `AttributeError`: the model has no attribute,
    parameter or layer of that name, on any way through it, and no class that it derives from ever assigns one.

Why is this bad
    The model is constructed without complaint and fails at its first batch.

Known limits
    A class that others of the same file derive from is taken for an abstract one. Models that define `__getattr__` are
    left alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.values import Class, ModuleInstance, Place
from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import class_node, is_own
from analyzer.syntax import ir
from analyzer.syntax.walking import walk
from analyzer.weigh import Path

BAD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc3(self.fc1(x))
"""
GOOD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 8)
        self.fc2 = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc2(self.fc1(x))
"""
GOOD_ABSTRACT = """
from torch import nn

class Base(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.head(self.fc(x))

class Net(Base):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 2)
"""

MISSING = re.compile(r"AttributeError: '(\w+)' object has no attribute '(\w+)'$")


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        found = [_missing(subject, way) for way in weighed.ways]
        if not found or found[0] is None or any(one is None or one[:2] != found[0][:2] for one in found):
            continue
        owner, name, known, place = found[0]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean self.{near[0]}?" if near else ""
        yield Hit(_narrow(subject, place, name), f"{owner} never defines self.{name}{hint}", weighed.report.id)


def _missing(subject: Subject, way: Path) -> tuple[str, str, tuple[str, ...], Place] | None:
    """The class, the attribute it misses, those it has, and where; None where that is not certain."""
    unknown = way.forward.unknown if way.forward is not None else None
    found = MISSING.match(unknown.reason) if unknown is not None else None
    if found is None or unknown is None or unknown.place is None or way.root is None:
        return None
    owner, name = found.groups()
    for _, module in named_modules(way.root):
        if module.cls.name == owner and module.incomplete is None and _is_own_business(subject, module.cls, name):
            return owner, name, _names(module), unknown.place
    return None


def _names(module: ModuleInstance) -> tuple[str, ...]:
    return (*module.modules, *(module.parameters or ()), *module.buffers, *module.attributes)


def _is_own_business(subject: Subject, cls: Class, name: str) -> bool:
    """Whether the class itself would have to define it: it is no base of others, and none of its bases may do it."""
    for base in cls.mro:
        if base.place is None:
            if base.name not in ("Module", "object"):
                return False
            continue
        found = class_node(subject, base)
        if found is None or base.lookup("__getattr__") not in (None, *[c.lookup("__getattr__") for c in cls.mro[-2:]]):
            return False
        source, node = found
        if any(is_own(part, name) and _is_target(part, node) for part in walk(node.body)):
            return False
        if any(isinstance(part, ir.Name) and part.name in ("setattr", "vars") for part in walk(node.body)):
            return False
        for other in source.nodes(ir.Class):
            if any(isinstance(b.value, ir.Name | ir.Attribute) and b.value.name == cls.name for b in other.bases):
                return False
    return any(statement.name == "__init__" for statement in _functions(subject, cls))


def _functions(subject: Subject, cls: Class) -> Iterator[ir.Function]:
    found = class_node(subject, cls)
    return (s for s in found[1].body if isinstance(s, ir.Function)) if found is not None else iter(())


def _is_target(part: ir.Node, node: ir.Class) -> bool:
    targets: list[ir.Node] = []
    for statement in walk(node.body):
        if isinstance(statement, ir.Assign):
            targets.extend(statement.targets)
        elif isinstance(statement, ir.Annotate | ir.Augment | ir.For):
            targets.append(statement.target)
    return any(part is inner for target in targets for inner in walk(target))


def _narrow(subject: Subject, place: Place, name: str) -> Place:
    """The attribute itself in the statement."""
    source = subject.source_of(place)
    if source is not None:
        for node in source.nodes(ir.Attribute):
            if is_own(node, name) and place.span[:2] <= node.span[:2] and node.span[2:] <= place.span[2:]:
                return Place(place.file, node.span)
    return place


RULE = Rule(
    "WBR207", "undefined-attribute", Severity.ERROR, check, BAD, GOOD,
    also_good=(GOOD_ABSTRACT,),
)  # fmt: skip
