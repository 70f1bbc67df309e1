"""How much of the input each layer's output sees: the receptive field, in one to three dimensions.

    fields(build(trace))["layer1.0.conv1"]     -> Field(size=(19, 19), stride=(4, 4), start=(-9, -9))

Element i of the output sees `size` elements of the input from `start + i * stride` on, padding included.  Convolutions
and poolings widen the field, elementwise work keeps it, and where branches meet it is what any of them sees.  It ends
where an operator looks at everything, changes the axes, or joins branches of different strides.
A. Araujo et al., Computing Receptive Fields of Convolutional Neural Networks, Distill 2019.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.trace import Equation
from analyzer.knowledge.layer import layers
from analyzer.knowledge.operator import operators
from analyzer.model.labels import operator_label
from analyzer.model.tree import Model

ELEMENTWISE = frozenset(
    (
        "add", "sub", "mul", "truediv", "div", "neg", "abs", "pow", "sqrt", "exp", "log", "clamp", "clip", "minimum",
        "maximum", "relu", "relu6", "leakyrelu", "leaky_relu", "prelu", "rrelu", "elu", "selu", "celu", "gelu", "silu",
        "mish", "sigmoid", "logsigmoid", "tanh", "hardtanh", "hardsigmoid", "hardswish", "hardshrink", "softplus",
        "softshrink", "softsign", "tanhshrink", "threshold", "identity", "dropout", "dropout1d", "dropout2d",
        "dropout3d", "alphadropout", "batchnorm1d", "batchnorm2d", "batchnorm3d", "syncbatchnorm", "batch_norm",
        "contiguous", "to", "float", "half", "bfloat16", "type_as", "detach", "clone",
    )
)  # fmt: skip
"""Layers and operators, in lower case, of which an element depends on the elements at its place alone.  Batches are
normalised by what was learned, as in evaluation mode."""

WINDOWED = re.compile(r"(?:conv|maxpool|max_pool|avgpool|avg_pool|lppool|lp_pool)([123])d")
PADDED = re.compile(r"(?:zeropad|constantpad)[123]d|pad|constant_pad_nd")
ALONG_CHANNELS = frozenset(("cat", "concat", "concatenate", "chunk", "split"))


@dataclass(frozen=True, slots=True)
class Field:
    """What one element sees, for each axis of space."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    start: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What element 0 sees, `low` to `high`, and how far element 1's field lies from it.

    Without axes before the first window tells their number.  source: the number of the input that is seen.
    """

    source: int
    low: tuple[int, ...] = ()
    high: tuple[int, ...] = ()
    step: tuple[int, ...] = ()

    def over(self, axes: int) -> _Seen:
        """The same with its axes: of an input, each element sees itself."""
        return self if self.low else _Seen(self.source, (0,) * axes, (0,) * axes, (1,) * axes)


@dataclass(frozen=True, slots=True)
class _Window:
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    before: tuple[int, ...]
    """Padding at the low end."""
    dilation: tuple[int, ...]


def fields(model: Model) -> dict[str, Field]:
    """By path: the field of each layer without layers inside, at its first call, where it is defined."""
    trace = model.trace
    records = {layer.record.number: layer for layer in model.layers}
    seen: dict[int, _Seen | None] = {number: _Seen(number) for _, number in trace.inputs}
    first_calls: dict[int, int | None] = {}
    found: dict[str, Field] = {}
    for equation in trace.equations:
        layer = None if equation.module is None else records.get(equation.module)
        settings = layer.record.settings if layer is not None and equation.operator in layers() else None
        result = _field(equation, [seen[n] for n in equation.inputs if n in seen], settings)
        if any(n in seen for n in equation.inputs):
            seen.update(dict.fromkeys(equation.outputs, result))
        if layer is None or layer.record.children or not equation.outputs:
            continue
        if first_calls.setdefault(layer.record.number, equation.call) == equation.call:
            found.pop(layer.path, None)
            if result is not None and result.low:
                size = tuple(high - low + 1 for low, high in zip(result.low, result.high, strict=True))
                found[layer.path] = Field(size, result.step, result.low)
    return found


def _field(equation: Equation, inputs: Sequence[_Seen | None], settings: Mapping[str, str] | None) -> _Seen | None:
    """What an output of an equation sees; None where that is not defined."""
    known = [seen for seen in inputs if seen is not None]
    if not known or len(known) < len(inputs):
        return None
    name = operator_label(equation.operator).lower()
    if name in ELEMENTWISE:
        return _union(known)
    windowed = WINDOWED.fullmatch(name)
    if windowed is None and not PADDED.fullmatch(name) and name not in ALONG_CHANNELS:
        return None
    given = _arguments(equation) if settings is None else {n: _numbers(text) for n, text in settings.items()}
    if windowed is not None:
        axes = int(windowed[1])
        seen = known[0].over(axes)
        window = _window(given, axes) if len(known) == 1 and len(seen.low) == axes else None
        return None if window is None else _through(seen, window)
    if name in ALONG_CHANNELS:
        together = _union(known)
        return together if together is not None and _is_along_channels(given, len(together.low)) else None
    tensor = next((value for value in equation.arguments if isinstance(value, TensorType)), None)
    seen = known[0] if tensor is None else known[0].over(tensor.rank - 2)
    return _padded(seen, given.get("pad", given.get("padding")), given.get("mode", "constant"))


def _union(seen: Sequence[_Seen]) -> _Seen | None:
    """What is seen by any of several, if they see the same input at the same stride."""
    axes = max(len(one.low) for one in seen)
    all_ = [one.over(axes) for one in seen]
    if any(one.source != all_[0].source or one.step != all_[0].step for one in all_):
        return None
    low = tuple(map(min, zip(*(one.low for one in all_), strict=True)))
    high = tuple(map(max, zip(*(one.high for one in all_), strict=True)))
    return _Seen(all_[0].source, low, high, all_[0].step)


def _through(seen: _Seen, window: _Window) -> _Seen:
    low = tuple(a - p * step for a, p, step in zip(seen.low, window.before, seen.step, strict=True))
    spans = zip(seen.high, window.before, window.kernel, window.dilation, seen.step, strict=True)
    high = tuple(b + ((k - 1) * d - p) * step for b, p, k, d, step in spans)
    return _Seen(seen.source, low, high, tuple(a * b for a, b in zip(seen.step, window.stride, strict=True)))


def _padded(seen: _Seen, pads: Any, mode: Any) -> _Seen | None:
    """Behind constant padding, which is written from the last axis on: before, after, before, after, ..."""
    axes = len(seen.low)
    if mode != "constant" or not isinstance(pads, (tuple, list)) or not axes or len(pads) > 2 * axes:
        return None
    if not all(isinstance(pad, int) for pad in pads):
        return None
    before = [*pads[::2], *[0] * (axes - len(pads) // 2)][::-1]
    shifts = [pad * step for pad, step in zip(before, seen.step, strict=True)]
    low = tuple(end - shift for end, shift in zip(seen.low, shifts, strict=True))
    high = tuple(end - shift for end, shift in zip(seen.high, shifts, strict=True))
    return _Seen(seen.source, low, high, seen.step)


def _is_along_channels(given: Mapping[str, Any], axes: int) -> bool:
    joined = given.get("tensors", given.get("input", given.get("tensor")))
    tensor = joined[0] if isinstance(joined, (list, tuple)) else joined
    dim = given.get("dim", given.get("axis", 0))
    if not isinstance(tensor, TensorType) or not isinstance(dim, int) or not axes:
        return False
    return dim % tensor.rank == tensor.rank - axes - 1


@cache
def _signature(operator: str) -> inspect.Signature:
    return inspect.signature(operators()[operator].rule)


def _arguments(equation: Equation) -> Mapping[str, Any]:
    """An operator's arguments by torch's names; a convolution's kernel is the shape of its weight."""
    given = dict(_signature(equation.operator).bind(*equation.arguments, **equation.keywords).arguments)
    if isinstance(given.get("weight"), TensorType):
        given["kernel_size"] = given["weight"].shape[2:]
    return given


