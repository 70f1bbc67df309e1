"""RNNCell, LSTMCell and GRUCell: one step of a recurrent layer.

LSTMCell(10, 20) on [3, 10] float32  -> ([3, 20], [3, 20]) float32
    weight_ih: [80, 10]   weight_hh: [80, 20]   bias_ih: [80]   bias_hh: [80]
    multiply-accumulates: 3 * (80*10 + 80*20)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.expression import Dim, at_least, equal, product, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.agreement import same_dtype
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#recurrent-layers"


def _configure(
    input_size: Dim, hidden_size: Dim, bias: bool = True, device: object = None, dtype: DType | None = None
) -> Mapping[str, Any]:
    for size in (input_size, hidden_size):
        if isinstance(size, float | str):
            raise Refused(f"argument 'size' must be tuple of ints, but got {type(size).__name__}")
        require(at_least(size, 0), "Trying to create tensor with negative dimension")
    return {"input_size": input_size, "hidden_size": hidden_size, "bias": bias}


def _configure_rnn(
    input_size: Dim,
    hidden_size: Dim,
    bias: bool = True,
    nonlinearity: str = "tanh",
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    return {**_configure(input_size, hidden_size, bias), "nonlinearity": nonlinearity}


def _base(
    input_size: Dim,
    hidden_size: Dim,
    bias: bool,
    num_chunks: Dim,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    return {**_configure(input_size, hidden_size, bias), "_num_chunks": num_chunks}


def _unimplemented(c: Any, *input: Any) -> None:
    raise Refused('Module [RNNCellBase] is missing the required "forward" function')


def _parameters(gates: Dim) -> Callable[[Any], Mapping[str, Shape | None]]:
    def parameters(c: Any) -> Mapping[str, Shape | None]:
        rows = gates * c.hidden_size
        bias = (rows,) if c.bias else None
        return {
            "weight_ih": (rows, c.input_size),
            "weight_hh": (rows, c.hidden_size),
            "bias_ih": bias,
            "bias_hh": bias,
        }

    return parameters


def _state(name: str, c: Any, input: TensorType, hx: tuple[TensorType, ...]) -> TensorType:
    """The next hidden state of `input`; Refused where it or a given state does not fit."""
    if input.rank not in (1, 2):
        raise Refused(f"{name}: Expected input to be 1D or 2D, got {input.rank}D instead")
    require(
        equal(input.shape[-1], c.input_size),
        f"input has inconsistent input_size: got {input.shape[-1]} expected {c.input_size}",
    )
    same_dtype(input, c.weight_ih)
    for number, state in enumerate(hx):
        _check(name, number, c, input, state)
    return TensorType((*input.shape[:-1], c.hidden_size), input.dtype)


def _check(name: str, number: int, c: Any, input: TensorType, state: TensorType) -> None:
    if state.rank not in (1, 2):
        raise Refused(f"{name}: Expected hidden to be 1D or 2D, got {state.rank}D instead")
    if state.rank > input.rank:
        raise Refused(f"hidden{number} has inconsistent hidden_size: got {state.shape[0]}, expected {c.hidden_size}")
    if input.rank == 2:
        require(
            equal(state.shape[0], input.shape[0]),
            f"Input batch size {input.shape[0]} doesn't match hidden{number} batch size {state.shape[0]}",
        )
        if state.rank == 1:
            raise Refused(f"{name}: Expected hidden to be 2D, got 1D instead")
    require(
        equal(state.shape[-1], c.hidden_size),
        f"hidden{number} has inconsistent hidden_size: got {state.shape[-1]}, expected {c.hidden_size}",
    )
    same_dtype(state, input)


def _forward_rnn(c: Any, input: TensorType, hx: TensorType | None = None) -> TensorType:
    if c.nonlinearity not in ("tanh", "relu"):
        raise Refused(f"Unknown nonlinearity: {c.nonlinearity}")
    return _state("RNNCell", c, input, () if hx is None else (hx,))


def _forward_gru(c: Any, input: TensorType, hx: TensorType | None = None) -> TensorType:
    return _state("GRUCell", c, input, () if hx is None else (hx,))


def _forward_lstm(c: Any, input: TensorType, hx: Any = None) -> tuple[TensorType, TensorType]:
    if isinstance(hx, TensorType) or (hx is not None and len(hx) != 2):
        raise Refused("lstm_cell expects two hidden states")
    state = _state("LSTMCell", c, input, hx or ())
    return state, state


def _macs(c: Any, output: Any, input: TensorType, hx: Any = None) -> Dim:
    weights: Dim = c.weight_ih.numel + c.weight_hh.numel
    return product(input.shape[:-1]) * weights


def _entry(
    name: str, gates: int, configure: Callable[..., Any], forward: Callable[..., Any], *cases: Case
) -> LayerSpec:
    return LayerSpec(
        name, configure, forward, _parameters(gates), macs=_macs, bases=("RNNCellBase",), page=PAGE, cases=cases
    )


CELLS = (
    _entry(
        "RNNCell",
        1,
        _configure_rnn,
        _forward_rnn,
        Case("RNNCell(5, 7)", "3,5"),
        Case("RNNCell(5, 7, False, 'relu')", "3,5", "3,7"),
        Case("RNNCell(0, 7)", "3,0"),
        Case("RNNCell(5, 7, dtype=torch.float64)", "5:float64", "7:float64"),
        Case("RNNCell(5, 7, nonlinearity='gelu')", "3,5", refused="Unknown nonlinearity"),
        Case("RNNCell(5, 7)", "3,6", refused="input has inconsistent input_size: got 6 expected 5"),
        Case("RNNCell(5, 7)", "3,5", "1,7", refused="doesn't match hidden0 batch size 1"),
        Case("RNNCell(5, 7)", "3,5", "7", refused="batch size 7"),
    ),
    _entry(
        "LSTMCell",
        4,
        _configure,
        _forward_lstm,
        Case("LSTMCell(5, 7)", "3,5"),
        Case("LSTMCell(5, 7, bias=False)", "3,5", "(3,7;3,7)"),
        Case("LSTMCell(5, 7)", "5", "hx=(7;7)"),
        Case("LSTMCell(5, 7)", "0,5"),
        Case("LSTMCell(5, -7)", refused="negative dimension"),
        Case("LSTMCell(5.0, 7)", refused="must be tuple of ints"),
        Case("LSTMCell(5, 7)", "2,3,5", refused="LSTMCell: Expected input to be 1D or 2D"),
        Case("LSTMCell(5, 7)", "3,5", "(3,7;3,6)", refused="hidden1 has inconsistent hidden_size"),
        Case("LSTMCell(5, 7)", "3,5", "(3,7;2,7)", refused="doesn't match hidden1 batch size 2"),
        Case("LSTMCell(5, 7)", "3,5", "(3,7;3,7;3,7)", refused="expects two hidden states"),
    ),
    _entry(
        "GRUCell",
        3,
        _configure,
        _forward_gru,
        Case("GRUCell(5, 7)", "3,5"),
        Case("GRUCell(5, 7, bias=False)", "5", "7"),
        Case("GRUCell(5, 7)", "0,5"),
        Case("GRUCell(1, 1)", "1,1", "hx=1,1"),
        Case("GRUCell(5, 7)", "5", "1,7", refused="hidden0 has inconsistent hidden_size"),
        Case("GRUCell(5, 7)", "3,5", "3,7:float16", refused="same dtype"),
        Case("GRUCell(5, 7)", "3,5:float16", refused="same dtype"),
    ),
)

RNN_CELL_BASE = LayerSpec(
    "RNNCellBase",
    _base,
    _unimplemented,
    parameters=lambda c: _parameters(c._num_chunks)(c),
    page=PAGE,
    cases=(
        Case("RNNCellBase(5, 7, True, 4)"),
        Case("RNNCellBase(5, 7, False, num_chunks=1)"),
        Case("RNNCellBase(input_size=5, hidden_size=7, bias=True, num_chunks=3)"),
        Case("RNNCellBase(5, 7, True, 2, dtype=torch.float64)"),
        Case("RNNCellBase(5, 7)", refused="bias"),
        Case("RNNCellBase(5, 7, True, 4)", "3,5", refused="forward"),
    ),
)
