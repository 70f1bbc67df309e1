"""What a fixed piece of work costs in counts that no machine changes: files read, statements run, modules imported.

The numbers are what it took when they were written down.  Less is always fine.  More is allowed up to SLACK, so that a
rule more or a closer look at a model does not fail; a loop that runs twice, a file that is read again, or an import
that was meant to wait does.  Who makes it dearer on purpose writes the new number here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import analyzer
from analyzer import pipeline
from analyzer.config import Options
from analyzer.syntax import lowered

ROOT = Path(__file__).parents[1]
FILES = ["attention", "inheritance", "loops_and_conditions", "registry", "seed_cnn", "shared_modules", "weight_tying"]
SLACK = 1.1
IMPORTS = """
import json, sys
from analyzer.cli import main
sys.argv[1:] = {arguments}
try:
    main()
except SystemExit:
    pass
names = {{name.partition(".")[0] for name in sys.modules}}
ours = sum(name.startswith("analyzer") for name in sys.modules)
print(json.dumps([len(sys.modules), ours, sorted(names & set({heavy}))]))
"""
HEAVY = ("concurrent", "httpx", "libcst", "msgspec", "multiprocessing", "networkx", "rich", "sqlite3", "torch", "yaml")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many files are parsed, how many targets are explored, and how many steps that takes."""
    counts: Counter[str] = Counter()
    parsed, explored = lowered._lowered, pipeline.explore

    def count_files(*given: Any) -> Any:
        counts["files"] += 1
        return parsed(*given)

    def count_steps(*given: Any, **more: Any) -> Any:
        outcomes, complete = explored(*given, **more)
        counts["targets"] += 1
        counts["steps"] += sum(outcome.run.steps for outcome in outcomes)
        return outcomes, complete

    monkeypatch.setattr(lowered, "_lowered", count_files)
    monkeypatch.setattr(pipeline, "explore", count_steps)
    return counts


@pytest.mark.parametrize(
    ("call", "most"),
    [
        (lambda files, **more: analyzer.scan(files, **more), {"files": 7, "targets": 16, "steps": 1299}),
        (lambda files, **more: analyzer.scan(files, shapes=True, **more), {"files": 7, "targets": 16, "steps": 1321}),
        (lambda files, **more: analyzer.check(files, **more), {"files": 7, "targets": 16, "steps": 1321}),
    ],
    ids=["scan", "scan --shapes", "check"],
)
def test_files_are_read_once_and_models_run_once(
    counted: Counter[str], call: Callable[..., object], most: dict[str, int], tmp_path: Path
) -> None:
    files = [str(ROOT / "fixtures" / f"{name}.py") for name in FILES]
    call(files, options=Options(ROOT / "fixtures"), cache=tmp_path)
    assert {name: count for name, count in counted.items() if count > most[name] * SLACK} == {}
    counted.clear()
    call(files, options=Options(ROOT / "fixtures"), cache=tmp_path)
    assert counted == {}


def imports(*arguments: str) -> tuple[int, int, list[str]]:
    """Modules imported by a command, those of ours, and the heavy packages among them."""
    code = IMPORTS.format(arguments=list(arguments), heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    everything, ours, heavy = json.loads(done.stdout.splitlines()[-1])
    return everything, ours, heavy


@pytest.mark.parametrize(("arguments", "most"), [(["--help"], 28), (["--version"], 3), (["check", "--help"], 10)])
def test_words_about_the_program_import_next_to_nothing(arguments: list[str], most: int) -> None:
    everything, ours, heavy = imports(*arguments)
    assert heavy == []
    assert everything < 200 * SLACK
    assert ours < most * SLACK + 1


def test_what_is_known_already_imports_no_evaluation(tmp_path: Path) -> None:
    model, cache = str(ROOT / "fixtures" / "seed_cnn.py"), ["--cache-dir", str(tmp_path)]
    for command, most in ((["summary", model], 49), (["check", "--isolated", model], 60)):
        _, cold, heavy = imports(*command, *cache)
        assert "libcst" in heavy or command[0] == "check"
        _, warm, heavy = imports(*command, *cache)
        assert set(heavy) <= {"msgspec", "sqlite3"}
        assert warm <= most * SLACK < cold
