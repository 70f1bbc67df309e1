"""What is to become of a review comment: which comment is ours, whether it is written, and what it says; all pure.

    decide("<!-- weighbridge:v1 {...} -->\\nnew text", [ours], Behavior.UPDATE, tip)      Plan(True, over=ours)

A comment is ours if it begins with the marker and the token's own account wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.budget import Growth
from analyzer.review.hosts import Behavior
from analyzer.review.marker import Marker, is_marked, read, text_of, written

CUT = "\n\n_The rest is cut off: the host takes no longer comment. The job's log or artifact has all of it._\n"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours as the host has it."""

    id: int
    body: str
    name: str
    """Where people find it: an address, or words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: write over a comment, or a new one where `over` is None, and delete others; or why nothing."""

    write: bool
    over: Comment | None = None
    delete: tuple[Comment, ...] = ()
    why: str = ""


def decide(body: str, own: Sequence[Comment], behavior: Behavior, tip: str | None) -> Plan:
    """The plan for a body, given our comments, the oldest first, and the newest commit of the request."""
    marked = [comment for comment in own if is_marked(comment.body)]
    if not marked:
        return Plan(True)
    last = marked[-1]
    others = tuple(marked[:-1]) if behavior is Behavior.DELETE_AND_NEW else ()
    if is_same(body, last.body):
        return Plan(False, last, others, "says the same already")
    if is_newer(read(last.body), read(body), tip):
        return Plan(False, last, (), "is newer")
    if behavior is Behavior.UPDATE:
        return Plan(True, last)
    return Plan(True, None, (*others, last) if behavior is Behavior.DELETE_AND_NEW else ())


def is_same(body: str, there: str) -> bool:
    """Whether two bodies say the same of the same commit; when they were made does not matter."""
    ours, theirs = (replace(read(text), made=None) for text in (body, there))
    return ours == theirs and text_of(body) == text_of(there)


def is_newer(there: Marker, ours: Marker, tip: str | None) -> bool:
    """Whether a comment speaks of a newer state: of the newest commit where ours does not, else by time."""
    if not is_commit(there.head, ours.head):
        if is_commit(ours.head, tip):
            return False
        if is_commit(there.head, tip):
            return True
    return there.made is not None and ours.made is not None and there.made > ours.made


def is_commit(one: str | None, other: str | None) -> bool:
    """Whether two hashes, perhaps abbreviated, are of one commit."""
    if one is None or other is None or min(len(one), len(other)) < 7:
        return False
    return one.startswith(other) or other.startswith(one)


def is_below(marker: Marker, bound: Growth) -> bool:
    """Whether the largest change is known and below a bound on parameters or their growth."""
    largest = marker.largest
    if bound.part is not None:
        known = 0.0 if largest.parameters == 0 else largest.percent
        return known is not None and known < float(bound.part * 100)
    return largest.parameters is not None and bound.absolute is not None and largest.parameters < bound.absolute


def hushed(body: str, bound: Growth) -> str:
    """What a comment says of a change below the bound."""
    return f"{written(read(body))}\n**weighbridge**: no model's parameters change by {bound} or more.\n"


def fitted(body: str, limit: int) -> str:
    """The body in at most `limit` characters, cut between lines, with what was open there closed.

    fitted(body, len(body)) is body
    """
    if len(body) <= limit:
        return body
    room = limit - len(CUT) - 200
    kept = body[:room]
    kept = kept[: kept.rfind("\n")] if "\n" in kept[1:] else kept
    fences = re.findall(r"(?m)^\s*(`{3,}|~{3,})", kept)
    closing = f"\n{fences[-1]}" if len(fences) % 2 else ""
    opened = max(min(kept.count("<details") - kept.count("</details>"), 10), 0)
    return kept + closing + "\n</details>" * opened + CUT
