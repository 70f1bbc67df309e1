"""What torch's `_NormBase` is: attributes, parameters and statistics of batch and instance normalisation.

    norm_attributes(64, 1e-5, 0.1, True, True, True, None)   -> {"num_features": 64, "eps": 1e-05, ...}
    norm_parameters(c)                                       -> {"weight": (64,), "bias": (64,)}
    norm_buffers(c)      -> {"running_mean": [64] float32, "running_var": [64] float32, "num_batches_tracked": [] int64}

https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/modules/batchnorm.py
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.expression import Dim, equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import require_new
from analyzer.knowledge.geometry.normalisation import normalise_batch, normalise_instance


def norm_attributes(
    num_features: Dim,
    eps: float,
    momentum: float | None,
    affine: bool,
    track_running_stats: bool,
    bias: bool,
    dtype: DType | None,
) -> Mapping[str, Any]:
    """The attributes of the instance; Refused where the constructor raises."""
    if affine or track_running_stats:
        require_new((num_features,))
    return {
        "num_features": num_features,
        "eps": eps,
        "momentum": momentum,
        "affine": affine,
        "track_running_stats": track_running_stats,
        "_bias": bias,
        "_dtype": dtype,
    }


def norm_parameters(c: Any) -> Mapping[str, Shape | None]:
    """`weight` and `bias` in state_dict order."""
    size = (c.num_features,)
    return {"weight": size if c.affine else None, "bias": size if c.affine and c._bias else None}


def norm_buffers(c: Any) -> Mapping[str, TensorType | None]:
    """The running statistics in state_dict order."""
    if not c.track_running_stats:
        return {"running_mean": None, "running_var": None, "num_batches_tracked": None}
    statistic = TensorType((c.num_features,), c._dtype or DType.float32)
    return {
        "running_mean": statistic,
        "running_var": statistic,
        "num_batches_tracked": TensorType((), DType.int64),
    }


def check_rank(input: TensorType, *ranks: int) -> None:
    """Refused for an input of another rank: `expected 2D or 3D input (got 4D input)`."""
    if input.rank not in ranks:
        expected = " or ".join(f"{rank}D" for rank in ranks)
        raise Refused(f"expected {expected} input (got {input.rank}D input)")


def infer_features(c: Any, input: TensorType) -> Mapping[str, Any]:
    """What the first call settles in a lazy layer: the features are dimension 1, even of an unbatched input.

    A layer without parameters and statistics keeps its 0.
    """
    if input.rank < 2:
        raise Refused("tuple index out of range")
    if not (c.affine or c.track_running_stats):
        return {}
    return {"num_features": input.shape[1]}


def normalise_batch_by(c: Any, input: TensorType) -> TensorType:
    """Batch normalisation with the batch's statistics in training mode or where the layer keeps none."""
    kept = not c.training or c.track_running_stats
    mean, variance = (c.running_mean, c.running_var) if kept else (None, None)
    from_batch = c.training or (c.running_mean is None and c.running_var is None)
    return normalise_batch(input, mean, variance, c.weight, c.bias, from_batch, c.eps)


def normalise_instance_by(c: Any, input: TensorType, *, axes: int) -> TensorType:
    """Instance normalisation of a batched or an unbatched input over as many axes."""
    check_rank(input, axes + 1, axes + 2)
    place = input.rank - axes - 1
    if c.affine:
        require(
            equal(input.shape[place], c.num_features),
            f"expected input's size at dim={place} to match num_features ({c.num_features}), "
            f"but got: {input.shape[place]}.",
        )
    batched = input if place else TensorType((1, *input.shape), input.dtype)
    own_statistics = c.training or not c.track_running_stats
    normalise_instance(batched, c.running_mean, c.running_var, c.weight, c.bias, own_statistics)
    return input
