"""collections.abc: what a value can do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
from collections import abc
import typing
from typing import Protocol, runtime_checkable

class Config(abc.Mapping):
    def __init__(self, d):
        self.d = d

    def __getitem__(self, key):
        return self.d[key]

    def __iter__(self):
        return iter(self.d)

    def __len__(self):
        return len(self.d)

class Row(abc.Sequence):
    def __getitem__(self, index):
        return [5, 6, 7][index]

    def __len__(self):
        return 3

@runtime_checkable
class HasArea(Protocol):
    def area(self): ...

class Square:
    def area(self):
        return 1

class Called:
    def __call__(self):
        return 1
"""

EXPRESSIONS = (
    '[isinstance(v, abc.Sequence) for v in ([], (), "a", {}, 1, range(2))]',
    "[isinstance(v, abc.Mapping) for v in ([], {}, Config({}))]",
    '[isinstance(v, abc.Iterable) for v in ([], "a", 1, iter([]), Config({}), Square())]',
    "[isinstance(v, abc.Callable) for v in (len, lambda: 1, Called(), Square, Square(), 3)]",
    '[isinstance(v, abc.Hashable) for v in (1, [], {}, (), "a")]',
    "[isinstance(v, abc.Sized) for v in ([], 1, Config({}), {1})]",
    "(isinstance(iter([]), abc.Iterator), isinstance((x for x in []), abc.Generator), isinstance({1}, abc.Set))",
    "isinstance({}, typing.Sequence)",
    "isinstance([], (typing.Mapping, typing.Sequence))",
    '(Config({"a": 1}).get("a"), Config({"a": 1}).get("z", 9), "a" in Config({"a": 1}))',
    '(list(Config({"a": 1}).items()), list(Config({"a": 1}).keys()), list(Config({"a": 1}).values()))',
    'dict(**Config({"q": 1}))',
    "(list(Row()), Row().index(6), Row().count(7), list(reversed(Row())), 5 in Row())",
    "(isinstance(Square(), HasArea), isinstance(Called(), HasArea))",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")
