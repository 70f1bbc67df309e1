"""Torch's modules made of modules, as knowledge/composites describes them, against what PyTorch answered.

The records are those of scripts/record_composites.py.  Where PyTorch is installed it runs the descriptions too, as
they are ordinary PyTorch code, and must build the same modules as its own classes do.
"""

from __future__ import annotations

import ast
import inspect
import json
import runpy
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
COMPOSITES = sorted((ROOT / "analyzer" / "knowledge" / "composites").glob("*.py"))
GOLDEN = json.loads((ROOT / "tests" / "golden" / "composites.json").read_text())
CASES = [
    pytest.param(case, id=f"{case['call']}{'.' * bool(case.get('method'))}{case.get('method', '')} on {case['inputs']}")
    for case in GOLDEN["cases"]
]


def _classes() -> dict[str, ast.ClassDef]:
    return {
        node.name: node
        for path in COMPOSITES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    }


def _exports() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in COMPOSITES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXPORTS":
                for name, places in ast.literal_eval(node.value).items():
                    found |= dict.fromkeys(places, name)
    return found


def test_every_class_is_exported_where_torch_has_it() -> None:
    assert _exports() == GOLDEN["exports"]
    assert set(_exports().values()) == set(_classes())


@pytest.mark.parametrize("name", GOLDEN["signatures"])
def test_signatures_are_torchs(name: str) -> None:
    methods = {node.name: node for node in _classes()[name].body if isinstance(node, ast.FunctionDef)}
    for method, expected in GOLDEN["signatures"][name].items():
        if method in methods:
            assert _signature(methods[method].args) == expected
        else:
            assert expected in ([], [["*args"], ["**kwargs"]])


def _signature(arguments: ast.arguments) -> list[list[str]]:
    names = [argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)]
    required = len(arguments.args) - len(arguments.defaults)
    defaults = [None] * required + [ast.unparse(default) for default in arguments.defaults]
    defaults += [None if default is None else ast.unparse(default) for default in arguments.kw_defaults]
    pairs = [[name] if default is None else [name, default] for name, default in zip(names, defaults, strict=True)]
    return [pair for pair in pairs if pair != ["self"]]


@pytest.mark.parametrize("name", sorted(set(GOLDEN["exports"].values())))
def test_each_class_has_cases_enough(name: str) -> None:
    cases = [case for case in GOLDEN["cases"] if case["call"].partition("(")[0].endswith(f".{name}")]
    accepted = [case for case in cases if "error" not in case]
    assert accepted
    if name not in ("QuantStub", "DeQuantStub"):
        assert len(cases) > len(accepted)


@pytest.mark.parametrize("case", CASES)
def test_the_descriptions_are_torchs_modules(case: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    warnings.simplefilter("ignore")
    recorder = runpy.run_path(str(ROOT / "scripts" / "record_composites.py"))
    _describe(torch, monkeypatch)
    make = recorder["on_cpu" if case.get("device") == "cpu" else "on_meta"]
    answer = recorder["record"](
        recorder["Case"](case["call"], tuple(case["inputs"]), case.get("method", "")), case.get("device", "meta"), make
    )
    if "error" in case:
        assert answer["error"]["during"] == case["error"]["during"]
        return
    if case.get("device") == "cpu":  # what is computed depends on data, in whichever order
        answer = {**answer, **{name: case[name] for name in ("calls", "macs")}}
    assert answer == {name: value for name, value in case.items() if name != "device"}


def _describe(torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put our descriptions where PyTorch has its own classes."""
    for path in COMPOSITES:
        for name, value in runpy.run_path(str(path)).items():
            if inspect.isclass(value):
                for place, exported in GOLDEN["exports"].items():
                    if exported == name:
                        monkeypatch.setattr(place, value)
