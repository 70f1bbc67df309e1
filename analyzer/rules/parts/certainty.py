"""Whether the input that was derived from a model's first layer speaks for every input that the model can take.

Conv2d(3, 8, 3) reads the input                 [N, 3, H, W] is the only kind                        EVERYTHING
x.flatten(1) is what Linear(784, 10) reads      whatever comes in, [N, 784] is what it becomes       BEHIND
Linear(8, 8), ReLU, Linear(8, 2)                [N, 8] stands for [N, L, 8] in the last dimension    LAST
Linear(8, 8), mean(dim=1)                       what becomes of [N, L, 8] is open                    NOTHING
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum

from analyzer.evaluation.trace import Equation, Trace
from analyzer.model.labels import operator_label
from analyzer.model.tree import Model
from analyzer.passes.inputs import FIRST_LAYERS
from analyzer.rules.parts.flow import layer_of
from analyzer.weigh import Path, Weighed

FIXED = re.compile(r"torch\.nn\.(Conv|ConvTranspose|BatchNorm)[123]d")
"""Layers that take one rank; a batch may be missing."""
RECURRENT = ("torch.nn.LSTM", "torch.nn.GRU", "torch.nn.RNN")
FLATTENING = frozenset(
    ("torch.nn.Flatten", "torch.flatten", "Tensor.flatten", "torch.reshape", "Tensor.reshape", "Tensor.view")
)
LAST_KEPT = frozenset((
    "linear", "layernorm", "rmsnorm", "embedding",
    "relu", "relu6", "leakyrelu", "leaky_relu", "prelu", "elu", "selu", "celu", "gelu", "silu", "mish", "sigmoid",
    "logsigmoid", "tanh", "hardtanh", "hardsigmoid", "hardswish", "softplus", "softsign", "softmax", "log_softmax",
    "logsoftmax", "identity", "dropout", "alphadropout", "alpha_dropout",
    "add", "sub", "mul", "truediv", "div", "neg", "abs", "exp", "sqrt", "clamp",
    "contiguous", "float", "detach", "clone",
))  # fmt: skip
"""Layers and operators, in lower case, that treat the last dimension the same whatever stands before it."""


class Certain(IntEnum):
    """What of the shapes in a forward pass holds for every input."""

    NOTHING = 0
    LAST = 1
    """The last dimension of each."""
    BEHIND = 2
    """Every one but the input's own."""
    EVERYTHING = 3


def certainty(weighed: Weighed, way: Path) -> Certain:
    """How far the input of a way is given, or what goes into the layer that it was derived from."""
    if weighed.given:
        return Certain.EVERYTHING
    if way.model is None:
        return Certain.NOTHING
    trace = way.model.trace
    inputs = {number for _, number in trace.inputs}
    readers = [e for e in trace.equations if e.outputs and inputs & set(e.inputs)]
    if readers and all(_flattens(trace, reader) for reader in readers):
        return Certain.BEHIND
    short = {reader.operator.rpartition(".")[2] for reader in readers}
    if not readers or not short <= FIRST_LAYERS.keys() or not all(r.operator.startswith("torch.nn.") for r in readers):
        return Certain.NOTHING
    if all(FIXED.fullmatch(reader.operator) or _is_batched(way.model, reader) for reader in readers):
        return Certain.EVERYTHING
    kept = _keeps_last(trace, (equation for equation in trace.equations if equation.outputs))
    return Certain.LAST if kept else Certain.NOTHING


def _flattens(trace: Trace, equation: Equation) -> bool:
    """Whether it gives `[N, F]` of anything, and leaves the derived `[N, F]` as it is."""
    if equation.operator not in FLATTENING:
        return False
    given, made = trace.tensors[equation.inputs[0]], trace.tensors[equation.outputs[0]]
    return given.rank == 2 and str(given) == str(made)


def _is_batched(model: Model, equation: Equation) -> bool:
    """Whether it is a recurrent layer that says where its batch is."""
    layer = layer_of(model, equation)
    return equation.operator in RECURRENT and layer is not None and layer.record.settings.get("batch_first") == "True"


def _keeps_last(trace: Trace, equations: Iterable[Equation]) -> bool:
    """Whether every call treats the last dimension alone, and meets no tensor that tells the rank of the input."""
    reached = {number for _, number in trace.inputs}
    for equation in equations:
        name = operator_label(equation.operator).lower()
        if name not in LAST_KEPT:
            return False
        if any(number not in reached and trace.tensors[number].rank > 1 for number in equation.inputs):
            return False
        reached.update(equation.outputs)
    return True
