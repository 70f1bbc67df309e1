"""Random and mutated programs: whatever they are, the API gives a report, and no fault of its own is in it.

WEIGHBRIDGE_FUZZ=20000 pytest tests/test_fuzz.py      so many examples of each kind, others at every run
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import analyzer
from analyzer.evaluation import imports
from analyzer.evaluation.fuel import Limits
from analyzer.mishap import MARK
from analyzer.reports import View, render
from scripts import corpus
from tests.random_programs import mutated, program

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = int(os.environ.get("WEIGHBRIDGE_FUZZ", "0"))
FIXTURES = sorted(path for path in (ROOT / "fixtures").glob("*.py"))
LIBRARIES = ("torchvision", "timm")
FUEL = Limits(steps=4_000, seconds=4.0, size=20_000, memory=100_000_000, modules=300, paths=4)

pytestmark = pytest.mark.usefixtures("little_fuel")


def examples(number: int) -> settings:
    """Settings of a run: short and always the same, or as long as is asked for."""
    return settings(
        max_examples=EXAMPLES or number,
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def little_fuel() -> Iterator[None]:
    """What is random ends soon or never: there is little to be seen in long runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(imports, "Limits", lambda: FUEL)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def assert_reported(file: Path, source: bytes) -> None:
    """Check it, which scans it with shapes and asks every rule, and print what comes of it."""
    file.write_bytes(source)
    report = analyzer.check([str(file)])
    text = render("json", "scan", report, View(layers=True, shapes=True))
    assert MARK not in text, text[max(0, text.index(MARK) - 100) :][:600]


SEEDS = st.integers(0, 2**64)


@examples(60)
@given(seed=SEEDS)
def test_random_programs(folder: Path, seed: int) -> None:
    assert_reported(folder / "random_program.py", program(Random(seed)).encode(errors="replace"))


@examples(40)
@given(seed=SEEDS)
def test_mutated_fixtures(folder: Path, seed: int) -> None:
    random = Random(seed)
    source = random.choice(FIXTURES).read_text(encoding="utf-8")
    assert_reported(folder / "mutated_fixture.py", mutated(source, random).encode(errors="replace"))


@examples(20)
@given(seed=SEEDS)
def test_bytes_that_change(folder: Path, seed: int) -> None:
    random = Random(seed)
    source = bytearray(random.choice(FIXTURES).read_bytes())
    for _ in range(1 + random.randrange(4)):
        source[random.randrange(len(source))] = random.randrange(256)
    assert_reported(folder / "changed_bytes.py", bytes(source))


@pytest.mark.corpus
@pytest.mark.parametrize("name", LIBRARIES)
@examples(10)
@given(seed=SEEDS)
def test_mutated_libraries(folder: Path, name: str, seed: int) -> None:
    if not corpus.path(name).is_dir():
        pytest.skip(f"no source of {name} in .corpus")
    random = Random(seed)
    file = random.choice(sorted(corpus.path(name).rglob("*.py")))
    assert_reported(folder / "mutated_library.py", mutated(file.read_text(encoding="utf-8"), random).encode())
