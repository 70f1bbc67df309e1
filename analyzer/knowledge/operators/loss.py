"""Losses that compare element with element, as functions; the losses of torch.nn do the same.

    F.mse_loss(x, y)                     x, y [3, 4]   -> [] float32
    F.mse_loss(x, y, reduction="none")   x, y [3, 4]   -> [3, 4] float32

Source: https://docs.pytorch.org/docs/2.13/nn.functional.html#loss-functions
"""

from __future__ import annotations

from analyzer.algebra.tensor import TensorType
from analyzer.knowledge import distances, losses
from analyzer.knowledge.losses import chosen
from analyzer.knowledge.operator import Case, operator

Old = bool | None
Weight = TensorType | None


@operator(
    "torch.nn.functional.l1_loss",
    cases=(
        Case("F.l1_loss(x, y)", x="3,4", y="3,4"),
        Case("F.l1_loss(x, y, reduction='none')", x="3,4", y="3,1"),
        Case("F.l1_loss(x, y, reduce=False)", x="3,4", y="4"),
        Case("F.l1_loss(x, y, reduction='max')", x="3,4", y="4", refused="not a valid value for reduction"),
        Case("F.l1_loss(x, y, reduction='none')", x="3:bool", y="3", refused="with a bool tensor is not supported"),
    ),
)
def l1_loss(
    input: TensorType,
    target: TensorType,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
    weight: Weight = None,
) -> TensorType:
    return losses.l1(input, target, chosen(reduction, size_average, reduce), weight)


@operator(
    "torch.nn.functional.mse_loss",
    cases=(
        Case("F.mse_loss(x, y)", x="3,4", y="3,4"),
        Case("F.mse_loss(x, y, reduction='none')", x="4", y="3,4:float64"),
        Case("F.mse_loss(x, y, weight=w, reduction='sum')", x="3,4", y="3,4", w="3,4"),
        Case("F.mse_loss(x, y)", x="3,4", y="3,5", refused="must match the size"),
        Case("F.mse_loss(x, y, weight=w)", x="3,4", y="3,4", w="4", refused="must have the same size"),
    ),
)
def mse_loss(
    input: TensorType,
    target: TensorType,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
    weight: Weight = None,
) -> TensorType:
    return losses.mse(input, target, chosen(reduction, size_average, reduce), weight)


