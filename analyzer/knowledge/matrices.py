"""Checks that torch.linalg makes of its matrices, in its words.

square("linalg.inv", TensorType((5, 3, 3)))   passes
square("linalg.inv", TensorType((2, 3)))      -> Refused: linalg.inv: A must be batches of square matrices, but ...
"""

from __future__ import annotations

from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.operands import check_tensor, is_inexact, scalar_name


def matrix(name: str, input: TensorType, letter: str = "A") -> None:
    """At least two dimensions."""
    check_tensor(input, name, letter)
    if input.rank < 2:
        raise Refused(f"{name}: The input tensor {letter} must have at least 2 dimensions.")


def inexact_matrix(name: str, input: TensorType) -> None:
    """At least two dimensions, of floating-point or complex numbers."""
    matrix(name, input)
    if not is_inexact(input.dtype):
        raise Refused(f"{name}: Expected a floating point or complex tensor as input. Got {scalar_name(input.dtype)}")


def square(name: str, input: TensorType, *, any_number: bool = False) -> None:
    """Square matrices, in batches or alone."""
    if any_number:
        matrix(name, input)
    else:
        inexact_matrix(name, input)
    rows, columns = input.shape[-2:]
    message = f"{name}: A must be batches of square matrices, but they are {rows} by {columns} matrices"
    require(equal(rows, columns), message)
