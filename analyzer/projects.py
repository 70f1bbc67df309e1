"""The projects that the files of a call belong to, and what the cache keeps of each.

projects = Projects(options)
projects.holding(Path("models/net.py")).root       -> the options' root, or that of the project the file lies in
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cache.store import Store
from analyzer.config import Options, find_root, real
from analyzer.syntax.lowered import Lowered
from analyzer.syntax.overlay import Overlay
from analyzer.syntax.project import OutsideRoot, Project
from analyzer.syntax.reader import DISK
from analyzer.syntax.source import SourceError

if TYPE_CHECKING:
    from analyzer.source import Source


class Projects:
    """The options' project, and one for each other project that a file lies in."""

    def __init__(self, options: Options, texts: Mapping[Path, bytes] | None = None, store: Store | None = None) -> None:
        """`texts` stand before what the disk has, by real path."""
        self.options = options
        self.texts = texts or {}
        self.store = store
        self._reader = Overlay(texts) if texts else DISK
        self._lowered = Lowered(store)
        self._opened: dict[Path, Project] = {}
        self._held: dict[Path, Project] = {}
        self._folders: dict[Path, Path] = {}

    def holding(self, path: Path) -> Project:
        """The project that a file or folder belongs to; files of one folder belong to one."""
        if path.suffix != ".py":
            return self._project(self._root_of(self.real(path)))
        folder = path.parent
        if folder not in self._held:
            self._held[folder] = self._project(self._root_of(self.real(path)))
        return self._held[folder]

    def _project(self, root: Path) -> Project:
        if root not in self._opened:
            self._opened[root] = Project(root, self.options.search_path, reader=self._reader, lowered=self._lowered)
        return self._opened[root]

    def options_for(self, project: Project) -> Options:
        """The options of work in a project."""
        return self.options if project.root == self.options.root else replace(self.options, root=project.root)

    def source(self, project: Project, file: str) -> Source | None:
        """A file of a project by the name that places give it; None for what is installed or cannot be read."""
        from analyzer.source import Source

        try:
            path = project.own(file)
            return None if path is None else Source(project.display(path), project.text(path), project.load(path))
        except (SourceError, OSError, OutsideRoot):
            return None

    def real(self, path: Path) -> Path:
        """The absolute path with links followed; that of a folder is looked up once for all its files."""
        if path.name in ("", "..") or os.path.islink(path):  # noqa: PTH114  # False where a Path raises
            return real(path)
        folder = path.parent
        if folder not in self._folders:
            self._folders[folder] = real(folder)
        return self._folders[folder] / path.name

    def _root_of(self, place: Path) -> Path:
        folders = (self.options.root, *self.options.search_path)
        inside = any(place.is_relative_to(one) for one in folders)
        return self.options.root if inside else find_root(place)
