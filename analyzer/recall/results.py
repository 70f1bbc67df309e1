"""Results by file, as bytes, kept with the records of everything that they rest on.

results = Results(project, store, what=b"scan ...")
results.get(proj/net.py)                     -> the bytes that an earlier run put there, if nothing has changed since
results.put(proj/net.py, b"", paths, data); results.flush(trail)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from analyzer.cache.store import Store
from analyzer.cache.tool import identity
from analyzer.recall.record import Digests, Record, Validity
from analyzer.recall.trail import Trail
from analyzer.syntax.project import Project
from analyzer.syntax.stamps import Stamps

RESULT, RECORD, BUNDLE = "result", "record", "bundle"
LENGTH = 16
"""Bytes of a record's name."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A result and the names of its records, one behind the other."""

    records: bytes
    """Those of the file's own folder."""
    bundle: bytes
    """The name of an entry that has the others, which many files share."""
    data: bytes


_KEPT = msgspec.msgpack.Decoder(Kept)
_RECORD = msgspec.msgpack.Decoder(Record)


class Results:
    """The results of one kind of work in one project; `what` tells the work and all that it was asked with."""

    def __init__(
        self,
        project: Project,
        store: Store,
        what: bytes,
        texts: Mapping[Path, bytes] = MappingProxyType({}),
        *,
        digests: Digests | None = None,
    ) -> None:
        """`digests` tell of files that are not the disk's."""
        self._project = project
        self._store = store
        self._stamps = Stamps(store, str(project.root), texts)
        self._digests: Digests = self._stamps if digests is None else digests
        self._validity = Validity(project, self._digests)
        self._valid: dict[bytes, bool] = {}
        self._bundles: dict[bytes, bool] = {}
        self._waiting: list[tuple[bytes, Path, Iterable[Path], bytes]] = []
        found = map(str, (project.root, *project.source_roots, ".", *project.search_path))
        self._what = b"\0".join((identity(), what, *(path.encode(errors="surrogateescape") for path in found)))

    def _key(self, file: Path, about: bytes, digest: str | None = None) -> bytes | None:
        """The name of a file's result; None for what cannot be read."""
        digest = digest or self._digests.digest(str(file), self._project.bounds.file_bytes)
        if digest is None:
            return None
        named = f"{file}\0{digest}".encode(errors="surrogateescape")
        return hashlib.blake2b(b"\0".join((self._what, named, about)), digest_size=32).digest()

    def get(self, file: Path, about: bytes = b"") -> bytes | None:
        """The result of a file by its real path, where it still holds; `about` tells what else it was asked with."""
        key = self._key(file, about)
        data = None if key is None else self._store.get(RESULT, key)
        try:
            kept = None if data is None else _KEPT.decode(data)
        except msgspec.DecodeError:
            return None
        if kept is None or not self._bundle_holds(kept.bundle) or not self._all_hold(kept.records):
            return None
        return kept.data

    def _bundle_holds(self, name: bytes) -> bool:
        if name not in self._bundles:
            records = self._store.get(BUNDLE, name)
            self._bundles[name] = records is not None and self._all_hold(records)
        return self._bundles[name]

    def _all_hold(self, records: bytes) -> bool:
        return all(map(self._holds, (records[at : at + LENGTH] for at in range(0, len(records), LENGTH))))

    def _holds(self, name: bytes) -> bool:
        if name not in self._valid:
            data = self._store.get(RECORD, name)
            try:
                self._valid[name] = data is not None and self._validity.holds(_RECORD.decode(data))
            except (msgspec.DecodeError, OSError, ValueError):
                self._valid[name] = False
        return self._valid[name]

    def put(self, file: Path, about: bytes, rests_on: Iterable[Path], data: bytes) -> None:
        """Keep a result that rests on files and folders; it is written by the next `flush`."""
        key = self._key(file, about, self._project.digests.get(file))
        if key is not None:
            self._waiting.append((key, file.parent, rests_on, data))

    def flush(self, trail: Trail) -> None:
        """Write the results that wait with their records, which say all that has been asked until now."""
        names: dict[Path, bytes] = {}
        bundles: set[bytes] = set()
        for key, folder, paths, data in self._waiting:
            try:
                for path in paths:
                    if path not in names:
                        names[path] = self._recorded(trail.record(path))
            except UnicodeEncodeError:  # a path that is no text
                continue
            own = b"".join(sorted(names[path] for path in paths if path.parent == folder))
            others = b"".join(sorted(names[path] for path in paths if path.parent != folder))
            bundle = hashlib.blake2b(others, digest_size=LENGTH).digest()
            if bundle not in bundles:
                bundles.add(bundle)
                self._store.put(BUNDLE, bundle, others)
            self._store.put(RESULT, key, msgspec.msgpack.encode(Kept(own, bundle, data)))
        self._waiting.clear()
        self._store.flush()

    def keep_stamps(self) -> None:
        """Let the next run know the files of this one by their times."""
        self._stamps.keep()

    def _recorded(self, record: Record) -> bytes:
        data = msgspec.msgpack.encode(record)
        name = hashlib.blake2b(data, digest_size=LENGTH).digest()
        self._store.put(RECORD, name, data)
        return name
