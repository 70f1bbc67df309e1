"""What is to be done with files, as plain data that can be sent to other processes.

Work("scan", options, layers=True).asked()      -> the bytes of everything that results depend on besides the files
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from analyzer.config import Options
from analyzer.syntax.project import Project


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done with each file.

    An item of a `summary` is a target, else it is the path of a file.
    """

    kind: Literal["summary", "scan", "check"] = field(compare=False)
    options: Options = field(compare=False)
    layers: bool = field(default=False, compare=False)
    shapes: bool = field(default=True, compare=False)
    inputs: tuple[str, ...] = field(default=(), compare=False)
    ledger: Mapping[str, Mapping[str, int]] = field(default_factory=dict, compare=False)
    """The sizes of models in the baseline."""
    texts: Mapping[Path, bytes] = field(default_factory=dict, compare=False)
    """Source that stands before what the disk has."""
    cache: Path | None = field(default=None, compare=False)
    call: bytes = field(default_factory=partial(os.urandom, 16))
    """Which call it belongs to: no two are equal, whatever they ask."""
    lines: bool = field(default=False, compare=False)
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
