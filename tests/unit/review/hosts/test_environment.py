from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.review.hosts import HostName
from analyzer.review.hosts.answers import HostError
from analyzer.review.hosts.environment import opened, place_in
from analyzer.review.hosts.github import graphql_address
from tests.unit.review.hosts.code_host import TOKEN


def test_a_github_job_knows_its_pull_request(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "f" * 40}}}), encoding="utf-8")
    job = {"GITHUB_REPOSITORY": "octo/net", "GITHUB_EVENT_PATH": str(event), "GITHUB_SHA": "e" * 40}
    place = place_in({**job, "GITHUB_TOKEN": f"{TOKEN}\n"}, HostName.GITHUB)
    assert (place.api, place.repository, place.number) == ("https://api.github.com", "octo/net", 7)
    assert (place.token, place.head) == (TOKEN, "f" * 40)


@pytest.mark.parametrize("event", ["", "[]", "{", '{"pull_request": []}', '{"pull_request": {"number": "7; rm"}}'])
def test_an_event_that_names_no_request_leaves_it_to_the_ref(tmp_path: Path, event: str) -> None:
    file = tmp_path / "event.json"
    file.write_text(event, encoding="utf-8")
    job = {"GITHUB_EVENT_PATH": str(file), "GITHUB_SHA": "e" * 40}
    assert place_in({**job, "GITHUB_REF": "refs/pull/12/merge"}, HostName.GITHUB).number == 12
    assert place_in({**job, "GITHUB_REF": "refs/heads/main"}, HostName.GITHUB).number is None
    assert place_in(job, HostName.GITHUB).head == "e" * 40


def test_a_gitlab_job_comments_where_the_merge_request_is() -> None:
    job = {
        "CI_API_V4_URL": "https://git.example/api/v4",
        "CI_PROJECT_ID": "99",
        "CI_MERGE_REQUEST_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_JOB_TOKEN": "job",
        "CI_COMMIT_SHA": "e" * 40,
    }
    place = place_in(job, HostName.GITLAB)
    assert (place.api, place.repository, place.number) == ("https://git.example/api/v4", "5", 7)
    assert (place.token, place.job, place.head) == ("job", True, "e" * 40)
    own = place_in({**job, "GITLAB_TOKEN": TOKEN}, HostName.GITLAB)
    assert (own.token, own.job) == (TOKEN, False)


@pytest.mark.parametrize(
    ("host", "missing", "said"),
    [
        (HostName.GITHUB, {"token": ""}, "set GITHUB_TOKEN"),
        (HostName.GITLAB, {"token": ""}, "set GITLAB_TOKEN"),
        (HostName.GITHUB, {"repository": None}, "--repo"),
        (HostName.GITHUB, {"repository": "octo"}, "OWNER/NAME"),
        (HostName.GITHUB, {"repository": "octo/net/../../user"}, "OWNER/NAME"),
        (HostName.GITHUB, {"repository": "octo/net?x=1"}, "OWNER/NAME"),
        (HostName.GITLAB, {"repository": "group"}, "OWNER/NAME"),
        (HostName.GITHUB, {"number": None}, "--pr"),
        (HostName.GITHUB, {"api": "ftp://host.example"}, "not an address"),
        (HostName.GITHUB, {"api": "https://[::"}, "not an address"),
        (HostName.GITHUB, {"token": "two\nlines"}, "characters that no token has"),
        (HostName.GITHUB, {"token": "schlüssel"}, "characters that no token has"),
    ],
)
def test_what_is_not_known_is_said(host: HostName, missing: dict[str, object], said: str) -> None:
    whole = replace(place_in({"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN}, host), repository="octo/net", number=7)
    with pytest.raises(HostError, match=said) as caught, opened(replace(whole, **missing), "0"):  # type: ignore[arg-type]
        pass
    if missing.get("token"):
        assert str(missing["token"]) not in str(caught.value)


def test_a_place_does_not_show_its_token() -> None:
    assert TOKEN not in repr(place_in({"GITHUB_TOKEN": TOKEN}, HostName.GITHUB))


def test_graphql_is_where_the_server_has_it() -> None:
    assert graphql_address("https://api.github.com/") == "https://api.github.com/graphql"
    assert graphql_address("https://git.example/api/v3") == "https://git.example/api/graphql"
