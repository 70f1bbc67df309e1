"""What a script does with models, read from its text: which names are models, what is called with what.

    net = Net()                        body.model(<net>)       -> "Net"
    criterion = nn.NLLLoss()           body.value(<criterion>) -> the call nn.NLLLoss()
    out = net(x)                       body.value(<out>)       -> the call net(x)

A name counts where its body binds it once; names of the module are seen in functions that do not bind them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.evaluation.bodies import KEEPING
from analyzer.evaluation.regions import bound_names
from analyzer.rule import Subject
from analyzer.rules.parts.once import once
from analyzer.syntax import ir
from analyzer.syntax.walking import walk
from analyzer.weigh import Weighed

DEPTH = 4
"""Names of names that are followed."""


@dataclass(frozen=True)
class Body:
    """The statements of a module or function, without those of functions and classes inside."""

    nodes: Sequence[ir.Node]
    bound: Mapping[str, ir.Expression | None]
    """What each name is bound to; None where that happens more than once, or other than by `name = value`."""
    outer: Body | None
    targets: frozenset[str]
    """The names of classes, factories and instances that the file defines."""

    def value(self, node: ir.Expression, depth: int = DEPTH) -> ir.Expression:
        """What an expression is written as, where it is a name that is bound once."""
        if not isinstance(node, ir.Name) or depth == 0:
            return node
        if node.name in self.bound:
            found = self.bound[node.name]
            return node if found is None else self.value(found, depth - 1)
        return node if self.outer is None else self.outer.value(node, depth)

    def model(self, node: ir.Expression) -> str | None:
        """The name of the target that an expression is made of: `Net` for `net`, after `net = Net().to(device)`."""
        value = self.value(node)
        while isinstance(value, ir.Call) and isinstance(value.function, ir.Attribute):
            if value.function.name not in KEEPING:
                break
            value = self.value(value.function.value)
        if isinstance(value, ir.Call) and isinstance(value.function, ir.Name) and value.function.name in self.targets:
            return value.function.name
        return node.name if isinstance(node, ir.Name) and node.name in self.targets else None


@once
def bodies(subject: Subject) -> Iterator[Body]:
    """The body of the module, and of each function."""
    targets = frozenset(weighed.target.name for weighed in subject.models)
    top = _body(subject.source.module.body, None, targets)
    yield top
    for function in subject.source.nodes(ir.Function):
        parameters = [parameter.name for parameter in function.parameters.parameters]
        yield _body(function.body, top, targets, parameters)


def _body(
    statements: Sequence[ir.Node], outer: Body | None, targets: frozenset[str], parameters: Sequence[str] = ()
) -> Body:
    nodes = _own_nodes(statements)
    bound: dict[str, ir.Expression | None] = dict.fromkeys(parameters)
    for node in nodes:
        if isinstance(node, ir.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ir.Name):
            name = node.targets[0].name
            bound[name] = None if name in bound else node.value
        elif isinstance(node, ir.Function | ir.Class):
            bound[node.name] = None
        elif isinstance(node, ir.For):
            bound.update(dict.fromkeys(_names(node.target)))
        elif isinstance(node, ir.Assign | ir.Augment | ir.WithItem | ir.Walrus | ir.Import | ir.ImportFrom):
            bound.update(dict.fromkeys(bound_names(node)))
    return Body(nodes, bound, outer, targets)


def _names(target: ir.Node) -> Iterator[str]:
    return (node.name for node in walk(target) if isinstance(node, ir.Name))


def _own_nodes(statements: Sequence[ir.Node]) -> Sequence[ir.Node]:
    """Every node of a body in source order, without what lies in functions and classes inside."""
    found: list[ir.Node] = []
    stack: list[object] = [statements]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(reversed(node))
        elif isinstance(node, ir.Node):
            found.append(node)
            if not isinstance(node, ir.Function | ir.Class | ir.Lambda):
                stack.extend(getattr(node, name) for name in reversed(node.__struct_fields__))
    return found


def weighed_as(subject: Subject, name: str) -> Weighed | None:
    """The only target of that name, or of a body's variable of that name."""
    found = [w for w in subject.models if w.target.name == name]
    return found[0] if len(found) == 1 else None
