"""Many repositories in one table: every one has its rows, whatever happens to those who read them."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analyzer import __version__
from analyzer.cli.app import app
from analyzer.inventory import COLUMNS, Answer, Kept, Row, Task, answer, inventory
from analyzer.reports.parts.collected import NotInstalledError, csv_lines, written
from analyzer.repositories import Repository, key_of, listed

MODEL = "from torch import nn\nnet = nn.Linear({size}, 4)\n"


class Here(Executor):
    """Does each task at once, and remembers which; `before` may end the one who does it."""

    def __init__(self, before: Callable[[Task], None] = lambda task: None) -> None:
        self.before = before
        self.weighed: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if args[0].key:
            self.weighed.append(Path(args[0].folder).name)
        try:
            self.before(args[0])
            future.set_result(fn(*args, **kwargs))
        except BrokenProcessPool as error:
            future.set_exception(error)
        return future


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for number, name in enumerate(("one", "two", "three", "four"), start=1):
        (tmp_path / "repos" / name).mkdir(parents=True)
        (tmp_path / "repos" / name / "net.py").write_text(MODEL.format(size=number))
    return tmp_path / "repos"


def repositories(folders: Path) -> list[Repository]:
    return [Repository(path.name, str(path)) for path in sorted(folders.iterdir())]


def rows(folders: Path, executor: Executor | None = None, window: int = 2) -> list[Row]:
    crew = executor or Here()
    kept = Kept(folders.parent / "state")
    return list(inventory(repositories(folders), kept, lambda: contextlib.nullcontext(crew), window=window))


def cells(rows: list[Row], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[COLUMNS.index(name)] for name in names) for row in rows]


def test_a_list_names_folders_and_clones_once(tmp_path: Path) -> None:
    (tmp_path / "lab" / "nets").mkdir(parents=True)
    text = """
    # a comment
    nets/a#b  # with a comment
    nets/a#b
    https://me:secret@host.org:8443/lab/nets.git
    git@host.org:lab/deep/other.git
    """
    assert listed(text, tmp_path) == [
        Repository("nets/a#b", str(Path.cwd() / "nets/a#b")),
        Repository("host.org/lab/nets", str(tmp_path / "lab/nets")),
        Repository("host.org/lab/deep/other", str(tmp_path / "host.org/lab/deep/other")),
    ]


def test_what_cannot_be_read_is_a_row_and_the_rest_goes_on(folders: Path) -> None:
    (folders / "two" / "broken.py").write_text("def broken(\n")
    shutil.rmtree(folders / "three")
    (folders / "three").write_text("a file")
    found = cells(rows(folders), "repository", "file", "name", "status", "parameters")
    assert found == [
        ("four", "net.py", "net", "exact", 20),
        ("one", "net.py", "net", "exact", 8),
        ("three", "", "", "unread", None),
        ("two", "net.py", "net", "exact", 12),
        ("two", "broken.py", "", "unread", None),
    ]
    problems = dict(cells(rows(folders), "repository", "problem"))
    assert problems["three"] == "cannot be read: Not a directory"
    assert str(folders) not in str(problems["two"])


def test_the_same_content_is_read_once(folders: Path) -> None:
    shutil.copytree(folders / "one", folders / "copy")
    here = Here()
    found = rows(folders, here)
    assert sorted(here.weighed) == ["copy", "four", "three", "two"]
    keys = dict(cells(found, "repository", "key"))
    assert keys["copy"] == keys["one"] != keys["two"]
    assert len(found) == 5


def test_a_run_that_was_ended_goes_on_where_it_was(folders: Path) -> None:
    def ended(task: Task) -> None:
        if task.key and task.folder.endswith("three"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rows(folders, Here(ended), window=1)
    again = Here()
    found = rows(folders, again)
    assert again.weighed == ["three", "two"]
    (folders / "one" / "net.py").write_text(MODEL.format(size=9))
    assert len(list((folders.parent / "state").glob("??/*"))) == 4
    third = Here()
    assert cells(rows(folders, third), "parameters") == [(20,), (40,), (16,), (12,)]
    assert third.weighed == ["one"]
    assert len(found) == 4


def test_a_damaged_result_is_made_again(folders: Path) -> None:
    first = rows(folders)
    for number, file in enumerate(sorted((folders.parent / "state").glob("??/*"))):
        data = file.read_bytes()
        file.write_bytes((b"", data[:-3], b"nonsense", data)[number])
    here = Here()
    assert rows(folders, here) == first
    assert len(here.weighed) == 3


def test_a_key_is_that_of_all_that_may_be_read(folders: Path) -> None:
    one = str(folders / "one")
    key = key_of(one, "1")
    (folders / "one" / ".git").mkdir()
    (folders / "one" / ".git" / "HEAD").write_text("ref")
    assert key_of(one, "1") == key
    assert key_of(one, "2") != key
    (folders / "one" / "config.yaml").write_text("width: 3\n")
    assert key_of(one, "1") != key


def test_what_changes_while_it_is_read_is_not_kept(folders: Path) -> None:
    found = answer(Task(str(folders / "one"), __version__, "an earlier key"))
    assert found == Answer(problem="changed while it was read")


def test_another_version_at_work_is_told(folders: Path) -> None:
    assert "not 0.0.0" in answer(Task(str(folders / "one"), "0.0.0 ab")).problem


def test_a_worker_that_dies_loses_nothing(folders: Path) -> None:
    started: list[Here] = []
    deaths: list[str] = []

    def dies(task: Task) -> None:
        name = Path(task.folder).name
        if task.key and (name == "three" or (name == "one" and "one" not in deaths)):
            deaths.append(name)
            raise BrokenProcessPool("gone")

    def start() -> contextlib.AbstractContextManager[Executor]:
        started.append(Here(dies))
        return started[-1]

    found = list(inventory(repositories(folders), Kept(folders.parent / "state"), start, window=2))
    assert deaths == ["one", "three", "three"]
    assert len(started) == 3
    assert cells(found, "repository", "parameters") == [("four", 20), ("one", 8), ("three", None), ("two", 12)]
    assert str(found[2][-1]).startswith("its worker was lost twice")
    assert len(rows(folders)) == 4
    assert cells(rows(folders), "status") == [("exact",)] * 4


def test_processes_of_our_own(folders: Path) -> None:
    listing = folders.parent / "repos.txt"
    listing.write_text("\n".join(str(folders / name) for name in ("one", "two", "nothing")))
    out, state = folders.parent / "models.json", folders.parent / "state"
    result = CliRunner().invoke(app, ["inventory", str(listing), "-o", str(out), "--state", str(state), "--jobs", "1"])
    assert result.exit_code == 2, result.output
    assert "3 repositories, 2 models: 2 exact, 1 unread" in result.output
    table = json.loads(out.read_text())
    assert [(row["parameters"], row["status"]) for row in table] == [(8, "exact"), (12, "exact"), (None, "unread")]
    assert sorted(path.name for path in folders.parent.iterdir()) == ["models.json", "repos", "repos.txt", "state"]


def test_an_executor_is_never_looked_for_in_what_is_analysed(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = folders.parent / "repos.txt"
    listing.write_text(str(folders / "one"))
    (folders / "one" / "theirs.py").write_text("raise SystemExit(99)\n")
    state = ["--state", str(folders.parent / "state")]
    result = CliRunner().invoke(app, ["inventory", str(listing), *state, "--executor", "theirs:start"])
    assert result.exit_code == 2
    assert "names no factory" in result.output
    (folders.parent / "ours_of_inventory.py").write_text(
        "from concurrent.futures import ThreadPoolExecutor\ndef start():\n    return ThreadPoolExecutor(1)\n"
    )
    monkeypatch.syspath_prepend(folders.parent)
    result = CliRunner().invoke(app, ["inventory", str(listing), *state, "--executor", "ours_of_inventory:start"])
    assert result.exit_code == 0, result.output
    assert f"{folders / 'one'},net.py,net,instance,exact,8,8,0,," in result.stdout


def test_names_are_no_formulas_for_a_spreadsheet() -> None:
    (head, line) = csv.reader(csv_lines([("=cmd()", -1, None, "a\nb")], ["a", "b", "c", "d"]))
    assert head == ["a", "b", "c", "d"]
    assert line == ["'=cmd()", "-1", "", "a\\nb"]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotInstalledError, match=r"pip install 'weighbridge\[parquet\]'"):
        written([], COLUMNS, tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_parquet_holds_what_csv_holds(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    row: Row = ("r", "net.py", "net", "instance", "exact", 2**70, 8, 0, None, "k", "\udc80")
    written([row], COLUMNS, tmp_path / "t.parquet")
    (found,) = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    assert found["parameters"] is None
    assert found["formula"] == str(2**70)
    assert (found["trainable"], found["problem"]) == (8, "\\udc80")


@pytest.mark.filterwarnings("ignore")
def test_a_worker_of_dask_that_is_killed_loses_nothing(folders: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    pids: list[int] = []
    killed: list[int] = []
    calls: list[str] = []

    @contextlib.contextmanager
    def cluster() -> Iterator[Executor]:
        with (
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local,
            local.get_client() as client,
            client.get_executor() as executor,
        ):
            pids.extend(client.run(os.getpid).values())
            yield executor

    def told(done: int, total: int, name: str) -> None:
        calls.append(name)
        if len(calls) == 5:  # four keys, and the first of four results
            killed.append(pids[0])
            os.kill(pids[0], signal.SIGKILL)

    kept = Kept(folders.parent / "state")
    found = list(inventory(repositories(folders), kept, cluster, window=4, told=told))
    assert len(killed) == 1
    assert cells(found, "repository", "status", "parameters") == [
        ("four", "exact", 20), ("one", "exact", 8), ("three", "exact", 16), ("two", "exact", 12),
    ]  # fmt: skip
