"""json, yaml, toml, csv and ini: as the host reads them, within bounds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer.evaluation.values import Unknown

PRELUDE = """
import configparser
import csv
import io
import json
import tomllib
import types

import yaml

ini = configparser.ConfigParser()
ini.read_string("[net]\\nwidth = 64\\ndeep = yes\\n")
"""

EXPRESSIONS = (
    "json.loads('{\"a\": [1, 2.5, null, true]}')",
    'json.dumps({"b": 1, "a": [1, (2,)]}, sort_keys=True)',
    "json.dumps([1], indent=2)",
    'json.loads(\'{"a": {"b": 1}}\', object_hook=lambda d: types.SimpleNamespace(**d)).a.b',
    'yaml.safe_load("a: [1, 2]\\nb: {c: x}\\nd: &q [1]\\ne: *q\\nf: 1e-3\\ng: yes\\nh: 0x10")',
    'yaml.safe_load("base: &b {w: 1}\\nnet: {<<: *b, d: 2}")',
    'list(yaml.safe_load_all("a: 1\\n---\\nb: 2"))',
    'tomllib.loads("a=1\\n[b]\\nc=[1,2]")',
    'list(csv.reader(io.StringIO("a,b\\n1,2\\n")))',
    'list(csv.DictReader(io.StringIO("a,b\\n1,2\\n")))',
    '(ini.get("net", "width"), ini.getint("net", "width"), ini.getboolean("net", "deep"), ini.sections())',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


@pytest.mark.parametrize(
    ("statement", "error"),
    [("json.loads('{')", "json.JSONDecodeError"), ("yaml.safe_load('a: [')", "yaml.YAMLError"),
     ("tomllib.loads('a')", "tomllib.TOMLDecodeError")],
)  # fmt: skip
def test_malformed_documents_raise(compare: Callable[[str], None], statement: str, error: str) -> None:
    compare(f"{PRELUDE}\ntry: {statement}\nexcept {error}: x = 1\n")


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
MERGES = "a0: &a0 {k: v}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 40))


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (BOMB, "elements"),
        (MERGES, "too large"),
        ("&a [*a]", "elements"),
        ("[" * 3000, "nested too deep"),
        ("!!python/object/apply:os.system [ls]", "a YAML tag"),
        ("x: 0b" + "1" * 5000, "too long"),
    ],
)
def test_hostile_yaml(evaluate: Callable[..., Unknown], document: str, reason: str) -> None:
    assert reason in evaluate(f"import yaml\nx = yaml.safe_load({document!r})").reason


def test_hostile_json(evaluate: Callable[..., Unknown]) -> None:
    assert "nested too deep" in evaluate("import json\nx = json.loads('[' * 100000)").reason


def test_files_of_the_project(evaluate: Callable[..., object]) -> None:
    files = {
        "net__json": '{"width": 64}',
        "net__yaml": "depths: [2, 2]",
        "net__toml": "depth = 3",
        "notes__txt": "a\nb\n",
    }
    source = """
import json, yaml, toml
from pathlib import Path
with open("net.json") as f:
    one = json.load(f)
with Path("net.yaml").open() as f:
    two = yaml.safe_load(f)
lines = [line.strip() for line in open("notes.txt")]
x = one["width"], two["depths"], toml.load("net.toml")["depth"], lines, Path("net.json").exists()
"""
    assert evaluate(source, **files) == (64, [2, 2], 3, ["a", "b"], True)


@pytest.mark.parametrize("call", ["open('/etc/passwd')", "open('no.txt').read()", "open('a', 'w')", "open(0)"])
def test_other_files_are_not_known(evaluate: Callable[..., object], call: str) -> None:
    found = evaluate(f"x = {call}")
    assert isinstance(found, Unknown)
    assert found.plain
