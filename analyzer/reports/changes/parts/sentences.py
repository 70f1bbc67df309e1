"""What a comparison comes to in a sentence, with names as a format writes them.

headline(comparison, code)      "`net.py::Net` grows by 220 parameters (+34.9 %); 1 budget fails."
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from analyzer.change import Change, Checkpoint, Comparison, Kind, Loads
from analyzer.report import Report, Severity
from analyzer.reports.changes.parts.figures import percent, said, shortened, whole
from analyzer.reports.parts import facts

Write = Callable[[str], str]
"""How a format writes a name that comes from the program."""

VERBS = {Kind.CHANGED: "changes", Kind.NEW: "is new", Kind.REMOVED: "is gone", Kind.RENAMED: "is renamed"}


def headline(comparison: Comparison, write: Write) -> str:
    """The largest change, how many models change, and what budgets say."""
    parts = [_models(comparison, write)]
    failing = sum(breach.severity is Severity.ERROR for breach in comparison.breaches)
    warning = len(comparison.breaches) - failing
    if failing:
        parts.append(f"{counted(failing, 'budget')} fail{'s' if failing == 1 else ''}")
    if warning:
        parts.append(f"{counted(warning, 'budget')} warn{'s' if warning == 1 else ''}")
    return "; ".join(parts) + "."


def _models(comparison: Comparison, write: Write) -> str:
    models = comparison.models
    if not models:
        return "No model changes" if comparison.equal else "There are no models"
    if len(models) == 1:
        return single(models[0], write)
    counts = Counter(change.kind for change in models)
    verbs = {Kind.CHANGED: "change", Kind.NEW: "are new", Kind.REMOVED: "are gone", Kind.RENAMED: "are renamed"}
    said_first = [
        f"{counts[kind]:,} {verbs[kind] if counts[kind] > 1 else VERBS[kind]}" for kind in Kind if counts[kind]
    ]
    said_first[0] = said_first[0].replace(" ", f" model{'s' if counts[_first(counts)] > 1 else ''} ", 1)
    largest = max(models, key=lambda change: abs(change.parameters.delta or 0))
    if not largest.parameters.delta:
        kept = all(change.parameters.delta == 0 for change in models)
        return f"{_listed(said_first)}{', none in its number of parameters' if kept else ''}"
    return f"{_listed(said_first)}, most of all {single(largest, write)}"


def _first(counts: Counter[Kind]) -> Kind:
    return next(kind for kind in Kind if counts[kind])


def single(change: Change, write: Write) -> str:
    """`net.py::Net` grows by 220 parameters (+34.9 %)"""
    name, measure = write(change.id), change.parameters
    if change.kind is Kind.NEW:
        return f"{name} is new, with {said(measure.after)} parameters"
    if change.kind is Kind.REMOVED:
        return f"{name} is gone, which had {said(measure.before)} parameters"
    subject = f"{name}, which was {write(change.id_before)}," if change.id_before is not None else name
    if measure.delta:
        part = f" ({percent(measure)})" if percent(measure) else ""
        return (
            f"{subject} {'grows' if measure.delta > 0 else 'shrinks'} by {whole(abs(measure.delta))} parameters{part}"
        )
    if measure.formula is not None:
        formula = shortened(measure.formula)
        return f"{subject} changes by {write(formula)} parameters"
    if measure.delta == 0:
        verb = "is renamed and keeps" if change.kind is Kind.RENAMED else "changes and keeps"
        return f"{name} {verb} its {said(measure.after)} parameters"
    return f"{subject} {'is renamed' if change.kind is Kind.RENAMED else 'changes'}"


def weights(checkpoint: Checkpoint | None) -> str:
    """Whether old weights load: `yes`, `with strict=False`, `no`, `unknown`."""
    return "" if checkpoint is None else checkpoint.loads.value


def loading(checkpoint: Checkpoint) -> str:
    """The same in a sentence."""
    if checkpoint.loads is Loads.YES:
        return f"Old weights load: all {checkpoint.kept:,} keys are the same."
    if checkpoint.loads is Loads.UNKNOWN:
        return f"Whether old weights load is not known: {checkpoint.why}."
    counts = {
        "kept": checkpoint.kept, "reshaped": len(checkpoint.reshaped), "renamed": len(checkpoint.renamed),
        "gone": len(checkpoint.removed), "new": len(checkpoint.added),
    }  # fmt: skip
    keys = ", ".join(f"{number:,} {word}" for word, number in counts.items() if number)
    how = "do not load" if checkpoint.loads is Loads.NO else "load with strict=False only"
    return f"Old weights {how}. Keys: {keys}."


def equal(comparison: Comparison) -> str:
    """How many models stay as they are."""
    if not comparison.equal:
        return ""
    return f"{counted(comparison.equal, 'model')} stay{'s' if comparison.equal == 1 else ''} the same."


def coverage(comparison: Comparison) -> str:
    """What was read after the change, and how much of it was understood."""
    return facts.coverage(Report(coverage=comparison.coverage))


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
