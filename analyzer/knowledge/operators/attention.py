"""F.scaled_dot_product_attention: softmax(query @ key.T) @ value, with masks and shared heads.

    F.scaled_dot_product_attention(q, k, v)   q [2, 8, 6, 64], k and v [2, 8, 5, 64]   -> [2, 8, 6, 64]
    the same with enable_gqa=True             q [2, 8, 6, 64], k and v [2, 2, 5, 64]   -> [2, 8, 6, 64]

Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.scaled_dot_product_attention.html
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.heads import scaled_dot_product, scaled_dot_product_macs
from analyzer.knowledge.operator import Case, operator


def _macs(
    output: TensorType,
    query: TensorType,
    key: TensorType,
    value: TensorType,
    attn_mask: TensorType | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Dim:
    return scaled_dot_product_macs(query, key, value, output, enable_gqa)


@operator(
    "torch.nn.functional.scaled_dot_product_attention",
    macs=_macs,
    cases=(
        Case("F.scaled_dot_product_attention(q, k, v)", q="2,4,6,8", k="2,4,5,8", v="2,4,5,3"),
        Case("F.scaled_dot_product_attention(q, k, v, dropout_p=0.1)", q="6,8", k="5,8", v="5,3"),
        Case("F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.5)", q="4,6,8", k="4,5,8", v="4,5,8"),
        Case("F.scaled_dot_product_attention(q, k, v)", q="1,4,6,8", k="2,1,5,8", v="5,3"),
        Case("F.scaled_dot_product_attention(q, k, v, m)", q="2,4,6,8", k="2,4,5,8", v="2,4,5,8", m="2,1,6,5:bool"),
        Case("F.scaled_dot_product_attention(q, k, v, m)", q="2,4,6,8", k="2,4,5,8", v="2,4,5,8", m="1,5"),
        Case(
            "F.scaled_dot_product_attention(q, k, v, attn_mask=m)",
            q="2,4,6,8:float16", k="2,4,5,8:float16", v="2,4,5,8:float16", m="6,1",
        ),
        Case("F.scaled_dot_product_attention(q, k, v, enable_gqa=True)", q="2,4,6,8", k="2,2,5,8", v="2,1,5,3"),
        Case("F.scaled_dot_product_attention(q, q, q)", q="8", refused="at least 2 dimensional"),
        Case(
            "F.scaled_dot_product_attention(q, k, k)", q="2,4,6,8", k="2,4,5,7", refused="query and key to match"
        ),
        Case("F.scaled_dot_product_attention(q, k, k)", q="2,4,6,8", k="2,2,5,8", refused="must match the size"),
        Case(
            "F.scaled_dot_product_attention(q, k, k, enable_gqa=True)", q="2,4,6,8", k="2,3,5,8", refused="must divide"
        ),
        Case("F.scaled_dot_product_attention(q, k, k)", q="4,6,8", k="4,5,8:float64", refused="the same dtype"),
        Case(
            "F.scaled_dot_product_attention(q, q, q, m)", q="2,4,6,8", m="6,5", refused="does not broadcast"
        ),
        Case(
            "F.scaled_dot_product_attention(q, q, q, m)", q="2,4,6,8", m="2,6,6", refused="does not broadcast"
        ),
        Case(
            "F.scaled_dot_product_attention(q, q, q, m)", q="2,4,6,8", m="6,6:int64", refused="attn_mask dtype"
        ),
        Case(
            "F.scaled_dot_product_attention(q, q, q, m, is_causal=True)", q="4,6,8", m="6,6", refused="is_causal=True"
        ),
    ),
)  # fmt: skip
def attention(
    query: TensorType,
    key: TensorType,
    value: TensorType,
    attn_mask: TensorType | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> TensorType:
    return scaled_dot_product(query, key, value, attn_mask, dropout_p, is_causal, enable_gqa)
