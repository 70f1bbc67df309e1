"""Torch modules made of other modules: their source, in the analysed language, is part of our knowledge.

composite_class("torch.nn.TransformerEncoderLayer")   -> the Class that knowledge/composites/transformer.py defines
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from analyzer.evaluation.values import Class, Namespace
from analyzer.syntax import ir
from analyzer.syntax.lower import lower_source

FOLDER = Path(str(resources.files("analyzer.knowledge"))) / "composites"


class Composites:
    """The Sources of a session that holds nothing but the composites."""

    def resolve(self, name: str, importer: Path | None) -> Path | None:
        return None

    def resolve_below(self, folder: Path, name: str) -> Path | None:
        path = folder / f"{name}.py"
        return path if path.is_file() else None

    def load(self, path: Path) -> ir.Module:
        return lower_source(path.read_bytes(), path.name)

    def read_data(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def module_name(self, path: Path) -> str:
        return f"composites.{path.stem}"

    def display(self, path: Path) -> str:
        return f"<torch>/{path.name}"


@cache
def exports() -> Mapping[str, tuple[Path, str]]:
    """Qualified name to file and class, of every composite."""
    return {name: found for path in sorted(FOLDER.glob("*.py")) for name, found in _exports_of(path).items()}


@cache
def _texts() -> Mapping[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.py"))}


@cache
def _exports_of(path: Path) -> Mapping[str, tuple[Path, str]]:
    """What the `EXPORTS` constant of one file names, read without running the file."""
    found: dict[str, tuple[Path, str]] = {}
    for statement in lower_source(path.read_bytes(), path.name).body:
        match statement:
            case ir.Assign(targets=(ir.Name(name="EXPORTS"),), value=ir.DictDisplay(keys=keys, values=values)):
                for key, names in zip(keys, values, strict=True):
                    assert isinstance(key, ir.Constant)
                    assert isinstance(names, ir.Display)
                    for name in names.elements:
                        assert isinstance(name, ir.Constant)
                        found[str(name.value)] = (path, str(key.value))
    return found


@cache
def _namespace(path: Path) -> Namespace:
    from analyzer.evaluation.imports import Session

    return Session(Composites()).load(path)


@cache
def composite_class(name: str) -> Class | None:
    """The class of that qualified name, or None."""
    holding = next((path for path, text in _texts().items() if f'"{name}"' in text), None)
    found = None if holding is None else _exports_of(holding).get(name)
    if found is None:
        return None
    path, class_name = found
    cls = _namespace(path).names[class_name]
    assert isinstance(cls, Class)
    cls.module = name.rpartition(".")[0]
    return cls
