"""Work on a file that several rules need, done once.

@once
def bodies(subject): ...            the second rule that asks for the same subject gets what the first one got
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import TypeVar

from analyzer.rule import Subject

Item = TypeVar("Item")


class Same:
    """A subject by identity: equal to itself alone, and alive as long as it is remembered."""

    __slots__ = ("subject",)

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.subject is self.subject

    def __hash__(self) -> int:
        return id(self.subject)


def once(work: Callable[[Subject], Iterable[Item]]) -> Callable[[Subject], tuple[Item, ...]]:
    """Remember what a function of a subject gave, until it is asked for another one."""

    @lru_cache(maxsize=1)
    def remembered(same: Same) -> tuple[Item, ...]:
        return tuple(work(same.subject))

    @wraps(work)
    def ask(subject: Subject) -> tuple[Item, ...]:
        return remembered(Same(subject))

    return ask
