"""The application: its commands in the order of the help, and the options before any command.

    weighbridge --version      weighbridge 0.1.0
    weighbridge --help         the commands

A command is a module of this folder whose `run` is the command, with its help in the docstring.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, MutableMapping
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

COMMANDS = (
    "summary", "scan", "check", "annotate", "diff", "history", "inventory", "comment", "rule", "config", "graph",
    "dump", "clean",
)  # fmt: skip
SETTINGS: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}


class Commands(MutableMapping[str, Any]):
    """The commands by name; each is imported when it is asked for."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = dict.fromkeys(COMMANDS)

    def __getitem__(self, name: str) -> Any:
        if self._loaded[name] is None:
            alone = typer.Typer(**SETTINGS)
            alone.command(name=name)(importlib.import_module(f"analyzer.cli.{name}").run)
            self._loaded[name] = typer.main.get_command(alone)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)


class Group(TyperGroup):
    """All commands, none of them imported yet."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands()

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)


app = typer.Typer(
    name="weighbridge",
    cls=Group,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    **SETTINGS,
)


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
