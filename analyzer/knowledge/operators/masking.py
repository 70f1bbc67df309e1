"""Operators governed by a boolean tensor: masked_fill, masked_scatter, where; and those whose size only data decides.

    masked_fill(TensorType((N, 8, 8)), TensorType((8, 8), bool_), -inf)        -> TensorType((N, 8, 8))
    where(TensorType((2, 3), bool_), TensorType((3,)), 0)                      -> TensorType((2, 3))
    nonzero(TensorType((2, 3)))                                                -> DataDependent

https://docs.pytorch.org/docs/stable/generated/torch.where.html
"""

from __future__ import annotations

from typing import Any, Never

from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast, promote
from analyzer.knowledge.operands import scalar_name
from analyzer.knowledge.operator import Case, DataDependent, OperatorSpec, operator
from analyzer.knowledge.sizes import broadcast_in_place


def _check_mask(function: str, mask: TensorType) -> None:
    if mask.dtype is not DType.bool_:
        raise Refused(f"{function} only supports boolean masks, but got mask with dtype {scalar_name(mask.dtype)}")


def _check_fill(input: TensorType, mask: TensorType, value: Any) -> None:
    _check_mask("masked_fill_", mask)
    if isinstance(value, TensorType) and value.rank:
        raise Refused(
            f"masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.rank} dimension(s)."
        )
    is_complex = value.dtype.is_complex if isinstance(value, TensorType) else isinstance(value, complex)
    if is_complex and not input.dtype.is_complex:
        raise Refused("value cannot be converted to type float without overflow")


