"""Einstein summation as torch carries it out: sizes of labels, the output, and pairwise products from left to right.

    equation = Equation(("ij", "jk"), "ik")
    contract(equation, (TensorType((2, 3)), TensorType((3, 4))))   -> (TensorType((2, 4)), 24)

A label is a letter, or a number for a dimension that an ellipsis covers (-1 being the last of them).
The second answer is the multiply-accumulates: a pair with something to sum becomes one bmm, any other one `mul`,
which FlopCounterMode does not count.  More than two operands are multiplied from left to right, as torch does where
the optional package opt_einsum is not installed.

Source: https://pytorch.org/docs/stable/generated/torch.einsum.html, aten/src/ATen/native/Linear.cpp
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.algebra.expression import Dim, product
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast, promote
from analyzer.knowledge.operands import is_inexact, scalar_name

Label = str | int
ELLIPSIS = "..."


@dataclass(frozen=True, slots=True)
class Equation:
    """Labels of each operand and of the output; ELLIPSIS stands for itself, an output of None is implicit."""

    operands: tuple[Sequence[str], ...]
    output: Sequence[str] | None


@dataclass(slots=True)
class _Factor:
    """One operand, aligned: the size of each label that it has, 1 for all others."""

    sizes: dict[Label, Dim]
    dtype: DType

    def size(self, label: Label) -> Dim:
        return self.sizes.get(label, 1)

    def has(self, label: Label) -> bool:
        """Whether it extends along the label; a size of which nothing is known does."""
        return equal(self.size(label), 1) is not True

    def sum(self, labels: Sequence[Label]) -> None:
        for label in labels:
            self.sizes[label] = 1
        if labels and not is_inexact(self.dtype):
            self.dtype = DType.int64


def parse(equation: str, count: int) -> Equation:
    """`ij, jk -> ik` for `count` operands; spaces do not matter."""
    left, arrow, right = equation.partition("->")
    parts = left.split(",")
    if len(parts) > count:
        raise Refused("einsum(): fewer operands were provided than specified in the equation")
    if len(parts) < count:
        raise Refused("einsum(): more operands were provided than specified in the equation")
    operands = tuple(_labels(part, f"operand {place}") for place, part in enumerate(parts))
    return Equation(operands, _labels(right, "output") if arrow else None)


def _labels(text: str, where: str) -> list[str]:
    found: list[str] = []
    text = text.replace(" ", "")
    place = 0
    while place < len(text):
        if text[place] == ".":
            if ELLIPSIS in found:
                raise Refused(f"einsum(): found '.' for {where} for which an ellipsis was already found")
            if not text.startswith(ELLIPSIS, place):
                raise Refused(f"einsum(): found '.' for {where} that is not part of any ellipsis")
            found.append(ELLIPSIS)
            place += 3
            continue
        if not (text[place].isascii() and text[place].isalpha()):
            raise Refused(
                f"einsum(): invalid subscript given at index {place} in the equation string, "
                "subscripts must be in [a-zA-Z]"
            )
        found.append(text[place])
        place += 1
    return found


def contract(equation: Equation, operands: Sequence[TensorType]) -> tuple[TensorType, Dim]:
    """The result and the multiply-accumulates of its pairwise products."""
    covered = 0
    expanded: list[list[Label]] = []
    for place, (labels, operand) in enumerate(zip(equation.operands, operands, strict=True)):
        given = len(labels) - (ELLIPSIS in labels)
        if given > operand.rank or (given < operand.rank and ELLIPSIS not in labels):
            comparison = (
                f"is more than the number of dimensions ({operand.rank}) for operand {place}"
                if ELLIPSIS in labels
                else f"does not match the number of dimensions ({operand.rank}) for operand {place} "
                "and no ellipsis was given"
            )
            raise Refused(f"einsum(): the number of subscripts in the equation ({given}) {comparison}")
        covered = max(covered, operand.rank - given)
        expanded.append(_expand(labels, operand.rank - given))
    output = _output(equation, expanded, covered)
    factors = [_align(*pair, place) for place, pair in enumerate(zip(expanded, operands, strict=True))]
    return _multiply(factors, output, sorted({label for labels in expanded for label in labels}, key=str))


def _expand(labels: Sequence[str], covered: int) -> list[Label]:
    return [each for label in labels for each in (range(-covered, 0) if label == ELLIPSIS else (label,))]


def _output(equation: Equation, expanded: list[list[Label]], covered: int) -> list[Label]:
    """The output's labels; implicit: the ellipsis, then the labels that appear once, capitals first."""
    counts = Counter(label for labels in expanded for label in labels)
    if equation.output is None:
        once = sorted(label for label, count in counts.items() if count == 1 and isinstance(label, str))
        return [*range(-covered, 0), *once]
    for label, count in Counter(equation.output).items():
        if label == ELLIPSIS:
            continue
        if count > 1:
            raise Refused(f"einsum(): output subscript {label} appears more than once in the output")
        if label not in counts:
            raise Refused(f"einsum(): output subscript {label} does not appear in the equation for any input operand")
    return _expand(equation.output, covered)


