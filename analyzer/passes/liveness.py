"""How many bytes of activations are alive at once, at the worst moment of a forward pass.

    peak(build(trace))      -> 6_422_528     for one image through resnet18: conv1's output beside bn1's

A tensor lives from the call that makes it to the last one that reads it; the inputs, which the caller holds, and the
outputs live to the end.  A view and what is written in place take no memory of their own (`Trace.memory`), nor do
parameters and buffers.  This is what the order of the calls demands: Python names that outlive their last use, and
the scratch memory inside an operator, come on top.
"""

from __future__ import annotations

from analyzer.algebra.dtype import DType
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.trace import Trace
from analyzer.model.tree import Model


def peak(model: Model, dtype: DType = DType.float32) -> int | None:
    """The bytes; None where the size of some tensor is not a known integer.

    dtype: that of floating-point tensors, if it is not float32.
    """
    trace = model.trace
    sizes: list[int] = []
    for type_ in trace.tensors:
        size = type_.numel * _itemsize(type_, dtype)
        if not isinstance(size, int):
            return None
        sizes.append(size)
    held = {trace.memory[number] for number in trace.held}
    ending: dict[int, list[int]] = {}
    for memory, end in _last_uses(trace).items():
        ending.setdefault(end, []).append(memory)
    alive: set[int] = set()
    now = highest = 0
    steps = [[number for _, number in trace.inputs], *([*e.inputs, *e.outputs] for e in trace.equations)]
    for time, numbers in enumerate(steps):
        for memory in {trace.memory[number] for number in numbers} - held - alive:
            alive.add(memory)
            now += sizes[memory]
        highest = max(highest, now)
        for memory in ending.get(time, ()):
            if memory in alive:
                alive.remove(memory)
                now -= sizes[memory]
    return highest


def _itemsize(type_: TensorType, dtype: DType) -> int:
    replaced = dtype is not DType.float32 and type_.dtype.is_floating
    return (dtype if replaced else type_.dtype).itemsize


def _last_uses(trace: Trace) -> dict[int, int]:
    """For each memory the last step that makes or reads what lies in it; step 0 is the input, 1 the first equation."""
    last: dict[int, int] = {}
    for time, equation in enumerate(trace.equations, start=1):
        for number in (*equation.inputs, *equation.outputs):
            last[trace.memory[number]] = time
    for _, number in (*trace.inputs, *trace.outputs):
        last[trace.memory[number]] = len(trace.equations) + 1
    return last
