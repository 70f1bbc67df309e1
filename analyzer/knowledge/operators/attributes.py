"""What a tensor says of itself: its properties, such as `x.shape` and `x.T`, and methods such as `x.size()`.

    shape(TensorType((2, N)))            -> (2, N)
    size(TensorType((2, N)), -1)         -> N
    "Tensor.T" in ATTRIBUTES             -> True: read as `x.T`, not called

Tensors count as made on a CPU, and not as leaves that have gradients.
https://docs.pytorch.org/docs/stable/tensors.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.algebra.expression import Dim, maximum, product
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.operands import dimension, real
from analyzer.knowledge.operator import Case, OperatorSpec, operator


class Device(str):
    """A torch.device: `Device("cuda:1").type` is "cuda" and `.index` 1."""

    __slots__ = ()

    @property
    def type(self) -> str:
        """The kind of device, without a number."""
        return self.partition(":")[0]

    @property
    def index(self) -> int | None:  # type: ignore[override]  # torch's name; str.index is of no use here
        """The number of the device, if one is given."""
        number = self.partition(":")[2]
        return int(number) if number else None


def _reversed(input: TensorType) -> TensorType:
    return TensorType(input.shape[::-1], input.dtype)


def _matrix_transposed(name: str, input: TensorType) -> TensorType:
    if input.rank == 1:
        raise Refused(f"tensor.{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if not input.rank:
        return input
    return TensorType((*input.shape[:-2], input.shape[-1], input.shape[-2]), input.dtype)


def _hermitian(input: TensorType) -> TensorType:
    if input.rank not in (0, 2):
        raise Refused(f"tensor.H is only supported on matrices (2-D tensors). Got {input.rank}-D tensor.")
    return _reversed(input)


def _property(name: str, rule: Callable[[TensorType], Any], *more: Case) -> OperatorSpec:
    return operator(f"Tensor.{name}", cases=(Case(f"x.{name}", x="3,4"), *more))(rule)


_NOT_MATRIX = "is only supported on matrices"

PROPERTIES = (
    _property("shape", lambda input: input.shape, Case("x.shape", x="")),
    _property("ndim", lambda input: input.rank, Case("x.ndim", x="")),
    _property("dtype", lambda input: input.dtype, Case("x.dtype", x="2:bool")),
    _property("itemsize", lambda input: input.dtype.itemsize, Case("x.itemsize", x="2:int64")),
    _property("nbytes", lambda input: input.bytes, Case("x.nbytes", x="0:int64")),
    _property("device", lambda input: Device("cpu")),
    _property("is_cuda", lambda input: False),
    _property("data", lambda input: input, Case("x.data", x="2:int64")),
    _property("grad", lambda input: None),
    _property("T", _reversed, Case("x.T", x="2,3,4:int64"), Case("x.T", x="")),
    _property("H", _hermitian, Case("x.H", x=""), Case("x.H", x="2,3,4", refused=_NOT_MATRIX)),
    *(
        _property(
            name,
            lambda input, name=name: _matrix_transposed(name, input),  # type: ignore[misc]  # binds the loop's name
            Case(f"x.{name}", x="2,3,4:complex64"),
            Case(f"x.{name}", x=""),
            Case(f"x.{name}", x="3", refused=_NOT_MATRIX),
        )
        for name in ("mT", "mH")
    ),
    _property("real", lambda input: TensorType(input.shape, real(input.dtype)), Case("x.real", x="2,3:complex64")),
)

_IMAG_OF_REAL = "imag is not implemented for tensors with non-complex dtypes."


@operator(
    "Tensor.imag",
    cases=(Case("x.imag", x="2,3:complex64"), Case("x.imag", x="2,3", refused=_IMAG_OF_REAL)),
)
def imag(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.imag.html"""
    if not input.dtype.is_complex:
        raise Refused(_IMAG_OF_REAL)
    return TensorType(input.shape, real(input.dtype))


