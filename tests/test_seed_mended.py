"""The article's model with the mistake that such models have: `weighbridge check --fix` finds and mends it unasked.

nn.Linear(256*8*8, 1024)       in_features is 16384, but 4096 (256*4*4) arrive       nn.Linear(256*4*4, 1024)
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analyzer.cli.app import app

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
SEED = (FIXTURES / "seed_cnn.py").read_bytes()
MISTAKEN = (FIXTURES / "mistakes" / "seed_cnn.py").read_bytes()


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy in an empty folder, with no configuration and no input given."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "net.py"
    file.write_bytes(SEED.replace(b"nn.Linear(256*4*4,", b"nn.Linear(256*8*8,"))
    return file


def check(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", "net.py", "--isolated", *arguments])


def test_the_example_is_the_seed_with_one_mistake(net: Path) -> None:
    assert net.read_bytes() == MISTAKEN != SEED


def test_the_first_linear_is_reported_with_the_value_that_fits(net: Path) -> None:
    result = check("--output-format", "json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["code"], finding["severity"]) == ("WBX301", "error")
    assert (finding["line"], finding["column"], finding["end_column"]) == (26, 13, 37)
    assert finding["message"] == "in_features is 16384, but 4096 (256*4*4) arrive: in_features should be 4096"
    assert net.read_bytes() == MISTAKEN


def test_the_safe_fix_mends_it(net: Path) -> None:
    result = check("--fix")
    assert (result.exit_code, net.read_bytes()) == (0, SEED)
    assert "1 fixed; no findings left" in result.stdout
    again = check()
    assert again.exit_code == 0
    assert "no findings" in again.stdout


def test_a_linear_that_fits_another_size_is_held_against_the_comments(net: Path) -> None:
    net.write_bytes(SEED.replace(b"# output: 256 x 4 x 4", b"# output: 256 x 8 x 8"))
    assert "WBX305" in check("--output-format", "concise").stdout
