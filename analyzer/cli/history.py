"""`weighbridge history`: what a model weighed at each commit of the log.

weighbridge history net.py::Net --since v1.0
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from analyzer.cli import output
from analyzer.cli.options import CacheDir, Config, NoCache, Output, Settings, means_for, options_for
from analyzer.reports import View
from analyzer.reports.history import names, render


def _known_format(name: str) -> str:
    if name not in names():
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(names())}")
    return name


def run(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="FILE::NAME, or 'FILE::EXPRESSION'.")],
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE|REV", help="Begin at a date, after '3 months ago', or behind a revision."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE|REV", help="End with a date or a revision; otherwise with HEAD.")
    ] = None,
    first_parent: Annotated[
        bool, typer.Option("--first-parent", help="Of a merge, follow only what it was made on.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Also show the commits that change nothing.")] = False,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="SHAPE",
            help="The whole shape of an input, batch included, for multiply-accumulates: N,3,32,32 or 1x3x224x224 or "
            "name=N,128:int64. Repeat it for several inputs. Without one, parameters alone are counted.",
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option("--format", "-f", metavar="|".join(names()), callback=_known_format, help="How to print it."),
    ] = "table",
    settings: Settings = None,
    config: Config = None,
    file: Output = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
) -> None:
    """Show what a model weighed over the log.

    Every commit is read from git's objects; nothing is checked out. A file that was renamed is followed. The model is
    built again only at commits where something that it rests on has changed. Dates are in UTC.

    \b
    Examples:
      weighbridge history net.py::Net
      weighbridge history 'model.py::GPT(GPTConfig())' --since 2024-01-01 --first-parent
      weighbridge history net.py::Net --input N,3,32,32 --format svg -o net.svg
      weighbridge history net.py::Net --until v2.0 --format csv > net.csv
    """
    from analyzer.cli.progress import Progress
    from analyzer.errors import TargetError
    from analyzer.review.history import history
    from analyzer.weighing import opened

    options = options_for(target, config, settings)
    means = means_for(options, cache_dir, no_cache)
    try:
        with opened(means) as store, Progress(unicode=output.writes_unicode(sys.stderr), things="commits") as progress:
            timeline = history(
                target, since=since, until=until, first_parent=first_parent,
                inputs=inputs or (), options=options, store=store, progress=progress,
            )  # fmt: skip
    except TargetError as error:
        output.tell([error.problem])
        raise typer.Exit(output.UNUSABLE) from error
    view = View(every=every)
    if file is None:
        output.write(render(form, timeline, output.on_terminal(view, sys.stdout)))
    else:
        output.save(render(form, timeline, view), file)
