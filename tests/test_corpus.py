"""Published libraries, from their unmodified source, held against what PyTorch said of each of their models.

`python scripts/corpus.py fetch` provides the source; without it these tests skip, except where WEIGHBRIDGE_CORPUS is
`required`, as it is in continuous integration.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from scripts import corpus, score

GOLDEN = Path(__file__).parent / "golden" / "corpus"

PLAIN = (
    "alexnet",
    "vgg*",
    "squeezenet*",
    "resnet*",
    "resnext*",
    "wide_resnet*",
    "densenet*",
    "mobilenet_v2",
    "mnasnet*",
)
EVERY_FIGURE = {"torchvision": PLAIN}
"""Models whose every figure is known: totals, each layer's own parameters and shape, multiply-accumulates."""

AT_LEAST_EXACT = {"torchvision": 30}
"""How many models are exact in total; a number that only ever grows."""

pytestmark = [pytest.mark.corpus, pytest.mark.xdist_group("corpus")]


@cache
def scan(name: str) -> subprocess.CompletedProcess[str]:
    """One scan of the library's models by the command itself, as a whole process."""
    source = corpus.path(name)
    config = corpus.CORPUS / f"{name}-inputs.toml"
    config.write_text(f'search-path = ["{source.name}"]\n{score.inputs(score.load(GOLDEN / f"{name}.json.gz"))}')
    command = [sys.executable, "-m", "analyzer", "scan", str(source / name / "models"), "--layers", "--shapes"]
    return subprocess.run([*command, "--format", "json", "--config", str(config)], capture_output=True, text=True)


@cache
def judgements(name: str) -> dict[str, score.Judgement]:
    """What became of each model that PyTorch has answered for."""
    if not corpus.path(name).is_dir():
        message = f"no source of {name} in .corpus; `python scripts/corpus.py fetch {name}` provides it"
        if os.environ.get("WEIGHBRIDGE_CORPUS") == "required":
            pytest.fail(message)
        pytest.skip(message)
    scanned = scan(name)
    assert scanned.returncode == 0, scanned.stderr
    truth = score.load(GOLDEN / f"{name}.json.gz")
    return {judgement.model: judgement for judgement in score.compare(truth, json.loads(scanned.stdout))}


@pytest.mark.parametrize("name", AT_LEAST_EXACT)
def test_no_figure_is_wrong(name: str) -> None:
    assert [f"{j.model}: {text}" for j in judgements(name).values() for text in j.contradictions] == []


@pytest.mark.parametrize("name", AT_LEAST_EXACT)
def test_as_many_models_are_exact_as_ever(name: str) -> None:
    assert sum(j.verdict == "exact" for j in judgements(name).values()) >= AT_LEAST_EXACT[name]


@pytest.mark.parametrize(
    ("name", "pattern"), [(name, pattern) for name in EVERY_FIGURE for pattern in EVERY_FIGURE[name]]
)
def test_every_figure_is_known(name: str, pattern: str) -> None:
    models = [j for model, j in judgements(name).items() if fnmatch(model, pattern)]
    assert models
    assert [j.model for j in models if not j.complete] == []
