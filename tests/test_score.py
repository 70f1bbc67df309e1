"""The scoring itself: a report is made from the truth, then spoilt in one place, and the score must say where."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from scripts import score

TRUTH: dict[str, Any] = {
    "net": {
        "file": "zoo/net.py",
        "total": 12,
        "trainable": 8,
        "buffers": 3,
        "input": [1, 3],
        "flops": 20,
        "forward_error": None,
        "layers": [["", "Net", 0, 0, [1, 2]], ["fc", "Linear", 12, 8, [1, 2]], ["drop", "Dropout", 0, 0, None]],
    }
}


def report() -> dict[str, Any]:
    """A report that is right in everything."""
    row = TRUTH["net"]
    layers = [
        {"path": path, "type": kind, "parameters": own, "trainable": trainable, "output_shape": shape}
        for path, kind, own, trainable, shape in row["layers"]
    ]
    parameters = {"total": 12, "trainable": 8, "frozen": 4, "formula": None, "at_least": 12, "at_most": 12}
    model = {"name": "net", "file": "src/zoo/net.py", "line": 1, "status": "exact", "unknowns": []}
    return {"models": [model | {"parameters": parameters, "buffers": 3, "macs": 10, "layers": layers}]}


def judged(said: dict[str, Any]) -> score.Judgement:
    (judgement,) = score.compare(TRUTH, said)
    return judgement


def test_a_report_that_is_right_is_complete() -> None:
    assert judged(report()).complete


@pytest.mark.parametrize(
    ("path", "value", "contradiction"),
    [
        (("parameters", "total"), 13, "total said 13, PyTorch 12"),
        (("parameters", "trainable"), 12, "trainable said 12, PyTorch 8"),
        (("parameters", "at_least"), 13, "at least 13, PyTorch 12"),
        (("parameters", "at_most"), 11, "at most 11, PyTorch 12"),
        (("buffers",), 0, "buffers said 0, PyTorch 3"),
        (("macs",), 20, "flops said 40, PyTorch 20"),
        (("layers", 1, "type"), "torch.nn.LazyLinear", "fc: type said LazyLinear, PyTorch Linear"),
        (("layers", 1, "parameters"), 6, "fc: parameters said 6, PyTorch 12"),
        (("layers", 1, "trainable"), 12, "fc: trainable said 12, PyTorch 8"),
        (("layers", 1, "output_shape"), [1, 3], "fc: output shape said [1, 3], PyTorch [1, 2]"),
        (("layers", 1, "path"), "head", "head: no such module"),
    ],
)
def test_a_claim_that_pytorch_denies_is_a_contradiction(path: tuple[Any, ...], value: Any, contradiction: str) -> None:
    said = report()
    spot = said["models"][0]
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    judgement = judged(said)
    assert judgement.contradictions == (contradiction,)
    assert not judgement.complete


@pytest.mark.parametrize(
    ("path", "short"),
    [
        (("buffers",), "buffers"),
        (("macs",), "macs"),
        (("layers", 1, "parameters"), "layers"),
        (("layers", 1, "output_shape"), "shapes"),
    ],
)
def test_a_figure_left_open_is_neither_right_nor_a_contradiction(path: tuple[Any, ...], short: str) -> None:
    said = report()
    spot = said["models"][0]
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = None
    judgement = judged(said)
    assert not judgement.contradictions
    assert not judgement.complete
    if short in ("layers", "shapes"):
        right, known = getattr(judgement, short)
        assert right == known - 1
    else:
        assert short not in judgement.right


def test_no_number_claimed_is_honest_and_no_model_is_missing() -> None:
    said = report()
    said["models"][0] |= {"status": "partial", "unknowns": [{"file": "net.py", "line": 3, "reason": "no source"}]}
    said["models"][0]["parameters"] |= {"total": None, "trainable": None, "at_least": 4, "at_most": None}
    judgement = judged(said)
    assert (judgement.verdict, judgement.note) == ("honest", "partial; net.py:3 no source")
    assert not judgement.contradictions
    assert judged({"models": []}).verdict == "missing"


def test_a_model_is_found_by_whole_parts_of_its_path() -> None:
    said = report()
    said["models"][0]["file"] = "other_zoo/net.py"
    assert judged(said).verdict == "missing"


def test_inputs_are_a_configuration() -> None:
    assert score.inputs(TRUTH) == '[inputs]\n"*zoo/net.py::net" = "1,3"\n'


@pytest.mark.parametrize(("spoil", "code"), [(False, 0), (True, 1)])
def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: bool, code: int) -> None:
    said = copy.deepcopy(report())
    said["models"][0]["parameters"]["total"] += spoil
    Path(tmp_path, "truth.json").write_text(json.dumps(TRUTH))
    Path(tmp_path, "report.json").write_text(json.dumps(said))
    assert score.main(["compare", str(tmp_path / "truth.json"), str(tmp_path / "report.json")]) == code
    assert ("1 models: 0 exact, 1 wrong" if spoil else "1 models: 1 exact, 0 wrong") in capsys.readouterr().out
