"""Products with a weight: linear and bilinear maps of the last dimension.

    multiply([8, 10, 512], weight [30, 512], bias [30])              -> [8, 10, 30]
    multiply([8, 10, 511], weight [30, 512], None)                   -> Refused: mat1 and mat2 shapes cannot be ...
    multiply_both([8, 20], [8, 30], weight [40, 20, 30], bias [40])  -> [8, 40]

https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.linear.html and ATen/native/Linear.cpp
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, equal, product, require
from analyzer.algebra.tensor import Refused, TensorType, broadcast
from analyzer.knowledge.geometry.axes import bracketed


def multiply(input: TensorType, weight: TensorType, bias: TensorType | None) -> TensorType:
    """[..., out] of an input [..., in] and a weight [out, in]; a weight [in] gives [...]."""
    if input.rank == 0 or weight.rank == 0:
        raise Refused(f"both arguments to linear need to be at least 1D, but they are {input.rank}D and {weight.rank}D")
    if weight.rank > 2:
        raise Refused(f"t() expects a tensor with <= 2 dimensions, but self is {weight.rank}D")
    if weight.rank == 1 and bias is not None:
        raise Refused("mat2 must be a matrix, got 1-D tensor")
    rows, inner = product(input.shape[:-1]), input.shape[-1]
    wanted = weight.shape[-1]
    right = f"{wanted}x{weight.shape[0]}" if weight.rank == 2 else wanted
    require(equal(inner, wanted), f"mat1 and mat2 shapes cannot be multiplied ({rows}x{inner} and {right})")
    if input.dtype is not weight.dtype:
        raise Refused(f"expected m1 and m2 to have the same dtype, but got: {input.dtype} != {weight.dtype}")
    output = TensorType((*input.shape[:-1], *weight.shape[:-1]), input.dtype)
    if bias is not None:
        if bias.dtype is not weight.dtype:
            raise Refused(f"self and mat2 must have the same dtype, but got {bias.dtype} and {weight.dtype}")
        _check_bias(output, bias)
    return output


def _check_bias(output: TensorType, bias: TensorType) -> None:
    """Refused unless the bias broadcasts to the output without making it larger."""
    complaint = (
        f"The expanded size of the tensor must match the existing size. Target sizes: {bracketed(output.shape)}. "
        f"Tensor sizes: {bracketed(bias.shape)}"
    )
    if bias.rank == 1:
        if equal(bias.shape[0], 1) is not True:
            require(equal(bias.shape[0], output.shape[-1]), complaint)
        return
    joined = broadcast(output.shape, bias.shape)
    if len(joined) != output.rank:
        raise Refused(complaint)
    for size, wanted in zip(joined, output.shape, strict=True):
        require(equal(size, wanted), complaint)


def multiplication_macs(output: TensorType, weight: TensorType) -> Dim:
    """One multiply-accumulate per input feature of every element of the output."""
    return output.numel * weight.shape[-1]


def multiply_both(input1: TensorType, input2: TensorType, weight: TensorType, bias: TensorType | None) -> TensorType:
    """[..., out] of inputs [..., in1] and [..., in2] and a weight [out, in1, in2]."""
    if input1.rank != input2.rank:
        raise Refused(f"bilinear(): input dimensions do not match: got {input1.rank} and {input2.rank}")
    if weight.rank != 3 or input1.rank == 0:
        raise Refused(f"bilinear(): expected a 3D weight and inputs of at least 1D, got {weight} and {input1}")
    for place, (one, other) in enumerate(zip(input1.shape[:-1], input2.shape[:-1], strict=True)):
        require(
            equal(one, other),
            f"bilinear(): input batch dimensions do not match at dim {place}: got {one} and {other}",
        )
    for name, tensor, wanted in (("input1", input1, weight.shape[1]), ("input2", input2, weight.shape[2])):
        require(
            equal(tensor.shape[-1], wanted),
            f"bilinear(): {name} size does not match weight size: got {tensor.shape[-1]} but expected {wanted}",
        )
    if bias is not None:
        require(
            equal(bias.shape[0] if bias.rank else 0, weight.shape[0]),
            f"bilinear(): bias size does not match weight size: got {bracketed(bias.shape)} "
            f"but expected {weight.shape[0]}",
        )
    if not input1.dtype is input2.dtype is weight.dtype:
        raise Refused(
            f"All tensors must have the same dtype, got input1: {input1.dtype}, input2: {input2.dtype}, "
            f"weight: {weight.dtype}"
        )
    return TensorType((*input1.shape[:-1], weight.shape[0]), input1.dtype)
