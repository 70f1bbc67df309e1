"""`weighbridge graph`: the data flow of a forward pass, drawn.

weighbridge graph net.py::Net --format svg -o net.svg
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import analyzer
from analyzer.cli import output
from analyzer.cli.options import Config, Inputs, Settings, options_for
from analyzer.graphs import names


def _known_form(name: str) -> str:
    if name not in names():
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(names())}")
    return name


def run(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="FILE, FILE::NAME, or 'FILE::EXPRESSION'.")],
    inputs: Inputs = None,
    form: Annotated[
        str,
        typer.Option("--format", "-f", metavar="|".join(names()), callback=_known_form, help="How to draw the graph."),
    ] = "mermaid",
    depth: Annotated[
        int | None, typer.Option(min=0, help="Draw each module that is nested this deep as one node.")
    ] = None,
    settings: Settings = None,
    config: Config = None,
    file: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the graph to a file instead.")
    ] = None,
) -> None:
    """Draw what a model's forward pass calls, and which tensors go where.

    Layers, operators and the parameters that operators read are nodes; edges carry the tensors' shapes.

    \b
    Forms:
      mermaid  for Markdown on code hosts
      dot      for Graphviz
      svg      a picture, drawn without any other program
      json     for programs; nothing is rounded

    \b
    Examples:
      weighbridge graph net.py::Net --input 1,3,32,32
      weighbridge graph resnet.py::resnet152 --depth 2 --format svg -o resnet152.svg
    """
    from analyzer.errors import TargetError
    from analyzer.graphs import render
    from analyzer.reports.parts.escape import plain

    options = options_for(target, config, settings)
    try:
        graph = analyzer.graph(target, inputs=inputs or (), depth=depth, options=options)
    except TargetError as error:
        output.tell([error.problem])
        raise typer.Exit(output.UNUSABLE) from error
    text = render(form, graph)
    if file is None:
        output.write(text)
    else:
        output.save(text, file)
    for note in graph.graph["notes"]:
        typer.echo(f"note: {plain(note)}", err=True)