ATTRIBUTES = frozenset(spec.names[0] for spec in (*PROPERTIES, imag))
"""The entries that are read as attributes and not called: `Tensor.shape`, `Tensor.T`, ..."""


@operator(
    "Tensor.size",
    cases=(
        Case("x.size()", x="2,3"),
        Case("x.size(-1)", x="2,3"),
        Case("x.size(dim=0)", x="2,3"),
        Case("x.size(2)", x="2,3", refused="Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
        Case("x.size(0)", x="", refused="Dimension specified as 0 but tensor has no dimensions"),
    ),
)
def size(input: TensorType, dim: int | None = None) -> Shape | Dim:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.size.html"""
    if dim is None:
        return input.shape
    at = dimension(dim, input.rank)
    if not input.rank:
        raise Refused(f"Dimension specified as {dim} but tensor has no dimensions")
    return input.shape[at]


@operator("Tensor.dim", "Tensor.ndimension", cases=(Case("x.dim()", x="2,3"), Case("x.ndimension()", x="")))
def dim(input: TensorType) -> int:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.dim.html"""
    return input.rank


@operator(
    "torch.numel", "Tensor.numel", "Tensor.nelement",
    cases=(Case("x.numel()", x="2,3"), Case("torch.numel(x)", x=""), Case("x.nelement()", x="2,0")),
)  # fmt: skip
def numel(input: TensorType) -> Dim:
    """https://docs.pytorch.org/docs/stable/generated/torch.numel.html"""
    return input.numel


@operator("Tensor.element_size", cases=(Case("x.element_size()", x="2"), Case("x.element_size()", x="2:bool")))
def element_size(input: TensorType) -> int:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.element_size.html"""
    return input.dtype.itemsize


@operator(
    "Tensor.__len__",
    cases=(Case("len(x)", x="2,3"), Case("len(x)", x="0"), Case("len(x)", x="", refused="len() of a 0-d tensor")),
)
def length(input: TensorType) -> Dim:
    """https://docs.pytorch.org/docs/stable/tensors.html"""
    if not input.rank:
        raise Refused("len() of a 0-d tensor")
    return input.shape[0]


_KINDS: tuple[tuple[str, Callable[[DType], bool]], ...] = (
    ("is_floating_point", lambda dtype: dtype.is_floating),
    ("is_complex", lambda dtype: dtype.is_complex),
    ("is_signed", lambda dtype: dtype.is_signed),
)


def _kind(name: str, test: Callable[[DType], bool]) -> OperatorSpec:
    dtypes = ("float16", "complex64", "int64", "bool")
    return operator(f"torch.{name}", f"Tensor.{name}", cases=tuple(Case(f"x.{name}()", x=f"2:{d}") for d in dtypes))(
        lambda input: test(input.dtype)
    )


KINDS = tuple(_kind(name, test) for name, test in _KINDS)


@operator(
    "Tensor.is_contiguous",
    cases=(Case("x.is_contiguous()", x="2,3"), Case("x.is_contiguous(memory_format=torch.contiguous_format)", x="")),
)
def is_contiguous(input: TensorType, memory_format: Any = None) -> bool:
    """Strides are not followed: every tensor counts as contiguous."""
    return True


@operator(
    "Tensor.stride",
    cases=(
        Case("x.stride()", x="2,3,4"),
        Case("x.stride(-2)", x="2,3,4"),
        Case("x.stride()", x="2,3,0"),
        Case("x.stride(3)", x="2,3,4", refused="Dimension out of range"),
    ),
)
def stride(input: TensorType, dim: int | None = None) -> tuple[Dim, ...] | Dim:
    """The strides of a contiguous tensor of the shape; https://docs.pytorch.org/docs/stable/generated/torch.Tensor.stride.html"""
    if dim is not None and not input.rank:
        raise Refused(f"Dimension specified as {dim} but tensor has no dimensions")
    strides = tuple(product(maximum(size, 1) for size in input.shape[place + 1 :]) for place in range(input.rank))
    return strides if dim is None else strides[dimension(dim, input.rank)]
