"""Builds and runs the models of a specification in PyTorch, noting on which line each module is made.

built = next(build(file, Path("net.py"), subject))      built.made_on(4)       [Conv2d(3, 64, ...)]
run(built, ["N,3,H,W"])                                 built.sizes            {"N": 2, "H": 32, "W": 32}
"""

from __future__ import annotations

import importlib
import inspect
import random
import re
import runpy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from analyzer.algebra.substitution import substitute
from analyzer.algebra.tensor import parse_input
from scripts.spec_pages import File, Subject

torch: Any = importlib.import_module("torch")
flop_counter: Any = importlib.import_module("torch.utils.flop_counter")

SIZES = (32, 64, 36, 24, 17, 16, 8, 5, 4, 3, 2)
"""Tried for the sizes of inputs, one after the other."""
DRAWN = (8, 12, 16, 24, 4, 6, 3, 2, 1, 32, 10, 64)
"""Tried for arguments without a value."""
DRAWS = 60
ENOUGH = 4

Sizes = dict[str, int]


class Built:
    """A model with the lines that its modules were made on."""

    def __init__(self, model: Any, lines: dict[int, int], sizes: Sizes) -> None:
        self.model = model
        self.lines = lines
        self.sizes = sizes
        self.calls: dict[Any, list[Any]] = {}
        self.output: Any = None

    def made_on(self, line: int) -> list[Any]:
        return [module for module in self.model.modules() if self.lines.get(id(module)) == line]


# ---------------------------------------------------------------- building


@contextmanager
def noting_lines(file: Path) -> Iterator[dict[int, int]]:
    """The line of `file` on which each module is made, by its id."""
    lines: dict[int, int] = {}
    original = torch.nn.Module.__init__

    def note(module: Any, *given: Any, **named: Any) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and (frame.f_code.co_filename != str(file) or frame.f_locals.get("self") is module):
            frame = frame.f_back
        if frame is not None:
            lines[id(module)] = frame.f_lineno
        KEPT.append(module)
        original(module, *given, **named)

    torch.nn.Module.__init__ = note
    try:
        yield lines
    finally:
        torch.nn.Module.__init__ = original


KEPT: list[Any] = []
"""Modules are kept alive, so that no id is given twice."""


def local_of(function: Callable[[], Any], name: str) -> Any:
    """What a local name of a function is bound to when it returns."""
    found: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if event == "return" and frame.f_code is function.__code__:
            found.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        function()
    finally:
        sys.setprofile(None)
    return found[name]


def build(file: File, path: Path, subject: Subject) -> Iterator[Built]:
    """The subject's model; a class with required arguments several times, each with its own values."""
    with noting_lines(path) as lines:
        if subject.kind == "in __main__":
            names = runpy.run_path(str(path), run_name="__main__")
            yield Built(names[subject.name], lines, {})
            return
        module = importlib.import_module(path.relative_to(Path.cwd()).with_suffix("").as_posix().replace("/", "."))
        if subject.kind == "instance":
            yield Built(getattr(module, subject.name), lines, {})
        elif subject.expression:
            yield Built(eval(subject.name, vars(module)), lines, {})
        elif subject.kind.startswith("in "):
            yield Built(local_of(getattr(module, subject.kind[3:]), subject.name), lines, {})
        else:
            made = getattr(module, subject.name)
            required = [
                (parameter.name, parameter.annotation in (bool, "bool"))
                for parameter in inspect.signature(made).parameters.values()
                if parameter.default is parameter.empty and parameter.kind not in (2, 4)
            ]
            yield from _drawn(made, required, lines, subject)


def _drawn(made: Any, required: list[tuple[str, bool]], lines: dict[int, int], subject: Subject) -> Iterator[Built]:
    draw = random.Random(subject.name)
    fitting = 0
    error: Exception | None = None
    for _ in range(DRAWS if any(name not in subject.assume for name, _ in required) else 1):
        sizes = {name: draw.randrange(2) if flag else draw.choice(DRAWN) for name, flag in required} | subject.assume
        try:
            model = made(**sizes)
        except Exception as refused:  # noqa: BLE001  # the program's own
            error = refused
            continue
        yield Built(model, lines, sizes)
        fitting += 1
        if fitting == ENOUGH:
            return
    if not fitting and error is not None:
        raise error


