"""Where PyTorch would refuse what a model does with its own input, as far as that is certain.

    for weighed, refusal in refusals(subject):
        refusal.place, refusal.message        the layer or statement, and PyTorch's reason
        refusal.mismatch                      Mismatch("in_features", 16384, fitting=4096), of a layer's setting

Certain means: the input is given by the user, or it is the one that the model's first layer alone can take, and every
way through the model ends so.  Sizes that this leaves open count where the source itself speaks of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.algebra.expression import Dim, Expr, free_symbols
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.forward import ShapeError
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.trace import Equation
from analyzer.evaluation.values import ModuleInstance, Place
from analyzer.model.tree import Layer, Model
from analyzer.passes.accepts import holds
from analyzer.passes.cost import tensors_in
from analyzer.refusal import FITTING
from analyzer.rule import Subject
from analyzer.rules.parts.certainty import Certain, certainty
from analyzer.rules.parts.code import is_literal
from analyzer.rules.parts.flow import is_source, key, layer_of
from analyzer.rules.parts.once import once
from analyzer.rules.parts.sizes import Sizes, intended
from analyzer.syntax import ir
from analyzer.weigh import Path, Weighed

SHRINKS = re.compile(r"[Oo]utput size is too small|Kernel size can't be greater|Calculated padded input size|non-empty")

UNEQUAL = re.compile(r"must match|cannot be multiplied|is invalid for input of size")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A setting of a layer that is not what arrives."""

    setting: str
    present: int
    fitting: int | None
    """What would fit; None where no single value does."""
    factors: tuple[int, ...] = ()
    """The sizes that the fitting value is the product of, where they were flattened together."""
    divisor: int = 0
    """What any fitting value is a multiple of, where the setting is none."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One place where PyTorch would raise."""

    place: Place
    message: str
    path: str | None
    arrives: tuple[str, ...]
    mismatch: Mismatch | None = None
    grounds: tuple[str, ...] = ()
    """Who speaks of the sizes that the analysis left open."""

    @property
    def is_of_last(self) -> bool:
        """Whether it is the last dimension that does not fit, whatever stands before it."""
        return self.mismatch is not None and FITTING.get(self.mismatch.setting, -1) == -1

    @property
    def shrinks(self) -> bool:
        return self.mismatch is None and SHRINKS.search(self.message) is not None

    @property
    def notes(self) -> tuple[str, ...]:
        arrives = (f"arrives: {', '.join(self.arrives)}",) if self.arrives else ()
        return arrives + tuple(f"by {who}" for who in self.grounds)


@once
def refusals(subject: Subject) -> Iterator[tuple[Weighed, Refusal]]:
    """The models of a file of which every way comes to the same refusal, each with the first one."""
    told: set[str] = set()
    for weighed in subject.models:
        found = _common(subject, weighed)
        if found is not None:
            told.add(key(found.place))
            yield weighed, found
    for weighed in subject.models:
        found = _of_script(subject, weighed)
        if found is not None and key(found.place) not in told:
            yield weighed, found


def _of_script(subject: Subject, weighed: Weighed) -> Refusal | None:
    """What the script that makes a model is refused when it calls it."""
    errors = [way.error for way in weighed.ways if isinstance(way.error, ShapeError)]
    if weighed.target.kind != "instance" or not errors or len(errors) < len(weighed.ways):
        return None
    found = [_refused(subject, weighed, way, error, None) for way, error in zip(weighed.ways, errors, strict=True)]
    same = len({key(one.place) for one in found}) == 1
    return found[0] if same and (found[0].mismatch is not None or UNEQUAL.search(found[0].message)) else None


def _common(subject: Subject, weighed: Weighed) -> Refusal | None:
    ways = [way for way in weighed.ways if way.model is not None and way.forward is not None]
    found = [_refusal(subject, weighed, way) for way in ways]
    first = found[0] if found and len(ways) == len(weighed.ways) else None
    same = first is not None and all(one is not None and key(one.place) == key(first.place) for one in found)
    return first if same else None


def _refusal(subject: Subject, weighed: Weighed, way: Path) -> Refusal | None:
    if way.model is None or way.forward is None:
        return None
    certain = certainty(weighed, way)
    if certain is Certain.NOTHING:
        return None
    found = _first(subject, weighed, way)
    if found is None or (certain is Certain.LAST and not found.is_of_last):
        return None
    return found if weighed.given or _stands_alone(subject, weighed, found) else None


def _first(subject: Subject, weighed: Weighed, way: Path) -> Refusal | None:
    """The first refusal on a way, of the given sizes or of those that the source speaks of."""
    sizes = None if weighed.given else intended(subject, weighed, way)
    early = _too_large(way, sizes) or _unmet(subject, weighed, way, sizes)
    if early is not None or way.forward is None or not isinstance(way.forward.refused, ShapeError):
        return early
    return _refused(subject, weighed, way, way.forward.refused, sizes)


def _stands_alone(subject: Subject, weighed: Weighed, refusal: Refusal) -> bool:
    """Whether it does not hang on arguments that callers give: of a class, only what is written as numbers counts."""
    if weighed.target.kind != "class":
        return True
    if weighed.target.symbols:
        return False
    call = subject.call_at(refusal.place)
    if refusal.mismatch is not None and call is not None:
        return bool(call.arguments) and is_literal(call.arguments[0].value)
    node = next((n for n in subject.source.nodes(ir.Class) if n.span == weighed.target.place.span), None)
    own = () if node is None else tuple(s for s in node.body if isinstance(s, ir.Function) and s.name == "__init__")
    return node is not None and all(len(function.parameters.parameters) == 1 for function in own)


