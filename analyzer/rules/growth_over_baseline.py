"""Model that has grown more than it may since the baseline was written.

What it does
    Compares each model's parameters with those that the baseline has for it, and reports a growth of more than the
    `max-growth` of its `[[tool.weighbridge.budget]]`: a number of parameters, or a part such as `"5%"`.

Why is this bad
    Models grow by small steps that each look harmless. Writing the baseline anew is one command, and shows in review.

Known limits
    A model that the baseline does not have is not judged. `--baseline write` gives it the sizes as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Severity
from analyzer.rule import Hit, Rule, Subject, Undecided

BAD = """
from torch import nn

model = nn.Linear(100, 120)
"""
GOOD = """
from torch import nn

model = nn.Linear(100, 102)
"""
GOOD_NEW = """
from torch import nn

other = nn.Linear(1000, 1000)
"""
SETTINGS = """
[[budget]]
max-growth = "5%"
"""
LEDGER = {"net.py::model": {"parameters": 10_100}}


def check(subject: Subject) -> Iterator[Hit | Undecided]:
    for weighed in subject.models:
        before = subject.ledger.get(weighed.report.id, {}).get("parameters")
        if before is None:
            continue
        count = weighed.report.parameters
        low, high = count.at_least or 0, count.at_most
        for budget in subject.options.budgets:
            growth = budget.max_growth
            if growth is None or not budget.applies(subject.file, weighed.report.id):
                continue
            if not growth.allows(before, low):
                known = f"{low:,}" if low == high else f"at least {low:,}"
                message = f"grown from {before:,} to {known} parameters, by more than {growth}"
                said = f"{message}: {budget.message}" if budget.message else message
                severity = Severity(budget.severity)
                yield Hit(subject.header(weighed), said, model=weighed.report.id, severity=severity)
            elif high is None or not growth.allows(before, high):
                message = f"whether it has grown by more than {growth}: its size is not known"
                yield Undecided(subject.header(weighed), message, weighed.report.id)


RULE = Rule(
    "WBS103", "growth-over-baseline", Severity.ERROR, check, BAD, GOOD, settings=SETTINGS, ledger=LEDGER,
    also_good=(GOOD_NEW,),
)  # fmt: skip
