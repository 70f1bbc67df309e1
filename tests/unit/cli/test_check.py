from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analyzer.cli.app import app

NET = "import torch.nn.functional as F\n\ndef one(x):\n    return F.softmax(x)\n"
STALE = "x = 1  # weighbridge: ignore[WBT401]\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.weighbridge]\n", encoding="utf-8")
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin)


def test_findings_are_exit_code_one_and_clean_is_zero(project: Path) -> None:
    result = run("check", "--output-format", "concise")
    assert result.exit_code == 1
    assert result.stdout.startswith("net.py:4:12: WBT401 ")
    assert "1 file read" in result.stdout
    (project / "net.py").write_text("x = 1\n", encoding="utf-8")
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("check", "--exit-zero"), 0),
        (("check", "--ignore", "WBT401"), 0),
        (("check", "--select", "WBS,WBR"), 0),
        (("check", "--select", "WBS", "--extend-select", "softmax-without-dim"), 1),
        (("check", "--per-file-ignores", "net.py:WBT"), 0),
        (("check", "--exclude", "*.py"), 0),
        (("check", "net.py", "--exclude", "*.py"), 1),
        (("check", "net.py", "--exclude", "*.py", "--force-exclude"), 0),
        (("check", "nowhere.py"), 2),
        (("check", "--select", "nothing"), 2),
        (("check", "--output-format", "nothing"), 2),
        (("check", "--per-file-ignores", "net.py"), 2),
        (("check", "--baseline", "none.json"), 2),
        (("check", "--config", "none.toml"), 2),
        (("rule", "WBT401"), 0),
        (("rule", "--all"), 0),
        (("rule",), 2),
        (("rule", "WBT401", "--all"), 2),
        (("rule", "nothing"), 2),
        (("config",), 0),
        (("config", "budget"), 0),
        (("config", "budgte"), 2),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments).exit_code == code


def test_the_configuration_is_read_unless_isolated(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.weighbridge]\nignore = ["WBT"]\n', encoding="utf-8")
    assert run("check").exit_code == 0
    assert run("check", "--isolated").exit_code == 1
    assert run("check", "--select", "WBT401").exit_code == 1


@pytest.mark.parametrize("command", [["check"], ["scan", "net.py"], ["summary", "net.py"], ["annotate"]])
@pytest.mark.parametrize("shape", ["N,3,oops oops", "N,3:int9"])
def test_a_configured_input_that_cannot_be_read_is_an_error_with_its_line(
    project: Path, command: list[str], shape: str
) -> None:
    text = f'[tool.weighbridge.inputs]\n"*::Other" = {{ x = "N,3", y = "{shape}" }}\n'
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    result = run(*command)
    assert result.exit_code == 2
    assert 'error: inputs."*::Other" cannot be used: ' in result.stderr
    assert "--> pyproject.toml:2" in result.stderr


def test_fix_writes_and_diff_does_not(project: Path) -> None:
    file = project / "net.py"
    file.write_text(STALE, encoding="utf-8")
    result = run("check", "--diff")
    assert result.exit_code == 1
    assert "-x = 1  # weighbridge: ignore[WBT401]\n+x = 1\n" in result.stdout
    assert file.read_text(encoding="utf-8") == STALE
    result = run("check", "--fix")
    assert (result.exit_code, file.read_text(encoding="utf-8")) == (0, "x = 1\n")
    assert "1 fixed; no findings left" in result.stdout
    assert run("check", "--diff").exit_code == 0


def test_stdin_is_checked_as_the_file_it_will_be(project: Path) -> None:
    result = run("check", "--stdin-filename", "new.py", "-f", "concise", stdin=NET)
    assert (result.exit_code, result.stdout.partition(" ")[0]) == (1, "new.py:4:12:")
    result = run("check", "--stdin-filename", "new.py", "--fix", stdin=STALE)
    assert (result.exit_code, result.stdout) == (0, "x = 1\n")
    assert not (project / "new.py").exists()


def test_stdin_is_one_file() -> None:
    assert run("check", "-", "--stdin-filename", "new.py", stdin="x = 1\n").exit_code == 0
    for arguments in (["-"], ["other.py", "--stdin-filename", "new.py"]):
        result = run("check", *arguments, stdin="x = 1\n")
        assert result.exit_code == 2
        assert "--stdin-filename" in result.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["empty"], ["empty", "--fix"], ["empty", "--diff"], ["-f", "sarif", "empty"]]
)
def test_a_folder_without_python_is_nothing_to_check(project: Path, arguments: list[str]) -> None:
    (project / "net.py").unlink()
    (project / "empty").mkdir()
    (project / "empty" / "notes.txt").write_text("x", encoding="utf-8")
    result = run("check", *arguments)
    assert result.exit_code == 0
    assert "nothing to check" in result.stderr


