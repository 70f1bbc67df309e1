"""Complex numbers from and to real ones.

    torch.polar(x, y)            x [2, 1], y [3]       -> [2, 3] complex64
    torch.view_as_complex(x)     x [2, 3, 2]           -> [2, 3] complex64
    torch.view_as_real(x)        x [2, 3] complex64    -> [2, 3, 2] float32

Source: https://pytorch.org/docs/stable/complex_numbers.html
"""

from __future__ import annotations

from analyzer.algebra.dtype import to_complex
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast
from analyzer.knowledge.operands import check_tensor, real, scalar_name
from analyzer.knowledge.operator import Case, OperatorSpec, operator


@operator(
    "torch.view_as_real",
    cases=(
        Case("torch.view_as_real(x)", x="2,3:complex64"),
        Case("torch.view_as_real(x)", x=":complex128"),
        Case("torch.view_as_real(x)", x="2", refused="view_as_real is only supported for complex tensors"),
    ),
)
def view_as_real(input: TensorType) -> TensorType:
    """Real and imaginary part in a new last dimension."""
    if not input.dtype.is_complex:
        raise Refused("view_as_real is only supported for complex tensors")
    return TensorType((*input.shape, 2), real(input.dtype))


@operator(
    "torch.view_as_complex",
    cases=(
        Case("torch.view_as_complex(x)", x="2,3,2"),
        Case("torch.view_as_complex(x)", x="2:float64"),
        Case("torch.view_as_complex(x)", x="2,3", refused="Tensor must have a last dimension of size 2"),
        Case("torch.view_as_complex(x)", x="", refused="Input tensor must have one or more dimensions"),
        Case("torch.view_as_complex(x)", x="2:int64", refused="view_as_complex is only supported for half, float and"),
    ),
)
def view_as_complex(input: TensorType) -> TensorType:
    """The inverse of view_as_real."""
    if not input.dtype.is_floating or input.dtype is DType.bfloat16:
        raise Refused("view_as_complex is only supported for half, float and double tensors")
    if not input.rank:
        raise Refused("Input tensor must have one or more dimensions")
    require(equal(input.shape[-1], 2), "Tensor must have a last dimension of size 2")
    return TensorType(input.shape[:-1], to_complex(input.dtype))


def _from_parts(name: str, first: str, second: str) -> OperatorSpec:
    def rule(*parts: TensorType, **named: TensorType) -> TensorType:
        both = [*parts, *(named[part] for part in (first, second)[len(parts) :] if part in named)]
        if len(both) != 2:
            raise Refused(f"{name}() received an invalid combination of arguments")
        a, b = both
        check_tensor(a, name, first)
        check_tensor(b, name, second)
        if not a.dtype.is_floating or not b.dtype.is_floating:
            names = f"{scalar_name(a.dtype)} and {scalar_name(b.dtype)}"
            raise Refused(f"Expected both inputs to be Half, Float or Double tensors but got {names}")
        if a.dtype is not b.dtype:
            raise Refused(
                f"Expected object of scalar type {scalar_name(a.dtype)} but got scalar type {scalar_name(b.dtype)} "
                "for second argument"
            )
        return TensorType(broadcast(a.shape, b.shape), to_complex(a.dtype))

    return operator(
        f"torch.{name}",
        cases=(
            Case(f"torch.{name}(x, y)", x="2,1", y="3"),
            Case(f"torch.{name}({first}=x, {second}=x)", x="2:float64"),
            Case(f"torch.{name}(x, y)", x="2,3", y="2,4", refused="must match the size of tensor b (4)"),
            Case(f"torch.{name}(x, y)", x="2", y="2:float64", refused="Expected object of scalar type Float but got"),
            Case(f"torch.{name}(x, x)", x="2:int64", refused="Expected both inputs to be Half, Float or Double"),
        ),
    )(rule)


COMPLEX = _from_parts("complex", "real", "imag")
POLAR = _from_parts("polar", "abs", "angle")


@operator("torch.real", cases=(Case("torch.real(x)", x="2,3:complex64"), Case("torch.real(x)", x="2:int64")))
def real_part(input: TensorType) -> TensorType:
    """Real numbers are their own real part."""
    return TensorType(input.shape, real(input.dtype))


@operator(
    "torch.imag",
    cases=(
        Case("torch.imag(x)", x="2,3:complex64"),
        Case("torch.imag(x)", x="2", refused="imag is not implemented for tensors with non-complex dtypes."),
    ),
)
def imaginary_part(input: TensorType) -> TensorType:
    if not input.dtype.is_complex:
        raise Refused("imag is not implemented for tensors with non-complex dtypes.")
    return TensorType(input.shape, real(input.dtype))
