from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analyzer.cli.app import app

PLAIN = "from torch import nn\n\nnet = nn.Sequential(\n    nn.Linear(3, 4),\n    nn.ReLU(),  # [N, 3]  0\n)\n"
KEPT = PLAIN.replace("4),", "4),  # [N, 4]  16").replace("[N, 3]", "[N, 4]")


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weighbridge.toml").write_text("", encoding="utf-8")
    (tmp_path / "net.py").write_text(PLAIN, encoding="utf-8")
    return tmp_path / "net.py"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["annotate", *arguments])


def test_comments_are_written_once(file: Path) -> None:
    result = run()
    assert (result.exit_code, result.stderr) == (0, "2 comments in 1 file changed\n")
    assert file.read_text(encoding="utf-8") == KEPT
    result = run("net.py")
    assert (result.exit_code, result.stderr) == (0, "1 file read, nothing to change\n")


def test_check_lists_what_would_change(file: Path) -> None:
    result = run("--check")
    assert (result.exit_code, file.read_text(encoding="utf-8")) == (1, PLAIN)
    assert result.stdout == "net.py:4: # [N, 4]  16\nnet.py:5: # [N, 4]  0, not # [N, 3]  0\n"
    file.write_text("x = 1  # [N, 4]  16\n", encoding="utf-8")
    assert run("--check").stdout == "net.py:1: # [N, 4]  16 is not known\n"
    file.write_text(KEPT, encoding="utf-8")
    assert run("--check").exit_code == 0


def test_diff_shows_what_would_change(file: Path) -> None:
    result = run("--diff")
    assert (result.exit_code, file.read_text(encoding="utf-8")) == (1, PLAIN)
    assert "-    nn.Linear(3, 4),\n" in result.stdout
    assert "+    nn.Linear(3, 4),  # [N, 4]  16\n" in result.stdout


def test_files_are_named_from_where_the_reader_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent / "sub").mkdir()
    (file.parent / "sub" / "weighbridge.toml").write_text("", encoding="utf-8")
    (file.parent / "sub" / "net.py").write_text(PLAIN, encoding="utf-8")
    (file.parent / "sub" / "broken.py").write_text("(", encoding="utf-8")
    result = run("--check")
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["net.py"] * 2 + ["sub/net.py"] * 2
    assert (result.exit_code, "--> sub/broken.py:1" in result.stderr) == (2, True)
    monkeypatch.chdir(file.parent / "sub")
    assert [line.partition(":")[0] for line in run("..", "--check").stdout.splitlines()] == ["../net.py"] * 2 + [
        "net.py"
    ] * 2


def test_what_cannot_be_read_is_exit_code_two() -> None:
    assert run("nowhere.py").exit_code == 2
