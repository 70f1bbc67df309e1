"""The identity of the tool itself: what another version of it found out is never taken for this one's.

identity()      -> b"\\x8f..." the same for the same code on the same Python, whenever and wherever it was installed
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent
DISTRIBUTION = "weighbridge"


@cache
def identity() -> bytes:
    """16 bytes for the Python that runs and the code: its hashes as they were installed, else sizes and times."""
    digest = hashlib.blake2b(sys.version.encode(), digest_size=16)
    for line in sorted(_installed() or _files(str(PACKAGE))):
        digest.update(line + b"\n")
    return digest.digest()


def _installed() -> list[bytes]:
    """What the record that an installer left beside the package says of it; nothing where it is run from its source."""
    with os.scandir(PACKAGE.parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(f"{DISTRIBUTION}-")]
    found: list[bytes] = []
    for name in names:
        record = PACKAGE.parent / name / "RECORD"
        if record.is_file():
            found += (line for line in record.read_bytes().splitlines() if b"sha256=" in line)
    return [line for line in found if line.startswith(f"{PACKAGE.name}/".encode())]


def _files(folder: str) -> Iterator[bytes]:
    """Name, size and time of every file of the package."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}".encode()
            elif "." not in entry.name and entry.name != "__pycache__":
                yield from _files(entry.path)
