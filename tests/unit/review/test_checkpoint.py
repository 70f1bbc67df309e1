from __future__ import annotations

from pathlib import Path

import pytest

import analyzer
from analyzer.change import Checkpoint, Loads
from analyzer.report import ModelReport, Shape
from analyzer.review.checkpoint import compared, state_of

HEAD = """import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, flag: bool = False):
        super().__init__()
"""


def model(folder: Path, body: str, made: str = "Net()") -> ModelReport:
    lines = "".join(f"        {line}\n" for line in body.strip().splitlines())
    (folder / "net.py").write_text(f"{HEAD}{lines}\nnet = {made}\n", encoding="utf-8")
    name = "net" if made else "Net"
    return analyzer.summary([f"{folder / 'net.py'}::{name}"]).models[0]


def test_what_a_state_dict_holds(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        """
self.a = nn.Linear(2, 3)
self.b = self.a
self.c = nn.Linear(2, 3, bias=False)
self.c.weight = self.a.weight
self.norm = nn.BatchNorm1d(3, affine=False)
self.register_buffer("kept", torch.zeros(4))
self.register_buffer("left", torch.zeros(4), persistent=False)
self.register_buffer("none", None)
self.scale = nn.Parameter(torch.ones(1))
self.block = nn.Sequential(self.norm)
""",
    )
    assert state_of(found) == {
        "scale": (1,), "kept": (4,), "a.weight": (3, 2), "a.bias": (3,), "b.weight": (3, 2), "b.bias": (3,),
        "c.weight": (3, 2), "norm.running_mean": (3,), "norm.running_var": (3,), "norm.num_batches_tracked": (),
        "block.0.running_mean": (3,), "block.0.running_var": (3,), "block.0.num_batches_tracked": (),
    }  # fmt: skip
    assert found.state_doubt is None


def test_own_ways_and_undecided_paths_are_doubted(tmp_path: Path) -> None:
    hooked = model(tmp_path, "self.a = nn.Linear(2, 3)\nself.register_load_state_dict_pre_hook(print)")
    assert hooked.state_doubt == "Net saves or loads its weights in its own way"
    text = HEAD.replace(" = False", "") + "        self.a = nn.Linear(2, 3) if flag else nn.Linear(2, 4)\n"
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    undecided = analyzer.summary([f"{tmp_path / 'net.py'}::Net"]).models[0]
    assert undecided.state_doubt == "what it holds depends on conditions that are not decided"


@pytest.mark.parametrize(
    ("before", "after", "loads"),
    [
        ({"a": (2,)}, {"a": (2,)}, Loads.YES),
        ({"a": (2,)}, {"a": (3,)}, Loads.NO),
        ({"a": (2,)}, {"a": (2,), "b": (1,)}, Loads.NOT_STRICT),
        ({"a": (2,), "b": (1,)}, {"a": (2,)}, Loads.NOT_STRICT),
        ({"a": (5,)}, {"a": ()}, Loads.YES),
        ({"a": ()}, {"a": (1,)}, Loads.NO),
        ({"a": None}, {"a": (1,)}, Loads.UNKNOWN),
        ({"a": None, "b": (1,)}, {"a": (1,), "b": (2,)}, Loads.NO),
        ({"a": ("d", 3)}, {"a": ("d", 3)}, Loads.YES),
        ({"a": ("d", 3)}, {"a": ("2*d", 3)}, Loads.NO),
        ({"a": ("d", 3)}, {"a": ("width", 3)}, Loads.UNKNOWN),
        ({"a": ("d", 3)}, {"a": (4, 3)}, Loads.UNKNOWN),
        ({}, {}, Loads.YES),
    ],
)
def test_whether_old_weights_load(before: dict[str, Shape], after: dict[str, Shape], loads: Loads) -> None:
    assert compared(before, after, {}).loads is loads


def test_keys_of_one_layer_are_renamed_by_shape_and_name() -> None:
    before: dict[str, Shape] = {"x.gamma": (4,), "x.q": (2, 2), "x.k": (2, 2), "y.w": (3,)}
    after: dict[str, Shape] = {"x.scale": (4,), "x.query": (2, 2), "x.key": (2, 2), "z.w": (3,)}
    found = compared(before, after, {})
    assert {(one.before, one.after) for one in found.renamed} == {("x.gamma", "x.scale"), ("x.k", "x.key")}
    assert [key.name for key in found.removed] == ["x.q", "y.w"]
    assert compared(before, after, {"y": "z"}).renamed[0].after == "z.w"


def test_a_checkpoint_of_nothing_known_has_no_keys(tmp_path: Path) -> None:
    for side, text in (("a", "nn.Linear(2, 3)"), ("b", "missing()")):
        (tmp_path / side).mkdir()
        (tmp_path / side / "net.py").write_text(f"from torch import nn\nnet = {text}\n", encoding="utf-8")
    found = analyzer.diff(str(tmp_path / "a"), str(tmp_path / "b")).models[0].checkpoint
    assert found is None or found == Checkpoint(Loads.UNKNOWN, why=found.why)
