"""A number of parameters that is declared and is another.

What it does
    Compares what the docstring of a class or function, or the comment behind or above a model, says of its parameters
    (`# params: 25.6M`, `Parameters: 11,689,512`, `about 1.2M parameters`) with what the model has. The number counts as
    said when it agrees as far as its digits go, however they were rounded: 25.6M is anything from 25.5M to 25.7M;
    `about` doubles the room.

Why is this bad
    Somebody has relied on the number when it was written down. It is out of date, or the model is not the one meant.

Known limits
    Only models whose count is exact and needs no arguments are compared, and lines that compare with another model are
    passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.syntax import ir
from analyzer.weigh import Weighed

BAD = """
from torch import nn

net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))  # params: 1.2M
"""
GOOD = """
from torch import nn

net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))  # params: 0.1M
"""
BAD_DOCSTRING = '''
from torch import nn

class Net(nn.Module):
    """A classifier of digits.

    Parameters: 101,771
    """

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 10)
'''
GOOD_DOCSTRING = '''
from torch import nn

class Net(nn.Module):
    """About 100K parameters, more than the 5M parameters of the other one.

    Parameters:
        width (int): 64
    """

    def __init__(self, width=128):
        super().__init__()
        self.fc1 = nn.Linear(784, width)
        self.fc2 = nn.Linear(width, 10)
'''

NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(?P<unit>[kKmMbBgG]|million|billion|thousand)?"
ABOUT = r"(?P<about>~|≈|about\s+|approx\.?\s+|roughly\s+)?"
WORD = r"(?:(?:trainable\s+)?param(?:eter)?s|param(?:eter)?\s+count)"
BEFORE = re.compile(rf"(?<![\w.]){WORD}\s*[:=]\s*{ABOUT}{NUMBER}(?![\w.]*\d|\w)", re.IGNORECASE)
BEHIND = re.compile(rf"{ABOUT}(?<![\w.,-]){NUMBER}\s+{WORD}\b", re.IGNORECASE)
OTHERS = re.compile(
    r"\b(than|like|unlike|vs|versus|compared|inspired|instead|original|paper|from|each|per|up\s+to)\b", re.IGNORECASE
)
"""Words by which a line speaks of another model, or of more than one."""
SMALLEST = 1000
"""What is said of less, "it has 2 parameters", is mostly said of arguments."""
UNITS = {"k": 3, "t": 3, "m": 6, "b": 9, "g": 9}


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        count = weighed.report.parameters.total
        if count is None or weighed.report.unknowns or weighed.target.symbols:
            continue
        for span, text in _texts(subject, weighed):
            lines = [line for line in text.splitlines() if OTHERS.search(line) is None]
            said = [found for line in lines for pattern in (BEFORE, BEHIND) for found in pattern.finditer(line)]
            counts = (count, weighed.report.parameters.trainable)
            if len(said) == 1 and _number(said[0]) >= SMALLEST and not any(_agrees(said[0], one) for one in counts):
                stated = said[0][0].strip()
                message = f"{stated!r} is declared, and the model has {count:,} parameters"
                yield Hit(subject.place(span), message, weighed.report.id)


def _texts(subject: Subject, weighed: Weighed) -> Iterator[tuple[ir.Span, str]]:
    """The docstring of a model, and the comments that belong to it, each with its place."""
    span = weighed.target.place.span
    header = subject.header(weighed).span
    for node in subject.source.nodes(ir.Class | ir.Function):  # type: ignore[arg-type]  # isinstance takes a union
        if node.span == span and node.docstring:
            yield header, node.docstring
    own = {comment.line: comment for comment in subject.source.module.comments if comment.own_line}
    above = header[0] - 1
    while above in own:
        yield _span(own[above]), own[above].text.lstrip("# ")
        above -= 1
    for comment in subject.source.module.comments:
        single = weighed.target.kind == "instance" and comment.line == span[2]
        if not comment.own_line and (comment.line == header[0] or single):
            yield _span(comment), comment.text.lstrip("# ")


def _span(comment: ir.Comment) -> ir.Span:
    return (comment.line, comment.column, comment.line, comment.column + len(comment.text))


def _agrees(said: re.Match[str], count: int | None) -> bool:
    """Whether a count is the number that is said, as far as its digits go."""
    if count is None:
        return True
    number = _number(said)
    power = UNITS[said["unit"][0].lower()] if said["unit"] else 0
    room = Decimal(10) ** (power - len(said["number"].partition(".")[2])) if power else Decimal(0)
    if said["about"]:
        room = max(2 * room, number / 10)
    return bool(abs(number - count) <= room)


def _number(said: re.Match[str]) -> Decimal:
    power = UNITS[said["unit"][0].lower()] if said["unit"] else 0
    return Decimal(said["number"].replace(",", "")).scaleb(power)


RULE = Rule(
    "WBS104", "declared-count", Severity.WARNING, check, BAD, GOOD,
    also_bad=(BAD_DOCSTRING,), also_good=(GOOD_DOCSTRING,),
)  # fmt: skip
