"""The reports of several projects as one, with files named from where the reader is.

merged([("a/", first), ("b/", second)]).findings[0].span.file      "a/net.py"
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from analyzer.report import Coverage, Finding, ModelReport, Report, Span


def merged(parts: Sequence[tuple[str, Report]]) -> Report:
    """One report; each part comes with the way from the reader to its project's root."""
    named = [_report(prefix, report) for prefix, report in parts]
    return Report(
        tuple(model for one in named for model in one.models),
        tuple(finding for one in named for finding in one.findings),
        tuple(problem for one in named for problem in one.problems),
        _total([one.coverage for one in named]),
        tuple(reason for one in named for reason in one.undecided),
    )


def _report(prefix: str, report: Report) -> Report:
    found: Report = _named(prefix, report)
    undecided = (replace(reason, path=reason.path and f"{prefix}{reason.path}") for reason in found.undecided)
    return replace(found, undecided=tuple(undecided))


def _named(prefix: str, value: Any) -> Any:
    """The value with all spans and models in it named from the reader; what is no file's is `<torch>` or nothing."""
    match value:
        case Span(file=file):
            return replace(value, file=f"{prefix}{file}") if file and not file.startswith("<") else value
        case tuple():
            return tuple(_named(prefix, item) for item in value)
        case Mapping():
            return {key: _named(prefix, item) for key, item in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found = replace(value, **{one.name: _named(prefix, getattr(value, one.name)) for one in fields(value)})
    match found:
        case ModelReport():
            return replace(found, id=f"{prefix}{found.id}")
        case Finding(model=str()):
            return replace(found, model=f"{prefix}{found.model}")
    return found


def _total(parts: Sequence[Coverage]) -> Coverage:
    """The sums of all figures."""
    numbers = {one.name: [getattr(part, one.name) for part in parts] for one in fields(Coverage)}
    reasons, operators = numbers.pop("reasons"), numbers.pop("operators")
    return Coverage(
        **{name: sum(values) for name, values in numbers.items()},
        reasons=dict(sum(map(Counter, reasons), Counter[str]()).most_common()),
        operators=dict(sum(map(Counter, operators), Counter[str]()).most_common()),
    )
