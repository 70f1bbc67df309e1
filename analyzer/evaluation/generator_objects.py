"""What a generator function or expression gives: an iterator that runs the program's code, one value at a time.

it = Generator(run, host_generator)
next(it), it.send(3)        a step is paid for each; a generator that is asked while it runs raises ValueError
"""

from __future__ import annotations

from collections.abc import Callable
from types import GeneratorType
from typing import Any

from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import Raised, Value


class Generator:
    """An iterator over what host generators yield; `steps` may return a Signal with the generator's own value."""

    __slots__ = ("_run", "_running", "_started", "_steps")

    def __init__(self, run: Run, steps: Any) -> None:
        self._run = run
        self._steps = steps
        self._running = self._started = False

    def __iter__(self) -> Generator:
        return self

    def __next__(self) -> Value:
        return self._resume(next, self._steps)

    def send(self, value: Value) -> Value:
        """`generator.send(value)`; StopIteration at its end."""
        if value is not None and not self._started:
            raise raised(self._run, "TypeError", "can't send non-None value to a just-started generator")
        return self._resume(self._steps.send, value)

    def throw(self, error: Raised) -> Value:
        """`generator.throw(error)`; StopIteration at its end."""
        return self._resume(self._steps.throw, error)

    def close(self) -> None:
        """`generator.close()`"""
        self._steps.close()

    def _resume(self, step: Callable[..., Value], argument: Value) -> Value:
        run = self._run
        if self._running:
            raise raised(run, "ValueError", "generator already executing")
        if run.depth >= run.limits.depth:
            raise OutOfFuel(f"generators are nested over {run.limits.depth} deep", run.place)
        run.depth += 1
        self._running = self._started = True
        try:
            run.step()
            return step(argument)
        except StopIteration as stop:
            raise StopIteration(None if stop.value is None else stop.value.value) from None
        finally:
            self._running = False
            run.depth -= 1


GENERATORS = (Generator, GeneratorType)
"""What types.GeneratorType stands for: natives give generators of the host."""
