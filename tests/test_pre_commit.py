"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit on a scratch git repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}

BLOCKS = """\
from torch import nn


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.one = nn.Linear(8, size)
        self.two = nn.Linear(16, 2)

    def forward(self, x):
        return self.two(self.one(x))
"""
NET = "from parts import *\n\nnet = Block(16)\n"
PARTS = "from .blocks import Block\n"
DROPOUT = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return F.dropout(self.fc(x))
"""
SETTINGS = '[tool.weighbridge]\nexclude = ["legacy"]\n\n[[tool.weighbridge.budget]]\nmax-parameters = "1k"\n'


class Scratch:
    """A git repository."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root = root
        self.environment = environment
        self.run("git", "init", "--quiet", "--initial-branch", "main")

    def fill(self) -> None:
        """Models and a budget."""
        self.write("pyproject.toml", SETTINGS)
        self.write("parts/__init__.py", PARTS)
        self.write("parts/blocks.py", BLOCKS)
        self.write("net.py", NET)
        self.write("README.md", "text\n")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def configure_local(self, *arguments: str) -> None:
        """The hooks as they are written, run by this Python and not by one that is made for them."""
        hooks = []
        for hook in HOOKS.values():
            program, _, rest = hook["entry"].partition(" ")
            assert program == "weighbridge"
            entry = f'"{sys.executable}" -m analyzer {rest}'
            args = list(arguments) if hook["id"] == "weighbridge-check" else []
            hooks.append({**hook, "entry": entry, "language": "system", "args": args})
        self.environment["PYTHONPATH"] = str(ROOT)
        self.configure({"repo": "local", "hooks": hooks})

    def configure(self, *repos: dict[str, Any]) -> None:
        self.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": list(repos)}))

    def hook(self, *arguments: str) -> tuple[int, str]:
        """What pre-commit says of what is staged: its exit code and its output."""
        self.run("git", "add", "--all")
        done = self.run(sys.executable, "-m", "pre_commit", "run", "--color", "never", *arguments, check=False)
        return done.returncode, done.stdout + done.stderr

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", "state")

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, env=self.environment, check=check, capture_output=True, encoding="utf-8"
        )


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    root = tmp_path / "project"
    root.mkdir()
    own = {name: text for name, text in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    home = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    repository = Scratch(root, {**own, **who, **home, "PYTHONIOENCODING": "utf-8"})
    repository.fill()
    return repository


def test_the_hooks_pass_on_what_is_right_and_skip_what_is_none_of_theirs(scratch: Scratch) -> None:
    scratch.configure_local()
    code, text = scratch.hook()
    assert code == 0, text
    assert text.count("Passed") == 2
    scratch.commit()
    code, text = scratch.hook()
    assert (code, text.count("Skipped")) == (0, 2), text
    scratch.write("README.md", "other text\n")
    code, text = scratch.hook()
    assert (code, text.count("(no files to check)Skipped")) == (0, 2), text


def test_a_changed_file_fails_through_the_models_that_import_it(scratch: Scratch) -> None:
    scratch.configure_local()
    scratch.commit()
    scratch.write("parts/blocks.py", BLOCKS.replace("Linear(16, 2)", "Linear(17, 2)"))
    code, text = scratch.hook("weighbridge-check")
    assert code == 1
    assert "parts/blocks.py:8:" in text
    assert "WBX301" in text
    assert "2 models" in text, "the class and the instance in the importing file"


def test_a_fix_fails_the_hook_once(scratch: Scratch) -> None:
    scratch.configure_local("--fix")
    scratch.commit()
    scratch.write("dropout.py", DROPOUT)
    code, text = scratch.hook("weighbridge-check")
    assert code == 1
    assert "files were modified by this hook" in text
    assert "F.dropout(self.fc(x), training=self.training)" in (scratch.root / "dropout.py").read_text(encoding="utf-8")
    code, text = scratch.hook("weighbridge-check")
    assert code == 0, text


def test_files_that_are_deleted_or_excluded_are_left_alone(scratch: Scratch) -> None:
    scratch.configure_local()
    scratch.write("legacy/old.py", DROPOUT)
    scratch.write("old.py", DROPOUT)
    code, text = scratch.hook("weighbridge-check", "--files", "legacy/old.py")
    assert code == 0, text
    scratch.commit()
    (scratch.root / "old.py").unlink()
    code, text = scratch.hook("weighbridge-check")
    assert (code, "Skipped" in text) == (0, True), text
    scratch.write("net.py", NET + "\n")
    code, text = scratch.hook("weighbridge-check")
    assert (code, "Passed" in text) == (0, True), text


def test_the_budget_is_the_whole_projects(scratch: Scratch) -> None:
    scratch.configure_local()
    scratch.write("large.py", "from torch import nn\n\nnet = nn.Linear(32, 32)\n")
    scratch.write("dropout.py", DROPOUT)
    scratch.commit()
    scratch.write("net.py", NET + "\n")
    code, text = scratch.hook("weighbridge-budget")
    assert code == 1
    assert "large.py:3:1" in text
    assert "WBS101" in text
    assert "dropout" not in text, "budgets only"
    scratch.write("pyproject.toml", SETTINGS.replace("1k", "2k"))
    code, text = scratch.hook("weighbridge-budget")
    assert code == 0, text


def test_pre_commit_installs_the_hooks_from_a_repository(scratch: Scratch, tmp_path: Path) -> None:
    probe = [sys.executable, "-m", "pip", "download", "--quiet", "--retries", "0", "--no-deps", "--dest", str(tmp_path)]
    try:
        reached = subprocess.run([*probe, "hatchling"], capture_output=True, timeout=60).returncode == 0
    except subprocess.TimeoutExpired:
        reached = False
    if not reached:
        pytest.skip("pip reaches no package index to install the hook's environment from")
    hooks = tmp_path / "hooks"
    shutil.copytree(ROOT / "analyzer", hooks / "analyzer", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, hooks / name)
    source = Scratch(hooks, scratch.environment)
    source.commit()
    head = source.run("git", "rev-parse", "HEAD").stdout.strip()
    asked = [{"id": name} for name in HOOKS]
    scratch.configure({"repo": str(hooks), "rev": head, "hooks": asked})
    code, text = scratch.hook()
    assert (code, text.count("Passed")) == (0, 2), text
    scratch.write("parts/blocks.py", BLOCKS.replace("Linear(16, 2)", "Linear(17, 200)"))
    code, text = scratch.hook()
    assert (code, text.count("Failed")) == (1, 2), text
