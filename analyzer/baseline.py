"""The baseline: findings that a team lives with for now, and the sizes that its models had; a file to be committed.

    {"version": 1,
     "findings": {"net.py::Net.__init__": {"WBX301": 1}},
     "models": {"net.py::Net": {"parameters": 630, "trainable": 630, "macs": 7850}}}

A finding is known by its rule and the name of what it lies in, never by its line, so that edits above it change
nothing.  As many as are listed are forgiven; the file shrinks as they are mended.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyzer.errors import TargetError
from analyzer.report import Finding, ModelReport, Problem, Status

VERSION = 1
FILE = "weighbridge-baseline.json"

Known = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Baseline:
    findings: Known = field(default_factory=dict)
    """By the qualified name of what they lie in: how many of each rule."""
    models: Known = field(default_factory=dict)
    """By model id: its figures that are known integers."""


def scope_of(finding: Finding) -> str:
    """`net.py::Net.__init__`; at module level the model, or the file alone."""
    model = (finding.model or "").rpartition("::")[2]
    name = finding.scope or model
    return f"{finding.span.file}::{name}" if name else finding.span.file


def taken(findings: Iterable[Finding], models: Iterable[ModelReport]) -> Baseline:
    """The baseline of what is there now."""
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        counts.setdefault(scope_of(finding), Counter())[finding.code] += 1
    return Baseline({key: dict(sorted(count.items())) for key, count in counts.items()}, ledger(models))


def ledger(models: Iterable[ModelReport]) -> dict[str, dict[str, int]]:
    """The figures of models that are exact."""
    found = {}
    for model in models:
        if model.status is Status.EXACT:
            count = model.parameters
            figures = {"parameters": count.total, "trainable": count.trainable, "macs": model.macs}
            found[model.id] = {name: figure for name, figure in figures.items() if figure is not None}
    return found


def without(findings: Sequence[Finding], known: Baseline) -> tuple[Finding, ...]:
    """The findings that the baseline does not forgive: of each kind the last ones in excess."""
    left = {(scope, code): n for scope, codes in known.findings.items() for code, n in codes.items()}
    new = []
    for finding in findings:
        key = (scope_of(finding), finding.code)
        if left.get(key, 0) > 0:
            left[key] -= 1
        else:
            new.append(finding)
    return tuple(new)


def shrunk(known: Baseline, now: Baseline, rules: Set[str], is_whole: Callable[[str], bool]) -> Baseline:
    """The baseline without what is gone; it never grows.

    `rules` are those that were checked, and `is_whole` tells whether all was sought that can be found in a file.
    """
    findings: dict[str, dict[str, int]] = {}
    for scope, codes in known.findings.items():
        present = now.findings.get(scope, {})
        left = {code: min(n, present.get(code, 0)) if code in rules else n for code, n in codes.items()}
        if left != codes and not is_whole(scope.partition("::")[0]):
            left = dict(codes)
        if any(left.values()):
            findings[scope] = {code: n for code, n in left.items() if n}
    return Baseline(findings, known.models)


def files_of(known: Baseline) -> set[str]:
    """The files that it speaks of."""
    return {name.partition("::")[0] for name in (*known.findings, *known.models)}


def joined(now: Baseline, before: Baseline, files: Set[str], checked: Set[str], rules: Set[str]) -> Baseline:
    """The baseline now, with what was said before of what was not looked at.

    That is everything in `files`, and in those that were `checked` all rules but these.
    """
    findings = {scope: dict(codes) for scope, codes in now.findings.items()}
    for scope, codes in before.findings.items():
        file = scope.partition("::")[0]
        left = {code: n for code, n in codes.items() if file in files or (file in checked and code not in rules)}
        if left:
            here = findings.setdefault(scope, {})
            here.update({code: max(n, here.get(code, 0)) for code, n in left.items()})
    models = {name: figures for name, figures in before.models.items() if name.partition("::")[0] in files}
    return Baseline({scope: dict(sorted(codes.items())) for scope, codes in findings.items()}, {**models, **now.models})


def dumped(baseline: Baseline) -> str:
    """The text of the file: sorted, a scope or model on each line."""
    parts = [f' "version": {VERSION}']
    for name, table in (("findings", baseline.findings), ("models", baseline.models)):
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(dict(table[key]))}" for key in sorted(table))
        parts.append(f' "{name}": {{\n{lines}\n }}' if lines else f' "{name}": {{}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def load(file: Path) -> Baseline:
    """Read a baseline; raises TargetError where it cannot be used."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "`--baseline write` makes one"
        raise TargetError(Problem(f"cannot read the baseline {file}: {error.strerror}", hint=hint)) from error
    except (ValueError, RecursionError) as error:
        raise TargetError(Problem(f"the baseline {file} is not JSON: {error}")) from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise TargetError(Problem(f"{file} is no baseline of version {VERSION}", hint="`--baseline write` makes one"))
    return Baseline(_known(document.get("findings"), file), _known(document.get("models"), file))


def _known(value: Any, file: Path) -> dict[str, dict[str, int]]:
    tables = value if isinstance(value, dict) else {}
    found = {}
    for name, table in tables.items():
        if not isinstance(table, dict) or not all(type(n) is int and n >= 0 for n in table.values()):
            raise TargetError(Problem(f"the baseline {file} is damaged at {name!r}"))
        found[name] = dict(table)
    return found
