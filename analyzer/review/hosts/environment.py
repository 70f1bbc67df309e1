"""Where to comment: the repository, the request, the API and the token that a CI job's environment variables name.

place_in({"GITHUB_REPOSITORY": "octo/net", "GITHUB_REF": "refs/pull/7/merge", ...}, HostName.GITHUB)
Place(HostName.GITHUB, api="https://api.github.com", repository="octo/net", number=7, head=None)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyzer.review.hosts import HostName, github, gitlab
from analyzer.review.hosts.answers import HostError
from analyzer.review.hosts.client import Client
from analyzer.review.hosts.posting import Host

REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
PROJECT = re.compile(r"\d+|[\w.-]+(/[\w.-]+)+")


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of where to comment; None and empty where the environment does not say."""

    host: HostName
    api: str
    repository: str | None
    number: int | None
    token: str = field(repr=False)
    job: bool = False
    """Whether the token is a GitLab job's."""
    head: str | None = None


def place_in(environment: Mapping[str, str], host: HostName) -> Place:
    """What the environment of a job says."""
    return _github(environment) if host is HostName.GITHUB else _gitlab(environment)


def _github(environment: Mapping[str, str]) -> Place:
    """GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, and the request of GITHUB_EVENT_PATH or GITHUB_REF."""
    event = _event(environment.get("GITHUB_EVENT_PATH"))
    request = _table(event.get("pull_request"))
    number = request.get("number")
    if not isinstance(number, int):
        found = re.fullmatch(r"refs/pull/(\d+)/\w+", environment.get("GITHUB_REF", ""))
        number = int(found[1]) if found else None
    head = _table(request.get("head")).get("sha")
    return Place(
        HostName.GITHUB,
        environment.get("GITHUB_API_URL") or github.PUBLIC,
        environment.get("GITHUB_REPOSITORY") or None,
        number,
        environment.get("GITHUB_TOKEN", "").strip(),
        head=head if isinstance(head, str) else environment.get("GITHUB_SHA"),
    )


def _gitlab(environment: Mapping[str, str]) -> Place:
    """CI_API_V4_URL, the merge request's CI_... variables, and GITLAB_TOKEN, else CI_JOB_TOKEN."""
    own, job = (environment.get(name, "").strip() for name in ("GITLAB_TOKEN", "CI_JOB_TOKEN"))
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    return Place(
        HostName.GITLAB,
        environment.get("CI_API_V4_URL") or gitlab.PUBLIC,
        # In a fork's pipeline the merge request is the upstream project's.
        environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID") or None,
        int(number) if number.isdecimal() else None,
        own or job,
        job=not own and bool(job),
        head=environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA"),
    )


@contextmanager
def opened(place: Place, version: str) -> Iterator[Host]:
    """The request there, spoken to as weighbridge of that version.

    Raises HostError where something is not known or cannot be.
    """
    is_github = place.host is HostName.GITHUB
    if not place.token:
        raise HostError(f"no token: set {'GITHUB_TOKEN' if is_github else 'GITLAB_TOKEN'} in the environment")
    if place.repository is None:
        raise HostError("no repository: name it with --repo")
    if not (REPOSITORY if is_github else PROJECT).fullmatch(place.repository):
        raise HostError(f"not a repository: {place.repository}; write OWNER/NAME")
    if place.number is None:
        raise HostError("no pull or merge request: give its number with --pr")
    if is_github:
        with Client(place.api, github.headers(place.token, version), place.token) as client:
            yield github.GitHub(client, github.graphql_address(place.api), place.repository, place.number)
    else:
        with Client(place.api, gitlab.headers(place.token, version, job=place.job), place.token) as client:
            yield gitlab.GitLab(client, place.repository, place.number, job=place.job)


def _event(path: str | None) -> dict[str, Any]:
    """The event that started a workflow; empty where there is none to be read."""
    try:
        return _table(json.loads(Path(path).read_bytes())) if path else {}
    except (OSError, ValueError):
        return {}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
