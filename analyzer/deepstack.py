"""A stack deep enough that nested code reaches the evaluator's own limits before the host's.

with_deep_stack(lambda: 1 + 1)      -> 2, computed on a thread of its own
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

STACK_BYTES = 512 * 1024 * 1024
RECURSION = 40_000
FRAME_SLOTS = (1 << 21) + 1
"""Python keeps the frames of a thread in chunks whose sizes are powers of two; this one leaves 16 MB unused."""

Result = TypeVar("Result")


def with_deep_stack(work: Callable[[], Result]) -> Result:
    """Run `work` on a thread with a deep stack and a high recursion limit; what it raises is raised here."""
    results: list[Result] = []
    failures: list[BaseException] = []

    def target() -> None:
        try:
            results.append(_in_one_chunk(work))
        except BaseException as error:  # noqa: BLE001  # raised again where the work was asked for
            failures.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(STACK_BYTES)
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        thread = threading.Thread(target=target, name="weighbridge", daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if failures:
        raise failures[0]
    return results[0]


def _in_one_chunk(work: Callable[[], Result]) -> Result:
    """Run `work` above a frame so large that what is called from it lies in the same chunk of memory.

    A loop whose calls cross the end of a chunk would ask the system for the next one in each of its rounds.
    """
    return work()


_in_one_chunk.__code__ = _in_one_chunk.__code__.replace(co_stacksize=FRAME_SLOTS)
