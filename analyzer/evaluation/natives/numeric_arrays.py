"""The part of numpy that model code computes sizes with: small arrays of known numbers.

    np.linspace(0, 0.2, 3).tolist()     -> [0.0, 0.1, 0.2]
    int(np.prod([2, 3, 4]))             -> 24

An array is a Tensor of float64 or int64 that carries its elements.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import arrays, iteration, operations
from analyzer.evaluation.exceptions import OBJECT, guarded
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Native, Tensor, Unknown, Value


def _array(values: list[Any], shape: tuple[int, ...] | None = None) -> Tensor:
    whole = all(isinstance(value, int) for value in values)
    return Tensor(TensorType(shape or (len(values),), DType.int64 if whole else DType.float64), values=list(values))


def _flatten(run: Run, value: Value) -> tuple[list[Any], tuple[int, ...]] | None:
    """Elements and shape of a number, a nested list, or an array; None where something is not known."""
    if isinstance(value, Tensor):
        return arrays.elements_of(value)
    if isinstance(value, (list, tuple)):
        parts = [_flatten(run, item) for item in value]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or len({shape for _, shape in known}) > 1:
            return None
        inner = known[0][1] if known else ()
        return [element for elements, _ in known for element in elements], (len(known), *inner)
    return ([value], ()) if isinstance(value, (int, float)) else None


def _unknown(run: Run, name: str, *, scalar: bool = False) -> Unknown:
    return Unknown(f"numpy.{name} of values that are not known", run.place, plain=True, scalar=scalar)


@native("numpy.array", "numpy.asarray", "numpy.ascontiguousarray", "numpy.atleast_1d", "numpy.copy")
def array(run: Run, data: Value, *arguments: Value, **keywords: Value) -> Value:
    known = _flatten(run, list(data) if isinstance(data, range) else data)
    return _unknown(run, "array") if known is None else _array(known[0], known[1])


@native("numpy.linspace")
def linspace(run: Run, start: Value, stop: Value, num: Value = 50, endpoint: Value = True, **keywords: Value) -> Value:
    if not all(isinstance(value, (int, float)) for value in (start, stop, num)) or not isinstance(num, int):
        return _unknown(run, "linspace")
    run.check_size(num)
    steps = num - 1 if endpoint else num
    step = (stop - start) / steps if steps > 0 else 0.0
    values = [float(start + step * index) for index in range(num)]
    if endpoint and num > 1:
        values[-1] = float(stop)
    return _array(values)


@native("numpy.arange")
def arange(run: Run, *bounds: Value, **keywords: Value) -> Value:
    if not all(isinstance(value, (int, float)) for value in bounds):
        return _unknown(run, "arange")
    start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    count = max(math.ceil((stop - start) / step), 0) if step else 0
    run.check_size(count)
    return _array([start + index * step for index in range(count)])


def _filled(value: float) -> Callable[..., Value]:
    def fill(run: Run, shape: Value, *arguments: Value, **keywords: Value) -> Value:
        sizes = tuple(shape) if isinstance(shape, (list, tuple)) else (shape,)
        if not all(isinstance(size, int) for size in sizes):
            return _unknown(run, "zeros")
        run.check_size(math.prod(sizes))
        return _array([value] * math.prod(sizes), sizes)

    return fill


def _reduction(name: str, reduce: Callable[[list[Any]], Any]) -> Callable[..., Value]:
    def apply(run: Run, value: Value, *arguments: Value, **keywords: Value) -> Value:
        if isinstance(value, (list, tuple)) and name == "prod":
            total: Value = 1
            for item in iteration.iterate(run, value):
                total = operations.binary(run, "*", total, item)
            return total
        known = _flatten(run, value)
        if known is None or arguments or keywords.get("axis") is not None:
            return _unknown(run, name, scalar=True)
        return guarded(run, reduce, known[0])

    return apply


def _elementwise(name: str, function: Callable[..., Any]) -> Callable[..., Value]:
    def apply(run: Run, *operands: Value, **keywords: Value) -> Value:
        known = [_flatten(run, operand) for operand in operands]
        shapes = [one[1] for one in known if one is not None and one[1]]
        if any(one is None for one in known) or len(set(shapes)) > 1:
            return _unknown(run, name, scalar=not shapes)
        size = math.prod(shapes[0]) if shapes else 1
        columns = [one[0] * size if len(one[0]) == 1 else one[0] for one in known if one is not None]
        values = [guarded(run, function, *row) for row in zip(*columns, strict=True)]
        return _array(values, shapes[0]) if shapes else values[0]

    return apply


def _cumulative(run: Run, value: Value, *arguments: Value, **keywords: Value) -> Value:
    known = _flatten(run, value)
    if known is None or len(known[1]) != 1:
        return _unknown(run, "cumsum")
    total: Any = 0
    return _array([total := total + item for item in known[0]])


def _unique(run: Run, value: Value, *arguments: Value, **keywords: Value) -> Value:
    known = _flatten(run, value)
    if known is None or arguments or keywords:
        return _unknown(run, "unique")
    return _array(sorted(set(known[0])))


def _convert(kind: type) -> Callable[..., Value]:
    def convert(run: Run, cls: Value, value: Value = 0) -> Value:
        known = _flatten(run, value)
        return _unknown(run, kind.__name__, scalar=True) if known is None else guarded(run, kind, known[0][0])

    return convert


def _round(value: float, digits: int = 0) -> float:
    return float(round(value, digits))


_REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum, "prod": math.prod, "max": max, "min": min, "amax": max, "amin": min, "all": all, "any": any,
    "mean": lambda values: sum(values) / len(values),
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "log2": math.log2, "log": math.log, "log10": math.log10, "exp": math.exp, "sqrt": math.sqrt, "abs": abs,
    "ceil": lambda a: float(math.ceil(a)), "floor": lambda a: float(math.floor(a)), "round": _round, "around": _round,
    "rint": _round, "power": lambda a, b: a**b, "divide": lambda a, b: a / b, "multiply": lambda a, b: a * b,
    "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "maximum": max, "minimum": min,
    "square": lambda a: a * a,
    "clip": lambda a, low, high: min(max(a, low), high), "sin": math.sin, "cos": math.cos, "mod": lambda a, b: a % b,
    "isnan": math.isnan, "sign": lambda a: (a > 0) - (a < 0),
}  # fmt: skip
_TYPES = {
    "int64": int, "int32": int, "int16": int, "int8": int, "uint8": int, "int_": int, "float64": float, "float_": float,
    "bool_": bool, "integer": int, "floating": float, "number": float,
}  # fmt: skip

NUMPY = Table({
    **{f"numpy.{name}": Native(f"numpy.{name}", _reduction(name, reduce)) for name, reduce in _REDUCTIONS.items()},
    **{f"numpy.{name}": Native(f"numpy.{name}", _elementwise(name, f)) for name, f in _FUNCTIONS.items()},
    **{f"numpy.{name}": Class(name, (OBJECT,), {}, module="numpy", native=_convert(kind)) for name,
    kind in _TYPES.items()},
    "numpy.zeros": Native("numpy.zeros", _filled(0.0)), "numpy.ones": Native("numpy.ones", _filled(1.0)),
    "numpy.cumsum": Native("numpy.cumsum", _cumulative), "numpy.unique": Native("numpy.unique", _unique),
    "numpy.ndarray": Class("ndarray", (OBJECT,), {}, module="numpy"), "numpy.pi": math.pi, "numpy.inf": math.inf,
    "numpy.nan": math.nan, "numpy.e": math.e, "numpy.newaxis": None, "numpy.float32": DType.float32,
    "numpy.float16": DType.float16, "numpy.__version__": "2.0.0",
})  # fmt: skip
