"""Operators that draw random numbers: randint, randperm, normal, bernoulli, multinomial, and filling in place.

    randint(0, 10, (2, 3))                               -> TensorType((2, 3), DType.int64)
    normal(TensorType((N, 1)), TensorType((4,)))         -> TensorType((N, 4))
    multinomial(TensorType((3, 4)), 5)                   -> Refused: cannot sample n_sample > prob_dist.size(-1) ...

https://docs.pytorch.org/docs/stable/torch.html#random-sampling
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim, Expr, at_least, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast
from analyzer.knowledge.operands import scalar_name
from analyzer.knowledge.operator import Case, OperatorSpec, operator
from analyzer.knowledge.sizes import broadcast_in_place, integer, shape_of

_EMPTY_RANGE = "random_ expects 'from' to be less than 'to'"


def _check_range(low: Any, high: Any) -> None:
    if all(isinstance(bound, int | Expr) for bound in (low, high)):
        require(at_least(high, low + 1), f"{_EMPTY_RANGE}, but got from={low} >= to={high}")


def _limits(function: str, given: tuple[Any, ...], low: Any, high: Any) -> tuple[Any, Any]:
    """`(high)` or `(low, high)`."""
    if len(given) > 2 or (not given and high is None):
        raise Refused(f"{function}() received an invalid combination of arguments")
    if len(given) == 1 and high is not None:
        return given[0], high
    return (low, *given) if len(given) == 1 else given or (low, high)


@operator(
    "torch.randint",
    cases=(
        Case("torch.randint(5, (2, 3))"),
        Case("torch.randint(0, 5, [2, 3])"),
        Case("torch.randint(low=1, high=5, size=(2,), dtype=torch.float16)"),
        Case("torch.randint(high=5, size=())"),
        Case("torch.randint(5, 5, (2, 3))", refused=_EMPTY_RANGE),
        Case("torch.randint(0, 5, 3)", refused="randint() received an invalid combination of arguments"),
        Case("torch.randint(5, (-2,))", refused="negative"),
    ),
)
def randint(
    *given: Any, low: Any = 0, high: Any = None, size: Any = None, dtype: DType | None = None, **_options: Any
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.randint.html"""
    if size is None and given:
        given, size = given[:-1], given[-1]
    if not isinstance(size, list | tuple):
        raise Refused("randint() received an invalid combination of arguments")
    _check_range(*_limits("randint", given, low, high))
    return TensorType(shape_of("randint", (), size), dtype or DType.int64)


