"""What a native is: one function, class or constant of Python, its standard library or torch, written by us.

    @native("math.prod")
    def prod(run, iterable, *, start=1): ...

Entries are found by scanning the modules of `analyzer/evaluation/natives/`; an entry imports no other entry.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from analyzer.evaluation.exceptions import guarded
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Instance, Native, Tensor, Unknown, Value
from analyzer.knowledge.entries import Catalogue


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A value and the qualified names it goes by: `builtins.len`, `torch.nn.init.zeros_`."""

    names: tuple[str, ...]
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Many entries made from one table: qualified name to value."""

    values: Mapping[str, Value]


def native(*names: str) -> Callable[[Callable[..., Value]], Entry]:
    """Make the decorated function an entry: it takes the run first."""

    def entry(function: Callable[..., Value]) -> Entry:
        return Entry(names, Native(names[0], function))

    return entry


def pure(name: str, function: Callable[..., Any]) -> Native:
    """A host function without effects, called only with arguments that are wholly known."""

    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        known = [concrete(argument) for argument in arguments]
        named = {key: concrete(argument) for key, argument in keywords.items()}
        for value in (*known, *named.values()):
            if isinstance(value, Unknown):
                return Unknown(value.reason or f"an argument of {name}", value.place or run.place, plain=True)
        return guarded(run, function, *known, **named)

    return Native(name, apply)


MOST_PARTS = 200_000


def concrete(value: Value) -> Value:
    """The host value that an abstract one stands for, all the way down; an Unknown where there is none."""
    return _concrete(value, [MOST_PARTS])


def _concrete(value: Value, left: list[int]) -> Value:
    left[0] -= 1
    if left[0] < 0:
        return Unknown(f"a value of over {MOST_PARTS:,} parts", None, plain=True)
    kind = type(value)
    if kind in (int, float, str, bool, type(None), bytes, complex, range):
        return value
    if kind is Unknown:
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        items = [_concrete(item, left) for item in value]
        unknown = next((item for item in items if isinstance(item, Unknown)), None)
        if unknown is not None:
            return unknown
        return tuple(items) if isinstance(value, tuple) else type(value)(items)
    if isinstance(value, dict):
        pairs = {_concrete(key, left): _concrete(item, left) for key, item in value.items()}
        unknown = next((item for pair in pairs.items() for item in pair if isinstance(item, Unknown)), None)
        return pairs if unknown is None else unknown
    if isinstance(value, Instance) and value.payload is not None:
        return _concrete(value.payload, left)
    if isinstance(value, Tensor) and value.values is not None and len(value.values) == 1:
        return value.values[0]
    if kind.__module__ in ("pathlib", "re", "datetime", "decimal", "fractions", "collections"):
        return value
    return Unknown("", None, plain=True)


def _named(entry: Entry | Table) -> Mapping[str, Value]:
    return dict.fromkeys(entry.names, entry.value) if isinstance(entry, Entry) else entry.values


@cache
def natives() -> Mapping[str, Value]:
    """Every native by its qualified name."""
    importlib.import_module("analyzer.evaluation.natives.builtin_types")  # makes `object` and the exceptions whole
    return Catalogue("analyzer.evaluation.natives", (Entry, Table), _named)
