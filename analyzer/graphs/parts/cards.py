"""What is written of a node and of an edge, for every form that people read.

    card(graph, "e0")          Card("Conv2d", "conv1", "3 → 64, 7×7, stride 2", "9.41 k parameters, 118 M MACs", "conv")
    shapes(edge["tensors"])    "1×64×112×112"

Texts are plain: control characters are escaped here, and what a form's own syntax needs is for the form to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.reports.parts.escape import plain
from analyzer.reports.parts.figures import amount

if TYPE_CHECKING:
    from analyzer.algebra.expression import Dim
    from analyzer.algebra.tensor import TensorType
    from analyzer.model.graph import Graph


@dataclass(frozen=True, slots=True)
class Card:
    """The texts of a node, empty where there is nothing to say, and what family it is of."""

    title: str
    path: str
    detail: str
    figures: str
    family: str

    @property
    def lines(self) -> tuple[str, ...]:
        """All that there is to say, the title first."""
        return (self.title, *(text for text in (self.path, self.detail, self.figures) if text))


FAMILIES = (
    ("conv", re.compile(r"conv", re.IGNORECASE)),
    ("norm", re.compile(r"norm", re.IGNORECASE)),
    ("pool", re.compile(r"pool|upsample|interpolate", re.IGNORECASE)),
    ("dense", re.compile(r"linear|attention|matmul|bmm|einsum|embedding|LSTM|GRU|RNN", re.IGNORECASE)),
    ("activation", re.compile(r"lu$|lu6$|sigmoid|swish|tanh|mish|soft|glu|shrink|dropout", re.IGNORECASE)),
)
"""What a layer or operator is called, and the family that tells."""

SIZES = (("in_channels", "out_channels"), ("in_features", "out_features"), ("num_embeddings", "embedding_dim"))
LONGEST = 48


def card(graph: Graph, node: str) -> Card:
    """The texts of a node."""
    data = graph.nodes[node]
    kind: str = data["kind"]
    family = {"module": "module", "input": "end", "output": "end"}.get(kind, "held")
    if kind in ("layer", "operator"):
        family = next((name for name, pattern in FAMILIES if pattern.search(data["label"])), "operator")
    path = "" if kind == "operator" or data["path"] == data["label"] else data["path"]
    return Card(_short(data["label"]), _short(path, keep_end=True), _short(_detail(graph, node)), figures(data), family)


def _short(text: str, *, keep_end: bool = False) -> str:
    text = plain(text)
    if len(text) <= LONGEST:
        return text
    return f"…{text[1 - LONGEST :]}" if keep_end else f"{text[: LONGEST - 1]}…"


def figures(data: Mapping[str, object]) -> str:
    """Parameters and multiply-accumulates in few digits; formulas as they are."""
    parts = []
    for name, word in (("parameters", "parameters"), ("macs", "MACs")):
        number: Dim = data[name]  # type: ignore[assignment]  # every node's are
        if number != 0:
            parts.append(f"{_amount(number)} {word[:-1] if isinstance(number, int) and number == 1 else word}")
    if data["again"]:
        parts.insert(0, "called again")
    return ", ".join(parts)


def _amount(number: Dim) -> str:
    return _round(amount(number)) if isinstance(number, int) else _short(str(number))


def _round(text: str) -> str:
    """Three digits at most: `118.01 M` is `118 M`."""
    number, _, unit = text.partition(" ")
    value = float(number.replace(",", ""))
    return text if not unit else f"{value:.3g} {unit}" if value < 999.5 else f"{value:.0f} {unit}"


def _detail(graph: Graph, node: str) -> str:
    data = graph.nodes[node]
    settings: Mapping[str, str] = data["settings"]
    if data["kind"] in ("input", "output", "parameter", "buffer", "constant"):
        sizes, _, dtype = data["type"].removeprefix("[").partition("] ")
        return (sizes.replace(", ", "×") or "scalar") + ("" if dtype == "float32" else f" {dtype}")
    parts = []
    for one, two in SIZES:
        if one in settings and two in settings:
            parts.append(f"{settings[one]} → {settings[two]}")
    if "kernel_size" in settings:
        kernel = _sizes(settings["kernel_size"], "×")
        parts.append(kernel if "×" in kernel else f"kernel {kernel}")
        if _square(settings.get("stride", "1")) != "1":
            parts.append(f"stride {_square(settings['stride'])}")
    if settings.get("groups", "1") != "1":
        parts.append(f"{settings['groups']} groups")
    if "output_size" in settings:
        parts.append(f"to {_sizes(settings['output_size'], '×')}")
    if data["kind"] == "module" and data["calls"] > 1:
        parts.append(f"{data['calls']:,} calls")
    return ", ".join(parts)


def _sizes(text: str, sign: str) -> str:
    """`(7, 7)` as `7×7`."""
    return sign.join(re.sub(r"[()\s]", "", text).rstrip(",").split(","))


def _square(text: str) -> str:
    """`(2, 2)` as `2`, `(2, 1)` as `2×1`."""
    sizes = _sizes(text, "×").split("×")
    return sizes[0] if len(set(sizes)) == 1 else "×".join(sizes)


def shape(tensor: TensorType) -> str:
    """`1×64×112×112`, with the dtype where it is not float32; a number's is `scalar`."""
    sizes = "×".join(text if text.isalnum() else f"({text})" for text in map(str, tensor.shape))
    return _short(sizes or "scalar") + ("" if str(tensor.dtype) == "float32" else f" {tensor.dtype}")


def shapes(tensors: Iterable[TensorType]) -> str:
    """The shapes along an edge; equal ones are counted: `3 of 1×64×56×56`."""
    counts: dict[str, int] = {}
    for tensor in tensors:
        counts[shape(tensor)] = counts.get(shape(tensor), 0) + 1
    return ", ".join(text if times == 1 else f"{times} of {text}" for text, times in counts.items())
