"""Every fixture, held against what PyTorch said of it: totals, buffers, own parameters, shapes, products."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import analyzer
from analyzer.config import load
from analyzer.reports import View, render
from scripts import score

ROOT = Path(__file__).resolve().parent.parent
TRUTH = json.loads((ROOT / "tests/golden/fixtures.json").read_text())


@cache
def scanned() -> Any:
    """The report of one scan over all fixtures that PyTorch has answered for, as its JSON reads."""
    files = sorted({key.partition("::")[0] for key in TRUTH})
    options = load(ROOT / "fixtures", ROOT / "fixtures" / "inputs.toml")
    report = analyzer.scan([str(ROOT / file) for file in files], layers=True, shapes=True, options=options)
    assert not report.problems
    return json.loads(render("json", "scan", report, View(layers=True, shapes=True)))


@pytest.mark.parametrize("key", TRUTH)
def test_fixture_is_as_pytorch_says(key: str) -> None:
    (judgement,) = score.compare({key: TRUTH[key]}, scanned())
    assert judgement.complete, judgement


def test_no_class_or_function_is_claimed_that_pytorch_does_not_build() -> None:
    found = {model["id"] for model in scanned()["models"] if model["status"] == "exact" and model["kind"] != "instance"}
    assert found <= set(TRUTH)
