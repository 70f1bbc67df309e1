"""Operators that a library registers with torch: their code is compiled, so their name is all that is known of them.

torch.ops.load_library(path)            -> None
torch.ops.vision.nms(boxes, scores)     -> Unknown("the operator torch.ops.vision.nms is not known")
torch.ops.vision.nms.default            the same operator
"""

from __future__ import annotations

from analyzer.evaluation.natives.registry import native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Native, NativeModule, Value

ROOT = "torch.ops"


@native("torch.ops.load_library", "torch.ops.import_module")
def load_library(run: Run, path: Value) -> None:
    """It registers operators, whatever they are."""


def member(module: str, name: str) -> Value | None:
    """`torch.ops.NAMESPACE`, and an operator of a namespace; None for what lies elsewhere."""
    if module == ROOT:
        return NativeModule(f"{ROOT}.{name}")
    return _operator(f"{module}.{name}") if module.startswith(f"{ROOT}.") else None


def _operator(name: str) -> Native:
    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        from analyzer.evaluation.tensors import unknown_operator

        return unknown_operator(run, name)

    operator = Native(name, apply)
    operator.attributes["default"] = operator
    return operator
