"""Finds the Python files of a folder, and the packages installed for it.

discover(Path("proj"))          -> [proj/models/net.py, proj/train.py]
site_packages(Path("proj"))     -> (proj/.venv/lib/python3.12/site-packages,)
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from pathlib import Path

from analyzer.syntax.reader import DISK, Reader

SKIPPED = frozenset({"venv", "node_modules", "__pycache__", "build", "dist", "site-packages"})
ENVIRONMENTS = (".venv", "venv")


def discover(path: Path, reader: Reader = DISK) -> list[Path]:
    """Every `.py` file at or under `path`, folder by folder in the order of names; a file stands for itself.

    Left out are hidden folders, those named in SKIPPED, and virtual environments, unless `path` is one or lies in one.
    A symbolic link is followed once and only to what lies under `path`.
    """
    names = reader.names(path.parent)
    if path.name in names.files:
        return [path]
    root = reader.real(path)
    return list(_walk(path, root, root, {root}, reader))


def _walk(folder: Path, real_folder: Path, root: Path, visited: set[Path], reader: Reader) -> Iterator[Path]:
    names = reader.names(folder)
    for name in sorted(names.files | names.folders):
        path = folder / name
        if name in names.files and not name.endswith(".py"):
            continue
        if name in names.folders and (name.startswith(".") or name in SKIPPED):
            continue
        linked = names.links is None or name in names.links
        real = reader.real(path) if linked else real_folder / name
        if real in visited or not real.is_relative_to(root):
            continue
        if name in names.files:
            visited.add(real)
            yield path
        elif "pyvenv.cfg" not in reader.names(path).files:
            visited.add(real)
            yield from _walk(path, real, root, visited, reader)


def folders_with(path: Path, names: Set[str], reader: Reader = DISK) -> Iterator[Path]:
    """The folders under `path`, itself left out, that hold a file of one of these names; links are not followed."""
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        found = reader.names(folder)
        if folder != path and not names.isdisjoint(found.files):
            yield folder
        inner = (name for name in found.folders if not name.startswith(".") and name not in SKIPPED)
        waiting.extend(folder / name for name in inner if not (folder / name).is_symlink())


def site_packages(root: Path, reader: Reader = DISK) -> tuple[Path, ...]:
    """The site-packages of the virtual environments that lie directly in `root`."""
    libraries = [
        library
        for environment in ENVIRONMENTS
        for lib in (root / environment / "lib", root / environment / "Lib")
        for library in (lib, *(lib / name for name in sorted(reader.names(lib).folders) if name.startswith("python")))
    ]
    return tuple(library / "site-packages" for library in libraries if "site-packages" in reader.names(library).folders)
