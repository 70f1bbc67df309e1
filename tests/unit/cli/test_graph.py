from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import analyzer
from analyzer.cli.app import app
from analyzer.errors import TargetError

ROOT = Path(__file__).resolve().parents[3]
NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(x).relu()

class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = Net()

    def forward(self, x, key=None):
        y = self.body(x)
        return mystery(y)
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["graph", *arguments])


def test_prints_mermaid_with_the_derived_input(net: Path) -> None:
    result = run("net.py::Net")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "flowchart TD",
        '    i0(["input<br/>N×4"])',
        '    e0["Linear<br/>fc<br/>4 → 2<br/>10 parameters, 8#42;N MACs"]',
        '    e1["relu"]',
        '    o0(["output<br/>N×2"])',
        '    i0 -->|"N×4"| e0',
        '    e0 -->|"N×2"| e1',
        '    e1 -->|"N×2"| o0',
    ]
    assert result.stderr == ""


def test_writes_a_file_in_another_form(net: Path) -> None:
    result = run("net.py::Net", "-i", "3,4", "--depth", "0", "-f", "json", "-o", "net.json")
    assert (result.exit_code, result.stdout) == (0, "")
    found = json.loads((net / "net.json").read_text())
    assert [(node["label"], node["macs"]) for node in found["nodes"]] == [("input", 0), ("Net", 24), ("output", 0)]


def test_what_could_not_be_followed_is_said(net: Path) -> None:
    result = run("net.py::Other")
    assert result.exit_code == 0
    assert "note: not all of the forward pass could be followed: " in result.stderr
    assert "Linear" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["net.py"], "net.py holds 2 models, and a graph shows one\nhelp: name it: net.py::Net, net.py::Other"),
        (["net.py::Nett"], "net.py has no 'Nett'"),
        (["net.py::Net", "-i", "3,5"], "layer 'fc' (Linear) refuses [3, 5] float32"),
        (["net.py::Net", "-i", "3,x!"], "the input cannot be read"),
        (["net.py::NET"], "net.py has no 'NET'"),
    ],
)
def test_what_cannot_be_drawn_is_told(net: Path, arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_model_whose_input_is_not_known_asks_for_it(net: Path) -> None:
    (net / "relu.py").write_text("from torch import nn\nnet = nn.ReLU()\n")
    assert "the inputs of net are not known\nhelp: --input SHAPE gives them" in run("relu.py").stderr


def test_a_format_that_there_is_not(net: Path) -> None:
    assert "'png' is not one of dot, json, mermaid, svg" in run("net.py", "-f", "png").stderr


def test_the_picture_in_the_documentation_is_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    arguments = ("fixtures/forward_branches.py::UNetLike", "--input", "1,3,64,64", "--format", "svg")
    assert run(*arguments).stdout == (ROOT / "docs" / "unet.svg").read_text(encoding="utf-8")


def test_the_api_gives_a_networkx_graph(net: Path) -> None:
    graph = analyzer.graph("net.py::Net", inputs=["3,4"])
    assert list(graph) == ["i0", "e0", "e1", "o0"]
    assert graph.graph == {"name": "Net", "notes": ()}
    with pytest.raises(TargetError, match="holds 2 models"):
        analyzer.graph("net.py")
