"""The fixes of all rules, on each bad case as it is and as other people would have written it."""

from __future__ import annotations

import ast
import difflib
import io
import textwrap
import tokenize
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.baseline import Baseline
from analyzer.config import Options, parse
from analyzer.linting import check, mend
from analyzer.report import Finding
from analyzer.rule import Rule, rules

ROOT = Path("/project")
FILE = ROOT / "net.py"
ANNOTATES_COMMENTS = ("WBD", "WBX305", "WBS104")
"""Rules that judge comments: theirs may go."""


def commented(text: str) -> str:
    """A comment behind every statement that has none."""
    lines = text.splitlines()
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    taken = {token.start[0] for token in tokens if token.type == tokenize.COMMENT}
    for token in tokens:
        if token.type == tokenize.NEWLINE and token.start[0] not in taken:
            lines[token.start[0] - 1] += f"  # kept, line {token.start[0]}"
    return "\n".join(lines) + "\n"


def guarded(text: str) -> str:
    """The whole text one level deeper, in tabs."""
    deeper = text.replace("    ", "\t")
    return "if True:\n" + textwrap.indent(deeper, "\t")


MANNERS: dict[str, Callable[[str], str]] = {
    "as-it-is": lambda text: text,
    "commented": commented,
    "windows": lambda text: text.replace("\n", "\r\n"),
    "tabs": guarded,
    "unended": lambda text: text.rstrip("\n"),
    "umlauts": lambda text: text.replace("\nclass ", "\nÄ = 'ÄÖÜ'; ß = 1\n\nclass "),
}


def options_of(rule: Rule) -> Options:
    return replace(parse(rule.settings, ROOT), select=("ALL",) if rule.last else (rule.code,))


def found(rule: Rule, data: bytes) -> list[Finding]:
    report = check([str(FILE)], options=options_of(rule), texts={FILE: data}, known=Baseline(models=rule.ledger)).report
    assert not report.problems
    return [finding for finding in report.findings if finding.code == rule.code]


def fixed(rule: Rule, data: bytes) -> bytes:
    known = Baseline(models=rule.ledger)
    _, new, _ = mend([str(FILE)], options=options_of(rule), texts={FILE: data}, known=known, unsafe=True)
    return new.get(FILE, data)


FIXABLE = [
    pytest.param(rule, text, id=f"{rule.code}-bad{number}")
    for rule in rules().values()
    for number, text in enumerate((rule.bad, *rule.also_bad))
    if any(finding.fix is not None for finding in found(rule, text.encode()))
]


def test_there_are_fixes() -> None:
    assert len(FIXABLE) >= 15


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize(("rule", "text"), FIXABLE)
def test_a_fix_mends_once_and_leaves_the_rest_alone(rule: Rule, text: str, manner: str) -> None:
    data = MANNERS[manner](text).encode()
    before = found(rule, data)
    fixable = [finding for finding in before if finding.fix is not None]
    assert fixable, "the manner of writing hides what the rule finds"
    after = fixed(rule, data)
    assert after != data
    ast.parse(after)
    assert len(found(rule, after)) <= len(before) - len(fixable)
    assert fixed(rule, after) == after
    assert (b"\r" in after, after.count(b"\r")) == (b"\r" in data, after.count(b"\n") if b"\r" in data else 0)
    assert untouched(data.decode(), after.decode(), fixable)
    if not rule.code.startswith(ANNOTATES_COMMENTS):
        assert comments(after.decode()) == comments(data.decode())


def comments(text: str) -> list[str]:
    return [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]


def untouched(before: str, after: str, findings: list[Finding]) -> bool:
    """Whether only lines have changed that the fixes say."""
    edited = {
        line
        for finding in findings
        for edit in (finding.fix.edits if finding.fix is not None else ())
        for line in range(edit.span.line, (edit.span.end_line or edit.span.line) + 1)
    }
    old, new = before.splitlines(), after.splitlines()
    for kind, start, end, *_ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal" and not set(range(start + 1, max(end, start + 1) + 1)) & edited:
            return False
        if kind in ("replace", "delete") and not set(range(start + 1, end + 1)) <= edited:
            return False
    return True
