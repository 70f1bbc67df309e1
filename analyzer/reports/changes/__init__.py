"""Every format for what a change does to models: a module of this folder with `diff`, a function of a Comparison.

    names()                                     ("json", "markdown", "table")
    render("table", comparison, View())         'net.py::Net grows by 220 parameters (+34.9 %).\\n...'

Adding a format is adding its file. What formats share lies in `parts/`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzer.reports import View

if TYPE_CHECKING:
    from analyzer.change import Comparison


def names() -> tuple[str, ...]:
    """The formats there are."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.ispkg))


def render(name: str, comparison: Comparison, view: View) -> str:
    """The text of a comparison in the format of that name, ending in a newline."""
    module = importlib.import_module(f"{__name__}.{name}")
    function: Callable[[Comparison, View], str] = module.diff
    return function(comparison, view)
