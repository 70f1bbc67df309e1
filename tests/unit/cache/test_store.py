"""Whatever happens to the cache, it gives what was put or nothing, and says at most one word."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.cache.place import FILE, MARKS, clean, place
from analyzer.cache.store import Store

ROOT = Path(__file__).parents[3]
WRITER = """
import itertools, sys
from pathlib import Path
from analyzer.cache.store import Store
store = Store(Path(sys.argv[1]))
for number in itertools.count():
    store.put("k", b"%d" % number, b"%d " % number * 20_000)
    store.flush()
    print(number, store.fault, flush=True)
"""


def data(number: int) -> bytes:
    return b"%d " % number * 20_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def filled(folder: Path, entries: int = 50) -> Path:
    with Store(folder) as store:
        for number in range(entries):
            store.put("k", b"%d" % number, data(number))
    return folder / FILE


def right(folder: Path, entries: int = 50) -> int:
    """How many entries are there; each of them is what was put."""
    with Store(folder) as store:
        found = {number: store.get("k", b"%d" % number) for number in range(entries)}
    assert all(value in (None, data(number)) for number, value in found.items())
    return sum(value is not None for value in found.values())


def writer(folder: Path, **more: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload, no-any-return]


def test_what_was_put_is_found_by_kind_and_key(folder: Path) -> None:
    with Store(folder) as store:
        store.put("a", b"1", b"one")
        assert store.get("a", b"1") == b"one"
        assert store.get("b", b"1") is None
    with Store(folder) as store:
        assert store.get("a", b"1") == b"one"
        store.put("a", b"1", b"two")
    with Store(folder) as store:
        assert store.get("a", b"1") == b"two"
        assert store.fault is None


def test_the_folder_is_marked_as_a_cache_and_hidden_from_git(folder: Path) -> None:
    filled(folder)
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (folder / ".gitignore").read_text().splitlines()[-1] == "*"


def test_nothing_is_made_before_something_is_asked(folder: Path) -> None:
    Store(folder).close()
    assert not folder.exists()


@pytest.mark.parametrize("after", [0.05, 0.2, 0.5])
def test_killed_while_it_writes_it_has_what_was_written(folder: Path, after: float) -> None:
    process = writer(folder)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    written = [int(line.split()[0]) for line in process.stdout if line.endswith("None\n")]
    process.wait()
    process.stdout.close()
    last = max(written, default=0)
    assert right(folder, last + 1) == last + 1
    assert right(filled(folder).parent) == 50


def test_two_runs_at_once_write_both(folder: Path) -> None:
    one, other = writer(folder), writer(folder)
    for process in (one, other):
        assert process.stdout is not None
        for _ in range(20):
            assert process.stdout.readline().endswith("None\n")
    assert right(folder, 20) == 20
    for process in (one, other):
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]
    assert right(folder, 20) == 20


def test_a_writer_that_holds_the_file_for_long_is_no_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzer.cache.store.PATIENCE", 0.1)
    file = filled(folder)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Store(folder) as store:
        assert store.get("k", b"7") == data(7)
        store.put("k", b"new", b"x")
        store.flush()
        assert store.get("k", b"7") == data(7)
    holder.execute("ROLLBACK")
    holder.close()
    assert store.fault is None
    assert right(folder) == 50


def test_a_full_disk_costs_what_does_not_fit(folder: Path) -> None:
    filled(folder, 5)
    limit = (folder / FILE).stat().st_size + 400_000

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = writer(folder, preexec_fn=bounded)
    assert process.stdout is not None
    faults = []
    for line in process.stdout:
        faults.append(line.split(None, 1)[1].strip())
        if len(faults) == 40:
            break
    process.kill()
    process.wait()
    process.stdout.close()
    assert faults[0] == "None"
    assert "cannot be written" in faults[-1]
    assert len(set(faults)) == 2
    assert right(folder, 5) == 5
    assert right(filled(folder).parent) == 50


@pytest.fixture
def unwritable() -> Iterator[Path]:
    """A filled cache in a folder where nothing can be written, even by root."""
    above = Path(tempfile.mkdtemp())
    above.chmod(0o755)
    filled(above / "cache")
    (above / "cache").chmod(0o555)
    (above / "cache" / FILE).chmod(0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield above / "cache"
    if root:
        os.seteuid(0)
    (above / "cache").chmod(0o755)
    shutil.rmtree(above)


def test_a_folder_that_cannot_be_written_is_read(unwritable: Path) -> None:
    with Store(unwritable) as store:
        assert store.get("k", b"7") == data(7)
        store.put("k", b"new", b"x")
        store.flush()
        assert store.get("k", b"8") == data(8)
    assert store.fault is None or "cannot be written" in store.fault


def test_a_folder_that_cannot_be_made_is_said_once(unwritable: Path) -> None:
    with Store(unwritable / "deeper") as store:
        assert store.get("k", b"7") is None
        store.put("k", b"7", b"x")
        store.flush()
    assert store.fault is not None
    assert "cannot be used" in store.fault
    assert "\n" not in store.fault


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_file_gives_less_and_nothing_else(folder: Path, seed: int) -> None:
    file = filled(folder)
    chance = random.Random(seed)
    damaged = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 20, 2000))):
        damaged[chance.randrange(100 if seed % 3 == 0 else len(damaged))] = chance.randrange(256)
    if seed % 4 == 1:
        del damaged[chance.randrange(len(damaged)) :]
    file.write_bytes(damaged)
    right(folder)
    assert right(filled(folder).parent) <= 50
    assert right(filled(folder).parent) == 50


@pytest.mark.parametrize("content", [b"", b"not a database, whatever its name says " * 100, bytes(8192)])
def test_what_is_no_database_is_made_anew(folder: Path, content: bytes) -> None:
    filled(folder).write_bytes(content)
    assert right(folder) == 0
    assert right(filled(folder).parent) == 50


def test_a_file_of_somebody_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / FILE).write_bytes(b"letters to my mother " * 100)
    assert right(folder) == 0
    filled(folder)
    assert (folder / FILE).read_bytes() == b"letters to my mother " * 100
    (folder / FILE).unlink()
    with sqlite3.connect(folder / FILE) as theirs:
        theirs.execute("CREATE TABLE entries (kind, key, digest, used, data)")
    theirs.close()
    with Store(folder) as store:
        assert store.get("k", b"7") is None
    assert store.fault is not None
    assert "is not the cache's" in store.fault


def test_a_row_with_other_types_is_not_taken(folder: Path) -> None:
    with sqlite3.connect(filled(folder)) as connection:
        connection.execute("UPDATE entries SET data = 'text', digest = 7 WHERE key = ?", (b"7",))
        connection.execute("UPDATE entries SET used = 'long ago' WHERE key = ?", (b"8",))
    connection.close()
    assert right(folder) == 49


def test_links_in_the_cache_s_place_are_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = tmp_path / "project" / ".weighbridge_cache"
    folder.parent.mkdir()
    folder.symlink_to(elsewhere)
    with Store(folder) as store:
        store.put("k", b"1", b"x")
    assert store.fault is not None
    assert not clean(folder)
    assert not list(elsewhere.iterdir())
    folder.unlink()
    folder.mkdir()
    (folder / FILE).symlink_to(tmp_path / "private")
    (tmp_path / "private").write_text("secret")
    with Store(folder) as store:
        store.put("k", b"1", b"x")
    assert store.fault is not None
    assert (tmp_path / "private").read_text() == "secret"


def test_what_was_not_used_for_longest_goes_first(folder: Path) -> None:
    with Store(folder, limit=2_000_000) as store:
        for number in range(100):
            store.put("k", b"%d" % number, data(number))
            store.flush()
    kept = [number for number in range(100) if Store(folder).get("k", b"%d" % number)]
    assert 5 < len(kept) < 60
    assert kept == list(range(100 - len(kept), 100))
    assert (folder / FILE).stat().st_size < 3_000_000


def test_clean_deletes_what_the_cache_made_and_no_more(folder: Path) -> None:
    filled(folder)
    (folder / "mine.txt").write_text("mine")
    assert clean(folder)
    assert [file.name for file in folder.iterdir()] == ["mine.txt"]
    assert not clean(folder)
    filled(folder)
    assert not (folder / "CACHEDIR.TAG").exists()
    (folder / "mine.txt").unlink()
    assert clean(folder)
    assert not folder.exists()
    assert MARKS


def test_the_place_is_what_is_asked_then_the_environment_then_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEIGHBRIDGE_CACHE_DIR", raising=False)
    assert place(None, Path("/p")) == Path("/p/.weighbridge_cache")
    monkeypatch.setenv("WEIGHBRIDGE_CACHE_DIR", "/c")
    assert place(None, Path("/p")) == Path("/c")
    assert place(Path("/a"), Path("/p")) == Path("/a")
