"""`fixtures/hostile/`: source that wants to run, to hang, to fill the memory, or to deceive.

All of it is scanned in one process, with good models beside it.  Each file ends with a reason that has a place, and the
good models are reported as if nothing else were there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = ROOT / "fixtures" / "hostile"
FILES = sorted(path.name for path in HOSTILE.glob("*.py"))
MOST_MEMORY = 560_000_000
"""Of the process for all of them: a single one takes up to 340 MB, what others left behind comes on top."""

GOOD = """\
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return x + self.down(torch.relu(self.up(self.norm(x))))


class Net(nn.Module):
    def __init__(self, depth=12, widths=range(8, 9)):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(len("four") * max(widths)) for _ in range(depth)])
        self.head = nn.Conv2d(1, 2, 3)

    def forward(self, x):
        return self.head(self.blocks(x))
"""
PARAMETERS = 12 * (32 * 2 + 32 * 128 + 128 + 128 * 32 + 32) + 2 * 9 + 2

REASONS = {
    "class_equality": "decides itself which keys are equal",
    "class_getattribute": "decides itself what its attributes are",
    "class_long_names": "a name of 900,000 characters",
    "class_metaclass": "metaclass",
    "class_mro": "too many bases",
    "class_patched_builtins": "builtins.range is replaced",
    "class_patched_elsewhere": "Linear.__init__ is replaced",
    "class_patched_torch": "Linear.__init__ is replaced",
    "class_reassigned": "Third.__bases__ is replaced",
    "file_json": "nested too deep",
    "file_outside": "is not a file of the project",
    "file_pickle": "pickle.loads is not known",
    "file_yaml": "a YAML tag",
    "import_eval": "eval() is never followed",
    "class_prepare": "name 'depth' is not defined",
    "import_cycle": "imports this module first",
    "import_cycle_back": "imports this module first",
    "import_replaced_module": "sys.modules['torch.nn'] is replaced",
    "import_self": "cannot import name 'model'",
    "number_literal": "",
    "number_text": "Exceeds the limit (4300 digits)",
    "regex_many_groups": "a regular expression of 1900 groups",
    "system_exit": "SystemExit",
}
"""Part of a reason that is given, where it is not that something is over a limit."""

LIMITS = ("stopped after", "stopped at", "over", "more than", "nested", "too ", "never followed", "is not known")

EXACT = {
    "class_descriptor.py::Net": 200,
    "file_write.py::model": 20,
    "loop_forward.py::Net": 20,
    "model_forward_giant.py::Doubled": 20,
    "model_forward_giant.py::Net": 20,
    "model_two_thousand.py::model": 2000 * (10**12 + 10**6),
    "recursion_forward.py::Net": 20,
    "regex_catastrophic.py::Net": 25,
}
"""What these models hold, tricks or not: of some only the forward pass has no end."""

WITHOUT_REASON = {"class_descriptor.py", "file_write.py", "model_two_thousand.py", "regex_catastrophic.py"}
"""Files of which nothing is in doubt."""


def state(folder: Path) -> dict[str, int]:
    """When each file of a folder was last written to."""
    found = [Path(place, name) for place, folders, files in os.walk(folder) for name in (*folders, *files)]
    return {str(path): path.lstat().st_mtime_ns for path in found}


class Scan:
    """One scan of a folder in a process of its own."""

    def __init__(self, folder: Path) -> None:
        before = state(folder)
        command = [sys.executable, "-m", "analyzer", "scan", ".", "--shapes", "--format", "json", "--no-cache"]
        report, errors = folder.parent / "report.json", folder.parent / "errors.txt"
        with report.open("wb") as out, errors.open("wb") as err:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
            process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, env=environment)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.code = process.returncode
        self.memory = usage.ru_maxrss * 1024
        self.errors = errors.read_text()
        self.text = report.read_text()
        self.report: Any = json.loads(self.text)
        self.changed = {path for path, changed in state(folder).items() if before.get(path) != changed}
        self.removed = before.keys() - state(folder).keys()

    def models(self, file: str) -> list[Any]:
        return [model for model in self.report["models"] if model["file"] == file]

    def reasons(self, file: str) -> list[Any]:
        """Everything said of a file: reasons of its models, and problems."""
        models = self.models(file)
        unknown = [reason for model in models for reason in (*model["unknowns"], *model["not_followed"])]
        return [*unknown, *(p for p in self.report["problems"] if p["file"] == file)]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    folder = tmp_path_factory.mktemp("hostile") / "project"
    shutil.copytree(HOSTILE, folder)
    for name in ("a_good.py", "m_good.py", "z_good.py"):
        (folder / name).write_text(GOOD)
    (folder / "huge_file.py").write_text("x = 1\n" * 4_000_000)
    (folder / "huge_line.py").write_text("x = [" + "1, " * 300_000 + "]\n")
    (folder / "null_bytes.py").write_bytes(b"from torch import nn\n\0\nmodel = nn.Linear(4, 4)\n")
    (folder / "loop_of_links.py").symlink_to("loop_of_links.py")
    (folder / "folders").mkdir()
    (folder / "folders" / "again").symlink_to(folder, target_is_directory=True)
    (folder / "link_outside.txt").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe.py")
    return Scan(folder)


def test_it_ends_in_little_memory_and_without_a_fault(scan: Scan) -> None:
    assert scan.code == 2  # some files are no Python
    assert scan.memory < MOST_MEMORY
    for text in (scan.text, scan.errors):
        assert "internal error" not in text
        assert "Traceback" not in text


def test_nothing_of_it_runs(scan: Scan) -> None:
    assert not scan.changed
    assert not scan.removed


@pytest.mark.parametrize("file", ["a_good.py", "m_good.py", "z_good.py"])
def test_the_models_beside_it_are_unharmed(scan: Scan, file: str) -> None:
    found = {model["name"]: (model["status"], model["parameters"]["total"]) for model in scan.models(file)}
    assert found["Net"] == ("exact", PARAMETERS)
    assert found["Block"][0] == "symbolic"


@pytest.mark.parametrize("file", FILES)
def test_each_file_has_a_reason_with_a_place(scan: Scan, file: str) -> None:
    exact = {model["id"]: model["parameters"]["total"] for model in scan.models(file) if model["status"] == "exact"}
    assert exact == {name: total for name, total in EXACT.items() if name.startswith(f"{file}::")}
    reasons = scan.reasons(file)
    assert all(reason["line"] >= 1 for reason in reasons)
    if file in WITHOUT_REASON:
        return
    wanted = REASONS.get(file.removesuffix(".py"))
    said = [reason.get("reason") or reason.get("message") for reason in reasons]
    if wanted is None:
        assert any(limit in text for text in said for limit in LIMITS), said
    else:
        assert any(wanted in text for text in said), said


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("huge_file.py", "larger than 5000000 bytes"),
        ("huge_line.py", "more than 120,000 tokens"),
        ("null_bytes.py", "null"),
    ],
)
def test_files_that_are_not_kept_in_the_repository(scan: Scan, file: str, reason: str) -> None:
    assert reason in scan.errors


def test_every_file_says_what_it_attempts() -> None:
    assert len(FILES) >= 30
    for file in FILES:
        first = (HOSTILE / file).read_text().splitlines()[0]
        assert first.startswith('"""')
        assert first.endswith('."""')
