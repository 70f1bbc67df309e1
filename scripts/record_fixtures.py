"""Records what PyTorch says of every model in `fixtures/`, so that the tests can ask it without having it.

    python scripts/record_fixtures.py             writes tests/golden/fixtures.json
    python scripts/record_fixtures.py --check     exit 1 when PyTorch now says something else

It needs the PyTorch that the project follows (2.13), and runs the fixtures: they are our own.  A model is what a scan
finds: a module bound at the top level or under the guard of a script, a function that gives one when called with its
defaults, a class that needs no argument.  Its forward runs on the input that `fixtures/inputs.toml` has for it.

    "fixtures/closures.py::network": {"total": 146, "trainable": 146, "buffers": 0, "input": [[3, 12]], "flops": 816,
     "layers": [["", "Sequential", 0, 0, [3, 2]], ["0", "Linear", 104, 104, [3, 8]], ...]}
"""

from __future__ import annotations

import argparse
import copy
import fnmatch
import importlib
import inspect
import json
import runpy
import sys
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
GOLDEN = ROOT / "tests" / "golden" / "fixtures.json"


def files() -> list[Path]:
    """The fixtures with models that PyTorch can build; hostile and unfinished ones are in folders of their own."""
    return [*sorted(FIXTURES.glob("*.py")), *sorted(FIXTURES.glob("package/**/*.py"))]


def load(file: Path) -> dict[str, Any]:
    """The names of a fixture: imported, and, where it is a script, run as one."""
    name = ".".join(file.relative_to(FIXTURES).with_suffix("").parts).removesuffix(".__init__")
    names: dict[str, Any] = dict(vars(importlib.import_module(name)))
    if '__name__ == "__main__"' in file.read_text():
        names |= {k: v for k, v in runpy.run_path(str(file), run_name="__main__").items() if k not in names}
    return {k: v for k, v in names.items() if getattr(v, "__module__", name) == name or isinstance(v, nn.Module)}


def models(names: dict[str, Any]) -> Iterator[tuple[str, nn.Module]]:
    """Every model that a scan finds among the names of a file."""
    for name, value in names.items():
        if isinstance(value, nn.Module):
            yield name, value
        elif inspect.isfunction(value) or (inspect.isclass(value) and issubclass(value, nn.Module)):
            made = None if needs_arguments(value) else value()
            if isinstance(made, nn.Module):
                yield name, made


def needs_arguments(value: Any) -> bool:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(value).parameters.values()
    return any(p.default is p.empty and p.kind not in variadic for p in parameters)


def configured(inputs: dict[str, Any], key: str) -> list[str]:
    """The input shapes of a model as written: the longest pattern that fits its id."""
    fitting = [pattern for pattern in inputs if fnmatch.fnmatchcase(key, pattern)]
    if not fitting:
        return []
    value = inputs[max(fitting, key=len)]
    return [value] if isinstance(value, str) else value


def tensor(text: str) -> torch.Tensor:
    """`2,9:int64` as a tensor; indices are zeros, everything else is at random."""
    shape, _, dtype = text.partition(":")
    sizes = [int(size) for size in shape.split(",")]
    return torch.zeros(sizes, dtype=getattr(torch, dtype)) if dtype else torch.rand(sizes)


def record(model: nn.Module, inputs: list[str]) -> dict[str, Any]:
    """What PyTorch says of one model; lazy layers are counted as their first call leaves them.

    Products are counted on the meta device, where recurrent layers and attention are the products they consist of;
    a fused kernel of one processor or another would hide them from the counter.
    """
    model.eval()
    shapes: dict[nn.Module, list[int] | None] = {}

    def note(module: nn.Module, _arguments: Any, output: Any) -> None:
        shapes.setdefault(module, list(output.shape) if isinstance(output, torch.Tensor) else None)

    flops = None
    if inputs:
        tensors = [tensor(text) for text in inputs]
        hooks = [module.register_forward_hook(note) for module in model.modules()]
        with torch.no_grad():
            model(*tensors)
        for hook in hooks:
            hook.remove()
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            copy.deepcopy(model).to("meta")(*(given.to("meta") for given in tensors))
        flops = counter.get_total_flops()
    seen: set[int] = set()
    layers = []
    for path, module in model.named_modules():
        own = [p for p in module.parameters(recurse=False) if id(p) not in seen]
        seen |= {id(p) for p in own}
        trainable = sum(p.numel() for p in own if p.requires_grad)
        layers.append([path, type(module).__name__, sum(p.numel() for p in own), trainable, shapes.get(module)])
    return {
        "total": sum(p.numel() for p in model.parameters()),
        "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "buffers": sum(b.numel() for b in model.buffers()),
        "input": [list(tensor(text).shape) for text in inputs] or None,
        "flops": flops,
        "forward_error": None if inputs else "no input",
        "layers": layers,
    }


def record_all() -> dict[str, Any]:
    """Truth of every fixture, by the model's id."""
    inputs = tomllib.loads((FIXTURES / "inputs.toml").read_text())["inputs"]
    truth = {}
    for file in files():
        for name, model in models(load(file)):
            key = f"{file.relative_to(ROOT).as_posix()}::{name}"
            truth[key] = record(model, configured(inputs, key))
    return truth


def written(truth: dict[str, Any]) -> str:
    """JSON with one line for each layer, so that a change of the truth reads well."""
    models = []
    for key, row in truth.items():
        totals = ", ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in row.items() if k != "layers")
        layers = ",\n".join(f"  {json.dumps(layer)}" for layer in row["layers"])
        models.append(f'{json.dumps(key)}: {{{totals}, "layers": [\n{layers}\n]}}')
    return "{\n" + ",\n".join(models) + "\n}\n"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the record would change")
    options = parser.parse_args(arguments)
    sys.argv[1:] = []
    sys.path.insert(0, str(FIXTURES))
    sys.dont_write_bytecode = True
    warnings.filterwarnings("ignore", module="torch")
    text = written(record_all())
    if options.check:
        return int(GOLDEN.read_text() != text)
    GOLDEN.write_text(text)
    print(f"{len(json.loads(text))} models of {len(files())} files, by PyTorch {torch.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
