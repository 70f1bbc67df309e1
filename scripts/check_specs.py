"""Holds the specifications of tests/spec/ against PyTorch; needs a Python with torch.

    python scripts/check_specs.py                every page
    python scripts/check_specs.py sequential     the pages whose names begin so

    sequential.md:12: params: claimed 630, PyTorch says 640       exit 1

Every case is written to a folder and run.  Symbols get values that PyTorch takes, several times over; a claim that is
marked as a `bug:` has to differ from what PyTorch says.
"""

from __future__ import annotations

import importlib
import inspect
import os
import random
import re
import runpy
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

from analyzer.algebra.parsing import parse  # noqa: E402
from analyzer.algebra.substitution import substitute  # noqa: E402
from analyzer.algebra.tensor import parse_input  # noqa: E402
from scripts.spec_pages import Case, Claim, File, Subject, cases, subjects  # noqa: E402

torch: Any = importlib.import_module("torch")
flop_counter: Any = importlib.import_module("torch.utils.flop_counter")

UNSEEN = ("unknown", "status", "kind")
"""What PyTorch has no word for."""
SIZES = (32, 64, 36, 24, 17, 16, 8, 5, 4, 3, 2)
DRAWN = (8, 12, 16, 24, 4, 6, 3, 2, 1, 32, 10, 64)
DRAWS = 60
ENOUGH = 4
TRIED = range(1, 70)

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


def accepted(built: Built, texts: list[str], names: list[str]) -> list[int]:
    """Which sizes of these names the model takes."""
    fitting = []
    for size in TRIED:
        try:
            forward(built, texts or derived(built.model), {"N": 2} | dict.fromkeys(names, size))
        except Exception:  # noqa: BLE001  # the program's own
            continue
        fitting.append(size)
    return fitting


def stated(sentence: str) -> tuple[list[str], list[int]]:
    """The names and sizes of `H = W: multiples of 32, at least 64`."""
    only = re.fullmatch(r"([\w =]+) = (\d+)", sentence)
    if only:
        return only[1].split(" = "), [int(only[2])]
    who, _, what = sentence.partition(": ")
    low, high = re.search(r"(?:from|at least) (\d+)", what), re.search(r"to (\d+)", what)
    step = re.search(r"(?:multiples|steps) of (\d+)", what)
    if low is None:
        return who.split(" = "), [int(n) for n in re.findall(r"\d+", what)]
    first, by = int(low[1]), int(step[1]) if step else 1
    sizes = [n for n in TRIED if n >= first and (n - first) % by == 0]
    return who.split(" = "), [n for n in sizes if not high or n <= int(high[1])]


def macs(built: Built, texts: list[str]) -> int:
    positional, named = tensors(texts or derived(built.model), built.sizes)
    model = built.model.to("meta")
    with torch.no_grad(), flop_counter.FlopCounterMode(display=False) as counter:
        model(*(t.to("meta") for t in positional), **{name: t.to("meta") for name, t in named.items()})
    total: int = counter.get_total_flops()
    return total // 2


# ---------------------------------------------------------------- comparing


def number(text: str, sizes: Sizes) -> Any:
    """The value of `1,024`, `1_024` or of a formula."""
    return substitute(parse(re.sub(r"(?<=\d)[,_](?=\d)", "", text)), sizes)


def shape(text: str, sizes: Sizes) -> list[Any]:
    """The value of `[N, 64, H//2, min(W, 7)]`."""
    written = re.split(r",\s*(?![^()]*\))", text.strip("[]")) if text != "[]" else []
    return [substitute(parse(size), sizes) for size in written]


def counted(found: Any, key: str, own: bool) -> int:
    """Elements of a module's parameters or buffers, its children's too unless only its `own` are asked for."""
    held = found.buffers(recurse=not own) if key == "buffers" else found.parameters(recurse=not own)
    return sum(tensor.numel() for tensor in held if key != "trainable" or tensor.requires_grad)


def judge(built: Built, subject: Subject, claim: Claim) -> str | None:
    """What PyTorch says otherwise of one claim; None where it agrees."""
    own = claim in subject.layers
    found = built.made_on(claim.line) if own else [built.model]
    if not found:
        return "no module is made on this line"
    said = [_said(built, subject, claim, module, own) for module in found]
    return None if all(agrees for agrees, _ in said) else " and ".join(dict.fromkeys(text for _, text in said))


