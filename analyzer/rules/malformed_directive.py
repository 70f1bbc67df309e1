"""Comment to weighbridge that cannot be read.

What it does
    Reports comments that begin with `# weighbridge:` and are none of `ignore[CODE] reason`, `ignore-file[CODE] reason`,
    `input=N,3,32,32` and `assume NAME=VALUE`, and those that ignore a rule that does not exist.

Why is this bad
    The comment has no effect, and whoever wrote it believes that it has.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject, rules

BAD = """
from torch import nn

class Net(nn.Module):  # weighbridge: input=N,3,32,huge pixels
    pass
"""
GOOD = """
from torch import nn

class Net(nn.Module):  # weighbridge: input=N,3,32,W
    pass
"""
BAD_CODE = """
from torch import nn

head = nn.Softmax()  # weighbridge: ignore[WBT401, WBT4999]
"""
GOOD_NAME = """
from torch import nn

head = nn.Softmax()  # weighbridge: ignore[softmax-without-dim]
"""


def check(subject: Subject) -> Iterator[Hit]:
    for malformed in subject.directives.malformed:
        yield Hit(subject.place(malformed.span), malformed.message)
    names = [name for rule in rules().values() for name in (rule.code, rule.name)]
    for ignore in subject.directives.ignores:
        for code in ignore.codes:
            if not any(name == code or (name.isupper() and name.startswith(code)) for name in names):
                near = difflib.get_close_matches(code, names, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield Hit(subject.place(ignore.span), f"no rule is called {code}{hint}")


RULE = Rule(
    "WBD502", "malformed-directive", Severity.WARNING, check, BAD, GOOD, also_bad=(BAD_CODE,), also_good=(GOOD_NAME,),
)  # fmt: skip
