"""What one evaluation did, as data: the modules that stand at its end and every call of a layer or operator.

    Trace(modules=(ModuleRecord(0, "Net", children=(("fc", 1),)), ModuleRecord(1, "Linear", ...)),
          parameters=(ParameterRecord(0, (10, 3), "float32", trainable=True), ...),
          equations=(Equation(0, "torch.nn.Linear", module=1, inputs=..., outputs=...),))

Sizes are ints or expressions; modules, parameters and tensors are numbered in the order they are met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.values import ModuleInstance, Place, Tensor, Unknown, Value


@dataclass(frozen=True, slots=True)
class ParameterRecord:
    """A parameter or buffer; `type` is None where its shape is not known."""

    number: int
    type: TensorType | None
    trainable: bool
    unknown: Unknown | None = None
    uninitialised: bool = False
    """A lazy layer's, before its first call."""


@dataclass(frozen=True, slots=True)
class ModuleRecord:
    """One module, with its own parameters, buffers and children by name, in state_dict order."""

    number: int
    type: str
    qualified_type: str
    place: Place
    parameters: tuple[tuple[str, int | None], ...]
    buffers: tuple[tuple[str, int | None], ...]
    buffers_not_saved: frozenset[str]
    children: tuple[tuple[str, int | None], ...]
    settings: Mapping[str, str]
    unknowns: tuple[Unknown, ...]
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a module: what went in and came out, and the multiply-accumulates of its own operators."""

    module: int
    inputs: Any
    output: Any
    macs: Any
    parent: int | None
    """The number of the call that made this one."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One operator or leaf layer: `outputs = operator(inputs)`; inputs and outputs are numbers of tensors."""

    operator: str
    module: int | None
    call: int | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    macs: Any
    place: Place | None


@dataclass(frozen=True, slots=True)
class Trace:
    """One path through a model's construction and, where inputs were given, its forward pass."""

    modules: tuple[ModuleRecord, ...]
    parameters: tuple[ParameterRecord, ...]
    buffers: tuple[ParameterRecord, ...]
    calls: tuple[Call, ...] = ()
    equations: tuple[Equation, ...] = ()
    tensors: tuple[TensorType, ...] = ()
    inputs: tuple[int, ...] = ()
    output: Any = None
    unknown_output: Unknown | None = None


@dataclass
class Recorder:
    """Writes down the calls and equations of a forward pass."""

    calls: list[Any] = field(default_factory=list)
    equations: list[Any] = field(default_factory=list)
    tensors: list[TensorType] = field(default_factory=list)
    stack: list[int] = field(default_factory=list)
    unknown_operators: dict[str, int] = field(default_factory=dict)
    missed: int = 0
    """Layers and operators that met something unknown: their work is not counted."""
    first_missed: Unknown | None = None

    def miss(self, unknown: Unknown) -> None:
        """A layer or operator could not be followed."""
        self.missed += 1
        self.first_missed = self.first_missed or unknown

    def number(self, tensor: Tensor) -> int:
        """The tensor's number, given at its first appearance."""
        if tensor.origin < 0 or tensor.origin >= len(self.tensors) or self.tensors[tensor.origin] is not tensor.type:
            assert tensor.type is not None
            tensor.origin = len(self.tensors)
            self.tensors.append(tensor.type)
        return tensor.origin

    def enter(self, module: ModuleInstance, inputs: Any) -> int:
        """A module is called."""
        number = len(self.calls)
        self.calls.append([module, inputs, None, 0, self.stack[-1] if self.stack else None])
        self.stack.append(number)
        return number

    def leave(self, number: int, output: Any) -> None:
        """The call gave its output."""
        self.stack.pop()
        self.calls[number][2] = output

    def equation(self, operator: str, inputs: list[Tensor], outputs: list[Tensor], macs: Any, place: Any) -> None:
        """An operator or leaf layer was applied."""
        call = self.stack[-1] if self.stack else None
        if call is not None:
            self.calls[call][3] = self.calls[call][3] + macs
        known_inputs = tuple(self.number(t) for t in inputs if t.type is not None and not t.is_parameter)
        known_outputs = tuple(self.number(t) for t in outputs if t.type is not None)
        self.equations.append((operator, call, known_inputs, known_outputs, macs, place))


def types_of(value: Value) -> Any:
    """The tensor types inside a value: TensorType, list of them, dict of them, or None."""
    if isinstance(value, Tensor):
        return value.type
    if isinstance(value, (list, tuple)):
        return [types_of(item) for item in value]
    if isinstance(value, dict):
        return {str(key): types_of(item) for key, item in value.items()}
    return None


def freeze(root: ModuleInstance, recorder: Recorder | None = None, output: Value = None) -> Trace:
    """The state of a model, and what the recorder wrote of its forward pass."""
    order = [module for _, module in named_modules(root)]
    numbers = {id(module): number for number, module in enumerate(order)}
    parameters: dict[int, ParameterRecord] = {}
    buffers: dict[int, ParameterRecord] = {}

    def note(table: dict[int, ParameterRecord], tensor: Tensor | None) -> int | None:
        if tensor is None:
            return None
        if id(tensor) not in table:
            uninitialised = bool(tensor.attributes and tensor.attributes.get("uninitialised"))
            table[id(tensor)] = ParameterRecord(
                len(table), tensor.type, tensor.requires_grad, tensor.unknown, uninitialised
            )
        return table[id(tensor)].number

    records = tuple(
        ModuleRecord(
            number,
            module.cls.name,
            f"{module.cls.module}.{module.cls.qualified_name}",
            module.place,
            tuple((name, note(parameters, tensor)) for name, tensor in (module.parameters or {}).items()),
            tuple((name, note(buffers, tensor)) for name, tensor in module.buffers.items()),
            frozenset(module.buffers_not_saved),
            tuple((name, numbers.get(id(child))) for name, child in module.modules.items()),
            settings_of(module),
            unknowns_of(module),
            module.cls.spec is not None,
        )
        for number, module in enumerate(order)
    )
    if recorder is None:
        return Trace(records, tuple(parameters.values()), tuple(buffers.values()))
    calls = tuple(
        Call(numbers.get(id(module), -1), inputs, result, macs, parent)
        for module, inputs, result, macs, parent in recorder.calls
    )
    equations = tuple(
        Equation(name, None if call is None else calls[call].module, call, inputs, outputs, macs, place)
        for name, call, inputs, outputs, macs, place in recorder.equations
    )
    unknown = output if isinstance(output, Unknown) else None
    return Trace(
        records, tuple(parameters.values()), tuple(buffers.values()), calls, equations, tuple(recorder.tensors),
        output=types_of(output), unknown_output=unknown,
    )  # fmt: skip


def settings_of(module: ModuleInstance) -> Mapping[str, str]:
    """The plain attributes of a leaf layer, as text."""
    if not any(base.spec is not None for base in module.cls.mro):
        return {}
    return {
        name: str(value)
        for name, value in module.attributes.items()
        if isinstance(value, (int, float, str, tuple, bool)) and not name.startswith("_") and name != "training"
    }


def unknowns_of(module: ModuleInstance) -> tuple[Unknown, ...]:
    """Why the module may hold more or less than its registries show."""
    found = [] if module.incomplete is None else [module.incomplete]
    if any(base.spec is not None and base.spec.infer is not None for base in module.cls.mro[:1]):
        found.append(Unknown("a lazy layer gets its sizes at its first call", module.place))
    found.extend(value for value in module.attributes.values() if isinstance(value, Unknown) and not value.plain)
    return tuple(found)
