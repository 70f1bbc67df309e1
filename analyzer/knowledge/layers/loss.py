"""The losses of torch.nn: no parameters; one number, or with reduction "none" a loss for each sample or element.

MSELoss() on [3, 4], [3, 4]                                    -> [] float32
CrossEntropyLoss(reduction="none") on [N, 10], [N] int64       -> [N] float32
BCEWithLogitsLoss(pos_weight=torch.ones(4)) has a buffer pos_weight: [4], and its buffer weight is None
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge import class_losses, distances, losses
from analyzer.knowledge.layer import Case, LayerSpec
from analyzer.knowledge.losses import chosen

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#loss-functions"

Attributes = Mapping[str, Any]
Old = bool | None
Weight = TensorType | None


def _plain(size_average: Old = None, reduce: Old = None, reduction: str = "mean") -> Attributes:
    return {"reduction": chosen(reduction, size_average, reduce)}


def _weighted(
    weight: Weight = None, size_average: Old = None, reduce: Old = None, reduction: str = "mean"
) -> Attributes:
    return {"_weight": weight, **_plain(size_average, reduce, reduction)}


def _weight_buffer(c: Any) -> Mapping[str, TensorType | None]:
    return {"weight": c._weight}


def _class(
    weight: Weight = None,
    size_average: Old = None,
    ignore_index: int = -100,
    reduce: Old = None,
    reduction: str = "mean",
) -> Attributes:
    return {**_weighted(weight, size_average, reduce, reduction), "ignore_index": ignore_index}


def _smoothed(
    weight: Weight = None,
    size_average: Old = None,
    ignore_index: int = -100,
    reduce: Old = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Attributes:
    return {**_class(weight, size_average, ignore_index, reduce, reduction), "label_smoothing": label_smoothing}


def _poisson(
    log_input: bool = True,
    full: bool = False,
    size_average: Old = None,
    eps: float = 1e-8,
    reduce: Old = None,
    reduction: str = "mean",
) -> Attributes:
    return {**_plain(size_average, reduce, reduction), "log_input": log_input, "full": full, "eps": eps}


def _gaussian(*, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> Attributes:
    return {"reduction": reduction, "full": full, "eps": eps}


def _kl(size_average: Old = None, reduce: Old = None, reduction: str = "mean", log_target: bool = False) -> Attributes:
    return {**_plain(size_average, reduce, reduction), "log_target": log_target}


def _logits(
    weight: Weight = None,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
    pos_weight: Weight = None,
) -> Attributes:
    return {**_weighted(weight, size_average, reduce, reduction), "_pos_weight": pos_weight}


def _logits_buffers(c: Any) -> Mapping[str, TensorType | None]:
    return {"weight": c._weight, "pos_weight": c._pos_weight}


def _margin(default: float) -> Callable[..., Attributes]:
    def configure(
        margin: float = default, size_average: Old = None, reduce: Old = None, reduction: str = "mean"
    ) -> Attributes:
        return {**_plain(size_average, reduce, reduction), "margin": margin}

    return configure


def _smooth_l1(size_average: Old = None, reduce: Old = None, reduction: str = "mean", beta: float = 1.0) -> Attributes:
    return {**_plain(size_average, reduce, reduction), "beta": beta}


def _huber(reduction: str = "mean", delta: float = 1.0) -> Attributes:
    if isinstance(delta, str):
        raise Refused(f"delta must be a float or int, got: {type(delta)}")
    return {"reduction": reduction, "delta": delta}


def _multi_margin(
    p: int = 1,
    margin: float = 1.0,
    weight: Weight = None,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> Attributes:
    if p not in (1, 2):
        raise Refused("only p == 1 and p == 2 supported")
    if weight is not None and weight.rank != 1:
        raise Refused(f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.rank}D instead")
    return {**_weighted(weight, size_average, reduce, reduction), "p": p, "margin": margin}


def _triplet(
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: Old = None,
    reduce: Old = None,
    reduction: str = "mean",
) -> Attributes:
    if margin <= 0:
        raise Refused(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
    return {**_plain(size_average, reduce, reduction), "margin": margin, "p": p, "eps": eps, "swap": swap}


def _ctc(blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> Attributes:
    return {"reduction": reduction, "blank": blank, "zero_infinity": zero_infinity}


def _compares(rule: Callable[[TensorType, TensorType, str], TensorType]) -> Callable[..., TensorType]:
    """The forward of a loss that knows nothing but its reduction."""

    def forward(c: Any, input: TensorType, target: TensorType) -> TensorType:
        return rule(input, target, c.reduction)

    return forward


def _nll(c: Any, input: TensorType, target: TensorType) -> TensorType:
    return class_losses.nll(input, target, c.reduction, c.weight)


def _bce(c: Any, input: TensorType, target: TensorType) -> TensorType:
    return losses.binary_cross_entropy(input, target, c.reduction, c.weight)


def _multilabel_soft_margin(c: Any, input: TensorType, target: TensorType) -> TensorType:
    return losses.multilabel_soft_margin(input, target, c.reduction, c.weight)


def _multi_margin_forward(c: Any, input: TensorType, target: TensorType) -> TensorType:
    return class_losses.multi_margin(input, target, c.reduction, c.p, c.weight)


def _poisson_forward(c: Any, log_input: TensorType, target: TensorType) -> TensorType:
    return losses.poisson_nll(log_input, target, c.reduction)


def _gaussian_forward(c: Any, input: TensorType, target: TensorType, var: TensorType | float) -> TensorType:
    return losses.gaussian_nll(input, target, var, c.reduction)


def _cross_entropy(c: Any, input: TensorType, target: TensorType) -> TensorType:
    return class_losses.cross_entropy(input, target, c.reduction, c.weight, c.ignore_index, c.label_smoothing)


def _logits_forward(c: Any, input: TensorType, target: TensorType) -> TensorType:
    return losses.binary_cross_entropy_with_logits(input, target, c.reduction, c.weight, c.pos_weight)


def _cosine(c: Any, input1: TensorType, input2: TensorType, target: TensorType) -> TensorType:
    return distances.cosine_embedding(input1, input2, target, c.reduction)


def _ranking(c: Any, input1: TensorType, input2: TensorType, target: TensorType) -> TensorType:
    return distances.margin_ranking(input1, input2, target, c.reduction)


def _triplet_forward(c: Any, anchor: TensorType, positive: TensorType, negative: TensorType) -> TensorType:
    return distances.triplet_margin(anchor, positive, negative, c.reduction, c.margin, c.swap)


def _ctc_forward(
    c: Any, log_probs: TensorType, targets: TensorType, input_lengths: Any, target_lengths: Any
) -> TensorType:
    return class_losses.ctc(log_probs, targets, input_lengths, target_lengths, c.blank, c.reduction)


def _entry(
    name: str, configure: Callable[..., Attributes], forward: Callable[..., TensorType], *cases: Case, **more: Any
) -> LayerSpec:
    """An entry with its own cases, and those that every loss has."""
    if "buffers" in more and configure is not _logits:
        more.setdefault("bases", ("_WeightedLoss", "_Loss"))
    inputs = cases[0].inputs
    common = (*(Case(f"{name}(reduction='{how}')", *inputs) for how in ("none", "mean", "sum")),)
    unknown = Case(f"{name}(reduction='median')", *inputs, refused="median is not")
    own = tuple(case for case in cases if case not in common)
    return LayerSpec(
        name, configure, forward, page=PAGE, cases=(*own, *common, unknown), **{"bases": ("_Loss",), **more}
    )


LOSSES = (
    _entry(
        "L1Loss", _plain, _compares(losses.l1),
        Case("L1Loss()", "3,4", "3,4"),
        Case("L1Loss(reduction='none')", "3,4", "4:float64"),
        Case("L1Loss(size_average=False)", "3,4:int64", "3,4:int64"),
        Case("L1Loss(None, False)", "3,4", "3,1"),
        Case("L1Loss()", "3,4", "3,5", refused="must match the size"),
        Case("L1Loss()", "3:int64", "3:int64", refused="could not infer output dtype"),
    ),
    _entry(
        "NLLLoss", _class, _nll,
        Case("NLLLoss()", "3,4", "3:int64"),
        Case("NLLLoss(torch.ones(4), reduction='none')", "3,4,5", "3,5:int64"),
        Case("NLLLoss(reduction='sum')", "4", ":int64"),
        Case("NLLLoss(reduction='none')", "4", "1:int64"),
        Case("NLLLoss()", "3,4", "4:int64", refused="Expected input batch_size (3) to match target batch_size (4)"),
        Case("NLLLoss()", "3,4", "3,4:int64", refused="multi-target not supported"),
        Case("NLLLoss()", "3,4", "3", refused="expected target dtype to be Long or Byte"),
        Case("NLLLoss(torch.ones(3))", "3,4", "3:int64", refused="weight tensor should be defined"),
        buffers=_weight_buffer,
    ),
    _entry(
        "NLLLoss2d", _class, _nll,
        Case("NLLLoss2d(ignore_index=255)", "3,4,5,6", "3,5,6:int64"),
        Case("NLLLoss2d()", "3,4,5,6", "3,5,7:int64", refused="Expected target size"),
        buffers=_weight_buffer, bases=("NLLLoss", "_WeightedLoss", "_Loss"),
    ),
    _entry(
        "PoissonNLLLoss", _poisson, _poisson_forward,
        Case("PoissonNLLLoss()", "3,4", "3,4"),
        Case("PoissonNLLLoss(False, True, reduction='none')", "3,4:int64", "4:int64"),
        Case("PoissonNLLLoss()", "3,4", "3,5", refused="must match the size"),
    ),
    _entry(
        "GaussianNLLLoss", _gaussian, _gaussian_forward,
        Case("GaussianNLLLoss()", "3,4", "3,4", "3,4"),
        Case("GaussianNLLLoss(reduction='none', full=True)", "3,4", "3,4", "3,1"),
        Case("GaussianNLLLoss(reduction='none')", "3,4", "3,4", "3"),
        Case("GaussianNLLLoss(reduction='sum')", "3,4", "3,4", "var=1.0"),
        Case("GaussianNLLLoss()", "3,4", "3,4", "4", refused="var is of incorrect size"),
        Case("GaussianNLLLoss()", "3,4", "3,4", "1,1", refused="var is of incorrect size"),
    ),
    _entry(
        "KLDivLoss", _kl, _compares(losses.kl_div),
        Case("KLDivLoss(reduction='batchmean')", "3,4", "3,4"),
        Case("KLDivLoss(reduction='none', log_target=True)", "3,4", "4"),
        Case("KLDivLoss()", "3,4", "3,4:int64", refused="Integral inputs not supported"),
    ),
    _entry(
        "MSELoss", _plain, _compares(losses.mse),
        Case("MSELoss()", "3,4", "3,4"),
        Case("MSELoss(reduction='none')", "3,1", "3,4:int64"),
        Case("MSELoss()", "3,4", "3,3", refused="must match the size"),
    ),
    _entry(
        "BCELoss", _weighted, _bce,
        Case("BCELoss()", "3,4", "3,4"),
        Case("BCELoss(torch.ones(3, 1), reduction='none')", "3,4", "3,4"),
        Case("BCELoss()", "3,4", "4", refused="Using a target size ([4])"),
        Case("BCELoss(torch.ones(2, 3, 4))", "3,4", "3,4", refused="broadcast shape"),
        Case("BCELoss()", "3,4", "3,4:float64", refused="Found dtype Double but expected Float"),
        buffers=_weight_buffer,
    ),
    _entry(
        "BCEWithLogitsLoss", _logits, _logits_forward,
        Case("BCEWithLogitsLoss()", "3,4", "3,4"),
        Case("BCEWithLogitsLoss(torch.ones(4), pos_weight=torch.ones(4), reduction='none')", "3,4", "3,4:float64"),
        Case("BCEWithLogitsLoss()", "3,4", "3,1", refused="must be the same as input size"),
        Case("BCEWithLogitsLoss(pos_weight=torch.ones(3))", "3,4", "3,4", refused="must match the size"),
        Case("BCEWithLogitsLoss()", "3,4", "3,4:int64", refused="can't be cast"),
        buffers=_logits_buffers,
    ),
    _entry(
        "HingeEmbeddingLoss", _margin(1.0), _compares(losses.hinge_embedding),
        Case("HingeEmbeddingLoss(0.5)", "3,4", "3,4"),
        Case("HingeEmbeddingLoss(reduction='none')", "3,4", "4:int64"),
        Case("HingeEmbeddingLoss()", "3,4", "3,5", refused="must match the size"),
    ),
    _entry(
        "MultiLabelMarginLoss", _plain, _compares(class_losses.multilabel_margin),
        Case("MultiLabelMarginLoss()", "3,4", "3,4:int64"),
        Case("MultiLabelMarginLoss(reduction='none')", "3,4", "3,4:int64"),
        Case("MultiLabelMarginLoss(reduction='none')", "4", "4:int64"),
        Case("MultiLabelMarginLoss()", "3,4", "3,5:int64", refused="inconsistent target size"),
        Case("MultiLabelMarginLoss()", "3,4", "3,4", refused="expected scalar type Long"),
        Case("MultiLabelMarginLoss()", "2,3,4", "2,3,4:int64", refused="Expected non-empty vector or matrix"),
    ),
    _entry(
        "SmoothL1Loss", _smooth_l1, lambda c, input, target: losses.smooth_l1(input, target, c.reduction, c.beta),
        Case("SmoothL1Loss(beta=0.5)", "3,4", "3,4"),
        Case("SmoothL1Loss(reduction='none', beta=0)", "3,4", "3,1"),
        Case("SmoothL1Loss(beta=-1.0)", "3", "3", refused="negative values for beta"),
    ),
    _entry(
        "HuberLoss", _huber, lambda c, input, target: losses.huber(input, target, c.reduction, c.delta),
        Case("HuberLoss('sum', 2)", "3,4", "3,4"),
        Case("HuberLoss(reduction='none')", "3,4", "3,4:float64"),
        Case("HuberLoss(delta='1')", refused="delta must be a float or int"),
        Case("HuberLoss(delta=0)", "3", "3", refused="non-positive values for delta"),
    ),
    _entry(
        "SoftMarginLoss", _plain, _compares(losses.soft_margin),
        Case("SoftMarginLoss()", "3,4", "3,4"),
        Case("SoftMarginLoss(reduction='none')", "3,4", "4:float64"),
        Case("SoftMarginLoss()", "4", "3,4", refused="doesn't match the broadcast shape"),
        Case("SoftMarginLoss()", "3:int64", "3", refused="can't be cast"),
    ),
    _entry(
        "CrossEntropyLoss", _smoothed, _cross_entropy,
        Case("CrossEntropyLoss()", "3,4", "3:int64"),
        Case("CrossEntropyLoss(torch.ones(4), label_smoothing=0.1, reduction='none')", "3,4,5", "3,5:int64"),
        Case("CrossEntropyLoss(reduction='none')", "3,4,5", "3,4,5:float64"),
        Case("CrossEntropyLoss(ignore_index=0, reduction='sum')", "4", ":int64"),
        Case("CrossEntropyLoss()", "3,4,5", "3,4:int64", refused="Expected target size"),
        Case("CrossEntropyLoss()", "3,4", "3,4:int64", refused="class probabilities, got Long"),
        Case("CrossEntropyLoss(ignore_index=3)", "3,4", "3,4", refused="ignore_index is not supported"),
        Case("CrossEntropyLoss(label_smoothing=1.5)", "3,4", "3:int64", refused="label_smoothing must be between"),
        Case("CrossEntropyLoss(torch.ones(3))", "3,4", "3:int64", refused="weight tensor should be defined"),
        buffers=_weight_buffer,
    ),
    _entry(
        "MultiLabelSoftMarginLoss", _weighted, _multilabel_soft_margin,
        Case("MultiLabelSoftMarginLoss(torch.ones(4))", "3,4", "3,4"),
        Case("MultiLabelSoftMarginLoss(reduction='none')", "2,3,4", "2,3,4:int64"),
        Case("MultiLabelSoftMarginLoss()", "", "", refused="no dimensions"),
        Case("MultiLabelSoftMarginLoss()", "3,4", "3,5", refused="must match the size"),
        buffers=_weight_buffer,
    ),
    _entry(
        "CosineEmbeddingLoss", _margin(0.0), _cosine,
        Case("CosineEmbeddingLoss(0.5)", "3,4", "3,4", "3"),
        Case("CosineEmbeddingLoss(reduction='none')", "3,4", "1,4", "3:int64"),
        Case("CosineEmbeddingLoss(reduction='none')", "4", "4", ""),
        Case("CosineEmbeddingLoss()", "3,4", "3,4", "", refused="0D target tensor expects 1D input tensors"),
        Case("CosineEmbeddingLoss()", "3,4", "3,4", "3,1", refused="multi-target not supported"),
    ),
    _entry(
        "MarginRankingLoss", _margin(0.0), _ranking,
        Case("MarginRankingLoss(0.5)", "3", "3", "3"),
        Case("MarginRankingLoss(reduction='none')", "3,4", "1,4", "3,1:int64"),
        Case("MarginRankingLoss()", "3,4", "4", "3,4", refused="should have same dimension"),
    ),
    _entry(
        "MultiMarginLoss", _multi_margin, _multi_margin_forward,
        Case("MultiMarginLoss()", "3,4", "3:int64"),
        Case("MultiMarginLoss(2, weight=torch.ones(4), reduction='none')", "3,4", "3:int64"),
        Case("MultiMarginLoss(reduction='none')", "4", ":int64"),
        Case("MultiMarginLoss(3)", refused="only p == 1 and p == 2 supported"),
        Case("MultiMarginLoss(weight=torch.ones(1, 4))", refused="expected weight to be None or 1D"),
        Case("MultiMarginLoss()", "3,4", "4:int64", refused="inconsistent target size"),
        Case("MultiMarginLoss(weight=torch.ones(3))", "3,4", "3:int64", refused="inconsistent weight size"),
        buffers=_weight_buffer,
    ),
    _entry(
        "TripletMarginLoss", _triplet, _triplet_forward,
        Case("TripletMarginLoss()", "3,4", "3,4", "3,4"),
        Case("TripletMarginLoss(2.0, p=1, swap=True, reduction='none')", "2,3,4", "2,3,4", "2,1,4"),
        Case("TripletMarginLoss(margin=0)", refused="expected margin to be greater than 0"),
        Case("TripletMarginLoss()", "3,4", "3,4", "4", refused="same number of dimensions"),
    ),
    _entry(
        "CTCLoss", _ctc, _ctc_forward,
        Case("CTCLoss()", "6,2,5", "2,3:int64", "[6, 6]", "[3, 2]"),
        Case("CTCLoss(reduction='none')", "6,2,5", "5:int64", "[6, 6]", "[3, 2]"),
        Case("CTCLoss(blank=4, reduction='none')", "6,5", "3:int64", "[6]", "[3]"),
        Case("CTCLoss(5)", "6,2,5", "2,3:int64", "[6, 6]", "[3, 2]", refused="blank must be in label range"),
        Case("CTCLoss()", "6,2,5", "3,3:int64", "[6, 6]", "[3, 3]", refused="size 2 at dimension 0"),
        Case("CTCLoss()", "6,2,5", "2,3:int64", "[6, 7]", "[3, 3]", refused="value at most 6"),
        Case("CTCLoss()", "6,2,5", "2,3:int64", "[6, 6, 6]", "[3, 3]", refused="must be of size batch_size"),
    ),
)  # fmt: skip
