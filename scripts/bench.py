"""Measures whole processes in pairs, ours and the one that it is held against, and prints medians and ratios as JSON.

    python scripts/bench.py --torch-python ~/torch/bin/python --pairs 15 --output bench.json
        {"machine": {...}, "rows": [{"name": "summary of the seed's model, cold", "against": "import torch",
          "ours": {"seconds": 0.41, "megabytes": 61}, "theirs": {"seconds": 1.62, "megabytes": 230},
          "times_faster": 3.9, "goal": 3.0, "reached": true}]}

The two of a pair run one right after the other, in turns which goes first, so that a busy machine slows both; a ratio
is the median of the pairs' ratios.  Rows that need a Python with PyTorch are skipped, with a message, where none is
given.  A new measurement is one more entry of ROWS.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TORCH = "TORCH_PYTHON"
"""Stands in a command for the Python that has PyTorch."""
OURS = str(Path(sys.executable).with_name("weighbridge"))
"""The command as it is installed beside the Python that runs this."""
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """Two commands and how many times faster ours is to be; `ok` are the exit codes that count as done."""

    name: str
    ours: tuple[str, ...]
    against: str
    theirs: tuple[str, ...]
    goal: float
    ok: tuple[int, ...] = (0,)


ROWS = (
    Row(
        "summary of the seed's model, cold",
        (OURS, "summary", "fixtures/seed_cnn.py"),
        "import torch",
        (TORCH, "-c", "import torch"),
        goal=3.0,
    ),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took."""

    seconds: float
    megabytes: float


class BenchError(Exception):
    """A command failed, so that its time says nothing."""


def run(command: tuple[str, ...], ok: tuple[int, ...]) -> Run:
    """Run one command to its end, its output thrown away; raises BenchError when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=-1)
    complaint = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.stderr:
        process.stderr.close()
    if process.returncode not in ok:
        raise BenchError(f"{' '.join(command)} ended with {process.returncode}\n{complaint.decode(errors='replace')}")
    peak = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
    return Run(seconds, peak / MEGABYTE)


def measure(row: Row, pairs: int) -> dict[str, Any]:
    """Run a row's pairs, after one that is not counted, and give its medians."""
    run(row.ours, row.ok), run(row.theirs, (0,))
    ours, theirs = [], []
    for pair in range(pairs):
        if pair % 2:
            theirs.append(run(row.theirs, (0,)))
            ours.append(run(row.ours, row.ok))
        else:
            ours.append(run(row.ours, row.ok))
            theirs.append(run(row.theirs, (0,)))
    times_faster = median(their.seconds / our.seconds for our, their in zip(ours, theirs, strict=True))
    return {
        "name": row.name,
        "against": row.against,
        "ours": middle(ours),
        "theirs": middle(theirs),
        "times_faster": round(times_faster, 2),
        "goal": row.goal,
        "reached": times_faster >= row.goal,
    }


def middle(runs: Iterable[Run]) -> dict[str, float]:
    runs = list(runs)
    return {
        "seconds": round(median(one.seconds for one in runs), 4),
        "megabytes": round(median(one.megabytes for one in runs), 1),
    }


def with_torch(row: Row, python: str) -> Row:
    """The row with the Python that has PyTorch filled in."""
    theirs = tuple(python if part == TORCH else part for part in row.theirs)
    return Row(row.name, row.ours, row.against, theirs, row.goal, row.ok)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch-python", metavar="PATH", help="a Python that can import torch")
    parser.add_argument("--pairs", type=int, default=11, help="pairs to measure of each row (default: 11)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows whose name contains this")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the JSON here, too")
    options = parser.parse_args(arguments)
    rows = []
    for row in ROWS:
        if options.only not in row.name:
            continue
        if TORCH in row.theirs and not options.torch_python:
            print(f"skipped: {row.name}: needs --torch-python", file=sys.stderr)
            continue
        try:
            rows.append(measure(with_torch(row, options.torch_python), options.pairs))
        except BenchError as error:
            print(error, file=sys.stderr)
            return 2
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    text = json.dumps({"machine": machine, "pairs": options.pairs, "rows": rows}, indent=2)
    print(text)
    if options.output:
        options.output.write_text(text + "\n")
    return 0 if all(row["reached"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
