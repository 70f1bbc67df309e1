"""Holds the specifications of tests/spec/ against PyTorch; needs a Python with torch.

    python scripts/check_specs.py                every page
    python scripts/check_specs.py sequential     the pages whose names begin so

    sequential.md:12: params: claimed 630, PyTorch says 640       exit 1

Every case is written to a folder and run.  Symbols get values that PyTorch takes, several times over; a claim that is
marked as a `bug:` has to differ from what PyTorch says.
"""

from __future__ import annotations

import fnmatch
import importlib
import os
import re
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

from analyzer.algebra.parsing import parse  # noqa: E402
from analyzer.algebra.substitution import substitute  # noqa: E402
from scripts.spec_pages import Case, Claim, File, Subject, cases, subjects  # noqa: E402
from scripts.spec_truth import Built, Sizes, accepted, build, is_lazy, macs, run, torch  # noqa: E402

UNSEEN = ("unknown", "status", "kind")
"""What PyTorch has no word for."""
FORWARD = frozenset({"shape", "calls", "macs", "accepts"})
TRIED = range(1, 70)


def stated(sentence: str) -> tuple[list[list[str]], list[int]]:
    """The names that are given sizes together, and these sizes, of `H = W: multiples of 32, at least 64`."""
    only = re.fullmatch(r"([\w =]+) = (\d+)", sentence)
    if only:
        return [only[1].split(" = ")], [int(only[2])]
    who, _, what = sentence.partition(": ")
    alone = who.split(" and ")
    together = [alone, *([name] for name in alone)] if len(alone) > 1 else [who.split(" = ")]
    low, high = re.search(r"(?:from|at least) (\d+)", what), re.search(r"to (\d+)", what)
    step = re.search(r"(?:multiples|steps) of (\d+)", what)
    if low is None:
        return together, [int(n) for n in re.findall(r"\d+", what)]
    first, by = int(low[1]), int(step[1]) if step else 1
    single = re.match(r"([\d, ]+) and ", what)
    smaller = [int(n) for n in re.findall(r"\d+", single[1])] if single else []
    sizes = smaller + [n for n in TRIED if n >= first and (n - first) % by == 0]
    return together, [n for n in sizes if not high or n <= int(high[1])]


def number(text: str, sizes: Sizes) -> Any:
    """The value of `1,024`, `1_024` or of a formula."""
    return substitute(parse(re.sub(r"(?<=\d)[,_](?=\d)", "", text)), sizes)


def shape(text: str, sizes: Sizes) -> list[Any]:
    """The value of `[N, 64, H//2, min(W, 7)]`."""
    written = re.split(r",\s*(?![^()]*\))", text.strip("[]")) if text != "[]" else []
    return [substitute(parse(size), sizes) for size in written]


def counted(built: Built, module: Any, key: str, own: bool) -> int:
    """Elements of a module's parameters or buffers; its `own` are those that no module before it has."""
    seen: set[int] = set()
    for other in built.model.modules() if own else ():
        if other is module:
            break
        seen |= {id(tensor) for tensor in _held(other, key, True)}
    held = [tensor for tensor in _held(module, key, own) if id(tensor) not in seen]
    return sum(tensor.numel() for tensor in held if key != "trainable" or tensor.requires_grad)


def _held(module: Any, key: str, own: bool) -> list[Any]:
    return list(module.buffers(recurse=not own) if key == "buffers" else module.parameters(recurse=not own))


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
            count = counted(built, module, claim.key, own)
            return count == number(claim.value, built.sizes), f"{count}{with_sizes}"
        case "formula":
            count = counted(built, module, "params", own)
            return count == number(claim.value, built.sizes), f"{count}{with_sizes}"
        case "at_least" | "at_most" if claim.value != "None":
            count, bound = counted(built, module, "params", False), number(claim.value, {})
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
            together, sizes = stated(claim.value)
            for names in together:
                fitting = accepted(built, subject.inputs, names, TRIED)
                if fitting != sizes:
                    return False, f"{', '.join(names)} in {fitting}"
    return True, ""


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
            if refused or is_lazy(built) or any(claim.key in FORWARD for claim in claims):
                try:
                    run(built, subject.inputs)
                except Exception as raised:  # noqa: BLE001  # the program's own
                    error = raised
            for claim in sorted(claims, key=lambda claim: claim.key == "macs"):
                said[claim] = said.get(claim) or judge(built, subject, claim)
    except ModuleNotFoundError:
        return  # about a library that is not at hand: nobody can ask PyTorch
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
    with tempfile.TemporaryDirectory() as folder, chdir(folder), redirect_stdout(None):
        here = Path.cwd()
        for file in case.files:
            path = here / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, encoding="utf-8")
        for file in case.files:
            for subject in subjects(file) if file.claims else ():
                subject.inputs = subject.inputs or configured(here, f"{file.name}::{subject.name}")
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


def configured(folder: Path, name: str) -> list[str]:
    """The inputs that a case's weighbridge.toml gives a model."""
    file = folder / "weighbridge.toml"
    patterns = tomllib.loads(file.read_text(encoding="utf-8")).get("inputs", {}) if file.exists() else {}
    found: str | list[str] = next(
        (shapes for pattern, shapes in patterns.items() if fnmatch.fnmatchcase(name, pattern)), []
    )
    return [found] if isinstance(found, str) else list(found)


def main(arguments: list[str]) -> int:
    warnings.filterwarnings("ignore")
    os.environ["COLUMNS"] = "100"
    sys.argv[1:] = []
    torch.nn.Module.cuda = torch.nn.Module.cpu
    chosen = [case for case in cases() if not arguments or case.page.startswith(tuple(arguments))]
    wrong = [line for case in chosen for line in check(case)]
    print("\n".join([*wrong, f"{len(chosen)} cases, {len(wrong)} wrong, by PyTorch {torch.__version__}"]))
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
