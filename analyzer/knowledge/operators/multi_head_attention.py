"""F.multi_head_attention_forward: projections in, attention of each head, projection out.

    q, k, v [L, N, E], [S, N, E], [S, N, E]   -> (output [L, N, E], weights [N, L, S])
    the same with need_weights=False          -> (output [L, N, E], None)

The sequence comes first; without a batch dimension the outputs lack it too.  `bias_k` and `bias_v` lengthen the
source by one, and so does `add_zero_attn`.
Source: https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/functional.py
"""

from __future__ import annotations

import inspect
from typing import Any

from analyzer.algebra.expression import Dim, divisible, equal, product, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, promote
from analyzer.knowledge.agreement import same_dtype, same_shape
from analyzer.knowledge.operands import shape_text
from analyzer.knowledge.operator import Case, operator


def _projections(
    in_proj_weight: TensorType | None, separate: bool, *weights: TensorType | None
) -> tuple[TensorType, ...]:
    """The weights that queries, keys and values are multiplied with: one, or three."""
    if not separate:
        if in_proj_weight is None:
            raise Refused("use_separate_proj_weight is False but in_proj_weight is None")
        return (in_proj_weight,)
    found = tuple(weight for weight in weights if weight is not None)
    if len(found) < 3:
        raise Refused("use_separate_proj_weight is True but q_proj_weight is None")
    return found


def _check_ranks(
    query: TensorType,
    key: TensorType,
    value: TensorType,
    key_padding_mask: TensorType | None,
    attn_mask: TensorType | None,
) -> None:
    if query.rank not in (2, 3):
        raise Refused(f"query should be unbatched 2D or batched 3D tensor but received {query.rank}-D query tensor")
    kind = f"For {'batched' if query.rank == 3 else 'unbatched'} ({query.rank}-D) `query`, expected"
    if not key.rank == value.rank == query.rank:
        raise Refused(
            f"{kind} `key` and `value` to be {query.rank}-D "
            f"but found {key.rank}-D and {value.rank}-D tensors respectively"
        )
    if key_padding_mask is not None and key_padding_mask.rank != query.rank - 1:
        raise Refused(
            f"{kind} `key_padding_mask` to be `None` or {query.rank - 1}-D "
            f"but found {key_padding_mask.rank}-D tensor instead"
        )
    if attn_mask is not None and attn_mask.rank not in (2, 3):
        raise Refused(f"{kind} `attn_mask` to be `None`, 2-D or 3-D but found {attn_mask.rank}-D tensor instead")


def _check_masks(
    attn_mask: TensorType | None, key_padding_mask: TensorType | None, batch: Dim, heads: Dim, target: Dim, source: Dim
) -> None:
    for name, mask in (("key_padding_mask", key_padding_mask), ("attn_mask", attn_mask)):
        if mask is not None and mask.dtype is not DType.bool_ and not mask.dtype.is_floating:
            raise Refused(f"only bool and floating types of {name} are supported")
    expected: Shape
    if attn_mask is not None:
        expected = (target, source) if attn_mask.rank == 2 else (batch * heads, target, source)
        complaint = (
            f"The shape of the {attn_mask.rank}D attn_mask is {shape_text(attn_mask.shape)}, "
            f"but should be {shape_text(expected)}."
        )
        same_shape(attn_mask.shape, expected, complaint)
    if key_padding_mask is not None:
        expected = (batch, source) if key_padding_mask.rank == 2 else (source,)
        complaint = (
            f"Expected key_padded_mask.shape to be {shape_text(expected)}, but got {shape_text(key_padding_mask.shape)}"
        )
        same_shape(key_padding_mask.shape, expected, complaint)


def _check_product(input: TensorType, weight: TensorType, rows: Dim) -> None:
    """`input` is multiplied with a weight of `rows` rows."""
    complaint = f"expecting weights shape of {shape_text((rows, input.shape[-1]))}, but got {shape_text(weight.shape)}"
    same_shape(weight.shape, (rows, input.shape[-1]), complaint)
    same_dtype(input, weight)


def _check_mask_dtype(query: TensorType, masks: list[TensorType], need_weights: bool) -> None:
    """Boolean masks become the query's dtype; the sum of all masks is added to the scores."""
    floats = [mask.dtype for mask in masks if mask.dtype.is_floating]
    if not floats:
        return
    dtype = promote(*floats, *([query.dtype] if len(floats) < len(masks) else []))
    if dtype is not query.dtype and (need_weights or dtype is not DType.float32):
        raise Refused(f"Expected attn_mask dtype to match query dtype {query.dtype}, but got {dtype}")


