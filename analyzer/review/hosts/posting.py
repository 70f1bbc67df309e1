"""Bring a request's comment to say a body, on any host: look, decide, write, and look again where it failed.

    post(GitHub(...), body, Behavior.UPDATE)      Outcome("updated the comment: https://.../pull/7#issuecomment-1")

Of an attempt that timed out it is not known how it ended; another look follows, and never a second comment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from analyzer.budget import Growth
from analyzer.review.hosts import Behavior
from analyzer.review.hosts.answers import Denied, HostError, Missing, TooLong, Unclear
from analyzer.review.hosts.client import ATTEMPTS
from analyzer.review.hosts.plan import Comment, Plan, decide, fitted, hushed, is_below, is_commit
from analyzer.review.marker import is_marked, read

SHORTEST = 1000
"""Characters that every host takes."""


class Host(Protocol):
    """One pull or merge request on a code host, with the token's own account."""

    limit: int
    """Characters of a comment at most."""

    def prepared(self, body: str) -> str:
        """The body with whatever this host would take for a command made harmless."""

    def own(self) -> list[Comment]:
        """The comments that the token's account wrote, the oldest first."""

    def tip(self) -> str | None:
        """The newest commit of the request."""

    def create(self, body: str) -> Comment: ...

    def update(self, comment: Comment, body: str) -> Comment: ...

    def delete(self, comment: Comment) -> None: ...

    def wait(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, in a sentence; `denied` where the token may not comment."""

    said: str
    denied: bool = False


def post(
    host: Host, body: str, behavior: Behavior, *, silent_below: Growth | None = None, dry_run: bool = False
) -> Outcome:
    """Bring the request's comment to say `body`, which begins with a marker.

    silent_below: a change below it gets no comment, and one that is there says so.
    Denied becomes an Outcome; any other HostError is raised.
    """
    quiet = False
    if silent_below is not None and is_below(read(body), silent_below):
        body, behavior, quiet = hushed(body, silent_below), Behavior.UPDATE, True
    try:
        return _posted(host, fitted(host.prepared(body), host.limit), behavior, quiet, dry_run)
    except Denied as error:
        return Outcome(str(error), denied=True)


def _posted(host: Host, body: str, behavior: Behavior, quiet: bool, dry_run: bool) -> Outcome:
    for attempt in range(ATTEMPTS):
        own = host.own()
        plan = decide(body, own, behavior, _tip(host, body, own))
        if quiet and plan.write and plan.over is None:
            return Outcome("the change is below the bound: no comment")
        if dry_run:
            return Outcome(_told(plan, plan.over, would=True))
        try:
            written_to = _carried_out(host, plan, body)
        except TooLong as error:
            if len(body) <= SHORTEST:
                raise
            body = fitted(body, max(len(body) // 2, SHORTEST))
            last: HostError = error
        except (Unclear, Missing) as error:
            # It may have been done all the same, or somebody has deleted the comment: look again before writing.
            last = error
            if isinstance(error, Missing) and plan.over is None and plan.write:
                raise
            if attempt + 1 < ATTEMPTS:
                host.wait(2.0**attempt)
        else:
            return Outcome(_told(plan, written_to, would=False))
    raise last


def _tip(host: Host, body: str, own: Sequence[Comment]) -> str | None:
    """The request's newest commit, asked for only where it decides between two commits."""
    marked = [comment for comment in own if is_marked(comment.body)]
    ours = read(body).head
    if not marked or ours is None or is_commit(read(marked[-1].body).head, ours):
        return None
    try:
        return host.tip()
    except (Denied, Missing):
        return None


def _carried_out(host: Host, plan: Plan, body: str) -> Comment | None:
    done = plan.over
    if plan.write:
        done = host.create(body) if plan.over is None else host.update(plan.over, body)
    for comment in plan.delete:
        try:
            host.delete(comment)
        except Missing:
            continue
    return done


def _told(plan: Plan, comment: Comment | None, *, would: bool) -> str:
    front = "would have " if would else ""
    deleted = f", {front}deleted {len(plan.delete)}" if plan.delete else ""
    where = f": {comment.name}" if comment is not None else ""
    if not plan.write:
        return f"the comment that is there {plan.why}{deleted}{where}"
    return f"{front}{'commented' if plan.over is None else 'updated the comment'}{deleted}{where}"
