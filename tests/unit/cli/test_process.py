"""The command as a process: what it imports, closed pipes, full disks, Ctrl-C, and a watched stderr."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analyzer.cli import progress

ROOT = Path(__file__).parents[3]
STAND_IN = """
import sys, time
from analyzer import weighing
from tests.unit.reports.samples import nested, report
weighing.summary = lambda targets, **more: report(*[nested()] * 2000)
def scan(paths, means=None, **more):
    progress = means.progress
    {body}
    return report(nested())
weighing.scan = scan
from analyzer.cli import main
main()
"""


def started(body: str, *arguments: str, **more: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", STAND_IN.format(body=body), *arguments]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, **more)  # type: ignore[call-overload, no-any-return]


def output(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "analyzer", *arguments], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["summary", "--help"]])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom analyzer.cli import main\n"
        f"sys.argv[1:] = {arguments}\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\n"
        "print([name for name in ('libcst', 'networkx', 'rich', 'msgspec', 'httpx', 'torch') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version_and_help_speak() -> None:
    assert output("--version").stdout.startswith("weighbridge")
    text = output("--help").stdout
    assert all(f"  {name}  " in text for name in ("summary", "scan", "dump"))
    assert "weighbridge summary net.py::Net --input N,3,32,32" in text


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    process = started("pass", "summary", "x.py", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), errors) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        process = started("pass", "summary", "x.py", stdout=full, stderr=subprocess.PIPE)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors == b"error: cannot write the report: No space left on device\n"


def test_ctrl_c_ends_with_130_and_no_traceback() -> None:
    process = started("raise KeyboardInterrupt", "scan", ".", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, errors = process.communicate(timeout=60)
    assert (process.returncode, out, errors) == (130, b"", b"")


def test_an_encoding_without_our_signs_gets_ascii() -> None:
    code = STAND_IN.format(body="pass")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-c", code, "scan", "."]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert b"-----" in done.stdout
    assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("body", "drawn"), [("progress(1, 2, 'a.py')", False), ("clock(); progress(1, 2, 'a.py')", True)]
)
def test_progress_is_drawn_only_when_work_is_long(body: str, drawn: bool) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    clock = "clock = lambda: setattr(time, 'monotonic', lambda now=time.monotonic() + 5: now); "
    process = started(clock + body, "scan", ".", stdout=subprocess.DEVNULL, stderr=theirs)
    assert process.wait(60) == 0
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:
        pass  # Linux reports the closed end of a terminal as an error
    os.close(ours)
    assert (b"1/2 files" in seen) is drawn
    assert not drawn or seen.endswith(b"\r\x1b[2K")


def test_progress_is_silent_where_nobody_watches(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.Progress() as bar:
        later = time.monotonic() + 9
        monkeypatch.setattr(time, "monotonic", lambda: later)
        bar(1, 2, "a.py")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("width", [10, 30, 50, 80])
def test_the_progress_line_fits(width: int) -> None:
    line = progress.drawn(123, 251, "models/deep/down/resnet.py\x1b[2J", 48, width)
    assert len(line) <= width
    assert "\x1b" not in line
    assert progress.drawn(123, 251, "a/b.py", 48, 80) == "━━━━━━━━━╸────────── 123/251 files  48/s  a/b.py"


def test_a_cache_that_cannot_be_used_gets_one_word_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "no_folder").write_text("a file")
    model = "fixtures/seed_cnn.py"
    with_cache = output("scan", model, "--cache-dir", str(tmp_path / "no_folder"))
    without = output("scan", model, "--no-cache")
    assert (with_cache.returncode, with_cache.stdout) == (0, without.stdout)
    assert with_cache.stderr.startswith("warning: the cache in ")
    assert len(with_cache.stderr.splitlines()) == 1
    assert without.stderr == ""


def test_the_second_run_says_the_same_and_clean_forgets_it(tmp_path: Path) -> None:
    cache = ("--cache-dir", str(tmp_path / "cache"))
    runs = [output("check", "--isolated", "fixtures/seed_cnn.py", *cache) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].returncode == runs[1].returncode
    assert runs[1].stderr == ""
    cleaned = output("clean", *cache)
    assert cleaned.returncode == 0
    assert cleaned.stderr.startswith("deleted ")
    assert not (tmp_path / "cache").exists()
    assert output("clean", *cache).stderr == "there is no cache\n"