@operator(
    "torch.randint_like",
    cases=(
        Case("torch.randint_like(x, 5)", x="2,3"),
        Case("torch.randint_like(x, low=0, high=5, dtype=torch.int64)", x="2,3"),
        Case("torch.randint_like(x, 5, 5)", x="2,3", refused=_EMPTY_RANGE),
    ),
)
def randint_like(
    input: TensorType, *given: Any, low: Any = 0, high: Any = None, dtype: DType | None = None, **_options: Any
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.randint_like.html"""
    _check_range(*_limits("randint_like", given, low, high))
    return TensorType(input.shape, dtype or input.dtype)


@operator(
    "torch.randperm",
    cases=(
        Case("torch.randperm(5)"),
        Case("torch.randperm(n=3, dtype=torch.int32)"),
        Case("torch.randperm(-1)", refused="negative"),
    ),
)
def randperm(n: Dim, *, dtype: DType | None = None, **_options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.randperm.html"""
    return TensorType(shape_of("randperm", (n,)), dtype or DType.int64)


def _check_floating(kernel: str, input: TensorType) -> None:
    if not input.dtype.is_floating and not input.dtype.is_complex:
        raise Refused(f"\"{kernel}\" not implemented for '{scalar_name(input.dtype)}'")


@operator(
    "torch.normal",
    cases=(
        Case("torch.normal(x, y)", x="2,1", y="3"),
        Case("torch.normal(x)", x="2:float64"),
        Case("torch.normal(x, 2.0)", x="2"),
        Case("torch.normal(0.0, x)", x="2,3"),
        Case("torch.normal(0, 1, size=(2, 3))"),
        Case("torch.normal(mean=0.0, std=1.0, size=(2,), dtype=torch.float64)"),
        Case("torch.normal(x, y)", x="2", y="3", refused="must match the size of tensor b (3)"),
        Case("torch.normal(0.0, -1.0, (2,))", refused="normal expects std >= 0.0, but found std -1"),
    ),
)
def normal(
    mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, dtype: DType | None = None, **_options: Any
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.normal.html"""
    if isinstance(std, int | float):
        require(std >= 0, f"normal expects std >= 0.0, but found std {std:g}")
    given = [value for value in (mean, std) if isinstance(value, TensorType)]
    if not given:
        return TensorType(shape_of("normal", (), size), dtype or DType.float32)
    _check_floating("normal_kernel_cpu", given[0])
    return TensorType(broadcast(*(each.shape for each in given)), given[0].dtype)


@operator(
    "torch.bernoulli", "Tensor.bernoulli",
    cases=(
        Case("torch.bernoulli(x)", x="2,3"),
        Case("x.bernoulli(0.5)", x="2,3:float64"),
        Case("torch.bernoulli(x, p=0.2)", x=""),
        Case("x.bernoulli(1.5)", x="2", refused="bernoulli_ expects p to be in [0, 1], but got p=1.5"),
    ),
)  # fmt: skip
def bernoulli(input: TensorType, p: float | None = None, **_options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.bernoulli.html"""
    if isinstance(p, int | float) and not 0 <= p <= 1:
        raise Refused(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return input


@operator("torch.poisson", cases=(Case("torch.poisson(x)", x="2,3"), Case("torch.poisson(x)", x=":float64")))
def poisson(input: TensorType, generator: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.poisson.html"""
    return input


@operator(
    "torch.multinomial", "Tensor.multinomial",
    cases=(
        Case("torch.multinomial(x, 2)", x="5"),
        Case("x.multinomial(num_samples=5, replacement=True)", x="3,4"),
        Case("x.multinomial(5)", x="3,4", refused="cannot sample n_sample > prob_dist.size(-1) samples without"),
        Case("x.multinomial(0)", x="3,4", refused="cannot sample n_sample <= 0 samples"),
        Case("x.multinomial(1)", x="2,3,4", refused="prob_dist must be 1 or 2 dim"),
        Case("x.multinomial(1)", x="3:int64", refused="multinomial only supports floating-point dtypes for input"),
    ),
)  # fmt: skip
def multinomial(input: TensorType, num_samples: Dim, replacement: bool = False, *, generator: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.multinomial.html"""
    if input.rank not in (1, 2):
        raise Refused("prob_dist must be 1 or 2 dim")
    if not input.dtype.is_floating:
        raise Refused(f"multinomial only supports floating-point dtypes for input, got: {scalar_name(input.dtype)}")
    count = integer("multinomial", num_samples)
    require(at_least(count, 1), "cannot sample n_sample <= 0 samples")
    if not replacement:
        complaint = "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        require(at_least(input.shape[-1], count), complaint)
    return TensorType((*input.shape[:-1], count), DType.int64)


def _filled(method: str, call: str, *, kernel: str | None = None) -> OperatorSpec:
    """An entry that overwrites a tensor with random numbers; `kernel` names what is missing for integers."""

    def rule(self: TensorType, *_arguments: Any, **_options: Any) -> TensorType:
        if kernel:
            _check_floating(kernel, self)
        return self

    return operator(
        f"Tensor.{method}", cases=(Case(f"x.{method}()", x="2,3:float64"), Case(f"x.{method}({call})", x="2,3"))
    )(rule)


FILLED = (
    _filled("normal_", "0.0, std=0.02", kernel="normal_kernel_cpu"),
    _filled("uniform_", "-0.1, 0.1", kernel="check_uniform_bounds"),
    _filled("exponential_", "lambd=2.0", kernel="exponential_kernel_cpu"),
    _filled("log_normal_", "1.0, 2.0", kernel="log_normal"),
    _filled("cauchy_", "median=1.0", kernel="cauchy_cpu"),
    _filled("random_", "0, 5"),
)


@operator(
    "Tensor.bernoulli_",
    cases=(
        Case("x.bernoulli_()", x="2,3:int64"),
        Case("x.bernoulli_(p=0.3)", x="2,3"),
        Case("x.bernoulli_(y)", x="2,3", y="3"),
        Case("x.bernoulli_(1.5)", x="2", refused="bernoulli_ expects p to be in [0, 1], but got p=1.5"),
    ),
)
def bernoulli_(self: TensorType, p: Any = 0.5, *, generator: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.bernoulli_.html"""
    if isinstance(p, TensorType):
        broadcast_in_place("bernoulli_", self.shape, p.shape)
    elif isinstance(p, int | float) and not 0 <= p <= 1:
        raise Refused(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return self
