"""Padding in every mode.

F.pad([8, 3, H, W], (1, 1, 2, 2))              -> [8, 3, H + 4, W + 2] float32
F.pad([3, 8], (8, 0), mode="reflect")          -> Refused: Padding size should be less than the corresponding ...

https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.pad.html
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry import padding
from analyzer.knowledge.operator import Case, operator


@operator(
    "torch.nn.functional.pad",
    cases=(
        Case("F.pad(x, (1, 1, 2, 2))", x="8,3,4,5"),
        Case("F.pad(x, [0, 1, -1, 0, 2, 0], 'constant', 1.5)", x="3,4,5"),
        Case("F.pad(x, (1, 0), value=True)", x="4:bool"),
        Case("F.pad(x, ())", x="4,5"),
        Case("F.pad(x, (7, 7), 'reflect')", x="3,8"),
        Case("F.pad(x, (1, 0, 2, 1), mode='reflect', value=0)", x="1,3,8,8"),
        Case("F.pad(x, (1, 2, 3, 4, 5, 6), mode='replicate')", x="1,3,8,8,8"),
        Case("F.pad(x, (8, 8), mode='circular')", x="3,8:int64"),
        Case("F.pad(x, (1,))", x="3,8", refused="Padding length must be divisible by 2"),
        Case("F.pad(x, (1, 1, 1, 1, 1, 1))", x="3,8", refused="but got padding length 6 and input of dimension 2"),
        Case("F.pad(x, (-5, -5))", x="3,8", refused="resulted in a negative output size"),
        Case("F.pad(x, (1.0, 1))", x="3,8", refused="must be tuple of ints"),
        Case("F.pad(x, (8, 7), 'reflect')", x="3,8", refused="got: padding (8, 7) at dimension 1 of input [3, 8]"),
        Case("F.pad(x, (1, 1), 'reflect', 1.0)", x="3,8", refused="doesn't take in value argument"),
        Case("F.pad(x, (1, 1), 'reflect')", x="1,1,3,8", refused="Padding size 2 is not supported for 4D input tensor"),
        Case("F.pad(x, (9, 8), 'circular')", x="3,8", refused="wrapping around more than once"),
        Case("F.pad(x, (1, 1), 'symmetric')", x="3,8", refused="Unrecognised padding mode symmetric"),
        Case("F.pad(x, (1, 1), 'replicate')", x="2,0", refused="other non-zero dimensions for input"),
    ),
)
def pad(input: TensorType, pad: Sequence[Dim], mode: str = "constant", value: float | None = None) -> TensorType:
    return padding.pad(input, pad, mode, value)


@operator(
    "torch.constant_pad_nd",
    cases=(
        Case("torch.constant_pad_nd(x, (1, 1, 2, 2))", x="8,3,4,5"),
        Case("torch.constant_pad_nd(x, [-1, 2], 3)", x="8"),
        Case("torch.constant_pad_nd(x, (1, 2, 3, 4))", x="8", refused="padding length 4 and input of dimension 1"),
    ),
)
def constant_pad_nd(input: TensorType, pad: Sequence[Dim], value: float = 0) -> TensorType:
    return padding.pad(input, pad)
