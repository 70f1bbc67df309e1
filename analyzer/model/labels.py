"""What people call an operator, whichever of its spellings was called.

operator_label("Tensor.__iadd__")                -> "add", as of Tensor.__radd__, Tensor.add_ and torch.add
operator_label("torch.nn.functional.conv2d")     -> "conv2d"
"""

from __future__ import annotations

ARITHMETIC = frozenset(
    ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift")
)
"""The operators that have forms `__iadd__` and `__radd__`."""


def operator_label(name: str) -> str:
    """The last part of a qualified name without its marks."""
    last = name.rpartition(".")[2]
    if last.startswith("__"):
        last = last.strip("_")
        last = last[1:] if last[0] in "ir" and last[1:] in ARITHMETIC else last
        return {"getitem": "index", "setitem": "assign"}.get(last, last)
    return last.rstrip("_") or last
