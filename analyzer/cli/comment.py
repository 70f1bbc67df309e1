"""`weighbridge comment`: keep one comment on a pull or merge request that says what it does to the models.

weighbridge diff origin/main --format markdown | weighbridge comment github --pr 7
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli import output
from analyzer.review.hosts import Behavior, HostName

if TYPE_CHECKING:
    from analyzer.budget import Growth

STDIN = "-"
SUMMARY = "GITHUB_STEP_SUMMARY"


def run(
    host: Annotated[HostName, typer.Argument(metavar="github|gitlab", help="The code host.", show_default=False)],
    pr: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="The pull or merge request; in a CI job for one, that one."),
    ] = None,
    repo: Annotated[
        str | None,
        typer.Option(metavar="OWNER/NAME", help="The repository or project; in a CI job, the one that it is for."),
    ] = None,
    body: Annotated[
        str, typer.Option(metavar="FILE", help="The Markdown to post, as diff --format markdown writes it; - is stdin.")
    ] = STDIN,
    behavior: Annotated[
        Behavior,
        typer.Option(help="Update the comment that is there, write another, or replace it by a new one."),
    ] = Behavior.UPDATE,
    silent_below: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Do not comment where no model's parameters change by as much: 1%, 10k or 500; a comment that is "
            "there is updated to say so.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the comment and what would be done with it, and write nothing.")
    ] = False,
) -> None:
    """Post what a change does to the models as one comment on its pull or merge request.

    The comment is found again by an invisible marker and by its author, and is updated; nobody else's is touched.
    Without permission to comment, as for a fork, the text goes to the job summary instead, and the exit code is 0.

    The token comes from GITHUB_TOKEN, or GITLAB_TOKEN or CI_JOB_TOKEN, and is never printed. The API's address comes
    from GITHUB_API_URL or CI_API_V4_URL.

    \b
    Examples:
      weighbridge diff origin/main --format markdown | weighbridge comment github --pr 7
      weighbridge comment gitlab --body comment.md --silent-below 1%
      weighbridge comment github --pr 7 --repo octo/net --body comment.md --dry-run
    """
    from analyzer.reports.parts.escape import plain
    from analyzer.review.hosts.answers import HostError
    from analyzer.review.hosts.environment import opened, place_in
    from analyzer.review.hosts.posting import post

    bound = None if silent_below is None else _bound(silent_below)
    place = place_in(os.environ, host)
    place = replace(place, number=pr or place.number, repository=repo or place.repository)
    text = _marked(_body(body), place.head)
    if dry_run:
        _print(text)
        if not place.token:
            typer.echo("no token: what is there already cannot be looked at", err=True)
            return
    try:
        with opened(place, _version()) as request:
            outcome = post(request, text, behavior, silent_below=bound, dry_run=dry_run)
    except HostError as error:
        raise output.refused(str(error)) from None
    typer.echo(plain(outcome.said), err=True)
    if outcome.denied and not dry_run:
        _fall_back(text)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("weighbridge")
    except PackageNotFoundError:
        return "0"


def _bound(text: str) -> Growth:
    """`1%`, `10k`, `10k parameters` or `500`."""
    from analyzer.budget import read_growth
    from analyzer.config_values import MismatchError

    try:
        return read_growth(text.removesuffix("parameters").strip())
    except MismatchError as wrong:
        raise typer.BadParameter(f'{text!r} is not a part or a number such as "1%", "10k" or 500') from wrong


def _body(source: str) -> str:
    """The comment's Markdown from a file or stdin."""
    try:
        if source != STDIN:
            return Path(source).read_text(encoding="utf-8")
        if sys.stdin.isatty():
            raise output.refused("no comment is given: pipe it in, or name its file with --body")
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise output.refused(f"the comment is not UTF-8: {error.reason} at byte {error.start}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise output.refused(f"cannot read {source}: {reason}") from error


def _marked(body: str, head: str | None) -> str:
    """The body with a marker on top; one that has none speaks of the job's commit."""
    from analyzer.review.marker import Marker, is_marked, written

    if not body.strip():
        raise output.refused("the comment is empty")
    if is_marked(body):
        return body
    return f"{written(Marker(head=head, made=datetime.now(UTC)))}\n{body}"


def _fall_back(body: str) -> None:
    """Show a comment that may not be posted where its readers will find it: the job summary, else the log."""
    file = os.environ.get(SUMMARY)
    if not file:
        typer.echo("the token may not comment; the text is printed instead", err=True)
        _print(body)
        return
    try:
        with Path(file).open("a", encoding="utf-8", newline="\n") as summary:
            summary.write(f"{body.rstrip()}\n\n")
    except OSError as error:
        raise output.refused(f"cannot write the job summary: {error.strerror}") from error
    typer.echo("the token may not comment; the text is in the job summary instead", err=True)


def _print(body: str) -> None:
    """Print Markdown that may hold anybody's words: no escapes of a terminal, no commands to a workflow's runner."""
    from analyzer.reports.parts.escape import plain

    text = "".join(f"{plain(line)}\n" for line in body.splitlines())
    if os.environ.get("GITHUB_ACTIONS") == "true":
        ours = secrets.token_hex(16)
        text = f"::stop-commands::{ours}\n{text}::{ours}::\n"
    output.write(text)
