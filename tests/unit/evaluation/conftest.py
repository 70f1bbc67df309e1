"""Snippets evaluated by the interpreter, to be held against what Python itself makes of them.

evaluate("x = 1 + 1", "x")        -> 2
compare("x = sorted([3, 1])")     asserts that both give the same x
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from analyzer.evaluation.imports import Session
from analyzer.evaluation.natives.registry import natives
from analyzer.evaluation.run import Limits, Run, running
from analyzer.evaluation.values import Namespace
from analyzer.syntax import ir
from analyzer.syntax.lower import lower_source


class Memory:
    """Sources held in memory: `main.py` and what lies beside it."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def resolve(self, name: str, importer: Path | None) -> Path | None:
        return self.resolve_below(Path(), name)

    def resolve_below(self, folder: Path, name: str) -> Path | None:
        path = folder / f"{name.replace('.', '/')}.py"
        return path if str(path) in self.files else None

    def load(self, path: Path) -> ir.Module:
        return lower_source(self.files[str(path)].encode(), str(path))

    def module_name(self, path: Path) -> str:
        return ".".join(path.with_suffix("").parts)

    def display(self, path: Path) -> str:
        return str(path)

    def read_data(self, path: str) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self.files[path].encode()


def namespace_of(source: str, limits: Limits | None = None, **files: str) -> Namespace:
    beside = {name.replace("__", "."): text for name, text in files.items()}
    session = Session(Memory({"main.py": source, **beside}), limits)
    return session.load(Path("main.py"))


def python_names(source: str) -> dict[str, Any]:
    """What Python itself binds the names of a module to."""
    module = ModuleType("main")
    sys.modules["main"] = module
    try:
        exec(compile(source, "main.py", "exec"), module.__dict__)
    finally:
        del sys.modules["main"]
    return vars(module)


@pytest.fixture
def evaluate() -> Callable[..., Any]:
    """The value that a snippet binds to a name."""

    def value_of(source: str, name: str = "x", limits: Limits | None = None, **files: str) -> Any:
        return namespace_of(source, limits, **files).names[name]

    return value_of


@pytest.fixture
def compare() -> Callable[[str], None]:
    """Assert that a snippet binds `x` to what Python binds it to."""

    def same(source: str) -> None:
        expected = python_names(source)
        found = namespace_of(source).names["x"]
        assert found == expected["x"], f"{found!r} is not {expected['x']!r}"

    return same


@pytest.fixture
def call_native() -> Callable[..., Any]:
    """Call a native by its qualified name."""

    def call(name: str, *arguments: Any, **keywords: Any) -> Any:
        run = Run(Session(Memory({})))
        with running(run):
            return natives()[name].function(run, *arguments, **keywords)

    return call
