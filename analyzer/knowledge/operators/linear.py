"""Linear and bilinear maps with weights that are given.

F.linear([8, 10, 512], [30, 512], [30])          -> [8, 10, 30] float32, multiply-accumulates: 8 * 10 * 30 * 512
F.linear([8, 511], [30, 512])                    -> Refused: mat1 and mat2 shapes cannot be multiplied (8x511 and ...)

https://docs.pytorch.org/docs/2.13/nn.functional.html#linear-functions
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry.linear import multiplication_macs, multiply, multiply_both
from analyzer.knowledge.operator import Case, operator


def _macs(output: TensorType, input: TensorType, weight: TensorType, bias: TensorType | None = None) -> Dim:
    return multiplication_macs(output, weight)


@operator(
    "torch.nn.functional.linear",
    macs=_macs,
    cases=(
        Case("F.linear(x, w)", x="8,512", w="30,512"),
        Case("F.linear(x, w, b)", x="8,10,512", w="30,512", b="30"),
        Case("F.linear(x, w, bias=b)", x="2,3,4,5", w="6,5", b="6"),
        Case("F.linear(x, w, b)", x="5", w="6,5", b="6"),
        Case("F.linear(x, w, b)", x="2,5", w="6,5", b="1"),
        Case("F.linear(x, w, b)", x="2,5", w="6,5", b=""),
        Case("F.linear(x, w, b)", x="2,5", w="6,5", b="2,6"),
        Case("F.linear(x, w)", x="2,3:int64", w="4,3:int64"),
        Case("F.linear(x, w)", x="8,511", w="30,512", refused="cannot be multiplied (8x511 and 512x30)"),
        Case("F.linear(x, w)", x="", w="30,512", refused="need to be at least 1D, but they are 0D and 2D"),
        Case("F.linear(x, w, b)", x="2,5", w="6,5", b="7", refused="Tensor sizes: [7]"),
        Case("F.linear(x, w)", x="2,3", w="2,4,3", refused="expects a tensor with <= 2 dimensions, but self is 3D"),
        Case("F.linear(x, w, b)", x="2,3", w="3", b="1", refused="mat2 must be a matrix"),
        Case("F.linear(x, w)", x="2,3:float16", w="4,3", refused="same dtype"),
        Case("F.linear(x, w, b)", x="2,3", w="4,3", b="4:float16", refused="same dtype"),
    ),
)
def linear(input: TensorType, weight: TensorType, bias: TensorType | None = None) -> TensorType:
    return multiply(input, weight, bias)


@operator(
    "torch.nn.functional.bilinear",
    "torch.bilinear",
    cases=(
        Case("F.bilinear(x, y, w)", x="2,3", y="2,4", w="5,3,4"),
        Case("torch.bilinear(x, y, w, b)", x="7,2,3", y="7,2,4", w="5,3,4", b="5"),
        Case("F.bilinear(x, y, w)", x="2,9", y="2,4", w="5,3,4", refused="got 9 but expected 3"),
        Case("F.bilinear(x, y, w)", x="2,3", y="3,4", w="5,3,4", refused="do not match at dim 0: got 2 and 3"),
        Case("F.bilinear(x, y, w, b)", x="2,3", y="2,4", w="5,3,4", b="6", refused="but expected 5"),
    ),
)
def bilinear(input1: TensorType, input2: TensorType, weight: TensorType, bias: TensorType | None = None) -> TensorType:
    return multiply_both(input1, input2, weight, bias)
