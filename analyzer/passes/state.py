"""What a model's state_dict holds besides the parameters, and why that may not be all there is to say.

saved(BatchNorm's layer, model)      {"running_mean": [64], "running_var": [64], "num_batches_tracked": []}
doubt([model])                       "Net saves or loads its weights in its own way"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.evaluation.trace import ParameterRecord
from analyzer.model.tree import Layer, Model, state_dict

OWN_WAY = "saves or loads its weights in its own way"
"""Said of a class whose keys are known, but not what becomes of them."""


def saved(layer: Layer, model: Model) -> Mapping[str, ParameterRecord]:
    """A layer's own buffers that state_dict holds."""
    return {
        name: model.trace.buffers[number]
        for name, number in layer.record.buffers
        if number is not None and name not in layer.record.buffers_not_saved
    }


def doubt(models: Sequence[Model]) -> str | None:
    """Why keys and shapes alone say too little of a model's checkpoints, given the paths through it; else None.

    A model of which only some paths are known is doubted elsewhere.
    """
    own = next((layer.type for model in models for layer in model.layers if layer.record.own_state), None)
    if own is not None:
        return f"{own} {OWN_WAY}"
    if len(models) > 1 and len({_written(model) for model in models}) > 1:
        return "what it holds depends on conditions that are not decided"
    return None


def _written(model: Model) -> str:
    """Keys and shapes as text: sizes that are equal have the same text, and no comparison that is open is made."""
    return str({key: record.type and record.type.shape for key, record in state_dict(model).items()})
