"""Records what PyTorch answers to every case of every layer and operator entry; the only script that needs torch.

    python scripts/record_truth.py                            everything
    python scripts/record_truth.py layers convolution linear  two modules of analyzer/knowledge/layers
    python scripts/record_truth.py operators                  all operators
    python scripts/record_truth.py classes                    the classes that torch.nn exports

    tests/golden/layers/linear.json:
        {"torch": "2.13.0", "entries": {"torch.nn.Linear": {"init": [...], "forward": [...], "bases": [], "cases": [
            {"call": "Linear(20, 30)", "inputs": ["128,20"], "class": "Linear", "parameters": {"weight": [30, 20], ...},
             "arguments": [{"shape": [128, 20], "dtype": "float32"}], "keywords": {},
             "output": {"shape": [128, 30], "dtype": "float32"}, "macs": 76800}, ...]}}}
    a refused case ends in {"error": {"during": "init" or "call", "type": "RuntimeError", "message": "..."}} instead.

Layers are built and called on the meta device in eval mode, unless the call itself ends in `.train()`.  Small cases
are answered by real CPU tensors too, and what the CPU refuses is refused: some kernels of the meta device accept
more than PyTorch does.  A case that contradicts its own `refused` is reported, and the exit status is 1.
"""

from __future__ import annotations

import importlib
import inspect
import json
import math
import pkgutil
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from record_encoding import (  # noqa: E402
    MakeTensor,
    encode,
    encode_signature,
    encode_state,
    on_cpu,
    on_meta,
    read_inputs,
    read_value,
)

from analyzer.knowledge import layer, operator  # noqa: E402

GOLDEN = ROOT / "tests" / "golden"
LARGEST_ON_CPU = 4_000_000
"""Multiply-accumulates up to which a case is repeated with real tensors."""

REFUSALS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What PyTorch raises when it refuses a call."""

_NO_KERNEL = ("NotImplementedError", "LinAlgError")
"""What a CPU says of data or dtypes that it cannot compute with, though the call is sound."""

Record = dict[str, Any]


def _refusal(error: Exception, during: str) -> Record:
    lines = str(error).strip().splitlines() or [""]
    # A set in a message is printed in another order every time.
    message = re.sub(r"\{('[^{}]*')\}", lambda found: f"{{{', '.join(sorted(found[1].split(', ')))}}}", lines[0])
    return {"error": {"during": during, "type": type(error).__name__, "message": message}}


def _answer(call: Callable[[], Any]) -> Record:
    """Output and multiply-accumulates of a call, or the refusal.

    The call is made twice, because under FlopCounterMode some operators are decomposed and refuse less.
    """
    try:
        output = call()
    except REFUSALS as error:
        return _refusal(error, "call")
    with FlopCounterMode(display=False) as counter:
        call()
    return {"output": encode(output), "macs": counter.get_total_flops() // 2}


def _layer_on(case: layer.Case, namespace: Mapping[str, Any], device: str, make: MakeTensor) -> Record:
    arguments, keywords = read_inputs(case.inputs, make)
    given = {
        "arguments": encode(arguments)["list"],
        "keywords": encode(keywords)["dict"],
    }
    try:
        with torch.device(device):
            module = eval(case.call, dict(namespace))
    except REFUSALS as error:
        return given | _refusal(error, "init")
    if not case.call.endswith(".train()"):
        module.eval()
    state = encode_state(module)
    answer: Record = {}
    if case.inputs:

        def call() -> Any:
            fresh, named = read_inputs(case.inputs, make)
            return module(*fresh, **named)

        answer = _answer(call)
    after = encode_state(module)
    return given | state | ({"after": after} if after != state else {}) | answer


def _operator_on(case: operator.Case, namespace: Mapping[str, Any], device: str, make: MakeTensor) -> Record:
    def tensors() -> dict[str, Any]:
        return {name: read_value(text, make) for name, text in case.tensors.items()}

    with torch.device(device):
        answer = _answer(lambda: eval(case.call, {**namespace, **tensors()}))
    return {"arguments": encode(tensors())["dict"], **answer}


def _judge(on_device: Callable[[str, MakeTensor], Record]) -> Record:
    """The answer of the meta device, corrected by the CPU's where that is cheap or the only one there is."""
    torch.manual_seed(0)
    answer = on_device("meta", on_meta)
    if not _is_small(answer):
        return answer
    real = on_device("cpu", on_cpu)
    refused = real.get("error")
    if "error" not in answer and refused and (refused["type"] in _NO_KERNEL or "not implemented for" in str(refused)):
        return answer
    agreed = not refused and real.get("output") == answer.get("output")
    return answer if agreed else real


def _is_small(answer: Record) -> bool:
    def numel(value: Any) -> int:
        if isinstance(value, list):
            return math.prod(value) if all(type(item) is int for item in value) else sum(map(numel, value))
        return sum(map(numel, value.values())) if isinstance(value, dict) else 0

    return answer.get("macs", 0) <= LARGEST_ON_CPU and numel(answer) <= LARGEST_ON_CPU


