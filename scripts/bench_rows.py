"""What the bench measures: a row is two commands, and what is hoped of them.

Row("summary of the seed's model, cold", (OURS, "summary", "fixtures/seed_cnn.py"), "import torch",
    ("{torch_python}", "-c", "import torch"), goal=3.0)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from scripts import score

ROOT = Path(__file__).resolve().parent.parent
OURS = str(Path(sys.executable).with_name("weighbridge"))
"""The command as it is installed beside the Python that runs this."""
THEIRS = "scripts/opponents.py"
VISION = ".corpus/torchvision-0.28.0"
TIMM = ".corpus/timm-1.0.31"
LARGE = ".corpus/transformers-5.23.0"
TRUTH = "tests/golden/corpus/timm.json.gz"
INPUTS = ".corpus/timm-recorded-inputs.toml"
FOUND = (0, 1)
"""Findings are no failure."""


@dataclass(frozen=True, slots=True)
class Row:
    """Two commands and what is hoped of ours; `{torch_python}` and `{torchfix}` stand for the other side's."""

    name: str
    ours: tuple[str, ...]
    against: str
    theirs: tuple[str, ...]
    goal: float | None = None
    """How many times faster ours is to be; less than one allows it to be slower."""
    seconds: float | None = None
    """How long ours may take at most."""
    megabytes: float | None = None
    """How large the largest process of ours may grow."""
    cache: Literal["off", "cold", "warm"] = "cold"
    """Cold: with a cache, emptied before each run.  Warm: filled by a run that is not counted."""
    corpus: str = ""
    """The folder that must be there."""
    copied: str = ""
    """A tree to be copied for `{tree}`, so that files of it can change."""
    changed: int = 0
    """So many files of the copy change before each run."""
    pairs: int | None = None
    """At most so many pairs, for what takes long."""
    ok: tuple[int, ...] = (0,)
    """Exit codes of ours that count as done."""
    their_ok: tuple[int, ...] = (0,)

    def against_command(self, theirs: tuple[str, ...]) -> Row:
        return replace(self, theirs=theirs)


def _opponent(*words: str) -> tuple[str, ...]:
    return ("{torch_python}", THEIRS, *words)


_NOTHING = (sys.executable, "-c", "pass")
_SCAN = (OURS, "scan", f"{TIMM}/timm/models", "--layers", "--format", "json", "-o", "/dev/null", "--config", INPUTS)
_SHAPES = (*_SCAN, "--shapes")
_RESNET = (OURS, "summary", f"{VISION}/torchvision/models/resnet.py::resnet50", "--input", "1,3,224,224")
_BUILD, _FORWARD = _opponent("build", TRUTH), _opponent("forward", TRUTH)
_LINT = (OURS, "check", "--isolated", "--output-format", "concise")
_FIX = ("{torchfix}", "--select=ALL")

ROWS = (
    Row(
        "summary of the seed's model, cold",
        (OURS, "summary", "fixtures/seed_cnn.py", "--no-cache"),
        "import torch", ("{torch_python}", "-c", "import torch"), goal=3, cache="off",
    ),
    Row("--help", (OURS, "--help"), "python -c pass", _NOTHING, cache="off", seconds=0.15),
    Row("--version", (OURS, "--version"), "python -c pass", _NOTHING, cache="off", seconds=0.15),
    Row(
        "summary of resnet50, cold", _RESNET, "torchinfo.summary of it", _opponent("torchinfo"),
        goal=4, corpus=VISION,
    ),
    Row(
        "summary of resnet50, warm", _RESNET, "torchinfo.summary of it", _opponent("torchinfo"),
        goal=20, cache="warm", corpus=VISION,
    ),
    Row(
        "scan --layers of timm's models, cold", _SCAN, "building them on the meta device", _BUILD,
        goal=5, corpus=TIMM, pairs=1,
    ),
    Row(
        "scan --layers --shapes of them, cold", _SHAPES, "building and running them on the meta device", _FORWARD,
        goal=3, corpus=TIMM, pairs=1,
    ),
    Row("scan --layers of them, warm", _SCAN, "the same, cold, without a cache", (*_SCAN, "--no-cache"),
        goal=20, cache="warm", corpus=TIMM, pairs=1),
    Row("scan --layers --shapes of them, warm", _SHAPES, "the same, cold, without a cache", (*_SHAPES, "--no-cache"),
        goal=20, cache="warm", corpus=TIMM, pairs=1),
    Row(
        "check of torchvision/models, cold", (*_LINT, f"{VISION}/torchvision/models"),
        "TorchFix on it", (*_FIX, f"{VISION}/torchvision/models"), goal=4, corpus=VISION,
        pairs=3, ok=FOUND, their_ok=FOUND,
    ),
    Row(
        "check of transformers, cold", (*_LINT, LARGE), "TorchFix on it", (*_FIX, LARGE),
        goal=5, megabytes=1500, corpus=LARGE,
        pairs=1, ok=FOUND, their_ok=FOUND,
    ),
    Row(
        "check of transformers, cold", (*_LINT, LARGE), "libcst.parse_module of its files with modules",
        (sys.executable, THEIRS, "parse", LARGE), goal=0.5, corpus=LARGE, pairs=1, ok=FOUND,
    ),
    Row(
        "check of transformers, nothing changed", (*_LINT, LARGE), "python -c pass", _NOTHING,
        cache="warm", seconds=1, corpus=LARGE, pairs=3, ok=FOUND,
    ),
    Row(
        "check of transformers, three files changed", (*_LINT, "{tree}"), "python -c pass", _NOTHING,
        cache="warm", seconds=3, corpus=LARGE, copied=LARGE, changed=3, pairs=3, ok=FOUND,
    ),
)  # fmt: skip

LINEAR = Row("check of parts of transformers", (*_LINT, "--no-cache"), "", (), corpus=LARGE, pairs=1, ok=FOUND)


def inputs_of(row: Row) -> None:
    """Write the recorded inputs that a row's configuration names."""
    if INPUTS in row.ours:
        text = f'search-path = ["{Path(TIMM).name}"]\n{score.inputs(score.load(ROOT / TRUTH))}'
        (ROOT / INPUTS).write_text(text)


def fractions(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Growing parts of a tree, each an even choice of its packages."""
    models = sorted(path for path in (folder / "transformers" / "models").iterdir() if path.is_dir())
    rest = [path for path in sorted(folder.rglob("*.py")) if not any(path.is_relative_to(model) for model in models)]
    for share, step in (("1/8", 8), ("1/4", 4), ("1/2", 2), ("1", 1)):
        chosen = [path for model in models[::step] for path in sorted(model.rglob("*.py"))]
        yield share, [*rest[::step], *chosen]
