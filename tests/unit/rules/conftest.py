"""Snippets checked by single rules.

found("WBT403", "net = nn.Sequential(nn.ReLU(), nn.ReLU())")      -> [(1, "ReLU directly behind ReLU changes nothing")]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.baseline import Baseline
from analyzer.config import parse
from analyzer.linting import check, mend

ROOT = Path("/project")
FILE = ROOT / "net.py"
Found = list[tuple[int, str]]


@pytest.fixture
def found() -> Callable[..., Found]:
    """The lines and messages of one rule's findings in a text."""

    def run(code: str, text: str, settings: str = "") -> Found:
        options = replace(parse(settings, ROOT), select=(code,))
        report = check([str(FILE)], options=options, texts={FILE: text.encode()}, known=Baseline()).report
        assert not report.problems
        return [(finding.span.line, finding.message) for finding in report.findings]

    return run


@pytest.fixture
def mended() -> Callable[..., str]:
    """A text after the fixes of one rule."""

    def run(code: str, text: str, *, unsafe: bool = False) -> str:
        options = replace(parse("", ROOT), select=(code,))
        texts = {FILE: text.encode()}
        _, new, _ = mend([str(FILE)], options=options, texts=texts, known=Baseline(), unsafe=unsafe)
        return new[FILE].decode() if FILE in new else text

    return run
