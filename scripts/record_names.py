"""Record which names torch's public modules have, so that `hasattr(torch.nn.functional, "silu")` is known.

python scripts/record_names.py         writes analyzer/knowledge/names.txt; needs torch 2.13
"""

from __future__ import annotations

import importlib
from pathlib import Path

MODULES = (
    "torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils", "torch.linalg", "torch.fft",
    "torch.jit", "torch.cuda", "torch.backends", "torch.autograd", "torch.utils.checkpoint", "torch.special",
    "torch.compiler", "torch.nn.attention", "torch.amp", "torch.ops.aten",
)  # fmt: skip


def main() -> None:
    """Write one line for each module: its name, a colon, and its public names."""
    lines = []
    for name in MODULES:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        found = sorted(n for n in dir(module) if not n.startswith("_"))
        lines.append(f"{name}: {' '.join(found)}")
    target = Path(__file__).parent.parent / "analyzer" / "knowledge" / "names.txt"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
