"""What one evaluation did, as data: the modules that stand at its end and every call of a layer or operator.

    Trace(modules=(ModuleRecord(0, "Net", children=(("fc", 1),)), ModuleRecord(1, "Linear", ...)),
          parameters=(ParameterRecord(0, (10, 3), "float32", trainable=True), ...),
          equations=(Equation(0, "torch.nn.Linear", module=1, inputs=..., outputs=...),))

Sizes are ints or expressions; modules, parameters and tensors are numbered in the order they are met.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.descriptions import Descriptions, unknowns_of
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.run import OutOfFuel
from analyzer.evaluation.values import Instance, ModuleInstance, Place, Tensor, Unknown, Value
from analyzer.knowledge.views import REARRANGING, shares


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
    callers: tuple[Place, ...] = ()
    """The calls that led to `place`, the innermost first."""
    own_state: bool = False
    """Whether it has its own way of saving or loading its state, as a method or a hook."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a module: what went in and came out, and the multiply-accumulates of its own operators."""

    module: int
    inputs: Any
    output: Any
    macs: Any
    parent: int | None
    """The number of the call that made this one."""
    settled: bool = True
    """Whether it ended before the forward pass came to a condition that was not decided."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One operator or leaf layer: `outputs = operator(inputs)`; inputs and outputs are numbers of tensors.

    A tensor that is written to gets a new number, and what is read behind that lists the new one among its inputs.
    """

    operator: str
    module: int | None
    call: int | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    macs: Any
    place: Place | None
    arguments: tuple[Any, ...] = ()
    """As the operator's rule takes them: tensors as TensorType."""
    keywords: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """One path through a model's construction and, where inputs were given, its forward pass."""

    modules: tuple[ModuleRecord, ...]
    parameters: tuple[ParameterRecord, ...]
    buffers: tuple[ParameterRecord, ...]
    calls: tuple[Call, ...] = ()
    equations: tuple[Equation, ...] = ()
    tensors: tuple[TensorType, ...] = ()
    memory: tuple[int, ...] = ()
    """For each tensor the number of the one whose memory it lies in: itself, or what it is a view of."""
    inputs: tuple[tuple[str, int], ...] = ()
    """Name and number of each tensor that was given."""
    held: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    """The tensors that are parameters or buffers of the model: "parameters" or "buffers", and the record's number."""
    outputs: tuple[tuple[str, int], ...] = ()
    """Name and number of each tensor that came out: `output`, `output[0]`, `output.logits`."""
    output: Any = None
    unknown_output: Unknown | None = None


MOST_CALLS = 50_000
MOST_EQUATIONS = 50_000
"""What one forward pass may write down; the largest models that people publish need a tenth of it."""


@dataclass
class Recorder:
    """Writes down the calls and equations of a forward pass."""

    calls: list[Any] = field(default_factory=list)
    equations: list[Any] = field(default_factory=list)
    tensors: list[TensorType] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    inputs: list[tuple[str, int]] = field(default_factory=list)
    stack: list[int] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    """All that was written down, in order, to be written again: (module, inputs), (output,), (operator, ...)."""
    settled: tuple[int, frozenset[int]] | None = None
    """How many calls had begun at the first condition that was not decided, and which were still going on."""
    unknown_operators: dict[str, int] = field(default_factory=dict)
    missed: int = 0
    """Layers and operators that met something unknown: their work is not counted."""
    first_missed: Unknown | None = None
    _numbers: dict[int, int] = field(default_factory=dict)
    """The number of each tensor object as it is now, by id."""
    _first_numbers: dict[int, int] = field(default_factory=dict)
    _kept: list[Tensor] = field(default_factory=list)
    """Every tensor met, so that no id is used again."""
    _written: dict[int, int] = field(default_factory=dict)
    """By the number of a memory: the tensor that was last written to it."""
    _rearranged: set[int] = field(default_factory=set)
    """Tensors whose elements lie out of order."""

    def miss(self, unknown: Unknown) -> None:
        """A layer or operator could not be followed."""
        self.missed += 1
        self.first_missed = self.first_missed or unknown

    def number(self, tensor: Tensor) -> int:
        """The tensor's number, given at its first appearance."""
        known = self._numbers.get(id(tensor))
        return self._give_number(tensor, len(self.tensors)) if known is None else known

    def _give_number(self, tensor: Tensor, memory: int) -> int:
        assert tensor.type is not None
        number = len(self.tensors)
        self.tensors.append(tensor.type)
        self.memory.append(memory)
        self._numbers[id(tensor)] = number
        self._first_numbers.setdefault(id(tensor), number)
        self._kept.append(tensor)
        return number

    def _read(self, tensor: Tensor) -> tuple[int, ...]:
        """The numbers that reading a tensor depends on: its own, and the last one written to its memory behind it."""
        number = self.number(tensor)
        written = self._written.get(self.memory[number], -1)
        return (number, written) if written > number else (number,)

    def first_number(self, key: int) -> int | None:
        """The number that the tensor object of that id had first; None where it was never met."""
        return self._first_numbers.get(key)

    def given(self, inputs: Sequence[tuple[str, Tensor]]) -> None:
        """The model's inputs, in order."""
        self.inputs = [(name, self.number(tensor)) for name, tensor in inputs if tensor.type is not None]

    def settle(self) -> None:
        """A condition is not decided: what comes now may be otherwise on another way."""
        self.settled = self.settled or (len(self.calls), frozenset(self.stack))

    def is_settled(self, number: int) -> bool:
        """Whether the call ended before the first such condition."""
        return self.settled is None or (number < self.settled[0] and number not in self.settled[1])

    def enter(self, module: ModuleInstance, inputs: Any) -> int:
        """A module is called."""
        number = len(self.calls)
        if number >= MOST_CALLS:
            raise OutOfFuel(f"a forward pass of over {MOST_CALLS:,} calls of modules", module.place)
        self.calls.append([module, inputs, None, 0, self.stack[-1] if self.stack else None])
        self.stack.append(number)
        self.events.append((module, inputs))
        return number

    def leave(self, number: int, output: Any) -> None:
        """The call gave its output."""
        self.stack.pop()
        self.events.append((output,))
        self.calls[number][2] = output

    def equation(
        self,
        operator: str,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        macs: Any,
        place: Any,
        *,
        arguments: Sequence[Any] = (),
        keywords: Mapping[str, Any] | None = None,
        training: bool = True,
    ) -> None:
        """An operator or leaf layer was applied; one that works in place has its first input as its output."""
        if len(self.equations) >= MOST_EQUATIONS:
            raise OutOfFuel(f"a forward pass of over {MOST_EQUATIONS:,} operators", place)
        call = self.stack[-1] if self.stack else None
        if call is not None:
            self.calls[call][3] = self.calls[call][3] + macs
        known = [tensor for tensor in inputs if tensor.type is not None]
        given = [(tensor, tensor.type) for tensor in known]
        found = [(tensor, tensor.type) for tensor in outputs if tensor.type is not None]
        self.events.append((operator, given, found, macs, place, arguments, keywords, training))
        read = tuple(number for tensor in known for number in self._read(tensor))
        made = tuple(self._make(operator, known, tensor, training) for tensor in outputs if tensor.type is not None)
        self.equations.append((operator, call, read, made, macs, place, tuple(arguments), keywords or {}))

    def _make(self, operator: str, inputs: Sequence[Tensor], output: Tensor, training: bool) -> int:
        """The number of an output, which lies in memory of its own or in its first input's."""
        if not inputs:
            return self._give_number(output, len(self.tensors))
        first = self._numbers[id(inputs[0])]
        if output is inputs[0]:
            number = self._give_number(output, self.memory[first])
            self._written[self.memory[number]] = number
            return number
        assert output.type is not None
        rearranged = first in self._rearranged
        converted = output.type.dtype is not self.tensors[first].dtype
        same = shares(operator, rearranged=rearranged, converted=converted, training=training)
        if operator == "Tensor.__getitem__" and len(inputs) > 1:
            same = False
        number = self._give_number(output, self.memory[first] if same else len(self.tensors))
        if operator in REARRANGING or (same and rearranged):
            self._rearranged.add(number)
        return number


