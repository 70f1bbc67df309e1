"""The lines of a file that differ between two texts, and the part of a line that does.

differences("x = 1\\n", "x = 2\\n")                                       [Line(1, "x = 2", was="x = 1")]
part("net = ResNet(Block, layers=[2, 2, 2, 2])", "net = ResNet(Block, layers=[3, 4, 6, 3])")
                                                                        ("layers=[2, 2, 2, 2]", "layers=[3, 4, 6, 3]")
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from analyzer.review.pairing import resemblance

LONGEST = 90
LIKE = 0.5
"""How alike two lines must be for one to stand in the other's place."""
WIDEST = 40
"""Lines of a block that are held against each other one by one."""
TOKEN = re.compile(r"\w+|\s+|.")
COMMENT = re.compile(r"\s+#.*$")
Numbered = tuple[int, str]
OPENING, CLOSING = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code that differs; comments and blank lines are none."""

    number: int
    text: str
    gone: bool = False
    """Whether it is one of the text before."""
    was: str | None = None
    """What stood in its place."""


def differences(before: str, after: str) -> list[Line]:
    """What was put in, replaced and taken out, in the order of lines."""
    ours, theirs = _code(before), _code(after)
    found: list[Line] = []
    steps = SequenceMatcher(None, [text for _, text in ours], [text for _, text in theirs]).get_opcodes()
    for step, a, b, c, d in steps:
        if step != "equal":
            found.extend(_block(ours[a:b], theirs[c:d]))
    return found


def _code(text: str) -> list[Numbered]:
    """The lines of a text that are neither blank nor a comment."""
    lines = enumerate(text.split("\n"), start=1)
    return [(number, line) for number, line in lines if line.strip() and not line.lstrip().startswith("#")]


def _block(ours: list[Numbered], theirs: list[Numbered]) -> Iterator[Line]:
    partners = _partners([text for _, text in ours], [text for _, text in theirs])
    for at, (number, text) in enumerate(theirs):
        yield Line(number, text, was=ours[partners[at]][1] if at in partners else None)
    replaced = set(partners.values())
    for at, (number, text) in enumerate(ours):
        if at not in replaced:
            yield Line(number, text, gone=True)


def _partners(ours: list[str], theirs: list[str]) -> dict[int, int]:
    """For lines after, the line before that each stands for."""
    if len(ours) == len(theirs):
        return {at: at for at in range(len(theirs))}
    if max(len(ours), len(theirs)) > WIDEST:
        return {}
    found: dict[int, int] = {}
    for at, text in enumerate(theirs):
        free = [n for n in range(len(ours)) if n not in found.values()]
        best = max(free, key=lambda n: resemblance(ours[n].strip(), text.strip()), default=None)
        if best is not None and resemblance(ours[best].strip(), text.strip()) >= LIKE:
            found[at] = best
    return found


def part(before: str, after: str) -> tuple[str, str]:
    """The arguments with a name in which two lines differ, or else the whole of both."""
    ours, theirs = TOKEN.findall(before), TOKEN.findall(after)
    steps = [step for step in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes() if step[0] != "equal"]
    if not steps:
        return shown(before), shown(after)
    texts: list[str] = []
    (_, a, _, c, _), (_, _, b, _, d) = steps[0], steps[-1]
    for tokens, text, start, end in ((ours, before, a, b), (theirs, after, c, d)):
        low, high = len("".join(tokens[:start])), len("".join(tokens[:end]))
        texts.append(_argument(text, low, high) if _is_balanced(text[low:high]) else "")
    if not all("=" in text for text in texts):
        return shown(before, after), shown(after, before)
    return shown(*texts), shown(*texts[::-1])


def _is_balanced(text: str) -> bool:
    return all(text.count(opening) == text.count(closing) for opening, closing in zip(OPENING, CLOSING, strict=True))


def _argument(text: str, low: int, high: int) -> str:
    """The argument of a call around a part of a line: through displays in it, up to its comma or bracket."""
    while True:
        start = _outwards(text, low - 1, -1, CLOSING, OPENING)
        end = _outwards(text, high, 1, OPENING, CLOSING)
        if start < 0 or end >= len(text):
            return text[start + 1 : end].strip()
        before = text[:start].rstrip()[-1:]
        if text[start] == "," or before.isalnum() or before in ("_", ")", "]"):
            if text[start] == "," and text[end] in "]}":
                low, high = _outwards(text, start - 1, -1, CLOSING, OPENING, commas=False), end + 1
                if low < 0:
                    return text.strip()
                continue
            return text[start + 1 : end].strip()
        low, high = start, _outwards(text, high, 1, OPENING, CLOSING, commas=False) + 1


def _outwards(text: str, at: int, step: int, deeper: str, out: str, *, commas: bool = True) -> int:
    """The nearest bracket around a place, or comma beside it."""
    depth = 0
    while 0 <= at < len(text):
        char = text[at]
        if char in deeper:
            depth += 1
        elif char in out:
            if depth == 0:
                return at
            depth -= 1
        elif char == "," and depth == 0 and commas:
            return at
        at += step
    return at


def shown(text: str, other: str | None = None) -> str:
    """A line for people: without indentation, cut where it is long, and without its comment.

    other: the line that it is held against; where these differ in their comments alone, these stay.
    """
    bare = COMMENT.sub("", text.strip())
    text = text.strip() if not bare or (other is not None and bare == COMMENT.sub("", other.strip())) else bare
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
