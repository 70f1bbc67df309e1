"""Holds a report of `weighbridge scan --layers --format json` against what PyTorch said of the same models.

    python scripts/score.py compare tests/golden/corpus/torchvision.json.gz report.json
        121 models: 121 exact, 0 wrong, 0 honest, 0 missing; ...
    python scripts/score.py inputs tests/golden/corpus/torchvision.json.gz > inputs.toml
        "*torchvision/models/alexnet.py::alexnet" = "1,3,224,224"

Recorded truth maps a model, `NAME` or `FILE::NAME`, to `total`, `trainable` and `buffers`, to `layers`, a list of
`[path, type, own parameters, own trainable, output shape of the first call or null]`, and, where its forward ran, to
the `input`'s shape and the `flops` that FlopCounterMode counted, twice the multiply-accumulates.  `name` is the name in
the source, where a model is known by another.

A model is *exact* when the report claims its total and has it right, *wrong* when it claims another, *honest* when it
claims none, *missing* when it is not in the report.  Beyond totals, every figure that the report does claim and PyTorch
contradicts, of a layer, a shape, a bound or the multiply-accumulates, is listed as a contradiction.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
VERDICTS = ("exact", "wrong", "honest", "missing")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one model of the truth."""

    model: str
    verdict: str
    note: str = ""
    contradictions: tuple[str, ...] = ()
    right: frozenset[str] = frozenset()
    """Of "trainable", "buffers" and "macs", those that are as PyTorch has them."""
    layers: tuple[int, int] = (0, 0)
    """How many modules have their own parameters right, and of how many."""
    shapes: tuple[int, int] = (0, 0)
    """How many modules have their output shape right, and of how many."""

    @property
    def complete(self) -> bool:
        """Every figure that PyTorch gives is in the report, and right."""
        return (
            self.verdict == "exact"
            and not self.contradictions
            and self.right == {"trainable", "buffers", "macs"}
            and self.layers[0] == self.layers[1]
            and self.shapes[0] == self.shapes[1]
        )


def load(file: Path) -> Any:
    """JSON, gzipped where the name says so."""
    data = file.read_bytes()
    return json.loads(gzip.decompress(data) if file.suffix == ".gz" else data)


def place(key: str, row: Row) -> tuple[str, str]:
    """The model's file, as far as the truth knows it, and its name in the source."""
    file, _, name = key.rpartition("::")
    return file or row.get("file", ""), row.get("name", name)


def find(key: str, row: Row, models: Iterable[Row]) -> Row | None:
    """The report's model that the truth's `key` means."""
    file, name = place(key, row)
    here = [m for m in models if f"/{m['file']}".endswith(f"/{file}")]
    return next((m for m in here if m["name"] in (name, key) or m["id"].endswith(f"::{name}")), None)


def judge(key: str, row: Row, model: Row | None) -> Judgement:
    """Hold one model of the report, None where it has none, against its row of the truth."""
    forward_ran = row.get("forward_error") is None and row.get("input") is not None
    shapes_known = sum(forward_ran and layer[4] is not None for layer in row["layers"])
    if model is None:
        return Judgement(key, "missing", layers=(0, len(row["layers"])), shapes=(0, shapes_known))
    parameters = model["parameters"]
    said = parameters["total"] if model["status"] == "exact" else None
    verdict = "honest" if said is None else "exact" if said == row["total"] else "wrong"
    note = f"said {said}, PyTorch {row['total']}" if verdict == "wrong" else ""
    if verdict == "honest":
        reasons = [f"{u.get('file')}:{u.get('line')} {u.get('reason')}" for u in model["unknowns"][:2]]
        note = "; ".join([model["status"], *reasons])
    layers = {layer["path"]: layer for layer in model.get("layers", ())}
    right = {figure for figure in ("trainable", "buffers") if _claimed(model, figure) == row[figure]}
    if row.get("flops") is None or _twice(model.get("macs")) == row["flops"]:
        right.add("macs")
    known = [(true, layers[true[0]]) for true in row["layers"] if true[0] in layers]
    return Judgement(
        key,
        verdict,
        note,
        tuple(_contradictions(row, model, known, forward_ran)),
        frozenset(right),
        (sum(layer["parameters"] == true[2] for true, layer in known), len(row["layers"])),
        (
            sum(forward_ran and true[4] is not None and layer.get("output_shape") == true[4] for true, layer in known),
            shapes_known,
        ),
    )


def _claimed(model: Row, figure: str) -> int | None:
    value: int | None = model["buffers"] if figure == "buffers" else model["parameters"][figure]
    return value


def _twice(macs: int | None) -> int | None:
    return None if macs is None else 2 * macs


def _concrete(shape: Any) -> bool:
    return isinstance(shape, list) and all(isinstance(size, int) for size in shape)


