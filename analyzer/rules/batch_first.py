"""A recurrent layer whose batch is taken for its sequence.

What it does
    Reports the use `output[:, -1]` of what an LSTM, GRU or RNN without `batch_first=True` gives.

Why is this bad
    Without `batch_first` the output is `[length, batch, features]`: `output[:, -1]` is the last sequence of the batch
    at every step, and not the last step of every sequence. Shapes often fit, and the model learns from one sequence.

Known limits
    Off by default: which of the axes is meant is told by the index alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import argument, has_stars, is_own, methods
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

BAD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16)
        self.fc = nn.Linear(16, 2)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.fc(output[:, -1, :])
"""
GOOD = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 16, batch_first=True)
        self.fc = nn.Linear(16, 2)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.fc(output[:, -1, :])
"""

RECURRENT = ("torch.nn.LSTM", "torch.nn.GRU", "torch.nn.RNN")


def check(subject: Subject) -> Iterator[Hit]:
    for node in subject.source.nodes(ir.Class):
        made = {
            target.name
            for statement in walk(node.body)
            if isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Call)
            for target in statement.targets
            if is_own(target) and isinstance(target, ir.Attribute) and _is_sequence_first(subject, statement.value)
        }
        for function in methods(node) if made else ():
            outputs = set(_outputs(function, made))
            for part in walk(function.body):
                match part:
                    case ir.Subscript(value=ir.Name(name=name), index=ir.Display(elements=(ir.Slice(), last, *_))):
                        if name in outputs and subject.source.text_of(last.span) == "-1":
                            message = f"{name} is [length, batch, features]: the index takes one sequence, not one step"
                            yield Hit(subject.place(part), message)


def _is_sequence_first(subject: Subject, call: ir.Call) -> bool:
    if subject.name_of(call.function) not in RECURRENT or has_stars(call):
        return False
    given = argument(call, 4, "batch_first")
    return given is None or (isinstance(given.value, ir.Constant) and given.value.value is False)


def _outputs(function: ir.Function, made: set[str]) -> Iterator[str]:
    """The names that `output, state = self.lstm(x)` binds first."""
    for part in walk(function.body):
        match part:
            case ir.Assign(targets=(ir.Display(elements=(ir.Name(name=name), *_)),), value=ir.Call(function=called)):
                if is_own(called) and isinstance(called, ir.Attribute) and called.name in made:
                    yield name


RULE = Rule("WBT409", "batch-first", Severity.WARNING, check, BAD, GOOD, default=False)