# ---------------------------------------------------------------- running


def tensors(texts: list[str], sizes: Sizes) -> tuple[list[Any], dict[str, Any]]:
    """Inputs of these shapes, by position and by name."""
    positional, named = [], {}
    for text in texts:
        name, type_ = parse_input(text)
        shape = [substitute(size, sizes) for size in type_.shape]
        dtype = getattr(torch, str(type_.dtype))
        tensor = torch.rand(shape).to(dtype) if dtype.is_floating_point else torch.zeros(shape, dtype=dtype)
        if name:
            named[name] = tensor
        else:
            positional.append(tensor)
    return positional, named


def derived(model: Any) -> list[str]:
    """The input that the first layer takes, as the tool derives it."""
    for module in model.modules():
        kind = type(module).__name__
        if isinstance(module, torch.nn.modules.conv._ConvNd):
            channels = module.in_channels or "C"
            return [f"N,{channels}," + {1: "L", 2: "H,W", 3: "D,H,W"}[len(module.kernel_size)]]
        if kind.startswith("BatchNorm"):
            return [f"N,{module.num_features}," + {"1": "L", "2": "H,W", "3": "D,H,W"}[kind[-2]]]
        if kind in ("Linear", "LazyLinear"):
            return [f"N,{module.in_features or 'C'}"]
        if kind in ("Embedding", "EmbeddingBag"):
            return ["N,L:int64"]
        if kind in ("RNN", "LSTM", "GRU"):
            return [("N,L," if module.batch_first else "L,N,") + str(module.input_size)]
    return []


def is_lazy(built: Built) -> bool:
    """Whether a parameter has no size before the first call."""
    return any(torch.nn.parameter.is_lazy(parameter) for parameter in built.model.parameters())


def run(built: Built, texts: list[str]) -> None:
    """One forward pass with sizes that the model takes; raises what PyTorch raises for the last of them."""
    texts = texts or derived(built.model)
    names = {str(n) for text in texts for n in re.findall(r"\b[A-Za-z_]\w*\b", text.partition("=")[2] or text)}
    names -= set(built.sizes) | {n for text in texts for n in re.findall(r":(\w+)", text)}
    error: Exception | None = None
    for size in SIZES if names else (0,):
        sizes = built.sizes | dict.fromkeys(names, size) | ({"N": 2} if "N" in names else {})
        try:
            forward(built, texts, sizes)
        except Exception as refused:  # noqa: BLE001  # the program's own
            error = error or refused
            continue
        built.sizes = sizes
        return
    raise error or ValueError("no input")


def forward(built: Built, texts: list[str], sizes: Sizes) -> None:
    """A forward pass in evaluation mode that notes every module's outputs."""
    calls: dict[Any, list[Any]] = {}

    def note(module: Any, _: Any, output: Any) -> None:
        calls.setdefault(module, []).append(output)

    hooks = [module.register_forward_hook(note) for module in built.model.eval().modules()]
    positional, named = tensors(texts, sizes)
    try:
        with torch.no_grad():
            built.output = built.model(*positional, **named)
    finally:
        for hook in hooks:
            hook.remove()
    built.calls = calls


def accepted(built: Built, texts: list[str], names: list[str], tried: range) -> list[int]:
    """Which of the sizes the model takes for these names; what was noted of it before stays."""
    fitting = []
    noted = built.calls, built.output
    for size in tried:
        try:
            forward(built, texts or derived(built.model), {"N": 2} | built.sizes | dict.fromkeys(names, size))
        except Exception:  # noqa: BLE001  # the program's own
            continue
        fitting.append(size)
    built.calls, built.output = noted
    return fitting


def macs(built: Built, texts: list[str]) -> int:
    positional, named = tensors(texts or derived(built.model), built.sizes)
    model = built.model.to("meta")
    with torch.no_grad(), flop_counter.FlopCounterMode(display=False) as counter:
        model(*(t.to("meta") for t in positional), **{name: t.to("meta") for name, t in named.items()})
    total: int = counter.get_total_flops()
    return total // 2
