"""Mutated source gives a Module or a SourceError, nothing else; and what it gives can be encoded and printed."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.syntax.encoding import decode, encode
from analyzer.syntax.lower import lower_source
from analyzer.syntax.source import SourceError
from analyzer.syntax.text import print_module

CASES = [
    source
    for file in sorted((Path(__file__).parent / "ir").glob("*.test"))
    for source in re.findall(r"^\[case \w+\]\n(.*?)^\[out\]$", file.read_text("utf-8"), re.MULTILINE | re.DOTALL)
]
WORDS = re.compile(r"\S+")
TOKENS = WORDS.findall(
    "( ) [ ] { } , : = \" ' \"\"\" ''' f\" b' \\ # lambda * ** if else for in not await async yield match case del "
    "import from . ... := -> @ 0x 1_ 1e 1j ! {{ }} =} \\N{ \\x global class def type except* with $ ? ` ; | _ None "
    "\0 \ufeff é 𝐱 __a elif"
)
BLANKS = [" ", "\n", "\r", "\t", "\x0c", "\u2028", "\n    "]
EDIT = st.tuples(st.floats(0, 1), st.integers(0, 6), st.sampled_from([*TOKENS, *BLANKS]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CASES), st.lists(EDIT, min_size=1, max_size=5))
def test_mutated_source(source: str, edits: list[tuple[float, int, str]]) -> None:
    for where, removed, inserted in edits:
        start = int(where * len(source))
        source = source[:start] + inserted + source[start + removed :]
    assert_lowers_or_refuses(source.encode())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_arbitrary_bytes(source: bytes) -> None:
    assert_lowers_or_refuses(source)


def assert_lowers_or_refuses(source: bytes) -> None:
    try:
        module = lower_source(source, "fuzz.py")
    except SourceError:
        return
    assert decode(encode(module)) == module
    print_module(module).encode()
