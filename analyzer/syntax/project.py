"""A project's source, each file read and lowered once, and nothing read outside the project and its search path.

project = Project(Path("proj"))
project.resolve("models.net")                -> proj/models/net.py
project.load(Path("proj/models/net.py"))     -> ir.Module(...)
project.load(Path("/etc/passwd"))            -> OutsideRoot
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from analyzer.syntax import ir, modules
from analyzer.syntax.discovery import site_packages
from analyzer.syntax.lowered import Lowered
from analyzer.syntax.reader import DISK, Names, Reader
from analyzer.syntax.source import MAXIMUM_BYTES, SourceError, decode_source


class OutsideRoot(Exception):
    """A file that lies neither in the project nor on its search path, be it by a symbolic link."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read at most."""

    file_bytes: int = MAXIMUM_BYTES
    total_bytes: int = 200_000_000
    files: int = 20_000


class Project:
    """Files under `root`, then on `search_path`, then in the project's virtual environment, looked up in that order."""

    def __init__(
        self,
        root: Path,
        search_path: Sequence[Path] = (),
        *,
        reader: Reader = DISK,
        bounds: Bounds | None = None,
        lowered: Lowered | None = None,
    ) -> None:
        self.root = reader.real(root)
        self.bounds = bounds or Bounds()
        self._reader = _Remembering(reader)
        installed = site_packages(self.root, self._reader)
        self.search_path = tuple(map(reader.real, (*search_path, *installed)))
        self.source_roots = modules.source_roots(self.root, self._reader)
        self._real: dict[Path, Path] = {}
        self._bytes: dict[Path, bytes] = {}
        self._digests: dict[Path, str] = {}
        self._lowered = lowered or Lowered()
        self._total = 0
        self._shown: dict[Path, str] = {}

    # ------------------------------------------------------------ reading

    def read(self, path: Path) -> bytes:
        """The bytes of a file; raises OutsideRoot, OSError, or SourceError past the bounds."""
        real = self._admit(path)
        data = self._bytes.get(real)
        if data is None:
            if len(self._bytes) >= self.bounds.files:
                raise SourceError(f"more than {self.bounds.files} files were read", path=self.display(path))
            data = self._reader.read(real, self.bounds.file_bytes + 1)
            self._total += len(data)
            if len(data) > self.bounds.file_bytes:
                raise SourceError(f"larger than {self.bounds.file_bytes} bytes", path=self.display(path))
            if self._total > self.bounds.total_bytes:
                raise SourceError(f"more than {self.bounds.total_bytes} bytes were read", path=self.display(path))
            self._bytes[real] = data
            self._digests[real] = content_hash(data)
        return data

    def text(self, path: Path) -> str:
        """The decoded text of a source file; raises as `load`."""
        return decode_source(self.read(path), self.display(path), maximum_bytes=self.bounds.file_bytes)

    def read_data(self, path: str) -> bytes:
        """A file that the analysed program opens, relative paths from the root; raises OSError or OutsideRoot."""
        return self.read(self.root / path)

    def load(self, path: Path) -> ir.Module:
        """A source file lowered; raises OutsideRoot, OSError, or SourceError where it is no Python."""
        data = self.read(path)
        digest = self._digests[self._admit(path)]
        try:
            return self._lowered.module(digest, data, self.bounds.file_bytes)
        except SourceError as error:
            error.path = self.display(path)
            raise

    def real(self, path: Path) -> Path:
        """The absolute path with links followed."""
        return self._reader.real(path)

    def holds(self, path: Path) -> bool:
        """Whether there is such a file or folder."""
        real = self._reader.real(path)
        names = self._reader.names(real.parent)
        return real.name in names.files or real.name in names.folders or real.exists()

    def own(self, file: str) -> Path | None:
        """The file that `display` names so, where it is the project's and not installed."""
        path = self.root / file
        if not self.holds(path):
            return None
        real = self._reader.real(path)
        outside = [folder for folder in self.search_path if not self.root.is_relative_to(folder)]
        admitted = real.is_relative_to(self.root) and not any(real.is_relative_to(folder) for folder in outside)
        return real if admitted else None

    @property
    def digests(self) -> Mapping[Path, str]:
        """Every file read so far and the hash of its bytes."""
        return MappingProxyType(self._digests)

    def _admit(self, path: Path) -> Path:
        real = self._real.get(path)
        if real is None:
            real = self._reader.real(path)
            if not any(real.is_relative_to(folder) for folder in (self.root, *self.search_path)):
                raise OutsideRoot(f"{path} lies outside the project and its search path")
            self._real[path] = real
        return real

    # ------------------------------------------------------------ names

    def resolve(self, name: str, importer: Path | None = None) -> Path | None:
        """The file or namespace folder that `import name` finds; None where nothing, or nothing certain, is found.

        `importer` is the importing file: a script also sees the modules beside it. When the project has another module
        of that name, which of the two Python takes depends on how it was started.
        """
        beside = () if importer is None else (modules.package_top(self._reader.real(importer), self._reader),)
        own = modules.resolve(name, self.source_roots, self._reader)
        near = modules.resolve(name, beside, self._reader)
        if own is not None and near is not None and own != near:
            return None
        return own or near or modules.resolve(name, self.search_path, self._reader)

    def resolve_below(self, folder: Path, name: str) -> Path | None:
        """The module of that dotted name inside a package's folder, as a relative import finds it."""
        return modules.resolve(name, (folder,), self._reader)

    def module_name(self, path: Path) -> str:
        """The dotted name that the project imports a file by."""
        return modules.module_name(self._reader.real(path), (*self.source_roots, *self.search_path), self._reader)

    def display(self, path: Path) -> str:
        """A file for people: relative to the root or to its folder of the search path, with forward slashes."""
        shown = self._shown.get(path)
        if shown is None:
            shown = self._shown[path] = self._named(self._reader.real(path))
        return shown

    def _named(self, real: Path) -> str:
        above = [folder for folder in (self.root, *self.search_path) if real.is_relative_to(folder)]
        return real.relative_to(max(above, key=lambda folder: len(folder.parts))).as_posix() if above else real.name


def content_hash(data: bytes) -> str:
    """The sha256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class _Remembering:
    """A reader that lists each folder once, and follows the links above a file once for all files beside it."""

    def __init__(self, reader: Reader) -> None:
        self.read = reader.read
        self._real = reader.real
        self._list = reader.names
        self._names: dict[Path, Names] = {}
        self._folders: dict[Path, Path] = {}

    def names(self, folder: Path) -> Names:
        found = self._names.get(folder)
        if found is None:
            found = self._names[folder] = self._list(folder)
        return found

    def real(self, path: Path) -> Path:
        folder, name = path.parent, path.name
        if name in ("", ".."):
            return self._real(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = self._real(folder)
        names = self.names(real)
        known = names.links is not None and name in names.files and name not in names.links
        return real / name if known else self._real(path)
