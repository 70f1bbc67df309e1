"""Small tensors whose elements are known: `torch.linspace(0, 0.1, 12)` and what is done with it.

    compute("torch.arange", [4], {}, result)      result.values == [0, 1, 2, 3]

Elements are rounded as torch stores them, so that what is read back is what torch would give.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.evaluation.values import Tensor, Value

LARGEST = 4096
"""Tensors of more elements carry none."""

Elements = list[Any]


def rounded(value: Any, dtype: DType) -> Any:
    """A number as a tensor of that dtype holds it."""
    if dtype is DType.bool_:
        return bool(value)
    if not dtype.is_floating:
        return int(value)
    if dtype is DType.float64:
        return float(value)
    if dtype is DType.float32:
        return _float32(float(value))
    return None


def _float32(value: float) -> float:
    if math.isinf(value) or math.isnan(value):
        return value
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def elements_of(value: Value) -> tuple[Elements, tuple[int, ...]] | None:
    """Elements and shape of a known tensor or number."""
    if isinstance(value, Tensor):
        if value.values is None or value.type is None or not all(isinstance(s, int) for s in value.type.shape):
            return None
        return value.values, tuple(int(s) for s in value.type.shape)  # type: ignore[arg-type]  # all are ints
    if isinstance(value, (int, float)):
        return [value], ()
    return None


def set_values(result: Tensor, values: Sequence[Any]) -> None:
    """Store elements on a tensor, if they fit its type and are few."""
    if result.type is None or len(values) > LARGEST or result.type.numel != len(values):
        return
    stored = [rounded(value, result.type.dtype) for value in values]
    result.values = None if any(value is None for value in stored) else stored


def compute(name: str, arguments: Sequence[Value], keywords: Mapping[str, Value], result: Value) -> None:
    """Give `result` its elements where the operands' are known."""
    rule = COMPUTED[name]
    outputs = [result] if isinstance(result, Tensor) else list(result) if isinstance(result, (list, tuple)) else []
    first = outputs[0] if outputs and isinstance(outputs[0], Tensor) else None
    if first is None or first.type is None or not all(isinstance(s, int) for s in first.type.shape):
        return
    size = first.type.numel
    if not isinstance(size, int) or size > LARGEST:
        return
    try:
        values = rule(first.type, *arguments, **keywords)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, IndexError):
        return
    if values is None:
        return
    if isinstance(result, Tensor):
        set_values(result, values)
    else:
        for output, part in zip(outputs, values, strict=False):
            if isinstance(output, Tensor):
                set_values(output, part)


def _linspace(type_: Any, start: Any, end: Any, steps: Any, **_more: Any) -> Elements:
    if steps == 1:
        return [start]
    step = _float32((end - start) / (steps - 1)) if type_.dtype is DType.float32 else (end - start) / (steps - 1)
    half = steps // 2
    return [start + step * i if i < half else end - step * (steps - i - 1) for i in range(steps)]


def _arange(type_: Any, start: Any, end: Any = None, step: Any = 1, **_more: Any) -> Elements:
    if end is None:
        start, end = 0, start
    return [start + i * step for i in range(type_.shape[0])]


def _constant(value: Any) -> Callable[..., Elements]:
    return lambda type_, *_arguments, **_more: [value] * type_.numel


def _full(type_: Any, size: Any, fill_value: Any, **_more: Any) -> Elements | None:
    known = elements_of(fill_value)
    return None if known is None else known[0] * type_.numel


def _tensor(type_: Any, data: Any, **_more: Any) -> Elements | None:
    flat: Elements = []

    def walk(value: Any) -> bool:
        if len(flat) > LARGEST:
            return False
        if isinstance(value, (list, tuple)):
            return all(walk(item) for item in value)
        known = elements_of(value)
        if known is None:
            return False
        flat.extend(known[0])
        return True

    return flat if walk(data) else None


def _elementwise(function: Callable[..., Any]) -> Callable[..., Elements | None]:
    def rule(type_: Any, *operands: Any, **_more: Any) -> Elements | None:
        known = [elements_of(operand) for operand in operands]
        if any(one is None for one in known):
            return None
        size = type_.numel
        columns = []
        for one in known:
            assert one is not None
            values, shape = one
            if len(values) == 1:
                columns.append(values * size)
            elif shape == tuple(type_.shape):
                columns.append(values)
            else:
                return None
        return [function(*row) for row in zip(*columns, strict=True)]

    return rule


def _same(type_: Any, value: Any, *_arguments: Any, **_more: Any) -> Elements | None:
    known = elements_of(value)
    return None if known is None else known[0]


def _reduction(function: Callable[[Elements], Any]) -> Callable[..., Elements | None]:
    def rule(type_: Any, value: Any, *arguments: Any, **more: Any) -> Elements | None:
        known = elements_of(value)
        if known is None or type_.shape or not known[0]:
            return None
        return [function(known[0])]

    return rule


def _cumsum(type_: Any, value: Any, dim: Any = 0, **_more: Any) -> Elements | None:
    known = elements_of(value)
    if known is None or len(known[1]) != 1:
        return None
    total: Any = 0
    result = []
    for item in known[0]:
        total = rounded(total + item, type_.dtype)
        result.append(total)
    return result


