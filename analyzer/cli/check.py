"""`weighbridge check`: what is wrong with the models of files and folders.

weighbridge check src --select WBX --fix
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import analyzer
from analyzer.cli import output
from analyzer.cli.options import CacheDir, Config, Jobs, NoCache, Output, means_for, options_for
from analyzer.reports.findings import Shown, names, render

if TYPE_CHECKING:
    from analyzer.baseline import Baseline
    from analyzer.config import Options
    from analyzer.linting import Checked
    from analyzer.report import Report
    from analyzer.weighing import Means

WRITE = "write"
TOLD_APART = ("github", "gitlab", "json", "json-lines", "junit", "rdjson", "sarif")
"""Formats for machines: what was read is told to people on stderr besides."""


def _known_format(name: str) -> str:
    if name not in names():
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(names())}")
    return name


def _listed(texts: list[str] | None) -> tuple[str, ...]:
    """`--select A,B --select C`"""
    return tuple(part.strip() for text in texts or () for part in text.split(",") if part.strip())


def run(
    paths: Annotated[list[str] | None, typer.Argument(metavar="[PATH]...", help="Files and folders.")] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULES", help="Check these rules alone: codes, names, or beginnings of codes; or ALL."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULES", help="Leave these rules out.")] = None,
    extend_select: Annotated[
        list[str] | None, typer.Option(metavar="RULES", help="Check these rules besides those that are on.")
    ] = None,
    per_file_ignores: Annotated[
        list[str] | None, typer.Option(metavar="GLOB:RULES", help="Leave rules out in some files. Repeatable.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Leave out files and folders. Repeatable.")
    ] = None,
    force_exclude: Annotated[
        bool, typer.Option("--force-exclude", help="Leave out excluded files also where they are named.")
    ] = False,
    with_importers: Annotated[
        bool, typer.Option("--with-importers", help="Check also the files of the project that import those named.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended without changing what is meant.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Take also fixes that may change what is meant.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print what --fix would change instead; exit 1 if that is anything.")
    ] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Print how often each rule is broken.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 even if there are findings.")] = False,
    form: Annotated[
        str,
        typer.Option(
            "--output-format", "-f", metavar="|".join(names()), callback=_known_format, help="How to print findings."
        ),
    ] = "full",
    file: Output = None,
    config: Config = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no configuration.")] = False,
    stdin_filename: Annotated[
        str | None, typer.Option(metavar="FILE", help="Check what comes on stdin as if it stood in this file.")
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar=f"{WRITE}|FILE",
            help="Forgive the findings of this file; 'write' writes what there is now, sizes of models included.",
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C.")] = False,
    jobs: Jobs = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
) -> None:
    """Find what is wrong with the models in files and folders, and models over their budget.

    \b
    Examples:
      weighbridge check
      weighbridge check src --select WBX,WBR --output-format concise
      weighbridge check src --fix --unsafe-fixes --diff
      weighbridge check --baseline write
    """
    if stdin_filename is not None:
        paths = [stdin_filename]
    asked = paths or ["."]
    options = options_for(asked[0], config, isolated=isolated)
    options = _with_selection(options, select, ignore, extend_select, per_file_ignores)
    options = replace(options, exclude=(*options.exclude, *_listed(exclude)))
    texts = {} if stdin_filename is None else {Path(stdin_filename).resolve(): sys.stdin.buffer.read()}
    means = means_for(options, cache_dir, no_cache, jobs)
    fixes = Fixes(fix, unsafe_fixes, diff)
    printed = Printed(form, file, statistics, exit_zero)
    scope = Scope(asked, force_exclude, with_importers)
    if watch:
        _watch(lambda: _once(scope, options, texts, baseline, fixes, printed, means), options)
        raise typer.Exit(output.FINE)
    raise typer.Exit(_once(scope, options, texts, baseline, fixes, printed, means))


@dataclass(frozen=True, slots=True)
class Scope:
    """What is checked."""

    paths: list[str]
    force_exclude: bool
    with_importers: bool


@dataclass(frozen=True, slots=True)
class Fixes:
    """What is mended; with `diff` that is printed, and nothing written."""

    asked: bool
    unsafe: bool
    diff: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """What is printed, and where."""

    form: str
    file: Path | None
    statistics: bool
    exit_zero: bool


def _once(
    scope: Scope,
    options: Options,
    texts: Mapping[Path, bytes],
    baseline: str | None,
    fixes: Fixes,
    printed: Printed,
    means: Means,
) -> int:
    """Check, mend and print; the exit code.  A text in place of a file is what came on stdin."""
    from analyzer.errors import TargetError

    try:
        known = _known(baseline, options)
        checked, new, count = _checked(scope, options, texts, known, fixes, means)
    except TargetError as error:
        output.tell([error.problem])
        return output.UNUSABLE
    report = checked.report
    if fixes.diff:
        files = {path: (texts[path] if path in texts else path.read_bytes(), data) for path, data in new.items()}
        output.write(output.differences(files))
        output.tell(report.problems)
        return output.UNUSABLE if report.problems else output.FINDINGS if new else output.FINE
    _write_fixes(new, texts, scope.paths[0] if texts and fixes.asked else None)
    _keep_baseline(baseline, options, checked, known)
    if baseline == WRITE:
        report = replace(report, findings=())
    if not (texts and fixes.asked):
        shown = Shown(_prefix(options.root), fixes.unsafe, count, analyzer.__version__)
        _show(report, printed.form, shown, printed.file, statistics=printed.statistics)
    output.tell(report.problems)
    if report.problems:
        return output.UNUSABLE
    return output.FINDINGS if report.findings and not printed.exit_zero else output.FINE


def _watch(check: Callable[[], object], options: Options) -> None:
    """Check whenever something in the project changes."""
    import time

    from analyzer.cli.watching import snapshot, watch

    places = [options.root, *options.search_path, *(file for file in (options.source, options.baseline) if file)]
    watch(check, partial(snapshot, places), time.sleep, _clear)


def _clear() -> None:
    """Empty the screen, if there is one."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        sys.stdout.write("\x1b[2J\x1b[H")
        sys.stdout.flush()


def _with_selection(
    options: Options,
    select: list[str] | None,
    ignore: list[str] | None,
    extend_select: list[str] | None,
    per_file_ignores: list[str] | None,
) -> Options:
    """Options with what the command line says of rules: a selection there replaces that of the configuration."""
    if select is not None:
        options = replace(options, select=_listed(select), extend_select=(), ignore=())
    ignores = dict(options.per_file_ignores)
    for text in _listed(per_file_ignores):
        pattern, colon, code = text.rpartition(":")
        if not colon:
            raise typer.BadParameter(f"{text!r} is not GLOB:RULE", param_hint="--per-file-ignores")
        ignores[pattern] = (*ignores.get(pattern, ()), code)
    return replace(
        options,
        ignore=(*options.ignore, *_listed(ignore)),
        extend_select=(*options.extend_select, *_listed(extend_select)),
        per_file_ignores=ignores,
    )


def _checked(
    scope: Scope, options: Options, texts: Mapping[Path, bytes], known: Baseline, fixes: Fixes, means: Means
) -> tuple[Checked, dict[Path, bytes], int]:
    from analyzer.cli.progress import Progress
    from analyzer.linting import check, mend

    if fixes.asked or fixes.diff:
        return mend(
            scope.paths, options=options, texts=texts, known=known, unsafe=fixes.unsafe,
            force_exclude=scope.force_exclude, with_importers=scope.with_importers, means=means,
        )  # fmt: skip
    with Progress(unicode=output.writes_unicode(sys.stderr)) as progress:
        checked = check(
            scope.paths, options=options, texts=texts, known=known, force_exclude=scope.force_exclude,
            with_importers=scope.with_importers, means=replace(means, progress=progress),
        )  # fmt: skip
    return checked, {}, 0


# ---------------------------------------------------------------- the baseline


def _known(asked: str | None, options: Options) -> Baseline:
    from analyzer import baseline

    if asked == WRITE:
        return baseline.Baseline()
    file = Path(asked) if asked is not None else options.baseline
    return baseline.load(file) if file is not None else baseline.Baseline()


def _keep_baseline(asked: str | None, options: Options, checked: Checked, known: Baseline) -> None:
    """Write the baseline, or take out of it what has been mended."""
    from analyzer import baseline
    from analyzer.reports.findings.parts.sentences import counted

    if asked == WRITE:
        file = options.baseline or options.root / baseline.FILE
        now = baseline.taken(checked.report.findings, checked.report.models)
        output.save(baseline.dumped(now), file)
        forgiven = counted(len(checked.report.findings), "finding")
        sizes = counted(len(now.models), "model")
        typer.echo(f"{output.relative(file)}: {forgiven} forgiven, sizes of {sizes}", err=True)
        return
    used = Path(asked) if asked is not None else options.baseline
    if used is not None and not checked.report.problems:
        smaller = baseline.shrunk(known, baseline.taken(checked.found, ()), checked.rules, checked.is_whole)
        if smaller != known:
            output.save(baseline.dumped(smaller), used)
            typer.echo(f"{output.relative(used)}: what has been mended is forgiven no longer", err=True)


# ---------------------------------------------------------------- what is printed and written


def _show(report: Report, form: str, shown: Shown, file: Path | None, *, statistics: bool) -> None:
    if statistics:
        text = _statistics(report)
    elif file is None:
        colour, unicode = output.wants_colour(sys.stdout), output.writes_unicode(sys.stdout)
        text = render(form, report, replace(shown, colour=colour, unicode=unicode))
    else:
        text = render(form, report, shown)
    if file is None:
        output.write(text)
    else:
        output.save(text, file)
    if form in TOLD_APART or file is not None:
        from analyzer.reports.findings.parts.sentences import covered, totals
        from analyzer.reports.parts.escape import plain

        for line in (totals(report, shown), *covered(report)):
            typer.echo(plain(line), err=True)


def _statistics(report: Report) -> str:
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    width = max((len(f"{count:,}") for count in counts.values()), default=0)
    return "".join(f"{count:>{width},}  {code} {name}\n" for (code, name), count in counts.most_common())


def _write_fixes(new: Mapping[Path, bytes], texts: Mapping[Path, bytes], stdin_filename: str | None) -> None:
    """Write mended files; what came on stdin goes to stdout."""
    for path, data in new.items():
        if path not in texts:
            output.overwrite(path, data)
    if stdin_filename is not None:
        path = Path(stdin_filename).resolve()
        sys.stdout.buffer.write(new.get(path, texts[path]))


def _prefix(root: Path) -> str:
    """From the working folder to the project's root, to be put before every file."""
    here = Path.cwd()
    if here == root:
        return ""
    return f"{Path(os.path.relpath(root, here)).as_posix()}/"
