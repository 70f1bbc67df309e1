"""The bench itself, on processes that do nothing: no times are asserted, only what becomes of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from scripts import bench
from scripts.bench_rows import Row

IDLE = (sys.executable, "-c", "")


def test_a_row_is_measured_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROWS", (Row("idle", IDLE, "idle", ("{torch_python}", "-c", ""), goal=0.0),))
    file = tmp_path / "bench.json"
    assert bench.main(["--torch-python", sys.executable, "--pairs", "2", "--output", str(file)]) == 0
    (row,) = json.loads(file.read_text())["rows"]
    assert row["reached"]
    assert min(row["ours"]["seconds"], row["ours"]["megabytes"], row["times_faster"]) > 0


def test_a_goal_not_reached_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROWS", (Row("idle", IDLE, "idle", IDLE, goal=1e9),))
    assert bench.main(["--pairs", "1"]) == 1


def test_rows_that_need_torch_are_skipped_without_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "ROWS", (Row("idle", IDLE, "torch", ("{torch_python}", "-c", ""), goal=1.0),))
    assert bench.main([]) == 0
    assert "skipped: idle" in capsys.readouterr().err


def test_a_command_that_fails_is_no_measurement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails = (sys.executable, "-c", "raise SystemExit('no such file')")
    monkeypatch.setattr(bench, "ROWS", (Row("fails", fails, "idle", IDLE, goal=1.0),))
    assert bench.main([]) == 2
    assert "no such file" in capsys.readouterr().err
