"""Small models of a grammar, as source and as reports, for tests of what differs between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from analyzer.report import Count, Kind, LayerReport, ModelReport, Shape, Span, Status

HEAD = "import torch\nfrom torch import nn\n\n\n"
NAMES = ("a", "b", "stem", "body", "head", "fc", "norm")


@dataclass(frozen=True)
class Node:
    """A layer as source, or a block of layers."""

    text: str = ""
    children: tuple[tuple[str, Node], ...] = ()
    tie: bool = False


def _leaf(width: int, kind: int) -> Node:
    texts = (
        f"nn.Linear({width}, 4)", f"nn.Linear(4, {width}, bias=False)", f"nn.BatchNorm1d({width})", "nn.ReLU()",
        f"nn.Embedding({width}, 3)", f"nn.Conv1d(2, {width}, 3)",
    )  # fmt: skip
    return Node(texts[kind])


leaves = st.builds(_leaf, st.integers(1, 4), st.integers(0, 5))


def _block(children: dict[str, Node]) -> Node:
    return Node(children=tuple(children.items()))


nodes = st.recursive(
    leaves, lambda inner: st.dictionaries(st.sampled_from(NAMES), inner, max_size=4).map(_block), max_leaves=8
)
models = st.dictionaries(st.sampled_from(NAMES), nodes, min_size=1, max_size=5).map(_block)


def source(model: Node) -> str:
    """A module that binds `model` to this model."""
    lines: list[str] = []
    _write(model, "Net", lines)
    return HEAD + "\n".join(lines) + "\n\nmodel = Net()\n"


def _write(node: Node, name: str, lines: list[str]) -> None:
    for child, below in node.children:
        if not below.text:
            _write(below, f"{name}{child.capitalize()}", lines)
    lines += [f"class {name}(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    for child, below in node.children:
        made = below.text or f"{name}{child.capitalize()}()"
        lines.append(f"        self.{child} = {made}")
    lines.append("")


def written(folder: Path, model: Node) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "net.py").write_text(source(model), encoding="utf-8")
    return folder


# ---------------------------------------------------------------- reports

shapes = st.one_of(st.lists(st.integers(0, 3), max_size=2).map(tuple), st.just(("d", 3)), st.none())
holdings = st.dictionaries(st.sampled_from(("weight", "bias", "scale", "gain", "running_mean")), shapes, max_size=3)
paths = st.lists(st.sampled_from((*NAMES, "0", "1")), min_size=1, max_size=3).map(".".join)


def _report(layers: dict[str, tuple[str, dict[str, Shape], dict[str, Shape]]]) -> ModelReport:
    whole: dict[str, tuple[str, dict[str, Shape], dict[str, Shape]]] = {"": ("Net", {}, {})}
    for path in sorted(layers):
        for end in range(path.count(".") + 1):
            whole.setdefault(".".join(path.split(".")[: end + 1]), ("Block", {}, {}))
        whole[path] = layers[path]
    span = Span("net.py", 1)
    rows = tuple(
        LayerReport(span, path, kind, 1, 1, 0, shapes=own, saved={f"{name}_": shape for name, shape in saved.items()})
        for path, (kind, own, saved) in sorted(whole.items())
    )
    count = Count(len(rows), len(rows), 0, None, len(rows), len(rows))
    return ModelReport("net.py::net", "net", Kind.INSTANCE, "Net", span, Status.EXACT, count, 0, layers=rows)


reports = st.dictionaries(paths, st.tuples(st.sampled_from(("Linear", "Norm")), holdings, holdings), max_size=6).map(
    _report
)
