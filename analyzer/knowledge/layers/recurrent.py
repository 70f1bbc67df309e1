"""RNN, LSTM and GRU over whole sequences: weights of each layer and direction, outputs and last hidden states.

LSTM(10, 20, 2) on [5, 3, 10] float32  -> ([5, 3, 20], ([2, 3, 20], [2, 3, 20])) float32
    weight_ih_l0: [80, 10]   weight_hh_l0: [80, 20]   bias_ih_l0: [80]   bias_hh_l0: [80]
    weight_ih_l1: [80, 20]   weight_hh_l1: [80, 20]   bias_ih_l1: [80]   bias_hh_l1: [80]
    multiply-accumulates: 5 * 3 * (80*10 + 80*20 + 80*20 + 80*20)

Each weight matrix is applied once to each step of each sequence, so the multiply-accumulates are steps times the
elements of all weights.  That is what FlopCounterMode counts when PyTorch runs its own kernels; a fused kernel
(oneDNN's LSTM on a CPU) computes the same, uncounted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.expression import Dim, TooComplex, at_least, equal, product, require, total
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.agreement import same_dtype, same_shape
from analyzer.knowledge.layer import Case, LayerSpec
from analyzer.knowledge.operands import shape_text

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#recurrent-layers"
_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


def _base(
    mode: str,
    input_size: Dim,
    hidden_size: Dim,
    num_layers: int = 1,
    bias: bool = True,
    batch_first: bool = False,
    dropout: float = 0.0,
    bidirectional: bool = False,
    proj_size: Dim = 0,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    if isinstance(dropout, bool) or not 0 <= dropout <= 1:
        raise Refused("dropout should be a number in range [0, 1]")
    for name, flag in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(flag, bool):
            raise Refused(f"{name} should be of type bool, got: {type(flag).__name__}")
    for name, size in (("input_size", input_size), ("hidden_size", hidden_size)):
        if isinstance(size, float | str):
            raise Refused(f"{name} should be of type int, got: {type(size).__name__}")
        require(at_least(size, 1), f"{name} must be greater than zero")
    if isinstance(num_layers, float):
        raise Refused("'float' object cannot be interpreted as an integer")
    require(at_least(num_layers, 1), "num_layers must be greater than zero")
    require(at_least(proj_size, 0), "proj_size should be a positive integer or zero to disable projections")
    require(at_least(hidden_size, proj_size + 1), "proj_size has to be smaller than hidden_size")
    if mode not in _GATES:
        raise Refused(f"Unrecognized RNN mode: {mode}")
    return {
        "mode": mode,
        "input_size": input_size,
        "hidden_size": hidden_size,
        "num_layers": num_layers,
        "bias": bias,
        "batch_first": batch_first,
        "dropout": float(dropout),
        "bidirectional": bidirectional,
        "proj_size": proj_size,
    }


def _rnn(
    input_size: Dim,
    hidden_size: Dim,
    num_layers: int = 1,
    nonlinearity: str = "tanh",
    bias: bool = True,
    batch_first: bool = False,
    dropout: float = 0.0,
    bidirectional: bool = False,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    if nonlinearity not in ("tanh", "relu"):
        raise Refused(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
    mode = "RNN_TANH" if nonlinearity == "tanh" else "RNN_RELU"
    attributes = _base(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
    return {"nonlinearity": nonlinearity, **attributes}


def _lstm(
    input_size: Dim,
    hidden_size: Dim,
    num_layers: int = 1,
    bias: bool = True,
    batch_first: bool = False,
    dropout: float = 0.0,
    bidirectional: bool = False,
    proj_size: Dim = 0,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    return _base("LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)


def _gru(
    input_size: Dim,
    hidden_size: Dim,
    num_layers: int = 1,
    bias: bool = True,
    batch_first: bool = False,
    dropout: float = 0.0,
    bidirectional: bool = False,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    return _base("GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)


def _directions(c: Any) -> int:
    return 2 if c.bidirectional else 1


def _output_size(c: Any) -> Dim:
    """Features of the hidden state of one direction."""
    size: Dim = c.hidden_size if c.proj_size == 0 else c.proj_size
    return size


MOST_LAYERS = 2_000


def _parameters(c: Any) -> Mapping[str, Shape]:
    if c.num_layers > MOST_LAYERS:
        raise TooComplex(f"{c.mode[:4].rstrip('_')} of over {MOST_LAYERS:,} layers")
    gates = _GATES[c.mode] * c.hidden_size
    shapes: dict[str, Shape] = {}
    for layer in range(c.num_layers):
        features = c.input_size if layer == 0 else _output_size(c) * _directions(c)
        for suffix in ("", "_reverse")[: _directions(c)]:
            shapes[f"weight_ih_l{layer}{suffix}"] = (gates, features)
            shapes[f"weight_hh_l{layer}{suffix}"] = (gates, _output_size(c))
            if c.bias:
                shapes[f"bias_ih_l{layer}{suffix}"] = (gates,)
                shapes[f"bias_hh_l{layer}{suffix}"] = (gates,)
            if c.proj_size != 0:
                shapes[f"weight_hr_l{layer}{suffix}"] = (c.proj_size, c.hidden_size)
    return shapes


def _batch(c: Any, input: TensorType) -> Shape:
    """The batch dimension of an input, or () for one sequence alone; Refused where the input does not fit."""
    if input.rank not in (2, 3):
        raise Refused(f"{c.mode[:4].rstrip('_')}: Expected input to be 2D or 3D, got {input.rank}D instead")
    weight = c.weight_ih_l0
    if input.dtype is not weight.dtype:
        raise Refused(f"RNN input dtype (torch.{input.dtype}) does not match weight dtype (torch.{weight.dtype}).")
    require(
        equal(input.shape[-1], c.input_size),
        f"input.size(-1) must be equal to input_size. Expected {c.input_size}, got {input.shape[-1]}",
    )
    require(at_least(_steps(c, input), 1), "Expected sequence length to be larger than 0 in RNN")
    if input.rank == 2:
        return ()
    return (input.shape[0] if c.batch_first else input.shape[1],)


def _steps(c: Any, input: TensorType) -> Dim:
    return input.shape[1] if c.batch_first and input.rank == 3 else input.shape[0]


def _output(c: Any, input: TensorType) -> TensorType:
    return TensorType((*input.shape[:-1], _output_size(c) * _directions(c)), input.dtype)


def _state(c: Any, input: TensorType, features: Dim) -> TensorType:
    return TensorType((c.num_layers * _directions(c), *_batch(c, input), features), input.dtype)


def _check_state(given: TensorType, expected: TensorType, name: str) -> None:
    if given.rank != expected.rank:
        kind = "batched 3-D" if expected.rank == 3 else "unbatched 2-D"
        raise Refused(f"For {kind} input, {name} should also be {expected.rank}-D but got {given.rank}-D tensor")
    complaint = f"Expected {name} size {shape_text(expected.shape)}, got {shape_text(given.shape)}"
    same_shape(given.shape, expected.shape, complaint)
    same_dtype(given, expected)


def _forward(c: Any, input: TensorType, hx: TensorType | None = None) -> tuple[TensorType, TensorType]:
    state = _state(c, input, c.hidden_size)
    if hx is not None:
        _check_state(hx, state, "hidden")
    return _output(c, input), state


def _forward_lstm(c: Any, input: TensorType, hx: Any = None) -> tuple[TensorType, tuple[TensorType, TensorType]]:
    states = _state(c, input, _output_size(c)), _state(c, input, c.hidden_size)
    if hx is not None:
        if isinstance(hx, TensorType) or len(hx) != 2:
            raise Refused("lstm expects two hidden states")
        for number in (0, 1):
            _check_state(hx[number], states[number], f"hidden[{number}]")
    return _output(c, input), states


def _macs(c: Any, output: Any, input: TensorType, hx: Any = None) -> Dim:
    weights = total(product(shape) for shape in _parameters(c).values() if len(shape) == 2)
    return product(input.shape[:-1]) * weights


def _unimplemented(c: Any, *input: Any) -> None:
    raise Refused('Module [RNNBase] is missing the required "forward" function')


def _entry(name: str, configure: Callable[..., Any], forward: Callable[..., Any], *cases: Case) -> LayerSpec:
    return LayerSpec(
        name, configure, forward, parameters=_parameters, macs=_macs, bases=("RNNBase",), page=PAGE, cases=cases
    )


RECURRENT = (
    _entry(
        "RNN",
        _rnn,
        _forward,
        Case("RNN(5, 7)", "3,2,5"),
        Case("RNN(5, 7, 2, 'relu', False, True, 0.5, True)", "2,3,5"),
        Case("RNN(input_size=5, hidden_size=7, nonlinearity='relu')", "3,5"),
        Case("RNN(5, 7, 2, bidirectional=True)", "3,2,5", "4,2,7"),
        Case("RNN(5, 7)", "3,0,5"),
        Case("RNN(5, 7, dtype=torch.float64)", "3,2,5:float64"),
        Case("RNN(5, 7, nonlinearity='gelu')", refused="Unknown nonlinearity"),
        Case("RNN(0, 7)", refused="input_size must be greater than zero"),
        Case("RNN(5, 7, 0)", refused="num_layers must be greater than zero"),
        Case("RNN(5, 7)", "3,2,6", refused="must be equal to input_size"),
        Case("RNN(5, 7)", "0,2,5", refused="sequence length"),
        Case("RNN(5, 7)", "3,2,5", "hx=1,7", refused="should also be 3-D"),
        Case("RNN(5, 7)", "3,2,5", "hx=1,3,7", refused="Expected hidden size [1, 2, 7], got [1, 3, 7]"),
    ),
    _entry(
        "LSTM",
        _lstm,
        _forward_lstm,
        Case("LSTM(10, 20, 2)", "5,3,10"),
        Case("LSTM(5, 7, batch_first=True)", "2,3,5", "(1,2,7;1,2,7)"),
        Case("LSTM(5, 7, 2, bidirectional=True, proj_size=3)", "3,2,5", "hx=(4,2,3;4,2,7)"),
        Case("LSTM(5, 7, 3, bias=False, dropout=0.1)", "3,2,5"),
        Case("LSTM(5, 7, proj_size=3, bias=False)", "3,5", "(1,3;1,7)"),
        Case("LSTM(5, 7, batch_first=True, bidirectional=True)", "4,5"),
        Case("LSTM(5, 7, proj_size=7)", refused="proj_size has to be smaller"),
        Case("LSTM(5, 7, dropout=2)", refused="dropout should be a number"),
        Case("LSTM(5, 7, bias=1)", refused="bias should be of type bool"),
        Case("LSTM(5.0, 7)", refused="input_size should be of type int"),
        Case("LSTM(5, 7, nonlinearity='relu')", refused="nonlinearity"),
        Case("LSTM(5, 7)", "5", refused="LSTM: Expected input to be 2D or 3D, got 1D instead"),
        Case("LSTM(5, 7)", "3,2,5:float16", refused="does not match weight dtype"),
        Case("LSTM(5, 7)", "3,2,5", "(1,2,7;1,2,6)", refused="Expected hidden[1] size [1, 2, 7], got [1, 2, 6]"),
        Case("LSTM(5, 7)", "3,2,5", "(1,7;1,7)", refused="should also be 3-D"),
        Case("LSTM(5, 7)", "3,2,5", "2,2,7", refused="two hidden states"),
        Case("LSTM(5, 7)", "3,2,5", "(1,2,7:float16;1,2,7:float16)", refused="same dtype"),
    ),
    _entry(
        "GRU",
        _gru,
        _forward,
        Case("GRU(10, 20, 2)", "5,3,10"),
        Case("GRU(5, 7, 2, True, True, 0, True)", "2,3,5", "hx=4,2,7"),
        Case("GRU(5, 7, bias=False)", "3,5", "1,7"),
        Case("GRU(5, 7, 3, bidirectional=True, dropout=1)", "4,0,5"),
        Case("GRU(5, 7, proj_size=2)", refused="proj_size"),
        Case("GRU(5, 7, batch_first=1)", refused="batch_first should be of type bool"),
        Case("GRU(5, 7)", "3,5", "1,1,7", refused="should also be 2-D"),
        Case("GRU(5, 7)", "2,3,2,5", refused="GRU: Expected input to be 2D or 3D"),
    ),
)

RNN_BASE = LayerSpec(
    "RNNBase",
    _base,
    _unimplemented,
    parameters=_parameters,
    page=PAGE,
    cases=(
        Case("RNNBase('LSTM', 5, 7, 2, proj_size=3)"),
        Case("RNNBase('GRU', 5, 7, bidirectional=True, bias=False)"),
        Case("RNNBase('RNN_TANH', 5, 7)"),
        Case("RNNBase('RNN_RELU', 5, 7, dtype=torch.float64)"),
        Case("RNNBase('RNN', 5, 7)", refused="Unrecognized RNN mode"),
        Case("RNNBase('LSTM', 5, 7)", "3,2,5", refused="forward"),
    ),
)
