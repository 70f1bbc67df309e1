from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from analyzer.review.marker import END, START, Largest, Marker, is_marked, read, text_of, written

WHOLE = Marker(Largest(4096, 1.5), "5f2c" * 10, datetime(2026, 5, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize("marker", [WHOLE, Marker(), Marker(Largest(0, None), "--> <script>", None)])
def test_a_marker_is_read_as_it_was_written(marker: Marker) -> None:
    line = written(marker)
    assert "--" not in line[len(START) : -len(END)]
    assert read(f"{line}\nbody") == read(f"{line}\r\nbody\r\n") == marker


def test_a_change_has_no_sign() -> None:
    document = json.dumps({"largest": {"parameters": -10, "percent": -2}, "head": None, "made": "2026-05-01T12:00:00"})
    marker = read(f"{START}{document}{END}\n")
    assert marker == Marker(Largest(10, 2.0), None, datetime(2026, 5, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "document",
    ["", "{", "[]", "3", '{"largest": 5, "head": 1, "made": true}', '{"largest": {"parameters": true}}', "[" * 99999],
)
def test_what_cannot_be_read_is_not_known(document: str) -> None:
    body = f"{START}{document}{END}\ntext"
    assert is_marked(body)
    assert read(body) == Marker()


def test_only_the_beginning_of_a_body_is_a_marker() -> None:
    assert not is_marked(f"\n{written(WHOLE)}")
    assert read(f"> {written(WHOLE)}") == Marker()
    assert text_of(f"{written(WHOLE)}\r\none\r\ntwo\r\n") == text_of("one\ntwo") == "one\ntwo"
