"""Pieces of work that a process of its own can do: what is to be done, and a group of files to do it with.

work = Work("scan", options, layers=True)
list(carried_out(work, ["models/resnet.py"], store))      -> [Verdict(models=(...))], kept in the store as well
run(work, ("models/resnet.py",))                          -> the same as bytes, in whichever process it is called
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from analyzer.cache.store import Store
from analyzer.cache.tool import identity
from analyzer.config import Options, real
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.mishap import MARK
from analyzer.recall.results import Results
from analyzer.syntax.project import Project
from analyzer.verdict import Verdict, decode, encode

if TYPE_CHECKING:
    from analyzer.workspace import Workspace

LINES = "lines"
PAUSE = 5.0
"""Seconds after which what was found is written to the cache."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done with each file; plain data, to be sent to other processes.

    An item of a `summary` is a target, else it is the path of a file.
    """

    kind: Literal["summary", "scan", "check"]
    options: Options
    layers: bool = False
    shapes: bool = True
    inputs: tuple[str, ...] = ()
    ledger: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The sizes of models in the baseline."""
    texts: Mapping[Path, bytes] = field(default_factory=dict)
    """Source that stands before what the disk has."""
    cache: Path | None = None
    lines: bool = False
    """Whether the models are wanted as lines of JSON, in place of their layers."""

    def asked(self) -> bytes:
        """All that results depend on besides the files."""
        o = self.options
        asked: tuple[object, ...] = (
            self.kind, self.layers, self.shapes, self.inputs,
            sorted(o.assume.items(), key=repr), list(o.inputs.items()), o.dtype, o.train,
        )  # fmt: skip
        if self.kind == "check":
            asked += (
                o.select, o.extend_select, o.ignore, list(o.per_file_ignores.items()), o.budgets,
            )  # fmt: skip
        return repr(asked).encode(errors="surrogatepass")

    def asked_of(self, project: Project, item: str) -> bytes:
        """What the result of one item depends on besides."""
        if self.kind == "summary":
            return item.encode(errors="surrogatepass")
        if not self.ledger:
            return b""
        file = project.display(Path(item))
        known = {name: dict(sizes) for name, sizes in self.ledger.items() if name.rpartition("::")[0] == file}
        return repr(sorted(known.items())).encode(errors="surrogatepass")

    def file(self, item: str) -> Path:
        """The file that an item is about."""
        return Path(item.partition("::")[0] if self.kind == "summary" else item)


Judge = Callable[["Workspace", str], Verdict]


def carried_out(
    work: Work, items: Sequence[str], store: Store | None, begun: Callable[[str], None] = lambda item: None
) -> Iterator[Verdict]:
    """The verdicts of items, in their order, found one after the other in one session for each project.

    begun: called with each item before it is looked at.
    """
    from analyzer.workspace import Workspaces

    workspaces = Workspaces(work.options, work.texts, store=store)
    judge = _judge(work)
    kept: dict[Workspace, Results] = {}
    written = time.monotonic()
    with ExitStack() as at_the_end:
        for item in items:
            begun(item)
            workspace = workspaces.holding(work.file(item))
            verdict = judge(workspace, item)
            if store is not None:
                if workspace not in kept:
                    kept[workspace] = Results(workspace.project, store, work.asked(), work.texts)
                    at_the_end.callback(kept[workspace].flush, workspace.trail)
                _keep(kept[workspace], workspace, work, item, verdict)
            yield verdict
            if time.monotonic() > written + PAUSE:
                for one, results in kept.items():
                    results.flush(one.trail)
                written = time.monotonic()


def _judge(work: Work) -> Judge:
    """What gives the verdict of one item; TargetError where the work itself cannot be understood."""
    if work.kind == "check":
        from analyzer.checking import check_file
        from analyzer.selection import select

        selection = select(work.options)
        return lambda workspace, item: check_file(workspace, Path(item), work.options, selection, work.ledger)
    from analyzer.pipeline import parse_inputs, summarise, unreadable, weigh_file

    if work.kind == "scan":
        return lambda workspace, item: weigh_file(
            workspace, Path(item), work.options, layers=work.layers, shapes=work.shapes
        )
    try:
        given = parse_inputs([(None, text) for text in work.inputs])
    except ValueError as error:
        raise TargetError(unreadable(error)) from error
    return lambda workspace, item: summarise(workspace, item, given, work.options)


def _keep(results: Results, workspace: Workspace, work: Work, item: str, verdict: Verdict) -> None:
    """Keep a verdict, unless it comes of a file that cannot be read or of a fault of ours."""
    paths = workspace.rests_on(work.file(item))
    told = (verdict.unread, *verdict.problems)
    if paths is None or any(problem is not None and MARK in problem.message for problem in told):
        return
    with suppress(OverflowError, UnicodeEncodeError):
        results.put(real(work.file(item)), work.asked_of(workspace.project, item), paths, encode(verdict))


@dataclass(frozen=True, slots=True)
class Result:
    """What a process sends of one item."""

    verdict: bytes | Verdict
    """As bytes where they can hold it."""
    lines: bytes = b""
    """Its models as lines of JSON, compressed, where they were asked for."""

    def opened(self) -> Verdict:
        return self.verdict if isinstance(self.verdict, Verdict) else decode(self.verdict)


def run(work: Work, items: Sequence[str]) -> list[Result]:
    """The results of a group of items, to be called in any process."""
    with ExitStack() as stack:
        store = None if work.cache is None else stack.enter_context(Store(work.cache))
        return with_deep_stack(lambda: [result(work, verdict, store) for verdict in carried_out(work, items, store)])


def result(work: Work, verdict: Verdict, store: Store | None) -> Result:
    """A verdict as it is sent."""
    try:
        data = encode(verdict)
    except (OverflowError, UnicodeEncodeError):
        return Result(verdict, lines_of(verdict) if work.lines else b"")
    if not work.lines:
        return Result(data)
    lines = lines_of(verdict)
    head = msgspec.structs.replace(verdict, models=tuple(replace(model, layers=()) for model in verdict.models))
    if store is not None:
        store.put(LINES, lines_key(data), lines)
    return Result(encode(head), lines)


def lines_of(verdict: Verdict) -> bytes:
    """The models of a verdict as lines of JSON, compressed."""
    from analyzer.reports.json import line

    return zlib.compress(b"\n".join(map(line, verdict.models)), 1)


def lines_key(data: bytes) -> bytes:
    """The name under which the lines of a verdict's bytes are kept."""
    return hashlib.blake2b(data, digest_size=32, key=identity()).digest()