# ---------------------------------------------------------------- what was refused


def _refused(subject: Subject, weighed: Weighed, way: Path, refused: ShapeError, sizes: Sizes | None) -> Refusal:
    arrives = tuple(str(tensor) for tensor in tensors_in(refused.inputs))
    modules = () if way.root is None else named_modules(way.root)
    path = next((path for path, module in modules if module is refused.module), None)
    place = refused.module.place if refused.module.cls.spec is not None else refused.place
    if not is_source(place):
        place = subject.header(weighed)
    tensor = next(tensors_in(refused.inputs), None)
    wanted = None if tensor is None else _setting(refused.module, tensor)
    mismatch = None if wanted is None else _mismatch(*wanted, sizes)
    grounds = sizes.grounds if sizes is not None and mismatch is not None and mismatch.fitting is not None else ()
    return Refusal(place, refused.message, path, arrives, mismatch, grounds)


def _mismatch(name: str, present: int, arriving: Dim, sizes: Sizes | None) -> Mismatch | None:
    """What is wrong with a setting; None where it may fit."""
    if isinstance(arriving, int):
        return Mismatch(name, present, arriving) if arriving != present else None
    values = None if sizes is None else sizes.values(arriving)
    if values is not None and present not in values:
        return Mismatch(name, present, next(iter(values)) if len(values) == 1 else None)
    divisor = math.gcd(*arriving.terms.values())
    return Mismatch(name, present, None, divisor=divisor) if divisor > 1 and present % divisor else None


def _setting(module: ModuleInstance, tensor: TensorType) -> tuple[str, int, Dim] | None:
    """The setting of a layer that must equal a dimension of its input, its value, and that dimension."""
    if module.cls.spec is None:
        return None
    for name, axis in FITTING.items():
        present = module.attributes.get(name)
        if not isinstance(present, int):
            continue
        spatial = re.search(r"([123])d$", module.cls.name)
        if spatial is not None and module.cls.name.startswith("Conv") and tensor.rank == int(spatial[1]) + 1:
            axis = 0
        if -tensor.rank <= axis < tensor.rank:
            return name, present, tensor.shape[axis]
    shape = module.attributes.get("normalized_shape")
    if isinstance(shape, tuple) and len(shape) == 1 and isinstance(shape[0], int) and tensor.rank:
        return "normalized_shape", shape[0], tensor.shape[-1]
    return None


# ---------------------------------------------------------------- what sizes that were left open come to


def _too_large(way: Path, sizes: Sizes | None) -> Refusal | None:
    """The first layer whose setting none of the intended sizes fits, or no size at all."""
    assert way.model is not None
    trace = way.model.trace
    producers = {number: equation for equation in trace.equations for number in equation.outputs}
    for equation in trace.equations:
        layer = layer_of(way.model, equation)
        if layer is None or not equation.inputs or not is_source(equation.place):
            continue
        wanted = _recorded(layer, trace.tensors[equation.inputs[0]])
        if wanted is None or not isinstance(wanted[2], Expr):
            continue
        mismatch = _mismatch(*wanted, sizes)
        if mismatch is None or equation.place is None:
            continue
        flattened = _factors(producers.get(equation.inputs[0]), sizes, way.model)
        if mismatch.fitting is not None and math.prod(flattened) == mismatch.fitting:
            mismatch = replace(mismatch, factors=flattened)
        arrives = (str(trace.tensors[equation.inputs[0]]),)
        grounds = sizes.grounds if sizes is not None and not mismatch.divisor else ()
        return Refusal(equation.place, "", layer.path, arrives, mismatch, grounds)
    return None


def _recorded(layer: Layer, tensor: TensorType) -> tuple[str, int, Dim] | None:
    """As `_setting`, of a layer as the trace keeps it."""
    for name, axis in FITTING.items():
        text = layer.record.settings.get(name, "")
        if text.isdecimal() and -tensor.rank <= axis < tensor.rank:
            return name, int(text), tensor.shape[axis]
    return None


def _factors(equation: Equation | None, sizes: Sizes | None, model: Model) -> tuple[int, ...]:
    """The sizes of what was flattened, without the batch."""
    if equation is None or sizes is None or not equation.inputs:
        return ()
    values = [sizes.values(size) for size in model.trace.tensors[equation.inputs[0]].shape[1:]]
    return tuple(next(iter(v)) for v in values if v) if all(v and len(v) == 1 for v in values) else ()


def _unmet(subject: Subject, weighed: Weighed, way: Path, sizes: Sizes | None) -> Refusal | None:
    """The first demand that none of the intended sizes fulfils."""
    if sizes is None:
        return None
    for requirement in way.run.requirements:
        names = tuple(free_symbols(requirement.condition.expression))
        if len(names) != 1 or names[0] not in sizes.candidates:
            continue
        if any(holds(requirement.condition, {names[0]: value}) for value in sizes.candidates[names[0]]):
            continue
        place = requirement.place if requirement.place is not None and is_source(requirement.place) else None
        return Refusal(place or subject.header(weighed), requirement.message, None, (), None, sizes.grounds)
    return None
