"""What activations accept, and the dtype that they give.

floating("gelu", TensorType((2, 3)))                    -> TensorType((2, 3))
floating("gelu", TensorType((2, 3), DType.int64))       -> Refused: "gelu" not implemented for 'Long'
promoted(TensorType((2, 3), DType.int64))               -> TensorType((2, 3), DType.float32)
softmax("softmax", TensorType((2, 3)), 2)               -> Refused: Dimension out of range ...
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, divisible, equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import dimension, inexact, scalar_name


def floating(name: str, input: TensorType) -> TensorType:
    """The input itself, which must be of a real floating-point dtype, as most activations' kernels demand."""
    if not input.dtype.is_floating:
        raise Refused(f"\"{name}\" not implemented for '{scalar_name(input.dtype)}'")
    return input


def real(name: str, input: TensorType) -> TensorType:
    """The input itself, which may be of any dtype but bool and the complex ones."""
    if input.dtype is DType.bool_ or input.dtype.is_complex:
        raise Refused(f"{scalar_name(input.dtype)} inputs not supported for {name}")
    return input


def promoted(input: TensorType) -> TensorType:
    """The input, integers and booleans having become torch's default float32."""
    return TensorType(input.shape, inexact(input.dtype))


def divided(name: str, input: TensorType) -> TensorType:
    """As `promoted`, but booleans are refused."""
    if input.dtype is DType.bool_:
        raise Refused(f"\"{name}\" not implemented for 'Bool'")
    return promoted(input)


def softmax(name: str, input: TensorType, dim: int | None, dtype: DType | None = None) -> TensorType:
    """softmax, log_softmax and softmin: `dtype` is cast to first; without a `dim` torch takes 0 for ranks 0, 1, 3."""
    if dim is None:
        dim = 0 if input.rank in (0, 1, 3) else 1
    dimension(dim, input.rank)
    return floating(name, input if dtype is None else TensorType(input.shape, dtype))


def glu(input: TensorType, dim: int) -> TensorType:
    """Halves the dimension `dim`, which must be even."""
    if input.rank == 0:
        raise Refused("glu does not support scalars because halving size must be even")
    at = dimension(dim, input.rank)
    size = input.shape[at]
    require(divisible(size, 2), f"Halving dimension must be even, but dimension {at} is size {size}")
    return floating("glu", TensorType((*input.shape[:at], size // 2, *input.shape[at + 1 :]), input.dtype))


def prelu(input: TensorType, weight: TensorType) -> TensorType:
    """`weight` holds one slope, or one for each channel (dimension 1; an input of fewer than two has one channel)."""
    if input.dtype is not weight.dtype:
        raise Refused(
            f"prelu: Type promoting not supported. Got {scalar_name(input.dtype)} and {scalar_name(weight.dtype)}"
        )
    slopes = weight.numel
    channels: Dim = input.shape[1] if input.rank > 1 else 1
    if equal(slopes, channels) is not True and slopes != 1:
        if input.rank == 0:
            raise Refused("Not allow zero-dim input tensor.")
        require(
            equal(slopes, channels),
            "Mismatch of parameter numbers and input channel size. "
            f"Found parameter numbers = {slopes} and channel size = {channels}.",
        )
    if weight.rank > 1:
        raise Refused(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.rank}")
    return floating("prelu", input)


def hardtanh(input: TensorType, lower: float, upper: float) -> TensorType:
    """Clamps to [lower, upper]; an unsigned input takes no negative limit."""
    real("hardtanh", input)
    if lower > upper:
        raise Refused("min_val cannot be greater than max_val")
    if not input.dtype.is_signed and min(lower, upper) < 0:
        raise Refused("Cannot do hardtanh on an unsigned type with negative limits")
    return input


def gelu(input: TensorType, approximate: str) -> TensorType:
    """`approximate` is "none" or "tanh"."""
    if approximate not in ("none", "tanh"):
        raise Refused("approximate argument must be either none or tanh.")
    return floating("gelu", input)


def celu(input: TensorType, alpha: float) -> TensorType:
    """Divides by `alpha`, which must not be 0."""
    if alpha == 0:
        raise Refused("ZeroDivisionError: alpha cannot be 0 for CELU")
    return floating("celu", input)


def softshrink(input: TensorType, lambd: float) -> TensorType:
    """`lambd` must not be negative."""
    if lambd < 0:
        raise Refused(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    return floating("softshrink", input)


def rrelu(input: TensorType, lower: float, upper: float) -> TensorType:
    """Slopes are drawn from [lower, upper]."""
    if lower > upper:
        raise Refused("Lower bound should be less than or equal to the upper bound")
    return floating("rrelu", input)
