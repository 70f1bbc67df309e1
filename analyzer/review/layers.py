"""The layers that were added, removed, changed or moved between two reports of one model.

    before: stem Conv2d(3, 64), head Linear(64, 10)         after: stem Conv2d(3, 96), fc Linear(64, 10), drop Dropout
    LayerChange(CHANGED, "stem", settings=(Setting("out_channels", "64", "96"),), ...)
    LayerChange(MOVED, "fc", path_before="head", ...)       LayerChange(ADDED, "drop", ...)

What was taken away in one place and put in at another with the same types and shapes was moved; large parts first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analyzer.change import Figure, LayerChange, Setting, Step
from analyzer.report import LayerReport, ModelReport, Shape
from analyzer.review.measures import held, measure
from analyzer.review.pairing import closeness, pairs

Layers = Mapping[str, LayerReport]
Moves = Mapping[str, str]
"""Path before to path after, of every layer that was moved."""


def by_path(model: ModelReport | None) -> Layers:
    """The layers of a model; one with several paths stands under each of them, and is counted under the first."""
    if model is None:
        return {}
    found = {layer.path: layer for layer in model.layers}
    for layer in model.layers:
        for alias in layer.aliases:
            found[alias] = replace(layer, path=alias, parameters=0, trainable=0, formula=None, aliases=())
    return found


def moves(before: Layers, after: Layers) -> Moves:
    """Which of the layers that are gone stand elsewhere now."""
    gone = {path for path in before if path not in after}
    new = {path for path in after if path not in before}
    if not gone or not new:
        return {}
    below_gone, below_new = _below(before, gone), _below(after, new)
    groups = [_by_signature(before, below_gone), _by_signature(after, below_new)]
    found: dict[str, str] = {}
    taken: set[str] = set()
    for signature in sorted(groups[0].keys() & groups[1].keys(), key=lambda one: (-len(one), str(one))):
        ours = [path for path in groups[0][signature] if path not in found]
        theirs = [path for path in groups[1][signature] if path not in taken]
        for old, now in pairs(ours, theirs, _by_place if len(ours) == len(theirs) else closeness):
            for path in below_gone[old]:
                found[path] = now + path[len(old) :]
                taken.add(found[path])
    return found


def _by_place(one: str, other: str) -> float:
    """Any two are a pair where there are as many of both; those with close paths before others."""
    return 1 + closeness(one, other)


def changes(before: Layers, after: Layers, moved: Moves) -> tuple[LayerChange, ...]:
    """Every change, in the order of the layers after; what is gone stands where it was."""
    arrived = set(moved.values())
    gone = {path for path in before if path not in after and path not in moved}
    new = {path for path in after if path not in before and path not in arrived}
    found = [_whole(Step.REMOVED, path, before, gone) for path in before if _is_top(path, gone)]
    found += [_whole(Step.ADDED, path, after, new) for path in after if _is_top(path, new)]
    found += [_moved(old, now, before, after) for old, now in moved.items() if moved.get(_above(old)) != _above(now)]
    stayed = {path: path for path in before if path in after}
    for old, now in (stayed | dict(moved)).items():
        change = _changed(before[old], after[now])
        if change is not None:
            found.append(change)
    places = _places(before, after)
    return tuple(sorted(found, key=lambda one: (places[one.path], one.step == Step.CHANGED)))


def _places(before: Layers, after: Layers) -> dict[str, tuple[int, int]]:
    """Where each path comes: after, or behind the last one before it that is still there."""
    places = {path: (at, 0) for at, path in enumerate(after)}
    last = (-1, 0)
    for path in before:
        last = places.setdefault(path, (last[0], last[1] + 1))
    return places


# ---------------------------------------------------------------- one change


def _whole(step: Step, path: str, layers: Layers, among: set[str]) -> LayerChange:
    """A layer that came or went with all that lies in it and did not move."""
    inside = [layers[below] for below in layers if _lies_in(below, path) and below in among]
    figure = held(inside)
    parameters = measure(figure, None) if step is Step.REMOVED else measure(None, figure)
    given = layers[path].settings
    settings = tuple(
        Setting(name, text, None) if step is Step.REMOVED else Setting(name, None, text) for name, text in given.items()
    )
    return LayerChange(step, path, layers[path].type, parameters, settings=settings, below=len(inside) - 1)


def _moved(old: str, now: str, before: Layers, after: Layers) -> LayerChange:
    ours = [before[path] for path in before if _lies_in(path, old)]
    theirs = [after[path] for path in after if _lies_in(path, now)]
    parameters = measure(held(ours), held(theirs))
    return LayerChange(Step.MOVED, now, after[now].type, parameters, path_before=old, below=len(theirs) - 1)


def _changed(before: LayerReport, after: LayerReport) -> LayerChange | None:
    """What differs in a layer itself; None where nothing does."""
    settings = [*_differing(before.settings, after.settings), *_frozen(before, after), *_shared(before, after)]
    held_before, held_after = ({**one.shapes, **one.saved} for one in (before, after))
    shapes = _differing(_texts(held_before), _texts(held_after))
    parameters = measure(*(Figure(one.parameters, one.formula) for one in (before, after)))
    if not (settings or shapes or before.type != after.type or not parameters.same):
        return None
    return LayerChange(
        Step.CHANGED, after.path, after.type, parameters,
        path_before=before.path if before.path != after.path else None,
        type_before=before.type if before.type != after.type else None,
        settings=tuple(settings), shapes=tuple(shapes),
    )  # fmt: skip


def _frozen(before: LayerReport, after: LayerReport) -> list[Setting]:
    """How many of the parameters are not trained, where that is known and differs."""
    counts = [
        None if one.parameters is None or one.trainable is None else one.parameters - one.trainable
        for one in (before, after)
    ]
    if None in counts or counts[0] == counts[1]:
        return []
    return [Setting("frozen parameters", *(f"{count:,}" for count in counts))]


def _shared(before: LayerReport, after: LayerReport) -> list[Setting]:
    """Whether parameters of the same shapes are counted elsewhere now, or no longer are."""
    if before.parameters is None or after.parameters is None or before.shapes != after.shapes:
        return []
    words = ("own", "shared") if after.parameters < before.parameters else ("shared", "own")
    return [Setting("parameters", *words)] if after.parameters != before.parameters else []


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[Setting]:
    names = dict.fromkeys((*before, *after))
    found = (Setting(name, before.get(name), after.get(name)) for name in names)
    return [setting for setting in found if setting.before != setting.after]


def _texts(shapes: Mapping[str, Shape]) -> dict[str, str]:
    return {name: shape_text(shape) for name, shape in shapes.items()}


def shape_text(shape: Shape) -> str:
    """`[64, 3, 7, 7]`; an unknown size is `?`, and so is an unknown shape."""
    return "?" if shape is None else f"[{', '.join('?' if size is None else str(size) for size in shape)}]"


# ---------------------------------------------------------------- paths


def _above(path: str) -> str:
    return path.rpartition(".")[0]


def _lies_in(path: str, top: str) -> bool:
    return path == top or not top or path.startswith(f"{top}.")


def _is_top(path: str, among: set[str]) -> bool:
    """Whether a path is one of these and what holds it is none of them."""
    return path in among and (not path or _above(path) not in among)


def _below(layers: Layers, among: set[str]) -> dict[str, list[str]]:
    """Of each of these paths those that lie at and below it, in order."""
    found: dict[str, list[str]] = {path: [] for path in among}
    for path in layers:
        parts = path.split(".")
        for end in range(1, len(parts) + 1):
            top = ".".join(parts[:end])
            if top in found:
                found[top].append(path)
    return found


Signature = tuple[object, ...]


def _by_signature(layers: Layers, below: Mapping[str, list[str]]) -> dict[Signature, list[str]]:
    """Paths by the types and shapes at and below them, of those that hold anything, in the order of layers."""
    found: dict[Signature, list[str]] = {}
    for path in layers:
        inside = below.get(path, ())
        if any(layers[one].shapes or layers[one].saved for one in inside):
            found.setdefault(tuple(_alike(layers[one], path) for one in inside), []).append(path)
    return found


def _alike(layer: LayerReport, top: str) -> tuple[object, ...]:
    return (layer.path[len(top) :], layer.type, *sorted(_texts({**layer.shapes, **layer.saved}).items()))