def _source_length(key: TensorType, bias_k: TensorType | None, static_k: TensorType | None, zero: bool) -> Dim:
    """How many positions are attended to."""
    length = key.shape[0] if static_k is None else static_k.shape[1]
    return length + (1 if bias_k is not None else 0) + (1 if zero else 0)


def _check_extra(bias_k: TensorType | None, bias_v: TensorType | None, static_k: Any, static_v: Any) -> None:
    if (bias_k is None) != (bias_v is None):
        raise Refused("bias_k is set but bias_v is None" if bias_v is None else "bias_v is set but bias_k is None")
    if bias_k is not None and (static_k is not None or static_v is not None):
        raise Refused("bias cannot be added to static key.")


def _check_static(static: TensorType | None, name: str, heads: Dim, head_dim: Dim) -> None:
    if static is None:
        return
    if static.rank != 3:
        raise Refused(f"expecting {name} of 3 dimensions, but got {static.rank}")
    for place, wanted in ((0, heads), (2, head_dim)):
        complaint = f"expecting {name}.size({place}) of {wanted}, but got {static.shape[place]}"
        require(equal(static.shape[place], wanted), complaint)


def _macs(output: Any, *arguments: Any, **keywords: Any) -> Dim:
    """The projections of query, key and value, two products for each head, and the projection of the output."""
    call = inspect.signature(heads_forward.rule).bind(*arguments, **keywords)
    call.apply_defaults()
    given = call.arguments
    query, key, value = given["query"], given["key"], given["value"]
    rows = product(query.shape[:-1])
    width = query.shape[-1]
    source = _source_length(key, given["bias_k"], given["static_k"], given["add_zero_attn"])
    projections = (query.numel + key.numel + value.numel) * width
    batch = query.shape[1] if query.rank == 3 else 1
    attention = 2 * query.shape[0] * source * batch * width
    total: Dim = projections + attention + rows * given["out_proj_weight"].numel
    return total


_CALL = "F.multi_head_attention_forward(q, k, v, 8, 2, w, b, None, None, False, 0.1, o, p"
_EXTRA = "F.multi_head_attention_forward(q, k, v, 8, 2, None, b, bk, bk, True, 0.1, o, p"
_SEPARATE = "use_separate_proj_weight=True, q_proj_weight=wq, k_proj_weight=wk, v_proj_weight=wv"
_WEIGHTS = {"w": "24,8", "b": "24", "o": "8,8", "p": "8"}
_BATCHED = {"q": "4,3,8", "k": "5,3,8", "v": "5,3,8", **_WEIGHTS}
_SINGLE = {"q": "4,8", "k": "5,8", "v": "5,8", **_WEIGHTS}
_APART = {
    "q": "4,3,8", "k": "5,3,6", "v": "5,3,7", "b": "24", "o": "8,8", "p": "8", "bk": "1,1,8", "wq": "8,8", "wk": "8,6",
    "wv": "8,7",
}  # fmt: skip


