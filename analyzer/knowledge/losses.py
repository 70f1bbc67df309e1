"""Shapes and dtypes of the losses that compare element with element, and how any loss is reduced.

l1(TensorType((3, 4)), TensorType((3, 4)), "none")     -> TensorType((3, 4))
l1(TensorType((3, 4)), TensorType((3, 4)), "mean")     -> TensorType(())
chosen("mean", size_average=False, reduce=None)        -> "sum"
"""

from __future__ import annotations

from analyzer.algebra.expression import equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast, promote
from analyzer.knowledge.agreement import same_shape
from analyzer.knowledge.operands import inexact, scalar_name, shape_text, written_back


def chosen(reduction: str, size_average: bool | None, reduce: bool | None) -> str:
    """The reduction that is meant, `size_average` and `reduce` being the old way to say it."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


def reduced(loss: TensorType, reduction: str) -> TensorType:
    """The loss of each element as it is, or one number."""
    if reduction not in ("none", "mean", "sum", "elementwise_mean"):
        raise Refused(f"{reduction} is not a valid value for reduction")
    if reduction == "none":
        return loss
    if reduction == "sum":
        return TensorType((), loss.dtype if loss.dtype.is_floating else DType.int64)
    if not loss.dtype.is_floating:
        raise Refused(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {scalar_name(loss.dtype)}"
        )
    return TensorType((), loss.dtype)


def into(place: TensorType, *others: TensorType) -> Shape:
    """The shape of `place`, to which the others must broadcast without stretching it."""
    shape = broadcast(place.shape, *(other.shape for other in others))
    return written_back(place, TensorType(shape, place.dtype)).shape


def _real(name: str, *tensors: TensorType) -> DType:
    """The common dtype, which must be floating point."""
    dtype = promote(*tensors)
    if not dtype.is_floating:
        raise Refused(f"\"{name}\" not implemented for '{scalar_name(dtype)}'")
    return dtype


def _weighted(loss: TensorType, input: TensorType, weight: TensorType | None, reduction: str) -> TensorType:
    if weight is None:
        return reduced(loss, reduction)
    same_shape(weight.shape, input.shape, "Weights and input must have the same size.")
    return reduced(TensorType(broadcast(loss.shape, weight.shape), promote(loss, weight)), reduction)


def l1(input: TensorType, target: TensorType, reduction: str, weight: TensorType | None = None) -> TensorType:
    if DType.bool_ in (input.dtype, target.dtype):
        raise Refused("Subtraction, the `-` operator, with a bool tensor is not supported.")
    loss = TensorType(broadcast(input.shape, target.shape), promote(input, target))
    return _weighted(loss, input, weight, reduction)


def mse(input: TensorType, target: TensorType, reduction: str, weight: TensorType | None = None) -> TensorType:
    loss = TensorType(broadcast(input.shape, target.shape), _real("mse_cpu", input, target))
    return _weighted(loss, input, weight, reduction)


def smooth_l1(input: TensorType, target: TensorType, reduction: str, beta: float = 1.0) -> TensorType:
    if beta < 0:
        raise Refused("smooth_l1_loss does not support negative values for beta.")
    if beta == 0:
        return l1(input, target, reduction)
    return reduced(TensorType(broadcast(input.shape, target.shape), _real("smooth_l1_cpu", input, target)), reduction)


def huber(
    input: TensorType, target: TensorType, reduction: str, delta: float = 1.0, weight: TensorType | None = None
) -> TensorType:
    """The dtype is that of the input."""
    if delta <= 0:
        raise Refused("huber_loss does not support non-positive values for delta.")
    loss = TensorType(broadcast(input.shape, target.shape), _own("huber", input, target))
    return _weighted(loss, input, weight, reduction)


def _own(name: str, input: TensorType, target: TensorType) -> DType:
    """The dtype of the input, which must be able to hold the loss."""
    _real(name, input, target)
    if not input.dtype.is_floating:
        raise Refused(f"result type Float can't be cast to the desired output type {scalar_name(input.dtype)}")
    return input.dtype


def soft_margin(input: TensorType, target: TensorType, reduction: str) -> TensorType:
    return reduced(TensorType(into(input, target), _own("soft_margin_loss", input, target)), reduction)


def hinge_embedding(input: TensorType, target: TensorType, reduction: str) -> TensorType:
    return reduced(TensorType(broadcast(input.shape, target.shape), input.dtype), reduction)


def poisson_nll(input: TensorType, target: TensorType, reduction: str) -> TensorType:
    exponential = TensorType(input.shape, inexact(input.dtype))
    return reduced(TensorType(broadcast(input.shape, target.shape), promote(exponential, target)), reduction)


def kl_div(input: TensorType, target: TensorType, reduction: str) -> TensorType:
    """`batchmean` is a sum, divided by the first size."""
    if not (input.dtype.is_floating and target.dtype.is_floating):
        raise Refused("kl_div: Integral inputs not supported.")
    loss = TensorType(broadcast(input.shape, target.shape), promote(input, target))
    return reduced(loss, "sum" if reduction == "batchmean" else reduction)


def binary_cross_entropy(
    input: TensorType, target: TensorType, reduction: str, weight: TensorType | None = None
) -> TensorType:
    same_shape(
        target.shape,
        input.shape,
        f"Using a target size ({shape_text(target.shape)}) that is different to the input size "
        f"({shape_text(input.shape)}) is deprecated. Please ensure they have the same size.",
    )
    if target.dtype is not input.dtype:
        raise Refused(f"Found dtype {scalar_name(target.dtype)} but expected {scalar_name(input.dtype)}")
    dtype = _real("binary_cross_entropy", input)
    return reduced(TensorType(into(input, *([weight] if weight is not None else [])), dtype), reduction)


def binary_cross_entropy_with_logits(
    input: TensorType,
    target: TensorType,
    reduction: str,
    weight: TensorType | None = None,
    pos_weight: TensorType | None = None,
) -> TensorType:
    """The dtype is that of the target."""
    same_shape(
        target.shape,
        input.shape,
        f"Target size ({shape_text(target.shape)}) must be the same as input size ({shape_text(input.shape)})",
    )
    _real("log_sigmoid_cpu", input)
    if not target.dtype.is_floating:
        raise Refused(f"result type Float can't be cast to the desired output type {scalar_name(target.dtype)}")
    weights = [tensor for tensor in (weight, pos_weight) if tensor is not None]
    return reduced(TensorType(into(input, *weights), target.dtype), reduction)


def gaussian_nll(input: TensorType, target: TensorType, var: TensorType | float, reduction: str) -> TensorType:
    """`var` has the shape of the input, or lacks its last dimension, or has size 1 in one dimension."""
    if isinstance(var, float):
        if var < 0:
            raise Refused("var has negative entry/entries")
        var = TensorType(input.shape, input.dtype)
    elif not isinstance(var, TensorType):
        raise Refused("any(): argument 'input' (position 1) must be Tensor")
    if reduction not in ("none", "mean", "sum"):
        raise Refused(f"{reduction} is not valid")
    if var.rank == input.rank - 1:
        same_shape(var.shape, input.shape[:-1], "var is of incorrect size")
        var = TensorType((*var.shape, 1), var.dtype)
    else:
        _one_stretched(var.shape, input.shape)
    dtype = promote(TensorType(var.shape, inexact(var.dtype)), input, target)
    return reduced(TensorType(broadcast(input.shape, target.shape, var.shape), dtype), reduction)


def _one_stretched(var: Shape, input: Shape) -> None:
    """Require all sizes to be equal, but for one that is 1 in `var`."""
    complaint = "var is of incorrect size"
    if len(var) != len(input):
        raise Refused(complaint)
    ones = [place for place, size in enumerate(var) if equal(size, 1) is True and equal(input[place], 1) is not True]
    if len(ones) > 1:
        raise Refused(complaint)
    for place, size in enumerate(var):
        if place not in ones:
            require(equal(size, input[place]), complaint)


def multilabel_soft_margin(
    input: TensorType, target: TensorType, reduction: str, weight: TensorType | None = None
) -> TensorType:
    """Averages over the last dimension of the input."""
    dtype = promote(TensorType(input.shape, _real("log_sigmoid_cpu", input)), target)
    shape = broadcast(input.shape, target.shape)
    if weight is not None:
        dtype = promote(TensorType(shape, dtype), weight)
        shape = broadcast(shape, weight.shape)
    if input.rank == 0:
        raise Refused("Dimension specified as -1 but tensor has no dimensions")
    at = input.rank - 1
    return reduced(TensorType(shape[:at] + shape[at + 1 :], dtype), reduction)
