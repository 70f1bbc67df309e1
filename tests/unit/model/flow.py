"""Models written in a few lines, evaluated and run: what the tests of graphs and passes start from.

followed("class Net(nn.Module): ...", "2,3")     -> Model with a trace
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from analyzer.config import Options
from analyzer.deepstack import with_deep_stack
from analyzer.evaluation.run import explore
from analyzer.model.tree import Model
from analyzer.pipeline import follow, parse_inputs
from analyzer.syntax.project import Project
from analyzer.weigh import Path as Way
from analyzer.workspace import Workspace

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n\n"


@cache
def followed(source: str, *inputs: str) -> Model:
    """The model that `net` names, or the class Net, after one forward pass."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "net.py"
        file.write_text(HEAD + source, encoding="utf-8")
        return of_target(f"{file}::{'net' if 'net =' in source else 'Net'}", *inputs)


def forward(body: str, *inputs: str, layers: str = "pass") -> Model:
    """A module with these layers, given as statements of `__init__`, and this body of `forward(self, x)`."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return followed(
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        {layers}\n\n    def forward(self, x, y=None):\n{lines}\n",
        *inputs,
    )


def of_target(target: str, *inputs: str) -> Model:
    file = Path(target.partition("::")[0])

    def work() -> Model:
        workspace = Workspace(Options(file.parent), Project(file.parent, ()))
        ((_, found),) = workspace.targets(target)
        given = parse_inputs([(None, text) for text in inputs])
        outcomes, _ = explore(workspace.session, lambda run: follow(run, found.make, given, shapes=True))
        (way,) = [outcome.value for outcome in outcomes]
        assert isinstance(way, Way)
        assert way.model is not None
        assert way.forward is not None
        assert way.forward.refused is None, way.forward.refused
        return way.model

    return with_deep_stack(work)
