"""What facts decide, what a decider is asked, and what becomes a requirement."""

from __future__ import annotations

import pytest

from analyzer.algebra.expression import (
    Condition,
    Facts,
    Refused,
    Undecided,
    at_least,
    bounds,
    deciding,
    divisible,
    equal,
    maximum,
    pinned,
    require,
    symbol,
)

H = symbol("H", lower=1)
W = symbol("W", lower=1)
IN, OUT = symbol("in"), symbol("out")


class Answers:
    """Answers from a list, and remembers what it was asked and told."""

    def __init__(self, *answers: bool) -> None:
        self.facts = Facts()
        self.answers = list(answers)
        self.log: list[str] = []

    def decide(self, condition: Condition) -> bool:
        self.log.append(f"{condition}?")
        return self.answers.pop(0)

    def requires(self, condition: Condition, message: str) -> None:
        self.log.append(f"{condition}! {message}")


def test_an_answer_becomes_a_fact() -> None:
    decider = Answers(True, False)
    with deciding(decider):
        assert IN == OUT
        assert (IN != OUT) is False
        assert OUT == IN
        assert 3 * IN - 3 * OUT == 0
        assert IN + 1 != OUT
        assert not H >= 32
        assert H < 32
        assert H <= 31
        assert H < 100
        assert bounds(H) == (1, 31)
    assert decider.log == ["in == out?", "H >= 32?"]
    assert [str(fact) for fact in decider.facts] == ["in == out", "H <= 31"]
    assert bounds(H) == (1, None)
    with pytest.raises(Undecided):
        assert IN == OUT


def test_divisibility_carries_over() -> None:
    decider = Answers(True, True)
    with deciding(decider):
        assert H % 32 == 0
        assert H % 16 == 0
        assert (H // 32) * 32 == H
        assert H >= 32
        assert H // 2 == (H - 1) // 2 + 1
        assert (H // 4) % 8 == 0
        assert bounds(H) == (32, None)
        assert W % 4 == 1
        assert W % 2 == 1
        assert (W - 1) // 4 * 4 + 1 == W
    assert decider.log == ["H % 32 == 0?", "W % 4 == 1?"]


def test_facts_combine() -> None:
    decider = Answers(True, True, True, False)
    with deciding(decider):
        assert H >= W
        assert W >= 7
        assert H >= 7
        assert H + 1 > W
        assert maximum(H, W) is H
        assert IN == 2 * OUT
        assert IN % 2 == 0
        assert IN - OUT == OUT
        assert (W == 7) is False
        assert W >= 8
    assert len(decider.log) == 4


def test_requirements() -> None:
    decider = Answers()
    with deciding(decider):
        require(True, "never")
        require(equal(H, W), "sizes differ")
        require(equal(W, H), "sizes differ again")
        require(at_least(H, 1), "never")
        require(divisible(H, 8), "groups")
        assert W % 4 == 0
        with pytest.raises(Refused, match="odd") as caught:
            require(equal(H % 2, 1), "odd")
    assert caught.value.message == "odd"
    assert decider.log == ["H == W! sizes differ", "H % 8 == 0! groups"]


def test_without_a_decider_a_requirement_passes_unless_it_is_false() -> None:
    require(equal(H, W), "may hold")
    with pytest.raises(Refused):
        require(False, "no")
    with pytest.raises(Refused):
        require(at_least(0, H), "never")


def test_a_copy_of_facts_is_independent() -> None:
    first = Facts()
    first.add(at_least(H, 32))
    second = first.copy()
    second.add(divisible(H, 32), False)
    assert [str(fact) for fact in first] == ["H >= 32"]
    assert [str(fact) for fact in second] == ["H >= 32", "H % 32 != 0"]
    assert first.decide(at_least(H, 64)) is None
    assert first.decide(at_least(H, 30)) is True
    assert second.decide(equal(H % 32, 0)) is False


def test_deciders_nest() -> None:
    outer, inner = Answers(True), Answers(False)
    with deciding(outer):
        assert H == 5
        with deciding(inner):
            assert (H == 5) is False
        assert H == 5
        with deciding(None), pytest.raises(Undecided):
            assert H == 5


@pytest.mark.parametrize(
    ("condition", "text", "negated"),
    [
        (at_least(H, 32), "H >= 32", "H <= 31"),
        (at_least(31, H), "H <= 31", "H >= 32"),
        (divisible(H, 32), "H % 32 == 0", "H % 32 != 0"),
        (equal(IN, OUT), "in == out", "in != out"),
        (at_least(H // 32, 7), "H >= 224", "H <= 223"),
        (equal(2 * H, 2 * W + 6), "H == W + 3", "H != W + 3"),
        (at_least(H * W, 12), "H*W >= 12", "H*W <= 11"),
        (at_least(H, W), "H >= W", "W >= H + 1"),
    ],
)
def test_conditions_print_as_a_person_writes_them(condition: Condition, text: str, negated: str) -> None:
    assert str(condition) == text
    assert str(~condition) == negated
    assert ~~condition == condition
    assert hash(~~condition) == hash(condition)


def test_facts_may_leave_one_integer_only() -> None:
    patches = (H // 16) * (W // 16)
    assert pinned(patches) is patches
    with deciding(Answers()):
        require(equal(H, 224), "")
        assert pinned(patches) is patches
        require(equal(W, 230), "")
        assert (pinned(patches), pinned(H), pinned(7)) == (196, 224, 7)
