"""Which call's result goes where in a forward pass that is wholly known.

for model, first, second in adjacent(weighed, is_convolution, is_batch_norm):
    first.place         where a convolution is made whose result goes to a batch norm and nowhere else
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from analyzer.evaluation.trace import Equation, Trace
from analyzer.evaluation.values import Place
from analyzer.model.tree import Layer, Model
from analyzer.weigh import Path, Weighed

Pick = Callable[[Model, Equation], bool]
Pair = tuple[Model, Equation, Equation]


def runs(weighed: Weighed) -> tuple[Path, ...]:
    """Every way that torch would follow to its end; empty where one of them is not wholly known."""
    standing = [way for way in weighed.ways if way.model is not None and way.forward is not None]
    taken = [way for way in standing if way.forward is not None and not way.forward.stopped]
    known = len(standing) == len(weighed.ways) and all(way.forward is not None and way.forward.ran for way in taken)
    return tuple(taken) if known else ()


def models(weighed: Weighed) -> Iterator[Model]:
    """The model of each of these ways."""
    return (way.model for way in runs(weighed) if way.model is not None)


class Flow:
    """The calls of a trace by the tensors that go between them."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.producers = {number: e for e in trace.equations for number in e.outputs}
        self.readers: dict[int, list[Equation]] = {}
        for equation in trace.equations:
            if equation.outputs:
                for number in set(equation.inputs):
                    self.readers.setdefault(number, []).append(equation)
        self.outputs = {number for _, number in trace.outputs}

    def next(self, equation: Equation) -> Equation | None:
        """The only call that reads the only result; None where others read it or it leaves the model."""
        if len(equation.outputs) != 1 or equation.outputs[0] in self.outputs:
            return None
        readers = self.readers.get(equation.outputs[0], [])
        return readers[0] if len(readers) == 1 else None

    def before(self, equation: Equation) -> Equation | None:
        """The call that made the first tensor that this one reads."""
        return self.producers.get(equation.inputs[0]) if equation.inputs else None


def adjacent(weighed: Weighed, first: Pick, second: Pick, *, always: bool = True) -> Iterator[Pair]:
    """Calls of which one reads the other's result and nobody else does, whichever way is followed.

    always: every call of the first one's place is followed so; else there is such a pair on every way.
    """
    found: list[dict[tuple[str, ...], Pair]] = []
    lonely: set[str] = set()
    for model in models(weighed):
        flow = Flow(model.trace)
        pairs: dict[tuple[str, ...], Pair] = {}
        for equation in model.trace.equations:
            if equation.place is None or not first(model, equation):
                continue
            after = flow.next(equation)
            if after is None or after.place is None or not second(model, after):
                lonely.add(key(equation.place))
            else:
                pairs.setdefault((key(equation.place), key(after.place)), (model, equation, after))
        found.append(pairs)
    if found:
        everywhere = set.intersection(*map(set, found))
        for keys, pair in found[0].items():
            if keys in everywhere and not (always and keys[0] in lonely):
                yield pair


def key(place: Place) -> str:
    """A place as text, to be compared."""
    return f"{place.file}:{place.span}"


def layer_of(model: Model, equation: Equation) -> Layer | None:
    """The layer whose call an equation is; None for an operator and for a module that is not registered."""
    if equation.module is None or not 0 <= equation.module < len(model.layers):
        return None
    layer = model.layers[equation.module]
    return layer if layer.record.qualified_type == equation.operator else None


def is_source(place: Place | None) -> bool:
    """Whether a place lies in a file, and not in what torch itself is made of."""
    return place is not None and not place.file.startswith("<")
