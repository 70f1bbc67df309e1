"""typing: names that annotations are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
from typing import (
    Annotated, Any, Callable, Dict, Generic, List, Literal, NewType, Optional, Tuple, TypedDict, TypeVar, Union, cast,
    TYPE_CHECKING, get_args, overload
)

T = TypeVar("T")
Size = Union[int, Tuple[int, int]]
Act = Literal["relu", "gelu"]

class Box(Generic[T]):
    k = 1

class Options(TypedDict, total=False):
    a: int

class Names(List[str]):
    pass

@overload
def f(x: int) -> int: ...
def f(x):
    return x
"""

EXPRESSIONS = (
    "(Box().k, Box[int]().k)",
    "Options(a=1)",
    '(isinstance(1, (int, str)), isinstance(None, Optional[int]), isinstance("a", Union[int, str]))',
    '(isinstance(3, int | None), isinstance(None, int | None), isinstance("a", int | None))',
    '(cast(int, "a"), get_args(Act), TYPE_CHECKING, NewType("N", int)(3), f(4))',
    "isinstance([], List)",
    '(len(Names("ab")), isinstance(Names(), list))',
    '"relu" in get_args(Act)',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")
