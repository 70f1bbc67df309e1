"""`weighbridge comment` as a whole, against a server on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analyzer.cli.app import app
from analyzer.review.marker import Largest, Marker, read, written
from tests.unit.review.hosts.code_host import STRANGER, TOKEN, CodeHost

MARKER = Marker(Largest(10, 0.5), "b" * 40, datetime(2026, 5, 1, tzinfo=UTC))
BODY = f"{written(MARKER)}\n**weighbridge**: `Net` grows\n"
PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@pytest.fixture
def host() -> Iterator[CodeHost]:
    with CodeHost() as running:
        yield running


@pytest.fixture(params=["github", "gitlab"])
def job(request: pytest.FixtureRequest, host: CodeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of a CI job for request 7 of octo/net; the host's name."""
    for name in [*os.environ]:
        if name.startswith(("GITHUB_", "CI_", "GITLAB_")) or name in PROXIES:
            monkeypatch.delenv(name)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "f" * 40}}}), encoding="utf-8")
    here = {
        "github": {
            "GITHUB_API_URL": host.url, "GITHUB_REPOSITORY": "octo/net", "GITHUB_EVENT_PATH": str(event),
            "GITHUB_TOKEN": TOKEN,
        },
        "gitlab": {
            "CI_API_V4_URL": host.url, "CI_PROJECT_ID": "octo/net", "CI_MERGE_REQUEST_IID": "7", "CI_JOB_TOKEN": "no",
            "GITLAB_TOKEN": TOKEN, "CI_COMMIT_SHA": "f" * 40,
        },
    }  # fmt: skip
    for name, value in here[request.param].items():
        monkeypatch.setenv(name, value)
    return str(request.param)


def run(*arguments: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, ["comment", *arguments], input=stdin)
    assert TOKEN not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_a_job_needs_no_options(job: str, host: CodeHost) -> None:
    result = run(job, stdin=BODY)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("commented: ")
    assert [one["body"] for one in host.comments.values()] == [BODY]


def test_options_win_over_the_environment(
    job: str, host: CodeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_REPOSITORY", "CI_PROJECT_ID"):
        monkeypatch.setenv(name, "other/project")
    monkeypatch.setenv("CI_MERGE_REQUEST_IID", "99")
    (tmp_path / "body.md").write_text(BODY, encoding="utf-8")
    result = run(job, "--pr", "7", "--repo", "octo/net", "--body", str(tmp_path / "body.md"))
    assert result.exit_code == 0
    assert len(host.comments) == 1


def test_a_body_without_a_marker_gets_one(job: str, host: CodeHost) -> None:
    assert run(job, stdin="plain text").exit_code == 0
    (sent,) = [one["body"] for one in host.comments.values()]
    assert sent.partition("\n")[2] == "plain text"
    assert read(sent).head == "f" * 40
    assert "says the same" in run(job, stdin="plain text").stderr
    assert "updated" in run(job, stdin="other text").stderr
    assert len(host.comments) == 1


def test_a_fork_gets_the_text_in_its_job_summary(
    job: str, host: CodeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("above\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    host.fail("POST", 403, {"message": "Resource not accessible by integration"}, path="comments|notes")
    result = run(job, stdin=BODY)
    assert result.exit_code == 0
    assert "403 Resource not accessible by integration" in result.stderr
    assert "the text is in the job summary instead" in result.stderr
    assert summary.read_text(encoding="utf-8") == f"above\n{BODY}\n"
    assert host.comments == {}


def test_without_a_job_summary_the_text_is_printed(job: str, host: CodeHost) -> None:
    host.fail("POST", 403, {"message": "Forbidden"}, path="comments|notes")
    result = run(job, stdin=BODY)
    assert (result.exit_code, result.stdout) == (0, BODY)


def test_a_dry_run_prints_the_comment_and_writes_nothing(job: str, host: CodeHost) -> None:
    host.add(BODY.replace("grows", "shrinks"))
    result = run(job, "--dry-run", stdin=BODY)
    assert (result.exit_code, result.stdout) == (0, BODY)
    assert result.stderr.startswith("would have updated the comment: ")
    assert {one.method for one in host.arrived if one.path != "/graphql"} == {"GET"}


def test_a_dry_run_needs_no_token(job: str, host: CodeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    result = run(job, "--dry-run", stdin=BODY)
    assert (result.exit_code, result.stdout, host.arrived) == (0, BODY, [])
    assert "no token" in result.stderr


def test_what_is_printed_commands_neither_a_terminal_nor_a_workflow(
    job: str, host: CodeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    result = run(job, "--dry-run", stdin=f"{BODY}\x1b[2J\n::set-output name=x::y\n")
    first, *between, last = result.stdout.splitlines()
    assert first.startswith("::stop-commands::")
    assert last == f"::{first.removeprefix('::stop-commands::')}::"
    assert "\x1b" not in result.stdout
    assert "::set-output name=x::y" in between


@pytest.mark.parametrize("behavior", ["update", "new", "delete-and-new"])
def test_behaviors(job: str, host: CodeHost, behavior: str) -> None:
    host.add(BODY.replace("grows", "shrinks"), STRANGER)
    ours = host.add(BODY.replace("grows", "shrinks"))
    assert run(job, "--behavior", behavior, stdin=BODY).exit_code == 0
    bodies = [one["body"] for one in host.comments.values() if one["user"]["id"] != STRANGER]
    assert bodies.count(BODY) == 1
    assert (ours in host.comments, len(bodies)) == {
        "update": (True, 1),
        "new": (True, 2),
        "delete-and-new": (False, 1),
    }[behavior]


@pytest.mark.parametrize(
    ("bound", "comments"), [("1%", 0), ("0.5%", 1), ("10", 1), ("11", 0), ("10k", 0), ("10k parameters", 0)]
)
def test_silent_below(job: str, host: CodeHost, bound: str, comments: int) -> None:
    assert run(job, "--silent-below", bound, stdin=BODY).exit_code == 0
    assert len(host.comments) == comments


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("--silent-below", "much"), BODY, "is not a part or a number"),
        (("--body", "nowhere.md"), None, "cannot read nowhere.md"),
        (("--pr", "0"), BODY, "--pr"),
        (("--repo", "octo"), BODY, "OWNER/NAME"),
        (("--behavior", "shout"), BODY, "--behavior"),
        ((), "  \n", "the comment is empty"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_word(
    job: str, host: CodeHost, arguments: tuple[str, ...], stdin: str | None, said: str
) -> None:
    result = run(job, *arguments, stdin=stdin)
    assert result.exit_code == 2
    assert said in result.stderr
    assert host.arrived == []


def test_a_request_that_is_not_there_ends_with_2(job: str, host: CodeHost) -> None:
    result = run(job, "--pr", "8", stdin=BODY)
    assert result.exit_code == 2
    assert "404 Not Found" in result.stderr


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (TOKEN, "401 bad token ***"),
        (f"{TOKEN} and more", "characters that no token has"),
        (f"{TOKEN}\nx", "characters that no token has"),
        (f"{TOKEN}é", "characters that no token has"),
    ],
)
def test_the_process_never_prints_its_token(job: str, host: CodeHost, token: str, said: str) -> None:
    host.fail("GET", 401, {"message": f"bad token {TOKEN}"}, path="comments|notes")
    environment = {**os.environ, "GITHUB_TOKEN": token, "GITLAB_TOKEN": token, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "analyzer", "comment", job],
        cwd=Path(__file__).parents[3], env=environment, input=BODY, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert TOKEN not in done.stderr
    assert "Traceback" not in done.stderr
