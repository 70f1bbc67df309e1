"""A layer assigned before `super().__init__()` has run, or without it.

What it does
    Reports the statement at which PyTorch stops: the first module or parameter that is assigned to an `nn.Module`
    whose own `__init__` has not been called.

Why is this bad
    The registries for parameters and modules do not exist yet. PyTorch raises `AttributeError: cannot assign module
    before Module.__init__() call`, and the class cannot be constructed.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.exceptions import describe
from analyzer.evaluation.values import Place, Raised
from analyzer.report import Edit, Fix, Severity, Span
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import methods
from analyzer.source import Source
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

BAD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x)
"""
GOOD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x)
"""
BAD_LATE = """
from torch import nn

class Net(nn.Module):
    def __init__(self, width=8):
        self.width = width
        self.fc = nn.Linear(width, 4)
        super().__init__()
"""

SIGN = "before Module.__init__() call"


def check(subject: Subject) -> Iterator[Hit]:
    for weighed in subject.models:
        errors = [way.error for way in weighed.ways if isinstance(way.error, Raised)]
        raised = [error for error in errors if SIGN in describe(error) and error.place is not None]
        if not raised or len(raised) < len(weighed.ways):
            continue
        for error in raised:
            assert error.place is not None
            source = subject.source_of(error.place)
            if source is not None:
                message = "assigned before super().__init__() has run: PyTorch raises AttributeError"
                yield Hit(error.place, message, weighed.report.id, fix=_fix(source, error.place))


def _fix(source: Source, place: Place) -> Fix | None:
    """Call `super().__init__()` first in the constructor that never does."""
    for node in source.nodes(ir.Class):
        for function in methods(node):
            span = function.span
            if function.name != "__init__" or not span[0] <= place.span[0] <= span[2]:
                continue
            if any(isinstance(n, ir.Attribute) and n.name == "__init__" for n in walk(function.body)):
                return None
            line, column, *_ = function.body[0].span
            indentation = source.line(line)[: column - 1]
            if indentation.strip():
                return None
            text = f"super().__init__()\n{indentation}"
            return Fix("call super().__init__() first", (Edit(Span(source.file, line, column, line, column), text),))
    return None


RULE = Rule(
    "WBR205", "late-super-init", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_LATE,),
)  # fmt: skip
