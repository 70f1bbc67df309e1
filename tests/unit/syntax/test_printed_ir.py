"""Sources in `ir/*.test` and the IR they are lowered to, as printed: `[case name]`, source, `[out]`, text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.syntax.lower import lower_source
from analyzer.syntax.text import print_module

FOLDER = Path(__file__).parent / "ir"


def cases() -> Iterator[object]:
    for file in sorted(FOLDER.glob("*.test")):
        parts = re.split(r"^\[case (\w+)\]\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for name, case in zip(parts[1::2], parts[2::2], strict=True):
            source, _, expected = case.partition("[out]\n")
            yield pytest.param(source, expected.rstrip("\n"), id=f"{file.stem}-{name}")


@pytest.mark.parametrize(("source", "expected"), list(cases()))
def test_printed_ir(source: str, expected: str) -> None:
    assert print_module(lower_source(source.encode(), "case.py")).rstrip("\n") == expected
