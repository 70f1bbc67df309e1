from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from analyzer.cli.app import app
from analyzer.cli.progress import drawn
from tests.unit.review.scratch import Scratch, scratch

NET = "from torch import nn\nnet = nn.Linear({}, 3)\n"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    repository = scratch(tmp_path / "proj")
    monkeypatch.chdir(repository.top)
    repository.commit({"net.py": NET.format(4)}, "first")
    repository.commit({"README": "words"}, "words")
    repository.commit({"net.py": NET.format(8)}, "wider \x1b[2J")
    return repository


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["history", *arguments, "--no-cache"])


def test_prints_a_table_of_changes(made: Scratch) -> None:
    result = run("net.py::net")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "net.py::net"
    assert lines[2].split() == ["Date", "Commit", "Parameters", "Δ", "%", "Subject"]
    assert lines[4].split()[2:] == ["15", "+15", "first"]
    assert lines[5].split(maxsplit=6)[2:] == ["27", "+12", "+80.0", "%", r"wider \x1b[2J"]
    assert result.stderr == ""
    assert len(run("net.py::net", "--all").stdout.splitlines()) == len(lines) + 1


def test_writes_other_formats_to_a_file(made: Scratch, tmp_path: Path) -> None:
    file = tmp_path / "net.svg"
    assert run("net.py::net", "--format", "svg", "-o", str(file)).exit_code == 0
    assert ElementTree.parse(file).getroot().tag.endswith("svg")
    document = json.loads(run("net.py::net", "--format", "json", "--since", "HEAD~1", "--first-parent").stdout)
    assert [one["parameters"]["delta"] for one in document["commits"]] == [12]
    assert len(run("net.py::net", "--format", "csv", "--until", "HEAD~1").stdout.splitlines()) == 3


def test_the_command_line_has_a_say_in_what_is_built(made: Scratch) -> None:
    made.commit({"net.py": "from torch import nn\ndef make(width): return nn.Linear(width, 3)\n"})
    assert " 33 " in run("net.py::make(10)").stdout
    made.commit({"net.py": "from torch import nn\nclass Net(nn.Linear):\n    def __init__(self, width):\n"
                           "        super().__init__(width, 3)\n"})  # fmt: skip
    result = run("net.py::Net", "--set", "width=10", "--input", "2,10")
    assert result.stdout.splitlines()[4].split()[2:5] == ["33", "+33", "60"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("net.py",), "names no model"),
        (("net.py::net", "--since", "v9"), "no commit is named v9"),
        (("net.py::net", "--until", "2001-01-01"), "no commit in that time"),
        (("net.py::net", "--format", "pdf"), "not one of csv, json, svg, table"),
        (("net.py::net", "--input", "1,,-"), "the input cannot be read"),
    ],
)
def test_what_cannot_be_used(made: Scratch, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("net.py::net")
    assert result.exit_code == 2
    assert "not in the work tree of a git repository" in result.stderr


def test_progress_counts_commits() -> None:
    assert "3/9 commits  12/s  5f2c1a9  wider" in drawn(3, 9, "5f2c1a9  wider", 12, 100, "commits")
