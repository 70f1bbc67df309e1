"""Finds entries of knowledge by scanning a folder: adding one is one file or one constant, and no other edit.

    entries("analyzer.knowledge.layers", LayerSpec)  -> [LINEAR, BILINEAR, CONV2D, ...]
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import TypeVar

Entry = TypeVar("Entry")


def entries(package_name: str, kind: type[Entry]) -> Iterator[Entry]:
    """Every instance of `kind` bound at the top level of a module of the package, or inside a tuple bound there."""
    package = importlib.import_module(package_name)
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package_name}.{found.name}")
        for value in vars(module).values():
            for entry in value if isinstance(value, tuple) else (value,):
                if isinstance(entry, kind):
                    yield entry
