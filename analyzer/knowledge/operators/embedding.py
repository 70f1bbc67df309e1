"""Looking up rows of a table: F.embedding, F.embedding_bag, F.one_hot.

    F.embedding(i, w)        i [2, 3] int64, w [10, 4] float32    -> [2, 3, 4] float32
    F.one_hot(i, 5)          i [2, 3] int64                       -> [2, 3, 5] int64
    F.one_hot(i)             i [2, 3] int64                       -> DataDependent

Source: https://docs.pytorch.org/docs/2.13/nn.functional.html#sparse-functions
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge import lookup
from analyzer.knowledge.operator import Case, DataDependent, operator


@operator(
    "torch.nn.functional.embedding",
    cases=(
        Case("F.embedding(i, w)", i="2,3:int64", w="10,4"),
        Case("F.embedding(i, w, padding_idx=-1, max_norm=1.0)", i="3:int32", w="10,4:float16"),
        Case("F.embedding(i, w, 10)", i="3:int64", w="10,4", refused="Padding_idx must be within num_embeddings"),
        Case("F.embedding(i, w)", i="3", w="10,4", refused="Long, Int"),
        Case("F.embedding(i, w)", i="3:int64", w="10", refused="must be 2-D"),
    ),
)
def embedding(
    input: TensorType,
    weight: TensorType,
    padding_idx: Dim | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> TensorType:
    return lookup.embedding(input, weight, padding_idx)


@operator(
    "torch.embedding",
    cases=(
        Case("torch.embedding(w, i)", i="2,3:int64", w="10,4"),
        Case("torch.embedding(w, i, -1)", i="3", w="10,4", refused="Long, Int"),
    ),
)
def torch_embedding(
    weight: TensorType,
    indices: TensorType,
    padding_idx: Dim = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> TensorType:
    return lookup.embedding(indices, weight)


@operator(
    "torch.nn.functional.embedding_bag",
    cases=(
        Case("F.embedding_bag(i, w)", i="2,3:int64", w="10,4"),
        Case("F.embedding_bag(i, w, o, mode='sum', per_sample_weights=p)", i="6:int64", w="10,4", o="2:int64", p="6"),
        Case("F.embedding_bag(i, w, o, include_last_offset=True)", i="6:int64", w="10,4", o="3:int64"),
        Case("F.embedding_bag(i, w)", i="6:int64", w="10,4", refused="but got None"),
        Case("F.embedding_bag(i, w)", i="2,3", w="10,4", refused="Long, Int"),
        Case("F.embedding_bag(i, w, mode='any')", i="2,3:int64", w="10,4", refused="one of sum, mean or max"),
        Case(
            "F.embedding_bag(i, w, o, include_last_offset=True)",
            i="6:int64",
            w="10,4",
            o="0:int64",
            refused="should be at least 1",
        ),
    ),
)
def embedding_bag(
    input: TensorType,
    weight: TensorType,
    offsets: TensorType | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: TensorType | None = None,
    include_last_offset: bool = False,
    padding_idx: Dim | None = None,
) -> TensorType:
    return lookup.embedding_bag(
        input,
        weight,
        offsets,
        mode=mode,
        scale_grad_by_freq=scale_grad_by_freq,
        sparse=sparse,
        per_sample_weights=per_sample_weights,
        include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )


@operator(
    "torch.nn.functional.one_hot",
    cases=(
        Case("F.one_hot(i, 5)", i="2,3:int64"),
        Case("F.one_hot(i, num_classes=5)", i=":int64"),
        Case("F.one_hot(i, 5)", i="2:int32", refused="LongTensor"),
        Case("F.one_hot(i, 0)", i="2:int64", refused="smaller than num_classes"),
    ),
)
def one_hot(input: TensorType, num_classes: Dim = -1) -> TensorType:
    if num_classes == -1:
        raise DataDependent("without num_classes, F.one_hot takes the largest value of the tensor")
    return lookup.one_hot(input, num_classes)
