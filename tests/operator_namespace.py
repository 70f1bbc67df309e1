"""A namespace in which calls of torch are answered by the entries: `torch.cat([x, y], 1)` without torch.

names = Namespaces()
x = Tensor(TensorType((2, 3)), names)
eval("x.view(3, -1) + torch.ones(2)", {"torch": names.torch, "x": x})        -> Tensor([3, 2] float32)
names.macs                                                                   -> 0
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.keywords import fitted, takes_out, written
from analyzer.knowledge.operator import Named, OperatorSpec, named, operators
from analyzer.knowledge.operators.attributes import ATTRIBUTES

SPECS = operators()

_CONSTANTS = {"inf": float("inf"), "nan": float("nan"), "pi": 3.141592653589793, "contiguous_format": "contiguous"}


class Tensor:
    """A TensorType whose methods, attributes and signs are looked up as `Tensor.<name>`."""

    def __init__(self, type_: TensorType, names: Namespaces) -> None:
        self.type_ = type_
        self.names = names

    def __getattr__(self, name: str) -> Any:
        spec = SPECS.get(f"Tensor.{name}")
        if spec is None:
            raise AttributeError(f"there is no entry Tensor.{name}")
        if f"Tensor.{name}" in ATTRIBUTES:
            return self.names.call(spec, self)
        return lambda *arguments, **keywords: self.names.call(spec, self, *arguments, **keywords)

    def __repr__(self) -> str:
        return f"Tensor({self.type_})"


def _define_sign(name: str, spec: OperatorSpec) -> None:
    """Python looks `__add__` and its kin up in the class."""

    def method(self: Tensor, *arguments: Any) -> Any:
        return self.names.call(spec, self, *arguments)

    setattr(Tensor, name, method)


for _name, _spec in SPECS.items():
    if _name.startswith("Tensor.__"):
        _define_sign(_name.removeprefix("Tensor."), _spec)


class Namespace:
    """A module of torch: functions by their entries, dtypes, constants, and the modules inside it."""

    def __init__(self, path: str, names: Namespaces) -> None:
        self._path = path
        self._names = names

    def __getattr__(self, name: str) -> Any:
        path = f"{self._path}.{name}"
        if path in SPECS:
            spec = SPECS[path]
            return lambda *arguments, **keywords: self._names.call(spec, *arguments, **keywords)
        if any(known.startswith(f"{path}.") for known in SPECS):
            return Namespace(path, self._names)
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        try:
            return DType.parse(name)
        except ValueError:
            raise AttributeError(f"there is no entry {path}") from None


class Namespaces:
    """`torch`, `F` and `einops`, and the multiply-accumulates of the calls made through them."""

    def __init__(self) -> None:
        self.torch = Namespace("torch", self)
        self.F = Namespace("torch.nn.functional", self)
        self.einops = Namespace("einops", self)
        self.macs: Any = 0

    def call(self, spec: OperatorSpec, *arguments: Any, **keywords: Any) -> Any:
        """The rule's answer, with tensors wrapped; what Python refuses of a signature is refused."""
        arguments, keywords = unwrapped(arguments), unwrapped(keywords)
        keywords = fitted(spec.names[0], spec.rule, keywords)
        out = keywords.pop("out", None) if takes_out(spec.names) else None
        check_signature(spec.rule, *arguments, **keywords)
        output = spec.rule(*arguments, **keywords)
        output = output if out is None else written(spec.names[0], output, out)
        self.macs += spec.macs(output, *arguments, **keywords)
        return self.wrapped(output)

    def wrapped(self, value: Any) -> Any:
        """Every TensorType as a Tensor."""
        if isinstance(value, TensorType):
            return Tensor(value, self)
        if isinstance(value, Named):
            return named(value.fields, map(self.wrapped, value))
        if isinstance(value, tuple | list):
            return type(value)(map(self.wrapped, value))
        if isinstance(value, dict):
            return {key: self.wrapped(item) for key, item in value.items()}
        return value


def check_signature(rule: Callable[..., Any], *arguments: Any, **keywords: Any) -> None:
    """Refused where the call does not fit the rule's arguments, as torch raises a TypeError."""
    try:
        inspect.signature(rule).bind(*arguments, **keywords)
    except TypeError as error:
        raise Refused(str(error)) from error


def unwrapped(value: Any) -> Any:
    """Every Tensor as its TensorType."""
    if isinstance(value, Tensor):
        return value.type_
    if isinstance(value, Named):
        return named(value.fields, map(unwrapped, value))
    if isinstance(value, tuple | list):
        return type(value)(map(unwrapped, value))
    if isinstance(value, dict):
        return {key: unwrapped(item) for key, item in value.items()}
    return value
