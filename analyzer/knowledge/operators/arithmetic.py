"""Operators that compute two or three tensors element by element: broadcasting, type promotion, in-place twins.

    x + y           x [2, 3] float32, y [4, 1, 3] int64      -> [4, 2, 3] float32
    x // 2          x [2, 3] int64                           -> [2, 3] int64
    x / 2           x [2, 3] int64                           -> [2, 3] float32
    x.add_(y)       x [3], y [2, 3]                          -> Refused: output with shape [3] doesn't match ...

Source: https://pytorch.org/docs/stable/torch.html#pointwise-ops; broadcasting as in notes/broadcasting.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import (
    Operand,
    check_tensor,
    inexact,
    is_inexact,
    joined,
    scalar_name,
    written_back,
)
from analyzer.knowledge.operator import Case, OperatorSpec, operator

Rule = Callable[..., TensorType]

_BAD_SHAPES = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
_NO_CAST = "result type Float can't be cast to the desired output type Long"


def _check_alpha(alpha: Operand, dtype: DType) -> None:
    if isinstance(alpha, bool) and dtype is not DType.bool_:
        raise Refused("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and not is_inexact(dtype):
        raise Refused("For integral input tensors, argument alpha must not be a floating point number.")


def _add(input: Operand, other: Operand, *, alpha: Operand = 1) -> TensorType:
    result = joined("add", input, other)
    _check_alpha(alpha, result.dtype)
    return result


def _sub(input: Operand, other: Operand, *, alpha: Operand = 1) -> TensorType:
    result = joined("sub", input, other)
    # Subtracting masks is refused whatever the other operand is.
    masks = [
        isinstance(operand, bool) or (isinstance(operand, TensorType) and operand.dtype is DType.bool_)
        for operand in (input, other)
    ]
    if any(masks):
        which = "two bool tensors" if all(masks) else "a bool tensor"
        advice = "the `^` or `logical_xor()` operator" if all(masks) else "the `~` or `logical_not()` operator"
        raise Refused(f"Subtraction, the `-` operator, with {which} is not supported. Use {advice} instead.")
    _check_alpha(alpha, result.dtype)
    return result


def _div(input: Operand, other: Operand, *, rounding_mode: str | None = None) -> TensorType:
    result = joined("div", input, other)
    if rounding_mode is None:
        return TensorType(result.shape, inexact(result.dtype))
    if rounding_mode not in ("floor", "trunc"):
        raise Refused(f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding_mode}'")
    _check_ordered(f"div_{rounding_mode}", result.dtype)
    return result


def _check_ordered(name: str, dtype: DType) -> None:
    if dtype is DType.bool_ or dtype.is_complex:
        raise Refused(f"\"{name}\" not implemented for '{scalar_name(dtype)}'")


@dataclass(frozen=True, slots=True)
class _Row:
    """One operator of two operands.

    names: all out-of-place spellings without `torch.` and `Tensor.`, the first being torch's own.
    dunder: `add` for `__add__`, `__radd__` and `__iadd__`.
    numbers: which operands may be Python numbers: neither "", the second "2", or either "12".
    like: the dtype of the recorded examples.
    """

    names: str
    rule: Rule
    dunder: str = ""
    numbers: str = "12"
    in_place: bool = True
    like: str = "float32"
    more: tuple[Case, ...] = ()

    @property
    def name(self) -> str:
        return self.names.split()[0]


def _promoting(name: str, *, numbers: str = "12", check: Callable[[str, DType], None] | None = None) -> Rule:
    def rule(input: Operand, other: Operand) -> TensorType:
        if "1" not in numbers:
            check_tensor(input, name)
        if "2" not in numbers:
            check_tensor(other, name, "other")
        result = joined(name, input, other)
        if check is not None:
            check(name, result.dtype)
        return result

    return rule


def _floating(name: str, *, numbers: str = "") -> Rule:
    joined_rule = _promoting(name, numbers=numbers, check=_check_real)

    def rule(input: Operand, other: Operand) -> TensorType:
        result = joined_rule(input, other)
        return TensorType(result.shape, inexact(result.dtype))

    return rule


def _check_real(name: str, dtype: DType) -> None:
    if dtype.is_complex:
        raise Refused(f"{name} not implemented for complex tensors.")


def _check_floating(name: str, dtype: DType) -> None:
    if not is_inexact(dtype):
        raise Refused(f"\"{name}\" not implemented for '{scalar_name(dtype)}'")


def _check_integer(name: str, dtype: DType) -> None:
    if is_inexact(dtype) or dtype is DType.bool_:
        raise Refused(f"\"{name}\" not implemented for '{scalar_name(dtype)}'")


def _ldexp(input: TensorType, other: TensorType) -> TensorType:
    check_tensor(input, "ldexp")
    check_tensor(other, "ldexp", "other")
    power = joined("ldexp", 2.0, other)
    return joined("ldexp", input, power)


_TABLE = (
    _Row(
        "add", _add, "add",
        more=(
            Case("torch.add(x, y, alpha=2)", x="2,3:int64", y="3"),
            Case("x + y", x="2,3", y=":float64"),
            Case("x + True", x="2:bool"),
            Case("1 + x", x="2:bool"),
            Case("x + 1j", x="2:int64"),
            Case("x + 'a'", x="2", refused="must be Tensor, not str"),
            Case("torch.add(x, 1, alpha=0.5)", x="2:int64", refused="alpha must not be a floating point number"),
        ),
    ),
    _Row(
        "sub subtract", _sub, "sub",
        more=(
            Case("5 - x", x="2:int32"),
            Case("torch.sub(x, y, alpha=0.5)", x="2,1", y="3"),
            Case("1 - x", x="2:bool", refused="with a bool tensor is not supported"),
            Case("x - x", x="2:bool", refused="with two bool tensors is not supported"),
        ),
    ),
    _Row("mul multiply", _promoting("mul"), "mul", more=(Case("x * 0.5", x="2:int64"), Case("2 * x", x="2:bool"))),
    _Row(
        "div divide", _div, "truediv",
        more=(
            Case("x / 2", x="2:int64"),
            Case("1 / x", x="2:bool"),
            Case("torch.div(x, 2, rounding_mode='floor')", x="2:int64"),
            Case("torch.div(x, y, rounding_mode='trunc')", x="2:float64", y="3,1:float32"),
            Case("x.div(2, rounding_mode='up')", x="2", refused="div expected rounding_mode to be one of"),
            Case("x.div_(2)", x="2:int64", refused=_NO_CAST),
        ),
    ),
    _Row("true_divide", _div),
    _Row(
        "floor_divide", _promoting("floor_divide", check=_check_ordered), "floordiv",
        more=(Case("x // 2", x="2:int64"), Case("7 // x", x="2"), Case("x // 2.0", x="2:int64")),
    ),
    _Row(
        "remainder", _promoting("remainder", check=_check_ordered), "mod",
        more=(Case("x % 2", x="2:int64"), Case("7 % x", x="2"), Case("x % 2.5", x="2:uint8")),
    ),
    _Row("fmod", _promoting("fmod", numbers="2", check=_check_ordered), numbers="2"),
    *(
        _Row(
            name, _promoting(name, numbers="", check=_check_real), numbers="", in_place=False,
            more=(
                Case(f"torch.{name}(x, y)", x="2:int64", y=":float16"),
                Case(f"torch.{name}(x, 2)", x="2", refused=f"{name}(): argument 'other' must be Tensor, not int"),
            ),
        )
        for name in ("maximum", "minimum", "fmax", "fmin")
    ),
    *(_Row(names, _floating(names.split()[0]), numbers="") for names in ("atan2 arctan2",)),
    _Row("xlogy", _floating("xlogy", numbers="12"), more=(Case("torch.xlogy(x, x)", x="2:int64"),)),
    _Row("copysign", _floating("copysign", numbers="2"), numbers="2", more=(Case("x.copysign(x)", x="2:bool"),)),
    *(_Row(name, _promoting(name, numbers="", check=_check_floating), numbers="") for name in ("hypot", "nextafter")),
    *(
        _Row(name, _promoting(name, numbers="", check=_check_floating), numbers="", in_place=False)
        for name in ("logaddexp", "logaddexp2")
    ),
    *(
        _Row(name, _promoting(name, numbers="", check=_check_integer), numbers="", like="int64")
        for name in ("gcd", "lcm")
    ),
    _Row("ldexp", _ldexp, numbers="", more=(Case("torch.ldexp(x, y)", x="2:int64", y="2:int64"),)),
)  # fmt: skip


def _in_place(rule: Rule) -> Rule:
    def write(input: TensorType, other: Operand, **keywords: Any) -> TensorType:
        return written_back(input, rule(input, other, **keywords))

    return write


def _entries() -> Iterator[OperatorSpec]:
    for row in _TABLE:
        x, y = f"2,3:{row.like}", f"4,1,3:{row.like}"
        cases = [Case(f"torch.{row.name}(x, y)", x=x, y=y), Case(f"x.{row.name}(y)", x=x, y=f":{row.like}")]
        if "1" in row.numbers:
            cases.append(Case(f"torch.{row.name}(2, x)", x=x))
        if "2" in row.numbers:
            cases.append(Case(f"x.{row.name}(2)", x=x))
        cases.append(Case(f"torch.{row.name}(x, y)", x=x, y=f"2,4:{row.like}", refused=_BAD_SHAPES))
        names = row.names.split()
        spellings = [f"{home}.{name}" for name in names for home in ("torch", "Tensor")]
        places = [f"Tensor.{name}_" for name in names]
        if row.dunder:
            spellings += [f"Tensor.__{row.dunder}__", f"Tensor.__r{row.dunder}__"]
            places.append(f"Tensor.__i{row.dunder}__")
        if row.name == "xlogy":
            spellings.append("torch.special.xlogy")
        yield operator(*spellings, cases=tuple(cases) + row.more)(row.rule)
        if row.in_place:
            yield operator(
                *places,
                cases=(
                    Case(f"x.{row.name}_(y)", x=x, y=f"3:{row.like}"),
                    Case(f"x.{row.name}_(y)", x=x, y=f":{row.like}"),
                    Case(f"x.{row.name}_(y)", x=x, y=y, refused="doesn't match the broadcast shape [4, 2, 3]"),
                ),
            )(_in_place(row.rule))


BINARY = tuple(_entries())


REFLECTED_SUB = operator(
    "torch.rsub",
    cases=(
        Case("torch.rsub(x, 1, alpha=2)", x="2,3"),
        Case("torch.rsub(x, y)", x="2,3:int64", y="2,1,3"),
        Case("torch.rsub(x, y)", x="2,3", y="2,4", refused="must match the size of tensor b (3)"),
    ),
)(lambda input, other, alpha=1: _sub(other, input, alpha=alpha))  # fmt: skip
