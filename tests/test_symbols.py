"""Formulas over arguments that have no value: with values put in, they are what the concrete model counts."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import analyzer
from analyzer.algebra.parsing import parse
from analyzer.algebra.substitution import substitute
from analyzer.config import Options
from analyzer.report import ModelReport, Status

DRAWS = 6


@dataclass(frozen=True, eq=False)
class Family:
    """A class with required arguments, and the values to draw for each of them."""

    name: str
    values: dict[str, tuple[int, ...]]
    source: str
    """The body of `__init__` behind `super().__init__()`, or the whole source where it holds a class."""

    @property
    def text(self) -> str:
        if "class " in self.source:
            return "import torch\nfrom torch import nn\n\n" + self.source
        lines = "".join(f"        {line}\n" for line in self.source.strip().splitlines())
        arguments = ", ".join(f"{name}: bool" if set(v) == {0, 1} else name for name, v in self.values.items())
        return (
            f"import math\nimport torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n"
            f"    def __init__(self, {arguments}):\n        super().__init__()\n{lines}"
        )


WIDE = tuple(range(1, 40))
EVEN = tuple(range(2, 64, 2))
EIGHTS = (8, 16, 24, 32, 64)
FLAG = (0, 1)

FAMILIES = (
    Family("linear", {"a": WIDE, "b": WIDE}, "self.fc = nn.Linear(a, b)"),
    Family(
        "convolutions",
        {"cin": WIDE, "width": WIDE, "k": (1, 2, 3, 5)},
        """
self.body = nn.Sequential(nn.Conv2d(cin, width, k, bias=False), nn.BatchNorm2d(width), nn.ReLU())
self.more = nn.ModuleList(nn.Conv2d(width * 2**i, width * 2 ** (i + 1), (k, 1)) for i in range(3))
""",
    ),
    Family(
        "perceptron with a condition",
        {"n": WIDE, "hidden": WIDE, "deep": FLAG},
        """
layers = [nn.Linear(n, hidden), nn.ReLU()]
if deep:
    layers += [nn.Linear(hidden, hidden), nn.ReLU()]
self.layers = nn.Sequential(*layers, nn.Linear(hidden, 10))
""",
    ),
    Family(
        "depthwise",
        {"c": WIDE, "factor": (1, 2, 4, 6)},
        """
inner = c * factor
self.expand = nn.Conv2d(c, inner, 1) if factor != 1 else nn.Identity()
self.depth = nn.Conv2d(inner, inner, 3, groups=inner, bias=False)
self.project = nn.Conv2d(inner, c, 1)
""",
    ),
    Family(
        "rounds of blocks",
        {"width": EVEN, "depth": (0, 1, 2, 5)},
        """
block = lambda: nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width))
self.blocks = nn.Sequential(nn.Linear(3, width), *[block() for _ in range(depth)], nn.Linear(width, 2))
self.twice = nn.ModuleList(nn.ModuleList(nn.Linear(width, 1) for _ in range(2)) for _ in range(depth))
""",
    ),
    Family(
        "rounds that append",
        {"width": WIDE, "depth": (1, 2, 4), "more": (0, 3)},
        """
self.layers = nn.ModuleList([nn.Linear(5, width)])
for index in range(1, depth):
    self.layers.append(nn.Sequential(nn.BatchNorm1d(width), nn.Linear(width, width)))
self.layers.append(nn.Linear(width, 7))
self.rounds = nn.ModuleList([nn.ModuleList([nn.Linear(width, 2) for _ in range(more)]) for _ in range(depth)])
""",
    ),
    Family("groups", {"c": EIGHTS, "g": (1, 2, 4, 8)}, "self.conv = nn.Conv2d(c, 2 * c, 3, groups=g)"),
    Family(
        "residual with a shortcut",
        {"cin": (4, 8, 16), "cout": (4, 8, 16), "stride": (1, 2)},
        """
self.conv = nn.Conv2d(cin, cout, 3, stride, 1)
self.short = nn.Conv2d(cin, cout, 1, stride) if stride != 1 or cin != cout else nn.Identity()
""",
    ),
    Family(
        "squeeze and excitation",
        {"c": WIDE, "r": (1, 2, 4, 16)},
        """
