"""Options that several commands take, and how their texts become Options and a View.

--config ci.toml --set depth=18 --dtype float16      Options(assume={"depth": 18}, dtype="float16", ...)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli import output
from analyzer.reports import names

if TYPE_CHECKING:
    from analyzer.config import ConfigError, Options
    from analyzer.weighing import Means


class DType(StrEnum):
    """The element type that sizes in MB are given for."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"


class Naming(StrEnum):
    """How layers are named in tables."""

    PATH = "path"
    INDEX = "index"


def _known_format(name: str) -> str:
    if name not in names():
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(names())}")
    return name


Format = Annotated[
    str,
    typer.Option("--format", "-f", metavar="|".join(names()), callback=_known_format, help="How to print the report."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file instead.")
]
Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Read this configuration instead of the closest weighbridge.toml or [tool.weighbridge] in a "
        "pyproject.toml.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Give a constructor argument that has no default a value; otherwise it stays a symbol. Repeatable.",
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        metavar="SHAPE",
        help="The whole shape of an input, batch included: N,3,32,32 or 1x3x224x224 or name=N,128:int64. Names are "
        "symbols. Repeat it for several inputs. Without it, the input is derived from the first layer.",
    ),
]
CacheDir = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Keep results in this folder, else in WEIGHBRIDGE_CACHE_DIR, else in .weighbridge_cache of the project.",
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Keep no results, and take none of earlier runs.")]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="So many processes; by default one for each core where that pays."),
]
Train = Annotated[bool, typer.Option("--train", help="Run forward passes in training mode.")]
Sizes = Annotated[DType, typer.Option("--dtype", help="The element type that sizes in MB are given for.")]


def options_for(
    start: str,
    config: Path | None,
    settings: Sequence[str] | None = None,
    dtype: DType = DType.FLOAT32,
    *,
    train: bool = False,
    isolated: bool = False,
) -> Options:
    """The configuration for work that starts at a path or target, with what the command line adds.

    isolated: no file is read.  Exits with code 2 and a message where the configuration cannot be used.
    """
    from analyzer.config import ConfigError, Options, find_root, load, parse_assumption, real
    from analyzer.report import Problem, Span

    path = Path(start.partition("::")[0])
    try:
        options = Options(root=find_root(real(path))) if isolated else load(path, config)
        _refuse_inputs(options)
    except ConfigError as error:
        span = Span(output.relative(error.file), error.line) if error.line else None
        message = error.message if span else f"{error.message}: {output.relative(error.file)}"
        output.tell([Problem(message, span, error.hint, _line(error))])
        raise typer.Exit(output.UNUSABLE) from error
    try:
        given = dict(parse_assumption(text) for text in settings or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from error
    return replace(options, assume={**options.assume, **given}, dtype=dtype.value, train=train)


def _refuse_inputs(options: Options) -> None:
    """Raise ConfigError where a configured input cannot be read."""
    if not options.inputs:
        return
    from analyzer.algebra.expression import TooComplex
    from analyzer.algebra.tensor import parse_input
    from analyzer.config import unusable

    for pattern, shapes in options.inputs.items():
        for _, text in shapes:
            try:
                parse_input(text)
            except (ValueError, TooComplex) as error:
                raise unusable(options, ("inputs", pattern), str(error)) from error


def _line(error: ConfigError) -> str | None:
    """The line of the configuration that an error speaks of."""
    if error.line is None:
        return None
    lines = error.file.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[error.line - 1] if error.line <= len(lines) else None


def means_for(
    options: Options,
    cache_dir: Path | None,
    no_cache: bool,
    jobs: int | None = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> Means:
    """What a command may use; why the cache cannot be used is told on stderr."""
    from analyzer.cache.place import place
    from analyzer.weighing import Means

    cache = None if no_cache else place(cache_dir, options.root)
    return Means(cache, None, jobs, progress, _warn)


def _warn(text: str) -> None:
    from analyzer.reports.parts.escape import plain

    typer.echo(f"warning: {plain(text)}", err=True)
