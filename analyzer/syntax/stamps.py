"""The hashes of files on the disk without reading those whose size, times and inode are what they were.

stamps = Stamps(store, "proj")
stamps.digest("/proj/net.py")       -> "9f86..."; reads the file where its stamp is new

A file that was touched within SETTLING of being read may change again with the same stamp: it is read once more.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from analyzer.cache.store import Store

KIND = "stamps"
SETTLING = 2_000_000_000
"""Nanoseconds."""


class Stamp(NamedTuple):
    size: int
    modified: int
    changed: int
    inode: int
    digest: str


_DECODER = msgspec.msgpack.Decoder(dict[str, Stamp])


class Stamps:
    """Files by their real paths; `texts` stand before what the disk has."""

    def __init__(self, store: Store | None, project: str, texts: Mapping[Path, bytes] = MappingProxyType({})) -> None:
        self._store = store
        self._key = hashlib.blake2b(project.encode(errors="surrogateescape"), digest_size=16).digest()
        self._stamps = self._kept()
        self._fresh = False
        self._seen: dict[str, str | None] = {str(path): _hash(text) for path, text in texts.items()}

    def digest(self, path: str, maximum: int) -> str | None:
        """The sha256 of a file's bytes; None for one that cannot be read or is larger."""
        if path not in self._seen:
            self._seen[path] = self._found(path, maximum)
        return self._seen[path]

    def _found(self, path: str, maximum: int) -> str | None:
        try:
            status = os.stat(path)  # noqa: PTH116  # thousands of them: a Path for each costs more than the call
            known = self._stamps.get(path)
            if known is not None and known[:4] == _of(status):
                return known.digest
            if not stat.S_ISREG(status.st_mode) or status.st_size > maximum:
                return None
            with open(path, "rb") as file:  # noqa: PTH123  # as above
                data = file.read(maximum + 1)
        except (OSError, ValueError):
            return None
        if len(data) > maximum:
            return None
        digest = _hash(data)
        self._stamps.pop(path, None)
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > SETTLING:
            self._stamps[path] = Stamp(*_of(status), digest)
        self._fresh = True
        return digest

    def keep(self) -> None:
        """Give the store what was found."""
        if self._store is not None and self._fresh:
            try:
                self._store.put(KIND, self._key, msgspec.msgpack.encode(self._stamps))
            except UnicodeEncodeError:
                return

    def _kept(self) -> dict[str, Stamp]:
        data = None if self._store is None else self._store.get(KIND, self._key)
        try:
            return {} if data is None else _DECODER.decode(data)
        except msgspec.DecodeError:
            return {}


def _of(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
