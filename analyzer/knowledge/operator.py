"""What an operator is: one self-contained entry of knowledge about one torch function or tensor method.

    @operator("torch.flatten", "Tensor.flatten", cases=(Case("torch.flatten(x, 1)", x="2,3,4"),))
    def flatten(input, start_dim=0, end_dim=-1): ...

    operators()["torch.flatten"].rule(TensorType((2, 3, 4)), 1)   -> TensorType((2, 12))

A rule is a pure function with torch's argument names and defaults.  Tensors arrive as TensorType, sizes as int or
Expr, everything else as plain Python values; it returns what torch returns (TensorType, tuple, list, size or
number) or raises Refused with PyTorch's reason, or DataDependent where only the values inside a tensor decide.
A rule of a method that works in place returns what the tensor has become.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from analyzer.knowledge.entries import Catalogue


class DataDependent(Exception):
    """The answer depends on the values inside a tensor: `x[mask]`, `torch.nonzero(x)`; `.reason` says how."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Named(tuple[Any, ...]):
    """A tuple whose items also have names, as torch.return_types has them: `torch.sort(x).values`."""

    fields: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name in self.fields:
            return self[self.fields.index(name)]
        raise AttributeError(name)


def named(fields: Iterable[str], values: Iterable[Any]) -> Named:
    """`named(("values", "indices"), (v, i)).indices` is `i`."""
    result = Named(values)
    result.fields = tuple(fields)
    return result


@dataclass(frozen=True, slots=True)
class Case:
    """One example that real PyTorch has answered: `Case("torch.cat([x, y], 1)", x="2,3", y="2,5")`.

    call: an expression over `torch`, `F` (torch.nn.functional) and the named tensors.
    tensors: name to `SHAPE` or `SHAPE:dtype`, on the meta device.
    refused: None when PyTorch accepts; else a part of *our* message, and PyTorch must refuse too.
    """

    call: str
    tensors: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None

    def __init__(self, call: str, *, refused: str | None = None, **tensors: str) -> None:
        object.__setattr__(self, "call", call)
        object.__setattr__(self, "tensors", tensors)
        object.__setattr__(self, "refused", refused)


def _no_macs(_output: Any, *_inputs: Any, **_more: Any) -> Any:
    return 0


@dataclass(frozen=True, slots=True)
class OperatorSpec:
    """One operator: the names it goes by, its shape rule, its multiply-accumulates, and recorded cases.

    macs: `macs(output, *arguments, **keywords)`, the arguments being those of the rule.
    """

    names: tuple[str, ...]
    rule: Callable[..., Any]
    macs: Callable[..., Any] = _no_macs
    cases: tuple[Case, ...] = ()

    def __post_init__(self) -> None:
        if not any(case.refused is None for case in self.cases):
            raise ValueError(f"{self.names[0]}: an entry needs at least one accepted case")


def operator(
    *names: str, cases: tuple[Case, ...], macs: Callable[..., Any] = _no_macs
) -> Callable[[Callable[..., Any]], OperatorSpec]:
    """Turn the decorated rule into an entry that goes by `names`: `torch.cat`, `Tensor.view`, ..."""

    def entry(rule: Callable[..., Any]) -> OperatorSpec:
        return OperatorSpec(names, rule, macs, cases)

    return entry


@cache
def operators() -> Mapping[str, OperatorSpec]:
    """Every OperatorSpec bound in a module of `analyzer/knowledge/operators/`, by each of its names."""
    return Catalogue("analyzer.knowledge.operators", OperatorSpec, lambda spec: dict.fromkeys(spec.names, spec))
