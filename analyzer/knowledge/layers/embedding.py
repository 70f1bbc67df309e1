"""Embedding and EmbeddingBag: rows of a table by index.

Embedding(30522, 768) on [N, 77] int64     -> [N, 77, 768] float32, weight: [30522, 768]
EmbeddingBag(10, 4) on [8, 5] int64        -> [8, 4] float32

A table given as `_weight` is kept as `_weight` with its dtype; `_freeze` says that the weight asks for no gradient.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.expression import Dim, at_least, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge import lookup
from analyzer.knowledge.agreement import same_shape
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#sparse-layers"


def _check_table(num_embeddings: Dim, embedding_dim: Dim, weight: TensorType | None) -> None:
    for size in (num_embeddings, embedding_dim):
        if isinstance(size, float | str):
            raise Refused(f"argument 'size' must be tuple of ints, but found element of type {type(size).__name__}")
        require(at_least(size, 0), "Trying to create tensor with negative dimension")
    if weight is not None:
        complaint = "Shape of weight does not match num_embeddings and embedding_dim"
        same_shape(weight.shape, (num_embeddings, embedding_dim), complaint)


def _configure(
    num_embeddings: Dim,
    embedding_dim: Dim,
    padding_idx: Dim | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
    _weight: TensorType | None = None,
    _freeze: bool = False,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    padding_idx = lookup.padding_row(padding_idx, num_embeddings)
    _check_table(num_embeddings, embedding_dim, _weight)
    return {
        "num_embeddings": num_embeddings,
        "embedding_dim": embedding_dim,
        "padding_idx": padding_idx,
        "max_norm": max_norm,
        "norm_type": norm_type,
        "scale_grad_by_freq": scale_grad_by_freq,
        "sparse": sparse,
        "_weight": _weight,
        "_freeze": _freeze,
    }


def _configure_bag(
    num_embeddings: Dim,
    embedding_dim: Dim,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    _weight: TensorType | None = None,
    include_last_offset: bool = False,
    padding_idx: Dim | None = None,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    padding_idx = lookup.padding_row(padding_idx, num_embeddings, "padding_idx")
    _check_table(num_embeddings, embedding_dim, _weight)
    return {
        "num_embeddings": num_embeddings,
        "embedding_dim": embedding_dim,
        "max_norm": max_norm,
        "norm_type": norm_type,
        "scale_grad_by_freq": scale_grad_by_freq,
        "padding_idx": padding_idx,
        "mode": mode,
        "sparse": sparse,
        "include_last_offset": include_last_offset,
        "_weight": _weight,
    }


def _parameters(c: Any) -> Mapping[str, Shape]:
    return {"weight": (c.num_embeddings, c.embedding_dim)}


def _forward(c: Any, input: TensorType) -> TensorType:
    return lookup.embedding(input, c.weight, c.padding_idx)


def _forward_bag(
    c: Any, input: TensorType, offsets: TensorType | None = None, per_sample_weights: TensorType | None = None
) -> TensorType:
    return lookup.embedding_bag(
        input,
        c.weight,
        offsets,
        mode=c.mode,
        scale_grad_by_freq=c.scale_grad_by_freq,
        sparse=c.sparse,
        per_sample_weights=per_sample_weights,
        include_last_offset=c.include_last_offset,
        padding_idx=c.padding_idx,
    )


EMBEDDING = LayerSpec(
    "Embedding",
    _configure,
    _forward,
    _parameters,
    page=PAGE,
    cases=(
        Case("Embedding(10, 4)", "2,3:int64"),
        Case("Embedding(10, 4, padding_idx=-1, max_norm=1.0, sparse=True)", "3:int32"),
        Case("Embedding(10, 4, 0, dtype=torch.float16)", ":int64"),
        Case("Embedding(10, 4, _weight=torch.ones(10, 4))", "0:int64"),
        Case("Embedding(10, 4, padding_idx=10)", refused="Padding_idx must be within num_embeddings"),
        Case("Embedding(10, 4, -11)", refused="Padding_idx must be within num_embeddings"),
        Case("Embedding(10, 4, _weight=torch.ones(10, 3))", refused="Shape of weight does not match"),
        Case("Embedding(-1, 4)", refused="negative dimension"),
        Case("Embedding(10.0, 4)", refused="must be tuple of ints"),
        Case("Embedding(10, 4)", "3", refused="Long, Int"),
        Case("Embedding(10, 4)", "3:bool", refused="Long, Int"),
    ),
)

EMBEDDING_BAG = LayerSpec(
    "EmbeddingBag",
    _configure_bag,
    _forward_bag,
    _parameters,
    page=PAGE,
    cases=(
        Case("EmbeddingBag(10, 4)", "2,3:int64"),
        Case("EmbeddingBag(10, 4, mode='sum')", "6:int64", "2:int64", "6"),
        Case("EmbeddingBag(10, 4, include_last_offset=True)", "6:int64", "offsets=2:int64"),
        Case("EmbeddingBag(10, 4, mode='max', padding_idx=-1)", "2,3:int32"),
        Case("EmbeddingBag(10, 4, padding_idx=10)", refused="padding_idx must be within num_embeddings"),
        Case("EmbeddingBag(10, 4)", "6:int64", refused="offsets has to be a 1D Tensor but got None"),
        Case("EmbeddingBag(10, 4)", "2,3:int64", "2:int64", refused="offsets has to be None"),
        Case("EmbeddingBag(10, 4)", "2,3,4:int64", refused="input has to be 1D or 2D"),
        Case("EmbeddingBag(10, 4, mode='prod')", "2,3:int64", refused="one of sum, mean or max"),
        Case("EmbeddingBag(10, 4)", "6:int64", "2:int64", "6", refused="only supported for mode='sum'"),
        Case("EmbeddingBag(10, 4, mode='sum')", "6:int64", "2:int64", "5", refused="same shape as the input"),
        Case("EmbeddingBag(10, 4, mode='max', sparse=True)", "2,3:int64", refused="sparse weights"),
    ),
)
