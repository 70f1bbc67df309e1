"""`weighbridge inventory`: one table of every model in thousands of repositories.

weighbridge inventory repos.txt --output models.csv
"""

from __future__ import annotations

import importlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli import output
from analyzer.reports.parts.collected import SUFFIXES, NotInstalledError, csv_lines, require, written

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from analyzer.inventory import Row, Start

STATE = Path(".weighbridge_inventory")
ELSEWHERE = 256
"""Repositories that are handed to an executor of the user's at a time."""


def _known_suffix(file: Path | None) -> Path | None:
    if file is not None and file.suffix not in SUFFIXES:
        raise typer.BadParameter(f"the name must end in one of {', '.join(SUFFIXES)}")
    return file


def run(
    listing: Annotated[
        Path, typer.Argument(metavar="REPOS.txt", help="A file with a path, or the URL of a clone, on each line.")
    ],
    executor: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:FACTORY",
            help="Do the work where a concurrent.futures.Executor of yours says. The module is code of your own: it "
            "is imported from where Python finds modules, as in PYTHONPATH, and its FACTORY is called without "
            "arguments. No repository that is listed is ever put on that path.",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            callback=_known_suffix,
            help="Write the table to FILE.csv, FILE.json or FILE.parquet; otherwise CSV is printed.",
        ),
    ] = None,
    state: Annotated[Path, typer.Option(metavar="FOLDER", help="Keep results here, and take what is there.")] = STATE,
    clones: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where clones lie, as HOST/OWNER/NAME or OWNER/NAME.")
    ] = Path(),
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help=f"So many repositories at a time: by default one for each core, or {ELSEWHERE} for an executor.",
        ),
    ] = None,
) -> None:
    """Weigh the models of many repositories into one table.

    Nothing is cloned or fetched, and the configuration in repositories is not used. Results are kept by the content of
    a repository: the same content is read once, and a run that was ended goes on where it was. What cannot be read is a
    row with status "unread"; where that is a whole repository, the exit code is 2.

    \b
    Examples:
      weighbridge inventory repos.txt --output models.csv
      weighbridge inventory repos.txt --clones /data/clones --output models.parquet
      PYTHONPATH=. weighbridge inventory repos.txt --executor cluster:start --output models.csv
    """
    from analyzer.cli.progress import Progress
    from analyzer.inventory import COLUMNS, Kept, inventory
    from analyzer.repositories import listed

    try:
        repositories = listed(listing.read_text(encoding="utf-8"), clones)
    except (OSError, UnicodeDecodeError) as error:
        raise output.refused(f"cannot read {listing}: {getattr(error, 'strerror', None) or error}") from error
    start = _own(jobs or os.cpu_count() or 1) if executor is None else _given(executor)
    window = jobs or (os.cpu_count() or 1 if executor is None else ELSEWHERE)
    try:
        if file is not None:
            require(file)
        counted = _Counted()
        with Progress(unicode=output.writes_unicode(sys.stderr), things="repositories") as progress:
            rows = counted.through(inventory(repositories, Kept(state), start, window=window, told=progress))
            if file is not None:
                written(rows, COLUMNS, file)
            else:
                output.write(csv_lines(rows, COLUMNS))
    except NotInstalledError as error:
        raise output.refused(str(error)) from error
    except OSError as error:
        raise output.refused(f"cannot write {error.filename or 'the table'}: {error.strerror}") from error
    typer.echo(counted.told(len(repositories)), err=True)
    raise typer.Exit(output.UNUSABLE if counted.lost else output.FINE)


class _Counted:
    """Counts rows that go by."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.lost = 0
        """Repositories that could not be read."""

    def through(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.statuses[str(row[4])] += 1
            self.lost += not row[9]  # without a key
            yield row

    def told(self, repositories: int) -> str:
        models = self.statuses.total() - self.statuses["unread"]
        parts = [f"{count:,} {status}" for status, count in sorted(self.statuses.items())]
        return f"{repositories:,} repositories, {models:,} models" + (f": {', '.join(parts)}" if parts else "")


def _own(jobs: int) -> Start:
    """Processes of our own."""
    from analyzer.processes import _pool

    return lambda: _pool(jobs)


def _given(text: str) -> Start:
    """The factory of an executor by its name; exits with code 2 where there is none."""
    module, _, name = text.partition(":")
    try:
        factory = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise typer.BadParameter(f"{text!r} names no factory: {error}", param_hint="--executor") from error

    def start() -> Executor:
        from concurrent.futures import Executor

        executor = factory()
        if not isinstance(executor, Executor):
            raise typer.BadParameter(f"{text} gave no concurrent.futures.Executor", param_hint="--executor")
        return executor

    return start
