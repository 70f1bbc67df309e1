from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyzer.budget import Budget, Growth
from analyzer.config import ConfigError, load, parse, schema

ROOT = Path("/project")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "config.schema.json").read_text(encoding="utf-8"))

FULL = """
extend-select = ["WBO"]
ignore = ["WBS102"]
exclude = ["legacy"]
baseline = "known.json"

[per-file-ignores]
"tests/*" = ["WBS"]

[[budget]]
models = ["src/mobile/*", "*::Mobile*"]
max-parameters = "5.5M"
max-trainable = 5_000_000
max-layer-parameters = "1,000,000"
max-layer-share = "40%"
max-size = "10 MiB"
dtype = "int8"
max-macs = "4.1 GMACs"
max-activations = "100 MB"
max-growth = "2.5%"
severity = "warning"
message = "ask the phone team"

[[budget]]
max-growth = "1M"
"""


def test_every_key_of_a_budget_is_read() -> None:
    options = parse(FULL, ROOT)
    first, second = options.budgets
    assert first == Budget(
        models=("src/mobile/*", "*::Mobile*"),
        max_parameters=5_500_000,
        max_trainable=5_000_000,
        max_layer_parameters=1_000_000,
        max_layer_share=Fraction(2, 5),
        max_size=10 * 2**20,
        dtype="int8",
        max_macs=4_100_000_000,
        max_activations=100_000_000,
        max_growth=Growth(part=Fraction(1, 40)),
        severity="warning",
        message="ask the phone team",
    )
    assert second.max_growth == Growth(absolute=1_000_000)
    assert options.baseline == ROOT / "known.json"
    assert options.per_file_ignores == {"tests/*": ("WBS",)}


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('[[budget]]\nmax-parmeters = "5M"', 'unknown key "max-parmeters" in budget', 'did you mean "max-parameters"?'),
        ('[[budget]]\nmax-size = "10 Mparams"', 'budget.max-size is the string "10 Mparams"', "a number of bytes"),
        ('[[budget]]\nmax-parameters = "1.5"', 'budget.max-parameters is the string "1.5"', "a whole number of them"),
        ("[[budget]]\nmax-parameters = -1", "budget.max-parameters is the number -1", "25M"),
        ("[[budget]]\nmax-parameters = true", "budget.max-parameters is true", "25M"),
        ('[[budget]]\nmax-layer-share = "140%"', 'budget.max-layer-share is the string "140%"', '0.4 or "40%"'),
        ("[[budget]]\nmax-layer-share = nan", "budget.max-layer-share is the number nan", '0.4 or "40%"'),
        ('[[budget]]\ndtype = "float"', 'budget.dtype is the string "float"', '"float32" or'),
        ("[budget]\nmax-size = 3", "budget is a table", "[[tool.weighbridge.budget]]"),
        ('ignores = ["WBS"]', 'unknown key "ignores"', 'did you mean "ignore"?'),
        ('select = "WBS"', 'select is the string "WBS"', "a list of rules"),
        ('[per-file-ignores]\n"a" = "WBS"', 'per-file-ignores.a is the string "WBS"', "a list of rules"),
    ],
)
def test_what_cannot_be_used_is_said_with_what_would_be_right(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, ROOT)
    assert caught.value.message == message
    assert hint in (caught.value.hint or "")
    assert caught.value.line is not None


@pytest.mark.parametrize(
    ("models", "file", "name", "applies"),
    [
        (("*",), "net.py", "Net", True),
        (("src/*",), "src/a/net.py", "Net", True),
        (("src/*",), "net.py", "Net", False),
        (("Net",), "net.py", "Net", True),
        (("net.py::Net",), "net.py", "Net", True),
        (("*::net",), "net.py", "Net", False),
    ],
)
def test_a_budget_is_for_files_names_and_ids(models: tuple[str, ...], file: str, name: str, applies: bool) -> None:
    assert Budget(models).applies(file, f"{file}::{name}") is applies


def test_growth_is_exact_at_its_bound() -> None:
    assert Growth(part=Fraction(1, 20)).allows(100, 105)
    assert not Growth(part=Fraction(1, 20)).allows(100, 106)
    assert Growth(absolute=5).allows(100, 105)
    assert not Growth(absolute=5).allows(100, 106)
    assert Growth(absolute=0).allows(100, 90)


def test_extend_adds_to_tables_and_replaces_the_rest(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "team.toml").write_text(FULL, encoding="utf-8")
    own = '[tool.weighbridge]\nextend = "base/team.toml"\nignore = []\n[[tool.weighbridge.budget]]\nmodels = "x"\n'
    (tmp_path / "pyproject.toml").write_text(own, encoding="utf-8")
    options = load(tmp_path)
    assert options.root == tmp_path
    assert options.ignore == ()
    assert options.extend_select == ("WBO",)
    assert [budget.models for budget in options.budgets][1:] == [("*",), ("x",)]
    assert options.baseline == tmp_path / "base" / "known.json"


@pytest.mark.parametrize(
    ("text", "message"), [('extend = "weighbridge.toml"', "extends itself"), ('extend = "no.toml"', "no such")]
)
def test_extend_that_leads_nowhere(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "weighbridge.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load(tmp_path)


def test_the_schema_in_the_documentation_is_the_configuration() -> None:
    assert schema() == SCHEMA


def read(text: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text)


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("max-parameters", ["25M", "25 m", "1,000", "2.5 B", 3], ["25 MB", "M", "25 MM", "", -1, 1.5]),
        ("max-size", ["100 MB", "1.5GiB", "10 kB", "7"], ["100 MBs", "100 MACs", "MB"]),
        ("max-macs", ["4.1 GMACs", "4G", "300 mmac"], ["4.1 GFLOPs", "4 GB/s"]),
        ("max-growth", ["5%", "2.5 %", "1M", 0], ["-5%", "5%%", "5 MB"]),
        ("max-layer-share", ["40%", "100%", 0.4, 1], ["140%", "40", 1.4, -0.1]),
    ],
)
def test_the_schema_and_the_reader_agree_on_units(key: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        jsonschema.validate({"budget": [{key: value}]}, SCHEMA)
        parse(f"[[budget]]\n{key} = {json.dumps(value)}", ROOT)
    for value in bad:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({"budget": [{key: value}]}, SCHEMA)
        with pytest.raises(ConfigError):
            parse(f"[[budget]]\n{key} = {json.dumps(value)}", ROOT)


def test_the_schema_takes_what_is_read_and_refuses_what_is_not() -> None:
    jsonschema.validate(read(FULL), SCHEMA)
    more = 'search-path = ["a"]\n[inputs]\na = "N,3"\nb = ["N"]\nc = {x = "N"}\n[assume]\nd = 3'
    jsonschema.validate(read(more), SCHEMA)
    for wrong in ('ignores = ["WBS"]', 'select = "WBS"', "[[budget]]\nmax-parmeters = 5", "[[budget]]\nmax-size = -1"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(read(wrong), SCHEMA)
