"""`evaluate` gives what substituting every symbol gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzer.algebra.expression import choose, equal, maximum, minimum, substitute, symbol
from analyzer.algebra.substitution import evaluate

N, H = symbol("N"), symbol("H")
EXPRESSIONS = (
    9 * N * H + H,
    (H - 1) // 2 + 1,
    N**2 - 3 * (H % 5),
    minimum(N, H) * maximum(N, 3),
    choose(equal(N, H), 2 * N, H // 4),
)


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_evaluation_is_substitution(n: int, h: int) -> None:
    for expression in EXPRESSIONS:
        assert evaluate(expression, {"N": n, "H": h}) == substitute(expression, {"N": n, "H": h})
