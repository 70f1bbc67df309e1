"""What the API raises when it cannot do what was asked.

dump("ir", "nowhere.py")     raises TargetError(Problem("no such file: nowhere.py"))
"""

from __future__ import annotations

import os

from analyzer.report import Problem


class TargetError(Exception):
    """A target that cannot be read or found; `problem` says what, where, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def no_place(text: str) -> Problem:
    """Why there is nothing to be found at a path."""
    if os.path.exists(text):
        return Problem(f"cannot read {text}: not a regular file")
    return Problem(f"no such file or folder: {text}")
