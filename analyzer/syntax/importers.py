"""Which files of a project import a file, directly or through others.

importers(project, [proj/blocks.py], discover(proj))     -> [proj/net.py, proj/train.py]

Import statements count wherever they stand, and `importlib.import_module` and `__import__` of literal names.  A package
counts where its own names can be used: `import pkg.net` and `from pkg import net` lead to `pkg/__init__.py` as well,
`from pkg.net import Net` does not.  Where two modules could be meant, both are.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.syntax import modules
from analyzer.syntax.modules import INIT
from analyzer.syntax.project import OutsideRoot, Project
from analyzer.syntax.source import SourceError

DYNAMIC = (b"import_module", b"__import__")
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""The fields of statements that hold statements."""


@dataclass(frozen=True, slots=True)
class Import:
    """`from ..module import names`; no names: `import module`, or a star."""

    module: str
    level: int = 0
    names: tuple[str, ...] = ()
    star: bool = False
    renamed: bool = False
    """`import pkg.net as net` gives no way to the names of `pkg`."""


def importers(project: Project, changed: Iterable[Path], files: Sequence[Path]) -> list[Path]:
    """Those of `files`, in their order, that import one of the changed files; the changed ones themselves left out."""
    index = _Index(project, {file.resolve(): file for file in files})
    reached = {file.resolve() for file in changed}
    waiting, found = set(reached), set[Path]()
    while waiting:
        waiting = {file for file in index.files if file not in reached and index.leads(file, reached, waiting)}
        reached |= waiting
        found |= waiting
    return [file for real, file in index.files.items() if real in found]


class _Index:
    """What each file imports, found when it is first asked for."""

    def __init__(self, project: Project, files: dict[Path, Path]) -> None:
        self.files = files
        """By their real paths."""
        self._project = project
        self._targets: dict[Path, frozenset[Path] | None] = {}

    def leads(self, file: Path, reached: set[Path], new: set[Path]) -> bool:
        """Whether a file imports one of those reached; the files that are not new among them were asked for before."""
        if file not in self._targets:
            data = self._read(file)
            if not _mentions(file, data, new):
                return False
            self._targets[file] = self._found(file, data)
        targets = self._targets[file]
        return targets is None or not targets.isdisjoint(reached)

    def _read(self, file: Path) -> bytes:
        try:
            return self._project.read(file)
        except (OSError, OutsideRoot, SourceError):
            return b""

    def _found(self, file: Path, data: bytes) -> frozenset[Path] | None:
        """The files that one imports; None where it cannot be told, as of syntax that is newer than this Python."""
        tree = _parsed(data)
        if tree is not None:
            dynamic = any(name in data for name in DYNAMIC)
            return frozenset(path.resolve() for one in _imports(tree, dynamic) for path in self._meant(file, one))
        try:
            self._project.load(file)
        except (OSError, OutsideRoot, SourceError):
            return frozenset()
        return None

    def _meant(self, file: Path, asked: Import) -> Iterator[Path]:
        """The files that an import leads to."""
        for start in self._starts(file, asked):
            module = self._project.resolve_below(start, asked.module) if asked.module else _own_file(start)
            if module is None and asked.module:
                continue
            if module is not None:
                yield module
            below = module.parent if module is not None and module.name == INIT else module or start
            names = [*asked.names, *(self._exported(below) if asked.star else ())]
            if not (asked.level or asked.names or asked.star or asked.renamed):
                names, below = _parents(asked.module), start
            yield from (found for name in names if (found := self._project.resolve_below(below, name)) is not None)

    def _starts(self, file: Path, asked: Import) -> Iterable[Path]:
        """The folders that an import is looked up in."""
        if asked.level:
            folder = file.parent
            for _ in range(asked.level - 1):
                folder = folder.parent
            return (folder,)
        return dict.fromkeys((*self._project.source_roots, modules.package_top(file), *self._project.search_path))

    def _exported(self, package: Path) -> tuple[str, ...]:
        """What a package writes as strings: `__all__` may name modules of it."""
        tree = _parsed(self._read(package / INIT))
        texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)) if tree is not None else ()
        return tuple(text for text in texts if isinstance(text, str) and text.isidentifier())


def _mentions(file: Path, data: bytes, targets: set[Path]) -> bool:
    """Whether a file can import one of the targets: it spells its name, lies in its package, or imports what it likes.

    False spares it from being parsed.
    """
    if b"import" not in data:
        return False
    if any(name in data for name in DYNAMIC):
        return True
    return any(_spells(file, data, target) for target in targets)


def _spells(file: Path, data: bytes, target: Path) -> bool:
    """Whether it spells the target's name, or that of its package where `*` or the package itself may be meant."""
    if target.stem.encode(errors="surrogateescape") in data or not str(target).isascii():
        return True
    whole = target.name == INIT or b"*" in data
    return whole and (target.parent.name.encode(errors="surrogateescape") in data or file.is_relative_to(target.parent))


def _parsed(data: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imports(tree: ast.Module, dynamic: bool) -> Iterator[Import]:
    """What a file imports; expressions are looked through where it may import dynamically."""
    for node in ast.walk(tree) if dynamic else _statements(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Import(alias.name, renamed=alias.asname is not None)
            case ast.ImportFrom():
                names = tuple(alias.name for alias in node.names)
                star = names == ("*",)
                yield Import(node.module or "", node.level, () if star else names, star)
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called.encode() in DYNAMIC:
                yield from _dynamic(node)


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name in BLOCKS:
            waiting.extend(getattr(node, name, ()))


def _dynamic(call: ast.Call) -> Iterator[Import]:
    """`import_module("pkg.net")`, `import_module(".net", "pkg")`, `import_module(".net", package=__package__)`"""
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "name")]
    for argument in given:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            text = argument.value
            name = text.lstrip(".")
            level = len(text) - len(name)
            package = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "package")]
            if level and package and isinstance(package[0], ast.Constant) and isinstance(package[0].value, str):
                above = package[0].value.split(".")[: -(level - 1) or None]
                yield Import(".".join((*above, name)))
            else:
                yield Import(name, level)


def _parents(name: str) -> list[str]:
    """`a.b.c` -> `a`, `a.b`"""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]


def _own_file(folder: Path) -> Path | None:
    return folder / INIT if (folder / INIT).is_file() else None
