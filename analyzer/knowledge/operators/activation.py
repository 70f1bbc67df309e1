"""Activations as functions and methods; the layers of the same names do the same.

    F.gelu(x)                 x [2, 3] float32   -> [2, 3] float32
    F.glu(x, dim=1)           x [2, 6] float32   -> [2, 3] float32
    x.sigmoid_()              x [2] int64        -> Refused: result type Float can't be cast to ... Long

Source: https://docs.pytorch.org/docs/2.13/nn.functional.html#non-linear-activation-functions
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge import nonlinearity
from analyzer.knowledge.nonlinearity import divided, floating, promoted, real
from analyzer.knowledge.operands import check_cast, check_tensor, dimension, inexact
from analyzer.knowledge.operator import Case, OperatorSpec, operator

Check = Callable[[str, TensorType], TensorType]


def _silu(name: str, input: TensorType) -> TensorType:
    return input if input.dtype.is_complex else floating(name, input)


def _with_inplace(name: str, check: Check) -> OperatorSpec:
    """`F.name(input, inplace=False)`"""

    def rule(input: TensorType, inplace: bool = False) -> TensorType:
        check_tensor(input, name)
        return check(name, input)

    cases = (Case(f"F.{name}(x)", x="2,3"), Case(f"F.{name}(x, inplace=True)", x=""))
    return operator(f"torch.nn.functional.{name}", cases=cases)(rule)


INPLACE = tuple(
    _with_inplace(name, check)
    for name, check in (
        ("relu", real), ("selu", floating), ("silu", _silu), ("mish", floating), ("hardswish", floating),
        ("hardsigmoid", floating),
    )
)  # fmt: skip


@operator(
    "torch.nn.functional.relu6",
    cases=(Case("F.relu6(x)", x="2,3:uint8"), Case("F.relu6(x)", x="2:bool", refused="Bool inputs not supported")),
)
def relu6(input: TensorType, inplace: bool = False) -> TensorType:
    return real("hardtanh", input)


def _unary(names: tuple[str, ...], check: Check, *cases: Case) -> OperatorSpec:
    """A function or method of one tensor and nothing else."""
    name = names[0].rpartition(".")[2]

    def rule(input: TensorType) -> TensorType:
        check_tensor(input, name)
        return check(name, input)

    return operator(*names, cases=cases)(rule)


def _stored(name: str, input: TensorType) -> TensorType:
    """In place, an integer tensor cannot hold the result."""
    check_cast(inexact(input.dtype), input.dtype)
    return input


def _promoted(name: str, input: TensorType) -> TensorType:
    return promoted(input)


UNARY = (
    _unary(
        ("torch.relu", "Tensor.relu", "torch.relu_", "Tensor.relu_", "torch.nn.functional.relu_"), real,
        Case("torch.relu(x)", x="2,3"), Case("x.relu_()", x="2:int64"), Case("x.relu()", x="2:bool", refused="Bool"),
    ),
    _unary(
        ("torch.selu", "torch.selu_", "torch.nn.functional.selu_"), floating,
        Case("torch.selu(x)", x="2,3"), Case("F.selu_(x)", x="2,3"),
        Case("torch.selu(x)", x="2:int64", refused="not implemented"),
    ),
    _unary(
        ("torch.sigmoid", "Tensor.sigmoid", "torch.nn.functional.sigmoid", "torch.special.expit"), _promoted,
        Case("torch.sigmoid(x)", x="2,3"), Case("x.sigmoid()", x="2:int64"), Case("torch.special.expit(x)", x="2:bool"),
    ),
    _unary(
        ("torch.tanh", "Tensor.tanh", "torch.nn.functional.tanh"), _promoted,
        Case("torch.tanh(x)", x="2,3"), Case("x.tanh()", x="2:complex64"), Case("F.tanh(x)", x="2:uint8"),
    ),
    _unary(
        ("torch.sigmoid_", "Tensor.sigmoid_", "torch.tanh_", "Tensor.tanh_"), _stored,
        Case("x.sigmoid_()", x="2,3"), Case("torch.tanh_(x)", x="2:float16"),
        Case("x.sigmoid_()", x="2:int64", refused=""),
    ),
    _unary(
        ("torch.nn.functional.softsign",), divided, Case("F.softsign(x)", x="2,3"), Case("F.softsign(x)", x="2:int64"),
    ),
    _unary(
        ("torch.nn.functional.tanhshrink",), divided,
        Case("F.tanhshrink(x)", x="2,3"), Case("F.tanhshrink(x)", x="2:bool", refused="not implemented"),
    ),
    _unary(
        ("torch.nn.functional.logsigmoid",), floating,
        Case("F.logsigmoid(x)", x="2,3"), Case("F.logsigmoid(x)", x="2:bool", refused="not implemented"),
    ),
)  # fmt: skip


@operator(
    "torch.logit", "Tensor.logit", "torch.special.logit",
    cases=(Case("torch.logit(x)", x="2,3"), Case("x.logit(0.1)", x="2:int64")),
)  # fmt: skip
def logit(input: TensorType, eps: float | None = None) -> TensorType:
    return promoted(input)


@operator(
    "torch.nn.functional.elu",
    cases=(
        Case("F.elu(x, 0.5, True)", x="2,3"),
        Case("F.elu(x)", x="2:int64", refused="not implemented"),
    ),
)
def elu(input: TensorType, alpha: float = 1.0, inplace: bool = False) -> TensorType:
    return floating("elu", input)


@operator("torch.nn.functional.elu_", cases=(Case("F.elu_(x, 0.5)", x="2,3"),))
def elu_(input: TensorType, alpha: float = 1.0, scale: float = 1, input_scale: float = 1) -> TensorType:
    return floating("elu", input)


@operator(
    "torch.nn.functional.celu",
    cases=(Case("F.celu(x, alpha=2.0)", x="2,3"), Case("F.celu(x, 0)", x="2", refused="alpha cannot be 0")),
)
def celu(input: TensorType, alpha: float = 1.0, inplace: bool = False) -> TensorType:
    return nonlinearity.celu(input, alpha)


@operator(
    "torch.celu", "torch.celu_", "torch.nn.functional.celu_",
    cases=(Case("torch.celu(x)", x="2,3"), Case("torch.celu_(x, 0)", x="2", refused="alpha cannot be 0")),
)  # fmt: skip
def torch_celu(input: TensorType, alpha: float = 1.0) -> TensorType:
    return nonlinearity.celu(input, alpha)


@operator(
    "torch.nn.functional.leaky_relu",
    cases=(
        Case("F.leaky_relu(x, 0.2, inplace=True)", x="2,3"),
        Case("F.leaky_relu(x)", x="2:int64", refused="not implemented"),
    ),
)
def leaky_relu(input: TensorType, negative_slope: float = 0.01, inplace: bool = False) -> TensorType:
    return floating("leaky_relu", input)


@operator("torch.nn.functional.leaky_relu_", cases=(Case("F.leaky_relu_(x, 0.2)", x="2,3"),))
def leaky_relu_(input: TensorType, negative_slope: float = 0.01) -> TensorType:
    return floating("leaky_relu", input)


@operator(
    "torch.nn.functional.rrelu",
    cases=(
        Case("F.rrelu(x, 0.1, 0.2, training=True)", x="2,3"),
        Case("F.rrelu(x, 0.5, 0.1)", x="2,3", refused="Lower bound"),
    ),
)
def rrelu(
    input: TensorType, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False, inplace: bool = False
) -> TensorType:
    return nonlinearity.rrelu(input, lower, upper)


@operator(
    "torch.rrelu", "torch.rrelu_", "torch.nn.functional.rrelu_",
    cases=(Case("torch.rrelu(x)", x="2,3"), Case("F.rrelu_(x, 0.5, 0.1)", x="2,3", refused="Lower bound")),
)  # fmt: skip
def torch_rrelu(
    input: TensorType, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False
) -> TensorType:
    return nonlinearity.rrelu(input, lower, upper)


@operator("torch.nn.functional.threshold", cases=(Case("F.threshold(x, 0.1, 20, inplace=True)", x="2,3"),))
def threshold(input: TensorType, threshold: float, value: float, inplace: bool = False) -> TensorType:
    return real("threshold", input)


@operator(
    "torch.threshold", "torch.threshold_", "torch.nn.functional.threshold_",
    cases=(Case("torch.threshold(x, 1, 2)", x="2,3:int64"), Case("F.threshold_(x, 0.1, 20)", x="2,3")),
)  # fmt: skip
def torch_threshold(input: TensorType, threshold: float, value: float) -> TensorType:
    return real("threshold", input)


@operator(
    "torch.nn.functional.hardtanh",
    cases=(
        Case("F.hardtanh(x, -2, 2, True)", x="2,3"),
        Case("F.hardtanh(x, 2, 1)", x="2,3", refused="min_val cannot be greater than max_val"),
        Case("F.hardtanh(x)", x="2:uint8", refused="unsigned"),
    ),
)
def hardtanh(input: TensorType, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> TensorType:
    return nonlinearity.hardtanh(input, min_val, max_val)


@operator("torch.nn.functional.hardtanh_", cases=(Case("F.hardtanh_(x, 0, 6)", x="2,3"),))
def hardtanh_(input: TensorType, min_val: float = -1.0, max_val: float = 1.0) -> TensorType:
    return nonlinearity.hardtanh(input, min_val, max_val)


@operator(
    "torch.nn.functional.glu",
    cases=(
        Case("F.glu(x)", x="4,6"),
        Case("F.glu(x, 1)", x="4,6,2"),
        Case("F.glu(x, dim=1)", x="4,5", refused="Halving dimension must be even"),
        Case("F.glu(x, 2)", x="4,6", refused="Dimension out of range"),
    ),
)
def glu(input: TensorType, dim: int = -1) -> TensorType:
    return nonlinearity.glu(input, dim)


@operator(
    "torch.nn.functional.gelu",
    cases=(
        Case("F.gelu(x)", x="2,3"),
        Case("F.gelu(x, approximate='tanh')", x="2:bfloat16"),
        Case("F.gelu(x, approximate='fast')", x="2", refused="either none or tanh"),
    ),
)
def gelu(input: TensorType, *, approximate: str = "none") -> TensorType:
    return nonlinearity.gelu(input, approximate)


@operator(
    "torch.nn.functional.hardshrink", "torch.hardshrink", "Tensor.hardshrink",
    cases=(Case("F.hardshrink(x, 0.2)", x="2,3"), Case("x.hardshrink()", x="2,3")),
)  # fmt: skip
def hardshrink(input: TensorType, lambd: float = 0.5) -> TensorType:
    return floating("hardshrink", input)


@operator(
    "torch.nn.functional.softshrink",
    cases=(Case("F.softshrink(x)", x="2,3"), Case("F.softshrink(x, -1)", x="2", refused="lambda must be")),
)
def softshrink(input: TensorType, lambd: float = 0.5) -> TensorType:
    return nonlinearity.softshrink(input, lambd)


@operator("torch.nn.functional.softplus", cases=(Case("F.softplus(x, 2, threshold=10)", x="2,3"),))
def softplus(input: TensorType, beta: float = 1, threshold: float = 20) -> TensorType:
    return floating("softplus", input)


@operator(
    "torch.nn.functional.prelu", "torch.prelu", "Tensor.prelu",
    cases=(
        Case("F.prelu(x, w)", x="2,3", w="3"),
        Case("x.prelu(w)", x="2,3", w=""),
        Case("torch.prelu(x, w)", x="2,3,4", w="4", refused="Mismatch of parameter numbers"),
        Case("torch.prelu(x, w)", x="2,3", w="1:float64", refused="Type promoting"),
        Case("torch.prelu(x, w)", x="2,3", w="1,3", refused="scalar or 1D tensor"),
    ),
)  # fmt: skip
def prelu(input: TensorType, weight: TensorType) -> TensorType:
    return nonlinearity.prelu(input, weight)


def _softmax(name: str) -> tuple[OperatorSpec, OperatorSpec]:
    """`F.name`, which may guess the dimension, and `torch.name`, which may not."""

    def functional(
        input: TensorType, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None
    ) -> TensorType:
        return nonlinearity.softmax(name, input, dim, dtype)

    def rule(input: TensorType, dim: int, dtype: DType | None = None) -> TensorType:
        if dim is None:
            raise Refused(f"{name}() received an invalid combination of arguments")
        return nonlinearity.softmax(name, input, dim, dtype)

    return (
        operator(
            f"torch.nn.functional.{name}",
            cases=(
                Case(f"F.{name}(x)", x="2,3,4"),
                Case(f"F.{name}(x, dim=-1)", x=""),
                Case(f"F.{name}(x, 1, dtype=torch.float64)", x="2,3:int64"),
                Case(f"F.{name}(x, 2)", x="2,3", refused="Dimension out of range"),
            ),
        )(functional),
        operator(
            f"torch.{name}", f"Tensor.{name}", f"torch.special.{name}",
            cases=(
                Case(f"torch.{name}(x, dim=1)", x="2,3"),
                Case(f"x.{name}(-1, torch.float32)", x="2,3:float16"),
                Case(f"torch.special.{name}(x, 0)", x="2"),
                Case(f"x.{name}(-2)", x="3", refused="Dimension out of range"),
            ),
        )(rule),
    )  # fmt: skip


SOFTMAX = (*_softmax("softmax"), *_softmax("log_softmax"))


@operator("torch.nn.functional.softmin", cases=(Case("F.softmin(x, dim=1)", x="2,3"), Case("F.softmin(x)", x="2,3")))
def softmin(input: TensorType, dim: int | None = None, _stacklevel: int = 3, dtype: DType | None = None) -> TensorType:
    return nonlinearity.softmax("softmin", input, dim, dtype)


@operator(
    "torch.nn.functional.gumbel_softmax",
    cases=(
        Case("F.gumbel_softmax(x, tau=0.5, hard=True)", x="2,3"),
        Case("F.gumbel_softmax(x, dim=2)", x="2,3", refused="Dimension out of range"),
        Case("F.gumbel_softmax(x)", x="2,3:int64", refused="not implemented"),
    ),
)
def gumbel_softmax(
    logits: TensorType, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> TensorType:
    dimension(dim, logits.rank)
    return floating("exponential_", logits)
