"""A problem as compilers show it: message, place, the line of source with a caret, and what to do.

error: no model named `Nett` in net.py
  --> net.py:4:7
   |
 4 | class Net(nn.Module):
   |       ^^^
help: did you mean `net.py::Net`?
"""

from __future__ import annotations

from analyzer.report import Problem
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
            bar = paint("|", BLUE)
            before, marked = _marked(problem)
            lines += [
                f"{gutter}  {bar}",
                f" {paint(str(span.line), BLUE)} {bar} {safe(_untabbed(problem.source_line)).rstrip()}",
                f"{gutter}  {bar} {' ' * columns(safe(before))}{paint('^' * max(columns(safe(marked)), 1), RED)}",
            ]
    if problem.hint:
        lines.append(f"{paint('help', CYAN)}: {safe(problem.hint)}")
    return "\n".join(lines) + "\n"


def _untabbed(line: str) -> str:
    return line.rstrip("\r\n").replace("\t", "    ")


def _marked(problem: Problem) -> tuple[str, str]:
    """What lies before the problem's place in its line, and what is to be underlined."""
    assert problem.span is not None
    line = (problem.source_line or "").rstrip("\r\n")
    start = max((problem.span.column or 1) - 1, 0)
    same_line = problem.span.end_line in (None, problem.span.line)
    end = problem.span.end_column - 1 if problem.span.end_column is not None and same_line else start + 1
    return _untabbed(line[:start]), _untabbed(line[start : max(end, start + 1)])
