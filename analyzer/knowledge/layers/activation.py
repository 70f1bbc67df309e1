"""The activations of torch.nn: all but GLU keep the shape, and only PReLU has a parameter.

GELU() on [2, 3] float32                -> [2, 3] float32
GLU(dim=1) on [2, 6, 4] float32         -> [2, 3, 4] float32
PReLU(64) on [N, 64, H, W] float32      -> [N, 64, H, W] float32, weight: [64]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge import nonlinearity
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#non-linear-activations-weighted-sum-nonlinearity"

Attributes = Mapping[str, Any]


def _plain() -> Attributes:
    return {}


def _inplace(inplace: bool = False) -> Attributes:
    return {"inplace": inplace}


def _alpha(alpha: float = 1.0, inplace: bool = False) -> Attributes:
    return {"alpha": alpha, "inplace": inplace}


def _slope(negative_slope: float = 0.01, inplace: bool = False) -> Attributes:
    return {"negative_slope": negative_slope, "inplace": inplace}


def _lambd(lambd: float = 0.5) -> Attributes:
    return {"lambd": lambd}


def _dim(dim: int | None = None) -> Attributes:
    return {"dim": dim}


def _glu_dim(dim: int = -1) -> Attributes:
    return {"dim": dim}


def _approximate(approximate: str = "none") -> Attributes:
    return {"approximate": approximate}


def _softplus(beta: float = 1.0, threshold: float = 20.0) -> Attributes:
    return {"beta": beta, "threshold": threshold}


def _threshold(threshold: float, value: float, inplace: bool = False) -> Attributes:
    return {"threshold": threshold, "value": value, "inplace": inplace}


def _rrelu(lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> Attributes:
    return {"lower": lower, "upper": upper, "inplace": inplace}


def _hardtanh(
    min_val: float = -1.0,
    max_val: float = 1.0,
    inplace: bool = False,
    min_value: float | None = None,
    max_value: float | None = None,
) -> Attributes:
    lower = min_val if min_value is None else min_value
    upper = max_val if max_value is None else max_value
    if upper <= lower:
        raise Refused(f"max_val ({upper}) must be greater than min_val ({lower})")
    return {"min_val": lower, "max_val": upper, "inplace": inplace}


def _relu6(inplace: bool = False) -> Attributes:
    return {"min_val": 0.0, "max_val": 6.0, "inplace": inplace}


def _prelu(
    num_parameters: Dim = 1, init: float = 0.25, device: object = None, dtype: DType | None = None
) -> Attributes:
    return {"num_parameters": num_parameters, "init": init}


def _prelu_parameters(c: Any) -> Mapping[str, Shape]:
    return {"weight": (c.num_parameters,)}


def _softmax2d(c: Any, input: TensorType) -> TensorType:
    if input.rank not in (3, 4):
        raise Refused(f"Softmax2d: expected input to be 3D or 4D, got {input.rank}D instead")
    return nonlinearity.floating("softmax", input)


def _floating(name: str) -> Callable[..., TensorType]:
    def forward(c: Any, input: TensorType) -> TensorType:
        return nonlinearity.floating(name, input)

    return forward


def _real(name: str) -> Callable[..., TensorType]:
    def forward(c: Any, input: TensorType) -> TensorType:
        return nonlinearity.real(name, input)

    return forward


def _promoted(c: Any, input: TensorType) -> TensorType:
    return nonlinearity.promoted(input)


def _divided(name: str) -> Callable[..., TensorType]:
    def forward(c: Any, input: TensorType) -> TensorType:
        return nonlinearity.divided(name, input)

    return forward


def _silu(c: Any, input: TensorType) -> TensorType:
    return input if input.dtype.is_complex else nonlinearity.floating("silu", input)


def _softmax(name: str) -> Callable[..., TensorType]:
    def forward(c: Any, input: TensorType) -> TensorType:
        return nonlinearity.softmax(name, input, c.dim)

    return forward


def _clamped(c: Any, input: TensorType) -> TensorType:
    return nonlinearity.hardtanh(input, c.min_val, c.max_val)


def _entry(
    name: str, configure: Callable[..., Attributes], forward: Callable[..., TensorType], *cases: Case, **more: Any
) -> LayerSpec:
    """An entry with its own cases, and those that every activation of the same arguments has."""
    common = tuple(Case(cases[0].call, text) for text in ("2,6,4,4", "4,0,2:float64", "1,2,6:bfloat16"))
    call = cases[0].call.removesuffix(")")
    unknown = Case(f"{call}{'' if call.endswith('(') else ', '}slope=1)", "2,3", refused="slope")
    return LayerSpec(name, configure, forward, page=PAGE, cases=(*cases, *common, unknown), **more)


ACTIVATIONS = (
    _entry(
        "Threshold",
        _threshold,
        _real("threshold"),
        Case("Threshold(0.1, 20)", "2,3"),
        Case("Threshold(1, 2, inplace=True)", "4:int64"),
        Case("Threshold(0.1)", "2,3", refused="value"),
    ),
    _entry("ReLU", _inplace, _real("relu"), Case("ReLU()", "2,3"), Case("ReLU(True)", "2,3:int64"), Case("ReLU()", "")),
    _entry(
        "RReLU",
        _rrelu,
        lambda c, input: nonlinearity.rrelu(input, c.lower, c.upper),
        Case("RReLU()", "2,3"),
        Case("RReLU(0.1, 0.2, True).train()", "2,3"),
        Case("RReLU(0.5, 0.1)", "2,3", refused="Lower bound"),
    ),
    _entry(
        "Hardtanh",
        _hardtanh,
        _clamped,
        Case("Hardtanh()", "2,3"),
        Case("Hardtanh(min_value=-3, max_value=3)", "2,3"),
        Case("Hardtanh(0.0, 6.0, True)", "2:uint8"),
        Case("Hardtanh()", "2:uint8", refused="unsigned"),
        Case("Hardtanh()", "2:bool", refused="Bool"),
        Case("Hardtanh(1, 1)", "2,3", refused="must be greater than"),
    ),
    _entry(
        "ReLU6",
        _relu6,
        _clamped,
        Case("ReLU6()", "2,3,4,5"),
        Case("ReLU6(inplace=True)", "2,3:uint8"),
        Case("ReLU6()", "2:bool", refused="Bool"),
        bases=("Hardtanh",),
    ),
    _entry(
        "Sigmoid",
        _plain,
        _promoted,
        Case("Sigmoid()", "2,3:float16"),
        Case("Sigmoid()", "2:int64"),
        Case("Sigmoid(3)", "2", refused="positional"),
    ),
    _entry("Hardsigmoid", _inplace, _floating("hardsigmoid"), Case("Hardsigmoid(inplace=True)", "2,3")),
    _entry("Tanh", _plain, _promoted, Case("Tanh()", "2,3"), Case("Tanh(inplace=True)", "2", refused="inplace")),
    _entry("SiLU", _inplace, _silu, Case("SiLU()", "2,3"), Case("SiLU(inplace=True)", "2,3:complex64")),
    _entry("Mish", _inplace, _floating("mish"), Case("Mish(inplace=True)", "2,3:bfloat16")),
    _entry("Hardswish", _inplace, _floating("hardswish"), Case("Hardswish(True)", "2,3,4,4")),
    _entry(
        "ELU",
        _alpha,
        _floating("elu"),
        Case("ELU()", "2,3"),
        Case("ELU(0.5, inplace=True)", "2,3"),
        Case("ELU()", "2,3:int64", refused="not implemented"),
    ),
    _entry(
        "CELU",
        _alpha,
        lambda c, input: nonlinearity.celu(input, c.alpha),
        Case("CELU(2.0)", "2,3"),
        Case("CELU(0)", "2,3", refused="alpha cannot be 0"),
    ),
    _entry(
        "SELU",
        _inplace,
        _floating("selu"),
        Case("SELU(inplace=True)", "2,3"),
        Case("SELU()", "2:int64", refused="not implemented"),
    ),
    _entry(
        "GLU",
        _glu_dim,
        lambda c, input: nonlinearity.glu(input, c.dim),
        Case("GLU()", "4,6"),
        Case("GLU(dim=1)", "4,6,2"),
        Case("GLU()", "0"),
        Case("GLU()", "4,5", refused="Halving dimension must be even"),
        Case("GLU()", "", refused="does not support scalars"),
        Case("GLU(1)", "4", refused="Dimension out of range"),
    ),
    _entry(
        "GELU",
        _approximate,
        lambda c, input: nonlinearity.gelu(input, c.approximate),
        Case("GELU()", "2,3"),
        Case("GELU('tanh')", "2,3"),
        Case("GELU('quick')", "2,3", refused="either none or tanh"),
    ),
    _entry("Hardshrink", _lambd, _floating("hardshrink"), Case("Hardshrink(0.2)", "2,3")),
    _entry(
        "LeakyReLU",
        _slope,
        _floating("leaky_relu"),
        Case("LeakyReLU(0.2, inplace=True)", "2,3"),
        Case("LeakyReLU()", "2:int64", refused="not implemented"),
    ),
    _entry(
        "LogSigmoid",
        _plain,
        _floating("log_sigmoid"),
        Case("LogSigmoid()", "2,3"),
        Case("LogSigmoid()", "2:bool", refused="not implemented"),
    ),
    _entry("Softplus", _softplus, _floating("softplus"), Case("Softplus(2, threshold=10)", "2,3")),
    _entry(
        "Softshrink",
        _lambd,
        lambda c, input: nonlinearity.softshrink(input, c.lambd),
        Case("Softshrink(0.2)", "2,3"),
        Case("Softshrink(-1)", "2,3", refused="lambda must be"),
    ),
    _entry("Softsign", _plain, _divided("softsign"), Case("Softsign()", "2,3"), Case("Softsign()", "2:int64")),
    _entry("Tanhshrink", _plain, _divided("tanhshrink"), Case("Tanhshrink()", "2,3"), Case("Tanhshrink()", "2:int64")),
    _entry(
        "Softmin",
        _dim,
        _softmax("softmin"),
        Case("Softmin(dim=1)", "2,3"),
        Case("Softmin()", "2,3"),
        Case("Softmin(2)", "2,3", refused="Dimension out of range"),
    ),
    _entry(
        "Softmax",
        _dim,
        _softmax("softmax"),
        Case("Softmax(dim=-1)", "2,3"),
        Case("Softmax()", "2,3,4"),
        Case("Softmax(0)", ""),
        Case("Softmax(1)", "3", refused="Dimension out of range"),
    ),
    _entry(
        "Softmax2d",
        _plain,
        _softmax2d,
        Case("Softmax2d()", "3,4,5"),
        Case("Softmax2d()", "2,3", refused="expected input to be 3D or 4D"),
    ),
    _entry(
        "LogSoftmax",
        _dim,
        _softmax("log_softmax"),
        Case("LogSoftmax(dim=1)", "2,3"),
        Case("LogSoftmax(5)", "2,3", refused="Dimension out of range"),
    ),
)

PRELU = LayerSpec(
    "PReLU",
    _prelu,
    lambda c, input: nonlinearity.prelu(input, c.weight),
    parameters=_prelu_parameters,
    page=PAGE,
    cases=(
        Case("PReLU()", "2,3"),
        Case("PReLU(init=0.1)", ""),
        Case("PReLU(3, init=0.1)", "2,3,4"),
        Case("PReLU(1, dtype=torch.float64)", "5:float64"),
        Case("PReLU(3)", "2,4", refused="Mismatch of parameter numbers"),
        Case("PReLU(3)", "3", refused="channel size = 1"),
        Case("PReLU(3)", "", refused="zero-dim"),
        Case("PReLU()", "2,3:float16", refused="Type promoting"),
    ),
)
