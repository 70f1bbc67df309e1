"""From the paths of one target to its report: status, totals, layers, costs and the reasons for what is not known.

weigh(target, paths, complete=True, dtype=DType.float32)     -> ModelReport(status=EXACT, parameters=Count(630, ...))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import Dim, Expr, bounds, free_symbols, latex
from analyzer.algebra.expression import total as summed
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.evaluation.exceptions import describe
from analyzer.evaluation.forward import ShapeError
from analyzer.evaluation.run import OpaqueCondition, OutOfFuel, Run
from analyzer.evaluation.targets import Target
from analyzer.evaluation.values import ModuleInstance, Namespace, Place, Raised, Unknown
from analyzer.model.tree import Layer, Model
from analyzer.passes import accepts, agreement, cost, parameters, receptive, state
from analyzer.passes.forward import Forward
from analyzer.passes.inputs import Input
from analyzer.passes.join import Figure, join
from analyzer.refusal import refusal, span_of
from analyzer.report import (
    Count,
    InputReport,
    Kind,
    LayerReport,
    ModelReport,
    Problem,
    Reason,
    ReceptiveField,
    Shape,
    Span,
    Status,
)


@dataclass(frozen=True, slots=True)
class Path:
    """One path: the model that was built, and its forward pass where one was run."""

    run: Run
    model: Model | None = None
    error: Raised | Refused | OutOfFuel | None = None
    inputs: tuple[Input, ...] = ()
    inputs_derived: bool = False
    forward: Forward | None = None
    built: int = 0
    """How many decisions had been taken when the model stood, before its forward pass."""
    unknown: Unknown | None = None
    """Why the target's value is not known."""
    root: ModuleInstance | None = None
    """The module itself as it stands at the end, with all its attributes."""

    def refusals(self, given: Sequence[Input]) -> list[Problem]:
        """What torch refuses the given inputs for: derived ones are no promise of the user's."""
        if self.forward is None or not given or self.model is None:
            return []
        if self.forward.raised and self.forward.unknown is not None:
            unknown = self.forward.unknown
            return [Problem(f"{self.model.layers[0].type} raises {unknown.reason}", span_of(unknown.place))]
        return [refusal(self.model, self.root, self.forward)] if self.forward.refused is not None else []


@dataclass(frozen=True, slots=True)
class Weighed:
    """One target on the scale: its report, and every path through it that the report was made of."""

    target: Target
    report: ModelReport
    ways: tuple[Path, ...] = ()
    given: bool = False
    """Whether its inputs were given, not derived from its first layer."""


def _not_followed(paths: Sequence[Path]) -> tuple[Reason, ...]:
    """Why the forward passes are not known to their end."""
    found: dict[tuple[str, str], Reason] = {}
    ran = [path for path in paths if _ran(path)]
    for path in ran or paths:
        result = path.forward
        if result is None:
            continue
        if result.unknown is not None:
            span = span_of(result.unknown.place)
            found.setdefault((str(span), result.unknown.reason), Reason(span, result.unknown.reason))
        elif result.refused is not None and path.inputs_derived:
            reason = f"the derived input is refused: {result.refused.message}"
            span = span_of(result.refused.module.place if isinstance(result.refused, ShapeError) else None)
            found.setdefault((str(span), reason), Reason(span, reason))
    if not found and ran and _speaking(paths) is None:
        undecided = next((d for d in ran[-1].run.decisions[ran[-1].built :]), None)
        if undecided is not None:
            return (Reason(span_of(undecided.place), f"its shapes depend on whether {undecided.condition}"),)
    return tuple(found.values())


def _unknown_operators(paths: Sequence[Path]) -> dict[str, int]:
    found: dict[str, int] = {}
    for path in paths:
        if path.forward is not None:
            for name, count in path.forward.recorder.unknown_operators.items():
                found[name] = max(count, found.get(name, 0))
    return found


