"""Shapes and dtypes of the losses whose target names classes.

cross_entropy(TensorType((N, 10)), TensorType((N,), DType.int64), "mean")   -> TensorType(())
nll(TensorType((N, 10, H, W)), TensorType((N, H, W), DType.int64), "none")  -> TensorType((N, H, W))
cross_entropy(TensorType((N, 10)), TensorType((N, 10)), "none")             -> TensorType((N,)), probabilities
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, promote
from analyzer.knowledge.agreement import same_dtype, same_shape
from analyzer.knowledge.losses import reduced
from analyzer.knowledge.nonlinearity import floating
from analyzer.knowledge.operands import scalar_name, shape_text


def _check_weight(weight: TensorType | None, classes: Dim, dtype: DType) -> None:
    if weight is None:
        return
    complaint = (
        f"weight tensor should be defined either for all {classes} classes or no classes "
        f"but got weight tensor of shape: {shape_text(weight.shape)}"
    )
    same_shape(weight.shape, (classes,), complaint)
    if weight.dtype is not dtype:
        raise Refused(f"expected scalar type {scalar_name(dtype)} but found {scalar_name(weight.dtype)}")


def nll(input: TensorType, target: TensorType, reduction: str, weight: TensorType | None = None) -> TensorType:
    """`input` is (C), (N, C) or (N, C, d1, ...), `target` the same without C."""
    if input.rank == 0:
        raise Refused("Expected 1 or more dimensions (got 0)")
    classes = input.shape[0] if input.rank == 1 else input.shape[1]
    if input.rank == 1:
        _check_single(target)
    else:
        _check_targets(input, target)
    if target.dtype not in (DType.int64, DType.uint8):
        raise Refused(f"expected target dtype to be Long or Byte, but got {scalar_name(target.dtype)}")
    _check_weight(weight, classes, input.dtype)
    shape = (*input.shape[:1], *input.shape[2:]) if input.rank > 1 else ()
    return reduced(floating("nll_loss_out_frame", TensorType(shape, input.dtype)), reduction)


def _check_single(target: TensorType) -> None:
    if target.rank > 1:
        raise Refused("0D or 1D target tensor expected, multi-target not supported")
    if target.rank == 1:
        complaint = f"For 1D input, 1D target must have size 1, but got target size: {target.shape[0]}"
        require(equal(target.shape[0], 1), complaint)


def _check_targets(input: TensorType, target: TensorType) -> None:
    if target.rank == 0 or (input.rank == 2 and target.rank > 1):
        raise Refused("0D or 1D target tensor expected, multi-target not supported")
    batch, given = input.shape[0], target.shape[0]
    require(equal(batch, given), f"Expected input batch_size ({batch}) to match target batch_size ({given}).")
    expected = (batch, *input.shape[2:])
    same_shape(target.shape, expected, f"Expected target size {shape_text(expected)}, got {shape_text(target.shape)}")


def cross_entropy(
    input: TensorType,
    target: TensorType,
    reduction: str,
    weight: TensorType | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> TensorType:
    """A target of the input's shape holds probabilities, any other one class indices."""
    if not 0 <= label_smoothing <= 1:
        raise Refused(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    if input.rank == 0:
        raise Refused("Dimension specified as 1 but tensor has no dimensions")
    if target.rank != input.rank or _is_index(input, target):
        return nll(floating("log_softmax", input), target, reduction, weight)
    expected = f"Expected target size {shape_text(input.shape)}, got {shape_text(target.shape)}"
    same_shape(target.shape, input.shape, expected)
    if not target.dtype.is_floating:
        raise Refused(
            f"Expected floating point type for target with class probabilities, got {scalar_name(target.dtype)}"
        )
    if ignore_index >= 0:
        raise Refused("ignore_index is not supported for floating point target")
    axis = 0 if input.rank == 1 else 1
    if weight is not None:
        _check_weight(weight, input.shape[axis], weight.dtype)
    dtype = promote(floating("log_softmax", input), target, *([weight] if weight is not None else []))
    return reduced(TensorType(input.shape[:axis] + input.shape[axis + 1 :], dtype), reduction)


def _is_index(input: TensorType, target: TensorType) -> bool:
    """Whether a vector of scores comes with a vector of one class index."""
    return input.rank == 1 and not target.dtype.is_floating and equal(input.shape[0], target.shape[0]) is not True


def linear_cross_entropy(
    input: TensorType,
    linear_weight: TensorType,
    target: TensorType,
    reduction: str,
    linear_bias: TensorType | None = None,
    weight: TensorType | None = None,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> TensorType:
    """cross_entropy of `linear(input, linear_weight)`; `linear_weight` is (C, d1, ..., in)."""
    if input.rank not in (1, 2):
        raise Refused(f"expected input with dimensionality 1 or 2, got {input.rank}")
    if linear_weight.rank < 2:
        raise Refused(f"expected linear_weight with dimensionality at least 2, got {linear_weight.rank}")
    require(
        equal(input.shape[-1], linear_weight.shape[-1]),
        "expected equal input and linear_weight last dimensions (in_features), "
        f"got {input.shape[-1]} and {linear_weight.shape[-1]}, respectively",
    )
    if linear_bias is not None:
        complaint = f"expected linear_bias shape {linear_weight.shape[:-1]}, got {linear_bias.shape}"
        same_shape(linear_bias.shape, linear_weight.shape[:-1], complaint)
    if linear_weight.rank > 2 and input.rank == 1:
        raise Refused("K-dimensional loss requires batched input")
    same_dtype(input, linear_weight)
    logits = TensorType((*input.shape[:-1], *linear_weight.shape[:-1]), input.dtype)
    if target.rank == logits.rank and ignore_index is not None and target.dtype.is_floating:
        raise Refused("ignore_index cannot be specified when target contains probabilities")
    index = -100 if ignore_index is None else ignore_index
    return cross_entropy(logits, target, reduction, weight, index, label_smoothing)


def _check_samples(name: str, input: TensorType) -> None:
    """`input` is one sample or a batch of samples, and no sample is empty."""
    complaint = (
        f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {shape_text(input.shape)}"
    )
    if input.rank > 2:
        raise Refused(complaint)
    if input.rank:
        require(at_least(input.shape[-1], 1), complaint)
    floating(name, input)


def multilabel_margin(input: TensorType, target: TensorType, reduction: str) -> TensorType:
    _check_samples("multilabel_margin_loss_forward_out_frame", input)
    complaint = f"inconsistent target size: {shape_text(target.shape)} for input of size: {shape_text(input.shape)}"
    same_shape(target.shape, input.shape, complaint)
    if target.dtype is not DType.int64:
        raise Refused(f"expected scalar type Long but found {scalar_name(target.dtype)}")
    return reduced(TensorType(input.shape[:-1], input.dtype), reduction)


def multi_margin(
    input: TensorType, target: TensorType, reduction: str, p: int = 1, weight: TensorType | None = None
) -> TensorType:
    if p not in (1, 2):
        raise Refused("only p == 1 and p == 2 supported")
    if weight is not None and weight.rank != 1:
        raise Refused("weight must be one-dimensional")
    _check_samples("multi_margin_loss", input)
    batch = input.shape[0] if input.rank == 2 else 1
    complaint = f"inconsistent target size, expected {batch} but got {shape_text(target.shape)}"
    if target.rank > 1:
        raise Refused(complaint)
    require(equal(target.numel, batch), complaint)
    if target.dtype is not DType.int64:
        raise Refused(f"expected scalar type Long but found {scalar_name(target.dtype)}")
    if weight is not None:
        classes = input.shape[-1] if input.rank else 1
        complaint = f"inconsistent weight size, expected {classes} but got {shape_text(weight.shape)}"
        same_shape(weight.shape, (classes,), complaint)
    return reduced(TensorType(target.shape, input.dtype), reduction)


Lengths = TensorType | Sequence[Dim]


def ctc(
    log_probs: TensorType,
    targets: TensorType,
    input_lengths: Lengths,
    target_lengths: Lengths,
    blank: int,
    reduction: str,
) -> TensorType:
    """`log_probs` is (T, N, C) or (T, C); `targets` (N, S), or all of them in a row."""
    if log_probs.rank not in (2, 3):
        raise Refused(f"Expected 3-dimensional tensor, but got {log_probs.rank}-dimensional tensor for 'log_probs'")
    require(at_least(blank, 0), "blank must be in label range")
    require(at_least(log_probs.shape[-1], blank + 1), "blank must be in label range")
    batch = log_probs.shape[1] if log_probs.rank == 3 else 1
    for name, lengths in (("input_lengths", input_lengths), ("target_lengths", target_lengths)):
        count = lengths.numel if isinstance(lengths, TensorType) else len(lengths)
        require(equal(count, batch), f"{name} must be of size batch_size")
    if targets.rank == 2:
        complaint = f"Expected tensor to have size {batch} at dimension 0, but got size {targets.shape[0]}"
        require(equal(targets.shape[0], batch), complaint)
    if not isinstance(input_lengths, TensorType):
        for length in input_lengths:
            complaint = f"Expected input_lengths to have value at most {log_probs.shape[0]}, but got value {length}"
            require(at_least(log_probs.shape[0], length), complaint)
    loss = TensorType((batch,) if log_probs.rank == 3 else (), log_probs.dtype)
    return reduced(floating("ctc_loss_cpu", loss), reduction)