def test_what_is_excluded_is_nothing_to_check() -> None:
    result = run("check", "net.py", "--exclude", "*.py", "--force-exclude")
    assert (result.exit_code, "nothing to check" in result.stderr) == (0, True)


@pytest.mark.parametrize("command", ["check", "scan", "summary", "annotate"])
def test_a_notebook_is_not_taken_for_python(project: Path, command: str) -> None:
    (project / "net.ipynb").write_text('{"cells": [], "nbformat": 4}', encoding="utf-8")
    result = run(command, "net.ipynb")
    assert result.exit_code == 2
    assert "net.ipynb is a notebook" in result.stderr
    assert "nbconvert" in result.stderr


def test_statistics_count_by_rule() -> None:
    assert run("check", "--statistics").stdout == "1  WBT401 softmax-without-dim\n"


def test_a_report_for_machines_goes_to_a_file_and_coverage_to_people(project: Path) -> None:
    result = run("check", "-f", "sarif", "-o", "out.sarif")
    assert result.exit_code == 1
    assert json.loads((project / "out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert result.stdout == ""
    assert "1 file read" in result.stderr


def test_files_are_named_from_where_the_reader_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "sub").mkdir()
    monkeypatch.chdir(project / "sub")
    assert run("check", "..", "-f", "concise").stdout.startswith("../net.py:4:12: ")
    (project / "broken.py").write_text("(", encoding="utf-8")
    assert "--> ../broken.py:1:1" in run("check", "..").stderr


@pytest.mark.parametrize(("form", "variable"), [("github", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR")])
def test_code_hosts_are_given_files_from_the_root_of_their_checkout(
    project: Path, monkeypatch: pytest.MonkeyPatch, form: str, variable: str
) -> None:
    nested(project, "sub", "")
    monkeypatch.chdir(project / "sub")
    monkeypatch.delenv(variable, raising=False)
    assert '"sub/net.py"' not in run("check", "-f", form).stdout.replace("file=sub/net.py,", '"sub/net.py"')
    monkeypatch.setenv(variable, str(project))
    assert '"sub/net.py"' in run("check", "-f", form).stdout.replace("file=sub/net.py,", '"sub/net.py"')
    assert run("check", "-f", "concise").stdout.startswith("net.py:4:12")
    monkeypatch.setenv(variable, str(project / "elsewhere"))
    assert '"sub/net.py"' not in run("check", "-f", form).stdout.replace("file=sub/net.py,", '"sub/net.py"')


def test_a_baseline_forgives_what_was_there_and_shrinks(project: Path) -> None:
    result = run("check", "--baseline", "write")
    assert result.exit_code == 0
    file = project / "weighbridge-baseline.json"
    assert json.loads(file.read_text(encoding="utf-8"))["findings"] == {"net.py::one": {"WBT401": 1}}
    assert run("check", "--baseline", file.name).exit_code == 0
    (project / "pyproject.toml").write_text(f'[tool.weighbridge]\nbaseline = "{file.name}"\n', encoding="utf-8")
    (project / "net.py").write_text("\n\n" + NET, encoding="utf-8")
    assert run("check").exit_code == 0
    (project / "net.py").write_text(NET + "def two(x):\n    return F.softmax(x)\n", encoding="utf-8")
    assert run("check").exit_code == 1
    (project / "net.py").write_text("x = 1\n", encoding="utf-8")
    assert run("check").exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["findings"] == {}


def test_a_baseline_loses_only_what_was_sought(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.weighbridge]\nbaseline = "known.json"\n', encoding="utf-8")
    (project / "gone.py").write_text(NET, encoding="utf-8")
    assert run("check", "--baseline", "write").exit_code == 0
    file = project / "known.json"
    written = file.read_text(encoding="utf-8")
    assert run("check", "--select", "WBS").exit_code == 0
    assert run("check", "net.py", "--ignore", "WBT401").exit_code == 0
    assert file.read_text(encoding="utf-8") == written
    (project / "gone.py").unlink()
    assert run("check").exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["findings"] == {"net.py::one": {"WBT401": 1}}


def test_importers_are_checked_where_that_is_asked_for(project: Path) -> None:
    (project / "user.py").write_text(f"import base\n{NET}", encoding="utf-8")
    (project / "base.py").write_text("x = 1\n", encoding="utf-8")
    assert run("check", "base.py").exit_code == 0
    result = run("check", "base.py", "--with-importers", "-f", "concise")
    assert (result.exit_code, result.stdout.partition(" ")[0]) == (1, "user.py:5:12:")
    assert "net.py" not in result.stdout


def test_a_rule_explains_itself() -> None:
    text = run("rule", "softmax-without-dim").stdout
    for heading in ("# WBT401", "## What it does", "## Why is this bad", "## Example", "## Use instead"):
        assert heading in text
    assert "WBT401 softmax-without-dim" in run("rule", "--all").stdout
    assert "WBT401 softmax-without-dim" in run("rule", "WBT").stdout


def test_config_lists_its_keys_and_its_schema() -> None:
    assert "per-file-ignores" in run("config").stdout
    assert json.loads(run("config", "--schema").stdout)["properties"]["budget"]["type"] == "array"


def nested(project: Path, name: str, settings: str) -> None:
    (project / name).mkdir()
    (project / name / "pyproject.toml").write_text(f"[tool.weighbridge]\n{settings}", encoding="utf-8")
    (project / name / "net.py").write_text(NET, encoding="utf-8")


def test_each_place_has_the_configuration_that_is_closest_to_it(project: Path) -> None:
    nested(project, "a", "")
    nested(project, "b", 'select = ["WBS"]\n')
    nested(project, "c", 'baseline = "known.json"\n')
    places = ["b/net.py", "a", "net.py", "c/net.py"]
    assert run("check", *places).exit_code == 2, "there is no such baseline"
    (project / "c" / "known.json").write_text('{"version": 1}', encoding="utf-8")
    result = run("check", *places, "-f", "concise")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.partition(" ")[0] for line in lines[:3]] == ["a/net.py:4:12:", "net.py:4:12:", "c/net.py:4:12:"]
    assert "4 files read" in lines[-1]
    document = json.loads(run("check", *places, "-f", "json").stdout)
    assert [finding["file"] for finding in document["findings"]] == ["a/net.py", "net.py", "c/net.py"]
    assert run("check", *places, "--baseline", "c/known.json").exit_code == 2
    assert run("check", *places, "--baseline", "write").exit_code == 0
    for folder, count in (("a", 1), ("b", 0), (".", 1), ("c", 1)):
        name = "known.json" if folder == "c" else "weighbridge-baseline.json"
        written = json.loads((project / folder / name).read_text(encoding="utf-8"))
        assert len(written["findings"]) == count
    assert run("check", "c/net.py").exit_code == 0


def test_writing_the_baseline_for_some_files_keeps_what_it_says_of_others(project: Path) -> None:
    model = "from torch import nn\n\nnet = nn.Linear(3, 4)\n"
    for name in ("one.py", "two.py", "gone.py"):
        (project / name).write_text(model + NET, encoding="utf-8")
    run("check", "--baseline", "write")
    file = project / "weighbridge-baseline.json"
    before = json.loads(file.read_text(encoding="utf-8"))
    assert set(before["models"]) == {"one.py::net", "two.py::net", "gone.py::net"}
    (project / "gone.py").unlink()
    (project / "one.py").write_text(model.replace("3, 4", "3, 5"), encoding="utf-8")
    result = run("check", "one.py", "--baseline", "write")
    assert "2 other files as before" in result.stderr
    after = json.loads(file.read_text(encoding="utf-8"))
    assert after["models"] == {
        "one.py::net": {"parameters": 20, "trainable": 20},
        "two.py::net": before["models"]["two.py::net"],
    }
    assert set(after["findings"]) == {"net.py::one", "two.py::one"}
    (project / "two.py").write_text(NET + "x = 1  # weighbridge: ignore[]\n", encoding="utf-8")
    run("check", "--select", "WBD502", "--baseline", "write")
    after = json.loads(file.read_text(encoding="utf-8"))
    assert after["findings"] == {
        "net.py::one": {"WBT401": 1},
        "two.py::one": {"WBT401": 1},
        "two.py": {"WBD502": 1},
    }


def test_a_folder_below_with_a_configuration_goes_by_its_own(project: Path) -> None:
    nested(project, "a", 'select = ["WBS"]\n')
    nested(project, "b", "")
    (project / "b" / "a").mkdir()
    (project / "b" / "a" / "net.py").write_text(NET, encoding="utf-8")
    nested(project / "b", "c [x]", 'ignore = ["WBT401"]\n')
    for places in ([], ["."], [str(project)], ["a", "b", "net.py"]):
        lines = run("check", *places, "-f", "concise").stdout.splitlines()
        assert sorted(line.partition(" ")[0] for line in lines[:-2]) == [
            "b/a/net.py:4:12:",
            "b/net.py:4:12:",
            "net.py:4:12:",
        ]
        assert "5 files read" in lines[-1]
    assert "3 files read" in run("check", "--exclude", "/a").stdout, "from the root of each project"
    assert "5 files read" in run("check", "--isolated").stdout
    assert len(run("check", "--config", "b/c [x]/pyproject.toml", "-f", "concise").stdout.splitlines()) == 2
    (project / "b" / "pyproject.toml").write_text("[tool.weighbridge]\nselct = 3\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 2
    assert "--> b/pyproject.toml:2" in result.stderr
