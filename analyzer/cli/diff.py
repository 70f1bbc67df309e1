"""`weighbridge diff`: what a change does to the models, and why.

weighbridge diff main
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli import output
from analyzer.cli.options import CacheDir, Config, NoCache, Output, means_for
from analyzer.reports import View

if TYPE_CHECKING:
    from analyzer.change import Change, Comparison

FORMATS = ("table", "markdown", "json")
FAILS = {
    "warning": "budgets that only warn",
    "checkpoint": "old weights that do not load",
    "keys": "old weights that load with strict=False only",
    "unknown": "changed models of which not everything is known",
    "change": "any change of any model",
    "nothing": "nothing at all, budgets included",
}


def _known_format(name: str) -> str:
    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}")
    return name


def _reasons(texts: list[str] | None) -> list[str] | None:
    for text in texts or ():
        for part in text.split(","):
            if part.strip() not in FAILS:
                raise typer.BadParameter(f"{part.strip()!r} is not one of {', '.join(FAILS)}")
    return texts


def run(
    base: Annotated[str, typer.Argument(metavar="BASE", help="What to compare with: a revision, folder or report.")],
    rest: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[HEAD] [PATH]...",
            help="What has changed: a revision, folder or report, or else the work tree; then files and folders.",
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option("--format", "-f", metavar="|".join(FORMATS), callback=_known_format, help="How to print it."),
    ] = "table",
    merge_base: Annotated[
        bool,
        typer.Option(
            "--merge-base/--no-merge-base", help="Compare with where BASE was left, or with BASE as it is now."
        ),
    ] = True,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REASONS",
            callback=_reasons,
            help="Exit with 1 not only for budgets that fail, but also for "
            + "; ".join(f"{name}: {about}" for name, about in FAILS.items())
            + ". Repeatable, or separated by commas.",
        ),
    ] = None,
    config: Config = None,
    file: Output = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
) -> None:
    """Show what a change does to models: sizes, layers, checkpoints, and the lines that are the cause.

    Both sides are read from git's objects; nothing is checked out. The work tree counts with what is not committed.
    Configuration and budgets are those of BASE.

    \b
    Examples:
      weighbridge diff main                        the work tree, against where it left main
      weighbridge diff v1.0 HEAD src/models        two commits
      weighbridge diff old/ new/                   two folders
      weighbridge diff before.json after.json      two reports: scan --layers --shapes --format json
      weighbridge diff origin/main --format markdown | weighbridge comment github --pr 7
    """
    from analyzer.cli.progress import Progress
    from analyzer.config import Options, find_root, real
    from analyzer.errors import TargetError
    from analyzer.review.diff import diff
    from analyzer.review.sides import head_and_paths
    from analyzer.weighing import opened

    means = means_for(Options(find_root(real(Path.cwd()))), cache_dir, no_cache)
    try:
        head, paths = head_and_paths(base, rest or ())
        with opened(means) as store, Progress(unicode=output.writes_unicode(sys.stderr)) as progress:
            comparison = diff(base, head, paths, merge_base=merge_base, config=config, store=store, progress=progress)
    except TargetError as error:
        output.tell([error.problem])
        raise typer.Exit(output.UNUSABLE) from error
    if file is None:
        output.write(_text(comparison, form, output.on_terminal(View(), sys.stdout)))
    else:
        output.save(_text(comparison, form, View()), file)
    output.tell(comparison.problems)
    reasons = {part.strip() for text in fail_on or () for part in text.split(",")}
    raise typer.Exit(output.FINDINGS if _fails(comparison, reasons) else output.FINE)


def _text(comparison: Comparison, form: str, view: View) -> str:
    if form == "markdown":
        from analyzer.review.comment import text

        return text(comparison, made=datetime.now(UTC))
    from analyzer.reports.changes import render

    return render(form, comparison, view)


def _fails(comparison: Comparison, reasons: set[str]) -> bool:
    """Whether a budget fails, or the change is one of those that were asked for."""
    if "nothing" in reasons:
        return False
    if any(breach.severity == "error" or "warning" in reasons for breach in comparison.breaches):
        return True
    return any(_is_meant(change, reasons) for change in comparison.models)


def _is_meant(change: Change, reasons: set[str]) -> bool:
    from analyzer.change import Loads

    loads = Loads.YES if change.checkpoint is None else change.checkpoint.loads
    return (
        "change" in reasons
        or ("checkpoint" in reasons and loads is Loads.NO)
        or ("keys" in reasons and loads in (Loads.NO, Loads.NOT_STRICT))
        or ("unknown" in reasons and change.status in ("partial", "failed"))
    )