def weigh(
    target: Target,
    namespace: Namespace,
    paths: Sequence[Path],
    *,
    complete: bool,
    dtype: DType,
    doubts: tuple[Unknown, ...] = (),
) -> ModelReport:
    """The report of one target; `doubts` are reasons why nothing in its file is certain."""
    span = span_of(target.place)
    standing = _relevant([path for path in paths if path.model is not None])
    reasons = _reasons(paths, complete, (*doubts, *(namespace.lost if target.kind == "instance" else ())))
    identity = f"{namespace.file}::{target.name}"
    name = target.registered_name or target.name
    if not standing:
        return _failed(target, namespace, reasons or (Reason(span, "it gives no module"),))
    speaking = _speaking(standing)
    first = speaking or next((path for path in standing if _ran(path)), standing[0])
    assert first.model is not None
    counts = [(path, parameters.count(path.model)) for path in standing if path.model is not None]
    total = _joined([(p, c.total) for p, c in counts])
    trainable = _joined([(p, c.trainable) for p, c in counts])
    buffers = _joined([(p, c.buffers) for p, c in counts])
    known = complete and not reasons and all(c.known for _, c in counts)
    status = _status(known, total, trainable, buffers)
    if not known:
        at_least: int | None = min(c.at_least for _, c in counts) if complete else 0
        at_most: int | None = None
    else:
        lows_highs = [bounds(c.total) for _, c in counts]
        at_least = min(parameters.lower_bound(c.total) for _, c in counts)
        highs = [high for _, high in lows_highs]
        at_most = None if any(not isinstance(high, int) for high in highs) else max(h for h in highs if h is not None)
    frozen = None if total is None or trainable is None else total - trainable
    count = Count(
        _integer(total) if known else None,
        _integer(trainable) if known else None,
        _integer(frozen) if known else None,
        _formula(total) if known else None,
        at_least,
        at_most,
        latex(total) if known and isinstance(total, Expr) else None,
    )
    figures = cost.cost(
        first.model, [t for _, t in first.inputs], counts[0][1], dtype,
        ran=first.forward is not None and first.forward.ran and known,
    )  # fmt: skip
    only = speaking is not None
    accepted = accepts.accepts(_followed(standing) if complete else (), first.inputs)
    macs = figures.macs if only else None
    return ModelReport(
        identity,
        name,
        Kind(target.kind),
        first.model.layers[0].type,
        span,
        status,
        count,
        _integer(buffers) if known else None,
        unknowns=reasons if status is not Status.EXACT else (),
        symbols=_symbols(target, total),
        inputs=tuple(InputReport(n, shape(t), str(t.dtype)) for n, t in first.inputs),
        inputs_derived=first.inputs_derived,
        not_followed=_not_followed(standing),
        unknown_operators=_unknown_operators(standing),
        accepts=accepted.sentences,
        smallest=accepted.smallest,
        output_shape=_output(first) if only else None,
        macs=_integer(macs),
        macs_formula=_formula(macs),
        memory={name: _integer(value) for name, value in figures.memory.items()},
        layers=_layers(standing, first, only, dtype),
        state_doubt=state.doubt([path.model for path in standing if path.model is not None]),
    )


def failure(target: Target, namespace: Namespace, reason: str) -> ModelReport:
    """The report of a target that could not be followed at all."""
    return _failed(target, namespace, (Reason(span_of(target.place), reason),))


def _failed(target: Target, namespace: Namespace, reasons: tuple[Reason, ...]) -> ModelReport:
    blank = Count(None, None, None, None, None, None)
    return ModelReport(
        f"{namespace.file}::{target.name}", target.registered_name or target.name, Kind(target.kind), "",
        span_of(target.place), Status.FAILED, blank, None, reasons,
    )  # fmt: skip


def _ran(path: Path) -> bool:
    return path.forward is not None and not path.forward.stopped


def _relevant(standing: Sequence[Path]) -> list[Path]:
    """Of the ways through one and the same model those that go through: the others left it in the middle."""
    built: dict[tuple[tuple[str, bool], ...], list[Path]] = {}
    for path in standing:
        key = tuple((str(decision.condition), decision.taken) for decision in path.run.decisions[: path.built])
        built.setdefault(key, []).append(path)
    return [path for same in built.values() for path in [path for path in same if _ran(path)] or same]


def _followed(paths: Sequence[Path]) -> list[Run]:
    """The runs that go through; none where one of them is not known to its end, nor what it demands."""
    ran = [path for path in paths if _ran(path)]
    open_ended = any(path.run.unfollowed or (path.forward is not None and not path.forward.ran) for path in ran)
    return [] if open_ended else [path.run for path in ran]


def _speaking(paths: Sequence[Path]) -> Path | None:
    """The path whose shapes and work hold on every path that goes through.

    Where none goes through, what was known before is compared.
    """
    ran = [path for path in paths if _ran(path)] or [path for path in paths if path.forward is not None]
    ways = [(path, (path.run, path.model)) for path in ran if path.model is not None]
    if any(path.run.unfollowed for path in ran):
        return None
    number = agreement.general([way for _, way in ways])
    return None if number is None else ways[number][0]


def _status(known: bool, total: Dim | None, trainable: Dim | None, buffers: Dim | None) -> Status:
    if not known or total is None or trainable is None or buffers is None:
        return Status.PARTIAL
    return Status.EXACT if all(isinstance(f, int) for f in (total, trainable, buffers)) else Status.SYMBOLIC


def _joined(figures: Sequence[tuple[Path, Dim]]) -> Dim | None:
    return join([Figure(tuple(path.run.decisions[: path.built]), value) for path, value in figures])


def _formula(value: Dim | None) -> str | None:
    """The text of what is not a plain integer; a piecewise one without its outer parentheses."""
    if not isinstance(value, Expr):
        return None
    text = str(value)
    return text[1:-1] if text.startswith("(") and text.endswith(")") and " if " in text and _outer(text) else text


