"""Dropout as a function that is not told whether the model is being trained.

What it does
    Reports `F.dropout(x)` and its kin in a method of an `nn.Module` where `training` is not given.

Why is this bad
    The default is `training=True`: `model.eval()` does not reach a function, so that units go on being dropped in
    evaluation, and its results are noisy and worse.

Known limits
    A call under a condition that asks for `training` is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from analyzer.report import Fix, Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import argument, has_stars, methods, with_keyword
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

BAD = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)
"""
GOOD = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5, training=self.training)
"""
GOOD_GUARDED = """
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        if self.training:
            x = F.dropout2d(x, 0.5)
        return F.dropout(x, 0.5, self.training)
"""

NAMES = frozenset(
    f"torch.nn.functional.{name}"
    for name in ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
)


def check(subject: Subject) -> Iterator[Hit]:
    for node in subject.source.nodes(ir.Class):
        cls = subject.class_of(node)
        for function in methods(node) if cls is not None and cls.is_module else ():
            first = function.parameters.parameters[:1]
            for call in _calls(function.body) if first and first[0].name == "self" else ():
                name = subject.name_of(call.function) or ""
                if name in NAMES and not has_stars(call) and argument(call, 2, "training") is None:
                    edit = with_keyword(subject.place(call), call, "training=self.training")
                    message = f"F.{name.rpartition('.')[2]} without training= goes on dropping in evaluation"
                    yield Hit(subject.place(call), message, fix=Fix("give it training=self.training", (edit,)))


def _calls(node: object) -> Iterator[ir.Call]:
    """The calls that stand under no condition on `training`."""
    if isinstance(node, tuple):
        for item in node:
            yield from _calls(item)
    elif isinstance(node, msgspec.Struct):
        if isinstance(node, ir.If | ir.Conditional | ir.Boolean) and _asks(node):
            return
        if isinstance(node, ir.Call):
            yield node
        for field in node.__struct_fields__:
            yield from _calls(getattr(node, field))


def _asks(node: ir.If | ir.Conditional | ir.Boolean) -> bool:
    tests = node.values if isinstance(node, ir.Boolean) else (node.test,)
    names = {part.name for part in walk(tests) if isinstance(part, ir.Attribute | ir.Name)}
    return bool(names & {"training", "train", "is_training"})


RULE = Rule(
    "WBT406", "dropout-without-training", Severity.ERROR, check, BAD, GOOD,
    also_good=(GOOD_GUARDED,),
)  # fmt: skip
