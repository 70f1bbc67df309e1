"""Every node of a piece of syntax.

[node.name for node in walk(module.body) if isinstance(node, ir.Name)]      -> ["nn", "x", ...]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from analyzer.syntax import ir


def walk(node: Any) -> Iterator[Any]:
    """Every node below `node`, itself included, in source order."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(reversed(current))
        elif isinstance(current, msgspec.Struct):
            if isinstance(current, ir.Node):
                yield current
            stack.extend(getattr(current, field) for field in reversed(current.__struct_fields__))
