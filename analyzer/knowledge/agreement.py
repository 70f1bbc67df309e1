"""Demands on shapes and dtypes: what must agree, and PyTorch's complaint where it does not.

same_shape((2, 3), (2, 3), "...")   -> None
same_shape((2, 3), (2, 4), "...")   -> Refused
same_shape((N, 3), (2, 3), "...")   -> None, and `N = 2` is required from here on
"""

from __future__ import annotations

from analyzer.algebra.expression import equal, require
from analyzer.algebra.tensor import Refused, Shape, TensorType
from analyzer.knowledge.operands import scalar_name


def same_shape(actual: Shape, expected: Shape, complaint: str) -> None:
    """Require the two shapes to be equal."""
    if len(actual) != len(expected):
        raise Refused(complaint)
    for size, wanted in zip(actual, expected, strict=True):
        require(equal(size, wanted), complaint)


def same_dtype(one: TensorType, other: TensorType) -> None:
    """Refuse factors of a matrix product that are of two dtypes."""
    if one.dtype is not other.dtype:
        names = f"{scalar_name(one.dtype)} and {scalar_name(other.dtype)}"
        raise Refused(f"mat1 and mat2 must have the same dtype, but got {names}")
