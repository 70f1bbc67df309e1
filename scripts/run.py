#!/usr/bin/env python3
"""Runs a command in the project's own virtual environment, which it makes and keeps up to date first.

    python3 scripts/run.py pytest                                      runs the tests
    python3 scripts/run.py weighbridge summary fixtures/seed_cnn.py    runs the main job

It needs Python 3.11 or newer and nothing else, touches nothing but `.venv` in the checkout, and writes what it does to
standard error, so that the command's output can be piped.  The environment is filled again when `pyproject.toml` has
changed; otherwise the command starts at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "weighbridge-setup"
OLDEST = (3, 11)


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


def newer_python() -> str | None:
    """A Python on the PATH that is new enough, for a checkout that was started with an old one."""
    for minor in range(OLDEST[1] + 6, OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # A version manager's stand-in may be on the PATH without the Python behind it.
        if found and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0:
            return found
    return None


def fingerprint() -> str:
    """What the environment depends on: the project's description and the checkout's place."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()


def installed() -> str | None:
    """The fingerprint that the environment was last filled for; None where there is no sound environment."""
    return STAMP.read_text() if STAMP.exists() and PYTHON.exists() else None


def call(purpose: str, *command: str) -> None:
    """Run one step of the set-up, showing what it printed only when it fails."""
    print(f"weighbridge: {purpose}", file=sys.stderr, flush=True)
    step = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
    )
    if step.returncode:
        raise SetupError(f"{step.stdout}\n{purpose}: failed, as shown above")


def set_up() -> None:
    """Make `.venv` where there is none, and install the project into it with what its tests and checks need."""
    make = ["-m", "venv", "--clear", str(VENV)]
    install = ["install", "--quiet", "--disable-pip-version-check", "--editable", f"{ROOT}[dev]"]
    if importlib.util.find_spec("ensurepip"):
        pip = [str(PYTHON), "-m", "pip"]
    elif importlib.util.find_spec("pip"):
        # Debian splits ensurepip off; the system's pip can fill an environment that has no pip of its own.
        make.append("--without-pip")
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
        install.append("pip")
    else:
        raise SetupError(
            "This Python has neither pip nor ensurepip, so it cannot fill a virtual environment.\n"
            "On Debian and Ubuntu `apt install python3-venv` adds them."
        )
    if installed() is None:
        call("making a virtual environment in .venv", sys.executable, *make)
    call("installing the project and its tools into .venv", *pip, *install)
    STAMP.write_text(fingerprint())


def main(command: list[str]) -> int:
    """Bring the environment up to date, then become the command."""
    if not command or command[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if command else 2
    if sys.version_info < OLDEST:
        newer = newer_python()
        if newer is None:
            print(f"weighbridge needs Python 3.11 or newer; this is {sys.version.split()[0]}", file=sys.stderr)
            return 2
        return subprocess.call([newer, __file__, *command])
    if installed() != fingerprint():
        try:
            set_up()
        except SetupError as error:
            print(error, file=sys.stderr)
            return 2
    path = str(BIN) + os.pathsep + os.environ.get("PATH", "")
    program = shutil.which(command[0], path=path)
    if program is None:
        print(f"weighbridge: no command {command[0]} in .venv or on the PATH", file=sys.stderr)
        return 2
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONHOME", "PYTHONPATH")}
    environment.update(PATH=path, VIRTUAL_ENV=str(VENV))
    if os.name == "nt":
        return subprocess.call([program, *command[1:]], env=environment)
    os.execve(program, [program, *command[1:]], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
