"""Operators that make tensors of given values: tensor, as_tensor, complex, polar, windows, and writing in place.

    tensor([[1, 2], [3, 4.0]])                            -> TensorType((2, 2))
    tensor([[1, 2], [3]])                                 -> Refused: expected sequence of length 2 at dim 1 (got 1)
    complex_(TensorType((2, 1)), TensorType((3,)))        -> TensorType((2, 3), DType.complex64)

https://docs.pytorch.org/docs/stable/generated/torch.tensor.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.dtype import to_complex
from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast
from analyzer.knowledge.operands import real, scalar_name
from analyzer.knowledge.operator import Case, OperatorSpec, operator
from analyzer.knowledge.sizes import broadcast_in_place, integer, numbers


def _made(data: Any, dtype: DType | None) -> TensorType:
    shape, found = numbers(data)
    return TensorType(shape, dtype or found)


@operator(
    "torch.tensor",
    cases=(
        Case("torch.tensor(1)"),
        Case("torch.tensor([[1, 2], [3, 4.0]])"),
        Case("torch.tensor((True, False))"),
        Case("torch.tensor([True, 1])"),
        Case("torch.tensor([1, 1j])"),
        Case("torch.tensor([[], []])"),
        Case("torch.tensor([[], 1])"),
        Case("torch.tensor([x, 1.5])", x=":float16"),
        Case("torch.tensor(data=range(3), dtype=torch.float16)"),
        Case("torch.tensor(x)", x="2,3:int64"),
        Case("torch.tensor([x, 2])", x=":float64"),
        Case("torch.tensor([[1, 2], [3]])", refused="expected sequence of length 2 at dim 1 (got 1)"),
        Case("torch.tensor([[1, 2], 3])", refused="not a sequence"),
        Case("torch.tensor('a')", refused="new(): invalid data type 'str'"),
        Case("torch.tensor([x])", x="2", refused="only one element tensors can be converted to Python scalars"),
    ),
)
def tensor(
    data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False, pin_memory: bool = False
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.tensor.html"""
    return _made(data, dtype)