def _contradictions(row: Row, model: Row, known: list[tuple[Any, Row]], forward_ran: bool) -> Iterator[str]:
    """Each figure that the report claims and PyTorch denies."""
    claims = [("total", model["parameters"]["total"], row["total"])]
    claims += [(figure, _claimed(model, figure), row[figure]) for figure in ("trainable", "buffers")]
    if row.get("flops") is not None:
        claims.append(("flops", _twice(model.get("macs")), row["flops"]))
    for true, layer in known:
        path, kind, own, trainable, shape = true
        claims.append((f"{path}: type", layer["type"].rpartition(".")[2], kind))
        claims.append((f"{path}: parameters", layer["parameters"], own))
        claims.append((f"{path}: trainable", layer["trainable"], trainable))
        if forward_ran and shape is not None and _concrete(layer.get("output_shape")):
            claims.append((f"{path}: output shape", layer["output_shape"], shape))
    yield from (f"{what} said {said}, PyTorch {true}" for what, said, true in claims if said not in (None, true))
    at_least, at_most = model["parameters"]["at_least"], model["parameters"]["at_most"]
    if at_least is not None and at_least > row["total"]:
        yield f"at least {at_least}, PyTorch {row['total']}"
    if at_most is not None and at_most < row["total"]:
        yield f"at most {at_most}, PyTorch {row['total']}"
    if model["status"] == "exact":
        true_paths = {true[0] for true in row["layers"]}
        # The truth may leave out modules that hold nothing.
        held = [x for x in model.get("layers", ()) if x["parameters"]]
        yield from (f"{x['path']}: no such module" for x in held if x["path"] not in true_paths)


def compare(truth: Mapping[str, Row], report: Row) -> list[Judgement]:
    """One judgement for each model of the truth that PyTorch could build."""
    models: dict[str, list[Row]] = {}
    for model in report["models"]:
        models.setdefault(Path(model["file"]).name, []).append(model)
    built = {key: row for key, row in truth.items() if "total" in row}
    return [
        judge(key, row, find(key, row, models.get(Path(place(key, row)[0]).name, ()))) for key, row in built.items()
    ]


def inputs(truth: Mapping[str, Row]) -> str:
    """A configuration that gives each model the input that PyTorch was given."""
    lines = ["[inputs]"]
    for key, row in truth.items():
        file, name = place(key, row)
        if row.get("input") is not None:
            lines.append(f'"*{file}::{name}" = "{",".join(map(str, row["input"]))}"')
    return "\n".join(lines) + "\n"


def figures(judgements: list[Judgement]) -> dict[str, int | list[int]]:
    """The sums over all models."""
    counts = Counter(judgement.verdict for judgement in judgements)
    sums: dict[str, int | list[int]] = {"models": len(judgements)}
    sums.update({verdict: counts[verdict] for verdict in VERDICTS})
    sums["contradictions"] = sum(len(judgement.contradictions) for judgement in judgements)
    sums.update({figure: sum(figure in j.right for j in judgements) for figure in ("trainable", "buffers", "macs")})
    sums["layers"] = [sum(j.layers[i] for j in judgements) for i in (0, 1)]
    sums["shapes"] = [sum(j.shapes[i] for j in judgements) for i in (0, 1)]
    return sums


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    comparing = commands.add_parser("compare", help="hold a report against the truth; exit 1 when a figure is wrong")
    comparing.add_argument("truth", type=Path)
    comparing.add_argument("report", type=Path)
    comparing.add_argument(
        "--list", choices=VERDICTS, action="append", default=["wrong"], help="also list these models"
    )
    comparing.add_argument("--most", type=int, default=20, help="how many lines to list (default: 20)")
    comparing.add_argument("--json", action="store_true", help="print the sums alone, as JSON")
    giving = commands.add_parser("inputs", help="print a configuration with the inputs of the truth")
    giving.add_argument("truth", type=Path)
    options = parser.parse_args(arguments)
    truth = load(options.truth)
    if options.command == "inputs":
        print(inputs(truth), end="")
        return 0
    judgements = compare(truth, load(options.report))
    sums = figures(judgements)
    if options.json:
        print(json.dumps(sums))
    else:
        lines = [f"{j.verdict:8} {j.model}  {j.note}" for j in judgements if j.verdict in options.list]
        lines += [f"denied   {j.model}  {text}" for j in judgements for text in j.contradictions]
        print(
            "\n".join(
                lines[: options.most] + [f"... and {len(lines) - options.most} more"] * (len(lines) > options.most)
            )
        )
        print(f"{sums['models']} models: " + ", ".join(f"{sums[verdict]} {verdict}" for verdict in VERDICTS))
        print("; ".join(f"{name} {sums[name]}" for name in list(sums)[5:]))
    return 1 if sums["wrong"] or sums["contradictions"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
