"""Every case of the specifications in tests/spec: what its comments claim is what the report says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import analyzer
from analyzer.config import Options, load
from analyzer.report import LayerReport, ModelReport, Report
from scripts.spec_pages import NUMBERS, Case, Claim, File, SpecError, Subject, cases, read, subjects


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.page}:{case.line}: {case.title}")
def test_specification(case: Case, tmp_path: Path) -> None:
    for file in case.files:
        path = tmp_path / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    configured = (tmp_path / "weighbridge.toml").exists()
    options = load(tmp_path) if configured else Options(root=tmp_path)
    wrong = [line for file in case.files if file.claims for line in _differences(file, tmp_path / file.name, options)]
    assert not wrong, "\n" + "\n".join(wrong)


def _differences(file: File, path: Path, options: Options) -> Iterator[str]:
    """What the report says otherwise, as `page:line: ...`."""
    scanned = analyzer.scan([str(path)], layers=True, shapes=True, options=options)
    for subject in subjects(file):
        report = scanned
        if subject.inputs or subject.assume or subject.expression or subject.kind == "file":
            target = f"{path}::{subject.name}" if subject.name else str(path)
            settings = replace(options, assume={**options.assume, **subject.assume})
            report = analyzer.summary([target], inputs=subject.inputs, options=settings)
        model = _model(report, file, subject)
        for claim in subject.claims:
            said = _of_report(report, claim) if claim.key == "error" else _of_model(model, claim)
            yield from _difference(claim, said, subject.name)
        for claim in subject.layers:
            if claim.key == "error":
                said = _of_report(report, claim, claim.line)
            elif claim.key == "unknown":
                said = _of_model(model, claim, claim.line)
            else:
                said = _of_layers(report if model is None else Report((model,)), claim)
            yield from _difference(claim, said, f"the layer of line {claim.line}")


def _model(report: Report, file: File, subject: Subject) -> ModelReport | None:
    owner = subject.kind.removeprefix("in ")
    ids = (f"{file.name}::{subject.name}", f"{file.name}::{owner}.{subject.name}")
    return next((model for model in report.models if model.id in ids), None)


def _difference(claim: Claim, said: list[str], who: str) -> Iterator[str]:
    wanted = claim.value.replace(",", "").replace("_", "") if claim.key in NUMBERS else claim.value
    partial = claim.key in ("unknown", "error")
    if any(wanted in text if partial else wanted == text for text in said) and (partial or len(set(said)) == 1):
        return
    if claim.key == "accepts" and wanted in said:
        return
    heard = " and ".join(dict.fromkeys(said)) or "nothing"
    yield f"tests/spec/{claim.place}: {claim.key} of {who}: claimed {wanted}, the report has {heard}"


def _of_report(report: Report, claim: Claim, line: int | None = None) -> list[str]:
    return [
        " ".join(filter(None, (problem.message, problem.hint)))
        for problem in report.problems
        if line is None or (problem.span is not None and problem.span.line == line)
    ]


def _of_model(model: ModelReport | None, claim: Claim, line: int | None = None) -> list[str]:
    if model is None:
        return ["no model"]
    count = model.parameters
    match claim.key:
        case "unknown":
            return [known.reason for known in model.unknowns if line is None or known.span.line == line]
        case "accepts":
            return list(model.accepts) or ["everything"]
        case "params":
            return [str(count.total)]
        case "layers":
            return [str(len(model.layers))]
        case "macs":
            return [str(model.macs if model.macs_formula is None else model.macs_formula)]
        case "shape":
            return [_shape(model.output_shape)]
        case "trainable" | "formula" | "at_least" | "at_most":
            return [str(getattr(count, claim.key))]
    return [str(getattr(model, claim.key))]


def _of_layers(report: Report, claim: Claim) -> list[str]:
    layers = [layer for model in report.models for layer in model.layers if layer.span.line == claim.line]
    return [_of_layer(layer, claim) for layer in layers]


def _of_layer(layer: LayerReport, claim: Claim) -> str:
    match claim.key:
        case "params":
            return str(layer.parameters)
        case "shape":
            return _shape(layer.output_shape)
        case "macs":
            return str(layer.macs if layer.macs_formula is None else layer.macs_formula)
    return str(getattr(layer, claim.key))


def _shape(shape: tuple[int | str | None, ...] | None) -> str:
    return "unknown" if shape is None else f"[{', '.join(map(str, shape))}]"


def test_a_comment_that_is_nearly_a_claim_is_refused() -> None:
    page = "## One\n```python\nnet = nn.Linear(2, 2)  # parms: 6\n```\n"
    with pytest.raises(SpecError, match=r"page.md:3: 'parms: 6' is no claim"):
        read("page.md", page)


def test_a_section_that_claims_nothing_is_refused() -> None:
    with pytest.raises(SpecError, match="nothing is claimed"):
        read("page.md", "## One\n```python\nnet = nn.Linear(2, 2)\n```\n")


def test_a_wrong_claim_points_at_its_line(tmp_path: Path) -> None:
    page = "## One\n```python\nfrom torch import nn\nnet = nn.Linear(2, 2)  # params: 7; status: exact\n```\n"
    (case,) = read("page.md", page)
    with pytest.raises(AssertionError, match=r"tests/spec/page.md:4: params of net: claimed 7, the report has 6"):
        test_specification(case, tmp_path)


def test_claims_know_what_they_are_about() -> None:
    page = """## One
```python
class Net(nn.Module):  # formula: n
    def __init__(self, n):
        self.a = nn.Linear(n, 1)  # params: 3
net = Net(2)
# params: 3
# model: Net(3)
# input: 1,3
# params: 4
```
"""
    ((file,),) = (case.files for case in read("page.md", page))
    about = {s.name: ([c.line for c in s.claims], [c.line for c in s.layers], s.inputs) for s in subjects(file)}
    assert about == {"Net": ([1], [3], []), "net": ([5], [], []), "Net(3)": ([8], [], ["1,3"])}