def _align(labels: Sequence[Label], operand: TensorType, place: int) -> _Factor:
    """A label that is repeated within an operand takes the diagonal."""
    sizes: dict[Label, Dim] = {}
    for label, size in zip(labels, operand.shape, strict=True):
        if label in sizes:
            require(
                equal(size, sizes[label]),
                f"einsum(): subscript {label} is repeated for operand {place} but the sizes don't match, "
                f"{size} != {sizes[label]}",
            )
        else:
            sizes[label] = size
    return _Factor(sizes, operand.dtype)


def _joined_size(label: Label, factors: Sequence[_Factor]) -> Dim:
    try:
        return broadcast(*((factor.size(label),) for factor in factors))[0]
    except Refused:
        sizes = [str(factor.size(label)) for factor in factors if factor.has(label)]
        what = "dimension covered by ellipsis" if isinstance(label, int) else f"subscript {label}"
        raise Refused(
            f"einsum(): {what} has size {sizes[-1]} which does not broadcast with previously seen size {sizes[0]}"
        ) from None


def _multiply(factors: list[_Factor], output: Sequence[Label], labels: Sequence[Label]) -> tuple[TensorType, Dim]:
    sizes = {label: _joined_size(label, factors) for label in labels}
    contracted = [label for label in labels if label not in output]
    left = {label: sum(factor.has(label) for factor in factors) for label in contracted}
    macs: Dim = 0
    result = factors[0]
    if len(factors) == 1:
        result.sum(contracted)
    for other in factors[1:]:
        summed = []
        for label in contracted:
            if result.has(label) and other.has(label):
                left[label] -= 1
                if left[label] == 1:
                    summed.append(label)
                    left[label] = 0
        for factor in (result, other):
            alone = [label for label in contracted if left[label] == 1 and factor.has(label) and label not in summed]
            alone = [label for label in alone if not (result.has(label) and other.has(label))]
            factor.sum(alone)
            left.update(dict.fromkeys(alone, 0))
        joint = {label: _joined_size(label, (result, other)) for label in labels}
        if summed:
            if result.dtype is not other.dtype:
                names = scalar_name(result.dtype), scalar_name(other.dtype)
                raise Refused(f"expected scalar type {names[0]} but found {names[1]}")
            macs += product(joint.values())
            joint |= dict.fromkeys(summed, 1)
        dtype = _promoted(result, other, labels)
        result = _Factor(joint, dtype)
    return TensorType(tuple(sizes[label] for label in output), result.dtype), macs


def _promoted(a: _Factor, b: _Factor, labels: Sequence[Label]) -> DType:
    """Both have a dimension for every label, if there is any."""
    shape = (1,) * min(len(labels), 1)
    return promote(TensorType(shape, a.dtype), TensorType(shape, b.dtype))
