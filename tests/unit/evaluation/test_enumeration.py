"""enum: members, lookups and flags as in Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
from dataclasses import dataclass
from enum import *

class Color(Enum):
    RED = 1
    GREEN = "g"
    CRIMSON = 1

    @property
    def low(self):
        return self.name.lower()

    @classmethod
    def first(cls):
        return list(cls)[0]

class Norm(str, Enum):
    A = "a"
    B = "b"

class Level(IntEnum):
    X = auto()
    Y = auto()

class Word(StrEnum):
    FOO = auto()

class Planet(Enum):
    M = (1, 2)
    E = (3, 4)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius

class Twice(Enum):
    A = 3

    def __new__(cls, v):
        member = object.__new__(cls)
        member._value_ = v * 2
        return member

class Access(Flag):
    R = auto()
    W = auto()
    RW = R | W

class Bits(IntFlag):
    A = 1
    B = 2

class Lenient(Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value):
        return cls.A

class Shout(Enum):
    def _generate_next_value_(name, start, count, last):
        return name + "!"

    Q = auto()

@dataclass
class Weights:
    url: str
    meta: dict

class Meta(EnumMeta):
    def from_str(self, name):
        return self[name]

class WeightsEnum(Enum, metaclass=Meta):
    @classmethod
    def verify(cls, obj):
        if type(obj) is str:
            obj = cls[obj.replace(cls.__name__ + ".", "")]
        elif not isinstance(obj, cls):
            raise TypeError(obj)
        return obj

    @property
    def meta(self):
        return self.value.meta

class ResNetWeights(WeightsEnum):
    V1 = Weights("u", {"n": 1000})
    V2 = Weights("v", {"n": 10})
    DEFAULT = V2

Functional = Enum("Functional", "P Q")
"""

EXPRESSIONS = (
    '(Color.RED.value, Color.RED.name, Color(1) is Color.RED, Color["GREEN"].value, Color.CRIMSON is Color.RED)',
    "(len(Color), [c.name for c in Color], list(Color.__members__), Color.RED in Color)",
    "(Color.RED.low, Color.first().name, Color.RED == 1, isinstance(Color.RED, Color), str(Color.RED))",
    '(Norm.A == "a", Norm("b") is Norm.B, Norm.A.upper(), isinstance(Norm.A, str), {"a": 1}[Norm.A], f"{Norm.A}")',
    "(Level.Y + 1, Level.Y.value, Level(2).name, str(Level.X), Level.X < Level.Y, max(Level).name)",
    '(Word.FOO.value, str(Word.FOO), f"{Word.FOO}")',
    "(Planet.E.mass, Planet.M.value, Planet((3, 4)) is Planet.E)",
    "(Twice.A.value, Twice(6) is Twice.A)",
    "(Access.RW.value, (Access.R | Access.W) is Access.RW, Access.R in Access.RW, bool(Access.R & Access.W))",
    "((~Access.R).name, (Access.R ^ Access.RW).name)",
    "((Bits.A | Bits.B).value, (Bits.A | 4).value, Bits(3).value, (Bits.A & 1).name)",
    '(Lenient("zz").value, Shout.Q.value, Functional.Q.value)',
    '(ResNetWeights.DEFAULT.meta, ResNetWeights.DEFAULT is ResNetWeights.V2, ResNetWeights.verify("V1").value.url)',
    '(ResNetWeights.verify(ResNetWeights.V2).meta["n"], ResNetWeights.from_str("V1").name)',
    "(isinstance(Color, EnumMeta), {Color.RED: 3}[Color.RED], Color.RED != Color.GREEN)",
    "[m.name for m in sorted(Level, reverse=True)]",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


@pytest.mark.parametrize(("lookup", "error"), [("Color(77)", "ValueError"), ("Color['BLUE']", "KeyError")])
def test_what_is_no_member(compare: Callable[[str], None], lookup: str, error: str) -> None:
    compare(f"{PRELUDE}\ntry: x = {lookup}\nexcept {error}: x = 1\n")
