"""Faults of our own while one target is evaluated: told in one line, so that the other targets are still reported.

told(KeyError("x"))      -> "internal error: KeyError: 'x' (evaluation/calls.py:71); please report it"
"""

from __future__ import annotations

import traceback
from pathlib import Path

HERE = Path(__file__).parent
LONGEST = 300
MARK = "internal error"


def told(error: Exception) -> str:
    """What went wrong and where in our code; the host's own limits are no fault of ours."""
    from analyzer.algebra.expression import TooComplex

    if isinstance(error, TooComplex):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, RecursionError):
        return "nested too deep"
    text = "".join(traceback.format_exception_only(error)).strip().splitlines()[0][:LONGEST]
    return f"{MARK}: {text} ({_place(error)}); please report it"


def _place(error: Exception) -> str:
    """The innermost line of ours that the error passed through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(HERE)]
    return f"{Path(frames[-1].filename).relative_to(HERE).as_posix()}:{frames[-1].lineno}" if frames else "analyzer"