def _diff(type_: Any, value: Any, *_arguments: Any, **_more: Any) -> Elements | None:
    known = elements_of(value)
    return None if known is None else [b - a for a, b in zip(known[0], known[0][1:], strict=False)]


def _flip(type_: Any, value: Any, *_dims: Any, **_more: Any) -> Elements | None:
    known = elements_of(value)
    return None if known is None or len(known[1]) != 1 else known[0][::-1]


def _getitem(type_: Any, value: Any, index: Any) -> Elements | None:
    known = elements_of(value)
    if known is None:
        return None
    values, shape = known
    if isinstance(index, tuple) and len(index) == 1:
        index = index[0]
    if not shape or isinstance(index, bool) or not isinstance(index, (int, slice)):
        return None
    inner = math.prod(shape[1:])
    chosen = [index % shape[0]] if isinstance(index, int) else range(shape[0])[index]
    return [item for i in chosen for item in values[i * inner : (i + 1) * inner]]


def _split(type_: Any, value: Any, sizes: Any, dim: Any = 0) -> list[Elements] | None:
    known = elements_of(value)
    if known is None or len(known[1]) != 1:
        return None
    length = known[1][0]
    if isinstance(sizes, int):
        sizes = [sizes] * math.ceil(length / sizes)
    parts, at = [], 0
    for size in sizes:
        parts.append(known[0][at : at + size])
        at += size
    return parts


def _chunk(type_: Any, value: Any, chunks: int, dim: Any = 0) -> list[Elements] | None:
    known = elements_of(value)
    return None if known is None else _split(type_, value, math.ceil(known[1][0] / chunks))


def _divide(a: Any, b: Any) -> Any:
    return a / b if b else math.copysign(math.inf, a) if a else math.nan


_UNARY: Mapping[str, Callable[[Any], Any]] = {
    "neg": lambda a: -a, "abs": abs, "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "log2": math.log2,
    "floor": math.floor, "ceil": math.ceil, "round": round, "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "square": lambda a: a * a, "logical_not": lambda a: not a,
}  # fmt: skip
_BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "divide": _divide, "true_divide": _divide, "multiply": lambda a, b: a * b, "subtract": lambda a, b: a - b,
    "floor_divide": lambda a, b: a // b, "remainder": lambda a, b: a % b,
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "truediv": _divide,
    "div": _divide, "floordiv": lambda a, b: a // b, "mod": lambda a, b: a % b, "pow": lambda a, b: a**b,
    "eq": lambda a, b: a == b, "ne": lambda a, b: a != b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "maximum": max, "minimum": min,
}  # fmt: skip


_REDUCTIONS: Mapping[str, Callable[[Elements], Any]] = {
    "sum": sum, "max": max, "min": min, "prod": math.prod, "all": all, "any": any,
}  # fmt: skip


def _table() -> dict[str, Callable[..., Any]]:
    table: dict[str, Callable[..., Any]] = {
        "torch.linspace": _linspace, "torch.arange": _arange, "torch.zeros": _constant(0), "torch.ones": _constant(1),
        "torch.zeros_like": _constant(0), "torch.ones_like": _constant(1), "torch.full": _full, "torch.tensor": _tensor,
        "torch.as_tensor": _tensor, "Tensor.__getitem__": _getitem, "torch.split": _split, "Tensor.split": _split,
        "torch.chunk": _chunk, "Tensor.chunk": _chunk, "torch.diff": _diff, "torch.flip": _flip, "Tensor.flip": _flip,
        "torch.cumsum": _cumsum, "Tensor.cumsum": _cumsum,
    }  # fmt: skip
    for name, function in _UNARY.items():
        table[f"torch.{name}"] = table[f"Tensor.{name}"] = table[f"Tensor.__{name}__"] = _elementwise(function)
    for name, binary in _BINARY.items():
        rule = _elementwise(binary)
        table[f"torch.{name}"] = table[f"Tensor.{name}"] = table[f"Tensor.__{name}__"] = rule
        table[f"Tensor.__r{name}__"] = _elementwise(lambda a, b, f=binary: f(b, a))
    for name, reduce in _REDUCTIONS.items():
        table[f"torch.{name}"] = table[f"Tensor.{name}"] = _reduction(reduce)
    for name in (
        "view", "reshape", "flatten", "clone", "detach", "contiguous", "cpu", "to", "float", "int", "long", "double",
        "squeeze", "unsqueeze", "bool", "half", "type", "cuda", "view_as", "reshape_as", "ravel", "type_as",
    ):  # fmt: skip
        table[f"Tensor.{name}"] = table[f"torch.{name}"] = _same
    return table


def unique(value: Value, *, return_counts: bool = False, **more: Any) -> list[Elements] | None:
    """`torch.unique` of known elements: the values, and how often each stands there."""
    known = elements_of(value)
    if known is None or any(more.values()):
        return None
    values = sorted(set(known[0]))
    return [values, [known[0].count(one) for one in values]] if return_counts else [values]


COMPUTED: Mapping[str, Callable[..., Any]] = _table()
