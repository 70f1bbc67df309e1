"""Records torch's type promotion: `python scripts/record_promotion.py` writes tests/golden/promotion.json.

    {"promote_types": {"uint8": {"int8": "int16", ...}, ...},      null where torch refuses
     "result_type": [[["1:int64", "0:float32", "2.5"], "float32"], ...]}

An operand of result_type is `RANK:dtype` for a tensor, else a Python number.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from analyzer.algebra.dtype import DType  # noqa: E402

GOLDEN = ROOT / "tests" / "golden" / "promotion.json"
TENSORS = ("bool", "uint8", "int8", "int64", "float16", "bfloat16", "float32", "float64", "complex32", "complex64")
MORE = ("uint16", "float8_e5m2")
NUMBERS = ("True", "3", "2.5", "1j")


def answer(call: Callable[[], torch.dtype]) -> str | None:
    """The name of the type that torch gives, or None where it refuses."""
    try:
        return str(call()).removeprefix("torch.")
    except RuntimeError:
        return None


def operand(text: str) -> object:
    """A tensor on the meta device from `RANK:dtype`, or the number."""
    rank, found, dtype = text.partition(":")
    if not found:
        return {"True": True, "3": 3, "2.5": 2.5, "1j": 1j}[text]
    return torch.empty((2,) * int(rank), dtype=getattr(torch, dtype), device="meta")


def record() -> dict[str, object]:
    """All pairs of types, and result_type of tensors with dimensions, 0-dim tensors and numbers."""
    names = [str(dtype) for dtype in DType]
    tensors = [f"{rank}:{dtype}" for rank in (0, 1) for dtype in (*TENSORS, *MORE)]
    calls = [*product(tensors, [*tensors, *NUMBERS])]
    return {
        "torch": torch.__version__.split("+")[0],
        "promote_types": {
            a: {b: answer(lambda a=a, b=b: torch.promote_types(getattr(torch, a), getattr(torch, b))) for b in names}
            for a in names
        },
        "result_type": [[call, answer(lambda call=call: torch.result_type(*map(operand, call)))] for call in calls],
        "itemsize": {name: getattr(torch, name).itemsize for name in names},
        "is_floating_point": [name for name in names if getattr(torch, name).is_floating_point],
        "is_complex": [name for name in names if getattr(torch, name).is_complex],
        "is_signed": {name: answer(lambda name=name: getattr(torch, name).is_signed) for name in names},
    }


def main() -> None:
    lines = (f"{json.dumps(key)}: {json.dumps(value)}" for key, value in record().items())
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
