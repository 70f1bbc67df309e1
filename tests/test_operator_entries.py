"""Every operator entry against what PyTorch answered: `tests/golden/operators/*.json`, by scripts/record_truth.py.

A case is replayed without torch: its call is evaluated with `torch`, `F` and tensors that the entries answer for.
"""

from __future__ import annotations

import inspect
import json
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from analyzer.algebra.tensor import DType, Refused, TensorType, parse_input
from analyzer.knowledge.entries import entries
from analyzer.knowledge.operator import Case, DataDependent, OperatorSpec
from tests.operator_namespace import Namespaces, unwrapped

GOLDEN = Path(__file__).parent / "golden" / "operators"

Record = dict[str, Any]


def _records() -> dict[str, Record]:
    found: dict[str, Record] = {}
    for path in sorted(GOLDEN.glob("*.json")):
        found |= json.loads(path.read_text())["entries"]
    return found


RECORDS = _records()
SPECS = tuple(entries("analyzer.knowledge.operators", OperatorSpec))
CASES = [
    pytest.param(case, record, id=f"{case.call} on {' and '.join(case.tensors.values()) or 'nothing'}")
    for spec in SPECS
    for case, record in zip(spec.cases, RECORDS.get(spec.names[0], {"cases": []})["cases"], strict=False)
]


def _decoded(value: Any) -> Any:
    """What `record_encoding.encode` wrote of an argument."""
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "shape" in value:
        return TensorType(tuple(value["shape"]), DType.parse(value["dtype"]))
    [(kind, inner)] = value.items()
    if kind == "dict":
        return {key: _decoded(item) for key, item in inner.items()}
    return float(inner) if kind == "float" else {"tuple": tuple, "list": list, "size": tuple}[kind](_decoded(inner))


def _assert_same(ours: Any, theirs: Any) -> None:
    """Our output against torch's as recorded; of other objects of torch (devices) only their being there."""
    if not isinstance(theirs, Mapping):
        assert str(ours) == theirs if isinstance(ours, DType) else ours == theirs
        assert isinstance(ours, bool) == isinstance(theirs, bool)
        return
    if "shape" in theirs:
        assert isinstance(ours, TensorType)
        assert (list(ours.shape), str(ours.dtype)) == (theirs["shape"], theirs["dtype"])
        return
    [(kind, inner)] = theirs.items()
    if kind in ("tuple", "list", "size"):
        assert isinstance(ours, list if kind == "list" else tuple)
        assert len(ours) == len(inner)
        for mine, their in zip(ours, inner, strict=True):
            _assert_same(mine, their)
    elif kind == "dict":
        assert ours.keys() == inner.keys()
        for key, their in inner.items():
            _assert_same(ours[key], their)
    elif kind == "float":
        assert ours == float(inner) or (math.isnan(ours) and inner == "nan")
    else:
        assert kind == "other"
        assert ours is not None


@pytest.mark.parametrize(("case", "record"), CASES)
def test_case(case: Case, record: Record) -> None:
    """Outputs, multiply-accumulates and refusals are PyTorch's; DataDependent may stand for any output."""
    names = Namespaces()
    tensors = names.wrapped({name: _decoded(value) for name, value in record["arguments"].items()})
    namespace = {"torch": names.torch, "F": names.F, "einops": names.einops, "math": math, **tensors}
    if case.refused is not None:
        assert "error" in record, f"PyTorch accepts it: {record['output']}"
        with pytest.raises(Refused) as refusal:
            eval(case.call, namespace)
        assert case.refused in refusal.value.message
        return
    assert "error" not in record, record.get("error")
    try:
        output = unwrapped(eval(case.call, namespace))
    except DataDependent:
        return
    _assert_same(output, record["output"])
    assert names.macs == record["macs"]


@pytest.mark.parametrize("spec", [pytest.param(spec, id=spec.names[0]) for spec in SPECS])
def test_entry_is_recorded(spec: OperatorSpec) -> None:
    """The records are those of the cases as they are now; scripts/record_truth.py operators brings them up to date."""
    record = RECORDS[spec.names[0]]
    assert tuple(record["names"]) == spec.names
    assert [case["call"] for case in record["cases"]] == [case.call for case in spec.cases]
    for case, recorded in zip(spec.cases, record["cases"], strict=True):
        given = recorded["arguments"]
        assert given.keys() == case.tensors.keys()
        for name, value in given.items():
            if isinstance(value, Mapping) and "shape" in value:
                assert parse_input(case.tensors[name])[1] == _decoded(value)


@pytest.mark.parametrize(
    "spec",
    [pytest.param(s, id=s.names[0]) for s in SPECS if RECORDS.get(s.names[0], {}).get("signature")],
)
def test_rule_takes_the_arguments_of_torch(spec: OperatorSpec) -> None:
    """By name and with the same defaults, where torch's function says what it takes; `out` is not followed."""
    ours = inspect.signature(spec.rule).parameters
    kinds = {argument.kind for argument in ours.values()}
    for name, *default in RECORDS[spec.names[0]]["signature"]:
        if name == "out" or name.startswith("*") or inspect.Parameter.VAR_KEYWORD in kinds:
            continue
        assert name in ours
        if default and not default[0].startswith("<") and inspect.Parameter.VAR_POSITIONAL not in kinds:
            assert repr(ours[name].default) == default[0]


def test_a_name_has_one_entry() -> None:
    counts = Counter(name for spec in SPECS for name in spec.names)
    assert [name for name, count in counts.items() if count > 1] == []
