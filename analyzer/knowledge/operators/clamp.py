"""Limits from below and above, as numbers or as tensors.

    x.clamp(0, 1)              x [2, 3]                        -> [2, 3] float32
    x.clamp(min=0.5)           x [2, 3] int64                  -> [2, 3] float32
    torch.clamp(x, y, z)       x [2, 3], y [3], z [2, 1]       -> [2, 3] float32

Source: https://pytorch.org/docs/stable/generated/torch.clamp.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import Operand, check_tensor, joined, written_back
from analyzer.knowledge.operator import Case, DataDependent, OperatorSpec, operator


def _clamp(input: TensorType, min: Operand | None = None, max: Operand | None = None) -> TensorType:
    check_tensor(input, "clamp")
    limits = [limit for limit in (min, max) if limit is not None]
    if not limits:
        raise Refused("torch.clamp: At least one of 'min' or 'max' must not be None")
    if len({isinstance(limit, TensorType) for limit in limits}) == 2:
        limits = [_number(limit) for limit in limits]
    return _limited(input, *limits)


def _number(limit: Operand) -> Operand:
    """A limit beside a number: torch takes a tensor without dimensions as a number, and no other."""
    if not isinstance(limit, TensorType):
        return limit
    if limit.rank:
        raise Refused("clamp() received an invalid combination of arguments: the limits are a number and a tensor")
    if limit.dtype.is_complex:
        raise DataDependent("whether a complex limit is a real number depends on its value")
    if limit.dtype.is_floating:
        return 1.0
    return True if limit.dtype is DType.bool_ else 1


def _clamp_in_place(input: TensorType, min: Operand | None = None, max: Operand | None = None) -> TensorType:
    return written_back(input, _clamp(input, min, max))


def _limited(input: TensorType, *limits: Operand) -> TensorType:
    result = joined("clamp", input, *limits)
    if result.dtype.is_complex:
        raise Refused("clamp is not supported for complex types")
    return result


_NO_LIMIT = "At least one of 'min' or 'max' must not be None"
CLAMP = operator(
    "torch.clamp", "torch.clip", "Tensor.clamp", "Tensor.clip",
    cases=(
        Case("torch.clamp(x, 0, 1)", x="2,3"),
        Case("x.clamp(min=0.5)", x="2,3:int64"),
        Case("x.clip(max=1)", x="2,3:bool"),
        Case("torch.clamp(x, min=y, max=z)", x="2,3", y="3", z="2,1:float64"),
        Case("torch.clamp(x, 0.5, torch.tensor(3))", x="2,3:int64"),
        Case("torch.clamp(x)", x="2,3", refused=_NO_LIMIT),
        Case("torch.clamp(x, 0, y)", x="2,3", y="3", refused="clamp() received an invalid combination of arguments"),
    ),
)(_clamp)  # fmt: skip
CLAMP_IN_PLACE = operator(
    "torch.clamp_", "torch.clip_", "Tensor.clamp_", "Tensor.clip_",
    cases=(
        Case("x.clamp_(0, 1)", x="2,3"),
        Case("x.clamp_(min=y)", x="2,3", y="3"),
        Case("x.clamp_(min=0.5)", x="2:int64", refused="result type Float can't be cast"),
        Case("x.clamp_()", x="2,3", refused=_NO_LIMIT),
    ),
)(_clamp_in_place)  # fmt: skip


def _one_limit(name: str, limit: str) -> tuple[OperatorSpec, OperatorSpec]:
    """clamp_min takes its limit as `min`, clamp_max as `max`."""

    def find(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if len(arguments) + len(keywords) != 1 or set(keywords) - {limit}:
            raise Refused(f"{name}() received an invalid combination of arguments")
        return arguments[0] if arguments else keywords[limit]

    def rule(input: TensorType, *arguments: Any, **keywords: Any) -> TensorType:
        return _limited(input, find(arguments, keywords))

    def in_place(input: TensorType, *arguments: Any, **keywords: Any) -> TensorType:
        return written_back(input, _limited(input, find(arguments, keywords)))

    return (
        operator(
            f"torch.{name}", f"Tensor.{name}",
            cases=(
                Case(f"torch.{name}(x, 0.5)", x="2,3"),
                Case(f"x.{name}({limit}=y)", x="2,3", y="3"),
                Case(f"x.{name}(y)", x="2,3", y="4", refused="must match the size of tensor b (4)"),
            ),
        )(rule),
        operator(
            f"torch.{name}_", f"Tensor.{name}_",
            cases=(
                Case(f"x.{name}_(0.5)", x="2,3"),
                Case(f"x.{name}_(1)", x="2,3:int64"),
                Case(f"x.{name}_(0.5)", x="2:int64", refused="result type Float can't be cast"),
            ),
        )(in_place),
    )  # fmt: skip


CLAMP_MIN = _one_limit("clamp_min", "min")
CLAMP_MAX = _one_limit("clamp_max", "max")
