"""Dropout in all its forms keeps the shape and refuses some ranks, element types and probabilities.

    drop([8, 512] float32, 0.1, True, "dropout")     -> [8, 512] float32
    drop([8] float32, 0.1, True, "dropout2d")        -> Refused: Feature dropout requires at least 2 dimensions ...

https://docs.pytorch.org/docs/2.13/nn.functional.html#dropout-functions and ATen/native/Dropout.cpp
"""

from __future__ import annotations

from analyzer.algebra.expression import Expr, at_least, require
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.operands import scalar_name

_CHANNELWISE = ("dropout2d", "feature_alpha_dropout")
"""Drop whole channels of [batch, channels, ...] without adding a batch dimension themselves."""


def check_probability(p: float | Expr) -> None:
    """Refused for a probability outside of 0 and 1; required of one that is not known."""
    complaint = f"dropout probability has to be between 0 and 1, but got {p}"
    if isinstance(p, Expr):
        require(at_least(p, 0), complaint)
        require(at_least(1, p), complaint)
    elif p < 0 or p > 1:
        raise Refused(complaint)


def drop(input: TensorType, p: float | Expr, training: bool, function: str) -> TensorType:
    """The input itself."""
    check_probability(p)
    if function == "dropout1d" and input.rank not in (2, 3):
        raise Refused(f"dropout1d: Expected 2D or 3D input, but received a {input.rank}D input.")
    if not training or (isinstance(p, int | float) and p == 0):
        return input
    if function in _CHANNELWISE and input.rank < 2:
        raise Refused("Feature dropout requires at least 2 dimensions in the input")
    if not (input.dtype.is_floating or input.dtype.is_complex):
        raise Refused(f"result type Float can't be cast to the desired output type {scalar_name(input.dtype)}")
    return input
