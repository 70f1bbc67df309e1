"""`weighbridge annotate`: shape comments behind layers, written and kept by machine.

    nn.Conv2d(32, 64, 3, padding=1),                      nn.Conv2d(32, 64, 3, padding=1),  # [N, 64, 32, 32]  18,496

A comment of ours is `# [shape]  parameters` and nothing else; any other comment stays, and its line gets none.  What a
file's comments say depends on the models that the file itself defines, never on which other files are looked at.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.algebra.tensor import TensorType
from analyzer.config import Options
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.fixing import edited
from analyzer.linting import files_to_check
from analyzer.mishap import told
from analyzer.model.tree import Layer, Model
from analyzer.passes import parameters
from analyzer.pipeline import weighed
from analyzer.report import Edit, Problem, Span, Status
from analyzer.source import Source
from analyzer.syntax import ir
from analyzer.syntax.lower import lower_source
from analyzer.syntax.source import SourceError
from analyzer.weigh import Weighed
from analyzer.workspace import Workspaces

OURS = re.compile(r"# \[[^\[\]#]*\]  \d{1,3}(?:,\d{3})*\s*")
CLOSED = re.compile(r"[)\],\s]*")
"""What may stand between a layer and its comment."""
CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
LINE_LENGTH = 120
SETTINGS = (
    (".ruff.toml", ((),)),
    ("ruff.toml", ((),)),
    ("pyproject.toml", (("tool", "ruff"), ("tool", "black"))),
)
"""The files that give a project's line length, and the tables of each that do."""
TAB = 4


@dataclass(frozen=True, slots=True)
class Change:
    """A comment that is written, replaced or taken out; empty texts where there is none."""

    file: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """The files whose comments change, with their bytes before and after."""

    files: Mapping[Path, tuple[bytes, bytes]]
    changes: tuple[Change, ...]
    read: int
    problems: tuple[Problem, ...]


def annotate(paths: Sequence[str], options: Options) -> Annotated:
    """What the comments in files and folders should be; nothing is written."""
    return with_deep_stack(lambda: _annotate(paths, options))


def _annotate(paths: Sequence[str], options: Options) -> Annotated:
    workspaces = Workspaces(options)
    files, problems = files_to_check(paths, workspaces.projects, force_exclude=False)
    new: dict[Path, tuple[bytes, bytes]] = {}
    changes: list[Change] = []
    read = 0
    for file in files:
        workspace = workspaces.holding(file)
        try:
            measured = list(weighed(workspace, workspace.all_targets(file), options, (), shapes=True))
            source = workspace.source(file)
        except TargetError as error:
            problems.append(error.problem)
            continue
        except Exception as error:  # noqa: BLE001  # a fault of ours in one file must not lose the others
            problems.append(Problem(f"{file}: {told(error)}"))
            continue
        read += 1
        found = tuple(_changes(source, _wanted(source, measured), _line_length(file.resolve().parent)))
        path, data = workspace.read(source.file)
        result = _applied(data, source, found) if found else data
        if result != data:
            new[path] = data, result
            changes.extend(found)
    return Annotated(new, tuple(changes), read, tuple(problems))


# ---------------------------------------------------------------- what is known of each line


def _wanted(source: Source, models: Sequence[Weighed]) -> dict[int, str]:
    """The comment of each line that a layer ends on: the only one that does, and the same through all models.

    Models whose inputs are given decide before those whose inputs are derived.
    """
    told = _told(source, models, given=False)
    for span, texts in _told(source, models, given=True).items():
        told[span] = texts or told.get(span, texts)
    ends: dict[int, list[ir.Span]] = {}
    for span in filter(source.call_at, told):
        ends.setdefault(span[2], []).append(span)
    found = {}
    for line, spans in ends.items():
        texts = told[spans[0]]
        text = next(iter(texts)) if len(spans) == len(texts) == 1 else None
        if text is not None and CLOSED.fullmatch(_code_behind(source, spans[0])):
            found[line] = text
    return found


