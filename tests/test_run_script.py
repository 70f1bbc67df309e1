"""The one-command set-up, its steps recorded instead of run: what it makes, when, and what it says when it cannot."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from scripts import run


class Became(BaseException):
    """Stands for the process that `execve` turns into."""


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A checkout without an environment, and the commands that its set-up runs."""
    done: list[tuple[str, ...]] = []

    def call(_purpose: str, *command: str) -> None:
        done.append(command)
        run.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        run.PYTHON.touch()

    def execve(program: str, command: list[str], environment: dict[str, str]) -> None:
        raise Became(program, command, environment)

    (tmp_path / "pyproject.toml").write_text("[project]")
    for name, place in {"ROOT": ".", "VENV": "venv", "BIN": "venv/bin", "PYTHON": "venv/bin/python"}.items():
        monkeypatch.setattr(run, name, tmp_path / place)
    monkeypatch.setattr(run, "STAMP", tmp_path / "venv" / "stamp")
    monkeypatch.setattr(run, "call", call)
    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/bin/{name}" if name != "nothing" else None)
    return done


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    found: Any = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else found(name))


def test_the_environment_is_made_once_and_the_command_started_in_it(
    steps: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch)
    for _ in range(2):
        with pytest.raises(Became) as became:
            run.main(["pytest", "-q"])
        program, command, environment = became.value.args
        assert (program, command) == ("/bin/pytest", ["/bin/pytest", "-q"])
        assert environment["PATH"].startswith(str(run.BIN) + os.pathsep)
        assert environment["VIRTUAL_ENV"] == str(run.VENV)
    make, install = steps
    assert make[1:] == ("-m", "venv", "--clear", str(run.VENV))
    assert install[-2:] == ("--editable", f"{run.ROOT}[dev]")


def test_a_changed_project_is_installed_again_into_the_same_environment(steps: list[tuple[str, ...]]) -> None:
    with pytest.raises(Became):
        run.main(["pytest"])
    (run.ROOT / "pyproject.toml").write_text("[project]  # changed")
    steps.clear()
    with pytest.raises(Became):
        run.main(["pytest"])
    assert [command[1:4] for command in steps] == [("-m", "pip", "install")]


def test_an_environment_whose_python_is_gone_is_made_again(steps: list[tuple[str, ...]]) -> None:
    with pytest.raises(Became):
        run.main(["pytest"])
    run.PYTHON.unlink()
    steps.clear()
    with pytest.raises(Became):
        run.main(["pytest"])
    assert len(steps) == 2


def test_without_ensurepip_the_systems_pip_fills_it(
    steps: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "ensurepip")
    with pytest.raises(Became):
        run.main(["pytest"])
    make, install = steps
    assert "--without-pip" in make
    assert install[1:5] == ("-m", "pip", "--python", str(run.PYTHON))


def test_without_any_pip_the_message_says_what_to_install(
    steps: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without(monkeypatch, "ensurepip", "pip")
    assert run.main(["pytest"]) == 2
    assert not steps
    assert "apt install python3-venv" in capsys.readouterr().err


def test_an_unknown_command_is_told(steps: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["nothing"]) == 2
    assert "no command nothing" in capsys.readouterr().err


def test_no_command_shows_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([]) == 2
    assert run.main(["--help"]) == 0
    assert "scripts/run.py pytest" in capsys.readouterr().out
