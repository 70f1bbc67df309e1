"""Normalisation keeps the shape; what there is to know is what it refuses.

    normalise_batch([8, 3, 32, 32], mean [3], var [3], weight [3], bias [3])   -> [8, 3, 32, 32]
    normalise_layer([8, 10, 512], (512,), weight [512], bias [512])            -> [8, 10, 512]
    normalise_layer([8, 10, 511], (512,), ...)    -> Refused: Given normalized_shape=[512], expected input with ...

https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.batch_norm.html and ATen/native/Normalization.cpp
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.algebra.expression import Dim, at_least, divisible, equal, product, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import bracketed, is_empty, unequal
from analyzer.knowledge.operands import scalar_name

Optional = TensorType | None


def _check_types(function: str, input: TensorType, *others: Optional) -> None:
    """Only half precision may meet parameters of another type, and then of float32."""
    if not input.dtype.is_floating:
        raise Refused(f"\"{function}\" not implemented for '{scalar_name(input.dtype)}'")
    found = {other.dtype for other in others if other is not None}
    if not found or found == {input.dtype}:
        return
    if not (input.dtype in (DType.float16, DType.bfloat16) and found == {DType.float32}):
        raise Refused(
            "mixed dtype (CPU): all inputs must share same datatype, "
            f"but got {input.dtype} and {', '.join(sorted(map(str, found)))}"
        )


def _require_elements(name: str, tensor: Optional, count: Dim) -> None:
    if tensor is not None:
        require(equal(tensor.numel, count), f"{name} should contain {count} elements not {tensor.numel}")


def normalise_batch(
    input: TensorType,
    running_mean: Optional,
    running_var: Optional,
    weight: Optional,
    bias: Optional,
    training: bool,
    eps: float,
) -> TensorType:
    """The input [batch, channels, ...] itself; statistics and parameters have as many elements as channels."""
    if training:
        if input.rank < 1:
            raise Refused("tuple index out of range")
        require(
            unequal(product((input.shape[0], *input.shape[2:])), 1),
            f"Expected more than 1 value per channel when training, got input size {bracketed(input.shape)}",
        )
    known = isinstance(eps, int | float)
    if training and known and eps <= 0.0:
        raise Refused(f"batch_norm eps must be positive during training, but got {eps}")
    if known and eps < 0.0:
        raise Refused(f"batch_norm eps must be non-negative, but got {eps}")
    if input.rank > 1 and is_empty(input.shape):
        return input  # torch checks nothing more of an empty tensor
    channels = input.shape[1] if input.rank > 1 else 0
    for name, statistic in (("running_mean", running_mean), ("running_var", running_var)):
        if statistic is None and not training:
            raise Refused(f"{name} must be defined in evaluation mode")
        _require_elements(name, statistic, channels)
    _require_elements("weight", weight, channels)
    _require_elements("bias", bias, channels)
    if input.rank < 2:
        raise Refused(f"batch_norm expects at least 2D input (got {input.rank}D input)")
    _check_types("batch_norm", input, running_mean, running_var, weight, bias)
    return input


def normalise_instance(
    input: TensorType,
    running_mean: Optional,
    running_var: Optional,
    weight: Optional,
    bias: Optional,
    use_input_stats: bool,
) -> TensorType:
    """The input [batch, channels, ...] itself; statistics and parameters have as many elements as channels."""
    if use_input_stats:
        require(
            unequal(product(input.shape[2:]), 1),
            f"Expected more than 1 spatial element when training, got input size {bracketed(input.shape)}",
        )
    elif running_mean is None or running_var is None:
        raise Refused("Expected running_mean and running_var to be defined when use_input_stats is false")
    if input.rank < 2:
        raise Refused(f"instance_norm expects at least 2D input (got {input.rank}D input)")
    if is_empty(input.shape):
        if weight is not None and input.shape[0] == 0:
            raise Refused("select(): index 0 out of range for tensor of size [0] at dimension 0")
        return input
    for name, tensor in (
        ("running_mean", running_mean), ("running_var", running_var), ("weight", weight), ("bias", bias),
    ):  # fmt: skip
        _require_elements(name, tensor, input.shape[1])
    _check_types("instance_norm", input, running_mean, running_var, weight, bias)
    return input


def _check_normalized(input: TensorType, normalized_shape: Sequence[Dim], *named: tuple[str, Optional]) -> None:
    if not isinstance(normalized_shape, tuple | list):
        raise Refused(f"argument 'normalized_shape' must be tuple of ints, not {type(normalized_shape).__name__}")
    shape = tuple(normalized_shape)
    text = bracketed(shape)
    if not shape:
        raise Refused(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, "
            "but got normalized_shape = []"
        )
    for name, tensor in named:
        if tensor is not None:
            _require_shape(
                tensor.shape,
                shape,
                f"Expected {name} to be of same shape as normalized_shape, "
                f"but got {name} of shape {bracketed(tensor.shape)} and normalized_shape = {text}",
            )
    complaint = (
        f"Given normalized_shape={text}, expected input with shape {bracketed(('*', *shape))}, "
        f"but got input of size {bracketed(input.shape)}"
    )
    if input.rank < len(shape):
        raise Refused(complaint)
    _require_shape(input.shape[input.rank - len(shape) :], shape, complaint)


def _require_shape(actual: Shape, expected: Shape, complaint: str) -> None:
    if len(actual) != len(expected):
        raise Refused(complaint)
    for size, wanted in zip(actual, expected, strict=True):
        require(equal(size, wanted), complaint)


def normalise_layer(input: TensorType, normalized_shape: Sequence[Dim], weight: Optional, bias: Optional) -> TensorType:
    """The input [..., *normalized_shape] itself."""
    _check_normalized(input, normalized_shape, ("weight", weight), ("bias", bias))
    _check_types("LayerNormKernelImpl", input, weight, bias)
    return input


def normalise_rms(input: TensorType, normalized_shape: Sequence[Dim], weight: Optional) -> TensorType:
    """The input [..., *normalized_shape] itself; the weight may be of any floating type."""
    _check_normalized(input, normalized_shape, ("weight", weight))
    if not (input.dtype.is_floating or input.dtype.is_complex):
        raise Refused(f"\"rms_norm\" not implemented for '{scalar_name(input.dtype)}'")
    return input


def normalise_groups(
    input: TensorType, num_groups: Dim, weight: Optional, bias: Optional, *, several: bool = True
) -> TensorType:
    """The input [batch, channels, ...] itself, whose channels must be divisible by the groups.

    several: refuse a single value per group, as F.group_norm does and torch.group_norm does not.
    """
    if input.rank < 2:
        raise Refused(f"Expected at least 2 dimensions for input tensor but received {input.rank}")
    batch, channels, *spatial = input.shape
    shape = bracketed(input.shape)
    require(at_least(num_groups, 1), f"Expected num groups to be greater than 0, got {num_groups}")
    require(
        divisible(channels, num_groups),
        "Expected number of channels in input to be divisible by num_groups, "
        f"but got input of shape {shape} and num_groups={num_groups}",
    )
    if several:
        require(
            unequal(product((batch * channels // num_groups, *spatial)), 1),
            f"Expected more than 1 value per channel when training, got input size {shape} in {num_groups} groups",
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None:
            _require_shape(
                tensor.shape,
                (channels,),
                f"Expected {name} to be a vector of size equal to the number of channels in input, "
                f"but got {name} of shape {bracketed(tensor.shape)} and input of shape {shape}",
            )
    _check_types("GroupNormKernelImpl", input, weight, bias)
    return input


def normalise_locally(input: TensorType, size: Dim) -> TensorType:
    """The shape of the input [batch, channels, ...], normalised across neighbouring channels."""
    if input.rank < 3:
        raise Refused(f"Expected 3D or higher dimensionality input (got {input.rank} dimensions)")
    require(at_least(size, 1), f"kernel size should be greater than zero, but got {size}")
    return TensorType(input.shape, input.dtype if input.dtype.is_floating else DType.float32)
