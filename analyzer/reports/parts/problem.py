"""A problem as compilers show it: message, place, the line of source with a caret, and what to do.

error: no model named `Nett` in net.py
  --> net.py:4:7
   |
 4 | class Net(nn.Module):
   |       ^^^
help: did you mean `net.py::Net`?
"""

from __future__ import annotations

from analyzer.report import Problem, Span
from analyzer.reports.parts.escape import ascii_only, plain
from analyzer.reports.parts.lines import columns

RED, BLUE, CYAN, BOLD, RESET = "\x1b[1;31m", "\x1b[1;34m", "\x1b[1;36m", "\x1b[1m", "\x1b[0m"


def shown(problem: Problem, *, colour: bool = False, unicode: bool = True) -> str:
    """The lines of a problem, ending in a newline."""

    def paint(text: str, code: str) -> str:
        return f"{code}{text}{RESET}" if colour and text else text

    def safe(text: str) -> str:
        return plain(text) if unicode else ascii_only(plain(text))

    first, *more = [safe(line) for line in problem.message.splitlines() or [""]]
    lines = [f"{paint('error', RED)}{paint(f': {first}', BOLD)}", *(f"  {line}" for line in more)]
    span = problem.span
    if span is not None:
        place = safe(span.file) + f":{span.line}" + (f":{span.column}" if span.column else "")
        gutter = " " * len(str(span.line))
        lines.append(f"{gutter} {paint('-->', BLUE)} {place}")
        if problem.source_line is not None:
            lines += source_lines(span, problem.source_line, colour=colour, unicode=unicode)
    if problem.hint:
        lines.append(f"{paint('help', CYAN)}: {safe(problem.hint)}")
    return "\n".join(lines) + "\n"


def source_lines(span: Span, line: str, *, colour: bool = False, unicode: bool = True, mark: str = RED) -> list[str]:
    """The line that a span begins on, with carets under the span."""

    def paint(text: str, code: str) -> str:
        return f"{code}{text}{RESET}" if colour and text else text

    def safe(text: str) -> str:
        return plain(text) if unicode else ascii_only(plain(text))

    gutter = " " * len(str(span.line))
    bar = paint("|", BLUE)
    text, before, marked = _marked(span, line.rstrip("\r\n"))
    return [
        f"{gutter}  {bar}",
        f" {paint(str(span.line), BLUE)} {bar} {safe(text).rstrip()}",
        f"{gutter}  {bar} {' ' * columns(safe(before))}{paint('^' * max(columns(safe(marked)), 1), mark)}",
    ]


LONGEST_LINE = 160
"""Of a longer line, the part around the place is shown."""


def _marked(span: Span, line: str) -> tuple[str, str, str]:
    """What is shown of a span's first line, what of that lies before the span, and what is to be underlined."""
    start = max((span.column or 1) - 1, 0)
    if span.end_line not in (None, span.line):
        end = len(line.rstrip())
    else:
        end = span.end_column - 1 if span.end_column is not None else start + 1
    end = max(end, start + 1)
    if len(line) > LONGEST_LINE:
        first = max(min(start - LONGEST_LINE // 4, len(line) - LONGEST_LINE), 0)
        line, start, end = line[first : first + LONGEST_LINE], start - first, min(end - first, LONGEST_LINE)
    return _untabbed(line), _untabbed(line[:start]), _untabbed(line[start:end])


def _untabbed(text: str) -> str:
    return text.replace("\t", "    ")