@lru_cache(maxsize=4096)
def _numbers(text: str) -> Any:
    """A setting as torch prints it: `3`, `(3, 3)`, or a word."""
    numbers = tuple(int(number) for number in re.findall(r"-?\d+", text))
    if re.fullmatch(r"-?\d+", text):
        return numbers[0]
    return numbers if re.fullmatch(r"\((-?\d+,? ?)*\)", text) else text


def _window(given: Mapping[str, Any], axes: int) -> _Window | None:
    kernel = _each(given.get("kernel_size"), axes)
    dilation = _each(given.get("dilation", 1), axes)
    stride = _each(given.get("stride", 1 if "weight" in given else None) or given.get("kernel_size"), axes)
    padding = given.get("padding", 0)
    if kernel is None or dilation is None or stride is None:
        return None
    if isinstance(padding, str):
        same = tuple((k - 1) * d // 2 for k, d in zip(kernel, dilation, strict=True))
        before: tuple[int, ...] | None = same if padding == "same" else (0,) * axes
    else:
        before = _each(padding, axes)
    return None if before is None else _Window(kernel, stride, before, dilation)


def _each(value: Any, axes: int) -> tuple[int, ...] | None:
    """One number for each axis, all of them integers."""
    values = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    values = values * axes if len(values) == 1 else values
    return values if len(values) == axes and all(isinstance(v, int) for v in values) else None
