"""math, cmath's constants, numbers, fractions and decimal: exact on what is known, symbolic where that stays exact.

math.ceil(symbol("n") / 2)      -> (n + 1)//2
math.sqrt(symbol("n"))          -> Unknown, certainly a number
math.factorial(10**9)           -> OutOfFuel
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

from analyzer.algebra.expression import Expr, pinned
from analyzer.algebra.rational import Rational
from analyzer.evaluation import attributes, comparisons, iteration, operations
from analyzer.evaluation.exceptions import OBJECT, guarded, raised
from analyzer.evaluation.natives.registry import Table, native, natives
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import Class, Instance, Native, Tensor, Unknown, Value


def _number(value: Value) -> Value:
    """The number that a value stands for: a member's, a one-element tensor's, the only one that facts leave."""
    if isinstance(value, Tensor) and value.values is not None and len(value.values) == 1:
        return value.values[0]
    value = operations.payload(value)
    return pinned(value) if isinstance(value, Expr) else value


def _unknown(run: Run, name: str, value: Value) -> Unknown:
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, scalar=True)
    reason = "a tensor's data" if isinstance(value, Tensor) else str(value)
    return Unknown(f"math.{name} of {reason}", run.place, scalar=True)


def _numeric(name: str, function: Callable[..., Any]) -> Native:
    """A host function of numbers; of anything that is no known number the result is some number."""

    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        known: list[Any] = []
        for argument in arguments:
            value = _number(argument)
            if isinstance(value, (Unknown, Expr, Rational, Tensor)):
                return _unknown(run, name, value)
            if isinstance(value, (list, tuple)):
                value = [_number(item) for item in value]
                odd = next((item for item in value if not isinstance(item, (int, float))), None)
                if odd is not None:
                    return _unknown(run, name, odd)
            elif isinstance(value, Instance) and attributes.has_special(value, "__float__"):
                value = attributes.call_special(run, value, "__float__")
            known.append(value)
        return guarded(run, function, *known, **keywords)

    return Native(f"math.{name}", apply)


def _rounding(name: str, method: str) -> Native:
    host, special = getattr(math, name), f"__{name}__"

    def apply(run: Run, x: Value) -> Value:
        if isinstance(x, Instance) and attributes.has_special(x, special):
            return attributes.call_special(run, x, special)
        value = _number(x)
        if isinstance(value, Expr):
            return value
        if isinstance(value, Rational):
            return getattr(value, method)()
        if isinstance(value, (Unknown, Tensor)):
            return _unknown(run, name, value)
        return guarded(run, host, value)

    return Native(f"math.{name}", apply)


@native("math.prod")
def prod(run: Run, iterable: Value, *, start: Value = 1) -> Value:
    result = start
    for item in iteration.iterate(run, iterable):
        run.step()
        result = operations.binary(run, "*", result, item)
    return result


@native("math.fsum")
def fsum(run: Run, iterable: Value) -> Value:
    return _numeric("fsum", math.fsum).function(run, list(iteration.iterate(run, iterable)))


@native("math.sumprod")
def sumprod(run: Run, p: Value, q: Value) -> Value:
    total: Value = 0
    for one, other in zip(iteration.iterate(run, p), iteration.iterate(run, q), strict=False):
        total = operations.binary(run, "+", total, operations.binary(run, "*", one, other))
    return total


def _common(name: str) -> Native:
    """gcd and lcm, on sizes that are not known as far as one divides the other."""
    host = getattr(math, name)

    def pair(run: Run, one: Value, other: Value) -> Value:
        if not isinstance(one, Expr) and not isinstance(other, Expr):
            return guarded(run, host, one, other)
        if one is other or one == 0 or other == 0:
            greatest = other if one is not other and one == 0 else one
            return greatest if name == "gcd" or (one is other) else 0
        for small, large in ((one, other), (other, one)):
            if small == 1 or (isinstance(small, int) and large % small == 0):
                return small if name == "gcd" else large
        return _unknown(run, name, one if isinstance(one, Expr) else other)

    def apply(run: Run, *integers: Value) -> Value:
        values = [_number(value) for value in integers]
        odd = next((value for value in values if isinstance(value, (Unknown, Rational, Tensor))), None)
        if odd is not None:
            return _unknown(run, name, odd)
        if not values:
            return 0 if name == "gcd" else 1
        if len(values) == 1 and not isinstance(values[0], Expr):
            return guarded(run, host, values[0])

        def join(one: Value, other: Value) -> Value:
            return one if isinstance(one, Unknown) else pair(run, one, other)

        return reduce(join, values)

    return Native(f"math.{name}", apply)


def _bounded(name: str, function: Callable[..., int], bits: Callable[..., float]) -> Native:
    """A function whose result may be gigantic: `bits(*arguments)` is a bound of its length."""

    def apply(run: Run, *arguments: Value) -> Value:
        values = [_number(value) for value in arguments]
        odd = next((value for value in values if isinstance(value, (Unknown, Expr, Rational, Tensor))), None)
        if odd is not None:
            return _unknown(run, name, odd)
        if all(isinstance(value, int) and value >= 0 for value in values) and bits(*values) > run.limits.bits:
            raise OutOfFuel(f"math.{name} of {values[0]:,} is over the limit", run.place)
        return guarded(run, function, *values)

    return Native(f"math.{name}", apply)


def _chosen_bits(n: int, k: int | None = None) -> float:
    return min(n if k is None else k, n) * n.bit_length()


# ---------------------------------------------------------------- numbers, fractions, decimal


def _is_number(kinds: tuple[type, ...]) -> Native:
    def check(run: Run, value: Value) -> Value:
        return isinstance(operations.payload(value), kinds)

    return Native("numbers", check)


def _numbers() -> dict[str, Value]:
    integers: tuple[type, ...] = (int, Expr)
    reals = (*integers, float, Rational)
    numbers = (*reals, complex)
    kinds = {"Number": numbers, "Complex": numbers, "Real": reals, "Rational": integers, "Integral": integers}
    return {
        f"numbers.{name}": Class(name, (OBJECT,), {"__instance_check__": _is_number(types)}, module="numbers")
        for name, types in kinds.items()
    }


def _not_followed(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    return Unknown(f"{cls.name} arithmetic", run.place, scalar=True)


# ---------------------------------------------------------------- bisect and heapq


def _bisect(sign: str) -> Callable[..., Any]:
    def apply(run: Run, a: Value, x: Value, lo: int = 0, hi: Value = None, *, key: Value = None) -> Value:
        from analyzer.evaluation import calls

        items = list(iteration.iterate(run, a))
        high = len(items) if hi is None else hi
        while lo < high:
            run.step()
            middle = (lo + high) // 2
            item = items[middle] if key is None else calls.call(run, key, [items[middle]], {})
            if operations.truth(run, comparisons.compare(run, sign, item, x)):
                lo = middle + 1
            else:
                high = middle
        return lo

    return apply


@native("heapq.heapify")
def heapify(run: Run, heap: Value) -> None:
    """A sorted list is a heap."""
    heap[:] = natives()["builtins.sorted"].function(run, heap)


@native("heapq.heappush")
def heappush(run: Run, heap: Value, item: Value) -> None:
    heap.append(item)
    heapify.value.function(run, heap)


@native("heapq.heappop")
def heappop(run: Run, heap: Value) -> Value:
    if not heap:
        raise raised(run, "IndexError", "index out of range")
    heapify.value.function(run, heap)
    return heap.pop(0)


def _most(reverse: bool) -> Callable[..., Any]:
    def apply(run: Run, n: Value, iterable: Value, key: Value = None) -> Value:
        ordered = natives()["builtins.sorted"].function(run, iterable, key=key, reverse=reverse)
        return ordered if isinstance(ordered, Unknown) else ordered[:n]

    return apply


# ---------------------------------------------------------------- the table

_OWN = frozenset({"prod", "fsum", "sumprod", "gcd", "lcm", "floor", "ceil", "trunc", "factorial", "comb", "perm"})


def _table() -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in dir(math):
        value = getattr(math, name)
        if name.startswith("_") or name in _OWN:
            continue
        found[f"math.{name}"] = _numeric(name, value) if callable(value) else value
    found.update({f"math.{name}": _rounding(name, name) for name in ("floor", "ceil", "trunc")})
    found.update({f"math.{name}": _common(name) for name in ("gcd", "lcm")})
    found["math.factorial"] = _bounded("factorial", math.factorial, lambda n: n * n.bit_length())
    found["math.comb"] = _bounded("comb", math.comb, _chosen_bits)
    found["math.perm"] = _bounded("perm", math.perm, _chosen_bits)
    for name, sign in (("bisect_left", "<"), ("bisect_right", "<="), ("bisect", "<=")):
        found[f"bisect.{name}"] = Native(f"bisect.{name}", _bisect(sign))
    found["heapq.nlargest"] = Native("heapq.nlargest", _most(True))
    found["heapq.nsmallest"] = Native("heapq.nsmallest", _most(False))
    for module, name in (("fractions", "Fraction"), ("decimal", "Decimal")):
        found[f"{module}.{name}"] = Class(name, (OBJECT,), {}, module=module, native=_not_followed)
    return {**found, **_numbers()}


MATHEMATICS = Table(_table())
