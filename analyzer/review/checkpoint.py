"""Whether weights that were saved before load into a model after, and which keys stand in the way.

    before {"fc.weight": [10, 64], "fc.bias": [10]}     after {"head.weight": [10, 64], "head.bias": [10], "scale": [1]}
    Checkpoint(NOT_STRICT, kept=0, added=(Key("scale", (1,)),), renamed=(Renaming("fc.bias", "head.bias", (10,)), ...))

As torch.nn.Module.load_state_dict has it: a shape that differs raises, also with strict=False; keys that are missing or
unexpected raise unless strict=False, and are left out then.
https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from analyzer.change import Checkpoint, Key, Loads, Renaming, Reshaping
from analyzer.passes.state import OWN_WAY
from analyzer.report import ModelReport, Shape, Status
from analyzer.review.layers import Moves
from analyzer.review.pairing import pairs, resemblance

State = Mapping[str, Shape]
ALIKE = 0.5
"""How alike the names of parameters of one layer must be, to count as one that was renamed, where there are others."""


def state_of(model: ModelReport) -> State:
    """Every key of a model's state_dict and its shape, shared ones under each of their names."""
    return {
        f"{path}.{name}" if path else name: shape
        for layer in model.layers
        for path in (layer.path, *layer.aliases)
        for name, shape in {**layer.shapes, **layer.saved}.items()
    }


def compare(before: ModelReport, after: ModelReport, moved: Moves) -> Checkpoint:
    """What becomes of the weights of one model in another one."""
    for model, side in ((before, "before"), (after, "after")):
        if model.status in (Status.PARTIAL, Status.FAILED):
            return Checkpoint(Loads.UNKNOWN, why=f"not all of the model is known {side}")
        if not model.layers:
            return Checkpoint(Loads.UNKNOWN, why=f"the report {side} has no layers")
    found = compared(state_of(before), state_of(after), moved)
    doubts = [doubt for doubt in (after.state_doubt, before.state_doubt) if doubt is not None]
    if not doubts:
        return found
    certain = all(doubt.endswith(OWN_WAY) for doubt in doubts)
    return replace(found if certain else Checkpoint(Loads.UNKNOWN), loads=Loads.UNKNOWN, why=doubts[0])


def compared(before: State, after: State, moved: Moves) -> Checkpoint:
    """The difference of two state_dicts; `moved`: layers that have another path now."""
    gone = {key: shape for key, shape in before.items() if key not in after}
    new = {key: shape for key, shape in after.items() if key not in before}
    both = [key for key in before if key in after]
    reshaped = [key for key in both if before[key] != after[key]]
    unclear = next((key for key in both if not _comparable(before[key], after[key])), None)
    renamed = dict(_renamed(gone, new, moved))
    return Checkpoint(
        _loads(before, after, unclear),
        kept=len(both) - len(reshaped),
        added=tuple(Key(key, shape) for key, shape in new.items() if key not in renamed.values()),
        removed=tuple(Key(key, shape) for key, shape in gone.items() if key not in renamed),
        renamed=tuple(Renaming(old, now, gone[old]) for old, now in renamed.items()),
        reshaped=tuple(Reshaping(key, before[key], after[key]) for key in reshaped),
        why=f"the shape of {unclear} is not known" if unclear is not None else None,
    )


def _loads(before: State, after: State, unclear: str | None) -> Loads:
    both = before.keys() & after.keys()
    if any(not _fits(before[key], after[key]) for key in both if _comparable(before[key], after[key])):
        return Loads.NO
    if unclear is not None:
        return Loads.UNKNOWN
    return Loads.YES if before.keys() == after.keys() else Loads.NOT_STRICT


def _known(shape: Shape) -> bool:
    return shape is not None and None not in shape


def _comparable(one: Shape, other: Shape) -> bool:
    """Whether two shapes can be told apart: sizes are known, or formulas over the same symbols."""
    return _known(one) and _known(other) and (one == other or _symbols(one) == _symbols(other))


def _symbols(shape: Shape) -> set[str]:
    return {name for size in shape or () for name in re.findall(r"[A-Za-z_]\w*", str(size))}


def _fits(saved: Shape, shape: Shape) -> bool:
    """Whether a saved tensor is taken for a parameter: torch takes the first element of a list for a scalar."""
    return saved == shape or (shape == () and saved is not None and len(saved) == 1)


def _renamed(gone: State, new: State, moved: Moves) -> Iterator[tuple[str, str]]:
    """Old and new names of keys: those of layers that moved, then those of one layer with the same shape."""
    taken: set[str] = set()
    left: dict[tuple[str, Shape], list[str]] = {}
    for key, shape in gone.items():
        path, _, name = key.rpartition(".")
        now = f"{moved[path]}.{name}" if moved.get(path) else name
        if path in moved and new.get(now) == shape:
            taken.add(now)
            yield key, now
        elif _known(shape):
            left.setdefault((path, shape), []).append(key)
    there: dict[tuple[str, Shape], list[str]] = {}
    for key, shape in new.items():
        if key not in taken:
            there.setdefault((key.rpartition(".")[0], shape), []).append(key)
    for place, keys in left.items():
        others = there.get(place, [])
        certain = len(keys) == len(others) == 1
        for old, now in pairs(keys, others, _likeness_of_names if not certain else _any):
            yield old, now


def _likeness_of_names(one: str, other: str) -> float:
    likeness = resemblance(one.rpartition(".")[2], other.rpartition(".")[2])
    return likeness if likeness >= ALIKE else 0.0


def _any(one: str, other: str) -> float:
    return 1.0
