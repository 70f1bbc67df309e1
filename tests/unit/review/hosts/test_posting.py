"""What arrives at a real server when a comment is posted, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from analyzer.budget import Growth
from analyzer.review.hosts import Behavior, github, gitlab
from analyzer.review.hosts.answers import HostError, Missing, Unaccepted
from analyzer.review.hosts.client import Client
from analyzer.review.hosts.posting import Host, post
from analyzer.review.marker import Largest, Marker, written
from tests.unit.review.hosts.code_host import STRANGER, TOKEN, CodeHost

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
OLD, NEW = "a" * 40, "b" * 40
ONE_PERCENT = Growth(part=Fraction(1, 100))


def body(text: str = "text", head: str = NEW, made: datetime = NOON, largest: Largest | None = None) -> str:
    return f"{written(Marker(largest or Largest(4096, 1.5), head, made))}\n{text}\n"


def test_the_first_comment_is_written_once(host: CodeHost, request_there: Host) -> None:
    outcome = post(request_there, body(), Behavior.UPDATE)
    assert outcome.said.startswith("commented: ")
    assert [one["body"] for one in host.comments.values()] == [body()]
    assert (host.count("POST"), host.count("PATCH") + host.count("PUT"), host.count("DELETE")) == (1, 0, 0)


def test_our_comment_is_updated_on_whichever_page_it_is(host: CodeHost, request_there: Host) -> None:
    for _ in range(4):
        host.add("looks good", STRANGER)
    ours = host.add(body("old", OLD, NOON - timedelta(1)))
    host.add("thanks")
    post(request_there, body(), Behavior.UPDATE)
    assert host.comments[ours]["body"] == body()
    assert len(host.comments) == 6
    assert (host.count("POST"), host.count("PATCH") + host.count("PUT")) == (0, 1)
    assert [one.query.partition("&page=")[2] for one in host.arrived if "per_page" in one.query] == ["", "2", "3"]


def test_pages_are_found_by_their_number_too(host: CodeHost, request_there: Host) -> None:
    host.linked = False
    for _ in range(5):
        host.add("looks good", STRANGER)
    ours = host.add(body("old", OLD))
    post(request_there, body(), Behavior.UPDATE)
    assert host.comments[ours]["body"] == body()


@pytest.mark.parametrize("behavior", list(Behavior))
def test_a_strangers_comment_with_our_marker_is_never_touched(
    host: CodeHost, request_there: Host, behavior: Behavior
) -> None:
    theirs = host.add(body("forged", OLD, NOON + timedelta(1)), STRANGER)
    quoting = host.add(f"> {body('quoted')}")
    before = {number: dict(host.comments[number]) for number in (theirs, quoting)}
    post(request_there, body(), behavior)
    assert {number: host.comments[number] for number in (theirs, quoting)} == before
    assert host.count("POST") == 1
    assert not [one for one in host.arrived if one.method in ("PATCH", "PUT", "DELETE")]


@pytest.mark.parametrize("behavior", list(Behavior))
def test_an_identical_body_is_not_sent_again(host: CodeHost, request_there: Host, behavior: Behavior) -> None:
    host.add(body().replace("\n", "\r\n"))
    outcome = post(request_there, body(made=NOON + timedelta(1)), behavior)
    assert "says the same" in outcome.said
    assert {one.method for one in host.arrived if one.path != "/graphql"} == {"GET"}


def test_new_leaves_the_old_one_and_delete_and_new_does_not(host: CodeHost, request_there: Host) -> None:
    first = host.add(body("first", OLD, NOON - timedelta(2)))
    post(request_there, body("second", OLD, NOON - timedelta(1)), Behavior.NEW)
    assert len(host.comments) == 2
    post(request_there, body("third"), Behavior.DELETE_AND_NEW)
    assert [one["body"] for one in host.comments.values()] == [body("third")]
    assert first not in host.comments
    # The new comment is there before the old ones go.
    writes = [one.method for one in host.arrived if one.method in ("POST", "DELETE") and one.path != "/graphql"]
    assert writes == ["POST", "POST", "DELETE", "DELETE"]


def test_the_newest_commit_wins_over_the_clock(host: CodeHost, request_there: Host) -> None:
    host.tip = NEW
    ours = host.add(body("of the tip", NEW, NOON))
    outcome = post(request_there, body("of a commit before", OLD, NOON + timedelta(1)), Behavior.UPDATE)
    assert "is newer" in outcome.said
    assert host.comments[ours]["body"] == body("of the tip", NEW, NOON)
    host.comments[ours]["body"] = body("of a commit before", OLD, NOON + timedelta(1))
    post(request_there, body("of the tip", NEW, NOON), Behavior.UPDATE)
    assert host.comments[ours]["body"] == body("of the tip", NEW, NOON)


@pytest.mark.parametrize("behavior", list(Behavior))
def test_a_comment_made_later_is_not_overwritten(host: CodeHost, request_there: Host, behavior: Behavior) -> None:
    host.add(body("later", NEW, NOON + timedelta(minutes=1)))
    before = dict(host.comments)
    assert "is newer" in post(request_there, body("earlier", NEW, NOON), behavior).said
    assert host.comments == before


def test_a_dry_run_writes_nothing(host: CodeHost, request_there: Host) -> None:
    assert post(request_there, body(), Behavior.UPDATE, dry_run=True).said == "would have commented"
    host.add(body("old", OLD))
    said = post(request_there, body(), Behavior.DELETE_AND_NEW, dry_run=True).said
    assert said.startswith("would have commented, would have deleted 1")
    assert {one.method for one in host.arrived if one.path != "/graphql"} == {"GET"}


# ---------------------------------------------------------------- what fails on the way


def test_a_502_to_the_list_is_waited_out(host: CodeHost, request_there: Host, waits: list[float]) -> None:
    host.fail("GET", 502, times=3, path="comments|notes")
    post(request_there, body(), Behavior.UPDATE)
    assert waits == [1.0, 2.0, 4.0]
    assert host.count("POST") == 1


def test_a_comment_that_was_written_behind_a_502_is_not_written_twice(
    host: CodeHost, request_there: Host, waits: list[float]
) -> None:
    host.fail("POST", 502, after=True, path="comments|notes")
    assert "says the same" in post(request_there, body(), Behavior.UPDATE).said
    assert (len(host.comments), host.count("POST"), waits) == (1, 1, [1.0])


def test_a_502_that_wrote_nothing_is_followed_by_another_try(host: CodeHost, request_there: Host) -> None:
    host.fail("POST", 502, path="comments|notes")
    assert post(request_there, body(), Behavior.UPDATE).said.startswith("commented")
    assert (len(host.comments), host.count("POST")) == (1, 2)


def test_a_time_out_after_the_comment_was_written_gives_one_comment(
    host: CodeHost, client: Callable[..., Client]
) -> None:
    request = github.GitHub(client(timeout=0.2), f"{host.url}/graphql", "octo/net", 7)
    host.hang("POST", after=True)
    assert "says the same" in post(request, body(), Behavior.UPDATE).said
    assert (len(host.comments), host.count("POST")) == (1, 1)


def test_a_host_that_stays_down_is_given_up(host: CodeHost, request_there: Host, waits: list[float]) -> None:
    host.fail("GET", 503, times=9, path="comments|notes")
    with pytest.raises(HostError, match="503"):
        post(request_there, body(), Behavior.UPDATE)
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_a_host_that_never_answers_is_given_up(host: CodeHost, client: Callable[..., Client]) -> None:
    request = github.GitHub(client(timeout=0.1), f"{host.url}/graphql", "octo/net", 7)
    host.hang("GET", times=9)
    with pytest.raises(HostError, match="did not answer in time"):
        post(request, body(), Behavior.UPDATE)
    assert host.count("GET") == 5


def test_a_rate_limit_is_waited_out_for_as_long_as_it_says(
    host: CodeHost, request_there: Host, waits: list[float]
) -> None:
    host.fail("POST", 429, headers={"Retry-After": "7"}, path="comments|notes")
    host.fail("POST", 429, headers={"Retry-After": "Thu, 01 Jan 1970 00:17:00 GMT"}, path="comments|notes")
    post(request_there, body(), Behavior.UPDATE)
    assert waits == [7.0, 20.0]
    assert (len(host.comments), host.count("POST")) == (1, 3)


@pytest.mark.parametrize(
    ("headers", "message", "wait"),
    [
        ({"Retry-After": "60"}, "Forbidden", 60.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1030"}, "API rate limit exceeded", 31.0),
        ({}, "You have exceeded a secondary rate limit. Please wait a few minutes", 60.0),
    ],
)
def test_githubs_403_for_a_rate_limit_is_no_refusal(
    host: CodeHost, on_github: Host, waits: list[float], headers: dict[str, str], message: str, wait: float
) -> None:
    host.fail("POST", 403, {"message": message}, headers=headers, path="comments")
    assert post(on_github, body(), Behavior.UPDATE).said.startswith("commented")
    assert (waits, host.count("POST")) == ([wait], 2)


def test_a_rate_limit_of_an_hour_is_told_and_not_waited_for(
    host: CodeHost, request_there: Host, waits: list[float]
) -> None:
    host.fail("POST", 429, headers={"Retry-After": "3600"}, path="comments|notes")
    with pytest.raises(HostError, match="try again in 60 minutes"):
        post(request_there, body(), Behavior.UPDATE)
    assert waits == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_permission_the_outcome_is_denied(host: CodeHost, request_there: Host, method: str) -> None:
    host.fail(method, 403, {"message": "Resource not accessible by integration"}, path="comments|notes")
    outcome = post(request_there, body(), Behavior.UPDATE)
    assert outcome.denied
    assert "403 Resource not accessible by integration" in outcome.said
    assert host.comments == {}
    assert host.count("POST") <= 1


def test_no_such_request_is_an_error(host: CodeHost, request_there: Host) -> None:
    host.fail("GET", 404, {"message": "Not Found"}, path="comments|notes")
    with pytest.raises(Missing, match="404 Not Found"):
        post(request_there, body(), Behavior.UPDATE)


def test_a_comment_deleted_meanwhile_is_written_anew(host: CodeHost, request_there: Host) -> None:
    ours = host.add(body("old", OLD))
    for method in ("PATCH", "PUT"):
        host.fail(method, 404, forgets=ours)
    post(request_there, body(), Behavior.UPDATE)
    assert ours not in host.comments
    assert [one["body"] for one in host.comments.values()] == [body()]


def test_a_job_token_that_gitlab_does_not_admit_is_a_refusal(host: CodeHost, client: Callable[..., Client]) -> None:
    refused = {"message": "401 Unauthorized"}
    host.fail("GET", 401, refused, times=2, path="notes")
    job = gitlab.GitLab(client(gitlab.headers(TOKEN, "0", job=True)), "octo/net", 7, job=True)
    outcome = post(job, body(), Behavior.UPDATE)
    assert outcome.denied
    assert "GITLAB_TOKEN" in outcome.said
    own = gitlab.GitLab(client(gitlab.headers(TOKEN, "0", job=False)), "octo/net", 7)
    with pytest.raises(Unaccepted, match="not accepted"):
        post(own, body(), Behavior.UPDATE)


def test_a_token_whose_graphql_is_closed_is_asked_for_by_rest(host: CodeHost, client: Callable[..., Client]) -> None:
    ours = host.add(body("old", OLD))
    request = github.GitHub(client(), f"{host.url}/nowhere", "octo/net", 7)
    post(request, body(), Behavior.UPDATE)
    assert host.comments[ours]["body"] == body()


# ---------------------------------------------------------------- long, silent and commanding bodies


def test_a_long_body_is_cut_between_lines_with_what_is_open_closed(host: CodeHost, on_github: Host) -> None:
    text = "<details>\n\n```text\n" + "one line of the tree\n" * 9000 + "```\n</details>"
    post(on_github, body(text), Behavior.UPDATE)
    (sent,) = [one["body"] for one in host.comments.values()]
    assert len(sent) <= 65_536
    assert sent.startswith(body("").splitlines()[0])
    assert sent.count("```") % 2 == 0
    assert sent.count("<details>") == sent.count("</details>") == 1
    assert "The rest is cut off" in sent
    assert "one line of the tree\n```\n</details>" in sent
    assert host.count("POST") == 1


def test_a_host_with_a_lower_limit_gets_less(host: CodeHost, request_there: Host) -> None:
    host.limit = 20_000
    post(request_there, body("line\n" * 12_000), Behavior.UPDATE)
    (sent,) = [one["body"] for one in host.comments.values()]
    assert 5_000 < len(sent) <= 20_000
    assert sent.endswith("has all of it._\n")


def test_another_422_is_told_and_not_tried_again(host: CodeHost, request_there: Host) -> None:
    host.fail("POST", 422, {"message": "Validation Failed", "errors": ["spam"]}, path="comments|notes")
    with pytest.raises(HostError, match="422 Validation Failed; spam"):
        post(request_there, body(), Behavior.UPDATE)
    assert host.count("POST") == 1


@pytest.mark.parametrize(
    ("largest", "bound", "silent"),
    [
        (Largest(400, 0.5), ONE_PERCENT, True),
        (Largest(400, 1.0), ONE_PERCENT, False),
        (Largest(400, None), ONE_PERCENT, False),
        (Largest(0, None), ONE_PERCENT, True),
        (Largest(), ONE_PERCENT, False),
        (Largest(9999, 50.0), Growth(absolute=10_000), True),
        (Largest(10_000, 0.1), Growth(absolute=10_000), False),
        (Largest(None, 0.1), Growth(absolute=10_000), False),
    ],
)
def test_a_change_below_the_bound_gets_no_comment(
    host: CodeHost, on_github: Host, largest: Largest, bound: Growth, silent: bool
) -> None:
    outcome = post(on_github, body(largest=largest), Behavior.NEW, silent_below=bound)
    assert len(host.comments) == (0 if silent else 1)
    assert ("below the bound" in outcome.said) is silent


@pytest.mark.parametrize("behavior", list(Behavior))
def test_a_comment_that_is_there_says_that_the_change_is_below_the_bound(
    host: CodeHost, request_there: Host, behavior: Behavior
) -> None:
    ours = host.add(body("large", OLD, NOON - timedelta(1), Largest(10**6, 80.0)))
    small = body("small", largest=Largest(10, 0.001))
    post(request_there, small, behavior, silent_below=ONE_PERCENT)
    assert list(host.comments) == [ours]
    assert "no model's parameters change by 1 % or more" in host.comments[ours]["body"]
    assert "small" not in host.comments[ours]["body"]
    again = post(request_there, small, behavior, silent_below=ONE_PERCENT)
    assert "says the same" in again.said


def test_a_quick_action_of_gitlab_is_none(host: CodeHost, client: Callable[..., Client]) -> None:
    request = gitlab.GitLab(client(gitlab.headers(TOKEN, "0", job=False)), "octo/net", 7)
    text = "a/b\n/close\n  /merge\n> /approve\n// not one\n1/2"
    post(request, body(text), Behavior.UPDATE)
    (sent,) = [one["body"] for one in host.comments.values()]
    lines = sent.splitlines()[1:]
    assert lines == ["a/b", "\u200b/close", "  \u200b/merge", "> \u200b/approve", "// not one", "1/2"]
    assert "says the same" in post(request, body(text), Behavior.UPDATE).said


# ---------------------------------------------------------------- where the token goes


def test_the_token_is_sent_in_a_header_alone(host: CodeHost, request_there: Host) -> None:
    host.add(body("old", OLD))
    post(request_there, body(), Behavior.DELETE_AND_NEW)
    for one in host.arrived:
        assert TOKEN in one.headers.get("authorization", "") + one.headers.get("job-token", "")
        assert TOKEN not in f"{one.path}{one.query}{one.body}"


def test_the_token_is_not_taken_to_another_host(host: CodeHost, request_there: Host) -> None:
    with CodeHost() as elsewhere:
        away = {"Location": f"{elsewhere.url}/repos/octo/net/issues/7/comments"}
        host.fail("GET", 307, headers=away, path="comments|notes")
        with pytest.raises(HostError, match="another host"):
            post(request_there, body(), Behavior.UPDATE)
        link = {"Link": f'<{elsewhere.url}/comments?page=2>; rel="next"'}
        host.fail("GET", 200, [{"id": 1, "body": ""}], headers=link, path="comments|notes")
        with pytest.raises(HostError, match="another host"):
            post(request_there, body(), Behavior.UPDATE)
        assert elsewhere.arrived == []


def test_a_repository_that_moved_is_followed_on_the_same_host(host: CodeHost, on_github: Host) -> None:
    for method in ("GET", "POST"):
        location = "/repos/octo/net/issues/7/comments"
        host.fail(method, 301, headers={"Location": location}, path="comments")
    assert post(on_github, body(), Behavior.UPDATE).said.startswith("commented")
    assert len(host.comments) == 1


def test_redirects_do_not_go_on_for_ever(host: CodeHost, on_github: Host) -> None:
    host.fail("GET", 302, headers={"Location": "/repos/octo/net/issues/7/comments"}, times=50, path="comments")
    with pytest.raises(HostError, match="sent on more than"):
        post(on_github, body(), Behavior.UPDATE)


def test_no_error_holds_the_token(host: CodeHost, request_there: Host) -> None:
    for status in (401, 403, 404, 422, 500):
        host.fail("GET", status, {"message": f"token {TOKEN} is bad"}, times=5, path="comments|notes")
        try:
            said = post(request_there, body(), Behavior.UPDATE).said
        except HostError as error:
            said = str(error)
        assert "token *** is bad" in said
        host.answers.clear()


def test_an_answer_that_is_not_the_apis_is_told(host: CodeHost, request_there: Host) -> None:
    for document in ("<html>Sign in</html>", {"message": "welcome"}):
        host.fail("GET", 200, document, path="comments|notes")
        with pytest.raises(HostError, match="is this the API's address"):
            post(request_there, body(), Behavior.UPDATE)
    assert host.comments == {}


def test_markers_of_the_same_state_are_equal_whenever_they_were_made() -> None:
    marker = Marker(Largest(1, 1.0), NEW, NOON)
    assert written(marker) != written(replace(marker, made=NOON + timedelta(1)))
