"""Every output format: a module of this folder with `summary` and `scan`, both pure functions of a Report to its text.

    names()                                   ("csv", "json", "markdown", "table")
    render("json", "scan", report, View())    '{\\n  "version": 1, ...'

Adding a format is adding its file. What formats share lies in `parts/`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from analyzer.report import Report

Naming = Literal["path", "index"]


@dataclass(frozen=True, slots=True)
class View:
    """How a report is to be shown; a format uses what applies to it."""

    columns: tuple[str, ...] | None = None
    """The columns of a layer besides its name and type, None for the format's own choice."""
    depth: int | None = None
    """Layers nested deeper are folded into the one that holds them; None shows all."""
    naming: Naming = "path"
    layers: bool = False
    """Whether a scan shows the rows of every model's layers."""
    shapes: bool = False
    """Whether a scan ran the shape pass."""
    every: bool = False
    """Whether commits that change nothing are shown."""
    width: int | None = None
    """Columns of the terminal; None never cuts and never drops anything."""
    colour: bool = False
    unicode: bool = True
    room: int | None = None
    """Bytes that a text may have, where its place has a limit; None for the format's own."""


def names() -> tuple[str, ...]:
    """The formats there are."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.ispkg))


def render(name: str, what: Literal["summary", "scan"], report: Report, view: View) -> str:
    """The text of a report in the format of that name, ending in a newline."""
    module = importlib.import_module(f"{__name__}.{name}")
    function: Callable[[Report, View], str] = getattr(module, what)
    return function(report, view)
