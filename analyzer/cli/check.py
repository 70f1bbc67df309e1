"""`weighbridge check`: what is wrong with the models of files and folders.

weighbridge check src --select WBX --fix
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import analyzer
from analyzer.cli import output
from analyzer.cli.baseline import WRITE
from analyzer.cli.closest import by_project
from analyzer.cli.options import CacheDir, Config, Jobs, NoCache, Output, means_for
from analyzer.reports.findings import Shown, names, render

if TYPE_CHECKING:
    from analyzer.baseline import Baseline
    from analyzer.config import Options
    from analyzer.linting import Checked
    from analyzer.report import Report
    from analyzer.weighing import Means

CHECKOUTS = {"github": "GITHUB_WORKSPACE", "gitlab": "CI_PROJECT_DIR"}
"""The variables in which code hosts say where they have checked out the repository."""
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
        list[str] | None, typer.Option(metavar="GLOB:RULE", help="Leave rules out in some files. Repeatable.")
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
    asked = _places(paths, stdin_filename)
    texts = {} if stdin_filename is None else {Path(stdin_filename).resolve(): sys.stdin.buffer.read()}

    def adapted(options: Options) -> Options:
        options = _with_selection(options, select, ignore, extend_select, per_file_ignores)
        return replace(options, exclude=(*options.exclude, *_listed(exclude)))

    parts = [
        Part(tuple(places), options, means_for(options, cache_dir, no_cache, jobs))
        for options, places in by_project(asked, config, adapted, isolated=isolated)
    ]
    if len(parts) > 1 and baseline not in (None, WRITE):
        raise typer.BadParameter("each of the projects asked for has its own", param_hint="--baseline")
    asked_for = Asked(force_exclude, with_importers, fix, unsafe_fixes, diff)
    printed = Printed(form, file, statistics, exit_zero)
    if watch:
        _watch(lambda: _once(parts, texts, baseline, asked_for, printed), [part.options for part in parts])
        raise typer.Exit(output.FINE)
    raise typer.Exit(_once(parts, texts, baseline, asked_for, printed))


@dataclass(frozen=True, slots=True)
class Part:
    """What is checked of one project."""

    paths: tuple[str, ...]
    options: Options
    means: Means


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done; with `diff` it is printed what would be mended, and nothing written."""

    force_exclude: bool
    with_importers: bool
    fix: bool
    unsafe: bool
    diff: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """What is printed, and where."""

    form: str
    file: Path | None
    statistics: bool
    exit_zero: bool


def _places(paths: list[str] | None, stdin_filename: str | None) -> list[str]:
    """The files and folders to check; without any, the working folder."""
    if stdin_filename is None:
        if "-" in (paths or ()):
            raise typer.BadParameter("give --stdin-filename FILE to check what comes on stdin", param_hint="PATH")
        return paths or ["."]
    if paths not in (None, [], ["-"], [stdin_filename]):
        raise typer.BadParameter("stdin is one file: give no others", param_hint="--stdin-filename")
    return [stdin_filename]


def _once(
    parts: Sequence[Part], texts: Mapping[Path, bytes], baseline: str | None, asked: Asked, printed: Printed
) -> int:
    """Check, mend and print; the exit code.  A text in place of a file is what came on stdin."""
    from analyzer.cli.baseline import keep, known
    from analyzer.errors import TargetError
    from analyzer.report import Report
    from analyzer.reports.parts.merged import merged

    done: list[tuple[Part, Checked, Baseline]] = []
    new: dict[Path, bytes] = {}
    fixed = 0
    try:
        for part in parts:
            forgiven = known(baseline, part.options)
            checked, changed, count = _checked(part, texts, forgiven, asked)
            done.append((part, checked, forgiven))
            new |= changed
            fixed += count
    except TargetError as error:
        output.tell([error.problem])
        return output.UNUSABLE
    reader = _reader(printed.form)
    reports = [(output.prefix(part.options.root, reader), checked.report) for part, checked, _ in done]
    prefix, report = reports[0] if len(reports) == 1 else ("", merged(reports))
    unread = [(output.prefix(part.options.root), Report(problems=checked.report.problems)) for part, checked, _ in done]
    problems = merged(unread).problems
    if not report.coverage.files and not problems:
        places = ", ".join(path for part in parts for path in part.paths)
        typer.echo(f"nothing to check: {places} holds no Python, or all of it is excluded", err=True)
    if asked.diff:
        files = {path: (texts[path] if path in texts else path.read_bytes(), data) for path, data in new.items()}
        output.write(output.differences(files))
        output.tell(problems)
        return output.UNUSABLE if problems else output.FINDINGS if new else output.FINE
    _write_fixes(new, texts, parts[0].paths[0] if texts and asked.fix else None)
    for part, checked, forgiven in done:
        keep(baseline, part.options, checked, forgiven)
    if baseline == WRITE:
        report = replace(report, findings=())
    if not (texts and asked.fix):
        shown = Shown(prefix, asked.unsafe, fixed, analyzer.__version__)
        _show(report, printed.form, shown, printed.file, statistics=printed.statistics)
    output.tell(problems)
    if problems:
        return output.UNUSABLE
    return output.FINDINGS if report.findings and not printed.exit_zero else output.FINE


def _reader(form: str) -> Path:
    """The folder from which a format names files: a code host wants them from the root of its checkout."""
    here, checkout = Path.cwd(), os.environ.get(CHECKOUTS.get(form, ""))
    return Path(checkout) if checkout and here.is_relative_to(checkout) else here


def _watch(check: Callable[[], object], projects: Sequence[Options]) -> None:
    """Check whenever something in the project changes."""
    import time

    from analyzer.cli.watching import snapshot, watch

    places = [
        place
        for options in projects
        for place in (options.root, *options.search_path, options.source, options.baseline)
        if place is not None
    ]
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
    part: Part, texts: Mapping[Path, bytes], known: Baseline, asked: Asked
) -> tuple[Checked, dict[Path, bytes], int]:
    from analyzer.cli.progress import Progress
    from analyzer.linting import check, mend

    if asked.fix or asked.diff:
        return mend(
            part.paths, options=part.options, texts=texts, known=known, unsafe=asked.unsafe,
            force_exclude=asked.force_exclude, with_importers=asked.with_importers, means=part.means,
        )  # fmt: skip
    with Progress(unicode=output.writes_unicode(sys.stderr)) as progress:
        checked = check(
            part.paths, options=part.options, texts=texts, known=known, force_exclude=asked.force_exclude,
            with_importers=asked.with_importers, means=replace(part.means, progress=progress),
        )  # fmt: skip
    return checked, {}, 0


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