def _outer(text: str) -> bool:
    """Whether the first parenthesis is closed by the last one."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return index == len(text) - 1
    return False


def _integer(value: Dim | None) -> int | None:
    return value if isinstance(value, int) else None


def _symbols(target: Target, total: Dim | None) -> dict[str, Span]:
    if total is None:
        return {}
    used = free_symbols(total)
    return {
        name: span_of(place)
        for argument, place in target.symbols.items()
        for name in sorted(used)
        if name.partition(".")[0] == argument
    }


def _reasons(paths: Sequence[Path], complete: bool, lost: tuple[Unknown, ...]) -> tuple[Reason, ...]:
    found: dict[tuple[str, int, str], Reason] = {}

    def add(place: Place | None, reason: str, path: str | None = None) -> None:
        span = span_of(place)
        found.setdefault((span.file, span.line, reason), Reason(span, reason, path))

    standing = [path for path in paths if path.model is not None]
    for unknown in lost:
        add(unknown.place, unknown.reason)
    for path in paths:
        if path.model is not None:
            for where, unknown in path.model.unknowns:
                add(unknown.place, unknown.reason, where)
            for layer in path.model.layers:
                for name, record in (*layer.parameters.items(), *layer.buffers.items()):
                    if record.type is None:
                        reason = record.unknown.reason if record.unknown else "its shape is not known"
                        place = record.unknown.place if record.unknown else layer.record.place
                        add(place, f"{name}: {reason}", layer.path)
            for unknown in path.run.lost[: path.forward.lost if path.forward is not None else None]:
                add(unknown.place, unknown.reason)
        elif path.unknown is not None:
            add(path.unknown.place, path.unknown.reason)
        elif isinstance(path.error, OutOfFuel):
            add(path.error.place, path.error.reason)
        elif not standing and path.error is not None:
            add(getattr(path.error, "place", None), describe(path.error))
    if not complete:
        add(paths[-1].run.place, f"more than {len(paths)} combinations of undecided conditions")
    if (
        len(standing) > 1
        and join(
            [Figure(tuple(p.run.decisions[: p.built]), parameters.count(p.model).total) for p in standing if p.model]
        )
        is None
    ):
        for path in standing:
            for decision in path.run.decisions[: path.built]:
                if isinstance(decision.condition, OpaqueCondition):
                    add(decision.place, str(decision.condition))
    return tuple(found.values())


def shape(value: Any) -> Shape:
    """A tensor's shape as reports give it; None for what is no tensor."""
    if not isinstance(value, TensorType):
        return None
    if type(value.shape) is tuple and all(type(size) is int for size in value.shape):
        return value.shape  # type: ignore[return-value]  # all are ints
    return tuple(size if isinstance(size, int) else str(size) for size in value.shape)


def _first_shape(value: Any) -> Shape:
    return next((shape(tensor) for tensor in cost.tensors_in(value)), None)


def _output(path: Path) -> Shape:
    return shape(path.model.layers[0].calls[0].output) if path.model and path.model.layers[0].calls else None


def _layers(paths: Sequence[Path], first: Path, only: bool, dtype: DType) -> tuple[LayerReport, ...]:
    """The rows of one path; a count on which the paths differ is left open."""
    assert first.model is not None
    others = [
        {layer.path: parameters.own(layer) for layer in path.model.layers}
        for path in paths
        if path is not first and path.model is not None
    ]
    seen = receptive.fields(first.model) if only else {}
    return tuple(_layer(layer, others, first, only, seen.get(layer.path), dtype) for layer in first.model.layers)


def _are_same(figures: Sequence[Dim], others: Sequence[Dim]) -> bool:
    """Whether formulas are the same ones: no comparison that could be open is made."""
    return len(figures) == len(others) and all(
        one is other or (isinstance(one, int) and isinstance(other, int) and one == other)
        for one, other in zip(figures, others, strict=True)
    )


def _layer(
    layer: Layer, others: list[dict[str, Any]], path: Path, only: bool, seen: receptive.Field | None, dtype: DType
) -> LayerReport:
    assert path.model is not None
    own, trainable, buffers = parameters.own(layer)
    agreed = all(_are_same(other.get(layer.path, ()), (own, trainable, buffers)) for other in others)
    known = agreed and not layer.record.unknowns and all(r.type is not None for r in layer.parameters.values())
    calls = layer.calls if only else tuple(call for call in layer.calls if call.settled)
    ran = path.forward is not None and path.forward.ran
    macs = summed(call.macs for call in calls)
    return LayerReport(
        span_of(layer.record.place),
        layer.path,
        layer.type,
        _integer(own) if known else None,
        _integer(trainable) if known else None,
        _integer(buffers) if known else None,
        formula=_formula(own) if known else None,
        shapes={name: shape(record.type) for name, record in layer.names.items()},
        input_shape=_first_shape(calls[0].inputs) if calls else None,
        output_shape=shape(calls[0].output) if calls else None,
        macs=_integer(macs) if ran and only else None,
        macs_formula=_formula(macs) if ran else None,
        activations=_integer(cost.activations(layer, dtype)) if ran and only else None,
        calls=len(calls),
        settings=dict(layer.record.settings),
        receptive_field=None if seen is None else ReceptiveField(seen.size, seen.stride, seen.start),
        saved={name: shape(record.type) for name, record in state.saved(layer, path.model).items()},
        aliases=layer.aliases,
        callers=tuple(span_of(place) for place in layer.record.callers),
    )
