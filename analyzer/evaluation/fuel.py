"""How much an evaluation may take: steps, time, memory, and sizes of what it makes.

Allowance(Limits(steps=1_000)).check(place)     raises OutOfFuel once time or memory are used up
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from analyzer.algebra.expression import TooComplex
from analyzer.evaluation.memory import resident
from analyzer.evaluation.values import Place


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one evaluation may take; each bound has its own message."""

    steps: int = 1_200_000
    """Of one path; nearly all models take less than a fiftieth, the largest that people publish a third."""
    depth: int = 180
    seconds: float = 60.0
    """Of processor time, for all paths of a target together."""
    size: int = 2_000_000
    """Elements of a container or characters of a string."""
    bits: int = 65_536
    """Of an integer."""
    memory: int = 280_000_000
    """Bytes that the process may grow by, for all paths of a target together."""
    modules: int = 40_000
    """Of one path."""
    paths: int = 32
    decisions: int = 64
    branches: int = 4
    """Conditions on data that one forward pass may meet; behind them nothing is followed."""
    iterators: int = 200_000
    """Made into other iterators, which the host would follow through all of them at once."""


class OutOfFuel(Exception):
    """A bound of `Limits` was reached; the analysed program cannot catch it."""

    def __init__(self, reason: str, place: Place | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


def exhausted(error: RecursionError | MemoryError | TooComplex, place: Place | None) -> OutOfFuel:
    """What the host's own limits, and those of formulas, mean for the analysed program."""
    if isinstance(error, TooComplex):
        return OutOfFuel(str(error), place)
    return OutOfFuel("nested too deep" if isinstance(error, RecursionError) else "out of memory", place)


LEAST_MEMORY = 0.25
"""The share of the memory that is left to those whose share of the rest is smaller."""


class Allowance:
    """The processor time and memory that the paths of one target share, and the steps that each may take."""

    def __init__(self, limits: Limits, share: float = 1.0) -> None:
        self.steps = int(limits.steps * share)
        self.seconds = limits.seconds * share
        self.memory = int(limits.memory * max(share, LEAST_MEMORY))
        self.deadline = time.thread_time() + self.seconds
        self.ceiling = resident() + self.memory

    def check(self, place: Place | None) -> None:
        """Raise OutOfFuel where one of them is used up."""
        self.check_time(place)
        if self.is_full():
            raise OutOfFuel(f"stopped at {self.memory // 1_000_000:,} MB of memory", place)

    def check_time(self, place: Place | None) -> None:
        """Raise OutOfFuel where the time is used up: what a step of formulas takes has no bound of its own."""
        if time.thread_time() > self.deadline:
            raise OutOfFuel(f"stopped after {self.seconds:g} seconds", place)

    def is_full(self) -> bool:
        """Whether the memory is used up."""
        return resident() > self.ceiling
