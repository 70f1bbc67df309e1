"""The losses of torch.nn that hold a module: a projection, or a distance.

    LinearCrossEntropyLoss(64, 10) on [N, 64], [N] int64         -> [] float32, linear.weight: [10, 64]
    TripletMarginWithDistanceLoss() on three [N, 64]             -> [] float32, a child distance_function

https://docs.pytorch.org/docs/2.13/nn.html#loss-functions
"""

import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules.loss import _Loss, _WeightedLoss

EXPORTS = {
    "LinearCrossEntropyLoss": (
        "torch.nn.LinearCrossEntropyLoss",
        "torch.nn.modules.LinearCrossEntropyLoss",
        "torch.nn.modules.loss.LinearCrossEntropyLoss",
    ),
    "TripletMarginWithDistanceLoss": (
        "torch.nn.TripletMarginWithDistanceLoss",
        "torch.nn.modules.TripletMarginWithDistanceLoss",
        "torch.nn.modules.loss.TripletMarginWithDistanceLoss",
    ),
}


class LinearCrossEntropyLoss(_WeightedLoss):
    def __init__(
        self,
        in_features,
        num_classes,
        *,
        out_features=(),
        bias=False,
        device=None,
        dtype=None,
        reduction="mean",
        weight=None,
        ignore_index=None,
        label_smoothing=0.0,
        options=None,
    ):
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise RuntimeError(f"expected weight shape to be {(num_classes,)}, got {tuple(weight.shape)}")
        if label_smoothing < 0 or label_smoothing > 1.0:
            raise RuntimeError(f"expected label_smoothing to be in range [0, 1], got {label_smoothing}")
        super().__init__()
        self.reduction = reduction
        self.register_buffer("weight", weight)
        self.num_classes = num_classes
        self.out_features = out_features
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        self.linear = nn.Linear(
            in_features, math.prod(out_features, start=num_classes), bias=bias, device=device, dtype=dtype
        )
        self.options = options

    def forward(self, input, target):
        classes = (self.num_classes, *self.out_features)
        bias = self.linear.bias
        return F.linear_cross_entropy(
            input,
            self.linear.weight.reshape((*classes, self.linear.in_features)),
            target,
            linear_bias=None if bias is None else bias.reshape(classes),
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )


class TripletMarginWithDistanceLoss(_Loss):
    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__()
        self.reduction = reduction
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.distance_function = nn.PairwiseDistance() if distance_function is None else distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor, positive, negative):
        if self.reduction not in ("mean", "sum", "none"):
            raise ValueError(f"{self.reduction} is not a valid value for reduction")
        if not anchor.dim() == positive.dim() == negative.dim():
            raise RuntimeError(
                "The anchor, positive, and negative tensors are expected to have the same number of dimensions"
            )
        near = self.distance_function(anchor, positive)
        far = self.distance_function(anchor, negative)
        if self.swap:
            far = torch.minimum(far, self.distance_function(positive, negative))
        loss = torch.clamp_min(self.margin + near - far, 0)
        if self.reduction == "sum":
            return loss.sum()
        return loss.mean() if self.reduction == "mean" else loss