def _told(source: Source, models: Sequence[Weighed], *, given: bool) -> dict[ir.Span, set[str | None]]:
    """What models say of the calls in a file that make their layers."""
    found: dict[ir.Span, set[str | None]] = {}
    for one in models:
        if one.given is not given or (one.report.status is Status.PARTIAL and len(one.ways) > 1):
            continue
        for model in (way.model for way in one.ways if way.model is not None):
            for layer in model.layers:
                place = layer.record.place
                if layer.path and place.file == source.file and not _spreads(layer):
                    found.setdefault(place.span, set()).update(_said(model, layer))
    return found


def _spreads(layer: Layer) -> bool:
    """Whether it is a container of several lines: what ends on its last one is the last layer in it."""
    line, _, end_line, _ = layer.record.place.span
    return layer.type in CONTAINERS and line < end_line


def _said(model: Model, layer: Layer) -> Iterator[str | None]:
    """The comment that a layer asks for through one model: nothing where it is not known, None where it cannot be."""
    inside = [one for one in model.layers if f"{one.path}.".startswith(f"{layer.path}.")]
    if any(one.record.unknowns or any(p.type is None for p in one.parameters.values()) for one in inside):
        return
    if layer.type in CONTAINERS:
        yield None
    total = sum(parameters.own(one)[0] for one in inside)
    for call in layer.calls:
        shape = ", ".join(map(str, call.output.shape)) if isinstance(call.output, TensorType) else None
        text = f"# [{shape}]  {total:,}" if isinstance(total, int) and shape is not None else ""
        yield text if text.isascii() and OURS.fullmatch(text) else None


def _code_behind(source: Source, span: ir.Span) -> str:
    """The rest of the line that a span ends on, without its comment."""
    comment = _comments(source).get(span[2])
    return source.line(span[2])[span[3] - 1 : comment.column - 1 if comment is not None else None]


def _comments(source: Source) -> dict[int, ir.Comment]:
    return {comment.line: comment for comment in source.module.comments if not comment.own_line}


# ---------------------------------------------------------------- what changes


def _changes(source: Source, wanted: Mapping[int, str], limit: int) -> Iterator[Change]:
    comments = _comments(source)
    for line in sorted({*wanted, *(line for line, comment in comments.items() if OURS.fullmatch(comment.text))}):
        comment = comments.get(line)
        if comment is not None and not OURS.fullmatch(comment.text):
            continue
        before = comment.text if comment is not None else ""
        code = source.line(line)[: comment.column - 1] if comment is not None else f"{source.line(line)}  "
        text = wanted.get(line, "")
        after = text if _width(f"{code}{text}") <= limit else ""
        if before != after:
            yield Change(source.file, line, before, after)


def _edit(source: Source, change: Change) -> Edit:
    """A comment stands two spaces behind its line, and leaves with them."""
    text = source.line(change.line)
    start = len(text) - len(change.before)
    if not change.after:
        start -= 2 if text[:start].endswith("  ") else 1 if text[:start].endswith(" ") else 0
    added = change.after if change.before else f"  {change.after}"
    span = Span(source.file, change.line, start + 1, change.line, len(text) + 1)
    return Edit(span, added)


def _applied(data: bytes, source: Source, changes: Sequence[Change]) -> bytes:
    """The file with its new comments; as it was where they would be more than comments."""
    result = edited(data, [_edit(source, change) for change in changes])
    try:
        same = lower_source(result, "").body == source.module.body
    except SourceError:
        same = False
    return result if same else data


def _width(text: str) -> int:
    """The columns that a line takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text.expandtabs(TAB))


def _line_length(folder: Path) -> int:
    """The line length that the closest configuration of ruff or black upwards gives."""
    for place in (folder, *folder.parents):
        for name, tables in SETTINGS:
            length = _stated_length(place / name, tables)
            if length is not None:
                return length
        if (place / ".git").exists():
            break
    return LINE_LENGTH


def _stated_length(file: Path, tables: Sequence[tuple[str, ...]]) -> int | None:
    try:
        document: object = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    for keys in tables:
        table = document
        for key in (*keys, "line-length"):
            table = table.get(key) if isinstance(table, dict) else None
        if isinstance(table, int):
            return table
    return None
