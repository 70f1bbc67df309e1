"""Code hosts that review comments are posted to, each in a file of its own; the only package that speaks HTTP.

with opened(github(os.environ)) as request:
    post(request, body, Behavior.UPDATE)      Outcome("updated the comment: https://.../pull/7#issuecomment-1")
"""

from __future__ import annotations

from enum import StrEnum


class HostName(StrEnum):
    """The code hosts there are."""

    GITHUB = "github"
    GITLAB = "gitlab"


class Behavior(StrEnum):
    """What becomes of the comment that is there."""

    UPDATE = "update"
    NEW = "new"
    DELETE_AND_NEW = "delete-and-new"