def _bases(kind: type) -> list[str]:
    """The classes between a layer and torch.nn.Module, nearest first."""
    return [base.__name__ for base in kind.__mro__[1:] if issubclass(base, nn.Module) and base is not nn.Module]


def _record_layer(spec: layer.LayerSpec) -> Record:
    home = vars(importlib.import_module(spec.module))
    namespace = {**vars(nn), **home, "torch": torch, "nn": nn}
    kind = home[spec.name]
    return {
        "init": encode_signature(kind.__init__),
        "forward": encode_signature(kind.forward),
        "bases": _bases(kind),
        "cases": [
            {"call": case.call, "inputs": list(case.inputs)} | _judge(partial(_layer_on, case, namespace))
            for case in spec.cases
        ],
    }


def _record_operator(spec: operator.OperatorSpec) -> Record:
    namespace = {"torch": torch, "F": nn.functional, "nn": nn, "math": math}
    package = spec.names[0].partition(".")[0]
    if package != "Tensor":
        namespace[package] = importlib.import_module(package)
    return {
        "signature": encode_signature(_find(spec.names[0])) if spec.names[0].startswith("torch.") else None,
        "names": list(spec.names),
        "cases": [{"call": case.call} | _judge(partial(_operator_on, case, namespace)) for case in spec.cases],
    }


def _find(path: str) -> Any:
    """The object of a dotted name, which modules may not have been imported yet: `torch.special.erf`."""
    found: Any = torch
    for name in path.split(".")[1:]:
        found = getattr(found, name)
    return found


def _specs(module: str, kind: type) -> Iterable[Any]:
    for value in vars(importlib.import_module(module)).values():
        yield from (item for item in (value if isinstance(value, tuple) else (value,)) if isinstance(item, kind))


def _record(folder: str, wanted: list[str]) -> int:
    """Write `tests/golden/<folder>/<module>.json` for each module; the number of cases that contradict their entry."""
    package = importlib.import_module(f"analyzer.knowledge.{folder}")
    contradictions = 0
    for name in wanted or [found.name for found in pkgutil.iter_modules(package.__path__)]:
        kind: type = layer.LayerSpec if folder == "layers" else operator.OperatorSpec
        record: Callable[[Any], Record] = _record_layer if folder == "layers" else _record_operator
        answers: dict[str, Record] = {}
        for spec in _specs(f"{package.__name__}.{name}", kind):
            key = spec.qualified_name if folder == "layers" else spec.names[0]
            answers[key] = record(spec)
            contradictions += _report(key, spec.cases, answers[key]["cases"])
        if answers:
            _write(GOLDEN / folder / f"{name}.json", answers)
            print(f"{folder}/{name}: {len(answers)} entries, {sum(len(a['cases']) for a in answers.values())} cases")
    return contradictions


def _report(key: str, cases: Iterable[Any], answers: list[Record]) -> int:
    """Print the cases whose `refused` says other than PyTorch."""
    contradictions = 0
    for case, answer in zip(cases, answers, strict=True):
        if (case.refused is not None) != ("error" in answer):
            contradictions += 1
            given = getattr(case, "inputs", None) or getattr(case, "tensors", None)
            print(f"  {key}: {case.call} on {given}: PyTorch answers {answer.get('error') or answer.get('output')}")
    return contradictions


def _write(path: Path, answers: Mapping[str, Record]) -> None:
    """One case a line, so that a changed answer is a changed line."""
    lines = [f'{{"torch": {json.dumps(torch.__version__.split("+")[0])}, "entries": {{']
    for number, (key, answer) in enumerate(answers.items()):
        head = json.dumps({name: value for name, value in answer.items() if name != "cases"})
        lines.append(f'{json.dumps(key)}: {head[:-1]}, "cases": [')
        lines.append(",\n".join(json.dumps(case) for case in answer["cases"]))
        lines.append("]}," if number < len(answers) - 1 else "]}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, "}}", ""]))


def _record_classes() -> None:
    """The subclasses of Module that torch.nn exports, each with its bases."""
    classes = {
        name: value for name, value in vars(nn).items() if inspect.isclass(value) and issubclass(value, nn.Module)
    }
    lines = [f"{json.dumps(name)}: {json.dumps(_bases(kind))}" for name, kind in sorted(classes.items())]
    path = GOLDEN / "layers" / "_classes.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"layers/_classes.json: {len(classes)} classes")


def main(arguments: list[str]) -> int:
    warnings.simplefilter("ignore")
    if arguments and arguments[0] not in ("layers", "operators", "classes"):
        print(__doc__)
        return 2
    what, wanted = (arguments[0], arguments[1:]) if arguments else ("", [])
    if what in ("", "classes"):
        _record_classes()
    folders = [folder for folder in ("layers", "operators") if what in ("", folder)]
    return 1 if sum(_record(folder, wanted) for folder in folders) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
