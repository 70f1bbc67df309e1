from __future__ import annotations

import pytest

from analyzer.report import Problem, Span
from analyzer.reports.parts.columns import chosen
from analyzer.reports.parts.escape import ascii_only, code, plain, prose, spreadsheet
from analyzer.reports.parts.figures import Figure, amount, bar, megabytes, percent, shape, total, written
from analyzer.reports.parts.lines import Field, columns, cut, laid_out, wrapped
from analyzer.reports.parts.problem import shown


def test_equal_formulas_are_gathered_in_a_sum() -> None:
    summed = total([Figure(value=8), Figure(formula="in + 1"), Figure(formula="in + 1"), Figure(formula="out")])
    assert summed.formula == "2*(in + 1) + out + 8"
    assert summed.value is None


def test_one_unknown_summand_leaves_a_bound() -> None:
    assert total([Figure(value=8), Figure(at_least=2), Figure(formula="n", at_least=1)]) == Figure(at_least=11)
    assert total([]) == Figure(value=0)


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure(value=5852234), "5,852,234"),
        (Figure(formula="9*n"), "9*n"),
        (Figure(at_least=12345), "≥ 12,345"),
        (Figure(at_least=10, at_most=2000), "10 … 2,000"),
        (Figure(), "?"),
    ],
)
def test_figures_in_words(figure: Figure, text: str) -> None:
    assert written(figure) == text


def test_shares() -> None:
    assert [percent(part) for part in (0, 0.0004, 0.001, 0.717, 1)] == ["0.0%", "<0.1%", "0.1%", "71.7%", "100.0%"]
    assert [bar(part, 4) for part in (0, 0.001, 0.125, 0.5, 1)] == ["", "╴", "╸", "━━", "━━━━"]


def test_sizes() -> None:
    assert [megabytes(size) for size in (0, 12, 12288, 23408936)] == ["0.00 MB", "<0.01 MB", "0.01 MB", "23.41 MB"]
    assert [amount(number) for number in (999, 1500, 137729024, 4 * 10**12)] == ["999", "1.50 k", "137.73 M", "4.00 T"]
    assert shape(("N", None, "(H - 1)//2 + 1")) == "[N, ?, (H - 1)//2 + 1]"
    assert shape(None) == ""


def test_control_characters_become_visible() -> None:
    assert plain("a\x1b[2J\r\n\u202e\ud800b") == r"a\x1b[2J\r\n\u202e\ud800b"
    assert plain("größe_层") == "größe_层"
    assert ascii_only("≥ 5 größe") == r">= 5 gr\xf6\xdfe"


def test_code_spans_outlast_backticks_and_bars() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`a`") == "`` `a` ``"
    assert code("a|b") == r"`a\|b`"
    assert code("") == ""


def test_prose_is_never_markup() -> None:
    assert prose("*a* [b](c) <d>") == r"\*a\* \[b\]\(c\) \<d\>"
    assert "@user" not in prose("ask @user about #12 at https://x.y and www.z.w")
    assert "https://" not in prose("https://x.y")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM"])
def test_spreadsheets_see_text(text: str) -> None:
    assert spreadsheet(text) == f"'{text}"


def test_wide_letters_take_two_columns() -> None:
    assert columns("层") == 2
    assert columns("e\u0301") == 1
    assert cut([("层层层", "x")], 5, "right", "…") == [("层层", "x"), ("…", "x")]


def test_cells_are_cut_on_their_side() -> None:
    assert cut([("models/", "a"), ("net", "b")], 6, "left", "…") == [("…", "a"), ("s/", "a"), ("net", "b")]
    assert cut([("models/net", "a")], 20, "left", "…") == [("models/net", "a")]


def test_the_least_important_column_goes_first() -> None:
    fields = [
        Field("Layer", [[("features", "")]]),
        Field("Share", [[("12.5%", "")]], keep=1),
        Field("Kernel", [[("(3, 3)", "")]], keep=2),
        Field("Parameters", [[("1,792", "")]], "right", least=10),
    ]
    titles = ["".join(text for text, _ in laid_out(fields, width)[0]).split() for width in (40, 30, 20)]
    assert titles == [
        ["Layer", "Share", "Kernel", "Parameters"],
        ["Layer", "Kernel", "Parameters"],
        ["Layer", "Parameters"],
    ]


def test_formulas_break_outside_brackets() -> None:
    assert wrapped("9*N*((H - 1)//2 + 1) + 2*N", 22) == ["9*N*((H - 1)//2 + 1) +", "2*N"]
    assert wrapped("(a + b + c)", 5) == ["(a +", "b +", "c)"]
    assert wrapped("a b", None) == ["a b"]


def test_unknown_columns_are_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean num_params"):
        chosen(["num_param"])


def test_a_problem_points_at_its_place() -> None:
    problem = Problem("no `Nett`", Span("net.py", 12, 2, 12, 5), "did you mean `Net`?", "\tNet = 1\n")
    assert shown(problem) == (
        "error: no `Nett`\n   --> net.py:12:2\n    |\n 12 |     Net = 1\n    |     ^^^\nhelp: did you mean `Net`?\n"
    )


def test_a_problem_without_a_place_is_one_line() -> None:
    assert shown(Problem("no such file: x\x1b.py")) == "error: no such file: x\\x1b.py\n"
    assert shown(Problem("größe"), unicode=False).isascii()
    assert shown(Problem("bad"), colour=True).startswith("\x1b[1;31merror")


def test_a_caret_past_the_line_stands_behind_it() -> None:
    assert shown(Problem("cut off", Span("net.py", 1, 8), None, "x = (")).splitlines()[-1] == "   |      ^"
