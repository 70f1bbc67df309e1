"""What an evaluation asked of the tree: which files it read, which names it looked up, and what it found.

trail = Trail(project); session = Session(trail); session.load(proj/net.py)
trail.behind([proj/net.py], session.imported, {})     -> {proj/net.py, proj/blocks.py, proj/layers/__init__.py, ...}
trail.record(proj/net.py)                             -> Record(proj/net.py, digest="9f86...", finds=(...), ...)

A question belongs to the file whose import statement asks it, whichever model was being built when it was asked: what
one model made a shared module look up counts for every model that shares it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from analyzer.recall.record import NOTHING, Record, place_of
from analyzer.syntax import ir
from analyzer.syntax.project import Project, content_hash
from analyzer.syntax.source import SourceError

ANYBODY = Path()
"""Who asks what no file asks for itself."""


class Trail:
    """The sources of a session, which remember what they were asked."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._finds: dict[Path, dict[str, Path | None]] = {}
        self._absent: dict[Path, set[str]] = {}
        self._opened: dict[Path, str] = {}
        self._links: dict[Path, Path] = {}
        self._folders: dict[Path, tuple[Path, Path]] = {}
        self._above: dict[Path, tuple[Path, ...]] = {}
        self._unread: set[Path] = set()
        self.bounded = False
        """Whether a file was not read because so many were."""

    # ------------------------------------------------------------ the sources of a session

    def resolve(self, name: str, importer: Path | None) -> Path | None:
        found = self.project.resolve(name, importer)
        self._finds.setdefault(importer or ANYBODY, {})[name] = found
        if found is not None:
            self._follow(found)
        return found

    def resolve_below(self, folder: Path, name: str) -> Path | None:
        found = self.project.resolve_below(folder, name)
        if found is None:
            self._absent.setdefault(folder, set()).add(name)
        return found

    def _follow(self, path: Path) -> None:
        """Remember where a link leads: the file there is what is read."""
        real = self.project.real(path)
        if real != path:
            self._links[path] = real

    def load(self, path: Path) -> ir.Module:
        self._follow(path)
        try:
            return self.project.load(path)
        except OSError:
            self._unread.add(path)
            raise
        except SourceError:
            self.bounded = self.bounded or path not in self.project.digests
            raise

    def module_name(self, path: Path) -> str:
        return self.project.module_name(path)

    def display(self, path: Path) -> str:
        return self.project.display(path)

    def read_data(self, path: str) -> bytes:
        try:
            data = self.project.read_data(path)
        except (OSError, SourceError):
            self._opened[self.project.root / path] = NOTHING
            raise
        self._opened[self.project.root / path] = content_hash(data)
        return data

    # ------------------------------------------------------------ what was asked

    def behind(
        self, starts: Iterable[Path], imported: Mapping[Path, Set[Path]], packages: Mapping[Path, object]
    ) -> set[Path]:
        """All files and folders that something made of `starts` can rest on.

        packages: the files that run before what lies in their folders.
        """
        seen: set[Path] = set()
        waiting = [*starts, ANYBODY]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            waiting.extend(imported.get(path, ()))
            if path in self._links:
                waiting.append(self._links[path])
            waiting.extend(found for found in self._finds.get(path, {}).values() if found is not None)
            if packages:
                waiting.extend(init for above in path.parents if (init := above / "__init__.py") in packages)
        return seen | self._holding(seen) | self._opened.keys()

    def _holding(self, paths: Iterable[Path]) -> set[Path]:
        """The folders above some paths, or among them, in which names were looked for in vain."""
        if not self._absent:
            return set()
        for path in paths:
            if path not in self._folders:
                self._folders[path] = (path, path.parent)
        folders = {folder for path in paths for folder in self._folders[path]}
        for folder in folders:
            if folder not in self._above:
                self._above[folder] = (folder, *folder.parents)
        return {above for folder in folders for above in self._above[folder] if above in self._absent}

    def record(self, path: Path) -> Record:
        """What was asked by a file, or about one."""
        finds = self._finds.get(path, {})
        return Record(
            str(path),
            NOTHING if path in self._unread else self._opened.get(path) or self._digest(path),
            place_of(self.project, path),
            tuple(sorted((name, "" if found is None else str(found)) for name, found in finds.items())),
            tuple(sorted(self._absent.get(path, ()))),
        )

    def _digest(self, path: Path) -> str:
        return self.project.digests.get(self._links.get(path, path), "")
