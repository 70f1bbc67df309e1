"""Layer entries against the installed PyTorch, with arguments drawn at random; skipped where torch is not installed.

Each property builds the layer for real, on the CPU, and asks the entry the same question: both answer with the same
parameters and output, or both refuse.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.layer import layers

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.filterwarnings("ignore")

SPECS = layers()
MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

Answer = tuple[dict[str, Any], Any] | None
"""Parameters by name and output shapes; None for a refusal."""


def _encode(output: Any) -> Any:
    if isinstance(output, tuple):
        return tuple(map(_encode, output))
    return tuple(output.shape), str(output.dtype).removeprefix("torch.")


def _of_torch(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> Answer:
    try:
        layer = getattr(torch.nn, name)(**arguments).eval()
        output = layer(torch.rand(shape))
    except (ArithmeticError, AssertionError, LookupError, RuntimeError, TypeError, ValueError):
        return None
    return {key: None if p is None else tuple(p.shape) for key, p in layer._parameters.items()}, _encode(output)


def _of_entry(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> Answer:
    spec = SPECS[f"torch.nn.{name}"]
    try:
        c = SimpleNamespace(training=False, **spec.configure(**arguments))
        parameters = dict(spec.parameters(c))
        buffers = dict(spec.buffers(c))
        for key, size in parameters.items():
            setattr(c, key, None if size is None else TensorType(size, DType.float32))
        for key, buffer in buffers.items():
            setattr(c, key, buffer)
        output = spec.forward(c, TensorType(shape))
    except Refused:
        return None
    return parameters, _encode(output)


def _agree(name: str, arguments: dict[str, Any], shape: tuple[int, ...]) -> None:
    assert _of_entry(name, arguments, shape) == _of_torch(name, arguments, shape)


def _per_axis(axes: int, low: int, high: int) -> st.SearchStrategy[Any]:
    size = st.integers(low, high)
    return size | st.tuples(*[size] * axes)


def _shapes(axes: int, channels: int, largest: int = 12, batch: int = 0) -> st.SearchStrategy[tuple[int, ...]]:
    """Mostly batched or unbatched inputs with the right channels, sometimes neither; at most one size is 0."""
    spatial = st.tuples(*[st.integers(0, largest) | st.integers(3, largest)] * axes)
    near = st.sampled_from([channels] * 8 + [channels + 1])
    batched = st.tuples(st.integers(batch, 2), near, spatial).map(lambda drawn: (drawn[0], drawn[1], *drawn[2]))
    unbatched = st.tuples(near, spatial).map(lambda drawn: (drawn[0], *drawn[1]))
    return (batched | batched | unbatched | spatial).filter(lambda shape: shape.count(0) < 2)


@MANY
@given(st.data())
def test_convolution(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 2, 3]))
    groups = data.draw(st.sampled_from([1, 1, 2, 3]))
    arguments: dict[str, Any] = {
        "in_channels": data.draw(st.sampled_from([groups, 2 * groups, 3])),
        "out_channels": data.draw(st.sampled_from([groups, 2 * groups, 4])),
        "kernel_size": data.draw(_per_axis(axes, 0, 4)),
        "stride": data.draw(_per_axis(axes, 0, 3)),
        "padding": data.draw(_per_axis(axes, -1, 3) | st.sampled_from(["same", "valid"])),
        "dilation": data.draw(_per_axis(axes, 1, 3)),
        "groups": groups,
        "bias": data.draw(st.booleans()),
        "padding_mode": data.draw(st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"])),
    }
    _agree(f"Conv{axes}d", arguments, data.draw(_shapes(axes, arguments["in_channels"])))


@MANY
@given(st.data())
def test_transposed_convolution(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 2, 3]))
    groups = data.draw(st.sampled_from([1, 1, 2]))
    arguments: dict[str, Any] = {
        "in_channels": data.draw(st.sampled_from([groups, 2 * groups, 3])),
        "out_channels": data.draw(st.sampled_from([groups, 2 * groups, 3])),
        "kernel_size": data.draw(_per_axis(axes, 0, 4)),
        "stride": data.draw(_per_axis(axes, 0, 3)),
        "padding": data.draw(_per_axis(axes, -1, 2)),
        "output_padding": data.draw(_per_axis(axes, 0, 2)),
        "groups": groups,
        "bias": data.draw(st.booleans()),
        "dilation": data.draw(_per_axis(axes, 1, 3)),
    }
    _agree(f"ConvTranspose{axes}d", arguments, data.draw(_shapes(axes, arguments["in_channels"], 5, batch=1)))


@MANY
@given(st.data())
def test_max_pooling(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 2, 3]))
    arguments = {
        "kernel_size": data.draw(_per_axis(axes, 0, 4)),
        "stride": data.draw(st.none() | _per_axis(axes, 0, 3)),
        "padding": data.draw(_per_axis(axes, 0, 2)),
        "dilation": data.draw(_per_axis(axes, 1, 3)),
        "return_indices": data.draw(st.booleans()),
        "ceil_mode": data.draw(st.booleans()),
    }
    _agree(f"MaxPool{axes}d", arguments, data.draw(_shapes(axes, 3)))


@MANY
@given(st.data())
def test_average_pooling(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 2, 3]))
    arguments = {
        "kernel_size": data.draw(_per_axis(axes, 0, 4)),
        "stride": data.draw(st.none() | _per_axis(axes, 0, 3)),
        "padding": data.draw(_per_axis(axes, 0, 2)),
        "ceil_mode": data.draw(st.booleans()),
        "count_include_pad": data.draw(st.booleans()),
    }
    _agree(f"AvgPool{axes}d", arguments, data.draw(_shapes(axes, 3)))


@MANY
@given(st.data())
def test_adaptive_pooling(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 3]))
    kind = data.draw(st.sampled_from(["Avg", "Max"]))
    size = data.draw(_per_axis(axes, 0, 4) | st.tuples(*[st.none() | st.integers(1, 4)] * axes))
    _agree(f"Adaptive{kind}Pool{axes}d", {"output_size": size}, data.draw(_shapes(axes, 3)))


@MANY
@given(st.data())
def test_padding(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 3]))
    name = data.draw(st.sampled_from(["ZeroPad", "ReflectionPad", "ReplicationPad", "CircularPad"]))
    padding = data.draw(_per_axis(2 * axes, -2, 4))
    _agree(f"{name}{axes}d", {"padding": padding}, data.draw(_shapes(axes, 3, 6)))


@MANY
@given(
    st.integers(-1, 6),
    st.integers(-1, 6),
    st.booleans(),
    st.lists(st.integers(0, 6), max_size=4).map(tuple),
)
def test_linear(in_features: int, out_features: int, bias: bool, shape: tuple[int, ...]) -> None:
    arguments = {"in_features": in_features, "out_features": out_features, "bias": bias}
    _agree("Linear", arguments, shape)
    _agree("Linear", arguments, (*shape, max(in_features, 0)))


@MANY
@given(st.data())
def test_batch_and_instance_normalisation(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 3]))
    kind = data.draw(st.sampled_from(["BatchNorm", "InstanceNorm"]))
    arguments = {
        "num_features": 3,
        "affine": data.draw(st.booleans()),
        "track_running_stats": data.draw(st.booleans()),
        "bias": data.draw(st.booleans()),
    }
    _agree(f"{kind}{axes}d", arguments, data.draw(_shapes(axes, 3, 3)))


@MANY
@given(st.data())
def test_normalisation_within_a_sample(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(0, 6), max_size=4).map(tuple))
    kept = data.draw(st.integers(0, len(shape)))
    normalized = data.draw(st.sampled_from([shape[kept:], shape[:kept], (3,)]))
    affine, bias = data.draw(st.booleans()), data.draw(st.booleans())
    _agree("LayerNorm", {"normalized_shape": normalized, "elementwise_affine": affine, "bias": bias}, shape)
    _agree("RMSNorm", {"normalized_shape": normalized, "elementwise_affine": affine}, shape)


@MANY
@given(st.integers(-1, 4), st.integers(0, 8), st.booleans(), st.lists(st.integers(0, 8), max_size=4).map(tuple))
def test_group_normalisation(num_groups: int, num_channels: int, affine: bool, shape: tuple[int, ...]) -> None:
    arguments = {"num_groups": num_groups, "num_channels": num_channels, "affine": affine}
    _agree("GroupNorm", arguments, shape)
    _agree("GroupNorm", arguments, (*shape[:1], num_channels, *shape[1:]))


@MANY
@given(st.data())
def test_upsampling(data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([1, 2, 3]))
    modes = ["nearest", "linear", "bilinear", "bicubic", "trilinear", "area", "nearest-exact"]
    arguments: dict[str, Any] = {"mode": data.draw(st.sampled_from(modes))}
    if data.draw(st.booleans()):
        arguments["size"] = data.draw(_per_axis(axes, 0, 5))
    else:
        arguments["scale_factor"] = data.draw(st.floats(0.1, 4) | st.tuples(*[st.floats(0.1, 4)] * axes))
        arguments["recompute_scale_factor"] = data.draw(st.sampled_from([None, True, False]))
    _agree("Upsample", arguments, data.draw(_shapes(axes, 2, 6)))


@MANY
@given(st.data())
def test_sliding_blocks(data: st.DataObject) -> None:
    arguments = {
        "kernel_size": data.draw(_per_axis(2, 0, 3)),
        "dilation": data.draw(_per_axis(2, 1, 2)),
        "padding": data.draw(_per_axis(2, -1, 2)),
        "stride": data.draw(_per_axis(2, 0, 3)),
    }
    _agree("Unfold", arguments, data.draw(_shapes(2, 3, 8)))
    folded = {**arguments, "output_size": data.draw(_per_axis(2, 1, 6))}
    _agree("Fold", folded, data.draw(st.tuples(st.sampled_from([4, 6, 9, 12]), st.integers(0, 20))))
