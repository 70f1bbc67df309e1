"""OpenMetrics text, for GitLab's metrics report of a merge request, or for a time series.

    # TYPE weighbridge_parameters gauge
    # HELP weighbridge_parameters Elements of a model's parameters.
    weighbridge_parameters{model="net.py::Net"} 82154
    # EOF

https://github.com/OpenObservability/OpenMetrics.  A model has a line only where its number is known; of one that is not
known whole, weighbridge_parameters_at_least tells the bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from analyzer.report import ModelReport, Report, Status
from analyzer.reports import View
from analyzer.reports.parts.escape import plain

Sample = tuple[dict[str, str], int | None]

GAUGES: tuple[tuple[str, str, Callable[[ModelReport], int | None]], ...] = (
    ("weighbridge_parameters", "Elements of a model's parameters.", lambda model: model.parameters.total),
    (
        "weighbridge_parameters_at_least",
        "A lower bound of the parameters of a model that is not known whole.",
        lambda model: model.parameters.at_least if model.status is Status.PARTIAL else None,
    ),
    ("weighbridge_trainable_parameters", "Elements that are trained.", lambda model: model.parameters.trainable),
    ("weighbridge_buffers", "Elements of a model's buffers.", lambda model: model.buffers),
    ("weighbridge_multiply_adds", "Multiply-accumulates of one forward pass.", lambda model: model.macs),
    ("weighbridge_parameter_bytes", "Bytes of a model's parameters.", lambda model: model.memory.get("parameters")),
)


def summary(report: Report, view: View) -> str:
    """A gauge for each figure, a sample of it for each model; `view` changes nothing here."""
    labels = _labels(report.models)
    lines: list[str] = []
    for name, about, figure in GAUGES:
        samples = [(label, figure(model)) for label, model in zip(labels, report.models, strict=True)]
        lines += _family(name, about, samples)
    seen = report.coverage
    counts = {"exact": seen.exact, "symbolic": seen.symbolic, "partial": seen.partial, "failed": seen.failed}
    models: list[Sample] = [({"status": status}, count) for status, count in counts.items()]
    lines += _family("weighbridge_models", "Models by how much of them is known.", models)
    return "\n".join([*lines, "# EOF"]) + "\n"


def scan(report: Report, view: View) -> str:
    """The same document."""
    return summary(report, view)


def _labels(models: Iterable[ModelReport]) -> list[dict[str, str]]:
    """What tells the models apart: the id, and the line where an id is met again."""
    models = tuple(models)
    often = Counter(model.id for model in models)
    met: Counter[str] = Counter()
    labels = []
    for model in models:
        label = {"model": model.id}
        if often[model.id] > 1:
            met[model.id] += 1
            label |= {"line": str(model.span.line), "occurrence": str(met[model.id])}
        labels.append(label)
    return labels


def _family(name: str, about: str, samples: Iterable[Sample]) -> list[str]:
    known = [f"{name}{_written(label)} {value}" for label, value in samples if value is not None]
    return [f"# TYPE {name} gauge", f"# HELP {name} {about}", *known] if known else []


def _written(label: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in label.items()) + "}"


def _escaped(text: str) -> str:
    """A label's value: what is not printable as its escape, then backslashes and quotes as the format has them."""
    return plain(text).replace("\\", "\\\\").replace('"', '\\"')
