"""Shapes and multiply-accumulates of attention.

    scaled_dot_product(q, k, v) with q [2, 8, L, 64], k and v [2, 8, S, 64]  -> [2, 8, L, 64]
    scaled_dot_product_macs(q, k, v, output)                                 -> 2*8*L*S*64 + 2*8*L*S*64

The two products of a query with all keys and of the weights with all values are counted, the softmax is not, and a
causal mask spares nothing: that is how FlopCounterMode counts.
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, divisible, equal, product, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast
from analyzer.knowledge.operands import scalar_name, shape_text


def scaled_dot_product(
    query: TensorType,
    key: TensorType,
    value: TensorType,
    attn_mask: TensorType | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    enable_gqa: bool = False,
) -> TensorType:
    """`query` is (..., L, E), `key` (..., S, E), `value` (..., S, Ev); the mask broadcasts to (..., L, S)."""
    _check_operands(query, key, value)
    if attn_mask is not None and is_causal:
        raise Refused("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if not 0 <= dropout_p <= 1:
        raise Refused(f"dropout probability has to be between 0 and 1, but got {dropout_p}")
    if enable_gqa:
        key, value = _grouped(query, key), _grouped(query, value)
    batch = broadcast(query.shape[:-2], key.shape[:-2])
    if attn_mask is not None:
        _check_mask(attn_mask, query, (*batch, query.shape[-2], key.shape[-2]))
    return TensorType((*broadcast(batch, value.shape[:-2]), query.shape[-2], value.shape[-1]), query.dtype)


def _check_operands(query: TensorType, key: TensorType, value: TensorType) -> None:
    if min(query.rank, key.rank, value.rank) < 2:
        raise Refused(
            "Expected query, key, and value to all be  at least 2 dimensional, but got "
            f"query.dim: {query.rank} key.dim: {key.rank} and value.dim: {value.rank} instead."
        )
    if not (query.dtype is key.dtype is value.dtype):
        raise Refused(
            "Expected query, key, and value to have the same dtype, but got "
            f"query.dtype: {query.dtype} key.dtype: {key.dtype} and value.dtype: {value.dtype} instead."
        )
    if not query.dtype.is_floating:
        raise Refused(f"expected scalar type Float but found {scalar_name(query.dtype)}")
    for one, other, what in (
        (query.shape[-1], key.shape[-1], "query and key"),
        (key.shape[-2], value.shape[-2], "key and value"),
    ):
        require(equal(one, other), f"Expected size of {what} to match in attention, but got {one} and {other}")


def _grouped(query: TensorType, shared: TensorType) -> TensorType:
    """Each head of `shared` repeated until there are as many as heads of the query."""
    for tensor in (query, shared):
        if tensor.rank < 3:
            low, high = -tensor.rank, tensor.rank - 1
            raise Refused(f"Dimension out of range (expected to be in range of [{low}, {high}], but got -3)")
    require(
        divisible(query.shape[-3], shared.shape[-3]),
        "Number of heads in key and value must divide the number of heads in query",
    )
    return TensorType((*shared.shape[:-3], query.shape[-3], *shared.shape[-2:]), shared.dtype)


def _check_mask(mask: TensorType, query: TensorType, weights: Shape) -> None:
    if mask.dtype not in (DType.bool_, DType.float32, query.dtype):
        raise Refused(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got "
            f"attn_mask.dtype: {mask.dtype} and  query.dtype: {query.dtype} instead."
        )
    if mask.rank < 2 and query.rank == 4:
        raise Refused(f"Dimension out of range (expected to be in range of [-1, 0], but got -2): {mask}")
    complaint = f"attn_mask of shape {shape_text(mask.shape)} does not broadcast to {shape_text(weights)}"
    if mask.rank > len(weights):
        raise Refused(complaint)
    for size, wanted in zip(mask.shape, weights[len(weights) - mask.rank :], strict=True):
        if equal(size, 1) is not True:
            require(equal(size, wanted), complaint)


def scaled_dot_product_macs(
    query: TensorType, key: TensorType, value: TensorType, output: TensorType, enable_gqa: bool = False
) -> Dim:
    pairs = query.shape[-2] * key.shape[-2]
    shared = _grouped(query, key) if enable_gqa else key
    scores = product(broadcast(query.shape[:-2], shared.shape[:-2])) * pairs * query.shape[-1]
    return scores + product(output.shape[:-2]) * pairs * value.shape[-1]
