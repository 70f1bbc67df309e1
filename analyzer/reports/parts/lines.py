"""Lay cells out in lines of a given width: whatever is too much shrinks, goes, or is cut, in order of importance.

    fields = [Field("Layer", ["features.0"]), Field("Parameters", ["1,792"], align="right")]
    laid_out(fields, width=40)     Layer       Parameters
                                   features.0       1,792

A cell is a list of segments `(text, style)`; styles are names that only the painter knows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

Segment = tuple[str, str]
Line = list[Segment]

GAP = 2
CUT_BEFORE = 4
"""A field with less `keep` goes before any cell is cut."""
ELASTIC_WIDTH = 32


@dataclass(frozen=True, slots=True)
class Field:
    """One column of cells under a title."""

    title: str
    cells: Sequence[Line]
    align: str = "left"
    keep: int = 9
    """The field with the smallest is dropped first; a field with 9 or more never is."""
    least: int = 8
    """Cells are never cut to less."""
    cut: str = "right"
    """The side on which a cell that is too long loses its text."""
    elastic: bool = False
    """Whether cells are cut before anything else gives way."""
    shorter: Sequence[Line] | None = None
    """Cells that say the same in less room."""

    @property
    def width(self) -> int:
        return max([columns(self.title), *(measure(cell) for cell in self.cells)])

    @property
    def wanted(self) -> int:
        """The width below which other fields give way first."""
        return min(self.width, max(self.least, ELASTIC_WIDTH)) if self.elastic else self.width


def columns(text: str) -> int:
    """The cells of a terminal that a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def measure(line: Line) -> int:
    return sum(columns(text) for text, _ in line)


def fitted(fields: Sequence[Field], width: int | None) -> tuple[list[Field], list[int]]:
    """The fields that are shown in a width, and the width of each; None for all of them, uncut."""
    kept = [field for field in fields if any(measure(cell) for cell in field.cells) or field.keep >= 9]
    if width is None:
        return kept, [field.width for field in kept]
    droppable = sorted((field.keep, -at) for at, field in enumerate(kept) if field.keep < 9)
    gone: set[int] = set()
    short = False
    while _needed(kept, gone) > width:
        if not short:
            short = True
            kept = [replace(field, cells=field.shorter or field.cells) for field in kept]
        elif droppable and (droppable[0][0] < CUT_BEFORE or _least(kept, gone) > width):
            gone.add(-droppable.pop(0)[1])
        else:
            break
    kept = [field for at, field in enumerate(kept) if at not in gone]
    return kept, _narrowed(kept, width)


def _needed(fields: Sequence[Field], gone: set[int]) -> int:
    widths = [field.wanted + GAP for at, field in enumerate(fields) if at not in gone]
    return sum(widths) - GAP


def _least(fields: Sequence[Field], gone: set[int]) -> int:
    return sum(min(field.least, field.width) + GAP for at, field in enumerate(fields) if at not in gone) - GAP


def _narrowed(fields: Sequence[Field], width: int) -> list[int]:
    """Take the missing columns from elastic fields, then from the widest one, again and again."""
    widths = [field.width for field in fields]
    excess = sum(widths) + GAP * (len(widths) - 1) - width
    for floors in ([field.wanted for field in fields], [field.least for field in fields]):
        while excess > 0:
            spare = [at for at, floor in enumerate(floors) if widths[at] > floor]
            if not spare:
                break
            widths[max(spare, key=widths.__getitem__)] -= 1
            excess -= 1
    return widths


def cut(line: Line, width: int, side: str, ellipsis: str) -> Line:
    """The line in at most `width` columns, an ellipsis where text is missing."""
    if measure(line) <= width:
        return line
    room = max(width - columns(ellipsis), 0)
    taken: Line = []
    for text, style in line if side == "right" else reversed(line):
        piece = _prefix(text, room) if side == "right" else _prefix(text[::-1], room)[::-1]
        room -= columns(piece)
        taken.append((piece, style))
        if piece != text:
            break
    mark = (ellipsis, taken[-1][1])
    return [*taken, mark] if side == "right" else [mark, *reversed(taken)]


def _prefix(text: str, room: int) -> str:
    for end, char in enumerate(text):
        room -= columns(char)
        if room < 0:
            return text[:end]
    return text


def laid_out(fields: Sequence[Field], width: int | None, ellipsis: str = "…", head: str = "") -> list[Line]:
    """A line of titles in style `head`, then one line for each row of cells, no spaces at their ends."""
    shown, widths = fitted(fields, width)
    rows = [[[(field.title, head)] for field in shown]]
    rows += [list(cells) for cells in zip(*(field.cells for field in shown), strict=True)]
    lines = []
    for row in rows:
        line: Line = []
        behind = 0
        for cell, field, room in zip(row, shown, widths, strict=True):
            text = cut(cell, room, field.cut, ellipsis)
            spare = room - measure(text)
            before = spare if field.align == "right" else 0
            if measure(text):
                line += [(" " * (behind + before), ""), *text]
                behind = spare - before + GAP
            else:
                behind += room + GAP
        lines.append([segment for segment in line if segment[0]])
    return lines


def wrapped(text: str, width: int | None) -> list[str]:
    """A formula or sentence in pieces of at most `width`, broken at spaces, inside brackets only where it must be."""
    pieces: list[str] = []
    words: list[str] = []
    for word in re.findall(r"(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|[^ ])+", text):
        words += [word] if width is None or columns(word) <= width else word.split(" ")
    for word in words:
        if pieces and (width is None or columns(pieces[-1]) + 1 + columns(word) <= width):
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces
