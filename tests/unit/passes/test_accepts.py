from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import Dim, at_least, divisible, equal, symbol
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.imports import Session
from analyzer.evaluation.run import Decision, OpaqueCondition, Requirement, Run
from analyzer.evaluation.values import Unknown
from analyzer.passes.accepts import Accepted, accepts
from analyzer.syntax.project import Project

H, W, N, L = (symbol(name, lower=1) for name in "HWNL")
IMAGE = (("input", TensorType((N, 3, H, W))),)
TOKENS = (("input", TensorType((N, L))),)


def way(*demanded: Condition | bool, taken: tuple[Condition | bool, ...] = ()) -> Run:
    """A run on which torch demanded conditions and others were decided to hold."""
    run = Run(Session(Project(Path.cwd())))
    run.requirements = [Requirement(each, "", None) for each in demanded if isinstance(each, Condition)]
    run.decisions = [Decision(each, True, None) for each in taken if isinstance(each, Condition)]
    return run


def test_height_and_width_that_are_free_of_each_other() -> None:
    both = way(divisible(H, 32), divisible(W, 32), at_least(H, 64), at_least(W, 64))
    assert accepts([both], IMAGE) == Accepted(("H and W: multiples of 32, at least 64",), ((1, 3, 64, 64),))
    apart = way(at_least(H, 5), at_least(9, W))
    assert accepts([apart], IMAGE) == Accepted(("H: at least 5", "W: from 1 to 9"), ((1, 3, 5, 1),))


def test_a_size_that_is_fixed() -> None:
    fixed = way(equal(H, 224), equal(W, 224))
    assert accepts([fixed], IMAGE) == Accepted(("H = W = 224",), ((1, 3, 224, 224),))


def test_an_area_is_told_of_squares() -> None:
    assert accepts([way(equal((H // 8) * (W // 8), 16))], IMAGE).sentences == ("H = W: from 32 to 39",)


def test_what_no_square_fulfils_is_told_as_it_is() -> None:
    assert accepts([way(equal(H * W, 8))], IMAGE) == Accepted(("H*W == 8",))


@pytest.mark.parametrize("last", [1023, 1024, 1025, 2048, 5000, 1_000_003])
def test_a_row_ends_where_it_ends(last: int) -> None:
    assert accepts([way(at_least(last, L))], TOKENS).sentences == (f"L: from 1 to {last}",)
    assert accepts([way(at_least(last, L), divisible(L, 7))], TOKENS).sentences == (
        f"L: multiples of 7, from 7 to {last // 7 * 7}",
    )


def test_everything() -> None:
    assert accepts([way(at_least(H, 1))], IMAGE) == Accepted()
    assert accepts([way()], IMAGE) == Accepted()


def test_several_ways_go_through_together() -> None:
    even, odd = divisible(H, 2), divisible(H + 1, 2)
    assert accepts([way(taken=(even,)), way(at_least(H, 7), taken=(odd,))], IMAGE).sentences == (
        "H: 2, 4 and at least 6",
    )
    crossed = [way(taken=(even, divisible(W, 2))), way(taken=(odd, divisible(W, 3)))]
    assert accepts(crossed, IMAGE).sentences == ("H = W: 2, 3, 4, 6, 8, 9, 10, 12, ...",)


def test_nothing_is_said_where_the_input_alone_does_not_decide() -> None:
    width = symbol("width", lower=1)
    other: Dim = width - 3
    assert accepts([way(at_least(H, 5)), way(taken=(equal(other, 0),))], IMAGE) == Accepted()
    opaque = way(at_least(H, 5))
    opaque.decisions = [Decision(OpaqueCondition("#0", Unknown("the machine", None)), True, None)]
    assert accepts([opaque], IMAGE) == accepts([opaque, way(at_least(H, 7))], IMAGE) == Accepted()
    assert accepts([way(at_least(H, width))], IMAGE).sentences == ("H >= width",)
