from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = importlib.util.spec_from_file_location("review_fixtures", ROOT / "scripts" / "review_fixtures.py")
assert SCRIPT is not None
review_fixtures = importlib.util.module_from_spec(SCRIPT)
assert SCRIPT.loader is not None
SCRIPT.loader.exec_module(review_fixtures)
PAIRS = sorted(review_fixtures.PAIRS.iterdir())


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_comment_on_a_pair_is_as_expected(pair: Path) -> None:
    expected = (pair / "expected.md").read_text(encoding="utf-8")
    assert review_fixtures.written(pair) == expected, "`python scripts/review_fixtures.py` renews it"


def test_there_are_twenty_pairs_of_different_kinds() -> None:
    assert len(PAIRS) >= 20
    comments = "".join((pair / "expected.md").read_text(encoding="utf-8") for pair in PAIRS)
    for said in (
        "is new", "is gone", "renamed |", "reshaped", "**fails**", "warns", "Old weights load: all", "unknown |",
        "with `strict=False`", "**no**", "≥ ", "could not be read", "No model changes", "was exact, is failed",
        "own → shared", "frozen parameters", "`+4*d**2*L`", "at `blocks.py:5`", "at `config.yaml:1`", "```mermaid",
    ):  # fmt: skip
        assert said in comments, said
