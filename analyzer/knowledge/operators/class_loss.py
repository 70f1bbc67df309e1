"""Losses whose target names classes, as functions: cross entropy and its kin.

    F.cross_entropy(x, t)                       x [N, 10], t [N] int64             -> [] float32
    F.cross_entropy(x, t, reduction="none")     x [N, 10, H, W], t [N, H, W] int64 -> [N, H, W] float32

Source: https://docs.pytorch.org/docs/2.13/nn.functional.html#loss-functions
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge import class_losses
from analyzer.knowledge.losses import chosen
from analyzer.knowledge.operator import Case, operator

Old = bool | None
Weight = TensorType | None


@operator(
    "torch.nn.functional.nll_loss",
    cases=(
        Case("F.nll_loss(x, t)", x="3,4", t="3:int64"),
        Case("F.nll_loss(x, t, w, reduction='none')", x="3,4,5,6", t="3,5,6:int64", w="4"),
        Case("F.nll_loss(x, t)", x="3,4", t="4:int64", refused="Expected input batch_size (3)"),
        Case("F.nll_loss(x, t)", x="", t=":int64", refused="Expected 1 or more dimensions"),
        Case("F.nll_loss(x, t)", x="3,4", t="3:float32", refused="Long or Byte"),
    ),
)
def nll_loss(
    input: TensorType,
    target: TensorType,
    weight: Weight = None,
    size_average: Old = None,
    ignore_index: int = -100,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return class_losses.nll(input, target, chosen(reduction, size_average, reduce), weight)


@operator(
    "torch.nn.functional.cross_entropy",
    cases=(
        Case("F.cross_entropy(x, t)", x="3,4", t="3:int64"),
        Case("F.cross_entropy(x, t, label_smoothing=0.1, reduction='none')", x="3,4,5", t="3,5:int64"),
        Case("F.cross_entropy(x, t, w, reduction='none')", x="3,4", t="3,4:float64", w="4"),
        Case("F.cross_entropy(x, t, reduction='sum')", x="4", t="4"),
        Case("F.cross_entropy(x, t)", x="3,4", t="4:int64", refused="Expected input batch_size (3)"),
        Case("F.cross_entropy(x, t)", x="3,4", t="3,4:int64", refused="class probabilities"),
        Case("F.cross_entropy(x, t)", x="", t="", refused="no dimensions"),
    ),
)
def cross_entropy(
    input: TensorType,
    target: TensorType,
    weight: Weight = None,
    size_average: Old = None,
    ignore_index: int = -100,
    reduce: Old = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> TensorType:
    how = chosen(reduction, size_average, reduce)
    return class_losses.cross_entropy(input, target, how, weight, ignore_index, label_smoothing)


def _linear_macs(output: TensorType, input: TensorType, linear_weight: TensorType, *_: Any, **__: Any) -> Dim:
    rows = input.shape[0] if input.rank == 2 else 1
    return rows * linear_weight.numel


@operator(
    "torch.nn.functional.linear_cross_entropy",
    macs=_linear_macs,
    cases=(
        Case("F.linear_cross_entropy(x, w, t)", x="3,4", w="5,4", t="3:int64"),
        Case(
            "F.linear_cross_entropy(x, w, t, linear_bias=b, reduction='none')",
            x="3,4", w="5,2,4", t="3,2:int64", b="5,2",
        ),
        Case("F.linear_cross_entropy(x, w, t, reduction='sum')", x="4", w="5,4", t=":int64"),
        Case("F.linear_cross_entropy(x, w, t)", x="3,4", w="5,3", t="3:int64", refused="in_features"),
        Case("F.linear_cross_entropy(x, w, t)", x="2,3,4", w="5,4", t="3:int64", refused="dimensionality 1 or 2"),
        Case("F.linear_cross_entropy(x, w, t)", x="4", w="5,2,4", t=":int64", refused="requires batched input"),
    ),
)  # fmt: skip
def linear_cross_entropy(
    input: TensorType,
    linear_weight: TensorType,
    target: TensorType,
    *,
    linear_bias: TensorType | None = None,
    weight: Weight = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: object = None,
) -> TensorType:
    return class_losses.linear_cross_entropy(
        input, linear_weight, target, reduction, linear_bias, weight, ignore_index, label_smoothing
    )


@operator(
    "torch.nn.functional.multilabel_margin_loss",
    cases=(
        Case("F.multilabel_margin_loss(x, t, reduction='none')", x="3,4", t="3,4:int64"),
        Case("F.multilabel_margin_loss(x, t)", x="3,4", t="3,5:int64", refused="inconsistent target size"),
    ),
)
def multilabel_margin_loss(
    input: TensorType, target: TensorType, size_average: Old = None, reduce: Old = None, reduction: str = "mean"
) -> TensorType:
    return class_losses.multilabel_margin(input, target, chosen(reduction, size_average, reduce))


@operator(
    "torch.nn.functional.multi_margin_loss",
    cases=(
        Case("F.multi_margin_loss(x, t, p=2, weight=w, reduction='none')", x="3,4", t="3:int64", w="4"),
        Case("F.multi_margin_loss(x, t, p=3)", x="3,4", t="3:int64", refused="only p == 1 and p == 2"),
        Case("F.multi_margin_loss(x, t)", x="3,4", t="4:int64", refused="inconsistent target size"),
    ),
)
def multi_margin_loss(
    input: TensorType,
    target: TensorType,
    p: int = 1,
    margin: float = 1.0,
    weight: Weight = None,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return class_losses.multi_margin(input, target, chosen(reduction, size_average, reduce), p, weight)


@operator(
    "torch.nn.functional.ctc_loss",
    cases=(
        Case("F.ctc_loss(x, t, (6, 6), (3, 2))", x="6,2,5", t="2,3:int64"),
        Case("F.ctc_loss(x, t, [6, 6], [3, 2], blank=4, reduction='none')", x="6,2,5", t="5:int64"),
        Case("F.ctc_loss(x, t, (6, 6), (3, 2), 5)", x="6,2,5", t="2,3:int64", refused="blank must be in label range"),
        Case("F.ctc_loss(x, t, (6, 6), (3,))", x="6,2,5", t="2,3:int64", refused="must be of size batch_size"),
    ),
)
def ctc_loss(
    log_probs: TensorType,
    targets: TensorType,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> TensorType:
    return class_losses.ctc(log_probs, targets, input_lengths, target_lengths, blank, reduction)
