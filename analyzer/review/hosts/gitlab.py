"""GitLab: notes of a merge request.

    GET    /projects/group%2Fnet/merge_requests/7/notes?per_page=100     [{"id": 1, "author": {"id": 5}, "body": "..."}]
    POST   /projects/group%2Fnet/merge_requests/7/notes                  {"body": "..."} gives 201
    PUT    /projects/group%2Fnet/merge_requests/7/notes/1                {"body": "..."} gives 200
    DELETE /projects/group%2Fnet/merge_requests/7/notes/1                gives 204

https://docs.gitlab.com/api/notes.  A line that begins with a slash and a word is a command there, and is written so
that it is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from analyzer.review.hosts.answers import Denied, Unaccepted, number_of, table_of
from analyzer.review.hosts.client import Client
from analyzer.review.hosts.plan import Comment

PUBLIC = "https://gitlab.com/api/v4"
LIMIT = 1_000_000
QUICK_ACTION = re.compile(r"(?m)^([ \t>]*)/(?=[A-Za-z])")


def headers(token: str, version: str, *, job: bool) -> dict[str, str]:
    """What every request carries; the token of a job has a header of its own."""
    secret = {"JOB-TOKEN": token} if job else {"Authorization": f"Bearer {token}"}
    return {"Accept": "application/json", "User-Agent": f"weighbridge/{version}", **secret}


class GitLab:
    """Merge request `number` of `project`, its number or its path; `job` where the token is a job's."""

    limit = LIMIT

    def __init__(self, client: Client, project: str, number: int, *, job: bool = False) -> None:
        self._client = client
        self._request = f"/projects/{quote(project, safe='')}/merge_requests/{number}"
        self._name = f"!{number}"
        self._job = job
        self._me: int | None = None

    def prepared(self, body: str) -> str:
        return QUICK_ACTION.sub("\\1\u200b/", body)

    def own(self) -> list[Comment]:
        with self._as_job():
            if self._me is None:
                found = self._client.record("GET", "/job" if self._job else "/user")
                self._me = number_of(table_of(found, "user") if self._job else found)
            notes = list(self._client.pages(f"{self._request}/notes?per_page=100&order_by=created_at&sort=asc"))
        mine = [note for note in notes if not note.get("system") and table_of(note, "author").get("id") == self._me]
        return sorted(map(self._comment, mine), key=lambda comment: comment.id)

    def tip(self) -> str | None:
        sha = self._client.record("GET", self._request).get("sha")
        return sha if isinstance(sha, str) else None

    def create(self, body: str) -> Comment:
        with self._as_job():
            return self._comment(self._client.record("POST", f"{self._request}/notes", {"body": body}, repeat=False))

    def update(self, comment: Comment, body: str) -> Comment:
        with self._as_job():
            return self._comment(self._client.record("PUT", self._path(comment), {"body": body}))

    def delete(self, comment: Comment) -> None:
        with self._as_job():
            self._client.send("DELETE", self._path(comment))

    def wait(self, seconds: float) -> None:
        self._client.sleep(seconds)

    @contextmanager
    def _as_job(self) -> Iterator[None]:
        """A job's token is refused as unknown where it is only not admitted."""
        try:
            yield
        except Unaccepted as error:
            if not self._job:
                raise
            raise Denied(f"{error}; CI_JOB_TOKEN may not comment, GITLAB_TOKEN with the api scope may") from error

    def _path(self, comment: Comment) -> str:
        return f"{self._request}/notes/{comment.id}"

    def _comment(self, note: dict[str, Any]) -> Comment:
        number = number_of(note)
        return Comment(number, str(note.get("body") or ""), f"note {number} of {self._name}")
