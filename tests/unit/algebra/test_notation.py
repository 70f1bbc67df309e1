"""Expressions as text: written as a person would, read back by parse, and as LaTeX."""

from __future__ import annotations

import pytest

from analyzer.algebra.expression import Dim, TooComplex, choose, equal, latex, maximum, minimum, parse, symbol

H, W, C, N = (symbol(name, lower=1) for name in "HWCN")
IN, OUT = symbol("in"), symbol("out")


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (9 * IN * OUT + OUT, "9*in*out + out"),
        (OUT + OUT * IN * 9, "9*in*out + out"),
        (3 - H, "3 - H"),
        (-H - W, "-H - W"),
        (-H * W + H, "H - H*W"),
        (H**2 * W + H + W**3 - 5, "H**2*W + W**3 + H - 5"),
        (H // 2 + 1, "H//2 + 1"),
        ((H - 1) // 2 + 1, "(H - 1)//2 + 1"),
        ((H + 1) // 2, "(H - 1)//2 + 1"),
        ((H + 3) // 8, "(H + 3)//8"),
        ((H + 1) // 2 + 3, "(H + 1)//2 + 3"),
        (W * ((H + 1) // 2), "W*((H + 1)//2)"),
        (-(H // 2), "-(H//2)"),
        (1 - H // 2, "1 - H//2"),
        ((3 * H) // 4, "3*H//4"),
        ((H * (W // 2)) // 3, "H*(W//2)//3"),
        ((H // C) // W, "H//(C*W)"),
        ((H + W) % C, "(H + W) % C"),
        (H % 2 * W, "W*(H % 2)"),
        ((H // 2) ** 2, "(H//2)**2"),
        (H // 16 + H // 4 + H, "H + H//4 + H//16"),
        (maximum(W, H) + 1, "max(H, W) + 1"),
        (minimum(64, H), "min(64, H)"),
        (choose(equal(H % 2, 0), H, W), "(H if H % 2 == 0 else W)"),
        (choose(equal(H, W), 64, 0), "(64 if H == W else 0)"),
        (2 * choose(equal(H, W), 64, 0) * N, "128*N*(1 if H == W else 0)"),
        (7 // H, "7//H"),
        (H // (W + 1), "H//(W + 1)"),
    ],
)
def test_text_is_what_a_person_writes_and_is_read_back(dim: Dim, text: str) -> None:
    assert str(dim) == text
    assert parse(text, {"H": H, "W": W, "C": C, "N": N}) is dim


def test_parse_makes_symbols_without_bounds() -> None:
    assert parse("(x - 1)//2 + 1") is (symbol("x") - 1) // 2 + 1
    assert parse(" 3 * ( 4 + 5 ) ** 2 ") == 243
    assert parse("-2**2") == -4
    assert parse("--in*if") is IN * symbol("if")
    assert parse("(1 if 2 > 3 else min(7, 5))") == 5


@pytest.mark.parametrize(
    "text",
    ["", "H +", "(H", "H)", "1.5", "H W", "H**W", "H**-1", "f(H)", "(1 if H else 2)", "H; W", "__import__('os')"],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an expression"):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "9**9**9", "2**99999", "H**65", "-" * 200_000 + "1"])
def test_hostile_text_is_refused(text: str) -> None:
    with pytest.raises((TooComplex, ValueError)):
        parse(text)


def test_division_by_zero_in_text() -> None:
    with pytest.raises(ZeroDivisionError):
        parse("H//0")


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (7, "7"),
        (9 * IN * OUT + OUT, r"9 \, \mathrm{in} \, \mathrm{out} + \mathrm{out}"),
        ((H - 1) // 2 + 1, r"\left\lfloor \frac{H - 1}{2} \right\rfloor + 1"),
        (3 * H**2 - 5, "3 \\, H^{2} - 5"),
        (symbol("in_features"), r"\mathrm{in\_features}"),
        (H % W, r"\left(H \bmod W\right)"),
        (maximum(H, W), r"\max\left(H, W\right)"),
        (
            choose(equal(H, W), H, 1),
            r"\begin{cases} H & \text{if } H = W \\ 1 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_latex(dim: Dim, text: str) -> None:
    assert latex(dim) == text