@operator(
    "torch.masked_fill", "Tensor.masked_fill",
    cases=(
        Case("x.masked_fill(m, float('-inf'))", x="2,3,4", m="3,1:bool"),
        Case("torch.masked_fill(x, m, 0)", x="3,4", m="2,1,4:bool"),
        Case("x.masked_fill(mask=m, value=y)", x="2:int64", m="2:bool", y=""),
        Case("x.masked_fill(m, 0)", x="2,3", m="2:bool", refused="must match the size of tensor b"),
        Case("x.masked_fill(m, 0)", x="2,3", m="2,3", refused="masked_fill_ only supports boolean masks"),
        Case("x.masked_fill(m, y)", x="2", m="2:bool", y="1", refused="only supports a 0-dimensional value tensor"),
        Case("x.masked_fill(m, 1j)", x="2", m="2:bool", refused="value cannot be converted to type float"),
    ),
)  # fmt: skip
def masked_fill(input: TensorType, mask: TensorType, value: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html"""
    _check_fill(input, mask, value)
    return TensorType(broadcast(input.shape, mask.shape), input.dtype)


@operator(
    "Tensor.masked_fill_",
    cases=(
        Case("x.masked_fill_(m, -1e9)", x="2,3,4", m="3,1:bool"),
        Case("x.masked_fill_(m, y)", x="2,3:int64", m=":bool", y=":float64"),
        Case("x.masked_fill_(m, 0)", x="3,4", m="2,3,4:bool", refused="doesn't match the broadcast shape [2, 3, 4]"),
        Case("x.masked_fill_(m, 0)", x="2,3", m="2,3:uint8", refused="masked_fill_ only supports boolean masks"),
    ),
)
def masked_fill_(input: TensorType, mask: TensorType, value: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_fill_.html"""
    _check_fill(input, mask, value)
    broadcast_in_place("masked_fill_", input.shape, mask.shape)
    return input


@operator(
    "torch.masked_scatter", "Tensor.masked_scatter",
    cases=(
        Case("x.masked_scatter(m, y)", x="2,3", m="3:bool", y="6"),
        Case("torch.masked_scatter(x, m, y)", x="3", m="2,3:bool", y="2,3"),
        Case("x.masked_scatter(m, y)", x="2,3", m="2,3", y="6", refused="masked_scatter_ only supports boolean masks"),
        Case("x.masked_scatter(m, y)", x="2,3", m="2,3:bool", y="6:int64", refused="to have same dtypes"),
        Case("x.masked_scatter(m, y)", x="2,3", m="2:bool", y="6", refused="must match the size of tensor b"),
    ),
)  # fmt: skip
def masked_scatter(input: TensorType, mask: TensorType, source: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter.html"""
    _check_source(input, mask, source)
    return TensorType(broadcast(input.shape, mask.shape), input.dtype)


@operator(
    "Tensor.masked_scatter_",
    cases=(
        Case("x.masked_scatter_(m, y)", x="2,3", m="3:bool", y="6"),
        Case("x.masked_scatter_(mask=m, source=y)", x="2:int64", m="1:bool", y="6:int64"),
        Case("x.masked_scatter_(m, y)", x="3", m="2,3:bool", y="6", refused="doesn't match the broadcast shape"),
    ),
)
def masked_scatter_(input: TensorType, mask: TensorType, source: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter_.html"""
    _check_source(input, mask, source)
    broadcast_in_place("masked_scatter_", input.shape, mask.shape)
    return input


def _check_source(input: TensorType, mask: TensorType, source: TensorType) -> None:
    if input.dtype is not source.dtype:
        raise Refused(
            "masked_scatter: expected self and source to have same dtypes but got "
            f"{scalar_name(input.dtype)} and {scalar_name(source.dtype)}"
        )
    _check_mask("masked_scatter_", mask)


_INDICES_OF_TRUE = "how many elements are true is not known before the values are"


def _chosen(condition: TensorType, input: Any, other: Any) -> TensorType:
    if condition.dtype not in (DType.bool_, DType.uint8):
        raise Refused(
            "where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{scalar_name(condition.dtype)}"
        )
    shapes = [value.shape for value in (condition, input, other) if isinstance(value, TensorType)]
    return TensorType(broadcast(*shapes), promote(input, other))


@operator(
    "torch.where",
    cases=(
        Case("torch.where(c, x, y)", c="2,3,4:bool", x="3,1", y="4"),
        Case("torch.where(c, x, 0.0)", c="2,1:bool", x="3:int64"),
        Case("torch.where(c, 1.0, 0)", c="2:bool"),
        Case("torch.where(c, True, False)", c="2:bool"),
        Case("torch.where(c, 1, x)", c="2:bool", x="2:float16"),
        Case("torch.where(condition=c, input=x, other=y)", c=":bool", x="2:float16", y=""),
        Case("torch.where(c)", c="2,3:bool"),
        Case("torch.where(c, x, y)", c="2,3:bool", x="2,4", y="", refused="must match the size of tensor b (4)"),
        Case("torch.where(c, 1, 0)", c="2,3", refused="where expected condition to be a boolean tensor"),
    ),
)
def where(condition: TensorType, input: Any = None, other: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.where.html"""
    if input is None or other is None:
        raise DataDependent(_INDICES_OF_TRUE)
    return _chosen(condition, input, other)


@operator(
    "Tensor.where",
    cases=(
        Case("x.where(c, 0)", x="2,3", c="3:bool"),
        Case("x.where(c, y)", x="3:int64", c="2,1:bool", y=""),
        Case("x.where(c, 0)", x="2,3", c="3:int64", refused="where expected condition to be a boolean tensor"),
    ),
)
def where_method(input: TensorType, condition: TensorType, other: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.where.html"""
    return _chosen(condition, input, other)


def _counted_by_data(names: str, reason: str, *calls: str) -> OperatorSpec:
    """An entry of an operator whose result has as many elements as the data says."""

    def rule(input: TensorType, *_arguments: Any, **_options: Any) -> Never:
        raise DataDependent(reason)

    return operator(*names.split(), cases=tuple(Case(call, x="2,3:int64") for call in calls))(rule)


COUNTED_BY_DATA = (
    _counted_by_data(
        "torch.nonzero Tensor.nonzero torch.argwhere Tensor.argwhere", _INDICES_OF_TRUE,
        "torch.nonzero(x)", "x.nonzero(as_tuple=True)",
    ),
    _counted_by_data(
        "torch.unique Tensor.unique", "how many elements are different is not known before the values are",
        "torch.unique(x)", "x.unique(dim=0, return_counts=True)",
    ),
    _counted_by_data(
        "torch.unique_consecutive Tensor.unique_consecutive",
        "how many elements differ from their neighbour is not known before the values are",
        "torch.unique_consecutive(x)", "x.unique_consecutive(dim=1)",
    ),
    _counted_by_data(
        "torch.bincount Tensor.bincount", "the largest element is not known before the values are",
        "torch.bincount(x.flatten())", "x[0].bincount(minlength=5)",
    ),
)  # fmt: skip


@operator(
    "torch.masked_select", "Tensor.masked_select",
    cases=(
        Case("torch.masked_select(x, m)", x="2,3", m="3:bool"),
        Case("x.masked_select(mask=m)", x="2,3", m="2,3:bool"),
        Case("x.masked_select(m)", x="2,3", m="2,3", refused="masked_select: expected BoolTensor for mask"),
        Case("x.masked_select(m)", x="2,3", m="2:bool", refused="must match the size of tensor b"),
    ),
)  # fmt: skip
def masked_select(input: TensorType, mask: TensorType) -> Never:
    """https://docs.pytorch.org/docs/stable/generated/torch.masked_select.html"""
    if mask.dtype is not DType.bool_:
        raise Refused("masked_select: expected BoolTensor for mask")
    broadcast(input.shape, mask.shape)
    raise DataDependent(_INDICES_OF_TRUE)
