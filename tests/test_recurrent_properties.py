"""Recurrent layers and attention on random arguments: the entries answer as PyTorch does, where it is installed.

LSTM(3, 4, 2, bidirectional=True) on [5, 2, 3]   -> the same names, shapes, outputs and multiply-accumulates
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.layer import layers
from analyzer.knowledge.operator import operators

torch = pytest.importorskip("torch")
flop_counter = pytest.importorskip("torch.utils.flop_counter")

SIZES = st.integers(1, 4)
FLAGS = st.booleans()


def _torch(function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Output and multiply-accumulates, or None where PyTorch refuses."""
    try:
        with flop_counter.FlopCounterMode(display=False) as counter:
            output = function(*arguments, **keywords)
    except (AssertionError, LookupError, RuntimeError, TypeError, ValueError):
        return None
    return _shapes(output), counter.get_total_flops() // 2


def _shapes(value: Any) -> Any:
    """The shapes of a result, in its own structure."""
    if isinstance(value, tuple):
        return tuple(map(_shapes, value))
    return None if value is None else tuple(value.shape)


def _meta(shape: Any) -> Any:
    if shape is None:
        return None
    return tuple(map(_meta, shape)) if shape and isinstance(shape[0], tuple) else torch.empty(shape, device="meta")


def _typed(shape: Any) -> Any:
    if shape is None:
        return None
    return tuple(map(_typed, shape)) if shape and isinstance(shape[0], tuple) else TensorType(shape)


def _agree(name: str, keywords: Mapping[str, Any], inputs: tuple[Any, ...]) -> None:
    """Our layer and torch's of the same arguments have the same parameters, outputs and multiply-accumulates."""
    spec = layers()[f"torch.nn.{name}"]
    try:
        module = getattr(torch.nn, name)(**keywords, device="meta").eval()
    except (RuntimeError, TypeError, ValueError):
        with pytest.raises(Refused):
            spec.configure(**keywords)
        return
    layer = SimpleNamespace(training=False, **spec.configure(**keywords))
    shapes = spec.parameters(layer)
    assert {key: shape for key, shape in shapes.items() if shape is not None} == {
        key: tuple(parameter.shape) for key, parameter in module.named_parameters()
    }
    for key, shape in shapes.items():
        setattr(layer, key, None if shape is None else TensorType(shape))
    expected = _torch(module, *map(_meta, inputs))
    ours = tuple(map(_typed, inputs))
    if expected is None:
        with pytest.raises(Refused):
            spec.forward(layer, *ours)
        return
    output = spec.forward(layer, *ours)
    assert (_shapes(output), spec.macs(layer, output, *ours)) == expected


@st.composite
def _sequences(draw: st.DrawFn, name: str) -> tuple[dict[str, Any], tuple[Any, ...]]:
    keywords: dict[str, Any] = {
        "input_size": draw(SIZES),
        "hidden_size": draw(SIZES),
        "num_layers": draw(st.integers(0, 3)),
        "bias": draw(FLAGS),
        "batch_first": draw(FLAGS),
        "bidirectional": draw(FLAGS),
    }
    if name == "LSTM":
        keywords["proj_size"] = draw(st.integers(0, 3))
    length, batch = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    features = draw(st.sampled_from((keywords["input_size"], 2)))
    batched = draw(FLAGS)
    shape = (batch, length, features) if keywords["batch_first"] else (length, batch, features)
    state = draw(st.none() | st.just(True))
    rows = keywords["num_layers"] * (2 if keywords["bidirectional"] else 1)
    middle = (draw(st.sampled_from((batch, batch + 1))),) if draw(st.sampled_from((batched, True))) else ()
    hidden = draw(st.sampled_from((keywords.get("proj_size") or keywords["hidden_size"], 2)))
    states = ((rows, *middle, hidden), (rows, *middle, keywords["hidden_size"]))
    hx = None if state is None else states if name == "LSTM" else states[0]
    return keywords, (shape if batched else (length, features), hx)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_layers_over_sequences(name: str, data: st.DataObject) -> None:
    keywords, inputs = data.draw(_sequences(name))
    _agree(name, keywords, inputs)


@pytest.mark.parametrize("name", ["RNNCell", "LSTMCell", "GRUCell"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_cells(name: str, data: st.DataObject) -> None:
    size, hidden, batch = data.draw(SIZES), data.draw(SIZES), data.draw(SIZES)
    keywords = {"input_size": size, "hidden_size": hidden, "bias": data.draw(FLAGS)}
    shapes = [(), (batch,), (2,), (1, 1)]
    input = (*data.draw(st.sampled_from(shapes)), data.draw(st.sampled_from((size, 2))))
    state = (*data.draw(st.sampled_from(shapes)), data.draw(st.sampled_from((hidden, 2))))
    hx = data.draw(st.sampled_from((None, (state, state) if name == "LSTMCell" else state)))
    _agree(name, keywords, (input, hx))


BATCHES = st.sampled_from(((), (1,), (2,), (3,), (2, 1), (1, 3), (2, 3), (2, 2)))


@given(query=BATCHES, key=BATCHES, value=BATCHES, sizes=st.tuples(*[SIZES] * 4), mask=st.none() | BATCHES, gqa=FLAGS)
@settings(max_examples=80, deadline=None)
def test_scaled_dot_product_attention(
    query: Any, key: Any, value: Any, sizes: tuple[int, ...], mask: Any, gqa: bool
) -> None:
    length, source, width, values = sizes
    shapes = [(*query, length, width), (*key, source, width), (*value, source, values)]
    shapes += [] if mask is None else [(*mask, length, source)]
    spec = operators()["torch.nn.functional.scaled_dot_product_attention"]
    expected = _torch(torch.nn.functional.scaled_dot_product_attention, *map(_meta, shapes), enable_gqa=gqa)
    ours = tuple(map(_typed, shapes))
    if expected is None:
        with pytest.raises(Refused):
            spec.rule(*ours, enable_gqa=gqa)
        return
    scores = _broadcast(query, (*key[:-1], query[-1]) if gqa else key)
    if mask is not None and _broadcast(scores, mask) != scores:
        with pytest.raises(Refused, match="does not broadcast"):  # the meta device alone lets a mask stretch the scores
            spec.rule(*ours, enable_gqa=gqa)
        return
    output = spec.rule(*ours, enable_gqa=gqa)
    assert (_shapes(output), spec.macs(output, *ours, enable_gqa=gqa)) == expected


def _broadcast(*shapes: Any) -> tuple[int, ...]:
    return tuple(torch.broadcast_shapes(*shapes))
