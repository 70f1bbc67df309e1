"""Every format for findings: a module of this folder with `check`, a pure function of a Report to its text.

    names()                                   ("concise", "full", "github", ..., "sarif")
    render("concise", report, Shown())        'net.py:24:13: WBX301 [*] in_features is 16384, ...\\n...'

Adding a format is adding its file; its name is written with a hyphen where the file has an underscore.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.report import Report


@dataclass(frozen=True, slots=True)
class Shown:
    """How findings are to be shown; a format uses what applies to it."""

    prefix: str = ""
    """From where the reader stands to the project's root: `../proj/`; put before every file."""
    unsafe: bool = False
    """Whether unsafe fixes were asked for."""
    fixed: int = 0
    """How many fixes have been applied."""
    version: str = "0"
    """Of weighbridge."""
    colour: bool = False
    unicode: bool = True


def names() -> tuple[str, ...]:
    """The formats there are."""
    return tuple(sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(__path__) if not found.ispkg))


def render(name: str, report: Report, shown: Shown) -> str:
    """The text of a report in the format of that name, ending in a newline."""
    module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    function: Callable[[Report, Shown], str] = module.check
    return function(report, shown)
