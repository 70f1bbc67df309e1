"""Models of published libraries for sizes that are symbols: with the recorded sizes put in, the shapes are PyTorch's.

`N, 3, H, W` goes through each of them once; a formula stands for every size that the model accepts.  As
tests/test_corpus.py these need the source that `python scripts/corpus.py fetch` provides.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import analyzer
from analyzer.algebra.expression import parse, substitute
from analyzer.config import Options
from analyzer.report import ModelReport, Shape, Status
from scripts import corpus, score

GOLDEN = Path(__file__).parent / "golden" / "corpus"

MODELS = {
    "torchvision": (
        "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "fcn_resnet50", "googlenet", "inception_v3",
        "lraspp_mobilenet_v3_large", "mc3_18", "mnasnet0_5", "mobilenet_v3_small", "regnet_y_400mf", "resnet18",
        "shufflenet_v2_x0_5", "squeezenet1_1", "vgg11", "vit_b_32",
    ),
    "timm": (
        "convit_tiny", "convmixer_768_32", "crossvit_9_240", "ghostnet_100", "hrnet_w18_small", "levit_128",
        "mambaout_kobe", "nest_tiny", "regnetx_002", "repvgg_a0", "swin_tiny_patch4_window7_224", "tresnet_m",
        "twins_pcpvt_small", "vit_tiny_patch16_224",
    ),
}  # fmt: skip
"""One of each family that is quick."""

pytestmark = [pytest.mark.corpus, pytest.mark.xdist_group("corpus")]


@cache
def truth(library: str) -> Mapping[str, Any]:
    if not corpus.path(library).is_dir():
        message = f"no source of {library} in .corpus; `python scripts/corpus.py fetch {library}` provides it"
        if os.environ.get("WEIGHBRIDGE_CORPUS") == "required":
            pytest.fail(message)
        pytest.skip(message)
    rows: Mapping[str, Any] = score.load(GOLDEN / f"{library}.json.gz")
    return rows


def letters(row: Mapping[str, Any]) -> str:
    """The symbols that stand for the sizes of an input, channels left out: NHW, NTHW."""
    return "NTHW" if len(row["input"]) == 5 else "NHW"


@cache
def models(library: str, symbols: str) -> Mapping[str, ModelReport]:
    """The reports of the models that take such an input, by name."""
    source, rows = corpus.path(library), truth(library)
    names = [name for name in MODELS[library] if letters(rows[name]) == symbols]
    report = analyzer.summary(
        [f"{source / rows[name]['file']}::{name}" for name in names],
        inputs=[f"N,3,{','.join(symbols[1:])}"],
        options=Options(root=source, search_path=(source,)),
    )
    return {model.name: model for model in report.models}


@pytest.mark.parametrize(("library", "name"), [(library, name) for library, names in MODELS.items() for name in names])
def test_recorded_sizes_put_in(library: str, name: str) -> None:
    row = truth(library)[name]
    sizes = dict(zip(letters(row), (row["input"][0], *row["input"][2:]), strict=True))
    model = models(library, letters(row))[name]
    assert model.status is Status.EXACT
    shapes = {layer.path: layer.output_shape for layer in model.layers}

    def filled(shape: Shape) -> list[Any] | None:
        return None if shape is None else [substitute(parse(str(size)), sizes) for size in shape]

    recorded = {path: shape for path, _, _, _, shape in row["layers"] if shape is not None}
    assert {path: filled(shapes[path]) for path in recorded} == recorded
    assert model.macs_formula is not None
    macs = substitute(parse(model.macs_formula), sizes)
    assert row.get("flops") in (None, 2 * macs)
