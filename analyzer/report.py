"""What the user is told: the frozen types behind every output format, version 1 of the JSON contract.

    Report(models=(ModelReport(id="net.py::Net", status=Status.EXACT, parameters=Count(total=630, ...)),), ...)

`to_json(report)` gives the documented object; every other format in `analyzer/reports/` prints the same data.
A size is an int where it is known, the text of a formula where it is symbolic, None where it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

VERSION = 1

Dim = int | str | None
Shape = tuple[Dim, ...] | None


class Status(StrEnum):
    """What a model's figures promise."""

    EXACT = "exact"
    """Every figure is the integer that PyTorch would give."""
    SYMBOLIC = "symbolic"
    """Exact as formulas over the named symbols."""
    PARTIAL = "partial"
    """`at_least` holds, and `unknowns` say why no more is known."""
    FAILED = "failed"
    """Nothing could be built, and `unknowns` say why."""


class Kind(StrEnum):
    """How a model was found."""

    INSTANCE = "instance"
    """Bound to a name at module level or in a function's body."""
    FACTORY = "factory"
    """A function that gives a module when it is called with its defaults."""
    CLASS = "class"
    """An nn.Module class."""
    EXPRESSION = "expression"
    """Given on the command line."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a source file: `file` relative to the project root with forward slashes, 1-based line and column."""

    file: str
    line: int
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of elements; None where no single integer is known."""

    total: int | None
    trainable: int | None
    frozen: int | None
    formula: str | None
    at_least: int | None
    at_most: int | None
    latex: str | None = None
    """The formula in LaTeX's mathematics."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not known, and where."""

    span: Span
    reason: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """Element i of a layer's output sees `size` elements of the model's input from `start + i * stride` on.

    One number for each axis of space; what lies outside of the input is padding.
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    start: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One module of named_modules(); counts are its own, children excluded, a shared one where it is met first."""

    span: Span
    path: str
    type: str
    parameters: int | None
    trainable: int | None
    buffers: int | None
    formula: str | None = None
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    input_shape: Shape = None
    output_shape: Shape = None
    macs: int | None = None
    macs_formula: str | None = None
    activations: int | None = None
    """Bytes that all its calls give, where no layer lies inside; of others 0."""
    calls: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    """What torch prints of the layer: `{"kernel_size": "(3, 3)", "stride": "(1, 1)"}`."""
    receptive_field: ReceptiveField | None = None
    saved: Mapping[str, Shape] = field(default_factory=dict)
    """Own buffers that state_dict holds, by name."""
    aliases: tuple[str, ...] = ()
    """Other paths that the same module has."""
    callers: tuple[Span, ...] = ()
    """The calls that led to `span`, the innermost first."""


@dataclass(frozen=True, slots=True)
class InputReport:
    name: str
    shape: Shape
    dtype: str = "float32"


@dataclass(frozen=True, slots=True)
class ModelReport:
    """One model on the scale."""

    id: str
    name: str
    kind: Kind
    type: str
    span: Span
    status: Status
    parameters: Count
    buffers: int | None
    unknowns: tuple[Reason, ...] = ()
    symbols: Mapping[str, Span] = field(default_factory=dict)
    inputs: tuple[InputReport, ...] = ()
    inputs_derived: bool = False
    """True when the inputs were derived from the first layer, not given."""
    accepts: tuple[str, ...] = ()
    """Which inputs the model accepts, in words: "H = W: from 32 to 39"."""
    smallest: tuple[tuple[int, ...], ...] = ()
    """The smallest accepted shape of each input, where not every size is accepted."""
    output_shape: Shape = None
    not_followed: tuple[Reason, ...] = ()
    """Why shapes and work of the forward pass are not known, where they are not."""
    unknown_operators: Mapping[str, int] = field(default_factory=dict)
    """Operators that the forward pass met and that are not known, and how often."""
    macs: int | None = None
    macs_formula: str | None = None
    memory: Mapping[str, int | None] = field(default_factory=dict)
    """Bytes: parameters, buffers, input, activations, peak, training."""
    layers: tuple[LayerReport, ...] = ()
    state_doubt: str | None = None
    """Why the keys that the layers give may not be what a checkpoint needs."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The text of a span, replaced; a span without extent is where text is inserted."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits of one file that mend a finding; a safe one never changes what the program means to do."""

    message: str
    """What they do, in the imperative: `set in_features to 4096`."""
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of one place."""

    span: Span
    code: str
    name: str
    severity: Severity
    message: str
    model: str | None = None
    path: str | None = None
    fix: Fix | None = None
    notes: tuple[str, ...] = ()
    """Shapes and other evidence."""
    source_line: str | None = None
    """The line of source that `span` begins on."""
    scope: str = ""
    """The class and function around it: `Net.__init__`; empty at module level."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A target or file that could not be read or found: what, where, and what to do."""

    message: str
    span: Span | None = None
    hint: str | None = None
    source_line: str | None = None
    """The line of source that `span` points into, to be shown with a caret."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read and what was not understood."""

    files: int = 0
    models: int = 0
    exact: int = 0
    symbolic: int = 0
    partial: int = 0
    failed: int = 0
    unread: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How often each reason for not knowing was met."""
    operators: Mapping[str, int] = field(default_factory=dict)
    """How often each operator that is not known was met."""


@dataclass(frozen=True, slots=True)
class Report:
    models: tuple[ModelReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    coverage: Coverage = Coverage()
    undecided: tuple[Reason, ...] = ()
    """What rules could not decide, each with the model in `path`."""
