"""torch.nn.AdaptiveLogSoftmaxWithLoss: a head for the frequent classes, a narrow tail for each cluster of rare ones.

    AdaptiveLogSoftmaxWithLoss(64, 1000, [100, 500]) on [N, 64], [N] int64   -> (output [N], loss [])
    head.weight: [102, 64]   tail.0.0.weight: [16, 64]   tail.0.1.weight: [400, 16]   tail.1.0.weight: [4, 64] ...

How many rows each cluster of the tail computes is decided by the values of the targets, and so are its
multiply-accumulates; the shapes of the outputs are not.
https://docs.pytorch.org/docs/2.13/generated/torch.nn.AdaptiveLogSoftmaxWithLoss.html
"""

from collections import namedtuple

import torch
import torch.nn.functional as F
from torch import nn

EXPORTS = {
    "AdaptiveLogSoftmaxWithLoss": (
        "torch.nn.AdaptiveLogSoftmaxWithLoss",
        "torch.nn.modules.AdaptiveLogSoftmaxWithLoss",
        "torch.nn.modules.adaptive.AdaptiveLogSoftmaxWithLoss",
    ),
}

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(nn.Module):
    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False, device=None, dtype=None):
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if (
            cutoffs != sorted(cutoffs)
            or min(cutoffs) <= 0
            or max(cutoffs) > n_classes - 1
            or len(set(cutoffs)) != len(cutoffs)
            or any(int(cutoff) != cutoff for cutoff in cutoffs)
        ):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, "
                "where each value is between 1 and n_classes-1"
            )
        place = {"device": device, "dtype": dtype}
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(self.cutoffs) - 1
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = nn.Linear(in_features, self.head_size, bias=head_bias, **place)
        self.tail = nn.ModuleList()
        for cluster in range(self.n_clusters):
            width = int(in_features // div_value ** (cluster + 1))
            classes = self.cutoffs[cluster + 1] - self.cutoffs[cluster]
            self.tail.append(
                nn.Sequential(
                    nn.Linear(in_features, width, bias=False, **place),
                    nn.Linear(width, classes, bias=False, **place),
                )
            )

    def reset_parameters(self):
        """Initial values change no shape."""

    def forward(self, input_, target_):
        if target_.dim() == 1:
            if input_.size(0) != target_.size(0):
                raise RuntimeError("Input and target should have the same size in the batch dimension.")
            if input_.dim() != 2:
                raise RuntimeError(
                    f"1D target tensor expects 2D input tensors, but found inputs with size {input_.size()}"
                )
        elif target_.dim() == 0:
            if input_.dim() != 1:
                raise RuntimeError(
                    f"0D target tensor expects 1D input tensors, but found inputs with size {input_.size()}"
                )
        else:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        batched = target_.dim() > 0
        input = input_ if batched else input_.unsqueeze(0)
        target = target_ if batched else target_.unsqueeze(0)
        output = input.new_zeros(target.size(0))
        for cluster in range(self.n_clusters):
            low, high = self.cutoffs[cluster], self.cutoffs[cluster + 1]
            rows = ((target >= low) & (target < high)).nonzero().squeeze(1)
            F.log_softmax(self.tail[cluster](input.index_select(0, rows)), dim=1)
        scores = F.log_softmax(self.head(input), dim=1)
        output = output + scores.gather(1, target.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if batched else output.squeeze(0), loss)

    def _get_full_log_prob(self, input, head_output):
        out = input.new_empty((head_output.size(0), self.n_classes))
        head = F.log_softmax(head_output, dim=1)
        out[:, : self.shortlist_size] = head[:, : self.shortlist_size]
        for cluster in range(self.n_clusters):
            scores = F.log_softmax(self.tail[cluster](input), dim=1)
            scores = scores + head[:, self.shortlist_size + cluster].unsqueeze(1)
            out[:, self.cutoffs[cluster] : self.cutoffs[cluster + 1]] = scores
        return out

    def log_prob(self, input):
        return self._get_full_log_prob(input, self.head(input))

    def predict(self, input):
        head_output = self.head(input)
        output = torch.argmax(head_output, dim=1)
        rare = output >= self.shortlist_size
        if rare.any():
            output[rare] = torch.argmax(self._get_full_log_prob(input[rare], head_output[rare]), dim=1)
        return output
