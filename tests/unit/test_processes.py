"""Work in other processes: the same report, whatever happens to them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

import analyzer
from analyzer.baseline import Baseline
from analyzer.config import Options
from analyzer.linting import check
from analyzer.processes import spread
from analyzer.shares import grouped
from analyzer.weighing import Means, scan
from analyzer.work import Work

ROOT = Path(__file__).parents[2]
MODEL = """
from torch import nn
from shared import WIDTH

class Net{number}(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Linear(WIDTH, WIDTH) for _ in range({size})])
        self.last = nn.Softmax()
    def forward(self, x):
        return self.last(self.layers(x))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "shared.py").write_text("WIDTH = 8\n")
    (tmp_path / "broken.py").write_text("def broken(\n")
    for number in range(6):
        (tmp_path / f"net{number}.py").write_text(MODEL.format(number=number, size=10 + number))
    return tmp_path


def items(project: Path) -> list[str]:
    return sorted(map(str, project.glob("*.py")))


def test_reports_do_not_depend_on_processes(project: Path) -> None:
    options = Options(project)
    alone = scan([str(project)], layers=True, shapes=True, options=options, means=Means())
    assert len(alone.models) == 6
    assert len(alone.problems) == 1
    assert scan([str(project)], layers=True, shapes=True, options=options, means=Means(jobs=2)) == alone
    cached = Means(project / ".weighbridge_cache", jobs=2)
    for _ in range(2):
        assert scan([str(project)], layers=True, shapes=True, options=options, means=cached) == alone
    one, two = (
        check([str(project)], options=options, texts={}, known=Baseline(), means=means).report
        for means in (Means(), cached)
    )
    assert one == two
    assert len(one.findings) == 6


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_will_do(project: Path, kind: type[Executor]) -> None:
    context = {} if kind is ThreadPoolExecutor else {"mp_context": multiprocessing.get_context("spawn")}
    with kind(1, **context) as executor:  # type: ignore[call-arg]
        report = analyzer.scan([str(project)], layers=True, executor=executor)
    assert report == analyzer.scan([str(project)], layers=True)


def test_a_process_that_is_killed_loses_its_own_file_alone(project: Path) -> None:
    deadly = str(project / "net3.py")
    Path(deadly).write_text(MODEL.format(number=3, size=2000) + "#" * 5000)
    killed = 0

    def told(done: int, item: str) -> None:
        nonlocal killed
        if item == deadly:
            for child in multiprocessing.active_children():
                assert child.pid is not None
                os.kill(child.pid, signal.SIGKILL)
                killed += 1

    found = spread(Work("scan", Options(project)), items(project), jobs=2, told=told)
    assert killed
    assert set(found) == set(items(project))
    unread = {item for item, result in found.items() if result.opened().unread is not None}
    assert unread == {deadly, str(project / "broken.py")}
    problem = found[deadly].opened().unread
    assert problem is not None
    assert "ended from outside" in problem.message
    assert sum(len(result.opened().models) for result in found.values()) == 5


def test_an_executor_that_breaks_is_replaced(project: Path) -> None:
    executor = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    executor.submit(os._exit, 1)
    with executor:
        report = analyzer.scan([str(project)], layers=True, executor=executor)
    assert report == analyzer.scan([str(project)], layers=True)


def test_neighbours_are_grouped_and_the_largest_group_is_first(project: Path) -> None:
    files = items(project)
    groups = grouped(Work("scan", Options(project)), files, 4)
    assert sorted(file for group in groups for file in group) == files
    assert 3 <= len(groups) <= 6
    sizes = [sum(Path(file).stat().st_size for file in group) for group in groups]
    assert sizes == sorted(sizes, reverse=True)
    assert all(list(group) == files[files.index(group[0]) :][: len(group)] for group in groups)


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_ends_it_and_leaves_the_cache_sound(project: Path, jobs: int) -> None:
    for number in range(6, 60):
        (project / f"net{number}.py").write_text(MODEL.format(number=number, size=300))
    command = [sys.executable, "-m", "analyzer", "scan", str(project), "--jobs", str(jobs), "--shapes"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run in the background ignores it
    )  # fmt: skip
    cache = project / ".weighbridge_cache"
    while not cache.exists() and process.poll() is None:
        time.sleep(0.05)
    time.sleep(1)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    assert process.stderr is not None
    errors = process.stderr.read().decode()
    assert process.wait(60) == 130
    process.stderr.close()
    assert "Traceback" not in errors
    while is_alive(process.pid):
        time.sleep(0.1)
    files = [str(project / f"net{number}.py") for number in (1, 7, 8)]
    assert analyzer.scan(files, cache=cache) == analyzer.scan(files)
