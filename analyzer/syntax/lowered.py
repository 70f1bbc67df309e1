"""Files lowered once: by the hash of their bytes, from the cache where an earlier run kept them, else by libcst.

lowered = Lowered(store)
lowered.module(content_hash(data), data)     -> ir.Module(...); libcst is imported where it is not in the cache
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import msgspec

from analyzer.cache.store import Store
from analyzer.cache.tool import identity
from analyzer.syntax.source import MAXIMUM_BYTES, SourceError

if TYPE_CHECKING:
    from analyzer.syntax import ir

KIND = "ir"
MODULE, NO_PYTHON = b"m", b"e"
"""The first byte of an entry: what follows is a module, or why there is none."""


class Complaint(msgspec.Struct, frozen=True, array_like=True):
    """What a SourceError says, wherever the file lies."""

    message: str
    line: int
    column: int
    source_line: str


class Lowered:
    """Modules by content hash; what was asked for once stays in memory."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._known: dict[str, ir.Module | Complaint] = {}

    def module(self, digest: str, data: bytes, maximum_bytes: int = MAXIMUM_BYTES) -> ir.Module:
        """What bytes of that hash spell; raises SourceError, without a path, where they are no Python."""
        found = self._known.get(digest) or self._kept(digest)
        if found is None:
            found = _lowered(data, maximum_bytes)
            self._keep(digest, found)
        self._known[digest] = found
        if isinstance(found, Complaint):
            raise SourceError(found.message, found.line, found.column, found.source_line)
        return found

    def _kept(self, digest: str) -> ir.Module | Complaint | None:
        data = None if self._store is None else self._store.get(KIND, _key(digest))
        if data is None:
            return None
        from analyzer.syntax import encoding

        try:
            if data[:1] == MODULE:
                return encoding.decode(zlib.decompress(data[1:]))
            return msgspec.msgpack.decode(zlib.decompress(data[1:]), type=Complaint)
        except (msgspec.DecodeError, zlib.error, RecursionError, MemoryError):
            return None

    def _keep(self, digest: str, found: ir.Module | Complaint) -> None:
        if self._store is None:
            return
        from analyzer.syntax import encoding

        try:
            if isinstance(found, Complaint):
                data = NO_PYTHON + zlib.compress(msgspec.msgpack.encode(found), 1)
            else:
                data = MODULE + zlib.compress(encoding.encode(found), 1)
        except (UnicodeEncodeError, OverflowError, RecursionError):
            return
        self._store.put(KIND, _key(digest), data)


def _key(digest: str) -> bytes:
    return identity() + bytes.fromhex(digest)


def _lowered(data: bytes, maximum_bytes: int) -> ir.Module | Complaint:
    from analyzer.syntax.lower import lower_source

    try:
        return lower_source(data, "", maximum_bytes=maximum_bytes)
    except SourceError as error:
        return Complaint(error.message, error.line, error.column, error.source_line)
