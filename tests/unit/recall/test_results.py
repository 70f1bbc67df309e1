"""What is taken from earlier runs is what a new run would find, whatever has changed in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import analyzer
from analyzer.cache.store import Store
from analyzer.config import Options
from analyzer.report import Report
from analyzer.sitting import Sitting
from analyzer.verdict import Verdict

BLOCKS = """
from torch import nn
from .sizes import WIDTH

class Block(nn.Module):
    def __init__(self, size=3):
        super().__init__()
        self.fc = nn.Linear(size, WIDTH)
    def forward(self, x):
        return self.fc(x)
"""
NET = """
from torch import nn
from pkg.blocks import Block

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(5)
    def forward(self, x):
        return self.block(x)
"""
ALONE = "from torch import nn\n\nhead = nn.Sequential(nn.Linear(8, 4), nn.Softmax())\n"
LAZY = """
def made(size):
    from torch import nn
    from pkg.lazily import build
    return build(size)
"""
LAZILY = "from torch import nn\n\ndef build(size):\n    return nn.Linear(size, 2)\n"
USER = """
from torch import nn
from pkg import lazy

class User(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = lazy.made(7)
"""
OTHER = USER.replace("User", "Other")
READER = """
import json
from torch import nn

with open("sizes.json") as file:
    SIZES = json.load(file)

head = nn.Linear(SIZES["in"], 2)
"""


class Watched:
    """Scans and checks with a cache, and remembers which files were looked at for it."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        self.seen: list[str] = []
        self.options = Options(root)

    def scan(self) -> list[str]:
        """The files that had to be looked at; the report is what it would be without a cache."""
        return self._same(lambda cache: analyzer.scan([str(self.root)], layers=True, options=self.options, cache=cache))

    def check(self) -> list[str]:
        return self._same(lambda cache: analyzer.check([str(self.root)], options=self.options, cache=cache))

    def _same(self, call: Callable[[Path | None], Report]) -> list[str]:
        self.seen.clear()
        warm = call(self.cache)
        seen = sorted(self.seen)
        assert warm == call(None)
        return seen


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    root = tmp_path / "project"
    files = {
        "pyproject.toml": "",
        "pkg/__init__.py": "",
        "pkg/sizes.py": "WIDTH = 4\n",
        "pkg/blocks.py": BLOCKS,
        "pkg/lazy.py": LAZY,
        "pkg/lazily.py": LAZILY,
        "net.py": NET,
        "alone.py": ALONE,
        "user.py": USER,
        "other.py": OTHER,
        "reader.py": READER,
        "sizes.json": '{"in": 3}',
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    found = Watched(root, tmp_path / "cache")
    done = Sitting.verdicts

    def verdicts(self: Sitting, items: Sequence[str], *more: Any) -> Iterator[Verdict]:
        found.seen += [Path(item).relative_to(root).as_posix() for item in items]
        return done(self, items, *more)

    monkeypatch.setattr(Sitting, "verdicts", verdicts)
    return found


def write(watched: Watched, name: str, text: str) -> None:
    path = watched.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_nothing_is_done_again_while_nothing_changes(watched: Watched) -> None:
    assert len(watched.scan()) == 10
    assert watched.scan() == []
    assert len(watched.check()) == 10
    assert watched.check() == []
    (watched.root / "alone.py").touch()
    assert watched.scan() == []


@pytest.mark.parametrize("kind", ["scan", "check"])
@pytest.mark.parametrize(
    ("name", "text", "again"),
    [
        ("alone.py", ALONE.replace("8", "9"), ["alone.py"]),
        ("alone.py", "def broken(\n", ["alone.py"]),
        ("alone.py", f"import json\n{ALONE}", ["alone.py"]),
        ("pkg/sizes.py", "WIDTH = 6\n", ["net.py", "pkg/blocks.py", "pkg/sizes.py"]),
        ("pkg/blocks.py", BLOCKS.replace("fc", "linear"), ["net.py", "pkg/blocks.py"]),
        ("pkg/lazily.py", LAZILY.replace("2", "3"), ["other.py", "pkg/lazily.py", "user.py"]),
        ("sizes.json", '{"in": 30}', ["reader.py"]),
    ],
)
def test_what_rests_on_a_changed_file_is_done_again(
    watched: Watched, kind: str, name: str, text: str, again: list[str]
) -> None:
    run = getattr(watched, kind)
    run()
    write(watched, name, text)
    assert set(again) <= set(run()) <= {*again, "user.py", "pkg/lazy.py", "pkg/__init__.py"}
    assert run() == []


@pytest.mark.parametrize("gone", ["pkg/sizes.py", "pkg/lazily.py", "pkg/__init__.py", "sizes.json", "alone.py"])
def test_what_rests_on_a_file_that_is_gone_is_done_again(watched: Watched, gone: str) -> None:
    watched.scan()
    (watched.root / gone).unlink()
    watched.scan()
    assert watched.scan() == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("torch.py", "class nn:\n    pass\n"),  # shadows nothing: torch is known
        ("pkg/blocks/__init__.py", BLOCKS.replace("fc", "inner").replace(".sizes", "pkg.sizes")),
        ("src/pkg/blocks.py", "Block = None\n"),
        ("pkg/lazily/__init__.py", LAZILY.replace("2", "7")),
        ("pkg/sizes/__init__.py", "WIDTH = 11\n"),
        ("blocks.py", "x = 1\n"),
        (".venv/lib/python3.12/site-packages/pkg/blocks.py", "Block = None\n"),
    ],
)
def test_a_file_that_shadows_another_is_seen(watched: Watched, name: str, text: str) -> None:
    watched.scan()
    write(watched, name, text)
    watched.scan()
    assert watched.scan() == []


