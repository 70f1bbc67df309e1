"""Every form a graph is printed in: a module of this folder with `drawn`, a pure function of a graph to its text.

    names()                     ("dot", "json", "mermaid", "svg")
    render("mermaid", graph)    'flowchart TD\\n    i0(["input<br/>1×3×32×32"])\\n ...'

Adding a form is adding its file. What forms share lies in `parts/`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.model.graph import Graph


def names() -> tuple[str, ...]:
    """The forms there are."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.ispkg))


def render(name: str, graph: Graph) -> str:
    """The text of a graph in the form of that name, ending in a newline."""
    function: Callable[[Graph], str] = importlib.import_module(f"{__name__}.{name}").drawn
    return function(graph)
