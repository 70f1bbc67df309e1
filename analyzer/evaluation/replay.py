"""Calls of modules that do again what was done before: their record is written again in place of another run.

y = block(x)        runs; its calls and operators are kept, with the state of the block and the type of x
z = other(y)        another block in that state, an input of that type: the same calls and operators, on new tensors

Kept is only a call that depended on nothing but the module, the inputs and what is noted in its extent, and that left
the module as it was.  It is paid for in steps as the run that it replaces, so that limits are met at the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import extents
from analyzer.evaluation.duplicates import Copier, Uncopyable
from analyzer.evaluation.extents import NAMED, NUMBERS, PLAIN, Unprintable
from analyzer.evaluation.likeness import Likeness
from analyzer.evaluation.values import ModuleInstance, Tensor, Value

if TYPE_CHECKING:
    from analyzer.evaluation.run import Run
    from analyzer.evaluation.trace import Recorder

Apply = Callable[["Run", ModuleInstance, list[Value], dict[str, Value]], Value]
MOST_KEPT = 8_000
"""Events of all that is kept; then it begins anew."""
MOST_ALIKE = 6
MOST_MODULES = 300
"""In one module whose calls are kept."""
MOST_VALUES = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """One call: the module and inputs as they were, what came of it, and what it depended on and took.

    Tensors and modules stand for those of another call: of the copied module, of `inputs`, or new ones.
    """

    module: ModuleInstance
    inputs: tuple[Tensor, ...]
    after: tuple[tuple[TensorType | None, Any, bool], ...]
    """Type, elements and gradient of each input behind the call."""
    events: tuple[tuple[Any, ...], ...]
    output: Value
    bindings: tuple[Any, ...]
    holders: tuple[Any, ...]
    shared: dict[int, Value]
    changes: int
    steps: int
    iterators: int
    depth: int

    def fits(self, run: Run, module: ModuleInstance, given: list[Tensor]) -> Likeness | None:
        """Which objects stand for which, where calling the module now would do the same, within the limits."""
        limits = run.limits
        if (
            self.changes != run.session.changes
            or run.depth + self.depth > limits.depth
            or run.steps + self.steps >= run.last_step
            or run.iterators + self.iterators > limits.iterators
        ):
            return None
        likeness = Likeness()
        if not likeness.holds(self.module, module) or any(id(tensor) in likeness.taken for tensor in given):
            return None
        return likeness if extents.is_unchanged(self.bindings, self.holders) else None


class Library:
    """The calls that a session keeps, by class and inputs; what was called once only is noted."""

    def __init__(self) -> None:
        self.kept: dict[Any, list[Kept]] = {}
        self.size = 0

    def note(self, key: Any, size: int = 1) -> None:
        """That there has been such a call."""
        self.size += size
        if self.size > MOST_KEPT:
            self.kept.clear()
            self.size = size
        self.kept.setdefault(key, [])

    def put(self, key: Any, kept: Kept) -> None:
        self.note(key, len(kept.events) + 10)
        alike = self.kept.setdefault(key, [])
        alike.insert(0, kept)
        del alike[MOST_ALIKE:]


def call(run: Run, module: ModuleInstance, arguments: list[Value], keywords: dict[str, Value], apply: Apply) -> Value:
    """What `apply(run, module, arguments, keywords)` gives, and writes to the recorder."""
    recorder = run.recorder
    if recorder is None or not run.forks or run.assumed:
        return apply(run, module, arguments, keywords)
    given: list[Tensor] = []
    try:
        key = module.cls, module.training, _form(tuple(arguments), given), _form(keywords, given)
        alike = run.session.library.kept.get(key)
    except Unprintable:
        return apply(run, module, arguments, keywords)
    if alike is None:
        run.session.library.note(key)
        return apply(run, module, arguments, keywords)
    for kept in alike:
        likeness = kept.fits(run, module, given)
        if likeness is not None:
            return _again(run, recorder, kept, likeness, given)
    return _first(run, recorder, module, arguments, keywords, apply, key, given)


def _form(value: Value, given: list[Tensor]) -> Any:
    """Something hashable that is equal for inputs of the same types; raises Unprintable. Notes the tensors."""
    kind = type(value)
    if kind in PLAIN or kind in NAMED:
        return value
    if kind in NUMBERS:
        return kind, value, str(value) if kind is float else None
    if kind is Tensor:
        for number, tensor in enumerate(given):
            if tensor is value:
                return number
        given.append(value)
        return _tensor_form(value)
    if kind is list or kind is tuple:
        return (kind, *[_form(item, given) for item in value])
    if kind is dict:
        return kind, *[(_form(name, given), _form(item, given)) for name, item in value.items()]
    raise Unprintable


def _tensor_form(tensor: Tensor) -> Any:
    type_ = tensor.type
    if type_ is None or tensor.is_parameter or tensor.attributes is not None or tensor.cls is not None:
        raise Unprintable
    if not all(type(size) is int for size in type_.shape):
        raise Unprintable
    values = tensor.values
    if values is not None and len(values) > MOST_VALUES:
        raise Unprintable
    return type_.shape, type_.dtype, None if values is None else tuple(values), tensor.requires_grad


def _again(run: Run, recorder: Recorder, kept: Kept, likeness: Likeness, given: list[Tensor]) -> Value:
    """Write down again what the kept call did, for this module and these inputs."""
    run.pay(kept.steps)
    run.iterators += kept.iterators
    run.deepest = max(run.deepest, run.depth + kept.depth)
    if run.extent is not None:
        run.extent.absorb(kept.bindings, kept.holders)
    copier = Copier(kept.shared, set())
    made = copier.made = likeness.found
    for stand_in, tensor in zip(kept.inputs, given, strict=True):
        made[id(stand_in)] = tensor
    entered: list[tuple[int, ModuleInstance]] = []
    for event in kept.events:
        if len(event) == 2:
            called = made[id(event[0])]
            entered.append((recorder.enter(called, event[1]), called))
        elif len(event) == 1:
            recorder.leave(entered.pop()[0], event[0])
        else:
            operator, read, written, macs, at, arguments, named, training = event
            inputs = [_standing(copier, tensor, type_) for tensor, type_ in read]
            outputs = [_standing(copier, tensor, type_) for tensor, type_ in written]
            at = entered[-1][1].place if at is _ITS_OWN else at
            recorder.equation(
                operator, inputs, outputs, macs, at, arguments=arguments, keywords=named, training=training
            )
    result = copier.copy(kept.output)
    for tensor, (type_, values, requires_grad) in zip(given, kept.after, strict=True):
        tensor.type, tensor.values, tensor.requires_grad = type_, values, requires_grad
    return result


_ITS_OWN = "where the module is made"
"""The place of an operator that is the module itself."""


def _standing(copier: Copier, stand_in: Tensor, type_: TensorType) -> Tensor:
    """The tensor that one of a kept call stands for, of the type that it has at that moment."""
    tensor: Tensor = copier.made.get(id(stand_in)) or copier.tensor(stand_in)
    if not tensor.is_parameter:
        tensor.type = type_
    return tensor


def _first(
    run: Run,
    recorder: Recorder,
    module: ModuleInstance,
    arguments: list[Value],
    keywords: dict[str, Value],
    apply: Apply,
    key: Any,
    given: list[Tensor],
) -> Value:
    """Call the module, and keep the call where it may be written down again from now on."""
    before = _snapshot(module, given)
    if before is None:
        return apply(run, module, arguments, keywords)
    session, around = run.session, run.extent
    extent = extents.begin(run)
    deepest, run.deepest = run.deepest, run.depth
    state = _state(run, recorder)
    steps, iterators, start = run.steps, run.iterators, len(recorder.events)
    together = arguments, keywords
    containers = list(_containers(together))
    try:
        output = apply(run, module, arguments, keywords)
    finally:
        depth = run.deepest - run.depth
        run.deepest = max(deepest, run.deepest)
        extents.end(run, extent, around)
    spent = run.steps - steps, run.iterators - iterators, depth
    if not extent.pure or state != _state(run, recorder) or containers != list(_containers(together)):
        return output
    held = {found[0] for found in containers}
    if any(found[0] in held for found in _containers(output)):
        return output
    if not extents.is_unchanged(extent.bindings.values(), extent.holders.values()):
        return output
    if not Likeness().holds(before.made[id(module)], module):
        return output
    kept = _kept(extent, before, module, given, tuple(recorder.events[start:]), output, session.changes, spent)
    if kept is not None:
        session.library.put(key, kept)
    return output


def _snapshot(module: ModuleInstance, given: list[Tensor]) -> Copier | None:
    """A copy of the module as it is now, with what stands for what; None where there is none."""
    copier = Copier({}, set())
    copier.originals = []
    try:
        copier.module(module)
    except Uncopyable:
        return None
    if copier.size > MOST_MODULES or any(id(tensor) in copier.made for tensor in given):
        return None
    return copier


def _state(run: Run, recorder: Recorder) -> tuple[int, ...]:
    """What changes where a run decides, loses, makes or assigns anything that others see."""
    return (
        run.session.changes, len(run.decisions), len(run.requirements), len(run.lost), len(run.journal),
        len(run.assumed), run.modules, recorder.missed, sum(recorder.unknown_operators.values()),
        recorder.settled is None,
    )  # fmt: skip


def _containers(value: Value) -> Iterator[Any]:
    """Every container among inputs with what it holds, by identity: inputs may be changed in place."""
    if isinstance(value, (list, tuple)):
        yield id(value), *[id(item) for item in value]
        for item in value:
            yield from _containers(item)
    elif isinstance(value, dict):
        yield id(value), *value, *[id(item) for item in value.values()]
        for item in value.values():
            yield from _containers(item)


def _kept(
    extent: extents.Extent,
    before: Copier,
    module: ModuleInstance,
    given: list[Tensor],
    events: tuple[tuple[Any, ...], ...],
    output: Value,
    changes: int,
    spent: tuple[int, int, int],
) -> Kept | None:
    """The call with stand-ins for every object; None where it met one that a copy of the module has none for."""
    shared: dict[int, Value] = {}
    for value, _, held, _ in extent.holders.values():
        shared[id(value)] = value
        shared.update(held)
    copier = Copier(shared, set())
    copier.born = extent.born
    copier.made = before.made
    if any(tensor.type is None or tensor.attributes is not None for tensor in given):
        return None
    after = tuple((tensor.type, tensor.values, tensor.requires_grad) for tensor in given)
    inputs = tuple(Tensor(tensor.type) for tensor in given)
    copier.made.update({id(tensor): stand_in for tensor, stand_in in zip(given, inputs, strict=True)})
    made = copier.made[id(module)]
    entered: list[ModuleInstance] = []
    try:
        written = tuple(_stand_ins(copier, event, entered) for event in events)
        result = copier.copy(output)
    except (Uncopyable, KeyError):
        return None
    return Kept(
        made, inputs, after, written, result, tuple(extent.bindings.values()), tuple(extent.holders.values()), shared,
        changes, *spent,
    )  # fmt: skip


def _stand_ins(copier: Copier, event: tuple[Any, ...], entered: list[ModuleInstance]) -> tuple[Any, ...]:
    if len(event) == 2:
        entered.append(event[0])
        return copier.made[id(event[0])], event[1]
    if len(event) == 1:
        entered.pop()
        return event
    operator, read, written, macs, place, *rest = event
    return (
        operator,
        [(copier.copy(tensor), type_) for tensor, type_ in read],
        [(copier.copy(tensor), type_) for tensor, type_ in written],
        macs,
        _ITS_OWN if place is entered[-1].place else place,
        *rest,
    )
