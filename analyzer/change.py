"""What a change does to models: the frozen types behind every format of `weighbridge diff`, version 1 of their JSON.

    Comparison(models=(Change(Kind.CHANGED, "net.py::Net", parameters=Measure(Figure(630), Figure(850), delta=220)),),
               equal=12, breaches=(Breach("net.py::Net", Severity.ERROR, "grown by 220 parameters, ..."),), ...)

A model is known by its id, file and name; what has another id on the other side is matched by what it holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.report import Coverage, Problem, Reason, Severity, Shape, Span, Status

VERSION = 1


class Kind(StrEnum):
    """What happened to a model; those that stay equal are counted only."""

    CHANGED = "changed"
    NEW = "new"
    REMOVED = "removed"
    RENAMED = "renamed"
    """Its file or name is another one; its figures may differ besides."""


class Step(StrEnum):
    """What happened to a layer."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """The same layer has another path."""


class Loads(StrEnum):
    """Whether a checkpoint of the side before loads into the model after."""

    YES = "yes"
    NOT_STRICT = "with strict=False"
    """Some keys are left out: they are missing, or expected by nobody."""
    NO = "no"
    """A shape differs: load_state_dict raises, strict or not."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on one side: a value, else a formula, else what it is at least; nothing of these: not known."""

    value: int | None = None
    formula: str | None = None
    at_least: int | None = None

    @property
    def known(self) -> bool:
        return self.value is not None or self.formula is not None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number before and after; None where there is no model on that side."""

    before: Figure | None
    after: Figure | None
    delta: int | None = None
    """After minus before, an absent model counting as nothing; None where that is no single integer."""
    formula: str | None = None
    """The same as a formula, where it is one: `12*L*d**2`."""
    percent: float | None = None
    """`delta` in percent of what was before, of a model that is on both sides."""

    @property
    def same(self) -> bool:
        """Whether nothing is known to differ: equal figures, known or not."""
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class Setting:
    """Something with a name as text, such as a layer's argument; None where that side has no such thing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer that was added, removed, changed or moved; what lies in an added, removed or moved one goes with it."""

    step: Step
    path: str
    """On the side that has it; after, where both do."""
    type: str
    parameters: Measure
    """Its own, or with all that lies in it where it was added, removed or moved."""
    path_before: str | None = None
    """Where it was, if that is elsewhere."""
    type_before: str | None = None
    """What it was, if that is another type."""
    settings: tuple[Setting, ...] = ()
    shapes: tuple[Setting, ...] = ()
    """Of its own parameters and buffers that differ."""
    below: int = 0
    """How many layers lie in it, where it was added, removed or moved."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a state_dict."""

    name: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Renaming:
    """A key that took the place of another one of the same shape."""

    before: str
    after: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Reshaping:
    """A key whose shape is another one."""

    name: str
    before: Shape
    after: Shape


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What becomes of weights that were saved before.

    The keys after are those before, without `removed` and the old names of `renamed`, with `added` and the new names,
    and the shapes of `reshaped`.
    """

    loads: Loads
    kept: int = 0
    """How many keys are the same."""
    added: tuple[Key, ...] = ()
    removed: tuple[Key, ...] = ()
    renamed: tuple[Renaming, ...] = ()
    reshaped: tuple[Reshaping, ...] = ()
    why: str | None = None
    """Why it is not known."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Lines whose change made a difference: as they are, and as they were."""

    span: Span
    """After; before, where nothing stands in their place."""
    text: str
    """The part that changed, as it is after: `layers=[3, 4, 6, 3]`; as it was, where it is gone."""
    gone: bool = False
    """Whether the lines were taken out, so that `span` speaks of the side before."""
    was: str | None = None
    """The part as it was, where it was replaced."""
    layers: int = 0
    """How many changes of layers it explains."""
    near: bool = False
    """Whether it does not lie on the way to the layers, and only names what is used there."""


@dataclass(frozen=True, slots=True)
class Change:
    """One model that is not the same on both sides."""

    kind: Kind
    id: str
    """After; before, where it was removed."""
    name: str
    type: str
    span: Span
    status: Status
    parameters: Measure
    trainable: Measure
    buffers: Measure
    macs: Measure
    size: Measure
    """Bytes of parameters and buffers."""
    id_before: str | None = None
    """Where it was renamed."""
    status_before: Status | None = None
    """Where it is another one."""
    inputs: str = ""
    """What the multiply-accumulates are counted for: `[1, 3, 224, 224]`."""
    output: Setting | None = None
    """The shape of its output, where that differs."""
    layers: tuple[LayerChange, ...] = ()
    checkpoint: Checkpoint | None = None
    """None for a model that is new or gone."""
    causes: tuple[Cause, ...] = ()
    unknowns: tuple[Reason, ...] = ()
    """What is not known of it after."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A budget that a change does not keep; an error fails, anything less warns."""

    model: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class Side:
    """What was compared: a name for people, and the commit where it is one."""

    label: str
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between two sides."""

    before: Side
    after: Side
    models: tuple[Change, ...] = ()
    """In the order of files and lines after; those that are gone where they were."""
    equal: int = 0
    breaches: tuple[Breach, ...] = ()
    undecided: tuple[Reason, ...] = ()
    """Budgets of which it is not known whether they are kept, each with the model in `path`."""
    notes: tuple[str, ...] = ()
    """What a reader has to know of the comparison itself: a base that is missing, submodules that were not read."""
    problems: tuple[Problem, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    """Of the side after."""
