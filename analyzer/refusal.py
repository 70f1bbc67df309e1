"""What torch refuses of a forward pass, told to the user: the layer, both sides, how they came about, what would fit.

refusal(model, root, forward)   -> Problem("layer 'head' (Linear) refuses [1, 9216] float32: mat1 and mat2 shapes ...",
                                     hint="in_features should be 9216, it is 4096; it comes from Flatten [1, 9216] ...")
"""

from __future__ import annotations

from functools import lru_cache

from analyzer.evaluation.forward import ShapeError
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.values import ModuleInstance, Place
from analyzer.model.tree import Model
from analyzer.passes import cost
from analyzer.passes.forward import Forward
from analyzer.report import Problem, Span


def span_of(place: Place | None) -> Span:
    """The place as reports give it."""
    if place is None:
        return Span("", 1)
    return _span_in(place.file, place.span)


@lru_cache(maxsize=100_000)
def _span_in(file: str, span: tuple[int, int, int, int]) -> Span:
    return Span(file, *span)


def _chain(model: Model) -> str | None:
    """The last calls before a refusal, each with the shape that it gave."""
    steps = [
        f"{equation.operator.rpartition('.')[2]} {model.trace.tensors[equation.outputs[0]]}"
        for equation in model.trace.equations[-3:]
        if equation.outputs
    ]
    return " -> ".join(steps) or None


def refusal(model: Model, root: ModuleInstance | None, forward: Forward) -> Problem:
    """The problem that a refused forward pass is: at the layer's making, or where a module's own code asks for it."""
    refused = forward.refused
    assert refused is not None
    if not isinstance(refused, ShapeError):
        return Problem(refused.message)
    module = refused.module
    path = next((path for path, each in named_modules(root) if each is module), "") if root is not None else ""
    inputs = ", ".join(str(tensor) for tensor in cost.tensors_in(refused.inputs))
    where = f"layer '{path}' ({module.cls.name})" if path else module.cls.name
    came = _chain(model)
    fitting = _fitting(refused)
    hints = [fitting, f"it comes from {came}" if came else None]
    hint = "; ".join(part for part in hints if part) or None
    own = any(base.spec is not None for base in module.cls.mro)
    place = module.place if own else refused.place
    verb = "refuses" if own else "cannot go on with"
    return Problem(f"{where} {verb} {inputs}: {refused.message}", span_of(place or module.place), hint=hint)


def _fitting(refused: ShapeError) -> str | None:
    """The setting of the layer that would take what arrives."""
    setting = next((name for name in FITTING if name in refused.module.attributes), None)
    tensor = next(cost.tensors_in(refused.inputs), None)
    if setting is None or tensor is None or not tensor.shape:
        return None
    dimension = tensor.shape[FITTING[setting]] if tensor.rank > abs(FITTING[setting]) - (FITTING[setting] < 0) else None
    present = refused.module.attributes[setting]
    if not isinstance(dimension, int) or not isinstance(present, int) or dimension == present:
        return None
    return f"{setting} should be {dimension}, it is {present}"


FITTING = {"in_features": -1, "in_channels": 1, "num_features": 1, "input_size": -1, "num_channels": 1}
"""Settings of layers that must equal a dimension of the input, and which one."""
