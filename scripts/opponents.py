"""The other side of the bench: what a user without weighbridge would run to learn the same.

    opponents.py build tests/golden/corpus/timm.json.gz      builds every model on the meta device
    opponents.py forward tests/golden/corpus/timm.json.gz    and runs each one's forward pass there
    opponents.py torchinfo                                   torchinfo's summary of resnet50
    opponents.py parse .corpus/transformers-5.23.0           libcst over the files with modules

Nothing of the project imports this file; `bench.py` runs it in the Python that has what it needs.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any


def recorded(file: str) -> dict[str, Any]:
    with gzip.open(file, "rt") as text:
        models: dict[str, Any] = json.load(text)
    return {name: row for name, row in models.items() if "total" in row}


def build(file: str) -> None:
    """Every model of the library, on the device that has shapes and no storage."""
    import timm
    import torch

    for name in recorded(file):
        with torch.device("meta"):
            timm.create_model(name)


def forward(file: str) -> None:
    """Every model built and run, as far as PyTorch can run it there."""
    import timm
    import torch

    for name, row in recorded(file).items():
        with torch.device("meta"), torch.no_grad():
            model = timm.create_model(name).eval()
            if row.get("input"):
                try:
                    model(torch.zeros(row["input"]))
                except (RuntimeError, NotImplementedError) as error:
                    print(f"{name}: {error}", file=sys.stderr)


def torchinfo() -> None:
    import torchinfo
    import torchvision

    torchinfo.summary(torchvision.models.resnet50(), (1, 3, 224, 224))


def parse(folder: str) -> None:
    """libcst alone over the files that a linter of models cannot leave out: those that name a module class."""
    import libcst

    for path in sorted(Path(folder).rglob("*.py")):
        data = path.read_bytes()
        if b"nn.Module" in data or b"nn.Sequential" in data:
            libcst.parse_module(data)


if __name__ == "__main__":
    {"build": build, "forward": forward, "torchinfo": torchinfo, "parse": parse}[sys.argv[1]](*sys.argv[2:])
