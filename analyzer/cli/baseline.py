"""What `weighbridge check --baseline` reads and writes.

known("known.json", options)      -> Baseline(findings=..., models=...)
keep("write", options, checked, Baseline())      writes weighbridge-baseline.json
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from analyzer.cli import output

if TYPE_CHECKING:
    from analyzer.baseline import Baseline
    from analyzer.config import Options
    from analyzer.linting import Checked

WRITE = "write"


def known(asked: str | None, options: Options) -> Baseline:
    """What is forgiven: the file asked for, else that of the configuration; TargetError where it cannot be used."""
    from analyzer import baseline

    if asked == WRITE:
        return baseline.Baseline()
    file = Path(asked) if asked is not None else options.baseline
    return baseline.load(file) if file is not None else baseline.Baseline()


def keep(asked: str | None, options: Options, checked: Checked, before: Baseline) -> None:
    """Write the baseline, or take out of it what has been mended."""
    from analyzer import baseline

    if asked == WRITE:
        _write(options.baseline or options.root / baseline.FILE, options, checked)
        return
    used = Path(asked) if asked is not None else options.baseline
    if used is not None and not checked.report.problems:
        smaller = baseline.shrunk(before, baseline.taken(checked.found, ()), checked.rules, checked.is_whole)
        if smaller != before:
            output.save(baseline.dumped(smaller), used)
            typer.echo(f"{output.relative(used)}: what has been mended is forgiven no longer", err=True)


def _write(file: Path, options: Options, checked: Checked) -> None:
    """Write what there is now, with what the file has said so far of files and rules that were not checked."""
    from analyzer import baseline
    from analyzer.errors import TargetError
    from analyzer.reports.findings.parts.sentences import counted

    try:
        before = baseline.load(file)
    except TargetError:
        before = baseline.Baseline()
    now = baseline.taken(checked.report.findings, checked.report.models)
    left = [name for name in baseline.files_of(before) if name not in checked.files]
    standing = {name for name in left if os.path.isfile(options.root / name)}
    output.save(baseline.dumped(baseline.joined(now, before, standing, checked.files, checked.rules)), file)
    forgiven, sizes = counted(len(checked.report.findings), "finding"), counted(len(now.models), "model")
    others = f"; {counted(len(standing), 'other file')} as before" if standing else ""
    typer.echo(f"{output.relative(file)}: {forgiven} forgiven, sizes of {sizes}{others}", err=True)
