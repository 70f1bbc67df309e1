"""Every layer entry against what PyTorch answered: `tests/golden/layers/*.json`, recorded by scripts/record_truth.py.

A case is replayed without torch: constructor, attributes, parameters, buffers, call, multiply-accumulates, refusals.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.layer import Case, LayerSpec, layers

GOLDEN = Path(__file__).parent / "golden" / "layers"
COMPOSITES = Path(__file__).parent.parent / "analyzer" / "knowledge" / "composites"

CONTAINERS = {
    "Container", "DataParallel", "Module", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential",
}  # fmt: skip
"""Classes of torch.nn that hold modules or parameters; the evaluator itself knows them."""

ABSTRACT = {"RNNBase", "RNNCellBase"}
"""Classes of torch.nn that exist to be inherited from."""

UNCHECKED_REFUSAL = {"Identity"}
"""Layers that accept every argument and every input."""

Record = dict[str, Any]


def _records() -> dict[str, Record]:
    found: dict[str, Record] = {}
    for path in sorted(GOLDEN.glob("[!_]*.json")):
        found |= json.loads(path.read_text())["entries"]
    return found


RECORDS = _records()
SPECS = layers()
CASES = [
    pytest.param(spec, case, id=f"{case.call} on {' and '.join(case.inputs) or 'nothing'}")
    for spec in SPECS.values()
    for case in spec.cases
]


class Layer:
    """A configured layer: attributes, and parameters and buffers as TensorTypes, as an entry sees it as `c`."""

    def __init__(self, spec: LayerSpec, attributes: Mapping[str, Any], dtype: DType) -> None:
        self.__dict__.update({"training": False}, **attributes)
        self.parameter_dtype = dtype
        self.spec = spec

    def fill(self, spec: LayerSpec) -> Layer:
        """Make the parameters and buffers."""
        self.spec = spec
        for name, shape in spec.parameters(self).items():
            setattr(self, name, None if shape is None else TensorType(shape, self.parameter_dtype))
        for name, buffer in spec.buffers(self).items():
            setattr(self, name, buffer)
        return self

    def train(self) -> Layer:
        self.training = True
        return self


def _constructor(spec: LayerSpec) -> Callable[..., Layer]:
    def construct(*arguments: Any, **keywords: Any) -> Layer:
        try:
            given = inspect.signature(spec.configure).bind(*arguments, **keywords).arguments
        except TypeError as error:  # a call that Python itself refuses
            raise Refused(str(error)) from error
        layer = Layer(spec, spec.configure(*arguments, **keywords), given.get("dtype") or DType.float32)
        return layer if spec.infer else layer.fill(spec)

    return construct


def _filled(*shape: Any, dtype: DType = DType.float32) -> TensorType:
    return TensorType(tuple(shape), dtype)


TORCH = SimpleNamespace(**{dtype.value: dtype for dtype in DType}, Size=tuple, ones=_filled, zeros=_filled)


def _construct(spec: LayerSpec, case: Case) -> Layer:
    made: Layer = eval(case.call, {spec.name: _constructor(spec), "torch": TORCH})
    return made


def _decode(value: Any) -> Any:
    """The value of a recorded JSON encoding, tensors as TensorTypes."""
    if isinstance(value, dict):
        kinds: dict[str, Callable[[Any], Any]] = {
            "tuple": lambda items: tuple(map(_decode, items)),
            "list": lambda items: list(map(_decode, items)),
            "size": tuple,
            "dict": lambda items: {name: _decode(item) for name, item in items.items()},
            "float": float,
        }
        if "shape" in value:
            return TensorType(tuple(value["shape"]), DType(value["dtype"]))
        ((kind, content),) = value.items()
        return kinds[kind](content)
    return value


def _record(spec: LayerSpec, case: Case) -> Record:
    for record in RECORDS.get(spec.qualified_name, {"cases": []})["cases"]:
        if record["call"] == case.call and tuple(record["inputs"]) == case.inputs:
            return dict(record)
    pytest.fail(f"{case.call} on {case.inputs} is not recorded: python scripts/record_truth.py layers")


def _call(layer: Layer, record: Record) -> tuple[Any, Any]:
    """Output and multiply-accumulates of the recorded call."""
    arguments = [_decode(value) for value in record["arguments"]]
    keywords = {name: _decode(value) for name, value in record["keywords"].items()}
    if layer.spec.infer:
        layer.__dict__.update(layer.spec.infer(layer, *arguments, **keywords))
        layer.fill(SPECS[f"{layer.spec.module}.{layer.spec.becomes}"])
    output = layer.spec.forward(layer, *arguments, **keywords)
    return output, layer.spec.macs(layer, output, *arguments, **keywords)


def _check_state(layer: Layer, state: Record) -> None:
    spec = layer.spec
    parameters = {name: None if shape is None else list(shape) for name, shape in spec.parameters(layer).items()}
    buffers = {
        name: None if buffer is None else [list(buffer.shape), buffer.dtype.value]
        for name, buffer in spec.buffers(layer).items()
    }
    assert list(parameters.items()) == list(state["parameters"].items())
    assert list(buffers.items()) == list(state["buffers"].items())
    _check_attributes(layer, state)


def _check_attributes(layer: Layer, state: Record) -> None:
    attributes = {name: repr(getattr(layer, name, "missing")) for name in state["attributes"]}
    assert attributes == state["attributes"]


@pytest.mark.parametrize(("spec", "case"), CASES)
def test_the_entry_answers_as_torch(spec: LayerSpec, case: Case) -> None:
    record = _record(spec, case)
    if case.refused is not None:
        assert "error" in record, "PyTorch accepts this case"
        with pytest.raises(Refused) as refusal:
            _call(_construct(spec, case), record)
        assert case.refused in refusal.value.message
        return
    assert "error" not in record, f"PyTorch refuses this case: {record['error']}"
    layer = _construct(spec, case)
    if spec.infer:
        _check_attributes(layer, record)
    else:
        _check_state(layer, record)
    if case.inputs:
        output, macs = _call(layer, record)
        assert output == _decode(record["output"])
        assert type(output) is type(_decode(record["output"]))
        assert macs == record["macs"]
    if "after" in record:
        assert layer.spec.name == record["after"]["class"]
        _check_state(layer, record["after"])


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_the_entry_has_cases_enough(spec: LayerSpec) -> None:
    accepted = [case for case in spec.cases if case.refused is None]
    assert len(accepted) >= 4
    if spec.name not in UNCHECKED_REFUSAL:
        assert len(spec.cases) > len(accepted), "no refused case"
    assert spec.page.startswith("https://")


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS.keys())
def test_the_signature_is_torchs(spec: LayerSpec) -> None:
    record = RECORDS[spec.qualified_name]
    if record["init"] != [["*args"], ["**kwargs"]]:  # overloads, as RNN has them, hide the names
        assert _signature(spec.configure) == record["init"]
    forward = _signature(spec.forward)[1:]
    assert forward == record["forward"]
    assert list(spec.bases) == record["bases"]


def _signature(function: Callable[..., Any]) -> list[list[str]]:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [
        [stars.get(argument.kind, "") + name] + ([] if argument.default is argument.empty else [repr(argument.default)])
        for name, argument in inspect.signature(function).parameters.items()
    ]


def test_every_class_of_torch_nn_is_known() -> None:
    exported = set(json.loads((GOLDEN / "_classes.json").read_text()))
    composites = {
        node.name
        for path in COMPOSITES.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    entries = {spec.name for spec in SPECS.values()}
    assert exported - entries - composites - CONTAINERS - ABSTRACT == set()


def test_a_name_is_defined_once() -> None:
    modules = {path.stem for path in (Path(inspect.getfile(LayerSpec)).parent / "layers").glob("[!_]*.py")}
    names = [
        entry.qualified_name
        for module in sorted(modules)
        for value in vars(importlib.import_module(f"analyzer.knowledge.layers.{module}")).values()
        for entry in (value if isinstance(value, tuple) else (value,))
        if isinstance(entry, LayerSpec)
    ]
    assert sorted(names) == sorted(set(names))
