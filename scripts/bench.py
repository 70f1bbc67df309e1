"""Measures whole processes in pairs, ours and the one that it is held against, and prints medians and ratios as JSON.

    python scripts/bench.py --torch-python ~/torch/bin/python --output bench.json
        {"machine": {...}, "rows": [{"name": "summary of the seed's model, cold", "against": "import torch",
          "ours": {"seconds": 0.41, "megabytes": 61}, "theirs": {"seconds": 1.62, "megabytes": 230},
          "times_faster": 3.9, "goal": 3.0, "reached": true}]}
    python scripts/bench.py --linear                          seconds over 1/8, 1/4, 1/2 and all of a large tree
    python scripts/bench.py --table bench.json linear.json    the figures as the Markdown of docs/performance.md

The two of a pair run one right after the other, in turns which goes first, so that a busy machine slows both; a ratio
is the median of the pairs' ratios.  Rows that need a Python with PyTorch or TorchFix, or a corpus, are skipped, with a
message, where none is given.  What is measured stands in `bench_rows.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.bench_rows import LINEAR, ROWS, Row, fractions, inputs_of

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 2**20
MEMORY_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took: `megabytes` are the peak of the largest process in its tree."""

    seconds: float
    megabytes: float


class BenchError(Exception):
    """A command failed, so that its time says nothing."""


def run(command: Iterable[str], ok: tuple[int, ...], environment: Mapping[str, str] | None = None) -> Run:
    """Run one command to its end, its output thrown away; raises BenchError when it fails."""
    command = tuple(command)
    start = time.perf_counter()
    with tempfile.TemporaryFile() as complaint:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=complaint,
            env={**os.environ, **(environment or {})},
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in ok:
            complaint.seek(0)
            said = complaint.read()[-2000:].decode(errors="replace")
            raise BenchError(f"{' '.join(command)} ended with {process.returncode}\n{said}")
    peak = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
    return Run(seconds, peak / MEGABYTE)


class Ours:
    """Runs a row's own command, with the cache in the state that the row asks for."""

    def __init__(self, row: Row, scratch: Path) -> None:
        self._row = row
        self._cache = scratch / "cache"
        self._count = 0
        self._tree = scratch / "tree"
        if row.copied:
            shutil.copytree(ROOT / row.copied, self._tree)
        self._command = [part.replace("{tree}", str(self._tree)) for part in row.ours]

    def __call__(self) -> Run:
        if self._row.cache == "cold":
            shutil.rmtree(self._cache, ignore_errors=True)
        for file in sorted(self._tree.rglob("*.py"), key=lambda file: -file.stat().st_size)[: self._row.changed]:
            self._count += 1
            with file.open("a") as text:
                text.write(f"\n# changed {self._count}\n")
        environment = {"WEIGHBRIDGE_CACHE_DIR": str(self._cache)}
        return run(self._command, self._row.ok, environment)


def measure(row: Row, pairs: int) -> dict[str, Any]:
    """Run a row's pairs, after one that is not counted where the rest would be short, and give its medians."""
    with tempfile.TemporaryDirectory() as scratch:
        our = Ours(row, Path(scratch))
        if row.cache == "warm" or row.pairs is None:
            our()
        ours, theirs = [], []
        for pair in range(min(pairs, row.pairs or pairs)):
            if pair % 2:
                theirs.append(run(row.theirs, row.their_ok))
                ours.append(our())
            else:
                ours.append(our())
                theirs.append(run(row.theirs, row.their_ok))
    times_faster = median(their.seconds / our.seconds for our, their in zip(ours, theirs, strict=True))
    limits = {"megabytes": row.megabytes, "seconds": row.seconds}
    figures = middle(ours)
    within = all(limit is None or figures[name] <= limit for name, limit in limits.items())
    return {
        "name": row.name,
        "against": row.against,
        "ours": figures,
        "theirs": middle(theirs),
        "times_faster": round(times_faster, 2),
        "goal": row.goal,
        "limits": {name: limit for name, limit in limits.items() if limit is not None},
        "reached": (row.goal is None or times_faster >= row.goal) and within,
    }


