from __future__ import annotations

import pytest

from analyzer.review.lines import Line, differences, part


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("net = R(B, layers=[2, 2])", "net = R(B, layers=[3, 4])", ("layers=[2, 2]", "layers=[3, 4]")),
        ("  def f(self, width=64, b=1):", "  def f(self, width=96, b=1):", ("width=64", "width=96")),
        ("hidden = 64", "hidden = 128", ("hidden = 64", "hidden = 128")),
        ("x = nn.Linear(64, 10)", "x = nn.Linear(64, 20)", ("x = nn.Linear(64, 10)", "x = nn.Linear(64, 20)")),
        ("x = f(g(1), h(2))", "x = f(g(3), k(2))", ("x = f(g(1), h(2))", "x = f(g(3), k(2))")),
        ("  x = 1  # one", "  x = 2  # two", ("x = 1", "x = 2")),
        ("x = 1  # one", "x = 1  # two", ("x = 1  # one", "x = 1  # two")),
        ("same", "same", ("same", "same")),
        ("f(", "f(a=(1, 2", ("f(", "f(a=(1, 2")),
    ],
)
def test_the_part_of_a_line_that_differs(before: str, after: str, expected: tuple[str, str]) -> None:
    assert part(before, after) == expected


def test_long_lines_are_cut() -> None:
    was, now = part("x = " + "a + " * 99, "x = " + "b + " * 99)
    assert len(was) == len(now) == 90
    assert now.endswith("…")


def test_lines_that_differ() -> None:
    assert differences("a = 1\nb = 2\n", "a = 1\n# note\n\nb = 3\nc = 4\n") == [
        Line(4, "b = 3", was="b = 2"),
        Line(5, "c = 4"),
    ]
    assert differences("a = 1\nb = 2\n", "b = 2\n") == [Line(1, "a = 1", gone=True)]
    assert differences("# old\n", "# new\n") == []
