"""re: matches, groups and substitutions as in Python, under a time limit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer.evaluation.values import Unknown

PRELUDE = """
import re

p = re.compile(r"(?P<a>\\w+)-(\\d+)", re.I)
m = p.match("foo-12")
"""

EXPRESSIONS = (
    '(m.group(1), m.group("a"), m.groups(), m.groupdict(), m[2], m.span(), m.start(2), m.end(), bool(m))',
    '(p.pattern, p.groups, p.sub(r"\\2", "q-3"), p.search("..a-1").group(0), p.match("xx-1", 1).group(1))',
    're.match("x", "y")',
    're.sub(r"\\.(\\d)", r"_\\1", "layer.1")',
    're.sub(r"\\d", lambda m: str(int(m.group()) + 1), "a1b2")',
    '(re.findall(r"\\d+", "1 22 3"), re.split(r",\\s*", "a, b,c"), re.split("x", "axbxc", 1))',
    '[q.group() for q in re.finditer("a.", "abac")]',
    '(re.search("b", "abc").start(), re.escape("a.b"), re.fullmatch("a+", "aaa") is not None)',
    '(re.subn("a", "b", "aa"), re.sub("a", "b", "aaa", count=1))',
    '(bool(re.match("A", "a", re.IGNORECASE)), re.search(r"^b$", "a\\nb", flags=re.M) is None, re.A, re.S | re.X)',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


def test_an_invalid_pattern_raises(compare: Callable[[str], None]) -> None:
    compare("import re\ntry: re.compile('(')\nexcept re.error: x = 1\n")


def test_a_catastrophic_pattern_ends(evaluate: Callable[..., Unknown]) -> None:
    found = evaluate("import re\nx = re.match('(a|aa)+$', 'a' * 60 + 'b')")
    assert "a regular expression took over" in found.reason


def test_substitution_is_bounded(evaluate: Callable[..., Unknown]) -> None:
    reason = evaluate("import re\nx = re.sub('a', 'b' * 10000, 'a' * 10000)").reason
    assert "over the limit" in reason or "stopped after" in reason
