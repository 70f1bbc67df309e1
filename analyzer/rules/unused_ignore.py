"""Comment that ignores a rule where the rule finds nothing.

What it does
    Reports `# weighbridge: ignore[...]` and `ignore-file[...]` comments, or those of their codes, that suppress
    nothing. Codes of rules that are not selected are left alone, and so is a comment without codes unless all are.

Why is this bad
    What was ignored has been mended or was never there. The comment stays, and hides the next finding at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.directives import Unused
from analyzer.report import Edit, Fix, Severity, Span
from analyzer.rule import Hit, Rule, Subject

BAD = """
from torch import nn

head = nn.Sequential(nn.Linear(8, 4), nn.Softmax(dim=1))  # weighbridge: ignore[WBT401] old code
"""
GOOD = """
from torch import nn

head = nn.Sequential(nn.Linear(8, 4), nn.Softmax())  # weighbridge: ignore[WBT401] old code
"""
BAD_ONE_OF_TWO = """
from torch import nn

# weighbridge: ignore[WBT401, unused-ignore]
head = nn.Softmax()
"""


def check(subject: Subject) -> Iterator[Hit]:
    for unused in subject.unused:
        what = "it" if unused.codes == ("*",) else ", ".join(unused.codes)
        yield Hit(subject.place(unused.ignore.span), f"{what} suppresses nothing here", fix=_fix(subject, unused))


def _fix(subject: Subject, unused: Unused) -> Fix:
    """Take the codes out of the comment, or the comment out of the file."""
    line, column, end_line, end_column = unused.ignore.span
    kept = [code for code in unused.ignore.codes if code not in unused.codes]
    text = subject.source.line(line)
    if kept:
        comment = re.sub(r"\[[^\]]*\]", f"[{', '.join(kept)}]", text[column - 1 : end_column - 1], count=1)
        return Fix("remove the code", (Edit(Span(subject.file, line, column, end_line, end_column), comment),))
    before = text[: column - 1]
    if not before.strip():
        return Fix("remove the comment", (Edit(Span(subject.file, line, 1, line + 1, 1), ""),))
    start = len(before.rstrip()) + 1
    return Fix("remove the comment", (Edit(Span(subject.file, line, start, end_line, end_column), ""),))


RULE = Rule(
    "WBD501", "unused-ignore", Severity.WARNING, check, BAD, GOOD, also_bad=(BAD_ONE_OF_TWO,), last=True,
)  # fmt: skip
