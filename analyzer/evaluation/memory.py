"""How much memory the process holds, so that an evaluation can stop before the machine has none left.

resident()      -> 61_000_000, or 0 where the system does not tell
"""

from __future__ import annotations

import os
from pathlib import Path

_STATUS = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident() -> int:
    """Bytes of the process that lie in memory; 0 where they cannot be read."""
    try:
        return int(_STATUS.read_bytes().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0
