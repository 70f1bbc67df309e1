"""Reads the specifications of tests/spec/: Markdown sections whose Python blocks state in comments what must hold.

    ## One layer                               Case(title="One layer", files=(File("net.py", ...),))
    ```python                                  subjects(file)[0].name                  "net"
    net = nn.Linear(4, 2)  # params: 10        subjects(file)[0].claims[0]             Claim("params", "10", line=1)
    ```

tests/spec/README.md has the vocabulary.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "spec"
MAIN = "net.py"

NUMBERS = ("params", "trainable", "buffers", "at_least", "at_most", "layers", "calls")
TEXTS = ("formula", "macs", "status", "kind", "path", "shape", "accepts", "unknown", "error")
GIVEN = ("model", "input", "set")
"""What a comment may say of how a model is weighed; the others say what comes of it."""
KEYS = frozenset((*NUMBERS, *TEXTS, *GIVEN, "bug"))

FENCE = re.compile(r"^```(\w*)\s*(?:file=(\S+))?\s*$")
COMMENT = re.compile(r"^(?P<code>.*?)#\s*(?P<said>(?P<key>[a-z_]+): .*)$")


class SpecError(ValueError):
    """A page that cannot be read as a specification: `page:line: what is wrong`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One `key: value`; `line` counts in its file, `place` is `page:line` in the page."""

    key: str
    value: str
    line: int
    place: str
    trailing: bool
    bug: str | None = None
    """What PyTorch says instead, where the claim is known to be wrong."""


@dataclass(frozen=True, slots=True)
class File:
    """One block of code."""

    name: str
    text: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One section of a page with the files that its blocks make up."""

    page: str
    title: str
    line: int
    files: tuple[File, ...]


@dataclass(slots=True)
class Subject:
    """A definition, or an expression after `model:`, and what is claimed of it and of the layers made in it."""

    name: str
    kind: str
    first: int
    last: int
    expression: bool = False
    inputs: list[str] = field(default_factory=list)
    assume: dict[str, int] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    layers: list[Claim] = field(default_factory=list)


def cases(folder: Path = FOLDER) -> list[Case]:
    """Every case of every page but the README, in order."""
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    return [case for page in pages for case in read(page.name, page.read_text(encoding="utf-8"))]


def read(page: str, text: str) -> list[Case]:
    """The cases of one page."""
    found: list[Case] = []
    title, start, files = "", 1, list[File]()

    def close() -> None:
        if not files:
            return
        if not any(file.claims for file in files):
            raise SpecError(f"{page}:{start}: nothing is claimed in '{title}'")
        found.append(Case(page, title, start, tuple(files)))

    lines = text.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if line.startswith("## "):
            close()
            title, start, files = line[3:].strip(), number, []
        fence = FENCE.match(line)
        if fence is None or not line.startswith("```"):
            continue
        end = next((n for n in range(number, len(lines)) if lines[n] == "```"), None)
        if end is None:
            raise SpecError(f"{page}:{number}: the block has no end")
        language, name = fence[1], fence[2] or MAIN
        if fence[2] or language == "python":
            if any(file.name == name for file in files):
                raise SpecError(f"{page}:{number}: '{title}' has two blocks for {name}")
            body = lines[number:end]
            claims = tuple(_claims(page, number, body)) if name.endswith(".py") else ()
            files.append(File(name, "\n".join(body) + "\n", claims))
        number = end + 1
    close()
    return found


def _claims(page: str, offset: int, lines: Sequence[str]) -> Iterator[Claim]:
    for number, line in enumerate(lines, start=1):
        comment = COMMENT.match(line)
        if comment is None:
            continue
        place = f"{page}:{offset + number}"
        said, _, bug = comment["said"].partition("bug: ")
        for part in filter(None, (part.strip() for part in said.split(";"))):
            key, colon, value = part.partition(": ")
            if not colon or key not in KEYS:
                raise SpecError(f"{place}: '{part}' is no claim; the keys are {', '.join(sorted(KEYS))}")
            yield Claim(key, value.strip(), number, place, bool(comment["code"].strip()), bug.strip() or None)


def subjects(file: File) -> list[Subject]:
    """What the claims of a file are about, in order; a file that is no Python has one without a name.

    A claim behind the first or last line of a definition is about what is defined there, on a line of its own about the
    closest definition above.  Behind any other line it is about the layer that is made on that line.
    """
    try:
        found = list(_definitions(ast.parse(file.text).body))
    except SyntaxError:
        return [Subject("", "file", 1, 1, claims=list(file.claims))]
    found.sort(key=lambda subject: subject.first)
    found.extend(
        Subject(claim.value, "expression", claim.line, claim.line, expression=True)
        for claim in file.claims
        if claim.key == "model"
    )
    for claim in file.claims:
        if claim.key != "model":
            _attach(claim, found)
    return [subject for subject in found if subject.claims or subject.layers]


def _attach(claim: Claim, found: Sequence[Subject]) -> None:
    above = [subject for subject in found if subject.first <= claim.line]
    if claim.trailing:
        ends = [s for s in above if claim.line in (s.first, s.last) and s.last >= claim.line and s.kind != "class"]
        heads = [s for s in above if s.first == claim.line]
        own = (heads or ends)[-1:]
        about = own or [s for s in above if s.last >= claim.line][-1:] or above[-1:] or found[:1]
    else:
        own = about = sorted(above, key=lambda subject: (subject.first, -subject.last))[-1:]
    if not about:
        raise SpecError(f"{claim.place}: '{claim.key}' is about nothing")
    (subject,) = about
    if claim.key == "input":
        subject.inputs.append(claim.value)
    elif claim.key == "set":
        name, _, value = claim.value.partition("=")
        subject.assume[name] = int(value)
    else:
        (subject.claims if own else subject.layers).append(claim)


def _definitions(body: Sequence[ast.stmt], within: str = "") -> Iterator[Subject]:
    """Classes, functions and names bound at module level, and names bound in bodies of functions."""
    for node in body:
        first, last = node.lineno, node.end_lineno or node.lineno
        match node:
            case ast.ClassDef() if not within:
                yield Subject(node.name, "class", first, last)
            case ast.FunctionDef() if not within:
                yield Subject(node.name, "factory", first, last)
                returns = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
                given = {value.id for value in returns if isinstance(value, ast.Name)}
                yield from (s for s in _definitions(node.body, node.name) if s.name not in given)
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield Subject(name, f"in {within}" if within else "instance", first, last)
            case ast.If() | ast.For() | ast.While() | ast.With():
                guard = isinstance(node, ast.If) and "__main__" in ast.dump(node.test)
                yield from _definitions([*node.body, *getattr(node, "orelse", ())], "__main__" if guard else within)
            case ast.Try():
                yield from _definitions(node.body, within)
