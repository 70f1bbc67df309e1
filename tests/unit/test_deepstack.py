"""The thread that everything is evaluated on."""

from __future__ import annotations

import resource

import pytest

from analyzer.deepstack import with_deep_stack

ROUNDS = 400


def leaf(one: int, two: int) -> int:
    return one + two


def faults_of_rounds() -> int:
    """How many pages the system had to provide while a function was called over and over."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for number in range(ROUNDS):
        leaf(number, number)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def at_every_depth(depth: int) -> list[int]:
    return [faults_of_rounds(), *(at_every_depth(depth - 1) if depth else [])]


def test_no_depth_of_calls_asks_the_system_for_memory_in_each_round() -> None:
    assert max(with_deep_stack(lambda: at_every_depth(400))) < ROUNDS


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        with_deep_stack(lambda: leaf(1, None))  # type: ignore[arg-type]
