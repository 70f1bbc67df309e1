"""dataclasses: fields, methods and options as in Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
from dataclasses import *
from dataclasses import MISSING
from typing import ClassVar, Optional

@dataclass
class A:
    a: int
    b: float = 2.0
    c: list = field(default_factory=lambda: [1, 2])
    K: ClassVar[int] = 5
    n: "Optional[int]" = None

    def __post_init__(self):
        self.z = self.a * 2

@dataclass(frozen=True)
class Base:
    a: int

@dataclass(frozen=True, order=True)
class Frozen(Base):
    d: int = 9
    e: int = field(default=3, init=False)

    def __post_init__(self):
        object.__setattr__(self, "zz", self.d + 1)

@dataclass
class Keyed:
    _: KW_ONLY
    p: int = 1
    q: InitVar[int] = 4

    def __post_init__(self, q):
        self.r = q

@dataclass(kw_only=True)
class Nested(Keyed):
    s: "A" = field(default_factory=lambda: A(3))

F = make_dataclass("F", [("x", int), ("y", int, 5)])
"""

EXPRESSIONS = (
    '(A(3).a, A(3).b, A(3).c, A(3).z, A.K, A.b, hasattr(A, "c"))',
    "(A(1) == A(1), A(1) == A(2), A(1) == 3)",
    "repr(A(1))",
    "[f.name for f in fields(A)]",
    "[f.default is MISSING for f in fields(A)]",
    "(asdict(A(1)), astuple(A(1)))",
    "(replace(A(3), b=5).b, replace(A(3), b=5).a)",
    "(is_dataclass(A), is_dataclass(A(1)), is_dataclass(3))",
    "(Frozen(1).d, Frozen(1).zz, Frozen(1).e, Frozen(1) < Frozen(2), Frozen(1, 2) <= Frozen(1, 1))",
    "(Keyed().r, Keyed(q=8).r, Keyed(p=3).p)",
    "asdict(Nested())",
    "(F(1).y, F(1, 2).y)",
    "A.__match_args__",
    "A(1).c is A(1).c",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("A()", "TypeError"),
        ("A(1, 2, 3, 4, 5)", "TypeError"),
        ("A(1, zz=2)", "TypeError"),
        ("Frozen(1).a = 3", "FrozenInstanceError"),
        ("Keyed(1)", "TypeError"),
        ("dataclass(type('B', (), {'__annotations__': {'x': 'list'}, 'x': []}))", "ValueError"),
    ],
)
def test_refused_as_in_python(compare: Callable[[str], None], statement: str, error: str) -> None:
    compare(f"{PRELUDE}\nx = 0\ntry: {statement}\nexcept {error}: x = 1\n")
