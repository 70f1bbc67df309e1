"""CosineSimilarity and PairwiseDistance: two tensors, one dimension gone.

CosineSimilarity(dim=1) on [8, 64], [8, 64]     -> [8] float32
PairwiseDistance(keepdim=True) on [8, 64], [64] -> [8, 1] float32
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.knowledge import distances
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#distance-functions"


def _cosine(dim: int = 1, eps: float = 1e-8) -> Mapping[str, Any]:
    return {"dim": dim, "eps": eps}


def _pairwise(p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Mapping[str, Any]:
    return {"norm": p, "eps": eps, "keepdim": keepdim}


def _cosine_forward(c: Any, x1: TensorType, x2: TensorType) -> TensorType:
    return distances.cosine(x1, x2, c.dim)


def _pairwise_forward(c: Any, x1: TensorType, x2: TensorType) -> TensorType:
    return distances.pairwise(x1, x2, c.keepdim)


COSINE_SIMILARITY = LayerSpec(
    "CosineSimilarity",
    _cosine,
    _cosine_forward,
    page=PAGE,
    cases=(
        Case("CosineSimilarity()", "3,4", "3,4"),
        Case("CosineSimilarity(dim=-1, eps=1e-6)", "2,3,4", "2,1,4:float64"),
        Case("CosineSimilarity(0)", "4", "3,4"),
        Case("CosineSimilarity(dim=2)", "2,3,4", "2,3,1"),
        Case("CosineSimilarity()", "4", "4", refused="Dimension out of range"),
        Case("CosineSimilarity()", "3,4", "3,5", refused="must match the size"),
        Case("CosineSimilarity()", "3,4:int64", "3,4:int64", refused="common dtype is Long"),
    ),
)

PAIRWISE_DISTANCE = LayerSpec(
    "PairwiseDistance",
    _pairwise,
    _pairwise_forward,
    page=PAGE,
    cases=(
        Case("PairwiseDistance()", "3,4", "3,4"),
        Case("PairwiseDistance(p=1, keepdim=True)", "2,3,4", "4"),
        Case("PairwiseDistance(2)", "4:int64", "4:int64"),
        Case("PairwiseDistance(keepdim=True)", "", ""),
        Case("PairwiseDistance()", "3,4", "3,5", refused="must match the size"),
    ),
)
