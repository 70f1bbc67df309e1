"""How a class uses an attribute of its objects: as data, or as something that may be a module.

class Net(nn.Module):
    def __init__(self, body, width): ...
    def forward(self, x): return self.body(x * self.width)

as_data(Net, "width")     -> True
as_data(Net, "body")      -> False
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.evaluation.values import Class, Function
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

_ON_NUMBERS = frozenset({
    "int", "float", "bool", "str", "len", "range", "min", "max", "round", "abs", "isinstance", "print", "repr", "tuple",
})  # fmt: skip
_MODULES_OF_FUNCTIONS = ("F", "torch", "math", "np", "numpy", "torch.nn.functional", "nn.functional", "nn.init", "init")


Is = Callable[[Any], bool]


def as_data(cls: Class, name: str) -> bool:
    """Whether each of a class's methods, inherited ones included, uses `self.name` only as numbers and settings are."""
    return all(
        sum(1 for _ in _reads(method, it)) == sum(1 for _ in _harmless(method, it))
        for method in _methods(cls)
        for it in (_either(method, name),)
    )


def as_number(cls: Class, name: str) -> bool:
    """Whether some method computes with `self.name`."""
    return any(it(node) for method in _methods(cls) for it in (_either(method, name),) for node in _operands(method))


def _methods(cls: Class) -> Iterator[Any]:
    for owner in cls.mro:
        yield from (value.code.node for value in owner.namespace.values() if type(value) is Function)


def _either(method: Any, name: str) -> Is:
    """Tells whether a node is `self.name`, or a local name that was given it."""

    def is_attribute(node: Any) -> bool:
        return isinstance(node, ir.Attribute) and node.name == name and isinstance(node.value, ir.Name)

    aliases = {
        target.name
        for node in walk(method)
        if isinstance(node, ir.Assign) and is_attribute(node.value)
        for target in node.targets
        if isinstance(target, ir.Name)
    }
    return lambda node: is_attribute(node) or (isinstance(node, ir.Name) and node.name in aliases)


def _reads(method: Any, it: Is) -> Iterator[Any]:
    written = {id(target) for node in walk(method) if isinstance(node, ir.Assign) for target in node.targets}
    return (node for node in walk(method) if it(node) and id(node) not in written)


def _harmless(method: Any, it: Is) -> Iterator[Any]:
    """The reads that a module would not be put to, or that say nothing of what is read."""
    called = {id(node.function) for node in walk(method) if isinstance(node, ir.Call)}
    for node in walk(method):
        match node:
            case ir.Attribute(value=inner) if it(inner) and id(node) not in called:
                yield inner
            case ir.If(test=test) | ir.Conditional(test=test) | ir.Unary(operand=test) if it(test):
                yield test
            case ir.Compare(left=left, comparators=others):
                yield from (side for side in (left, *others) if it(side))
            case ir.Boolean(values=values):
                yield from (value for value in values if it(value))
            case ir.FormattedValue(value=value) if it(value):
                yield value
            case ir.Assign(targets=(ir.Name(),), value=value) if it(value):
                yield value
    yield from (node for node in _operands(method) if it(node))


def _operands(method: Any) -> Iterator[Any]:
    """What a method computes with: operands of arithmetic, indices, arguments of functions on numbers and tensors."""
    for node in walk(method):
        match node:
            case ir.Binary(left=left, right=right):
                yield from (left, right)
            case ir.Subscript(index=index):
                yield index
                if isinstance(index, ir.Display):
                    yield from index.elements
            case ir.Slice(lower=lower, upper=upper, step=step):
                yield from (lower, upper, step)
            case ir.Call(function=function, arguments=arguments) if _takes_data(function):
                yield from (argument.value for argument in arguments)


def _takes_data(function: Any) -> bool:
    """Whether a function takes numbers and tensors only: `F.dropout`, `int`, or a method that tensors have."""
    if isinstance(function, ir.Name):
        return function.name in _ON_NUMBERS
    if isinstance(function, ir.Attribute):
        return _dotted(function.value) in _MODULES_OF_FUNCTIONS or function.name in _OF_TENSORS
    return False


_OF_TENSORS = frozenset({
    "view", "reshape", "permute", "transpose", "expand", "repeat", "chunk", "split", "unsqueeze", "squeeze", "flatten",
    "softmax", "sum", "mean", "clamp", "masked_fill", "unflatten", "narrow", "unfold", "roll",
})  # fmt: skip


def _dotted(node: Any) -> str:
    if isinstance(node, ir.Name):
        return node.name
    return f"{_dotted(node.value)}.{node.name}" if isinstance(node, ir.Attribute) else ""


_PLAIN_TYPES = re.compile(
    r"(str|int|float|bool|bytes|None|Optional|Union|[Ll]ist|[Tt]uple|Sequence|Iterable|[Dd]ict|[Ss]et|typing|t|torch"
    r"|dtype|device|Path|[\[\], .|])+"
)


def is_plain(annotation: str) -> bool:
    """Whether a type is one of numbers, strings and containers of them: certainly no module."""
    return bool(annotation) and _PLAIN_TYPES.fullmatch(annotation) is not None
