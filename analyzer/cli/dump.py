"""`weighbridge dump`: the text form of a stage, to see what the analysis sees.

weighbridge dump ir net.py
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

import analyzer
from analyzer.cli import output
from analyzer.cli.options import Config, Inputs, Settings, options_for


class Stage(StrEnum):
    """What is printed: the source lowered, the calls of one forward pass, or the tree of modules."""

    IR = "ir"
    TRACE = "trace"
    MODEL = "model"


def run(
    stage: Annotated[Stage, typer.Argument(help="The stage.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="FILE, FILE::NAME, or 'FILE::EXPRESSION'.")],
    inputs: Inputs = None,
    settings: Settings = None,
    config: Config = None,
) -> None:
    """Print a stage of the analysis as text.

    \b
    Stages:
      ir     the source as the analysis reads it
      trace  every layer and operator that one forward pass calls, with shapes
      model  the tree of modules with its parameters

    \b
    Examples:
      weighbridge dump ir net.py
      weighbridge dump trace net.py::Net --input 1,3,32,32
    """
    from analyzer.errors import TargetError

    options = options_for(target, config, settings)
    try:
        text = analyzer.dump(stage.value, target, inputs=inputs or (), options=options)
    except TargetError as error:
        output.tell([error.problem])
        raise typer.Exit(output.UNUSABLE) from error
    output.write(text if text.endswith("\n") else f"{text}\n")
