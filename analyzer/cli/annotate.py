"""`weighbridge annotate`: writes and keeps the shapes of layers in comments behind them.

weighbridge annotate src --check
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli import output
from analyzer.cli.closest import by_project
from analyzer.cli.options import Config

if TYPE_CHECKING:
    from analyzer.annotating import Change


def run(
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="Files and folders.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; list what would change, and exit 1 if that is anything.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; print what would change, and exit 1 if that is anything.")
    ] = False,
    config: Config = None,
) -> None:
    """Write what each layer gives, and its parameters, in a comment behind it: # [N, 64, 16, 16]  18,496

    Such comments are kept up to date and taken out where they are no longer known; all others stay as they are.

    \b
    Examples:
      weighbridge annotate net.py
      weighbridge annotate src --diff
      weighbridge annotate --check
    """
    from analyzer.annotating import annotate
    from analyzer.report import Report
    from analyzer.reports.findings.parts.sentences import counted
    from analyzer.reports.parts.merged import merged

    lines: list[str] = []
    files: dict[Path, tuple[bytes, bytes]] = {}
    unread: list[tuple[str, Report]] = []
    read = 0
    for options, places in by_project(paths or ["."], config, lambda options: options, isolated=False):
        found = annotate(places, options)
        prefix = output.prefix(options.root)
        lines += [f"{prefix}{_told(change)}\n" for change in found.changes]
        files |= found.files
        unread.append((prefix, Report(problems=found.problems)))
        read += found.read
    if diff:
        output.write(output.differences(files))
    elif check:
        output.write("".join(lines))
    else:
        for path, (_, data) in files.items():
            output.overwrite(path, data)
    if not lines:
        typer.echo(f"{counted(read, 'file')} read, nothing to change", err=True)
    else:
        changed = f"{counted(len(lines), 'comment')} in {counted(len(files), 'file')}"
        typer.echo(f"{changed} {'would change' if check or diff else 'changed'}", err=True)
    problems = merged(unread).problems
    output.tell(problems)
    if problems:
        raise typer.Exit(output.UNUSABLE)
    raise typer.Exit(output.FINDINGS if (check or diff) and lines else output.FINE)


def _told(change: Change) -> str:
    """`net.py:4: # [N, 64, 32, 32]  18,496, not # [N, 64, 16, 16]  18,496`"""
    place = f"{change.file}:{change.line}"
    if not change.after:
        return f"{place}: {change.before.rstrip()} is not known"
    return f"{place}: {change.after}" + (f", not {change.before.rstrip()}" if change.before else "")
