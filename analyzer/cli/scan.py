"""`weighbridge scan`: one line for each model found in files and folders.

weighbridge scan src --sort size
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer.cli import output
from analyzer.cli.options import (
    CacheDir,
    Config,
    DType,
    Format,
    Jobs,
    NoCache,
    Output,
    Settings,
    Sizes,
    Train,
    means_for,
    options_for,
)  # fmt: skip
from analyzer.reports import View

if TYPE_CHECKING:
    from analyzer.report import ModelReport, Report


class Sort(StrEnum):
    """The order of models."""

    FILE = "file"
    NAME = "name"
    SIZE = "size"


def _place(model: ModelReport) -> tuple[str, int]:
    return model.span.file, model.span.line


def _name(model: ModelReport) -> tuple[str, str]:
    return model.name.casefold(), model.id


def _size(model: ModelReport) -> tuple[int, str]:
    count = model.parameters
    return -(count.at_least or 0 if count.total is None else count.total), model.id


KEYS: Mapping[Sort, Callable[[ModelReport], tuple[Any, ...]]] = {Sort.FILE: _place, Sort.NAME: _name, Sort.SIZE: _size}


def ordered(report: Report, sort: Sort) -> Report:
    """The report with its models in order: by file and line, by name, or the largest first and the unknown last."""
    return replace(report, models=tuple(sorted(report.models, key=KEYS[sort])))


def run(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files and folders.")],
    layers: Annotated[bool, typer.Option("--layers", help="Add a row for every layer of every model.")] = False,
    shapes: Annotated[
        bool,
        typer.Option("--shapes", help="Find output shapes and multiply-adds too, with configured or derived inputs."),
    ] = False,
    form: Format = "table",
    sort: Annotated[Sort, typer.Option(help="The order of models; size puts the largest first.")] = Sort.FILE,
    dtype: Sizes = DType.FLOAT32,
    train: Train = False,
    settings: Settings = None,
    config: Config = None,
    file: Output = None,
    jobs: Jobs = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
) -> None:
    """List the models in files and folders.

    Each has a line with its status and parameters. Models are those bound to a name, functions that make one when
    called with their defaults, and classes.

    \b
    Status:
      exact     every figure is what PyTorch would give
      symbolic  formulas over constructor arguments that have no value
      partial   counts from below, with the reason why no more is known
      failed    nothing could be built, with the reason

    \b
    Examples:
      weighbridge scan .
      weighbridge scan src models.py --sort size
      weighbridge scan src --layers --shapes --format json -o report.json
    """
    from analyzer.cli.progress import Progress
    from analyzer.reports.json import parts
    from analyzer.weighing import scan, scan_lines

    options = options_for(paths[0], config, settings, dtype, train=train)
    with Progress(unicode=output.writes_unicode(sys.stderr)) as progress:
        means = means_for(options, cache_dir, no_cache, jobs, progress)
        if form == "json":
            report, lines = scan_lines(paths, layers=layers, shapes=shapes, options=options, means=means)
        else:
            report = scan(paths, layers=layers, shapes=shapes, options=options, means=means)
    text = None
    if form == "json":
        pairs = sorted(zip(report.models, lines, strict=True), key=lambda pair: KEYS[sort](pair[0]))
        text = parts(report, (line.text() for _, line in pairs))
    view = View(layers=layers, shapes=shapes)
    raise typer.Exit(output.show(ordered(report, sort), "scan", form, view, file, text))
