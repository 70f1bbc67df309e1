"""Operators that keep the shape and may change the element type: to, float, half, type_as, clone, detach, cpu.

    to(TensorType((2, 3)), DType.float16)                    -> TensorType((2, 3), DType.float16)
    to(TensorType((2, 3)), "cuda:0")                         -> TensorType((2, 3))
    to(TensorType((2, 3)), "gpu")                            -> Refused: Invalid device string: 'gpu'

Where a tensor lives is not followed.  https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html
"""

from __future__ import annotations

import re
from typing import Any

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import scalar_name
from analyzer.knowledge.operator import Case, OperatorSpec, operator

_DEVICES = (
    "cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, "
    "privateuseone"
)
_TYPE_NAME = re.compile(r"torch\.(?:cuda\.)?(\w+)Tensor")
_BY_NAME = {scalar_name(dtype): dtype for dtype in DType}


def _cast(input: TensorType, dtype: DType | None) -> TensorType:
    return input if dtype is None else TensorType(input.shape, dtype)


def _check_device(device: Any) -> None:
    """Refuse a text that names no device: `float32`, where the dtype was meant."""
    if isinstance(device, str) and re.sub(r":\d+$", "", device) not in _DEVICES.split(", "):
        raise Refused(
            f"Expected one of {_DEVICES} device type at start of device string: {device}"
            if re.fullmatch(r"\w+(:\d+)?", device)
            else f"Invalid device string: '{device}'"
        )


@operator(
    "Tensor.to",
    cases=(
        Case("x.to(torch.float16)", x="2,3"),
        Case("x.to('meta', torch.int64)", x="2,3"),
        Case("x.to(y)", x="2,3", y=":bool"),
        Case("x.to(dtype=torch.bfloat16, copy=True)", x="2,3"),
        Case("x.to('meta')", x="2,3:int32"),
        Case("x.to('float32')", x="2,3", refused="device type at start of device string: float32"),
    ),
)
def to(input: TensorType, *targets: Any, **options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html"""
    for target in (*targets, options.get("dtype"), options.get("device"), options.get("other")):
        if isinstance(target, DType | TensorType):
            input = _cast(input, target if isinstance(target, DType) else target.dtype)
        else:
            _check_device(target)
    return input


@operator(
    "Tensor.type",
    cases=(
        Case("x.type(torch.float64)", x="2,3"),
        Case("x.type(dtype='torch.LongTensor')", x="2,3"),
        Case("x.type('float')", x="2,3", refused="invalid type: 'float'"),
    ),
)
def type_(input: TensorType, dtype: DType | str | None = None, non_blocking: bool = False) -> TensorType | str:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.type.html"""
    if dtype is None:
        return f"torch.{scalar_name(input.dtype)}Tensor"
    if isinstance(dtype, str):
        found = _TYPE_NAME.fullmatch(dtype)
        if found is None or found[1] not in _BY_NAME:
            raise Refused(f"invalid type: '{dtype}'")
        dtype = _BY_NAME[found[1]]
    return _cast(input, dtype)


@operator(
    "Tensor.type_as", cases=(Case("x.type_as(y)", x="2,3", y="4:int64"), Case("x.type_as(other=y)", x="2", y=":bool"))
)
def type_as(input: TensorType, other: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.type_as.html"""
    return _cast(input, other.dtype)


def _cast_to(method: str, dtype: DType) -> OperatorSpec:
    """The entry of `Tensor.float` and the other methods named after a dtype."""

    def rule(input: TensorType, memory_format: Any = None) -> TensorType:
        return _cast(input, dtype)

    return operator(f"Tensor.{method}", cases=(Case(f"x.{method}()", x="2,3:int64"), Case(f"x.{method}()", x="")))(rule)


CASTS = tuple(
    _cast_to(method, dtype)
    for method, dtype in (
        ("float", DType.float32),
        ("double", DType.float64),
        ("half", DType.float16),
        ("bfloat16", DType.bfloat16),
        ("char", DType.int8),
        ("short", DType.int16),
        ("int", DType.int32),
        ("long", DType.int64),
        ("byte", DType.uint8),
        ("bool", DType.bool_),
        ("chalf", DType.complex32),
        ("cfloat", DType.complex64),
        ("cdouble", DType.complex128),
    )
)


def _same(input: TensorType, *_arguments: Any, **_options: Any) -> TensorType:
    return input


UNCHANGED = tuple(
    operator(*names.split(), cases=(Case(call, x="2,3"), Case(call, x=":float64")))(_same)
    for names, call in (
        ("Tensor.cpu Tensor.cuda Tensor.xpu Tensor.pin_memory Tensor.share_memory_", "x.cpu()"),
        ("Tensor.contiguous", "x.contiguous(memory_format=torch.contiguous_format)"),
        ("torch.clone Tensor.clone", "x.clone()"),
        ("torch.detach Tensor.detach Tensor.detach_ torch.detach_", "x.detach()"),
        ("Tensor.requires_grad_", "x.requires_grad_(False)"),
    )
)
"""Where tensors lie, whether they are copies and whether they need gradients is not followed."""
