"""Bytes by kind and key in one sqlite file that may be deleted, damaged, full or locked: at worst it holds nothing.

store = Store(folder)
store.put("ir", key, data); store.close()
Store(folder).get("ir", key)           -> data, or None where it is gone or not what was written
store.fault                            -> None, or why the cache could not be used, in one line

Every entry carries a digest of its kind, key and data, so that a damaged file gives less and never something else:
therefore nothing is synchronised to the disk.  The journal is sqlite's rollback journal: unlike a write-ahead log it
can be read in a folder that cannot be written.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.cache.place import FILE, is_ours, prepare

LIMIT = 2_000_000_000
"""Bytes that the file may grow to before what was not used for longest is dropped."""
BUFFER = 16_000_000
"""Bytes that wait in memory before they are written."""
APPLICATION = 0x77624447
"""The number that sqlite's header of the file carries."""
PATIENCE = 5.0
"""Seconds to wait for another run that is writing."""
DAY = 86_400
SCHEMA = "CREATE TABLE entries (kind TEXT, key BLOB, digest BLOB, used INTEGER, data BLOB, PRIMARY KEY (kind, key))"
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_ERROR)
"""What sqlite says of a file that is not as we made it: the queries themselves have no errors."""


class Foreign(Exception):
    """A file in the cache's place that is not the cache's."""


class Store:
    """The entries of one folder, for one thread at a time; no method raises."""

    def __init__(self, folder: Path, *, limit: int = LIMIT) -> None:
        self.folder = folder
        self.fault: str | None = None
        """Why it cannot be read or written, once that was found."""
        self._limit = limit
        self._connection: sqlite3.Connection | None = None
        self._opened = False
        self._writes = True
        self._waiting: dict[tuple[str, bytes], bytes] = {}
        self._waiting_bytes = 0
        self._used: set[tuple[str, bytes]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ entries

    def get(self, kind: str, key: bytes) -> bytes | None:
        """What was put under a kind and key."""
        waiting = self._waiting.get((kind, key))
        if waiting is not None:
            return waiting
        rows = self._rows("SELECT digest, used, data FROM entries WHERE kind = ? AND key = ?", (kind, key))
        if not rows:
            return None
        digest, used, data = rows[0]
        if not isinstance(data, bytes) or digest != _digest(kind, key, data):
            return None
        if not isinstance(used, int) or used < time.time() - DAY:
            self._used.add((kind, key))
        return data

    def put(self, kind: str, key: bytes, data: bytes) -> None:
        """Keep data under a kind and key, in place of what was there."""
        if self._writes:
            self._waiting[kind, key] = data
            self._waiting_bytes += len(data)
            if self._waiting_bytes > BUFFER:
                self.flush()

    def flush(self) -> None:
        """Write what waits, in one transaction."""
        waiting, used = self._waiting, self._used
        self._waiting, self._waiting_bytes, self._used = {}, 0, set()
        connection = self._connect() if waiting or used else None
        if connection is None or not self._writes:
            return
        now = int(time.time())
        rows = [(kind, key, _digest(kind, key, data), now, data) for (kind, key), data in waiting.items()]
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("UPDATE entries SET used = ? WHERE kind = ? AND key = ?",
                                       [(now, *one) for one in used])  # fmt: skip
                connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", rows)
                self._evict(connection)
        except (sqlite3.Error, OSError) as error:
            self._cannot_write(error)

    def close(self) -> None:
        """Write what waits and let go of the file."""
        self.flush()
        self._disconnect()
        self._opened = False

    # ------------------------------------------------------------ the file

    def _rows(self, query: str, values: Sequence[object]) -> list[tuple[object, ...]]:
        connection = self._connect()
        if connection is None:
            return []
        try:
            return connection.execute(query, values).fetchall()
        except (sqlite3.Error, OSError, OverflowError) as error:
            self._cannot_read(error)
            return []

    def _connect(self) -> sqlite3.Connection | None:
        """The connection, made at the first use; None where there can be none."""
        if not self._opened:
            self._opened = True
            try:
                self._connection = self._open()
            except (sqlite3.Error, OSError, Foreign) as error:
                self._cannot_read(error)
        return self._connection

    def _open(self) -> sqlite3.Connection:
        file = self.folder / FILE
        if not file.is_file():
            prepare(self.folder)
        if file.is_symlink():
            raise Foreign(f"{file} is a link")
        connection = _connected(file, "rwc")
        try:
            return _ready(connection, file)
        except sqlite3.Error as error:
            connection.close()
            if _code(error) == sqlite3.SQLITE_READONLY or _code(error) == sqlite3.SQLITE_CANTOPEN:
                return _ready(_connected(file, "ro"), file)
            raise

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error, OSError):
                self._connection.close()
        self._connection = None

    def _cannot_read(self, error: Exception) -> None:
        """Go on without the file; a damaged one of ours is made anew."""
        self._disconnect()
        damaged = isinstance(error, Foreign) or (isinstance(error, sqlite3.Error) and _code(error) in DAMAGED)
        if damaged and self._replace():
            return
        self._writes = False
        self._waiting.clear()
        self.fault = self.fault or f"the cache in {self.folder} cannot be used: {_told(error)}"

    def _cannot_write(self, error: Exception) -> None:
        """Keep reading; another run that writes for long is no fault."""
        if isinstance(error, sqlite3.Error) and _code(error) in DAMAGED:
            self._cannot_read(error)
            return
        self._writes = False
        if not isinstance(error, sqlite3.Error) or _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self.fault = self.fault or f"the cache in {self.folder} cannot be written: {_told(error)}"

    def _replace(self) -> bool:
        """Delete the file in a folder that was made for it, and begin a new one; whether that was possible."""
        if not is_ours(self.folder) or (self.folder / FILE).is_symlink():
            return False
        try:
            (self.folder / FILE).unlink()
            (self.folder / f"{FILE}-journal").unlink(missing_ok=True)
            self._connection = self._open()
        except (sqlite3.Error, OSError, Foreign):
            return False
        return True

    def _evict(self, connection: sqlite3.Connection) -> None:
        """Drop what was not used for longest where the file is larger than it may be."""
        (pages,), (free,), (size,) = (
            connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
        )
        excess = (pages - free) * size - self._limit
        if excess <= 0:
            return
        excess += self._limit // 5
        doomed = []
        for row, length in connection.execute("SELECT rowid, length(data) + 200 FROM entries ORDER BY used, rowid"):
            if excess <= 0:
                break
            doomed.append((row,))
            excess -= length
        connection.executemany("DELETE FROM entries WHERE rowid = ?", doomed)


def _connected(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip


def _ready(connection: sqlite3.Connection, file: Path) -> sqlite3.Connection:
    """The connection with its table; raises Foreign for a database of somebody else."""
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application == APPLICATION and tables:
        return connection
    if application or tables:
        connection.close()
        raise Foreign(f"{file} is not the cache's")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(SCHEMA)
    return connection


def _digest(kind: str, key: bytes, data: bytes) -> bytes:
    digest = hashlib.blake2b(f"{kind} {len(key)} ".encode(), digest_size=16)
    digest.update(key)
    digest.update(data)
    return digest.digest()


def _code(error: sqlite3.Error) -> int:
    """The primary code of sqlite; ProgrammingError and the like have none."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _told(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).rstrip(".")
