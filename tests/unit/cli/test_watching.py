"""`check --watch` checks again once something has changed and then stays as it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.cli.watching import PAUSE, QUIET, snapshot, watch

ROOT = Path(__file__).parents[3]


def told(looks: list[dict[str, tuple[int, int, int]]]) -> list[str]:
    """What is done while the looks follow one another, and then somebody presses Ctrl-C."""
    done: list[str] = []
    left: Iterator[dict[str, tuple[int, int, int]]] = iter(looks)

    def look() -> dict[str, tuple[int, int, int]]:
        found = next(left, None)
        if found is None:
            raise KeyboardInterrupt
        return found

    def wait(seconds: float) -> None:
        done.append({PAUSE: "pause", QUIET: "quiet"}[seconds])

    watch(lambda: done.append("check"), look, wait, lambda: done.append("clear"))
    return done


def test_it_checks_at_once_and_then_waits() -> None:
    old = {"a.py": (1, 1, 1)}
    assert told([old, old, old]) == ["check", "pause", "pause", "pause"]


def test_it_checks_again_when_changes_have_come_to_rest() -> None:
    one, two, three = ({"a.py": (1, number, 1)} for number in range(3))
    assert told([one, two, three, three]) == ["check", "pause", "quiet", "quiet", "clear", "check", "pause"]


def test_a_change_while_it_checks_is_not_lost() -> None:
    one, two = {"a.py": (1, 1, 1)}, {"a.py": (1, 2, 1)}
    assert told([one, two, two, two]).count("check") == 2


def test_an_interrupt_while_it_checks_ends_it_too() -> None:
    def check() -> None:
        raise KeyboardInterrupt

    watch(check, dict, lambda seconds: None, lambda: None)


def test_new_files_changed_files_and_files_that_are_gone_are_seen(tmp_path: Path) -> None:
    config = tmp_path / "weighbridge.toml"
    before = snapshot([tmp_path, config])
    assert before == {}
    (tmp_path / "net.py").write_text("x = 1\n")
    config.write_text("")
    after = snapshot([tmp_path, config])
    assert set(after) == {str(tmp_path / "net.py"), str(config)}
    (tmp_path / "net.py").write_text("x = 22\n")
    assert snapshot([tmp_path, config]) != after


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs signals")
def test_the_command_checks_until_it_is_interrupted(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    net = tmp_path / "net.py"
    net.write_text("from torch import nn\n\nhead = nn.Linear(3, 4)\n")
    command = [sys.executable, "-m", "analyzer", "check", str(tmp_path), "--watch", "--output-format", "concise"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores it
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(0.1)
    net.write_text("from torch import nn\n\nhead = nn.Softmax()\n")
    lines = iter(process.stdout.readline, "")
    assert any("WBT401" in line for line in lines)
    os.killpg(process.pid, signal.SIGINT)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == 0
    assert "\x1b" not in first + rest
