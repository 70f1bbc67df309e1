"""Reads the tensors of a case and writes what PyTorch answered as JSON.

read_value("2,3:int64", make)        -> make((2, 3), torch.int64)
read_value("(2,3;4)", make)          -> a tuple of two tensors
read_value("[5, 5]", make)           -> [5, 5], as any literal that is not a shape: None, False, [3], 'same'
encode(torch.empty(2, 3))            -> {"shape": [2, 3], "dtype": "float32"}
encode((1, None))                    -> {"tuple": [1, None]}
"""

from __future__ import annotations

import ast
import inspect
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import UninitializedTensorMixin

MakeTensor = Callable[[tuple[int, ...], torch.dtype], torch.Tensor]

_TENSOR = re.compile(r"((?:\d+(?:[,x]\d+)*)?)(?::(\w+))?")
_NAMED = re.compile(r"([A-Za-z_]\w*)=(.*)")


def on_meta(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype, device="meta")


def on_cpu(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    """Floats at random in [0, 1), so that they are valid as probabilities; zeros, valid as any index, for the rest."""
    if (dtype.is_floating_point and dtype.itemsize > 1) or dtype.is_complex:
        return torch.rand(shape, dtype=dtype)
    return torch.zeros(shape, dtype=dtype)


def read_value(text: str, make: MakeTensor) -> Any:
    """The tensor `SHAPE[:dtype]` describes, a tuple `(A;B)` of them, or else a Python literal."""
    found = _TENSOR.fullmatch(text)
    if found:
        shape = tuple(int(size) for size in re.split("[,x]", found[1])) if found[1] else ()
        return make(shape, getattr(torch, found[2] or "float32"))
    if text.startswith("(") and (";" in text or _TENSOR.fullmatch(text[1:-1])):
        return tuple(read_value(part.strip(), make) for part in text[1:-1].split(";") if part)
    return ast.literal_eval(text)


def read_inputs(texts: tuple[str, ...], make: MakeTensor) -> tuple[list[Any], dict[str, Any]]:
    """The arguments and keywords of one call of a layer."""
    named = [(_NAMED.fullmatch(text), text) for text in texts]
    arguments = [read_value(text, make) for match, text in named if not match]
    return arguments, {match[1]: read_value(match[2], make) for match, _ in named if match}


def encode(value: Any) -> Any:
    """A result as JSON: tensors as shape and dtype, containers by kind, plain values as they are."""
    if isinstance(value, torch.Tensor):
        return {"shape": list(value.shape), "dtype": encode(value.dtype)}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if isinstance(value, torch.Size):
        return {"size": list(value)}
    if isinstance(value, Mapping):
        return {"dict": {str(key): encode(item) for key, item in value.items()}}
    if isinstance(value, tuple):
        return {"tuple": [encode(item) for item in value]}
    if isinstance(value, list):
        return {"list": [encode(item) for item in value]}
    return {"other": type(value).__name__}


def _encode_shape(tensor: torch.Tensor | None) -> Any:
    if tensor is None:
        return None
    return "uninitialized" if isinstance(tensor, UninitializedTensorMixin) else list(tensor.shape)


def _encode_buffer(tensor: torch.Tensor | None) -> Any:
    shape = _encode_shape(tensor)
    return [shape, encode(tensor.dtype)] if tensor is not None and isinstance(shape, list) else shape


def _own(module: nn.Module, registry: str) -> dict[str, torch.Tensor | None]:
    """Parameters or buffers of a module by state_dict path, those registered as None too."""
    return {
        f"{prefix}.{name}".removeprefix("."): tensor
        for prefix, part in module.named_modules()
        for name, tensor in getattr(part, registry).items()
    }


def encode_state(module: nn.Module) -> dict[str, Any]:
    """Class, parameters, buffers, public attributes of a simple type, and `extra_repr()`."""
    parameters, buffers = _own(module, "_parameters"), _own(module, "_buffers")
    state: dict[str, Any] = {
        "class": type(module).__name__,
        "parameters": {name: _encode_shape(tensor) for name, tensor in parameters.items()},
        "buffers": {name: _encode_buffer(tensor) for name, tensor in buffers.items()},
        "attributes": _attributes(module),
        "extra_repr": module.extra_repr(),
    }
    dtypes = {name: encode(tensor.dtype) for name, tensor in parameters.items() if tensor is not None}
    if set(dtypes.values()) - {"float32"}:
        state["parameter_dtypes"] = dtypes
    persistent = set(module.state_dict())
    unsaved = [name for name, tensor in buffers.items() if tensor is not None and name not in persistent]
    return state | ({"unsaved": unsaved} if unsaved else {})


def _attributes(module: nn.Module) -> dict[str, str]:
    return {name: repr(value) for name, value in vars(module).items() if not name.startswith("_") and _is_simple(value)}


def _is_simple(value: object) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_simple(item) for item in value)
    return value is None or isinstance(value, bool | int | float | str)


def encode_signature(function: Callable[..., Any]) -> list[list[str]] | None:
    """`[name]` or `[name, repr of default]` per argument without `self`, stars included; None for a builtin's."""
    try:
        arguments = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [
        [stars.get(argument.kind, "") + argument.name]
        + ([] if argument.default is argument.empty else [repr(argument.default)])
        for argument in arguments
        if argument.name != "self"
    ]
