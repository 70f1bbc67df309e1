"""What is said of a model above and below its table, as labels and texts that any format can lay out.

    described(model)    [("input", "[N, 3, H, W] float32 (derived)"), ("accepts", "H from 32 to 39"), ...]
    totals(model)       [("Total parameters", "5,852,234"), ("Trainable", "5,852,234"), ..., ("Total size", "27.81 MB")]
    coverage(report)    '1 file read, 1 model: 1 exact'

Labels may repeat; a layout decides whether it says them again.
"""

from __future__ import annotations

from analyzer.report import ModelReport, Reason, Report, Status
from analyzer.reports.parts.figures import UNKNOWN, amount, megabytes, shape, weighed

Fact = tuple[str, str]

PROMISES = {
    Status.EXACT: "",
    Status.SYMBOLIC: "formulas, exact for every value of their symbols",
    Status.PARTIAL: "counts from below; what is not known is listed underneath",
    Status.FAILED: "nothing could be built",
}
"""What each status means, in the words shown beside it."""


def described(model: ModelReport) -> list[Fact]:
    """Inputs, output, accepted inputs and symbols; only what is known."""
    note = " (derived)" if model.inputs_derived else ""
    named = len(model.inputs) > 1
    facts = [
        ("input", f"{f'{x.name} ' if named else ''}{shape(x.shape)} {x.dtype}{note}")
        for x in model.inputs
        if x.shape is not None
    ]
    if model.output_shape is not None:
        facts.append(("output", shape(model.output_shape)))
    facts += [("accepts", sentence) for sentence in model.accepts]
    facts += [("smallest", shape(sizes)) for sizes in model.smallest]
    facts += [("unknown", f"{place(reason)} {reason.reason}") for reason in model.not_followed[:2]]
    return facts + [("symbol", f"{name} from {span.file}:{span.line}") for name, span in model.symbols.items()]


def totals(model: ModelReport) -> list[Fact]:
    """Parameters, multiply-adds and sizes, in torchinfo's order and units; what has no number says so."""
    if model.status is Status.FAILED:
        return []
    count = model.parameters
    total = weighed(count, model.status)
    facts = [
        ("Total parameters", total),
        ("Trainable", total if count.trainable is None and count.frozen == 0 else _number(count.trainable)),
        ("Non-trainable", _number(count.frozen)),
    ]
    if count.total is None and count.formula and (count.at_least or count.at_most is not None):
        upper = "" if count.at_most is None else f", at most {count.at_most:,}"
        facts.append(("Bounds", f"at least {count.at_least or 0:,}{upper}"))
    if model.buffers:
        facts.append(("Buffers", _number(model.buffers)))
    if model.macs is not None:
        short = f"  ({amount(model.macs)})" if model.macs >= 1000 else ""
        facts.append(("Multiply-adds", f"{model.macs:,}{short}"))
    elif model.macs_formula:
        facts.append(("Multiply-adds", model.macs_formula))
    return facts + sizes(model)


def sizes(model: ModelReport) -> list[Fact]:
    """Input, forward and backward (each layer's output and its gradient), parameters and their sum, in MB.

    Last what is alive at once at the worst moment of a forward pass without gradients, the parameters left out.
    """
    given, kept, held = (model.memory.get(name) for name in ("input", "activations", "parameters"))
    passes = None if kept is None else 2 * kept
    parts = (("Input size", given), ("Forward/backward size", passes), ("Parameters size", held))
    facts = [(label, megabytes(size)) for label, size in parts if size is not None]
    if given is not None and passes is not None and held is not None:
        facts.append(("Total size", megabytes(given + passes + held)))
    peak = model.memory.get("peak")
    if peak is not None:
        facts.append(("Peak of activations", megabytes(peak)))
    return facts


def _number(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


def place(unknown: Reason) -> str:
    """`net.py:12:5`."""
    span = unknown.span
    return f"{span.file}:{span.line}" + (f":{span.column}" if span.column else "")


def coverage(report: Report) -> str:
    """One sentence: what was read, and how much of it was understood."""
    seen = report.coverage
    statuses = ((seen.exact, "exact"), (seen.symbolic, "symbolic"), (seen.partial, "partial"), (seen.failed, "failed"))
    parts = [f"{number:,} {word}" for number, word in statuses if number]
    unread = f", {seen.unread:,} not readable" if seen.unread else ""
    models = f"{_counted(seen.models, 'model')}{': ' if parts else ''}{', '.join(parts)}"
    operators = [f"{name} ({count:,})" for name, count in list(seen.operators.items())[:5]]
    unknown = f"; operators not known: {', '.join(operators)}" if operators else ""
    return f"{_counted(seen.files, 'file')} read{unread}, {models}{unknown}"


def commonest(report: Report, number: int = 5) -> list[tuple[str, int]]:
    """The reasons for not knowing that were met most often."""
    return sorted(report.coverage.reasons.items(), key=lambda item: (-item[1], item[0]))[:number]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
