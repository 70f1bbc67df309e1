"""GitHub: comments of a pull request, which are those of its issue.

    GET   /repos/octo/net/issues/7/comments?per_page=100      [{"id": 1, "user": {"id": 41898282, ...}, "body": "..."}]
    POST  /repos/octo/net/issues/7/comments                   {"body": "..."} gives 201
    PATCH /repos/octo/net/issues/comments/1                   {"body": "..."} gives 200
    DELETE /repos/octo/net/issues/comments/1                  gives 204

https://docs.github.com/rest/issues/comments.  Whose a token is, GraphQL's `viewer` tells for every kind of token;
REST's /user refuses the token of a workflow.
"""

from __future__ import annotations

from typing import Any

from analyzer.review.hosts.answers import Denied, HostError, Missing, number_of, table_of
from analyzer.review.hosts.client import Client
from analyzer.review.hosts.plan import Comment

PUBLIC = "https://api.github.com"
LIMIT = 65_536


def headers(token: str, version: str) -> dict[str, str]:
    """What every request carries."""
    return {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {token}",
        "User-Agent": f"weighbridge/{version}",
        "X-GitHub-Api-Version": "2022-11-28",
    }


class GitHub:
    """Pull request `number` of `repository`, OWNER/NAME; `graphql` is the address that tells whose the token is."""

    limit = LIMIT

    def __init__(self, client: Client, graphql: str, repository: str, number: int) -> None:
        self._client = client
        self._graphql = graphql
        self._repository = f"/repos/{repository}"
        self._number = number
        self._me: tuple[int | None, str] | None = None

    def prepared(self, body: str) -> str:
        return body

    def own(self) -> list[Comment]:
        if self._me is None:
            self._me = self._viewer()
        number, login = self._me
        comments = []
        for found in self._client.pages(f"{self._repository}/issues/{self._number}/comments?per_page=100"):
            author = table_of(found, "user")
            if author.get("id") == number if number else str(author.get("login")).casefold() == login:
                comments.append(_comment(found))
        return sorted(comments, key=lambda comment: comment.id)

    def _viewer(self) -> tuple[int | None, str]:
        """The number and the name of the token's account."""
        try:
            answer = self._client.record("POST", self._graphql, {"query": "query { viewer { login databaseId } }"})
            viewer = table_of(table_of(answer, "data"), "viewer")
            number, login = viewer.get("databaseId"), viewer.get("login")
        except (Denied, Missing):
            user = self._client.record("GET", "/user")
            number, login = user.get("id"), user.get("login")
        if not isinstance(login, str) or not login:
            raise HostError("GitHub does not say whose the token is, and no comment of others is touched")
        return number if isinstance(number, int) else None, login.casefold()

    def tip(self) -> str | None:
        sha = table_of(self._client.record("GET", f"{self._repository}/pulls/{self._number}"), "head").get("sha")
        return sha if isinstance(sha, str) else None

    def create(self, body: str) -> Comment:
        path = f"{self._repository}/issues/{self._number}/comments"
        return _comment(self._client.record("POST", path, {"body": body}, repeat=False))

    def update(self, comment: Comment, body: str) -> Comment:
        return _comment(self._client.record("PATCH", self._path(comment), {"body": body}))

    def delete(self, comment: Comment) -> None:
        self._client.send("DELETE", self._path(comment))

    def wait(self, seconds: float) -> None:
        self._client.sleep(seconds)

    def _path(self, comment: Comment) -> str:
        return f"{self._repository}/issues/comments/{comment.id}"


def graphql_address(api: str) -> str:
    """`https://api.github.com` -> `https://api.github.com/graphql`; on a server of one's own, `/api/graphql`."""
    api = api.rstrip("/")
    return f"{api.removesuffix('/v3')}/graphql" if api.endswith("/api/v3") else f"{api}/graphql"


def _comment(found: dict[str, Any]) -> Comment:
    number = number_of(found)
    return Comment(number, str(found.get("body") or ""), str(found.get("html_url") or f"comment {number}"))
