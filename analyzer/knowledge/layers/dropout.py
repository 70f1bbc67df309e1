"""Dropout: the shape stays; what matters is which ranks and probabilities are accepted.

Dropout(0.1) on [N, 512] float32         -> [N, 512] float32
Dropout(1.5)                             -> Refused: dropout probability has to be between 0 and 1, but got 1.5
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry.dropping import check_probability, drop
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#dropout-layers"


def _configure(p: float = 0.5, inplace: bool = False) -> Mapping[str, Any]:
    check_probability(p)
    return {"p": p, "inplace": inplace}


def _dropout(name: str, function: str, *cases: Case) -> LayerSpec:
    def forward(c: Any, input: TensorType) -> TensorType:
        return drop(input, c.p, c.training, function)

    return LayerSpec(name=name, bases=("_DropoutNd",), configure=_configure, forward=forward, page=PAGE, cases=cases)


DROPOUT = (
    _dropout(
        "Dropout",
        "dropout",
        Case("Dropout()", "20,16"),
        Case("Dropout(p=0.2, inplace=True)", "20,16:float16"),
        Case("Dropout(1).train()", ""),
        Case("Dropout(0)", "3:int64"),
        Case("Dropout(1.5)", refused="has to be between 0 and 1, but got 1.5"),
        Case("Dropout(-0.1)", refused="has to be between 0 and 1"),
        Case("Dropout().train()", "3:int64", refused="can't be cast to the desired output type Long"),
    ),
    _dropout(
        "Dropout1d",
        "dropout1d",
        Case("Dropout1d()", "20,16,32"),
        Case("Dropout1d(p=0.2)", "16,32"),
        Case("Dropout1d(0.3).train()", "16,32"),
        Case("Dropout1d(0.3).train()", "4,16,32"),
        Case("Dropout1d()", "20,16,32,4", refused="Expected 2D or 3D input, but received a 4D input"),
        Case("Dropout1d(2)", refused="has to be between 0 and 1"),
    ),
    _dropout(
        "Dropout2d",
        "dropout2d",
        Case("Dropout2d()", "20,16,32,32"),
        Case("Dropout2d(p=0.2)", "16"),
        Case("Dropout2d(0.3).train()", "16,32"),
        Case("Dropout2d(0.3).train()", "4,16,32,4,5"),
        Case("Dropout2d().train()", "20", refused="Feature dropout requires at least 2 dimensions in the input"),
        Case("Dropout2d(2)", refused="has to be between 0 and 1"),
    ),
    _dropout(
        "Dropout3d",
        "dropout3d",
        Case("Dropout3d()", "20,16,4,32,32"),
        Case("Dropout3d(p=0.2)", "16,4,32,32"),
        Case("Dropout3d(0.3).train()", "16"),
        Case("Dropout3d(0.3).train()", "4,16,3,4,5"),
        Case("Dropout3d(2)", refused="has to be between 0 and 1"),
        Case("Dropout3d().train()", "3,2,2,2:int64", refused="can't be cast to the desired output type Long"),
    ),
    _dropout(
        "AlphaDropout",
        "alpha_dropout",
        Case("AlphaDropout(p=0.2)", "20,16"),
        Case("AlphaDropout(p=0.2).train()", "20"),
        Case("AlphaDropout(inplace=True)", "20,16,3"),
        Case("AlphaDropout()", "20:int64"),
        Case("AlphaDropout(2)", refused="has to be between 0 and 1"),
        Case("AlphaDropout().train()", "20:int64", refused="can't be cast to the desired output type Long"),
    ),
    _dropout(
        "FeatureAlphaDropout",
        "feature_alpha_dropout",
        Case("FeatureAlphaDropout(p=0.2)", "20,16,4,32,32"),
        Case("FeatureAlphaDropout(p=0.2).train()", "20,16"),
        Case("FeatureAlphaDropout(inplace=True)", "20"),
        Case("FeatureAlphaDropout(0)", "20:int64"),
        Case("FeatureAlphaDropout(2)", refused="has to be between 0 and 1"),
        Case("FeatureAlphaDropout().train()", "20", refused="Feature dropout requires at least 2 dimensions"),
    ),
)