hidden = max(c // r, 4)
self.down, self.up = nn.Linear(c, hidden), nn.Linear(hidden, c)
self.capped = nn.Linear(min(c, 16), 1)
""",
    ),
    Family(
        "divisible by eight",
        {"c": tuple(range(1, 200, 3))},
        """
rounded = max(8, (c + 4) // 8 * 8)
if rounded < c - c // 10:
    rounded += 8
self.conv = nn.Conv2d(3, rounded, 3)
""",
    ),
    Family(
        "transformer block",
        {"dim": EIGHTS, "mult": (1, 2, 4), "qkv_bias": FLAG},
        """
self.norm = nn.LayerNorm(dim)
self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
self.proj = nn.Linear(dim, dim)
self.mlp = nn.Sequential(nn.Linear(dim, int(dim * mult)), nn.GELU(), nn.Linear(int(dim * mult), dim))
self.position = nn.Parameter(torch.zeros(1, 197, dim))
""",
    ),
    Family(
        "attention of torch",
        {"dim": EIGHTS, "heads": (1, 2, 4, 8), "ff": WIDE},
        """
self.attention = nn.MultiheadAttention(dim, heads)
self.layer = nn.TransformerEncoderLayer(dim, heads, ff)
""",
    ),
    Family(
        "recurrent",
        {"n": WIDE, "h": WIDE, "both": FLAG},
        """
self.lstm = nn.LSTM(n, h, num_layers=2, bidirectional=both)
self.gru = nn.GRU(h * (2 if both else 1), h)
self.cell = nn.RNNCell(n, h)
""",
    ),
    Family(
        "chain of conditions",
        {"n": tuple(range(1, 300, 7))},
        """
if n < 10:
    self.fc = nn.Linear(n, 1)
elif n < 100:
    self.fc = nn.Linear(n, n // 2)
elif n % 2 == 0:
    self.fc = nn.Linear(n, 3)
else:
    self.fc = nn.Linear(n, 5, bias=False)
""",
    ),
    Family(
        "half of a width",
        {"n": EVEN, "k": (1, 2, 3)},
        """
self.a = nn.Linear(n, n // 2)
self.b = nn.Linear(n // 2, int(n / 2))
self.c = nn.Linear(n % 7 + 1, math.ceil(n / 4))
self.table = nn.Embedding(n * (n - 1) // 2, k)
""",
    ),
    Family(
        "frozen on demand",
        {"n": WIDE, "freeze": FLAG},
        """
self.a, self.b = nn.Linear(n, n), nn.Linear(n, 1)
if freeze:
    for parameter in self.a.parameters():
        parameter.requires_grad = False
self.register_buffer("mask", torch.ones(n, 2))
""",
    ),
    Family(
        "tied",
        {"words": WIDE, "width": WIDE, "tie": FLAG},
        """
self.embed = nn.Embedding(words, width)
self.head = nn.Linear(width, words, bias=False)
if tie:
    self.head.weight = self.embed.weight
""",
    ),
    Family(
        "blocks within a network",
        {"c": (4, 8, 12), "classes": WIDE},
        """class Block(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv = nn.Conv2d(a, b, 3)
        self.norm = nn.GroupNorm(2, b) if b > 8 else nn.BatchNorm2d(b)


class Net(nn.Module):
    def __init__(self, c, classes):
        super().__init__()
        widths = [3, c, c + 2, c * 2]
        self.blocks = nn.Sequential(*[Block(a, b) for a, b in zip(widths, widths[1:])])
        self.head = nn.Linear(widths[-1], classes, bias=classes > 1)
""",
    ),
)


@cache
def folder() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(prefix="symbols"))


@cache
def written(family: Family) -> Path:
    path = folder() / f"{family.name.replace(' ', '_')}.py"
    path.write_text(family.text, encoding="utf-8")
    return path


def weighed(target: str, **assume: int) -> ModelReport:
    (model,) = analyzer.summary([target], options=Options(root=folder(), assume=assume)).models
    return model


@cache
def symbolic(family: Family) -> ModelReport:
    return weighed(f"{written(family)}::Net")


def drawn(family: Family) -> Iterator[dict[str, int]]:
    draw = random.Random(family.name)
    for _ in range(DRAWS):
        yield {name: draw.choice(values) for name, values in family.values.items()}


def put_in(model: ModelReport, values: dict[str, int]) -> Any:
    assert model.parameters.formula is not None
    return substitute(parse(model.parameters.formula), values)


families = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


@families
def test_formula_is_the_concrete_count(family: Family) -> None:
    model = symbolic(family)
    assert model.status is Status.SYMBOLIC, model.unknowns
    for values in drawn(family):
        concrete = weighed(f"{written(family)}::Net({', '.join(f'{n}={v}' for n, v in values.items())})")
        assert concrete.status is Status.EXACT, (values, concrete.unknowns)
        assert put_in(model, values) == concrete.parameters.total, values


@families
def test_concrete_count_lies_within_the_bounds(family: Family) -> None:
    count = symbolic(family).parameters
    for values in drawn(family):
        total = put_in(symbolic(family), values)
        assert count.at_least is not None
        assert count.at_least <= total
        assert count.at_most is None or total <= count.at_most


@families
def test_assumed_values_are_as_values_put_in(family: Family) -> None:
    for values in list(drawn(family))[:2]:
        some = dict(list(values.items())[:1])
        assumed = weighed(f"{written(family)}::Net", **some)
        rest = {name: value for name, value in values.items() if name not in some}
        known = assumed.parameters.total
        assert put_in(symbolic(family), values) == (put_in(assumed, rest) if known is None else known), values
        assert set(assumed.symbols) <= set(rest)


@families
def test_layers_add_up(family: Family) -> None:
    """A layer's formula is its own; those that no condition touches add up to no more than the total."""
    model = symbolic(family)
    for values in list(drawn(family))[:2]:
        own = [substitute(parse(layer.formula), values) for layer in model.layers if layer.formula]
        known = [layer.parameters for layer in model.layers if layer.parameters is not None]
        exact = len(own) + len(known) == len(model.layers)
        total = put_in(model, values)
        assert not exact or sum([*own, *known]) == total, values


@families
def test_formula_is_what_pytorch_counts(family: Family) -> None:
    pytest.importorskip("torch")
    spec = importlib.util.spec_from_file_location("net", written(family))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = symbolic(family)
    for values in drawn(family):
        net = module.Net(**values)
        assert sum(p.numel() for p in net.parameters()) == put_in(model, values), values


@families
def test_symbols_point_at_the_arguments(family: Family) -> None:
    model = symbolic(family)
    lines = written(family).read_text().splitlines()
    for name, place in model.symbols.items():
        line = lines[place.line - 1]
        assert place.column is not None
        assert line[place.column - 1 :].startswith(name)
