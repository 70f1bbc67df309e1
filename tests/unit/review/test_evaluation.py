from __future__ import annotations

from pathlib import Path

from analyzer.config import Options
from analyzer.pipeline import weighed
from analyzer.review.git import Repository
from analyzer.review.tree import ROOT
from analyzer.syntax.project import Project
from analyzer.workspace import Workspace
from tests.unit.review.scratch import scratch

BLOCKS = """
from torch import nn
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
"""
NET = """
import parts.blocks
from torch import nn
from . import blocks
from parts import blocks as again
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.three = blocks.Block(), parts.blocks.Block(), again.Block()
"""


def test_packages_without_a_file_of_their_own_are_packages_in_a_commit(tmp_path: Path) -> None:
    made = scratch(tmp_path / "proj")
    commit = made.commit({"parts/blocks.py": BLOCKS, "parts/net.py": NET})
    options = Options(root=ROOT)
    with Repository.holding(made.top) as repository:
        workspace = Workspace(options, Project(ROOT, reader=repository.tree(commit)))
        found = workspace.targets(f"{ROOT / 'parts/net.py'}::Net")
        (one,) = weighed(workspace, found, options, (), shapes=True)
    assert one.report.parameters.total == 3 * 16
