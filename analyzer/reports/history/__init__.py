"""Every format for a model over the log: a module of this folder with `history`, a function of a Timeline to its text.

    names()                                  ("csv", "json", "svg", "table")
    render("table", timeline, View())        'Date        Commit   Parameters    Δ ...\\n...'

Adding a format is adding its file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzer.reports import View

if TYPE_CHECKING:
    from analyzer.timeline import Timeline


def names() -> tuple[str, ...]:
    """The formats there are."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.ispkg))


def render(name: str, timeline: Timeline, view: View) -> str:
    """The text of a timeline in the format of that name, ending in a newline."""
    module = importlib.import_module(f"{__name__}.{name}")
    function: Callable[[Timeline, View], str] = module.history
    return function(timeline, view)
