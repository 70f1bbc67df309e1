"""random: no number that it gives is known, and what it reorders is no longer in a known order.

random.random() < 0.5                -> Unknown, certainly a number on the left
random.choice([nn.ReLU, nn.GELU])    -> Unknown
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import comparisons, iteration, operations
from analyzer.evaluation.exceptions import OBJECT
from analyzer.evaluation.natives.registry import Table, concrete
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Native, Unknown, Value

_NUMBERS = (
    "random", "uniform", "randint", "randrange", "gauss", "normalvariate", "betavariate", "expovariate", "triangular",
    "lognormvariate", "vonmisesvariate", "gammavariate", "paretovariate", "weibullvariate", "getrandbits",
)  # fmt: skip


def _number(name: str) -> Callable[..., Any]:
    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        return Unknown(f"random.{name}() differs from run to run", run.place, scalar=True)

    return apply


def _chosen(name: str) -> Callable[..., Any]:
    def apply(run: Run, population: Value, *arguments: Value, **keywords: Value) -> Value:
        plain = not isinstance(concrete(operations.payload(population)), Unknown)
        return run.unknown(f"random.{name}() differs from run to run", plain=plain)

    return apply


def _shuffle(run: Run, x: Value) -> None:
    items = operations.payload(x)
    if isinstance(items, list):
        same = all(comparisons.equals(run, item, items[0]) is True for item in items)
        if not same:
            plain = not isinstance(concrete(items), Unknown)
            items[:] = [run.unknown("random.shuffle() reorders it", plain=plain) for _ in items]
    elif isinstance(items, Unknown):
        raise iteration.Untraversable(items)


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _generator(run: Run, cls: Class, *arguments: Value) -> Value:
    return run.unknown("a generator of random numbers", plain=True)


def _table() -> dict[str, Value]:
    functions: dict[str, Callable[..., Any]] = {name: _number(name) for name in _NUMBERS}
    functions.update({name: _chosen(name) for name in ("choice", "choices", "sample")})
    functions.update({"shuffle": _shuffle, "seed": _nothing, "setstate": _nothing})
    found: dict[str, Value] = {f"random.{name}": Native(f"random.{name}", f) for name, f in functions.items()}
    for name in ("Random", "SystemRandom"):
        found[f"random.{name}"] = Class(name, (OBJECT,), {}, module="random", native=_generator)
    return found


RANDOM = Table(_table())