def middle(runs: Iterable[Run]) -> dict[str, float]:
    runs = list(runs)
    return {
        "seconds": round(median(one.seconds for one in runs), 4),
        "megabytes": round(median(one.megabytes for one in runs), 1),
    }


def missing(row: Row, given: Mapping[str, str | None]) -> str | None:
    """What a row needs and has not."""
    if row.corpus and not (ROOT / row.corpus).is_dir():
        return f"needs {row.corpus}; `python scripts/corpus.py fetch` provides it"
    absent = [name for name in given if "{" + name + "}" in row.theirs and not given[name]]
    return f"needs --{absent[0].replace('_', '-')}" if absent else None


def filled(row: Row, given: Mapping[str, str | None]) -> Row:
    """The row with the programs of the other side filled in."""
    theirs = tuple(given.get(part.strip("{}")) or part if part.startswith("{") else part for part in row.theirs)
    return row.against_command(theirs)


def linear(pairs: int) -> list[dict[str, Any]]:
    """Seconds and lines of growing parts of a tree: a cost that grows linearly has the same seconds per line."""
    figures = []
    with tempfile.TemporaryDirectory() as scratch:
        for share, files in fractions(ROOT / LINEAR.corpus):
            part = Path(scratch, f"part-{share}")
            for file in files:
                target = part / file.relative_to(ROOT / LINEAR.corpus)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
            lines = sum(file.read_bytes().count(b"\n") for file in files)
            runs = [run([*LINEAR.ours, str(part)], LINEAR.ok) for _ in range(pairs)]
            seconds = middle(runs)["seconds"]
            figures.append(
                {
                    "share": share,
                    "lines": lines,
                    **middle(runs),
                    "seconds_per_100k_lines": round(1e5 * seconds / lines, 2),
                }
            )
    return figures


def table(files: Iterable[Path]) -> str:
    """Measured rows as Markdown."""
    lines = ["| work | against | ours | theirs | times faster | goal |", "|:--|:--|--:|--:|--:|--:|"]
    for file in files:
        for row in json.loads(file.read_text())["rows"]:
            ours, theirs = (
                [f"{side['seconds']:.3g} s", f"{side['megabytes']:.0f} MB"] for side in (row["ours"], row["theirs"])
            )
            goal = " and ".join(
                ([f"{row['goal']:g}x"] if row["goal"] is not None else [])
                + [f"{limit:g} {'MB' if name == 'megabytes' else 's'}" for name, limit in row["limits"].items()]
            )
            sign = "" if row["reached"] else " (not reached)"
            cells = [
                row["name"],
                row["against"],
                ", ".join(ours),
                ", ".join(theirs),
                f"{row['times_faster']:g}",
                goal + sign,
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--torch-python", metavar="PATH", help="a Python with torch, torchvision, timm and torchinfo")
    parser.add_argument("--torchfix", metavar="PATH", help="the torchfix command")
    parser.add_argument("--pairs", type=int, default=11, help="pairs to measure of each row at most (default: 11)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows whose name contains this")
    parser.add_argument("--linear", action="store_true", help="measure parts of a large tree instead")
    parser.add_argument(
        "--table", nargs="+", type=Path, metavar="FILE", help="print the figures of these files instead"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the JSON here, too")
    options = parser.parse_args(arguments)
    if options.table:
        print(table(options.table))
        return 0
    given = {"torch_python": options.torch_python, "torchfix": options.torchfix}
    machine = {"cpus": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    rows, parts = [], []
    try:
        if options.linear:
            parts = linear(min(options.pairs, LINEAR.pairs or 1))
        for row in () if options.linear else ROWS:
            if options.only not in row.name:
                continue
            if (lack := missing(row, given)) is not None:
                print(f"skipped: {row.name}: {lack}", file=sys.stderr)
                continue
            inputs_of(row)
            rows.append(measure(filled(row, given), options.pairs))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2
    text = json.dumps({"machine": machine, "rows": rows, **({"linear": parts} if parts else {})}, indent=2)
    print(text)
    if options.output:
        options.output.write_text(text + "\n")
    return 0 if all(row["reached"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
