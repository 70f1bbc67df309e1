"""Powers, linear interpolation and the fused products: three operands, or exponents with rules of their own.

    x ** 2                           x [2, 3] bool                         -> [2, 3] int64
    x ** -1                          x [2, 3] int64                        -> Refused: Integers to negative ...
    torch.addcmul(x, y, z)           x [2, 3], y [3], z [4, 1, 1] float64  -> [4, 2, 3] float64

Source: https://pytorch.org/docs/stable/torch.html#pointwise-ops; dtypes as torch 2.13 answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import Operand, is_inexact, joined, scalar_name, written_back
from analyzer.knowledge.operator import Case, OperatorSpec, operator

Rule = Callable[..., TensorType]

_BAD_SHAPES = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
_NO_CAST = "result type Float can't be cast to the desired output type Long"


def _pow(input: Operand, exponent: Operand) -> TensorType:
    result = joined("pow", input, exponent)
    if isinstance(exponent, int) and exponent < 0 and not is_inexact(result.dtype):
        raise Refused("Integers to negative integer powers are not allowed.")
    return result


def _rpow(input: TensorType, other: Operand) -> TensorType:
    return joined("pow", other, input)


def _float_power(input: Operand, exponent: Operand) -> TensorType:
    result = joined("float_power", input, exponent)
    return TensorType(result.shape, DType.complex128 if result.dtype.is_complex else DType.float64)


def _float_power_in_place(input: TensorType, exponent: Operand) -> TensorType:
    result = _float_power(input, exponent)
    if result.dtype is not input.dtype:
        raise Refused(
            f"the base given to float_power_ has dtype {scalar_name(input.dtype)} but the operation's result "
            f"requires dtype {scalar_name(result.dtype)}"
        )
    return written_back(input, result)


POWER = operator(
    "torch.pow", "Tensor.pow", "Tensor.__pow__",
    cases=(
        Case("torch.pow(x, y)", x="2,3", y="4,1,3:int64"),
        Case("x ** 2", x="2,3:bool"),
        Case("x ** 0.5", x="2,3:int64"),
        Case("torch.pow(2, x)", x="2,3:int64"),
        Case("x ** -1", x="2,3"),
        Case("x ** -1", x="2,3:int64", refused="Integers to negative integer powers are not allowed."),
        Case("torch.pow(x, y)", x="2,3", y="2,4", refused=_BAD_SHAPES),
    ),
)(_pow)  # fmt: skip
REFLECTED_POWER = operator("Tensor.__rpow__", cases=(Case("2 ** x", x="2:int64"), Case("2.0 ** x", x="2:int64")))(_rpow)
POWER_IN_PLACE = operator(
    "Tensor.pow_", "Tensor.__ipow__",
    cases=(
        Case("x.pow_(2)", x="2,3:int64"),
        Case("x.pow_(y)", x="2,3", y="3"),
        Case("x.pow_(0.5)", x="2:int64", refused=_NO_CAST),
        Case("x.pow_(y)", x="3", y="2,3", refused="doesn't match the broadcast shape [2, 3]"),
    ),
)(lambda input, exponent: written_back(input, _pow(input, exponent)))  # fmt: skip
FLOAT_POWER = operator(
    "torch.float_power", "Tensor.float_power",
    cases=(
        Case("torch.float_power(x, 2)", x="2,3"),
        Case("torch.float_power(2, x)", x="2,3:int64"),
        Case("x.float_power(y)", x="2", y="3,1:complex64"),
        Case("x.float_power(y)", x="2,3", y="2,4", refused=_BAD_SHAPES),
    ),
)(_float_power)  # fmt: skip
FLOAT_POWER_IN_PLACE = operator(
    "Tensor.float_power_",
    cases=(
        Case("x.float_power_(2)", x="2,3:float64"),
        Case("x.float_power_(2)", x="2,3", refused="the operation's result requires dtype Double"),
    ),
)(_float_power_in_place)  # fmt: skip


def _lerp(input: TensorType, end: TensorType, weight: Operand) -> TensorType:
    for name, operand in (("end", end), ("weight", weight)):
        if isinstance(operand, TensorType) and operand.dtype is not input.dtype and (name == "end" or operand.rank):
            raise Refused(f"expected dtype {input.dtype} for `{name}` but got dtype {operand.dtype}")
    result = joined("lerp", *(operand for operand in (input, end, weight) if isinstance(operand, TensorType)))
    if not is_inexact(result.dtype):
        raise Refused(f"\"lerp\" not implemented for '{scalar_name(result.dtype)}'")
    return result


LERP = operator(
    "torch.lerp", "Tensor.lerp",
    cases=(
        Case("torch.lerp(x, y, 0.5)", x="2,3", y="3"),
        Case("x.lerp(y, w)", x="2,3", y="3", w="4,1,1"),
        Case("torch.lerp(x, y, 0.5)", x="2", y="2:float64", refused="for `end` but got dtype"),
        Case("torch.lerp(x, y, 0.5)", x="2,3", y="2,4", refused=_BAD_SHAPES),
    ),
)(_lerp)  # fmt: skip
LERP_IN_PLACE = operator(
    "Tensor.lerp_",
    cases=(
        Case("x.lerp_(y, 0.5)", x="2,3", y="3"),
        Case("x.lerp_(y, w)", x="2,3:float64", y="3:float64", w="2,3:float64"),
        Case("x.lerp_(y, 0.5)", x="3", y="2,3", refused="doesn't match the broadcast shape [2, 3]"),
    ),
)(lambda input, end, weight: written_back(input, _lerp(input, end, weight)))  # fmt: skip


def _addc(input: TensorType, tensor1: TensorType, tensor2: TensorType, *, value: Operand = 1) -> TensorType:
    return joined("addcmul", input, tensor1, tensor2)


def _addcdiv(input: TensorType, tensor1: TensorType, tensor2: TensorType, *, value: Operand = 1) -> TensorType:
    if not is_inexact(tensor1.dtype) and not is_inexact(tensor2.dtype):
        raise Refused("Integer division with addcdiv is no longer supported")
    return joined("addcdiv", input, tensor1, tensor2)


def _fused() -> Iterator[OperatorSpec]:
    for name, rule in (("addcmul", _addc), ("addcdiv", _addcdiv)):
        yield operator(
            f"torch.{name}", f"Tensor.{name}",
            cases=(
                Case(f"torch.{name}(x, y, z, value=2)", x="2,3", y="3", z="4,1,1"),
                Case(f"x.{name}(y, z)", x="2,3", y="3:int64", z="3:float64"),
                Case(f"torch.{name}(x, y, z)", x="2,3", y="4", z="4", refused="must match the size of tensor"),
            ),
        )(rule)  # fmt: skip
        yield operator(
            f"Tensor.{name}_",
            cases=(
                Case(f"x.{name}_(y, z)", x="2,3", y="3", z="2,1"),
                Case(f"x.{name}_(y, y, value=0.5)", x="2,3:float64", y="3"),
                Case(f"x.{name}_(y, y)", x="3", y="2,3", refused="doesn't match the broadcast shape [2, 3]"),
            ),
        )(_fused_in_place(rule))


def _fused_in_place(rule: Rule) -> Rule:
    def write(input: TensorType, tensor1: TensorType, tensor2: TensorType, *, value: Operand = 1) -> TensorType:
        return written_back(input, rule(input, tensor1, tensor2, value=value))

    return write


FUSED = tuple(_fused())