@operator(
    "torch.nn.functional.multi_head_attention_forward",
    macs=_macs,
    cases=(
        Case(f"{_CALL})", **_BATCHED),
        Case(f"{_CALL}, need_weights=False, training=False)", **_BATCHED),
        Case(f"{_CALL}, average_attn_weights=False)", **_BATCHED),
        Case(f"{_CALL}, attn_mask=m, key_padding_mask=n)", **_BATCHED, m="4,5:bool", n="3,5:bool"),
        Case(f"{_CALL}, attn_mask=m, need_weights=False)", **_BATCHED, m="6,4,5"),
        Case(f"{_CALL}, attn_mask=m, key_padding_mask=n)", **_SINGLE, m="2,4,5", n="5"),
        Case(f"{_CALL}, average_attn_weights=False)", **_SINGLE),
        Case(f"{_CALL}, attn_mask=m, is_causal=True, need_weights=False)", **_BATCHED, m="4,5"),
        Case(f"{_EXTRA}, {_SEPARATE})", **_APART),
        Case(f"{_EXTRA}, {_SEPARATE}, need_weights=False, key_padding_mask=n)", **_APART, n="3,5:bool"),
        Case(f"{_CALL})", **{**_BATCHED, "q": "4,3,9"}, refused="was expecting embedding dimension of 8"),
        Case(f"{_CALL})", **{**_BATCHED, "v": "6,3,8"}, refused="does not match value shape"),
        Case(f"{_CALL})", **{**_BATCHED, "q": "4,1,3,8"}, refused="query should be unbatched 2D or batched 3D"),
        Case(f"{_CALL})", **{**_BATCHED, "k": "5,8"}, refused="expected `key` and `value` to be 3-D"),
        Case(f"{_CALL})", **{**_BATCHED, "w": "24,9"}, refused="expecting weights shape"),
        Case(f"{_CALL}, attn_mask=m)", **_BATCHED, m="5,4", refused="The shape of the 2D attn_mask is [5, 4]"),
        Case(f"{_CALL}, attn_mask=m)", **_BATCHED, m="3,4,5", refused="The shape of the 3D attn_mask"),
        Case(f"{_CALL}, attn_mask=m)", **_BATCHED, m="4,5:int64", refused="only bool and floating types"),
        Case(f"{_CALL}, key_padding_mask=n)", **_BATCHED, n="5,3:bool", refused="key_padded_mask"),
        Case(f"{_CALL}, key_padding_mask=n)", **_SINGLE, n="1,5:bool", refused="to be `None` or 1-D"),
        Case(f"{_CALL}, is_causal=True)", **_BATCHED, refused="Need attn_mask if specifying the is_causal hint"),
        Case(
            "F.multi_head_attention_forward(q, k, v, 8, 3, w, b, None, None, False, 0.1, o, p)",
            **_BATCHED,
            refused="not divisible by num_heads",
        ),
    ),
)
def heads_forward(
    query: TensorType,
    key: TensorType,
    value: TensorType,
    embed_dim_to_check: Dim,
    num_heads: Dim,
    in_proj_weight: TensorType | None,
    in_proj_bias: TensorType | None,
    bias_k: TensorType | None,
    bias_v: TensorType | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: TensorType,
    out_proj_bias: TensorType | None,
    training: bool = True,
    key_padding_mask: TensorType | None = None,
    need_weights: bool = True,
    attn_mask: TensorType | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: TensorType | None = None,
    k_proj_weight: TensorType | None = None,
    v_proj_weight: TensorType | None = None,
    static_k: TensorType | None = None,
    static_v: TensorType | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[TensorType, TensorType | None]:
    _check_ranks(query, key, value, key_padding_mask, attn_mask)
    if is_causal and attn_mask is None:
        raise Refused("Need attn_mask if specifying the is_causal hint.")
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None
    width, target, source = query.shape[-1], query.shape[0], key.shape[0]
    batch = query.shape[1] if query.rank == 3 else 1
    complaint = f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}"
    require(equal(width, embed_dim_to_check), complaint)
    require(divisible(width, num_heads), f"embed_dim {width} not divisible by num_heads {num_heads}")
    _check_key_and_value(query, key, value, use_separate_proj_weight)
    weights = _projections(in_proj_weight, use_separate_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight)
    if len(weights) == 1:
        for input in (query, key):
            _check_product(input, weights[0], 3 * width)
    else:
        for input, weight in zip((query, key, value), weights, strict=True):
            _check_product(input, weight, width)
    if in_proj_bias is not None:
        same_shape(in_proj_bias.shape, (3 * width,), f"expecting bias shape of {(3 * width,)}")
    _check_extra(bias_k, bias_v, static_k, static_v)
    _check_static(static_k, "static_k", batch * num_heads, width // num_heads)
    _check_static(static_v, "static_v", batch * num_heads, width // num_heads)
    _check_masks(attn_mask, key_padding_mask, batch, num_heads, target, source)
    masks = [mask for mask in (attn_mask, key_padding_mask) if mask is not None]
    _check_mask_dtype(query, masks, need_weights)
    output = TensorType((*query.shape[:-1], out_proj_weight.shape[0]), query.dtype)
    _check_product(query, out_proj_weight, out_proj_weight.shape[0])
    if not need_weights:
        return output, None
    heads = () if average_attn_weights else (num_heads,)
    scores = (*query.shape[1:-1], *heads, target, _source_length(key, bias_k, static_k, add_zero_attn))
    return output, TensorType(scores, query.dtype)


def _check_key_and_value(query: TensorType, key: TensorType, value: TensorType, separate: bool) -> None:
    if separate:
        complaint = f"key's sequence and batch dims {key.shape[:-1]} do not match value's {value.shape[:-1]}"
        same_shape(key.shape[:-1], value.shape[:-1], complaint)
    else:
        complaint = f"key shape {shape_text(key.shape)} does not match value shape {shape_text(value.shape)}"
        same_shape(key.shape, value.shape, complaint)
    if query.rank == 3:
        require(equal(query.shape[1], key.shape[1]), f"shape '{shape_text(key.shape)}' is invalid for the batch")