@operator(
    "torch.as_tensor", "torch.asarray",
    cases=(
        Case("torch.as_tensor([1, 2])"),
        Case("torch.as_tensor(1.5, device='cpu')"),
        Case("torch.asarray(x, dtype=torch.int64)", x="2,3"),
        Case("torch.as_tensor([[1], [2, 3]])", refused="expected sequence of length 1 at dim 1 (got 2)"),
    ),
)  # fmt: skip
def as_tensor(data: Any, dtype: DType | None = None, device: Any = None, **_options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.as_tensor.html"""
    return _made(data, dtype)


@operator(
    "torch.scalar_tensor",
    cases=(Case("torch.scalar_tensor(1)"), Case("torch.scalar_tensor(True, dtype=torch.int64)")),
)
def scalar_tensor(s: Any, *, dtype: DType | None = None, device: Any = None, **_options: Any) -> TensorType:
    """A 0-dim tensor, of the default dtype whatever the number is."""
    return TensorType((), dtype or DType.float32)


@operator(
    "Tensor.new_tensor",
    cases=(
        Case("x.new_tensor([1.5, 2])", x="3:int64"),
        Case("x.new_tensor(data=y, dtype=torch.bool)", x="3", y="2,2"),
        Case("x.new_tensor([[1], 2])", x="3", refused="not a sequence"),
    ),
)
def new_tensor(self: TensorType, data: Any, *, dtype: DType | None = None, **_options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.new_tensor.html"""
    return _made(data, dtype or self.dtype)


_HALVES = {DType.float16, DType.float32, DType.float64}


def _paired(name: str, first: str, second: str) -> OperatorSpec:
    """The entries that make complex numbers of two real tensors of one dtype."""

    def made(one: TensorType, other: TensorType) -> TensorType:
        if not {one.dtype, other.dtype} <= _HALVES:
            found = f"{scalar_name(one.dtype)} and {scalar_name(other.dtype)}"
            raise Refused(f"Expected both inputs to be Half, Float or Double tensors but got {found}")
        if one.dtype is not other.dtype:
            raise Refused(
                f"Expected object of scalar type {scalar_name(one.dtype)} but got scalar type "
                f"{scalar_name(other.dtype)} for second argument"
            )
        return TensorType(broadcast(one.shape, other.shape), to_complex(one.dtype))

    def rule(*parts: TensorType, **named: TensorType) -> TensorType:
        return made(*parts, *(named[role] for role in (first, second)[len(parts) :]))

    cases = (
        Case(f"torch.{name}(x, y)", x="2,1", y="3"),
        Case(f"torch.{name}({first}=x, {second}=x)", x="2:float64"),
        Case(f"torch.{name}(x, y)", x="2", y="3", refused="must match the size of tensor b (3)"),
        Case(f"torch.{name}(x, y)", x="2", y="2:float64", refused="Expected object of scalar type Float but got"),
        Case(f"torch.{name}(x, x)", x="2:int64", refused="Expected both inputs to be Half, Float or Double"),
    )
    return operator(f"torch.{name}", cases=cases)(rule)


PAIRED = (_paired("complex", "real", "imag"), _paired("polar", "abs", "angle"))


@operator(
    "torch.view_as_real",
    cases=(
        Case("torch.view_as_real(x)", x="2,3:complex64"),
        Case("torch.view_as_real(x)", x=":complex128"),
        Case("torch.view_as_real(x)", x="2", refused="view_as_real is only supported for complex tensors"),
    ),
)
def view_as_real(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.view_as_real.html"""
    if not input.dtype.is_complex:
        raise Refused("view_as_real is only supported for complex tensors")
    return TensorType((*input.shape, 2), real(input.dtype))


@operator(
    "torch.view_as_complex",
    cases=(
        Case("torch.view_as_complex(x)", x="3,2"),
        Case("torch.view_as_complex(x)", x="2:float64"),
        Case("torch.view_as_complex(x)", x="3,4", refused="Tensor must have a last dimension of size 2"),
        Case("torch.view_as_complex(x)", x="", refused="Input tensor must have one or more dimensions"),
        Case("torch.view_as_complex(x)", x="3,2:int64", refused="only supported for half, float and double tensors"),
    ),
)
def view_as_complex(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.view_as_complex.html"""
    if input.dtype not in (DType.float16, DType.float32, DType.float64):
        raise Refused(
            "view_as_complex is only supported for half, float and double tensors, "
            f"but got a tensor of scalar type: {scalar_name(input.dtype)}"
        )
    if not input.rank:
        raise Refused("Input tensor must have one or more dimensions")
    require(equal(input.shape[-1], 2), "Tensor must have a last dimension of size 2")
    return TensorType(input.shape[:-1], to_complex(input.dtype))


def _window(name: str) -> OperatorSpec:
    full_name = f"{name}_window"

    def rule(
        window_length: Dim, periodic: bool = True, *_shape: float, dtype: DType | None = None, **_options: Any
    ) -> TensorType:
        length = integer(full_name, window_length)
        complaint = f"{full_name} requires non-negative window_length, got window_length={length}"
        require(at_least(length, 0), complaint)
        if dtype is not None and not dtype.is_floating:
            raise Refused(f"{full_name} expects floating point dtypes, got: {scalar_name(dtype)}")
        return TensorType((length,), dtype or DType.float32)

    cases = (
        Case(f"torch.{full_name}(5)"),
        Case(f"torch.{full_name}(window_length=4, periodic=False, dtype=torch.float64)"),
        Case(f"torch.{full_name}(-5)", refused="requires non-negative window_length, got window_length=-5"),
        Case(f"torch.{full_name}(5, dtype=torch.int64)", refused=f"{full_name} expects floating point dtypes"),
    )
    return operator(f"torch.{full_name}", cases=cases)(rule)


WINDOWS = tuple(_window(name) for name in ("hann", "hamming", "blackman", "bartlett", "kaiser"))


@operator(
    "Tensor.copy_",
    cases=(
        Case("x.copy_(y)", x="2,3", y="3:int64"),
        Case("x.copy_(y, non_blocking=True)", x="2:int64", y=""),
        Case("x.copy_(y)", x="2,3", y="2", refused="must match the size of tensor b (2)"),
        Case("x.copy_(y)", x="3", y="2,3", refused="doesn't match the broadcast shape [2, 3]"),
    ),
)
def copy_(self: TensorType, src: TensorType, non_blocking: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.copy_.html"""
    broadcast_in_place("copy_", self.shape, src.shape)
    return self


@operator(
    "Tensor.fill_", "torch.fill_", "torch.fill",
    cases=(
        Case("x.fill_(1.5)", x="2,3:int64"),
        Case("x.fill_(value=y)", x="2,3", y=""),
        Case("x.fill_(y)", x="2", y="1", refused="fill_ only supports 0-dimension value tensor but got tensor with 1"),
    ),
)  # fmt: skip
def fill_(input: TensorType, value: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.fill_.html"""
    if isinstance(value, TensorType) and value.rank:
        raise Refused(f"fill_ only supports 0-dimension value tensor but got tensor with {value.rank} dimensions.")
    return input


@operator("Tensor.zero_", "torch.zero_", cases=(Case("x.zero_()", x="2,3"), Case("x.zero_()", x=":bool")))
def zero_(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.zero_.html"""
    return input
