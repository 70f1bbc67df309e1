"""The model of the article that the project started from, held against each figure that the article gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import analyzer
from analyzer.report import ModelReport, Status

SEED = Path(__file__).resolve().parent.parent / "fixtures" / "seed_cnn.py"


def weigh(*inputs: str) -> ModelReport:
    report = analyzer.summary([str(SEED)], inputs=inputs)
    assert not report.problems
    (model,) = report.models
    return model


@pytest.fixture(scope="module")
def model() -> ModelReport:
    return weigh("1,3,32,32")


def test_totals(model: ModelReport) -> None:
    assert model.status is Status.EXACT
    assert (model.parameters.total, model.parameters.trainable, model.parameters.frozen) == (5_852_234, 5_852_234, 0)
    assert len(model.layers) == 1 + 24


@pytest.mark.parametrize(
    ("kind", "count", "parameters"), [("Conv2d", 6, 1_126_080), ("BatchNorm2d", 3, 896), ("Linear", 3, 4_725_258)]
)
def test_parameters_by_kind_of_layer(model: ModelReport, kind: str, count: int, parameters: int) -> None:
    own = [layer.parameters for layer in model.layers if layer.type == kind]
    assert len(own) == count
    assert sum(number or 0 for number in own) == parameters


def test_first_convolution_by_the_articles_formula(model: ModelReport) -> None:
    assert model.layers[1].parameters == ((3 * 3 * 3) + 1) * 32


def test_comments_agree_with_the_inferred_shapes(model: ModelReport) -> None:
    by_line = {layer.span.line: layer for layer in model.layers}
    comments = {
        line: tuple(map(int, re.findall(r"\d+", text.partition("# output:")[2])))
        for line, text in enumerate(SEED.read_text().splitlines(), start=1)
        if "# output:" in text
    }
    assert list(comments.values()) == [(64, 16, 16), (128, 8, 8), (256, 4, 4)]
    assert {line: by_line[line].output_shape for line in comments} == {k: (1, *v) for k, v in comments.items()}


def test_accepted_sizes_are_derived_where_no_input_is_given() -> None:
    derived = weigh()
    assert derived.inputs_derived
    assert [(given.shape or ())[:2] for given in derived.inputs] == [("N", 3)]
    accepted = " ".join(derived.accepts)
    assert all(re.search(rf"\b{side}\b.*\b32\b.*\b39\b", accepted) for side in "HW"), accepted


@pytest.mark.parametrize("side", [32, 35, 39])
def test_every_accepted_size_is_accepted(side: int) -> None:
    assert weigh(f"2,3,{side},{side}").output_shape == (2, 10)


@pytest.mark.parametrize("side", [31, 40])
def test_the_sizes_beside_them_are_refused_at_the_first_linear(side: int) -> None:
    report = analyzer.summary([str(SEED)], inputs=(f"1,3,{side},{side}",))
    said = " ".join([p.message for p in report.problems] + [u.reason for m in report.models for u in m.unknowns])
    assert "4096" in said
