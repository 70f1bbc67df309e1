"""itertools: one value at a time, as in Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer.evaluation.run import Limits
from analyzer.evaluation.values import Unknown

PRELUDE = """
import itertools as it
import operator
"""

EXPRESSIONS = (
    "list(it.chain([1], [2]))",
    "list(it.chain.from_iterable([[1], [2, 3]]))",
    'list(it.product([1, 2], "ab"))',
    "list(it.product([0, 1], repeat=2))",
    "list(it.islice(it.count(3, 2), 4))",
    'list(it.islice("abcdef", 1, 5, 2))',
    'list(it.islice(it.cycle("ab"), 5))',
    "list(it.repeat(1, 3))",
    "list(it.accumulate([1, 2, 3]))",
    "list(it.accumulate([1, 2, 3], operator.mul, initial=2))",
    "list(it.zip_longest([1, 2], [3], fillvalue=0))",
    "[(k, list(g)) for k, g in it.groupby([1, 1, 2, 2, 1])]",
    '[(k, list(g)) for k, g in it.groupby(["a", "bb", "cc"], key=len)]',
    "list(it.starmap(pow, [(2, 3), (3, 2)]))",
    "list(it.takewhile(lambda v: v < 3, [1, 2, 3, 1]))",
    "list(it.dropwhile(lambda v: v < 3, [1, 2, 3, 1]))",
    "list(it.combinations([1, 2, 3], 2))",
    'list(it.combinations_with_replacement("ab", 2))',
    "list(it.permutations([1, 2, 3]))",
    "list(it.pairwise([1, 2, 3]))",
    "[list(t) for t in it.tee([1, 2])]",
    'list(it.compress("abc", [1, 0, 1]))',
    "list(it.filterfalse(None, [0, 1]))",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


@pytest.mark.parametrize(
    "endless", ["list(it.count())", "list(it.cycle([1]))", "list(it.repeat(0))", "sum(it.count())"]
)
def test_endless_iterators_run_out_of_fuel(evaluate: Callable[..., Unknown], endless: str) -> None:
    found = evaluate(f"import itertools as it\nx = {endless}", limits=Limits(steps=50_000))
    assert found.reason == "stopped after 50,000 steps"
