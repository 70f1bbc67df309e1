"""One model on the scale at one commit after the other; where nothing that it rests on has changed, it is not built.

scale = Scale(options, "Net(width=64)", inputs, store)
scale.reading(tree, "net.py")      Reading(State.EXACT, Figure(630), Figure(630), Figure(1024))
scale.evaluated                    1, however many trees with the same files were given
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analyzer.cache.store import Store
from analyzer.config import Options
from analyzer.errors import TargetError
from analyzer.mishap import told
from analyzer.passes.inputs import Input
from analyzer.pipeline import inputs_of, no_model, weighed
from analyzer.report import ModelReport, Status
from analyzer.review import measures
from analyzer.review.memory import Memory
from analyzer.review.tree import ROOT, Tree
from analyzer.review.witness import Witness
from analyzer.syntax.lowered import Lowered
from analyzer.syntax.project import Project
from analyzer.timeline import UNKNOWN, Reading, State
from analyzer.workspace import Workspace


class Scale:
    """A name or an expression, to be looked up in a file of any tree."""

    def __init__(self, options: Options, wanted: str, inputs: tuple[Input, ...], store: Store | None) -> None:
        """options: with a root in the tree; the configuration is the same for every commit."""
        self._options = options
        self._wanted = wanted
        self._inputs = inputs
        self._lowered = Lowered(store)
        asked = (
            wanted, [(name, str(type_)) for name, type_ in inputs],
            str(options.root), list(map(str, options.search_path)),
            sorted(options.assume.items(), key=repr), list(options.inputs.items()), options.dtype, options.train,
        )  # fmt: skip
        self._memory = Memory(store, repr(asked).encode(errors="surrogatepass"))
        self.evaluated = 0
        """How often a model was built."""

    def reading(self, tree: Tree, path: str) -> Reading:
        """What the model weighs in a tree, where its file has a path from the top."""
        if tree.kind(ROOT / path) != "file":
            return Reading(State.MISSING, None, None, None, "there is no such file")
        found = self._memory.find(path, tree)
        if found is None:
            self.evaluated += 1
            witness = Witness(tree)
            found = self._read(witness, path)
            self._memory.keep(path, tree, witness.answers, found, lasting=not witness.failed)
        return found

    def _read(self, witness: Witness, path: str, *, shapes: bool = False) -> Reading:
        """Without an input the forward pass is followed only where layers may get their sizes there."""
        file = ROOT / path
        root = self._options.root if file.is_relative_to(self._options.root) else ROOT
        options = replace(self._options, root=root)
        try:
            workspace = Workspace(options, Project(root, options.search_path, reader=witness, lowered=self._lowered))
            try:
                workspace.open(file)
            except TargetError as error:
                return Reading(State.UNREADABLE, why=_said(error))
            try:
                found = workspace.targets(f"{file}::{self._wanted}")
            except TargetError as error:
                return Reading(State.MISSING, None, None, None, _said(error))
            inputs = self._inputs or any(inputs_of(workspace, *one, options) for one in found)
            measured = list(weighed(workspace, found, options, self._inputs, shapes=shapes or bool(inputs)))
        except TargetError as error:
            return Reading(State.FAILED, why=_said(error))
        except Exception as error:  # noqa: BLE001  # a fault of ours at one commit must not lose the others
            return Reading(State.FAILED, why=told(error))
        if not measured:
            return Reading(State.FAILED, why=_inside(no_model(f"{file}::{self._wanted}").message))
        known = measured[0].report.status in (Status.EXACT, Status.SYMBOLIC)
        if known or shapes or inputs:
            return reading_of(measured[0].report)
        return self._read(witness, path, shapes=True)


def reading_of(model: ModelReport) -> Reading:
    """The figures of a report."""
    reasons = [f"{one.span.file}:{one.span.line} {one.reason}" for one in model.unknowns[:1]]
    if len(model.unknowns) > 1:
        reasons.append(f"and {len(model.unknowns) - 1:,} more")
    state = State(model.status.value)
    if state is State.FAILED:
        return Reading(state, UNKNOWN, UNKNOWN, UNKNOWN, ", ".join(reasons))
    figures = measures.parameters(model), measures.trainable(model), measures.macs(model)
    return Reading(state, *figures, "" if state in (State.EXACT, State.SYMBOLIC) else ", ".join(reasons))


def _said(error: TargetError) -> str:
    problem = error.problem
    place = f"{problem.span.file}:{problem.span.line} " if problem.span is not None else ""
    return _inside(f"{place}{problem.message}")


def _inside(text: str) -> str:
    """The text with paths from the top of the repository."""
    return text.replace(str(ROOT / "x")[:-1], "")


def in_tree(options: Options, top: Path) -> Options:
    """Options of the disk as they are for the trees of a repository with its work tree at `top`."""

    def moved(path: Path) -> Path:
        return ROOT / path.relative_to(top) if path.is_relative_to(top) else path

    root = moved(options.root)
    return replace(
        options,
        root=root if root.is_relative_to(ROOT) else ROOT,
        search_path=tuple(map(moved, options.search_path)),
    )
