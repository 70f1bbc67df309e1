"""What goes to the terminal, a pipe or a file: the report on stdout, everything else on stderr.

show(report, "summary", "table", View())     prints, and returns the exit code: 0, 1 or 2
"""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

import typer

from analyzer.reports import View, render

if TYPE_CHECKING:
    from analyzer.report import Problem, Report

FINE, FINDINGS, UNUSABLE, PIPE_CLOSED = 0, 1, 2, 141
SIGNS = "━╸╴─—≥…"


def show(
    report: Report,
    what: Literal["summary", "scan"],
    form: str,
    view: View,
    file: Path | None = None,
    text: Iterable[str] | None = None,
) -> int:
    """Print a report, its problems to stderr; the exit code that it asks for.

    text: the report as it is printed, where that is known already, in parts.
    """
    if file is None:
        write(render(form, what, report, on_terminal(view, sys.stdout)) if text is None else text)
    else:
        save(render(form, what, report, view) if text is None else text, file)
    if form == "csv":
        from analyzer.reports.parts.facts import coverage

        typer.echo(coverage(report), err=True)
    tell(report.problems)
    if report.problems:
        return UNUSABLE
    failed = what == "summary" and any(model.status == "failed" for model in report.models)
    return FINDINGS if report.findings or failed else FINE


def tell(problems: Iterable[Problem]) -> None:
    """Print problems to stderr."""
    from analyzer.reports.parts.problem import shown

    colour, unicode = wants_colour(sys.stderr), writes_unicode(sys.stderr)
    text = "\n".join(shown(problem, colour=colour, unicode=unicode) for problem in problems)
    if text:
        sys.stderr.write(_encodable(text, sys.stderr))
        sys.stderr.flush()


def write(text: str | Iterable[str]) -> None:
    """Print to stdout, whole or in parts; a reader that has gone ends the process quietly.

    Exits with code 2 and a message where stdout cannot be written for another reason.
    """
    try:
        # Line by line: of one large write, an unbuffered stream silently drops what a closed pipe did not take.
        for part in [text] if isinstance(text, str) else text:
            sys.stdout.writelines(_encodable(part, sys.stdout).splitlines(keepends=True))
        sys.stdout.flush()
    except BrokenPipeError as error:
        _forget_stdout()
        raise typer.Exit(PIPE_CLOSED) from error
    except OSError as error:
        _forget_stdout()
        raise refused(f"cannot write the report: {error.strerror}") from error


def save(text: str | Iterable[str], file: Path) -> None:
    """Write a report to a file, as UTF-8, whole or in parts.

    Exits with code 2 and a message where that is impossible.
    """
    try:
        with file.open("w", encoding="utf-8", newline="\n") as opened:
            opened.writelines([text] if isinstance(text, str) else text)
    except OSError as error:
        raise refused(f"cannot write {file}: {error.strerror}") from error


def overwrite(file: Path, data: bytes) -> None:
    """Write what a file of the project holds now.

    Exits with code 2 and a message where that is impossible.
    """
    try:
        file.write_bytes(data)
    except OSError as error:
        raise refused(f"cannot write {file}: {error.strerror}") from error


def differences(files: Mapping[Path, tuple[bytes, bytes]]) -> str:
    """A unified diff of every file, from its bytes before to those after."""
    parts: list[str] = []
    for path, versions in sorted(files.items()):
        before, after = (data.decode("utf-8", "replace").splitlines(keepends=True) for data in versions)
        lines = difflib.unified_diff(before, after, relative(path), relative(path))
        parts.extend(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(parts)


def refused(message: str) -> typer.Exit:
    """Say why nothing can be done; the exit to raise."""
    from analyzer.report import Problem

    tell([Problem(message)])
    return typer.Exit(UNUSABLE)


def relative(file: Path) -> str:
    """A file for people: from the working folder where it lies below it."""
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


def prefix(root: Path, reader: Path | None = None) -> str:
    """From where the reader is to a project's root, to be put before every file; by default from the working folder."""
    here = reader or Path.cwd()
    return "" if here == root else f"{Path(os.path.relpath(root, here)).as_posix()}/"


def wants_colour(stream: TextIO) -> bool:
    """Whether a stream is to be coloured: NO_COLOR and FORCE_COLOR decide, else whether it is a capable terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def writes_unicode(stream: TextIO) -> bool:
    """Whether the signs of our tables can be written to a stream."""
    try:
        SIGNS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def on_terminal(view: View, stream: TextIO) -> View:
    """The view fitted to a stream: the terminal's width, or COLUMNS, or any width at all."""
    fits = stream.isatty() or os.environ.get("COLUMNS", "").isdigit()
    width = max(shutil.get_terminal_size().columns, 20) if fits else None
    return replace(view, width=width, colour=wants_colour(stream), unicode=writes_unicode(stream))


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _forget_stdout() -> None:
    """Let the interpreter flush at its end into nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
