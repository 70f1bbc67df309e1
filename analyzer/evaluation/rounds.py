"""Loops of a symbolic number of rounds that make modules: what one round makes stands for all of them.

nn.ModuleList([Block(width) for _ in range(depth)])      holds one Block, named `[0:depth]`, that counts depth times

The round is followed twice, with a symbol for its number.  Only where both times make the same, share nothing, and
nothing depends on the number, is it taken for all; otherwise the loop is one that cannot be followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from analyzer.algebra.expression import Dim, Expr, free_symbols, symbol
from analyzer.algebra.facts import at_least, require
from analyzer.evaluation.modules import Rounds, named_modules
from analyzer.evaluation.run import OpaqueCondition, Run
from analyzer.evaluation.values import Class, ModuleInstance, Native, Tensor, Unknown, Value


@dataclass(frozen=True, slots=True)
class Range:
    """`range(start, start + count)` whose length is not known."""

    start: Dim
    count: Expr

    @property
    def reason(self) -> str:
        return f"a loop of {self.count} rounds"


@dataclass(frozen=True, slots=True)
class Repetition:
    """`count` modules that are equal, of which `module` is one; `reason` is what is said where that is too little."""

    module: ModuleInstance
    count: Expr

    @property
    def reason(self) -> str:
        return f"a loop of {self.count} rounds"


def spread(target: Value, arguments: list[Value]) -> Unknown | None:
    """Why `target(*arguments)` cannot be called: rounds are one argument, and only torch's containers know."""
    rounds = next((value for value in arguments if type(value) is Repetition), None)
    if rounds is None or (type(target) is Class and type((target.lookup("__init__") or (None, None))[1]) is Native):
        return None
    return Unknown(rounds.reason, rounds.module.place)


def repeat(run: Run, source: Range, make: Callable[[Value], Value]) -> Repetition | Unknown:
    """What `make` gives in every round; Unknown where one round says too little of the others."""
    number = symbol(f"round_{len(run.decisions)}", lower=0)
    before = len(run.decisions), len(run.lost)
    require(at_least(source.count, 0), "a range has no negative length")
    one, two = make(source.start + number), make(source.start + number)
    name = str(number)
    followed = (len(run.decisions), len(run.lost)) == before or not any(
        isinstance(decision.condition, OpaqueCondition) or name in str(decision.condition)
        for decision in run.decisions[before[0] :]
    )
    if (
        followed
        and len(run.lost) == before[1]
        and isinstance(one, ModuleInstance)
        and isinstance(two, ModuleInstance)
        and _apart(one, two)
        and _form(one, name) == _form(two, name) is not None
    ):
        return Repetition(one, source.count)
    return run.unknown(source.reason)


def _apart(one: ModuleInstance, two: ModuleInstance) -> bool:
    """Whether two rounds share no module, parameter or buffer."""
    return not (_parts(one) & _parts(two))


def _parts(root: ModuleInstance) -> set[int]:
    held: set[int] = set()
    for _, module in named_modules(root):
        held.add(id(module))
        held.update(id(t) for t in (*(module.parameters or {}).values(), *module.buffers.values()) if t is not None)
    return held


def _form(root: ModuleInstance, number: str) -> Any:
    """All that counts of a module; None where it depends on the round's number."""
    form: list[Any] = []
    for path, module in named_modules(root):
        if module.incomplete is not None:
            return None
        tensors = {**(module.parameters or {}), **module.buffers}
        if any(
            isinstance(t, Tensor) and t.type is not None and _mentions(t.type.shape, number) for t in tensors.values()
        ):
            return None
        held = [(n, t and (t.type, t.requires_grad, t.is_parameter)) for n, t in tensors.items()]
        form.append((path, module.cls, held, list(module.modules), module.training))
    return form


def _mentions(shape: tuple[Dim, ...], number: str) -> bool:
    return any(isinstance(size, Expr) and number in free_symbols(size) for size in shape)


def uncounted(module: ModuleInstance) -> Unknown | None:
    """Why the children of a container cannot be counted or walked one by one; None where they can."""
    if module.incomplete is not None:
        return module.incomplete
    name = next((name for name in module.modules if type(name) is Rounds), None)
    return None if name is None else Unknown(f"a loop of {name.times} rounds", module.place)


def put_rounds(module: ModuleInstance, rounds: Repetition) -> None:
    """Add modules that are equal at the end of a container."""
    start = _size(module)
    name = f"[{_short(start)}:{_short(start + rounds.count)}]"
    module.modules[Rounds(name, rounds.count)] = rounds.module


def next_name(module: ModuleInstance) -> str:
    """What a container calls the module after its last one."""
    size = _size(module)
    return str(size) if isinstance(size, int) else f"[{_short(size)}]"


def _size(module: ModuleInstance) -> Dim:
    names = module.modules
    if not names or next(reversed(names)) == str(len(names) - 1):  # as many as there are, or the last would say so
        return len(names)
    size: Dim = 0
    for name in names:
        size = size + size_of(name)
    return size


def _short(size: Dim) -> str:
    """A number within a path, where a dot would part two names: `config.depth` is `depth`."""
    return re.sub(r"\w+\.", "", str(size))


def size_of(name: str) -> Dim:
    """How many modules a name of a container stands for."""
    return name.times if type(name) is Rounds else 1
