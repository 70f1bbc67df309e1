"""Finds entries of knowledge by scanning a folder: adding one is one file or one constant, and no other edit.

    catalogue = Catalogue("analyzer.knowledge.layers", LayerSpec, lambda spec: {spec.qualified_name: spec})
    catalogue["torch.nn.Linear"]        -> LINEAR, importing layers/linear.py alone
    "torch.nn.Nothing" in catalogue     -> False, importing nothing

Which module holds which name is written down beside Python's own compiled files, under the same terms: it is made
anew when a file of the folder changes, and left out where nothing may be written.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import pkgutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

Entry = TypeVar("Entry")
Value = TypeVar("Value")


def entries(package_name: str, kind: type[Entry]) -> Iterator[Entry]:
    """Every instance of `kind` bound at the top level of a module of the package, or inside a tuple bound there."""
    for name in _modules(package_name):
        yield from _held(f"{package_name}.{name}", kind)


def _modules(package_name: str) -> list[str]:
    package = importlib.import_module(package_name)
    return [found.name for found in pkgutil.iter_modules(package.__path__)]


def _held(module_name: str, kind: type[Entry]) -> Iterator[Entry]:
    for value in vars(importlib.import_module(module_name)).values():
        for entry in value if isinstance(value, tuple) else (value,):
            if isinstance(entry, kind):
                yield entry


class Catalogue(Mapping[str, Value], Generic[Value]):
    """The entries of a folder by name; a module is imported when one of its names is asked for."""

    def __init__(self, package_name: str, kind: Any, named: Callable[[Any], Mapping[str, Value]]) -> None:
        self._package = package_name
        self._kind = kind
        self._named = named
        self._values: dict[str, Value] = {}
        self._index: dict[str, str] = {}
        self._index = self._read() or self._build()

    def __getitem__(self, name: str) -> Value:
        if name not in self._values:
            self._values.update(self._of(self._index[name]))
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        if name in self._values:
            return self._values[name]
        return self[name] if name in self._index else default

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def _of(self, module: str) -> dict[str, Value]:
        """The names that this module holds for the catalogue."""
        found: dict[str, Value] = {}
        for entry in _held(f"{self._package}.{module}", self._kind):
            found.update(
                {name: value for name, value in self._named(entry).items() if self._index.get(name, module) == module}
            )
        return found

    def _build(self) -> dict[str, str]:
        index: dict[str, str] = {}
        for module in _modules(self._package):
            for entry in _held(f"{self._package}.{module}", self._kind):
                index.update(dict.fromkeys(self._named(entry), module))
        self._write(index)
        return index

    # ---------------------------------------------------------------- beside Python's compiled files

    def _file(self) -> Path:
        return Path(__file__).parent / "__pycache__" / f"{self._package}.{sys.implementation.cache_tag}.json"

    def _stamp(self) -> list[list[Any]]:
        """Name, size and time of every file of the folder."""
        package = importlib.import_module(self._package)
        files = [file for folder in package.__path__ for file in Path(folder).glob("*.py")]
        return sorted([file.name, file.stat().st_size, file.stat().st_mtime_ns] for file in files)

    def _read(self) -> dict[str, str] | None:
        try:
            known = json.loads(self._file().read_text(encoding="utf-8"))
            return known["index"] if known["stamp"] == self._stamp() else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write(self, index: dict[str, str]) -> None:
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            target = self._file()
            target.parent.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8") as file:
                json.dump({"stamp": self._stamp(), "index": index}, file)
            Path(file.name).replace(target)
