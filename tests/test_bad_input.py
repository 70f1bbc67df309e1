"""Bad input gives one clear message and its exit code, never a traceback, and the other targets are still reported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = "from torch import nn\nmodel = nn.Sequential(nn.Linear(3, 4))\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a whole process, in a folder of its own."""
    command = [sys.executable, "-m", "analyzer", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "good.py").write_text(GOOD)
    return tmp_path


CASES = {
    "not python": (b"def f(:\n", "bad.py:1"),
    "null byte": (b"x = 1\0\n", "null byte"),
    "wrong encoding": (b"x = '\xe9'\n", "utf-8"),
    "unknown encoding": (b"# coding: nonsense\nx = 1\n", "nonsense"),
    "no model": (b"x = 1\n", "no model"),
    "empty": (b"", "no model"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_cannot_be_used_is_one_message(folder: Path, case: str) -> None:
    content, said = CASES[case]
    (folder / "bad.py").write_bytes(content)
    done = run(folder, "summary", "bad.py", "good.py")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr
    assert "good.py::model" in done.stdout


def test_a_syntax_error_shows_its_line(folder: Path) -> None:
    (folder / "bad.py").write_text("import torch\nmodel = torch.nn.Linear(3, 4\n")
    done = run(folder, "summary", "bad.py")
    assert done.returncode == 2
    assert "bad.py:2" in done.stderr or "bad.py:3" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_file_names_the_nearest(folder: Path) -> None:
    done = run(folder, "summary", "god.py", "good.py")
    assert done.returncode == 2
    assert "no such file: god.py" in done.stderr
    assert "good.py" in done.stderr
    assert "good.py::model" in done.stdout


def test_a_missing_name_names_the_nearest(folder: Path) -> None:
    done = run(folder, "summary", "good.py::modell")
    assert done.returncode == 2
    assert "did you mean 'model'?" in done.stderr


@pytest.mark.parametrize("shape", ["3,x!", "1,,3", "-1,3", "1,3:float99"])
def test_a_shape_that_cannot_be_read(folder: Path, shape: str) -> None:
    done = run(folder, "summary", "good.py::model", "--input", shape)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "input" in done.stderr


def test_a_refused_shape_names_the_layer_its_line_and_what_would_fit(folder: Path) -> None:
    done = run(folder, "summary", "good.py::model", "--input", "2,5")
    assert done.returncode == 2
    for part in ("layer '0' (Linear)", "good.py:2", "2x5 and 3x4", "in_features should be 5, it is 3"):
        assert part in done.stderr


def test_an_expression_that_cannot_be_read(folder: Path) -> None:
    done = run(folder, "summary", "good.py::nn.Linear(3,")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_without_read_permission_or_python_is_no_traceback(folder: Path) -> None:
    (folder / "empty").mkdir()
    done = run(folder, "scan", "empty", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