def _said(built: Built, subject: Subject, claim: Claim, module: Any, own: bool) -> tuple[bool, str]:
    with_sizes = f" with {built.sizes}" if built.sizes else ""
    match claim.key:
        case "params" | "trainable" | "buffers" if claim.value != "None":
            count = counted(module, claim.key, own)
            return count == number(claim.value, built.sizes), f"{count}{with_sizes}"
        case "formula":
            count = counted(module, "params", own)
            return count == number(claim.value, built.sizes), f"{count}{with_sizes}"
        case "at_least" | "at_most" if claim.value != "None":
            count, bound = counted(module, "params", False), number(claim.value, {})
            return (count >= bound if claim.key == "at_least" else count <= bound), f"{count}{with_sizes}"
        case "layers":
            count = len(list(module.named_modules()))
            return count == int(claim.value), str(count)
        case "path":
            path = next(name for name, other in built.model.named_modules() if other is module)
            return path == claim.value, path
        case "calls":
            count = len(built.calls.get(module, ()))
            return count == int(claim.value), str(count)
        case "shape" if claim.value != "unknown":
            output = built.calls[module][0] if module in built.calls else None
            while isinstance(output, (tuple, list)):
                output = output[0]
            if output is None:
                return False, "it is never called"
            return list(output.shape) == shape(claim.value, built.sizes), f"{list(output.shape)}{with_sizes}"
        case "macs" if not own and claim.value != "None":
            count = macs(built, subject.inputs)
            return count == number(claim.value, built.sizes), f"{count}{with_sizes}"
        case "accepts" if claim.value != "everything":
            names, sizes = stated(claim.value)
            fitting = accepted(built, subject.inputs, names)
            return fitting == sizes, f"{', '.join(names)} in {fitting}"
    return True, ""


FORWARD = frozenset({"shape", "calls", "macs", "accepts"})


def differences(file: File, path: Path, subject: Subject) -> Iterator[tuple[Claim, str | None]]:
    """Every claim with what PyTorch says against it, if anything."""
    claims = [claim for claim in (*subject.claims, *subject.layers) if claim.key not in UNSEEN]
    refused = [claim for claim in claims if claim.key == "error"]
    claims = [claim for claim in claims if claim.key != "error"]
    if not claims and not refused:
        return
    said: dict[Claim, str | None] = {}
    error: Exception | SyntaxError | None = None
    try:
        for built in build(file, path, subject):
            if refused or any(claim.key in FORWARD for claim in claims):
                try:
                    run(built, subject.inputs)
                except Exception as raised:  # noqa: BLE001  # the program's own
                    error = raised
            for claim in sorted(claims, key=lambda claim: claim.key == "macs"):
                said[claim] = said.get(claim) or judge(built, subject, claim)
    except Exception as raised:  # noqa: BLE001  # the program's own
        error = raised
        said.update((claim, f"{type(raised).__name__}: {raised}") for claim in claims if claim not in said)
    for claim, other in said.items():
        yield claim, f"{other} ({error})" if other and error and claim.key in FORWARD else other
    for claim in refused:
        yield claim, None if error is not None else "nothing against it"


def check(case: Case) -> list[str]:
    """What is wrong in a case, as `page:line: ...`."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        here = Path.cwd()
        for file in case.files:
            path = here / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        for file in case.files:
            for subject in subjects(file) if file.claims else ():
                before = set(sys.modules)
                sys.path.insert(0, str(here))
                try:
                    for claim, other in differences(file, here / file.name, subject):
                        if (other is None) != (claim.bug is None):
                            says = f"PyTorch says {other}" if other else "a bug by its mark, and PyTorch agrees"
                            wrong.append(f"tests/spec/{claim.place}: {claim.key}: claimed {claim.value}, {says}")
                finally:
                    sys.path.remove(str(here))
                    for name in set(sys.modules) - before:
                        if str(getattr(sys.modules[name], "__file__", "") or "").startswith(str(here)):
                            del sys.modules[name]
                    importlib.invalidate_caches()
    return wrong


def main(arguments: list[str]) -> int:
    warnings.filterwarnings("ignore")
    os.environ["COLUMNS"] = "100"
    sys.argv[1:] = []
    chosen = [case for case in cases() if not arguments or case.page.startswith(tuple(arguments))]
    wrong = [line for case in chosen for line in check(case)]
    print("\n".join([*wrong, f"{len(chosen)} cases, {len(wrong)} wrong, by PyTorch {torch.__version__}"]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
