from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import analyzer
from analyzer import weighing
from analyzer.cli.app import app
from analyzer.report import Finding, Problem, Report, Severity, Span
from analyzer.reports.json import line
from tests.unit.reports.samples import failed, nested, partial, report, seed, symbolic

PROBLEM = Problem("no model named `Nett` in net.py", Span("net.py", 4, 7), "did you mean `Net`?", "class Net:")


class Api:
    """Stands for the package's API: remembers what it was asked and answers with a given report."""

    def __init__(self, answer: Report) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    def summary(self, targets: Sequence[str], **more: Any) -> Report:
        self.asked = {"targets": targets, **more}
        return self.answer

    def scan(self, paths: Sequence[str], **more: Any) -> Report:
        self.asked = {"paths": paths, **more}
        return self.answer

    def scan_lines(self, paths: Sequence[str], **more: Any) -> tuple[Report, list[weighing.Line]]:
        blob = zlib.compress(b"\n".join(map(line, self.answer.models)))
        return self.scan(paths, **more), [weighing.Line(blob, number) for number in range(len(self.answer.models))]

    def dump(self, stage: str, target: str, **more: Any) -> str:
        self.asked = {"stage": stage, "target": target, **more}
        return "stage text"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Api:
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    stand_in = Api(report(seed()))
    monkeypatch.setattr(analyzer, "dump", stand_in.dump)
    for name in ("summary", "scan", "scan_lines"):
        monkeypatch.setattr(weighing, name, getattr(stand_in, name))
    return stand_in


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_summary_passes_on_what_it_is_told(api: Api) -> None:
    result = run("summary", "a.py::A", "b.py", "--input", "N,3", "-i", "x=1:int64", "--set", "d=3", "--dtype", "int8")
    assert result.exit_code == 0
    assert api.asked["targets"] == ["a.py::A", "b.py"]
    assert api.asked["inputs"] == ["N,3", "x=1:int64"]
    assert api.asked["options"].assume == {"d": 3}
    assert api.asked["options"].dtype == "int8"


def test_summary_prints_the_table_uncut_and_without_colour(api: Api) -> None:
    result = run("summary", "net.py")
    assert "5,852,234" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_the_environment_decides_on_colour_and_width(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in run("summary", "net.py").stdout
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in run("summary", "net.py").stdout
    monkeypatch.setenv("COLUMNS", "60")
    assert max(len(line) for line in run("summary", "net.py").stdout.splitlines()) <= 60


def test_depth_columns_and_names_reach_the_table(api: Api) -> None:
    api.answer = report(nested())
    text = run("summary", "n.py", "--depth", "1", "--columns", "num_params, mult_adds").stdout
    assert "Sequential +6" in text
    assert "Mult-adds" in text
    assert "Output shape" not in text
    assert "Conv2d-1" in run("summary", "n.py", "--layers-named", "index").stdout


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda one: one, 0),
        (lambda one: replace(one, findings=(Finding(Span("a", 1), "W1", "w", Severity.ERROR, "m"),)), 1),
        (lambda one: report(failed()), 1),
        (lambda one: report(partial(), symbolic()), 0),
        (lambda one: replace(one, problems=(PROBLEM,)), 2),
    ],
)
def test_exit_codes(api: Api, change: Callable[[Report], Report], code: int) -> None:
    api.answer = change(api.answer)
    assert run("summary", "net.py").exit_code == code


def test_problems_go_to_stderr_and_the_rest_is_still_reported(api: Api) -> None:
    api.answer = replace(api.answer, problems=(PROBLEM, Problem("no such file: x.py")))
    result = run("summary", "net.py", "net.py::Nett", "x.py", "--format", "json")
    assert json.loads(result.stdout)["models"][0]["parameters"]["total"] == 5852234
    assert "error: no model named `Nett` in net.py\n  --> net.py:4:7\n" in result.stderr
    assert "help: did you mean `Net`?\n\nerror: no such file: x.py\n" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("summary",), "Missing argument"),
        (("summary", "a.py", "--format", "jsn"), "is not one of csv, json, markdown, openmetrics, table"),
        (("summary", "a.py", "--columns", "num_param"), "did you mean num_params?"),
        (("summary", "a.py", "--set", "depth"), "is not NAME=VALUE"),
        (("summary", "a.py", "--depth", "-1"), "'--depth'"),
        (("summary", "a.py", "--config", "none.toml"), "cannot read the configuration"),
        (("dump", "ast", "a.py"), "ast"),
        (("frobnicate",), "No such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_word(api: Api, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_wrong_configuration_is_shown_with_its_line(api: Api, tmp_path: Path) -> None:
    (tmp_path / "weighbridge.toml").write_text("\nserch-path = []\n", encoding="utf-8")
    result = run("scan", ".")
    assert result.exit_code == 2
    assert "--> weighbridge.toml:2" in result.stderr
    assert "serch-path = []" in result.stderr
    assert 'help: did you mean "search-path"?' in result.stderr


def test_scan_passes_on_what_it_is_told(api: Api) -> None:
    result = run("scan", "src", "lib", "--layers", "--shapes")
    assert result.exit_code == 0
    assert api.asked["paths"] == ["src", "lib"]
    assert api.asked["layers"] is True
    assert api.asked["shapes"] is True
    api.asked["means"].progress(1, 2, "a.py")
    assert "Conv2d" in result.stdout


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("file", ["Block", "model", "net"]),
        ("name", ["Block", "model", "net"]),
        ("size", ["model", "net", "Block"]),
    ],
)
def test_scan_sorts(api: Api, sort: str, order: list[str]) -> None:
    small = replace(nested(), span=Span("z.py", 1))
    api.answer = report(small, seed(), symbolic())
    models = json.loads(run("scan", ".", "--sort", sort, "--format", "json").stdout)["models"]
    assert [model["name"] for model in models] == order


def test_csv_says_on_stderr_what_was_not_understood(api: Api) -> None:
    api.answer = report(seed(), partial())
    result = run("scan", ".", "--format", "csv")
    assert "2 models: 1 exact, 1 partial" in result.stderr
    assert len(result.stdout.splitlines()) == 3


def test_a_report_can_go_to_a_file(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run("scan", ".", "-o", "out.txt")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "5,852,234" in (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert "\x1b" not in (tmp_path / "out.txt").read_text(encoding="utf-8")
    result = run("scan", ".", "-o", "missing/out.txt")
    assert result.exit_code == 2
    assert "cannot write missing/out.txt: No such file or directory" in result.stderr


def test_dump_prints_a_stage(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = ModuleType("analyzer.errors")

    class TargetError(Exception):
        problem = PROBLEM

    errors.TargetError = TargetError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "analyzer.errors", errors)
    result = run("dump", "trace", "net.py::Net", "-i", "1,3")
    assert (result.exit_code, result.stdout) == (0, "stage text\n")
    assert (api.asked["stage"], api.asked["inputs"]) == ("trace", ["1,3"])

    def refuse(stage: str, target: str, **more: Any) -> str:
        raise TargetError

    monkeypatch.setattr(analyzer, "dump", refuse)
    result = run("dump", "ir", "net.py::Nett")
    assert result.exit_code == 2
    assert "no model named `Nett`" in result.stderr
