from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from analyzer.review.hosts import github, gitlab
from analyzer.review.hosts.client import Client
from analyzer.review.hosts.posting import Host
from tests.unit.review.hosts.code_host import TOKEN, CodeHost

Opened = Callable[..., Host]


@pytest.fixture
def host() -> Iterator[CodeHost]:
    with CodeHost() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """The seconds that would have been slept."""
    return []


@pytest.fixture
def client(host: CodeHost, waits: list[float]) -> Iterator[Callable[..., Client]]:
    """A client of the host, `client(headers, timeout=...)`, that does not sleep."""
    made: list[Client] = []

    def make(headers: dict[str, str] | None = None, timeout: float = 5.0) -> Client:
        given = github.headers(TOKEN, "0") if headers is None else headers
        made.append(Client(host.url, given, TOKEN, timeout=timeout, sleep=waits.append, now=lambda: 1000.0))
        return made[-1]

    yield make
    for one in made:
        one.__exit__(None, None, None)


@pytest.fixture(params=["github", "gitlab", "gitlab-job"])
def request_there(request: pytest.FixtureRequest, host: CodeHost, client: Callable[..., Client]) -> Host:
    """Request 7 of octo/net on each host, and with each kind of token."""
    if request.param == "github":
        return github.GitHub(client(), f"{host.url}/graphql", "octo/net", 7)
    job = request.param == "gitlab-job"
    return gitlab.GitLab(client(gitlab.headers(TOKEN, "0", job=job)), "octo/net", 7, job=job)


@pytest.fixture
def on_github(host: CodeHost, client: Callable[..., Client]) -> github.GitHub:
    return github.GitHub(client(), f"{host.url}/graphql", "octo/net", 7)
