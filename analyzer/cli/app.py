"""The application: its commands in the order of the help, and the options before any command.

    weighbridge --version      weighbridge 0.1.0
    weighbridge --help         the commands

A command is a module of this folder whose `run` is the command, with its help in the docstring.
"""

from __future__ import annotations

from typing import Annotated

import typer

from analyzer.cli import annotate, check, clean, comment, config, diff, dump, graph, history, rule, scan, summary

COMMANDS = (summary, scan, check, annotate, diff, history, comment, rule, config, graph, dump, clean)

app = typer.Typer(
    name="weighbridge",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for command in COMMANDS:
    app.command(name=command.__name__.rpartition(".")[2])(command.run)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"weighbridge {version('weighbridge')}")
        except PackageNotFoundError:
            typer.echo("weighbridge, run from its source without being installed")
        raise typer.Exit


@app.callback()
def before(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Put a PyTorch model on the scale without running it.

    Reads the source alone: no torch needed, nothing imported, nothing executed.

    \b
    Examples:
      weighbridge summary net.py                     every model of a file, layer by layer
      weighbridge summary net.py::Net --input N,3,32,32
      weighbridge scan src --sort size               one line for each model of a project
      weighbridge graph net.py --format svg -o net.svg
      weighbridge diff main                          what has changed since main, and why

    \b
    Exit codes:
      0  fine
      1  findings: something is wrong with a model, or it cannot be built
      2  usage or input error: a file, target, option or configuration cannot be used
    """
