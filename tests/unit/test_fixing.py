from __future__ import annotations

import pytest

from analyzer.fixing import is_python, mended
from analyzer.report import Edit, Finding, Fix, Severity, Span


def finding(*edits: tuple[int, int, int, int, str], safe: bool = True) -> Finding:
    made = tuple(Edit(Span("net.py", *place), text) for *place, text in edits)
    return Finding(Span("net.py", 1), "WBX301", "x", Severity.ERROR, "m", fix=Fix("mend", made, safe))


@pytest.mark.parametrize(
    ("data", "edit", "result"),
    [
        (b"x = f(1)\r\ny = 2\r\n", (1, 7, 1, 8, "2,\n3"), b"x = f(2,\r\n3)\r\ny = 2\r\n"),
        (b"\xef\xbb\xbfx = 1\n", (1, 5, 1, 6, "2"), b"\xef\xbb\xbfx = 2\n"),
        ("x = 'é', 1\n".encode(), (1, 10, 1, 11, "2"), "x = 'é', 2\n".encode()),
        (b"# coding: latin-1\nx = '\xe9', 1", (2, 10, 2, 11, "2"), b"# coding: latin-1\nx = '\xe9', 2"),
        (b"x = 1\nz = 3", (1, 1, 2, 1, ""), b"z = 3"),
        (b"x = 1\n", (1, 1, 2, 1, ""), b""),
        (b"x = 1", (1, 1, 2, 1, ""), b""),
        (b"x = 1\ry = 2\r", (2, 5, 2, 6, "3"), b"x = 1\ry = 3\r"),
        (b"f(a)\n", (1, 4, 1, 4, ", b"), b"f(a, b)\n"),
    ],
)
def test_a_span_is_replaced_and_nothing_else(data: bytes, edit: tuple[int, int, int, int, str], result: bytes) -> None:
    assert mended(data, [finding(edit)], unsafe=False) == (result, 1)


def test_fixes_that_touch_wait_for_the_next_round() -> None:
    first, second = finding((1, 1, 1, 4, "a")), finding((1, 4, 1, 6, "b"))
    assert mended(b"abcdefg", [first, second], unsafe=False) == (b"adefg", 1)


def test_a_fix_is_applied_whole_or_not_at_all() -> None:
    first, second = finding((1, 1, 1, 2, "A")), finding((1, 1, 1, 2, "x"), (1, 6, 1, 7, "y"))
    assert mended(b"abcdefg", [first, second], unsafe=False) == (b"Abcdefg", 1)


def test_the_same_edit_for_two_findings_is_made_once() -> None:
    twice = [finding((1, 4, 1, 4, ", b"))] * 2
    assert mended(b"f(a)", twice, unsafe=False) == (b"f(a, b)", 1)


def test_unsafe_fixes_are_asked_for() -> None:
    unsafe = finding((1, 1, 1, 2, "A"), safe=False)
    assert mended(b"abc", [unsafe], unsafe=False) == (b"abc", 0)
    assert mended(b"abc", [unsafe], unsafe=True) == (b"Abc", 1)


def test_what_is_no_python_is_known() -> None:
    assert is_python(b"x = 1\n")
    assert not is_python(b"x = (\n")
