"""weighbridge: puts a PyTorch model on the scale without running it.

    from analyzer import summary
    summary(["net.py::Net"], inputs=["N,3,32,32"]).models[0].parameters.total     -> 630

Nothing of the analysed code is imported or executed, and torch is never needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    from analyzer.change import Comparison
    from analyzer.config import Options
    from analyzer.model.graph import Graph
    from analyzer.report import Report
    from analyzer.timeline import Timeline

__version__ = "0.1.0"


def summary(
    targets: Sequence[str], *, inputs: Sequence[str] = (), options: Options | None = None, cache: Path | None = None
) -> Report:
    """Every layer of the models that the targets name, with shapes, parameters and costs.

    targets: `FILE`, `FILE::NAME` or `FILE::EXPRESSION`.  inputs: whole shapes, `N,3,32,32` or `name=SHAPE:dtype`.
    What cannot be read or found is among the report's problems; the other targets are reported all the same.
    cache: a folder where results are kept, and taken from while nothing that they rest on has changed.
    """
    from analyzer.weighing import Means
    from analyzer.weighing import summary as run

    return run(targets, inputs=inputs, options=options, means=Means(cache))


def scan(
    paths: Sequence[str],
    *,
    layers: bool = False,
    shapes: bool = False,
    options: Options | None = None,
    cache: Path | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Report:
    """Every model found in files and folders; `layers` adds their rows, `shapes` runs their forward passes.

    cache: as in `summary`.  executor: where the work is done, in groups of files; the report is the same wherever.
    progress: called with files done, files in all, and the file being read.
    """
    from analyzer.weighing import Means
    from analyzer.weighing import scan as run

    means = Means(cache, executor, progress=progress)
    return run(paths, layers=layers, shapes=shapes, options=options, means=means)


def check(
    paths: Sequence[str],
    *,
    options: Options | None = None,
    texts: Mapping[Path, str] | None = None,
    baseline: Path | None = None,
    force_exclude: bool = False,
    with_importers: bool = False,
    cache: Path | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Report:
    """What the rules find in files and folders, less what comments suppress and the baseline forgives.

    texts: source that stands before what the disk has.  force_exclude: also leave out files that `paths` name.
    with_importers: also check the files of the project that import them.  cache, executor, progress: as in `scan`.
    Raises analyzer.errors.TargetError where a selected rule or the baseline cannot be used.
    """
    from analyzer import baseline as baselines
    from analyzer.linting import check as run
    from analyzer.weighing import Means

    known = baselines.load(baseline) if baseline is not None else baselines.Baseline()
    encoded = {path.resolve(): text.encode() for path, text in (texts or {}).items()}
    means = Means(cache, executor, progress=progress)
    checked = run(
        paths, options=options, texts=encoded, known=known,
        force_exclude=force_exclude, with_importers=with_importers, means=means,
    )  # fmt: skip
    return checked.report


def diff(
    base: str,
    head: str | None = None,
    paths: Sequence[str] = (),
    *,
    merge_base: bool = True,
    config: Path | None = None,
    cache: Path | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Comparison:
    """What changes of the models between two sides: sizes, layers, checkpoints, and the lines that are the cause.

    base, head: two revisions of the repository that holds the working folder, no head being the work tree; or two
    folders; or two files of reports in JSON.  paths: files and folders, the working folder without them.
    merge_base: compare with the last commit that the head has from the base.  config: read in place of the base's.
    cache: as in `summary`.
    Raises analyzer.errors.TargetError where there is nothing to compare, or a configuration cannot be used.
    """
    from analyzer.review.diff import diff as run
    from analyzer.weighing import Means, opened

    with opened(Means(cache)) as store:
        return run(base, head, paths, merge_base=merge_base, config=config, store=store, progress=progress)


def dump(
    stage: Literal["ir", "trace", "model"],
    target: str,
    *,
    inputs: Sequence[str] = (),
    options: Options | None = None,
) -> str:
    """The text form of a stage for one target; raises analyzer.errors.TargetError where there is none."""
    from analyzer.viewing import dump as run

    return run(stage, target, inputs=inputs, options=options)


def graph(
    target: str, *, inputs: Sequence[str] = (), depth: int | None = None, options: Options | None = None
) -> Graph:
    """The data flow of a model's forward pass, as the networkx graph that analyzer.model.graph describes.

    depth: each module nested that deep becomes one node.  `analyzer.graphs.render("svg", graph)` draws it.  Where
    parts of the flow are not known, or stand for one case of several, `graph.graph["notes"]` says so.
    Raises analyzer.errors.TargetError where there is no such model, or none whose forward pass can be followed.
    """
    from analyzer.viewing import graph as run

    return run(target, inputs=inputs, depth=depth, options=options)


def history(
    target: str,
    *,
    since: str | None = None,
    until: str | None = None,
    first_parent: bool = False,
    inputs: Sequence[str] = (),
    options: Options | None = None,
    cache: Path | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Timeline:
    """What one model weighed at each commit of the log of the repository that its file lies in, the oldest first.

    target: `FILE::NAME` or `FILE::EXPRESSION`; the file may be one that is no longer there, or was renamed.
    since, until: a date in UTC, `3 months ago`, or a revision, whose commit and all before it `since` leaves out.
    first_parent: of a merge only what it was made on.  cache: as in `summary`.
    progress: called with commits done, commits in all, and the commit being read.
    Raises analyzer.errors.TargetError where there is no such history.
    """
    from analyzer.review.history import history as run
    from analyzer.weighing import Means, opened

    with opened(Means(cache)) as store:
        return run(
            target, since=since, until=until, first_parent=first_parent,
            inputs=inputs, options=options, store=store, progress=progress,
        )  # fmt: skip


__all__ = ["__version__", "check", "diff", "dump", "graph", "history", "scan", "summary"]
