"""Module names to files and back, as Python's import system relates them, without asking Python.

roots = source_roots(Path("proj"))                              -> (proj/src, proj)
resolve("pkg.net", roots)                                       -> proj/src/pkg/net.py
module_name(Path("proj/src/pkg/net.py"), roots)                 -> "pkg.net"
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analyzer.syntax.reader import DISK, Reader

INIT = "__init__.py"


def source_roots(root: Path, reader: Reader = DISK) -> tuple[Path, ...]:
    """The folders that a project's absolute imports start from: `src`, the root, and above a root that is a package."""
    roots = [root]
    if "src" in reader.names(root).folders and INIT not in reader.names(root / "src").files:
        roots.insert(0, root / "src")
    top = package_top(root / INIT, reader)
    return (*roots, top) if top != root else tuple(roots)


def package_top(file: Path, reader: Reader = DISK) -> Path:
    """The closest folder above a file that is no package."""
    folder = file.parent
    while INIT in reader.names(folder).files and folder != folder.parent:
        folder = folder.parent
    return folder


def module_name(file: Path, roots: Sequence[Path], reader: Reader = DISK) -> str:
    """The name a file is imported by: from the innermost root above it, else from the top of its package.

    Folders without `__init__.py` are namespace packages as long as their names are identifiers.
    """
    above = sorted((root for root in roots if file.is_relative_to(root)), key=lambda root: -len(root.parts))
    for start in (*above, package_top(file, reader)):
        parts = [*file.parent.relative_to(start).parts, file.stem]
        if parts[-1] == "__init__":
            parts.pop()
        if parts and all(part.isidentifier() for part in parts[:-1]):
            return ".".join(parts)
    return file.stem


def resolve(name: str, roots: Sequence[Path], reader: Reader = DISK) -> Path | None:
    """The file that `import name` runs: `name/__init__.py` before `name.py`; a namespace package gives its folder."""
    parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    folders: Sequence[Path] = roots
    found: Path | None = None
    for part in parts:
        found = None
        namespaces = []
        for folder in folders:
            names = reader.names(folder)
            if part in names.folders and INIT in reader.names(folder / part).files:
                found = folder / part / INIT
            elif f"{part}.py" in names.files:
                found = folder / f"{part}.py"
            elif part in names.folders:
                namespaces.append(folder / part)
            if found is not None:
                break
        if found is None and not namespaces:
            return None
        if found is None:
            found, folders = namespaces[0], namespaces
        else:
            folders = (found.parent,) if found.name == INIT else ()
    return found