def test_a_module_that_was_missing_is_found_when_it_comes(watched: Watched) -> None:
    write(watched, "asks.py", "from torch import nn\nfrom later import SIZE\nhead = nn.Linear(SIZE, 2)\n")
    write(watched, "pkg/asks.py", "from torch import nn\nfrom .later import SIZE\nhead = nn.Linear(SIZE, 2)\n")
    watched.scan()
    write(watched, "later.py", "SIZE = 6\n")
    assert {"asks.py", "later.py"} <= set(watched.scan())
    write(watched, "pkg/later.py", "SIZE = 6\n")
    assert "pkg/asks.py" in watched.scan()


def test_a_link_is_known_by_where_it_leads(watched: Watched) -> None:
    write(watched, "real/one.py", "SIZE = 6\n")
    write(watched, "real/two.py", "SIZE = 7\n")
    write(watched, "asks.py", "from torch import nn\nfrom linked import SIZE\nhead = nn.Linear(SIZE, 2)\n")
    write(watched, "pkg/asks.py", "from torch import nn\nfrom .linked import SIZE\nhead = nn.Linear(SIZE, 2)\n")
    links = [watched.root / "linked.py", watched.root / "pkg" / "linked.py"]
    for link in links:
        link.symlink_to(watched.root / "real" / "one.py")
    watched.scan()
    write(watched, "real/one.py", "SIZE = 8\n")
    assert {"asks.py", "pkg/asks.py"} <= set(watched.scan())
    for link in links:
        link.unlink()
        link.symlink_to(watched.root / "real" / "two.py")
    assert {"asks.py", "pkg/asks.py"} <= set(watched.scan())


def test_a_data_file_that_was_missing_is_found_when_it_comes(watched: Watched) -> None:
    (watched.root / "sizes.json").unlink()
    watched.scan()
    write(watched, "sizes.json", '{"in": 5}')
    assert "reader.py" in watched.scan()


def test_what_another_version_found_is_not_taken(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.scan()
    with monkeypatch.context() as newer:
        newer.setattr("analyzer.recall.results.identity", lambda: b"newer")
        newer.setattr("analyzer.syntax.lowered.identity", lambda: b"newer")
        assert len(watched.scan()) == 10
        assert watched.scan() == []
    assert watched.scan() == []


def test_entries_that_are_no_results_are_dropped(watched: Watched) -> None:
    watched.scan()
    with Store(watched.cache) as store:
        connection = store._connect()
        assert connection is not None
        keys = connection.execute("SELECT kind, key FROM entries").fetchall()
        for number, (kind, key) in enumerate(keys):
            store.put(kind, key, (b"", b"junk", b"\x92\xc4\x00\xc4\x01\x90", b"m" + bytes(9))[number % 4])
    assert len(watched.scan()) == 10
    assert watched.scan() == []


def test_what_is_asked_with_other_options_is_not_the_same(watched: Watched) -> None:
    watched.check()
    for change in ({"dtype": "int8"}, {"assume": {"size": 2}}, {"select": ("WBT401",)}, {"train": True}):
        watched.options = replace(Options(watched.root), **change)  # type: ignore[arg-type]
        assert len(watched.check()) == 10


def test_a_class_that_was_never_built_by_others_is_found_through_a_shared_module(watched: Watched) -> None:
    """What one model makes a shared module look up counts for all that share it, in whichever order they come."""
    watched.scan()
    write(watched, "other.py", OTHER.replace("7", "8"))
    assert watched.scan() == ["other.py"]
    write(watched, "pkg/lazily.py", LAZILY.replace("2", "5"))
    assert {"user.py", "other.py"} <= set(watched.scan())


def test_results_are_the_same_in_every_order_of_files(watched: Watched) -> None:
    files = [str(watched.root / name) for name in ("user.py", "net.py", "other.py", "pkg/blocks.py", "alone.py")]
    forwards = analyzer.scan(files, layers=True, cache=watched.cache)
    backwards = analyzer.scan(files[::-1], layers=True, cache=watched.cache)
    assert {model.id: model for model in forwards.models} == {model.id: model for model in backwards.models}


def test_texts_in_place_of_files_are_not_mistaken_for_them(watched: Watched) -> None:
    path = watched.root / "alone.py"
    before = analyzer.check([str(path)], cache=watched.cache)
    clean = analyzer.check([str(path)], texts={path: ALONE.replace("nn.Softmax()", "nn.ReLU()")}, cache=watched.cache)
    assert [finding.code for finding in before.findings] == ["WBT401"]
    assert not clean.findings
    assert analyzer.check([str(path)], cache=watched.cache) == before


def test_summaries_are_kept_by_target_and_input(watched: Watched) -> None:
    def summary(target: str, *inputs: str) -> Report:
        name = f"{watched.root / 'net.py'}::{target}"
        found = analyzer.summary([name], inputs=inputs, cache=watched.cache)
        assert found == analyzer.summary([name], inputs=inputs)
        return found

    for _ in range(2):
        assert summary("Net", "N,5").models[0].output_shape == ("N", 4)
        assert summary("Net", "2,5").models[0].output_shape == (2, 4)
        assert summary("Net", "2,6").problems
        assert summary("Nett").problems
        assert summary("Block(9)", "1,9").models[0].parameters.total == 40
        assert summary("Net", "1,,x").problems
