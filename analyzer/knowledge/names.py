"""Which public names torch's modules have, recorded from torch 2.13 by `scripts/record_names.py`.

"silu" in names_of("torch.nn.functional")      -> True
names_of("torch.no.such.module")               -> None
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def _listing() -> Mapping[str, frozenset[str]]:
    text = resources.files("analyzer.knowledge").joinpath("names.txt").read_text(encoding="utf-8")
    pairs = (line.split(": ", 1) for line in text.splitlines())
    return {module: frozenset(names.split()) for module, names in pairs}


def names_of(module: str) -> frozenset[str] | None:
    """The public names of a module; None where they were not recorded."""
    return _listing().get(module)
