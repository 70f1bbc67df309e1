"""The sizes of a model's input that its source speaks of, where the analysis itself leaves them open.

pool,   # output: 64 x 16 x 16          Sizes({"H": (32, 33), "W": (32, 33)}, grounds=("net.py:8",))
sizes.values(256*(H//8)*(W//8))         -> {4096}
net(torch.randn(1, 3, 32, 32))          Sizes({"N": (1,), "H": (32,), "W": (32,)}, ...)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.algebra.expression import Dim, Expr, free_symbols
from analyzer.algebra.substitution import evaluate
from analyzer.rule import Subject
from analyzer.rules.parts.annotations import annotated
from analyzer.rules.parts.once import once
from analyzer.rules.parts.scripts import bodies
from analyzer.rules.parts.shape_comments import Claim, claims
from analyzer.syntax import ir
from analyzer.syntax.literals import value_of
from analyzer.weigh import Path, Weighed

LARGEST = 1024
"""Sizes are tried up to this one."""
MANY = 64
"""Combinations of sizes that are tried."""
MAKERS = frozenset(f"torch.{name}" for name in ("randn", "rand", "zeros", "ones", "empty"))
Equation = tuple[Expr, int, str]
"""A size, what it must be, and who says so."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """For each symbol the values that everything said allows."""

    candidates: Mapping[str, tuple[int, ...]]
    grounds: tuple[str, ...]
    """Who says so: `the comment on line 8`."""

    def values(self, dim: Dim) -> frozenset[int] | None:
        """What a size can be; None where that is open."""
        if isinstance(dim, int):
            return frozenset((dim,))
        names = sorted(free_symbols(dim))
        if not all(name in self.candidates for name in names):
            return None
        choices = [self.candidates[name] for name in names]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > MANY:
            return None
        found = {_value(dim, dict(zip(names, chosen, strict=True))) for chosen in itertools.product(*choices)}
        return frozenset(value for value in found if value is not None)


def _value(dim: Dim, sizes: dict[str, int]) -> int | None:
    try:
        return dim if isinstance(dim, int) else evaluate(dim, sizes)
    except ZeroDivisionError:
        return None


def intended(subject: Subject, weighed: Weighed, way: Path) -> Sizes | None:
    """The sizes that comments, annotations and samples agree on; None where they say nothing, or contradict others."""
    commented = _commented(claims(subject, way))
    said = [*commented, *sampled(subject, weighed, way), *annotated(subject, weighed, way)]
    return solve(said) if said else None


def _commented(found: Iterator[Claim]) -> Iterator[Equation]:
    for claim in found:
        yield from equations_of(claim)


def equations_of(claim: Claim) -> Iterator[Equation]:
    """What a comment says of sizes that are open; nothing where what it says of known ones is wrong."""
    sizes = claim.type.shape[-len(claim.dims) :]
    pairs = list(zip(claim.dims, sizes, strict=True))
    if not any(isinstance(size, int) and dim is not None and dim != size for dim, size in pairs):
        for dim, size in pairs:
            if dim is not None and isinstance(size, Expr):
                yield size, dim, f"the comment on line {claim.place.span[0]}"


def solve(said: Sequence[Equation]) -> Sizes | None:
    """The values that fulfil every equation; None where none do."""
    candidates: dict[str, tuple[int, ...]] = {}
    grounds: dict[str, None] = {}
    for size, wanted, who in said:
        names = free_symbols(size)
        if len(names) == 1:
            (name,) = names
            left = candidates.get(name, tuple(range(1, LARGEST + 1)))
            candidates[name] = tuple(value for value in left if _value(size, {name: value}) == wanted)
            grounds[who] = None
    if not candidates or not all(candidates.values()):
        return None
    found = Sizes(candidates, tuple(grounds))
    for size, wanted, _ in said:
        values = found.values(size)
        if values is not None and wanted not in values:
            return None
    return found


# ---------------------------------------------------------------- sample inputs


def sampled(subject: Subject, weighed: Weighed, way: Path) -> Iterator[Equation]:
    """What `net(torch.randn(1, 3, 32, 32))` says of the sizes of the model's only input."""
    if len(way.inputs) != 1 or weighed.given:
        return
    shapes = {sizes for one, sizes in samples(subject) if one is weighed}
    type_ = way.inputs[0][1]
    if len({shape[1:] for shape in shapes}) != 1:
        return
    (shape,) = {(None, *shape[1:]) for shape in shapes}
    pairs = list(zip(shape, type_.shape, strict=True)) if len(shape) == type_.rank else []
    if not any(isinstance(size, int) and given not in (None, size) for given, size in pairs):
        for given, size in pairs:
            if given is not None and isinstance(size, Expr):
                yield size, given, "the sample input"


@once
def samples(subject: Subject) -> Iterator[tuple[Weighed, tuple[int, ...]]]:
    """What the scripts of a file call its models with."""
    for body in bodies(subject):
        for node in body.nodes:
            match node:
                case ir.Call(function=function, arguments=(ir.Argument(keyword=None, star="", value=given),)):
                    value = body.value(given)
                    made = isinstance(value, ir.Call) and subject.name_of(value.function) in MAKERS
                    sizes = _sizes(subject, value) if made and isinstance(value, ir.Call) else None
                    for one in (body.model(function), body.blueprint(function)) if sizes is not None else ():
                        if one is not None and sizes is not None:
                            yield one, sizes


def _sizes(subject: Subject, call: ir.Call) -> tuple[int, ...] | None:
    """`(1, 3, 32, 32)` of `torch.randn(1, 3, 32, 32)` and `torch.randn((1, 3, 32, 32))`."""
    given = [argument.value for argument in call.arguments if argument.keyword is None and not argument.star]
    if len(given) == 1 and isinstance(given[0], ir.Display):
        given = list(given[0].elements)
    values = [_integer(subject, value) for value in given]
    return tuple(value for value in values if value is not None) if all(v is not None for v in values) else None


def _integer(subject: Subject, node: ir.Expression) -> int | None:
    value = value_of(node) if isinstance(node, ir.Constant) else None
    if isinstance(node, ir.Name):
        value = subject.namespace.names.get(node.name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
