"""Which inputs a forward pass gets: the ones given, or ones derived from the model's first layer.

derive(modules)     -> (("input", TensorType((N, 3, H, W))),)     for a model whose first layer is Conv2d(3, ...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import Expr, symbol
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.values import ModuleInstance

Input = tuple[str, TensorType]

_SPACE = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


def _sizes(*names: str) -> tuple[Any, ...]:
    return tuple(symbol(name, lower=1) for name in names)


def _settled(channels: Any) -> Any:
    """The channels of a layer; a lazy one has 0 until its first call."""
    return symbol("C", lower=1) if isinstance(channels, int) and channels == 0 else channels


def _channels(attribute: str, rank: int) -> Callable[[Mapping[str, Any]], TensorType]:
    def shape(settings: Mapping[str, Any]) -> TensorType:
        return TensorType((*_sizes("N"), _settled(settings[attribute]), *_sizes(*_SPACE[rank])))

    return shape


def _features(attribute: str) -> Callable[[Mapping[str, Any]], TensorType]:
    return lambda settings: TensorType((*_sizes("N"), _settled(settings[attribute])))


def _sequence(settings: Mapping[str, Any]) -> TensorType:
    n, length = _sizes("N", "L")
    first = (n, length) if settings.get("batch_first") else (length, n)
    return TensorType((*first, settings["input_size"]))


def _tokens(settings: Mapping[str, Any]) -> TensorType:
    return TensorType(_sizes("N", "L"), DType.int64)


FIRST_LAYERS: Mapping[str, Callable[[Mapping[str, Any]], TensorType]] = {
    **{f"Conv{rank}d": _channels("in_channels", rank) for rank in _SPACE},
    **{f"ConvTranspose{rank}d": _channels("in_channels", rank) for rank in _SPACE},
    **{f"LazyConv{rank}d": _channels("in_channels", rank) for rank in _SPACE},
    "LazyLinear": _features("in_features"),
    **{f"BatchNorm{rank}d": _channels("num_features", rank) for rank in _SPACE},
    "Linear": _features("in_features"), "Embedding": _tokens, "EmbeddingBag": _tokens,
    "RNN": _sequence, "LSTM": _sequence, "GRU": _sequence,
}  # fmt: skip


def derive(modules: list[ModuleInstance]) -> tuple[Input, ...]:
    """The input that the first layer with a known number of channels takes; empty where none tells."""
    for module in modules:
        for base in module.cls.mro:
            rule = FIRST_LAYERS.get(base.name) if base.spec is not None else None
            if rule is not None:
                try:
                    found = rule(module.attributes)
                except KeyError:
                    break
                return (("input", found),) if all(isinstance(size, int | Expr) for size in found.shape) else ()
    return ()
