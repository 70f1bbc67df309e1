"""Layers that multiply the last dimension by a weight: Linear, Bilinear and their kin, and Identity.

Linear(512, 10) on [8, 49, 512] float32     -> [8, 49, 10] float32
    weight: [10, 512]   bias: [10]   multiply-accumulates: 8 * 49 * 10 * 512
Linear(512, 10) on [8, 511] float32         -> Refused: mat1 and mat2 shapes cannot be multiplied (8x511 and 512x10)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.expression import Dim, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.geometry.axes import require_new, unequal
from analyzer.knowledge.geometry.linear import multiplication_macs, multiply, multiply_both
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#linear-layers"


def _identity(*args: Any, **kwargs: Any) -> Mapping[str, Any]:
    return {}


def _linear(
    in_features: Dim, out_features: Dim, bias: bool = True, device: object = None, dtype: DType | None = None
) -> Mapping[str, Any]:
    require_new((out_features, in_features))
    return {"in_features": in_features, "out_features": out_features, "_bias": bias}


def _linear_parameters(c: Any) -> Mapping[str, Shape | None]:
    return {"weight": (c.out_features, c.in_features), "bias": (c.out_features,) if c._bias else None}


def _linear_forward(c: Any, input: TensorType) -> TensorType:
    return multiply(input, c.weight, c.bias)


def _linear_macs(c: Any, output: TensorType, input: TensorType) -> Dim:
    return multiplication_macs(output, c.weight)


def _lazy_linear(
    out_features: Dim, bias: bool = True, device: object = None, dtype: DType | None = None
) -> Mapping[str, Any]:
    return {"in_features": 0, "out_features": out_features, "_bias": bias}


def _infer_linear(c: Any, input: TensorType) -> Mapping[str, Any]:
    if input.rank == 0:
        raise Refused("tuple index out of range")
    return {"in_features": input.shape[-1]}


def _bilinear(
    in1_features: Dim,
    in2_features: Dim,
    out_features: Dim,
    bias: bool = True,
    device: object = None,
    dtype: DType | None = None,
) -> Mapping[str, Any]:
    require_new((out_features, in1_features, in2_features))
    require(unequal(in1_features, 0), "float division by zero")
    return {
        "in1_features": in1_features,
        "in2_features": in2_features,
        "out_features": out_features,
        "_bias": bias,
    }


def _bilinear_parameters(c: Any) -> Mapping[str, Shape | None]:
    weight = (c.out_features, c.in1_features, c.in2_features)
    return {"weight": weight, "bias": (c.out_features,) if c._bias else None}


def _bilinear_forward(c: Any, input1: TensorType, input2: TensorType) -> TensorType:
    return multiply_both(input1, input2, c.weight, c.bias)


IDENTITY = LayerSpec(
    name="Identity",
    configure=_identity,
    forward=lambda c, input: input,
    page=PAGE,
    cases=(
        Case("Identity()", "2,3"),
        Case("Identity(54, unused_argument1=0.1)", "128,20:float16"),
        Case("Identity()", ""),
        Case("Identity()", "3,0,2:int64"),
    ),
)

LINEAR = LayerSpec(
    name="Linear",
    configure=_linear,
    parameters=_linear_parameters,
    forward=_linear_forward,
    macs=_linear_macs,
    page=PAGE,
    cases=(
        Case("Linear(20, 30)", "128,20"),
        Case("Linear(20, 30, bias=False)", "128,20"),
        Case("Linear(20, 30)", "20"),
        Case("Linear(20, 30)", "2,3,4,20"),
        Case("Linear(in_features=20, out_features=30, bias=False)", "2,3,4,20"),
        Case("Linear(5, 0)", "2,5"),
        Case("Linear(0, 5)", "2,0"),
        Case("Linear(20, 30, dtype=torch.float16)", "0,20:float16"),
        Case("Linear(20, 30)", "128,21", refused="mat1 and mat2 shapes cannot be multiplied (128x21 and 20x30)"),
        Case("Linear(20, 30)", "2,4,30", refused="(8x30 and 20x30)"),
        Case("Linear(20, 30)", "", refused="at least 1D"),
        Case("Linear(20, 30)", "4,20:float16", refused="same dtype"),
        Case("Linear(20, 30)", "4,20:int64", refused="same dtype"),
        Case("Linear(20, -30)", refused="negative dimension"),
        Case("Linear(20, 30.0)", refused="must be tuple of ints"),
    ),
)

NON_DYNAMICALLY_QUANTIZABLE_LINEAR = LayerSpec(
    name="NonDynamicallyQuantizableLinear",
    module="torch.nn.modules.linear",
    bases=("Linear",),
    configure=_linear,
    parameters=_linear_parameters,
    forward=_linear_forward,
    macs=_linear_macs,
    page="https://github.com/pytorch/pytorch/blob/v2.13.0/torch/nn/modules/linear.py",
    cases=(
        Case("NonDynamicallyQuantizableLinear(20, 30)", "128,20"),
        Case("NonDynamicallyQuantizableLinear(20, 30, bias=False)", "128,20"),
        Case("NonDynamicallyQuantizableLinear(20, 30)", "2,3,20"),
        Case("NonDynamicallyQuantizableLinear(1, 1)", "1"),
        Case("NonDynamicallyQuantizableLinear(20, 30)", "128,21", refused="mat1 and mat2 shapes cannot be multiplied"),
    ),
)

LAZY_LINEAR = LayerSpec(
    name="LazyLinear",
    bases=("Linear",),
    configure=_lazy_linear,
    parameters=_linear_parameters,
    forward=_linear_forward,
    macs=_linear_macs,
    infer=_infer_linear,
    becomes="Linear",
    page=PAGE,
    cases=(
        Case("LazyLinear(30)", "128,20"),
        Case("LazyLinear(30, bias=False)", "2,5,7"),
        Case("LazyLinear(30)", "9"),
        Case("LazyLinear(0)", "2,5"),
        Case("LazyLinear(30)"),
        Case("LazyLinear(30)", "2,5:float64", refused="same dtype"),
    ),
)

BILINEAR = LayerSpec(
    name="Bilinear",
    configure=_bilinear,
    parameters=_bilinear_parameters,
    forward=_bilinear_forward,
    page=PAGE,
    cases=(
        Case("Bilinear(20, 30, 40)", "128,20", "128,30"),
        Case("Bilinear(20, 30, 40, bias=False)", "2,5,20", "2,5,30"),
        Case("Bilinear(20, 30, 40)", "20", "30"),
        Case("Bilinear(2, 3, 4, dtype=torch.float64)", "5,2:float64", "5,3:float64"),
        Case("Bilinear(20, 30, 40)", "128,21", "128,30", refused="input1 size does not match weight size: got 21"),
        Case("Bilinear(20, 30, 40)", "128,20", "128,31", refused="input2 size does not match weight size: got 31"),
        Case("Bilinear(20, 30, 40)", "128,20", "127,30", refused="input batch dimensions do not match at dim 0"),
        Case("Bilinear(20, 30, 40)", "128,20", "1,30", refused="input batch dimensions do not match at dim 0"),
        Case("Bilinear(20, 30, 40)", "2,4,20", "4,30", refused="input dimensions do not match: got 3 and 2"),
        Case("Bilinear(20, 30, 40)", "4,20:float64", "4,30", refused="must have the same dtype"),
    ),
)
