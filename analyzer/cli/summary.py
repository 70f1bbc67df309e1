"""`weighbridge summary`: every layer of a model, with shapes, parameters and totals.

weighbridge summary net.py::Net --input N,3,32,32 --columns num_params,mult_adds
"""

from __future__ import annotations

from typing import Annotated

import typer

from analyzer.cli import output
from analyzer.cli.options import (
    CacheDir,
    Config,
    DType,
    Format,
    Inputs,
    Naming,
    NoCache,
    Output,
    Settings,
    Sizes,
    Train,
    means_for,
    options_for,
)  # fmt: skip
from analyzer.reports import View
from analyzer.reports.parts.columns import LAYER_COLUMNS, USUAL, chosen


def _column_names(text: str | None) -> str | None:
    try:
        chosen(_split(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    return text


def _split(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(text.replace(",", " ").split())


def run(
    targets: Annotated[
        list[str],
        typer.Argument(metavar="TARGET", help="FILE, FILE::NAME, or 'FILE::EXPRESSION' in that file's namespace."),
    ],
    inputs: Inputs = None,
    form: Format = "table",
    depth: Annotated[
        int | None, typer.Option(min=0, help="Fold layers that are nested deeper. JSON always has all of them.")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            callback=_column_names,
            help=f"Columns to show, separated by commas: {', '.join(LAYER_COLUMNS)}. Usually: {','.join(USUAL)}.",
        ),
    ] = None,
    naming: Annotated[
        Naming, typer.Option("--layers-named", help="Name layers as state_dict does, or as Conv2d-1, ReLU-2, ...")
    ] = Naming.PATH,
    dtype: Sizes = DType.FLOAT32,
    train: Train = False,
    settings: Settings = None,
    config: Config = None,
    file: Output = None,
    cache_dir: CacheDir = None,
    no_cache: NoCache = False,
) -> None:
    """Show a model's layers, shapes and parameters.

    Every layer has a row with its output shape and parameters; the totals stand below.

    A TARGET is a file (all its models), FILE::NAME (a model, a function that makes one, or a class), or
    'FILE::EXPRESSION', which is evaluated as if it stood at the end of that file.

    What is not known without running the code stays a formula over named symbols, or is listed with its place.

    \b
    Examples:
      weighbridge summary net.py
      weighbridge summary net.py::Net --input N,3,32,32
      weighbridge summary 'resnet.py::ResNet(Bottleneck, [3, 4, 6, 3])' --input 1x3x224x224 --depth 1
      weighbridge summary bert.py::Bert --input tokens=N,128:int64 --set vocab_size=30522
      weighbridge summary net.py --columns num_params,kernel_size,mult_adds --format markdown
    """
    from analyzer.weighing import summary

    options = options_for(targets[0], config, settings, dtype, train=train)
    report = summary(targets, inputs=inputs or (), options=options, means=means_for(options, cache_dir, no_cache))
    view = View(columns=_split(columns), depth=depth, naming=naming.value)
    raise typer.Exit(output.show(report, "summary", form, view, file))
