"""The text forms of a trace and of a model, for `weighbridge dump`.

print_model(model)   -> "Net                      params 0
                         fc: Linear               params 630   weight [30, 20], bias [30]"
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.trace import Trace
from analyzer.model.tree import Model


def _type(value: Any) -> str:
    if isinstance(value, TensorType):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(_type(item) for item in value) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_type(item)}" for key, item in value.items()) + "}"
    return "?"


def print_model(model: Model) -> str:
    """One line for each layer: path, type, own parameters and buffers, shapes of its first call, its place."""
    lines = []
    for layer in model.layers:
        parts = [f"{'  ' * layer.depth}{layer.path or '<model>'}: {layer.type}"]
        held = [f"{name} {_type(record.type)}" for name, record in layer.names.items()]
        buffers = [f"{name} {_type(record.type)}" for name, record in layer.buffers.items()]
        if held:
            parts.append(f"parameters({', '.join(held)})")
        if buffers:
            parts.append(f"buffers({', '.join(buffers)})")
        if layer.calls:
            parts.append(f"{_type(layer.calls[0].inputs)} -> {_type(layer.calls[0].output)}")
        parts.extend(f"unknown: {unknown.reason} at {unknown.place}" for unknown in layer.record.unknowns)
        parts.append(f"at {layer.record.place}")
        lines.append("  ".join(parts))
    return "\n".join(lines) + "\n"


def print_trace(trace: Trace) -> str:
    """The modules, then one equation a line: `%3 = torch.nn.Linear(%2) in 4  # [N, 10] float32`."""
    lines = [f"module {r.number}: {r.type} at {r.place}" for r in trace.modules]
    for equation in trace.equations:
        outputs = ", ".join(f"%{number}" for number in equation.outputs)
        inputs = ", ".join(f"%{number}" for number in equation.inputs)
        types = ", ".join(str(trace.tensors[number]) for number in equation.outputs)
        lines.append(f"{outputs} = {equation.operator}({inputs}) in {equation.module}  # {types}  at {equation.place}")
    lines.append(f"output {_type(trace.output)}")
    return "\n".join(lines) + "\n"
