"""The rows of a model's table: one for each layer, deeper ones folded into the layer that holds them.

    rows(model)                     features, features.0, features.0.conv, ..., head
    rows(model, depth=1)            features (its parameters are all that lie in it), head
    rows(model, naming="index")     Sequential-1, ConvBlock-2, Conv2d-3, ..., Linear-9

The parameters of all rows always add up to the model's total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.reports.parts.figures import Figure, total

if TYPE_CHECKING:
    from analyzer.report import LayerReport, ModelReport
    from analyzer.reports import Naming

ITSELF = "(itself)"


@dataclass(frozen=True, slots=True)
class Row:
    """A layer as it is shown."""

    layer: LayerReport
    name: str
    """Unique in the model: the state_dict path, or type and number."""
    indent: int
    """Steps below the outermost row shown."""
    parameters: Figure
    trainable: int | None
    """Elements that are trained; None where unknown."""
    buffers: int | None
    macs: Figure
    activations: int | None
    """Bytes that the layers give; None where unknown."""
    opens: bool
    """Whether rows of its children follow."""
    folded: int = 0
    """How many modules below are counted in."""

    @property
    def tail(self) -> str:
        """The name without the path above it."""
        return self.name.rpartition(".")[2]


def rows(model: ModelReport, depth: int | None = None, naming: Naming = "path") -> list[Row]:
    """Rows in the order of named_modules(); the model's own only if it holds something itself or stands alone."""
    groups = _folded(model.layers, depth)
    shown = [group for group in groups if group[0].path or len(groups) == 1 or not _empty(group[0])]
    numbers = {layer.path: number for number, layer in enumerate((x for x in model.layers if x.path), start=1)}
    holders = {group[0].path.rpartition(".")[0] for group in groups if group[0].path}
    return [
        Row(
            layer=layer,
            name=_name(layer, numbers, naming),
            indent=layer.path.count("."),
            parameters=total(Figure(x.parameters, x.formula) for x in (layer, *below)),
            trainable=_sum([x.trainable for x in (layer, *below)]),
            buffers=_sum([x.buffers for x in (layer, *below)]),
            macs=total(Figure(x.macs, x.macs_formula) for x in (layer, *below)),
            activations=_sum([x.activations for x in (layer, *below)]),
            opens=layer.path in holders,
            folded=len(below),
        )
        for layer, below in shown
    ]


def _folded(layers: Sequence[LayerReport], depth: int | None) -> list[tuple[LayerReport, list[LayerReport]]]:
    """Every layer down to `depth` with the ones below that depth which it holds."""
    groups: dict[str, tuple[LayerReport, list[LayerReport]]] = {}
    for layer in layers:
        parts = layer.path.split(".") if layer.path else []
        top = ".".join(parts if depth is None else parts[:depth])
        if top in groups:
            groups[top][1].append(layer)
        else:
            groups[top] = (layer, [])
    return list(groups.values())


def _empty(layer: LayerReport) -> bool:
    """Whether a layer holds nothing itself: no parameter, no buffer."""
    return layer.parameters == 0 and not layer.buffers


def _name(layer: LayerReport, numbers: dict[str, int], naming: Naming) -> str:
    if not layer.path:
        return ITSELF
    return layer.path if naming == "path" else f"{layer.type}-{numbers[layer.path]}"


def _sum(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
