"""`weighbridge annotate`: writes and keeps the shapes of layers in comments behind them.

weighbridge annotate src --check
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli import output
from analyzer.cli.options import Config, options_for

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
    from analyzer.reports.findings.parts.sentences import counted

    asked = paths or ["."]
    found = annotate(asked, options_for(asked[0], config))
    changes, files = counted(len(found.changes), "comment"), counted(len(found.files), "file")
    if diff:
        output.write(output.differences(found.files))
    elif check:
        output.write("".join(f"{_told(change)}\n" for change in found.changes))
    else:
        for path, (_, data) in found.files.items():
            output.overwrite(path, data)
    if not found.changes:
        typer.echo(f"{counted(found.read, 'file')} read, nothing to change", err=True)
    else:
        typer.echo(f"{changes} in {files} {'would change' if check or diff else 'changed'}", err=True)
    output.tell(found.problems)
    if found.problems:
        raise typer.Exit(output.UNUSABLE)
    raise typer.Exit(output.FINDINGS if (check or diff) and found.changes else output.FINE)


def _told(change: Change) -> str:
    """`net.py:4: # [N, 64, 32, 32]  18,496, not # [N, 64, 16, 16]  18,496`"""
    place = f"{change.file}:{change.line}"
    if not change.after:
        return f"{place}: {change.before.rstrip()} is not known"
    return f"{place}: {change.after}" + (f", not {change.before.rstrip()}" if change.before else "")
