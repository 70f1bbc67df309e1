"""Padding layers: constants, zeros, reflection, replication and wrapping around, over one to three axes.

ZeroPad2d((1, 2, 0, 3)) on [N, 3, H, W] float32    -> [N, 3, H + 3, W + 3] float32
ReflectionPad2d(8) on [3, 8, 8] float32            -> Refused: Padding size should be less than the corresponding ...
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.geometry.axes import Sizes, per_axis
from analyzer.knowledge.geometry.padding import pad
from analyzer.knowledge.layer import Case, LayerSpec

PAGE = "https://docs.pytorch.org/docs/2.13/nn.html#padding-layers"


def _constant(axes: int, *cases: Case) -> LayerSpec:
    def configure(padding: Sizes, value: float) -> Mapping[str, Any]:
        return {"value": value, "padding": per_axis(padding, 2 * axes)}

    return LayerSpec(
        name=f"ConstantPad{axes}d",
        bases=("_ConstantPadNd",),
        configure=configure,
        forward=lambda c, input: pad(input, c.padding, "constant", c.value),
        page=PAGE,
        cases=cases,
    )


def _zero(axes: int, *cases: Case) -> LayerSpec:
    def configure(padding: Sizes) -> Mapping[str, Any]:
        return {"value": 0.0, "padding": per_axis(padding, 2 * axes)}

    return LayerSpec(
        name=f"ZeroPad{axes}d",
        bases=(f"ConstantPad{axes}d", "_ConstantPadNd"),
        configure=configure,
        forward=lambda c, input: pad(input, c.padding, "constant", c.value),
        page=PAGE,
        cases=cases,
    )


def _mirroring(axes: int, name: str, mode: str, *cases: Case) -> LayerSpec:
    def configure(padding: Sizes) -> Mapping[str, Any]:
        return {"padding": per_axis(padding, 2 * axes)}

    def forward(c: Any, input: TensorType) -> TensorType:
        if mode == "circular" and input.rank not in (axes + 1, axes + 2):
            raise Refused(f"expected {axes + 1}D or {axes + 2}D input (got {input.rank}D input)")
        return pad(input, c.padding, mode)

    return LayerSpec(
        name=f"{name}{axes}d", bases=(f"_{name}Nd",), configure=configure, forward=forward, page=PAGE, cases=cases
    )


CONSTANT = (
    _constant(
        1,
        Case("ConstantPad1d(2, 3.5)", "1,2,4"),
        Case("ConstantPad1d((3, 1), 3.5)", "2,4"),
        Case("ConstantPad1d((-1, -2), 0)", "1,2,4"),
        Case("ConstantPad1d((0, 1), 0)", "4:int64"),
        Case("ConstantPad1d(1, 0.0)", "", refused="Padding length should be less than or equal to two times"),
        Case("ConstantPad1d((-3, -2), 0)", "1,2,4", refused="resulted in a negative output size"),
        Case("ConstantPad1d((1, 2, 3), 0)", "1,2,4", refused="Padding length must be divisible by 2"),
        Case("ConstantPad1d((1, 2.0), 0)", "1,2,4", refused="must be tuple of ints"),
    ),
    _constant(
        2,
        Case("ConstantPad2d(2, 3.5)", "1,2,2"),
        Case("ConstantPad2d((3, 0, 2, 1), 3.5)", "1,3,4,5"),
        Case("ConstantPad2d((1, 2), 0.0)", "8,8,8"),
        Case("ConstantPad2d(1, 0.0)", "8,8"),
        Case("ConstantPad2d(1, 0.0)", "8", refused="Padding length should be less than or equal to two times"),
        Case("ConstantPad2d((-9, 9, 0, 0), 0.0)", "8,8", refused="resulted in a negative output size"),
    ),
    _constant(
        3,
        Case("ConstantPad3d(3, 3.5)", "2,3,4,5,6"),
        Case("ConstantPad3d((3, 3, 6, 6, 0, 1), 3.5)", "3,4,5,6"),
        Case("ConstantPad3d((-1, 0, 0, -1, 1, 1), 3.5)", "4,5,6"),
        Case("ConstantPad3d([1, 2], 0.0)", "2,3"),
        Case("ConstantPad3d(1, 0.0)", "8,8", refused="Padding length should be less than or equal to two times"),
    ),
)

ZERO = (
    _zero(
        1,
        Case("ZeroPad1d(2)", "1,2,4"),
        Case("ZeroPad1d((3, 1))", "2,4"),
        Case("ZeroPad1d((-1, 0))", "2,4"),
        Case("ZeroPad1d(0)", "5:bool"),
        Case("ZeroPad1d(1)", "", refused="Padding length should be less than or equal to two times"),
    ),
    _zero(
        2,
        Case("ZeroPad2d(2)", "1,1,3,3"),
        Case("ZeroPad2d((1, 1, 2, 0))", "1,1,3,3"),
        Case("ZeroPad2d((-1, 1, -2, 0))", "3,3"),
        Case("ZeroPad2d((0, 1, 0, 1))", "8,224,224"),
        Case("ZeroPad2d(1)", "3", refused="Padding length should be less than or equal to two times"),
        Case("ZeroPad2d(-2)", "3,3", refused="resulted in a negative output size"),
    ),
    _zero(
        3,
        Case("ZeroPad3d(3)", "2,3,4,5,6"),
        Case("ZeroPad3d((3, 3, 6, 6, 0, 1))", "3,4,5,6"),
        Case("ZeroPad3d(1)", "4,5,6"),
        Case("ZeroPad3d((0, 0, 0, 0, -1, 0))", "4,5,6"),
        Case("ZeroPad3d(1)", "4,5", refused="Padding length should be less than or equal to two times"),
    ),
)

REFLECTION = (
    _mirroring(
        1,
        "ReflectionPad",
        "reflect",
        Case("ReflectionPad1d(2)", "1,2,4"),
        Case("ReflectionPad1d((3, 1))", "2,4"),
        Case("ReflectionPad1d((-1, 2))", "2,4"),
        Case("ReflectionPad1d(0)", "0,2,4"),
        Case("ReflectionPad1d(4)", "2,4", refused="Padding size should be less than the corresponding input dimension"),
        Case("ReflectionPad1d(1)", "4", refused="Padding size 2 is not supported for 1D input tensor"),
        Case("ReflectionPad1d(-2)", "2,4", refused="is too small. Calculated output size: [0]"),
        Case("ReflectionPad1d(1)", "1,0,4", refused="other non-zero dimensions for input"),
    ),
    _mirroring(
        2,
        "ReflectionPad",
        "reflect",
        Case("ReflectionPad2d(2)", "1,1,3,3"),
        Case("ReflectionPad2d((1, 1, 2, 0))", "1,3,3"),
        Case("ReflectionPad2d((0, 0, 1, 1))", "2,3,1:float64"),
        Case("ReflectionPad2d((1, 0))", "2,3"),
        Case("ReflectionPad2d(3)", "1,3,3", refused="got: padding (3, 3) at dimension 1 of input [1, 3, 3]"),
        Case("ReflectionPad2d(1)", "1,1,1,3,3", refused="Padding size 4 is not supported for 5D input tensor"),
        Case("ReflectionPad2d(1)", "3,3", refused="Padding size 4 is not supported for 2D input tensor"),
    ),
    _mirroring(
        3,
        "ReflectionPad",
        "reflect",
        Case("ReflectionPad3d(1)", "1,1,2,2,2"),
        Case("ReflectionPad3d((1, 2, 0, 1, 1, 1))", "2,4,5,6"),
        Case("ReflectionPad3d((1, 2, 0, 1))", "4,5,6"),
        Case("ReflectionPad3d(0)", "1,4,5,6"),
        Case("ReflectionPad3d((1, 1, 1, 2, 1, 1))", "1,3,8,2,8", refused="at dimension 3 of input [1, 3, 8, 2, 8]"),
        Case("ReflectionPad3d(1)", "3,3,3", refused="Padding size 6 is not supported for 3D input tensor"),
    ),
)

REPLICATION = (
    _mirroring(
        1,
        "ReplicationPad",
        "replicate",
        Case("ReplicationPad1d(2)", "1,2,4"),
        Case("ReplicationPad1d((13, 7))", "2,4"),
        Case("ReplicationPad1d((-1, -1))", "2,4"),
        Case("ReplicationPad1d(1)", "0,2,4"),
        Case("ReplicationPad1d(-2)", "2,4", refused="is too small. Calculated output size: [0]"),
        Case("ReplicationPad1d(1)", "4", refused="Padding size 2 is not supported for 1D input tensor"),
        Case("ReplicationPad1d(1)", "2,0", refused="other non-zero dimensions for input"),
    ),
    _mirroring(
        2,
        "ReplicationPad",
        "replicate",
        Case("ReplicationPad2d(2)", "1,1,3,3"),
        Case("ReplicationPad2d((1, 1, 2, 0))", "1,3,3"),
        Case("ReplicationPad2d((-1, 1, 20, 0))", "1,3,3"),
        Case("ReplicationPad2d(9)", "2,1,1"),
        Case("ReplicationPad2d(1)", "3,3", refused="Padding size 4 is not supported for 2D input tensor"),
        Case("ReplicationPad2d((-5, -5, 1, 1))", "3,8,8", refused="is too small. Calculated output size: -2"),
    ),
    _mirroring(
        3,
        "ReplicationPad",
        "replicate",
        Case("ReplicationPad3d(3)", "2,3,4,5,6"),
        Case("ReplicationPad3d((3, 3, 6, 6, 1, 1))", "3,4,5,6"),
        Case("ReplicationPad3d(1)", "1,1,1,1"),
        Case("ReplicationPad3d((0, 1))", "3,4"),
        Case("ReplicationPad3d(1)", "3,3,3", refused="Padding size 6 is not supported for 3D input tensor"),
    ),
)

CIRCULAR = (
    _mirroring(
        1,
        "CircularPad",
        "circular",
        Case("CircularPad1d(2)", "1,2,4"),
        Case("CircularPad1d((3, 1))", "2,4"),
        Case("CircularPad1d(4)", "2,4"),
        Case("CircularPad1d((-2, 2))", "2,4"),
        Case("CircularPad1d(5)", "2,4", refused="wrapping around more than once"),
        Case("CircularPad1d(1)", "4", refused="expected 2D or 3D input (got 1D input)"),
        Case("CircularPad1d(-3)", "2,4", refused="Negative padding value is resulting in an empty dimension"),
    ),
    _mirroring(
        2,
        "CircularPad",
        "circular",
        Case("CircularPad2d(2)", "1,1,3,3"),
        Case("CircularPad2d((1, 1, 2, 0))", "1,3,3"),
        Case("CircularPad2d(3)", "1,3,3"),
        Case("CircularPad2d((0, 0, 1, 1))", "1,3,1"),
        Case("CircularPad2d(1)", "8,8", refused="expected 3D or 4D input (got 2D input)"),
        Case("CircularPad2d(4)", "1,3,5", refused="wrapping around more than once"),
    ),
    _mirroring(
        3,
        "CircularPad",
        "circular",
        Case("CircularPad3d(3)", "2,3,4,5,6"),
        Case("CircularPad3d((3, 3, 5, 5, 1, 1))", "3,4,5,6"),
        Case("CircularPad3d(0)", "1,4,5,6"),
        Case("CircularPad3d((1, 0, 0, 0, 0, 1))", "1,1,1,1"),
        Case("CircularPad3d(1)", "3,4,5", refused="expected 4D or 5D input (got 3D input)"),
        Case("CircularPad3d(5)", "3,4,5,6", refused="wrapping around more than once"),
    ),
)
