"""What cannot be read or found: one clear message each, exit code 2, and the other targets all the same."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

import analyzer
from analyzer.cli.app import app

GOOD = """from torch import nn

model = nn.Linear(4, 5)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)

    def forward(self, x):
        return self.fc(x)
"""
ROW = "good.py::Net,exact,fc,Linear"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.py").write_text(GOOD)
    return tmp_path


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


def run(*arguments: str) -> Said:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert "internal error" not in result.output
    return Said(result.exit_code, result.stdout, result.stderr)


def errors(said: Said) -> list[str]:
    return [line for line in said.err.splitlines() if line.startswith("error: ")]


FILES = {
    "not_utf8.py": (b"x = '\xe9'\n", "error: byte 0xe9 is not utf-8\n  --> not_utf8.py:1:6\n"),
    "later.py": (b"a = 1\nb = 2\nx = '\xe9'\n", "error: byte 0xe9 is not utf-8\n  --> later.py:3:6\n"),
    "cookie.py": (b"# coding: klingon\nx = 1\n", "error: unknown encoding: klingon\n  --> cookie.py:1:1\n"),
    "null.py": (b"x = 1\ny = 2\0\n", "error: source holds a null byte\n  --> null.py:2:1\n"),
    "utf16.py": ("x = 1\n".encode("utf-16"), "error: source holds a null byte\n  --> utf16.py:1:1\n"),
    "binary.py": (bytes(range(256)) * 20, "error: source holds a null byte\n  --> binary.py:1:1\n"),
    "syntax.py": (b"x = 1\nclass :\n    pass\n", "--> syntax.py:2:7\n   |\n 2 | class :\n   |       ^\n"),
    "old.py": (b"print 'hello'\n", "  --> old.py:1:1\n   |\n 1 | print 'hello'\n   | ^\n"),
    "half.py": (b"from torch import nn\nx =", "  --> half.py:2:4\n   |\n 2 | x =\n   |    ^\n"),
    "prose.py": (b"This is not Python.\n", "  --> prose.py:1:20\n   |\n 1 | This is not Python.\n"),
    "empty.py": (b"", "error: empty.py holds no model\nhelp: "),
    "comments.py": (b"# nothing here\n", "error: comments.py holds no model\nhelp: "),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_told_once_and_the_others_are_reported(here: Path, name: str) -> None:
    data, message = FILES[name]
    (here / name).write_bytes(data)
    said = run("summary", name, "good.py::Net", "--format", "csv")
    assert said.code == 2
    assert message in said.err
    assert len(errors(said)) == 1
    assert ROW in said.out


def test_a_scan_reports_what_it_can_read(here: Path) -> None:
    for name, (data, _) in FILES.items():
        (here / name).write_bytes(data)
    said = run("scan", ".", "--format", "csv")
    assert said.code == 2
    assert len(errors(said)) == len(FILES) - 2  # to hold no model is no error in a scan
    assert "good.py::Net" in said.out
    assert "good.py::model" in said.out


PLACES = {
    "missing.py": "error: no such file: missing.py\n",
    "goood.py": "error: no such file: goood.py\nhelp: did you mean good.py?\n",
    "folder": "error: folder is a folder\nhelp: ",
    "": "error: . is a folder\nhelp: ",
    "loop": "error: cannot read loop: a loop of symbolic links\n",
    "broken": "error: no such file: broken\n",
    "pipe": "error: cannot read pipe: not a regular file\n",
    "n" * 5000: "File name too long",
}


@pytest.mark.parametrize("name", PLACES)
def test_a_place_that_is_no_file_is_told_once_and_the_others_are_reported(here: Path, name: str) -> None:
    (here / "folder").mkdir()
    os.symlink("loop", here / "loop")  # noqa: PTH211
    os.symlink("nowhere", here / "broken")  # noqa: PTH211
    os.mkfifo(here / "pipe")
    said = run("summary", name, "good.py::Net", "--format", "csv")
    assert said.code == 2
    assert PLACES[name] in said.err
    assert len(errors(said)) == 1
    assert ROW in said.out


@pytest.mark.parametrize("name", ["missing", "loop", "broken", "pipe", "n" * 5000])
@pytest.mark.parametrize("command", ["scan", "check"])
def test_folders_and_files_are_walked_beside_what_is_not_there(here: Path, command: str, name: str) -> None:
    os.symlink("loop", here / "loop")  # noqa: PTH211
    os.symlink("nowhere", here / "broken")  # noqa: PTH211
    os.mkfifo(here / "pipe")
    said = run(command, name, ".")
    assert said.code == 2
    assert len(errors(said)) == 1
    assert "1 file read" in said.out


def test_a_scan_follows_no_link_out_of_its_folder(here: Path) -> None:
    (here / "inner").mkdir()
    (here / "inner" / "net.py").write_text(GOOD)
    os.symlink(here / "good.py", here / "inner" / "outside.py")  # noqa: PTH211
    os.symlink("/etc", here / "inner" / "etc")  # noqa: PTH211
    os.symlink("..", here / "inner" / "above")  # noqa: PTH211
    said = run("scan", "inner", "--format", "csv")
    assert (said.code, said.err) == (0, "1 file read, 2 models: 2 exact\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read(here: Path) -> None:
    (here / "secret.py").write_text(GOOD)
    (here / "secret.py").chmod(0)
    said = run("summary", "secret.py", "good.py::Net", "--format", "csv")
    assert (said.code, errors(said)) == (2, ["error: cannot read secret.py: Permission denied"])
    assert ROW in said.out


TARGETS = {
    "good.py::Nett": "error: good.py has no 'Nett'\nhelp: did you mean 'Net'?\n",
    "good.py::modle": "error: good.py has no 'modle'\nhelp: did you mean 'model'?\n",
    "good.py::zzz": "error: good.py has no 'zzz'\nhelp: it has model, Net\n",
    "good.py::nn": "error: good.py::nn gives no module\nhelp: ",
    "good.py::3": "error: good.py::3 gives no module\nhelp: ",
    "good.py::": "error: '' is not one expression\nhelp: ",
    "good.py::x = 1": "error: 'x = 1' is not one expression\nhelp: ",
    "good.py::Net(": "error: the expression of the target cannot be read: '(' was never closed\n",
    "good.py::" + "(" * 5000: "more than 100 nested brackets\n",
}


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_is_not_there_is_told_with_the_nearest_names(here: Path, target: str) -> None:
    said = run("summary", target, "good.py::Net", "--format", "csv")
    assert said.code == 2
    assert TARGETS[target] in said.err
    assert len(errors(said)) == 1
    assert len(said.err) < 1000
    assert ROW in said.out


@pytest.mark.parametrize("target", ["good.py::Net(1)", "good.py::nothing()", "good.py::Net() + 1"])
def test_an_expression_that_raises_is_a_finding_with_its_reason(here: Path, target: str) -> None:
    said = run("summary", target)
    assert said.code == 1
    assert "Error: " in said.out


SHAPES = {
    "3x-4": "'3x-4' is not an expression of integers, at character 2",
    "N,3:floot": "'floot' is not a dtype of torch",
    "N,,3": "",
    "N;3": "",
    "N,3**9999999": "",
    "9" * 5000: "",
    "(" * 5000: "",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("command", [("summary",), ("dump", "trace"), ("graph",)])
def test_a_shape_that_cannot_be_read(here: Path, command: tuple[str, ...], shape: str) -> None:
    said = run(*command, "good.py::Net", "--input", shape)
    assert said.code == 2
    (message,) = errors(said)
    assert message.startswith(f"error: the input cannot be read: {SHAPES[shape]}")
    assert len(said.err) < 1000


def test_a_shape_of_the_configuration_that_cannot_be_read(here: Path) -> None:
    (here / "weighbridge.toml").write_text('[inputs]\n"*::Net" = "N,3:floot"\n')
    said = run("summary", "good.py")
    assert said.code == 2
    assert errors(said) == ["error: inputs.\"*::Net\" cannot be used: 'floot' is not a dtype of torch"]


def test_a_shape_that_the_model_refuses(here: Path) -> None:
    said = run("summary", "good.py::Net", "good.py::model", "--input", "N,4", "--format", "csv")
    assert said.code == 2
    (message,) = errors(said)
    assert message == (
        "error: layer 'fc' (Linear) refuses [N, 4] float32: mat1 and mat2 shapes cannot be multiplied (Nx4 and 3x4)"
    )
    assert "--> good.py:9:19" in said.err
    assert "help: in_features should be 4, it is 3" in said.err
    assert 'good.py::model,exact,(itself),Linear,"[N, 5]",25' in said.out


def test_inputs_that_the_code_of_the_model_refuses(here: Path) -> None:
    said = run("summary", "good.py::Net", "--input", "N,3", "--input", "N,3")
    assert said.code == 2
    assert errors(said) == ["error: Net raises TypeError: forward() takes 2 positional arguments but 3 were given"]
    (here / "square.py").write_text(
        GOOD.replace("        return", '        assert x.shape[0] == 1, "one at a time"\n        return')
    )
    said = run("summary", "square.py::Net", "good.py::Net", "--input", "2,3", "--format", "csv")
    assert said.code == 2
    assert "error: Net raises AssertionError: one at a time\n   --> square.py:12:9\n" in said.err
    assert ROW in said.out


def test_the_api_tells_of_names_that_no_file_can_have(here: Path) -> None:
    for report in (analyzer.summary(["no\0thing.py", "good.py::Net"]), analyzer.scan(["no\0thing.py", "good.py"])):
        (problem,) = report.problems
        assert "internal error" not in problem.message
        assert report.models[-1].parameters.total == 16