def types_of(value: Value) -> Any:
    """The tensor types inside a value: TensorType, list of them, dict of them, or None."""
    if isinstance(value, Tensor):
        return value.type
    if isinstance(value, (list, tuple)):
        return [types_of(item) for item in value]
    if isinstance(value, dict):
        return {str(key): types_of(item) for key, item in value.items()}
    return None


def tensors_within(value: Value, name: str) -> Iterator[tuple[str, Tensor]]:
    """The tensors inside a value with the expression that reaches each: `output[0]`, `output['aux']`, `output.loss`."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from tensors_within(item, f"{name}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors_within(item, f"{name}[{key!r}]")
    elif isinstance(value, Instance) and not isinstance(value, ModuleInstance):
        yield from tensors_within(value.payload, name)
        if not isinstance(value.payload, dict):
            for key, item in value.attributes.items():
                if isinstance(item, (Tensor, list, tuple, dict)):
                    yield from tensors_within(item, f"{name}.{key}")


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

    described = Descriptions()
    records = tuple(
        ModuleRecord(
            number,
            module.cls.name,
            described.name(module.cls),
            module.place,
            tuple((name, note(parameters, tensor)) for name, tensor in (module.parameters or {}).items()),
            tuple((name, note(buffers, tensor)) for name, tensor in module.buffers.items()),
            frozenset(module.buffers_not_saved),
            tuple((name, numbers.get(id(child))) for name, child in module.modules.items()),
            described.settings(module),
            unknowns_of(module),
            module.cls.spec is not None,
            described.callers(module),
            described.has_own_state(module),
        )
        for number, module in enumerate(order)
    )
    if recorder is None:
        return Trace(records, tuple(parameters.values()), tuple(buffers.values()))
    calls = tuple(
        Call(numbers.get(id(module), -1), inputs, result, macs, parent, recorder.is_settled(number))
        for number, (module, inputs, result, macs, parent) in enumerate(recorder.calls)
    )
    equations = tuple(
        Equation(name, None if call is None else calls[call].module, call, *more)
        for name, call, *more in recorder.equations
    )
    outputs = tuple(
        (name, recorder.number(tensor)) for name, tensor in tensors_within(output, "output") if tensor.type is not None
    )
    held = {
        number: (kind, table[key].number)
        for kind, table in (("buffers", buffers), ("parameters", parameters))
        for key in table
        if (number := recorder.first_number(key)) is not None
    }
    unknown = output if isinstance(output, Unknown) else None
    return Trace(
        records, tuple(parameters.values()), tuple(buffers.values()), calls, equations, tuple(recorder.tensors),
        tuple(recorder.memory), tuple(recorder.inputs), held, outputs, types_of(output), unknown,
    )  # fmt: skip
