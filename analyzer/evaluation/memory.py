"""How much memory the process holds, so that an evaluation can stop before the machine has none left.

resident()      -> 61_000_000, or 0 where the system does not tell
"""

from __future__ import annotations

import os
from functools import lru_cache

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident() -> int:
    """Bytes of the process that lie in memory; 0 where they cannot be read."""
    try:
        return int(os.pread(_status(os.getpid()), 128, 0).split()[1]) * _PAGE
    except (AttributeError, OSError, IndexError, ValueError):
        return 0


@lru_cache(maxsize=1)
def _status(process: int) -> int:
    """The open file in which the system tells of this process: it is read again and again."""
    return os.open(f"/proc/{process}/statm", os.O_RDONLY | os.O_CLOEXEC)
