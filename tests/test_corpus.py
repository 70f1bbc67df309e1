"""Published libraries, from their unmodified source, held against what PyTorch said of each of their models.

`python scripts/corpus.py fetch` provides the source; without it these tests skip, except where WEIGHBRIDGE_CORPUS is
`required`, as it is in continuous integration.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from scripts import corpus, score

GOLDEN = Path(__file__).parent / "golden" / "corpus"

FILES = {
    "torchvision": ("",),
    "timm": ("crossvit.py", "hrnet.py", "levit.py", "nest.py", "regnet.py", "twins.py", "vision_transformer_hybrid.py"),
}
"""The part of each library's models that is scanned: all of it, or some files so that the tests stay quick."""

AT_LEAST_EXACT = {"torchvision": 121, "timm": 104}
"""How many models are exact in total; a number that only ever grows."""

pytestmark = [pytest.mark.corpus, pytest.mark.xdist_group("corpus")]


@cache
def scan(name: str) -> subprocess.CompletedProcess[str]:
    """One scan of the library's models by the command itself, as a whole process."""
    source = corpus.path(name)
    config = corpus.CORPUS / f"{name}-inputs.toml"
    config.write_text(f'search-path = ["{source.name}"]\n{score.inputs(score.load(GOLDEN / f"{name}.json.gz"))}')
    models = [str(source / name / "models" / file) for file in FILES[name]]
    command = [sys.executable, "-m", "analyzer", "scan", *models, "--layers", "--shapes"]
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
    truth = {
        model: row
        for model, row in score.load(GOLDEN / f"{name}.json.gz").items()
        if any(row["file"].endswith(f"/models/{file}") or not file for file in FILES[name])
    }
    return {judgement.model: judgement for judgement in score.compare(truth, json.loads(scanned.stdout))}


@pytest.mark.parametrize("name", AT_LEAST_EXACT)
def test_no_figure_is_wrong(name: str) -> None:
    assert [f"{j.model}: {text}" for j in judgements(name).values() for text in j.contradictions] == []


@pytest.mark.parametrize("name", AT_LEAST_EXACT)
def test_as_many_models_are_exact_as_ever(name: str) -> None:
    assert sum(j.verdict == "exact" for j in judgements(name).values()) >= AT_LEAST_EXACT[name]


@pytest.mark.parametrize("name", AT_LEAST_EXACT)
def test_every_figure_that_pytorch_gives_is_known(name: str) -> None:
    """Trainable, buffers, each layer's own parameters and shape, multiply-accumulates."""
    truth = score.load(GOLDEN / f"{name}.json.gz")
    ran = [j for j in judgements(name).values() if truth[j.model].get("flops")]
    assert ran
    assert [j.model for j in ran if not j.complete] == []
