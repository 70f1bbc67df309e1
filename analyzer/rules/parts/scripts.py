"""What a script does with models, read from its text: which names are models, what is called with what.

    net = Net(3).to(device)            body.model(<net>)       -> the instance that this statement makes, weighed
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
    bound: Mapping[str, ir.Assign | None]
    """The statement that binds each name; None where there is more than one, or none of the form `name = value`."""
    outer: Body | None
    models: Sequence[Weighed]
    """Every target of the file."""

    def binding(self, name: str) -> ir.Assign | None:
        """The only statement that binds a name."""
        if name in self.bound:
            return self.bound[name]
        return None if self.outer is None else self.outer.binding(name)

    def value(self, node: ir.Expression, depth: int = DEPTH) -> ir.Expression:
        """What an expression is written as, where it is a name that is bound once."""
        statement = self.binding(node.name) if isinstance(node, ir.Name) and depth else None
        return node if statement is None else self.value(statement.value, depth - 1)

    def model(self, node: ir.Expression, depth: int = DEPTH) -> Weighed | None:
        """The target that an expression gives: the instance that a name is bound to, or what `Net()` makes."""
        node = _kept(node)
        if isinstance(node, ir.Name) and depth:
            statement = self.binding(node.name)
            if statement is None:
                return None
            made = (w for w in self.models if w.target.kind == "instance" and w.target.place.span == statement.span)
            return next(made, None) or self.model(statement.value, depth - 1)
        return self._made(node)

    def blueprint(self, node: ir.Expression) -> Weighed | None:
        """The class or factory that `net` is made by without arguments, in `net = Net().to(device)`."""
        return self._made(_kept(self.value(_kept(node))))

    def _made(self, node: ir.Expression) -> Weighed | None:
        if isinstance(node, ir.Call) and isinstance(node.function, ir.Name) and not node.arguments:
            named = [w for w in self.models if w.target.name == node.function.name and w.target.kind != "instance"]
            return named[0] if len(named) == 1 else None
        return None


def _kept(node: ir.Expression) -> ir.Expression:
    """`net` of `net.to(device).eval()`."""
    while isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute) and node.function.name in KEEPING:
        node = node.function.value
    return node


@once
def bodies(subject: Subject) -> Iterator[Body]:
    """The body of the module, and of each function."""
    top = _body(subject.source.module.body, None, subject.models)
    yield top
    for function in subject.source.nodes(ir.Function):
        parameters = [parameter.name for parameter in function.parameters.parameters]
        yield _body(function.body, top, subject.models, parameters)


def _body(
    statements: Sequence[ir.Node], outer: Body | None, models: Sequence[Weighed], parameters: Sequence[str] = ()
) -> Body:
    nodes = _own_nodes(statements)
    bound: dict[str, ir.Assign | None] = dict.fromkeys(parameters)
    for node in nodes:
        if isinstance(node, ir.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ir.Name):
            name = node.targets[0].name
            again = _kept(node.value)
            if not (isinstance(again, ir.Name) and again.name == name and again is not node.value):
                bound[name] = None if name in bound else node
        elif isinstance(node, ir.Function | ir.Class):
            bound[node.name] = None
        elif isinstance(node, ir.For):
            bound.update(dict.fromkeys(_names(node.target)))
        elif isinstance(node, ir.Assign | ir.Augment | ir.WithItem | ir.Walrus | ir.Import | ir.ImportFrom):
            bound.update(dict.fromkeys(bound_names(node)))
    return Body(nodes, bound, outer, models)


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
