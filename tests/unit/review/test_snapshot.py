from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import analyzer
from analyzer.change import Comparison
from analyzer.review import snapshot
from tests.unit.review.scratch import Scratch, scratch

FILES = {
    "blocks.py": "from torch import nn\n\ndef block(width=4):\n    return nn.Linear(width, width)\n",
    "net.py": "from blocks import block\n\nnet = block(8)\n",
    "alone.py": "from torch import nn\n\nalone = nn.Linear(2, 2)\n",
    "dynamic.py": "import importlib\n\nmade = importlib.import_module('bl' + 'ocks').block()\n",
}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    repository = scratch(tmp_path / "proj")
    monkeypatch.chdir(repository.top)
    repository.commit(FILES)
    return repository


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were weighed, in order."""
    files: list[str] = []
    real = snapshot.weighed

    def noting(workspace: Any, found: Any, *rest: Any, **more: Any) -> Any:
        files.extend({namespace.file for namespace, _ in found})
        return real(workspace, found, *rest, **more)

    monkeypatch.setattr(snapshot, "weighed", noting)
    return files


def ids(comparison: Comparison) -> set[str]:
    return {change.id for change in comparison.models}


def test_only_what_rests_on_the_change_is_weighed_twice(made: Scratch, seen: list[str]) -> None:
    made.write({"blocks.py": FILES["blocks.py"].replace("width, width", "width, 3")})
    found = analyzer.diff("main")
    assert ids(found) == {"blocks.py::block", "net.py::net", "dynamic.py::made"}
    assert found.equal == 1
    assert sorted(seen) == sorted([*FILES, "blocks.py", "net.py", "dynamic.py"])


def test_a_file_that_comes_between_is_a_change(made: Scratch) -> None:
    made.write({"blocks/__init__.py": "from torch import nn\n\ndef block(width=4):\n    return nn.Linear(width, 5)\n"})
    found = analyzer.diff("main")
    assert {"net.py::net", "dynamic.py::made"} <= ids(found)
    assert "alone.py::alone" not in ids(found)


def test_a_later_run_takes_what_still_holds(made: Scratch, seen: list[str], tmp_path: Path) -> None:
    made.write({"net.py": FILES["net.py"].replace("8", "9")})
    first = analyzer.diff("main", cache=tmp_path / "cache")
    seen.clear()
    assert analyzer.diff("main", cache=tmp_path / "cache") == first
    assert not seen
    made.write({"net.py": FILES["net.py"].replace("8", "7")})
    assert ids(analyzer.diff("main", cache=tmp_path / "cache")) == {"net.py::net"}
    assert seen == ["net.py"]


def test_budgets_are_judged_the_same_from_the_cache(made: Scratch, tmp_path: Path) -> None:
    made.commit({"weighbridge.toml": '[[budget]]\nmax-size = "250 B"\ndtype = "float32"\n'})
    made.write({"net.py": FILES["net.py"].replace("8", "9")})
    first, second = (analyzer.diff("main", cache=tmp_path / "cache") for _ in range(2))
    assert [breach.message for breach in first.breaches] == [
        "360 bytes of parameters and buffers are further over the limit of 250"
    ]
    assert second.breaches == first.breaches