@operator(
    "torch.nn.functional.smooth_l1_loss",
    cases=(
        Case("F.smooth_l1_loss(x, y, beta=0.5)", x="3,4", y="3,4"),
        Case("F.smooth_l1_loss(x, y, beta=-0.5)", x="3,4", y="3,4", refused="negative values for beta"),
    ),
)
def smooth_l1_loss(
    input: TensorType,
    target: TensorType,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> TensorType:
    return losses.smooth_l1(input, target, chosen(reduction, size_average, reduce), beta)


@operator(
    "torch.nn.functional.huber_loss",
    cases=(
        Case("F.huber_loss(x, y, 'none', 2.0)", x="3,4", y="3,4:float64"),
        Case("F.huber_loss(x, y, delta=0)", x="3,4", y="3,4", refused="non-positive values for delta"),
    ),
)
def huber_loss(
    input: TensorType, target: TensorType, reduction: str = "mean", delta: float = 1.0, weight: Weight = None
) -> TensorType:
    return losses.huber(input, target, reduction, delta, weight)


@operator(
    "torch.nn.functional.soft_margin_loss",
    cases=(
        Case("F.soft_margin_loss(x, y)", x="3,4", y="4"),
        Case("F.soft_margin_loss(x, y)", x="4", y="3,4", refused="doesn't match the broadcast shape"),
    ),
)
def soft_margin_loss(
    input: TensorType, target: TensorType, size_average: Old = None, reduce: Old = None, reduction: str = "mean"
) -> TensorType:
    return losses.soft_margin(input, target, chosen(reduction, size_average, reduce))


@operator(
    "torch.nn.functional.hinge_embedding_loss",
    cases=(
        Case("F.hinge_embedding_loss(x, y, reduction='none')", x="3,4", y="4:int64"),
        Case("F.hinge_embedding_loss(x, y)", x="3,4", y="3,5", refused="must match the size"),
    ),
)
def hinge_embedding_loss(
    input: TensorType,
    target: TensorType,
    margin: float = 1.0,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return losses.hinge_embedding(input, target, chosen(reduction, size_average, reduce))


@operator(
    "torch.nn.functional.poisson_nll_loss",
    cases=(
        Case("F.poisson_nll_loss(x, y, full=True)", x="3,4:int64", y="3,4:int64"),
        Case("F.poisson_nll_loss(x, y, reduction='max')", x="3", y="3", refused="not a valid value"),
    ),
)
def poisson_nll_loss(
    input: TensorType,
    target: TensorType,
    log_input: bool = True,
    full: bool = False,
    size_average: Old = None,
    eps: float = 1e-8,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return losses.poisson_nll(input, target, chosen(reduction, size_average, reduce))


@operator(
    "torch.nn.functional.gaussian_nll_loss",
    cases=(
        Case("F.gaussian_nll_loss(x, y, v)", x="3,4", y="3,4", v="3,1"),
        Case("F.gaussian_nll_loss(x, y, 1.0, reduction='none')", x="3,4", y="4"),
        Case("F.gaussian_nll_loss(x, y, -1.0)", x="3,4", y="3,4", refused="var has negative"),
        Case("F.gaussian_nll_loss(x, y, v)", x="3,4", y="3,4", v="4", refused="var is of incorrect size"),
    ),
)
def gaussian_nll_loss(
    input: TensorType,
    target: TensorType,
    var: TensorType | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> TensorType:
    return losses.gaussian_nll(input, target, var, reduction)


@operator(
    "torch.nn.functional.kl_div",
    cases=(
        Case("F.kl_div(x, y, reduction='batchmean', log_target=True)", x="3,4", y="3,4"),
        Case("F.kl_div(x, y, reduction='none')", x="3,4", y="4"),
        Case("F.kl_div(x, y)", x="3,4:int64", y="3,4", refused="Integral inputs not supported"),
    ),
)
def kl_div(
    input: TensorType,
    target: TensorType,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> TensorType:
    return losses.kl_div(input, target, chosen(reduction, size_average, reduce))


@operator(
    "torch.nn.functional.binary_cross_entropy",
    cases=(
        Case("F.binary_cross_entropy(x, y)", x="3,4", y="3,4"),
        Case("F.binary_cross_entropy(x, y, w, reduction='none')", x="3,4", y="3,4", w="4"),
        Case("F.binary_cross_entropy(x, y)", x="3,4", y="3,1", refused="different to the input size"),
        Case("F.binary_cross_entropy(x, y, w)", x="3,4", y="3,4", w="3", refused="must match the size"),
    ),
)
def binary_cross_entropy(
    input: TensorType,
    target: TensorType,
    weight: Weight = None,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return losses.binary_cross_entropy(input, target, chosen(reduction, size_average, reduce), weight)


@operator(
    "torch.nn.functional.binary_cross_entropy_with_logits",
    cases=(
        Case("F.binary_cross_entropy_with_logits(x, y, pos_weight=w)", x="3,4", y="3,4", w="4"),
        Case("F.binary_cross_entropy_with_logits(x, y, reduction='none')", x="3,4:float64", y="3,4"),
        Case("F.binary_cross_entropy_with_logits(x, y)", x="3,4", y="3", refused="must be the same as input size"),
        Case("F.binary_cross_entropy_with_logits(x, y)", x="3", y="3:int64", refused="can't be cast"),
    ),
)
def binary_cross_entropy_with_logits(
    input: TensorType,
    target: TensorType,
    weight: Weight = None,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
    pos_weight: Weight = None,
) -> TensorType:
    how = chosen(reduction, size_average, reduce)
    return losses.binary_cross_entropy_with_logits(input, target, how, weight, pos_weight)


@operator(
    "torch.nn.functional.multilabel_soft_margin_loss",
    cases=(
        Case("F.multilabel_soft_margin_loss(x, y, w, reduction='none')", x="2,3,4", y="3,4", w="4"),
        Case("F.multilabel_soft_margin_loss(x, y)", x="", y="", refused="no dimensions"),
    ),
)
def multilabel_soft_margin_loss(
    input: TensorType,
    target: TensorType,
    weight: Weight = None,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return losses.multilabel_soft_margin(input, target, chosen(reduction, size_average, reduce), weight)


@operator(
    "torch.nn.functional.margin_ranking_loss",
    cases=(
        Case("F.margin_ranking_loss(x, y, t)", x="3:int64", y="3:int64", t="3:int64"),
        Case("F.margin_ranking_loss(x, y, t, reduction='none')", x="3,4", y="1,4", t="3,1"),
        Case("F.margin_ranking_loss(x, y, t)", x="3,4", y="3,4", t="4", refused="should have same dimension"),
    ),
)
def margin_ranking_loss(
    input1: TensorType,
    input2: TensorType,
    target: TensorType,
    margin: float = 0,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return distances.margin_ranking(input1, input2, target, chosen(reduction, size_average, reduce))


@operator(
    "torch.nn.functional.cosine_embedding_loss",
    cases=(
        Case("F.cosine_embedding_loss(x, y, t)", x="3,4", y="3,4", t="3"),
        Case("F.cosine_embedding_loss(x, y, t, reduction='none')", x="3,4", y="3,4:float64", t="1:int64"),
        Case("F.cosine_embedding_loss(x, y, t)", x="4", y="4", t="3", refused="1D target tensor expects 2D"),
    ),
)
def cosine_embedding_loss(
    input1: TensorType,
    input2: TensorType,
    target: TensorType,
    margin: float = 0,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    return distances.cosine_embedding(input1, input2, target, chosen(reduction, size_average, reduce))


@operator(
    "torch.nn.functional.triplet_margin_loss",
    cases=(
        Case("F.triplet_margin_loss(a, p, n, swap=True)", a="3,4", p="3,4", n="3,4"),
        Case("F.triplet_margin_loss(a, p, n, reduction='none')", a="3,4", p="3,4", n="1,4:float64"),
        Case("F.triplet_margin_loss(a, p, n, margin=-1)", a="4", p="4", n="4", refused="greater than 0"),
    ),
)
def triplet_margin_loss(
    anchor: TensorType,
    positive: TensorType,
    negative: TensorType,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> TensorType:
    how = chosen(reduction, size_average, reduce)
    return distances.triplet_margin(anchor, positive, negative, how, margin, swap)
