"""What an evaluation may take, and what it says where that is used up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analyzer.evaluation.fuel import Limits
from analyzer.evaluation.values import Unknown

Evaluate = Callable[..., Any]
LITTLE = Limits(steps=2_000, modules=50, iterators=50)


def reason(value: object) -> str:
    assert isinstance(value, Unknown), value
    return value.reason


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 0\nwhile True:\n    x += 1", "stopped after 2,000 steps"),
        ("def f():\n    while True: yield 1\nx = sum(f())", "stopped after 2,000 steps"),
        ("y = [1]\nfor x in y:\n    y.append(x)", "stopped after 2,000 steps"),
        ("x = {i * (2**61 - 1): i for i in range(1, 1900)}", "stopped after 2,000 steps"),
        ("def f():\n    yield from f()\nx = list(f())", "more than 50 iterators"),
        ("from torch import nn\nx = [nn.Identity() for _ in range(60)]", "more than 50 modules"),
        ("x = iter([1])\nfor _ in range(60):\n    x = map(abs, enumerate(x))\nx = list(x)", "more than 50 iterators"),
    ],
)
def test_each_bound_has_its_own_message(evaluate: Evaluate, source: str, said: str) -> None:
    assert said in reason(evaluate(source, limits=LITTLE))


def test_walking_what_is_there_costs_a_sixteenth(evaluate: Evaluate) -> None:
    loops = "p = list(range(120))\nx = 0\nfor a in p:\n    for b in p:\n        x += 1"
    assert evaluate(loops, limits=LITTLE) == 120 * 120
    assert "steps" in reason(evaluate(loops.replace("list(range(120))", "range(120)"), limits=LITTLE))
    assert evaluate("x = len([a * b for a in range(40) for b in [2] * 120])", limits=LITTLE) == 40 * 120


def test_each_statement_that_uses_up_its_fuel_halves_that_of_the_next(evaluate: Evaluate) -> None:
    endless = "while True:\n    x = 1\n"
    for before, steps in ((endless, 500), (endless * 2, 250)):
        last = "for y in range({}):\n    x = y\n"
        assert evaluate(before + last.format(steps - 50), limits=LITTLE) == steps - 51
        assert f"stopped after {steps} steps" in reason(evaluate(before + last.format(steps + 50), limits=LITTLE))


def test_what_fills_the_memory_is_let_go(evaluate: Evaluate) -> None:
    source = "kept = 3\nhoard = []\nwhile True:\n    hoard.append([0] * 100_000)\nx = 1\n"
    limits = Limits(memory=40_000_000)
    for name in ("hoard", "kept"):
        assert "MB of memory" in reason(evaluate(source, name, limits=limits))
    assert evaluate(source, limits=limits) == 1


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import torch\nx = torch.chunk(1j, {})", "torch.chunk of such arguments is not followed"),
        ("from torch import nn\nx = nn.Linear({}, object())", None),
        ("x = {}[1:2]", "unhashable"),
        ("x = dict([(1, 2, 3)])", "has no length of 2"),
        ("x = slice()", "slice() of such arguments is not followed"),
        ("it = (next(it) for _ in [1])\nx = list(it)", "generator already executing"),
    ],
)
def test_values_that_nothing_was_written_for(evaluate: Evaluate, source: str, said: str | None) -> None:
    value = evaluate(source)
    assert said is None or said in reason(value)


@pytest.mark.parametrize("walk", ["list(t)", "[row for row in t]", "sum(t)"])
def test_tensors_of_many_rows_are_not_walked(evaluate: Evaluate, walk: str) -> None:
    assert "1000000000 rows" in reason(evaluate(f"import torch\nt = torch.zeros(10**9)\nx = {walk}"))


def test_a_shape_of_many_dimensions(evaluate: Evaluate) -> None:
    assert evaluate("import torch\nx = torch.zeros(*[1] * 20_000).dim()") == 20_000
