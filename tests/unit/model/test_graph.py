from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx
import pytest

from analyzer.evaluation.trace import Trace
from analyzer.model.graph import collapse, graph
from analyzer.model.labels import operator_label
from analyzer.model.tree import Model
from tests.unit.model.flow import followed, forward, of_target

ROOT = Path(__file__).resolve().parents[3]


def edges(model: Model, made: Any = None) -> list[str]:
    """`conv1 -> add`, in the order of the calls."""
    made = graph(model) if made is None else made
    names = {
        node: data["path"] if data["kind"] in ("layer", "module") else data["label"]
        for node, data in made.nodes.items()
    }
    return [f"{names[one]} -> {names[two]}" for two in made for one in made.predecessors(two)]


RESIDUAL = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 4)
        self.two = nn.Linear(4, 4)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.two(self.relu(self.one(x))) + x)

net = nn.Sequential(Block(), Block(), nn.Linear(4, 2))
"""


def test_layers_and_operators_are_nodes_and_tensors_are_edges() -> None:
    model = followed(RESIDUAL, "3,4")
    made = graph(model)
    assert edges(model)[:7] == [
        "input -> 0.one", "0.one -> 0.relu", "0.relu -> 0.two", "0.two -> add", "input -> add", "add -> 0.relu",
        "0.relu -> 1.one",
    ]  # fmt: skip
    assert str(made.edges["i0", "e0"]["tensors"][0]) == "[3, 4] float32"
    assert made.nodes["e0"] == {
        "kind": "layer", "label": "Linear", "type": "torch.nn.Linear", "path": "0.one", "parameters": 20, "macs": 48,
        "calls": 1, "again": False, "settings": {"in_features": "4", "out_features": "4"},
        "place": made.nodes["e0"]["place"],
    }  # fmt: skip
    assert made.nodes["e0"]["place"].endswith("net.py:10")
    assert made.nodes["e4"]["again"]


def test_what_is_written_in_place_is_read_by_all_that_share_it() -> None:
    layers = "self.relu = nn.ReLU(inplace=True)"
    assert edges(forward("shortcut = x\nself.relu(x)\nreturn shortcut", "3,4", layers=layers)) == [
        "input -> relu", "relu -> output",
    ]  # fmt: skip
    assert edges(forward("x = x + 1\nz = x\nz += x.exp()\nreturn x", "3,4"))[-2:] == ["exp -> add", "add -> output"]
    assert edges(forward("x = x.clone()\nx.mul_(2)\nreturn x", "3,4"))[-1] == "mul -> output"
    assert edges(forward("x = x.clone()\nx[:, 0] = x.sum(1)\nreturn x", "3,4"))[-1] == "assign -> output"


def test_writing_to_a_view_changes_what_it_is_a_view_of() -> None:
    model = forward("x = x.clone()\nv = x.view(12)\nv.add_(1)\nreturn x * 2", "3,4")
    assert "add -> mul" in edges(model)
    model = forward("x = x.clone()\nv = x * 1\nv.add_(1)\nreturn x * 2", "3,4")
    assert "add -> mul" not in edges(model)


def test_containers_of_tensors_are_looked_into() -> None:
    model = forward("a, b = x.chunk(2, 1)\nreturn {'sum': torch.cat([b, a], 1), 'parts': (a, [b])}", "3,4")
    made = graph(model)
    assert [data["label"] for _, data in made.nodes(data=True)][-3:] == [
        "output['sum']", "output['parts'][0]", "output['parts'][1][0]",
    ]  # fmt: skip
    assert len(made.edges["e0", "e1"]["tensors"]) == 2
    lstm = forward("out, (h, c) = self.rnn(x, (y, y))\nreturn h", "5,3,4", "y=1,3,6", layers="self.rnn = nn.LSTM(4, 6)")
    assert edges(lstm) == ["input -> rnn", "y -> rnn", "rnn -> output"]


def test_a_tensor_used_twice_is_one_edge_and_one_tensor() -> None:
    made = graph(forward("return x * x", "3,4"))
    assert [len(tensors) for _, _, tensors in made.edges(data="tensors")] == [1, 1]


def test_parameters_and_buffers_that_operators_read_are_nodes() -> None:
    layers = "self.scale = nn.Parameter(torch.ones(4)); self.k = torch.ones(4); "
    layers += "self.register_buffer('shift', torch.zeros(4))"
    made = graph(forward("return x * self.scale + self.shift - self.k", "3,4", layers=layers))
    kinds = {data["label"]: (data["kind"], data["path"], data["parameters"]) for _, data in made.nodes(data=True)}
    assert kinds["scale"] == ("parameter", "scale", 4)
    assert kinds["shift"] == ("buffer", "shift", 0)
    assert kinds["constant"][0] == "constant"


def test_queries_are_no_nodes() -> None:
    made = graph(forward("n = x.size(0)\nreturn x.view(n, x.dim(), -1)", "3,4"))
    assert [data["label"] for _, data in made.nodes(data=True)] == ["input", "view", "output"]


def test_an_input_that_comes_out_and_one_that_is_not_read() -> None:
    assert edges(forward("return x", "3,4")) == ["input -> output"]
    assert "y" in [data["label"] for _, data in graph(forward("return x", "3,4", "y=2")).nodes(data=True)]


def test_a_module_at_the_depth_is_one_node() -> None:
    model = followed(RESIDUAL, "3,4")
    made = collapse(graph(model), model, 1)
    assert edges(model, made) == ["input -> 0", "0 -> 1", "1 -> 2", "2 -> output"]
    block = made.nodes["m0"]
    assert (block["kind"], block["label"], block["path"], block["calls"]) == ("module", "Block", "0", 5)
    assert (block["parameters"], block["macs"]) == (40, 96)
    assert made.nodes["e10"]["kind"] == "layer"


def test_depth_0_is_the_whole_model() -> None:
    model = followed(RESIDUAL, "3,4")
    made = collapse(graph(model), model, 0)
    assert edges(model, made) == ["input -> ", " -> output"]
    assert (made.nodes["m0"]["parameters"], made.nodes["m0"]["macs"]) == (90, 216)


def test_a_module_called_again_behind_others_has_another_node() -> None:
    model = followed(
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.a = nn.Sequential(nn.Linear(4, 4), nn.ReLU())\n        self.b = nn.Linear(4, 4)\n"
        "    def forward(self, x):\n        return self.a(self.b(self.a(x)))\n",
        "3,4",
    )
    made = collapse(graph(model), model, 1)
    assert edges(model, made) == ["input -> a", "a -> b", "b -> a", "a -> output"]
    assert [data["parameters"] for _, data in made.nodes(data=True)] == [0, 20, 20, 0, 0]
    assert [data["again"] for _, data in made.nodes(data=True)] == [False, False, False, True, False]


def test_a_parameter_inside_of_a_module_is_drawn_with_it() -> None:
    model = followed(
        "class Scale(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.by = nn.Parameter(torch.ones(4))\n"
        "    def forward(self, x):\n        return (x * self.by).relu()\n"
        "net = nn.Sequential(Scale(), nn.ReLU())\n",
        "3,4",
    )
    assert edges(model)[:2] == ["input -> mul", "by -> mul"]
    assert edges(model, collapse(graph(model), model, 1)) == ["input -> 0", "0 -> 1", "1 -> output"]


def test_a_negative_depth_is_refused() -> None:
    model = followed(RESIDUAL, "3,4")
    with pytest.raises(ValueError, match="never negative"):
        collapse(graph(model), model, -1)


def test_labels_of_operators() -> None:
    names = (
        "Tensor.__iadd__",
        "Tensor.__radd__",
        "torch.add_",
        "torch.nn.functional.relu",
        "Tensor.__getitem__",
        "Tensor.T",
    )
    assert [operator_label(name) for name in names] == ["add", "add", "add", "relu", "index", "T"]


SAMPLES = {
    "fixtures/attention.py::Attention": ("2,16,32",),
    "fixtures/forward_branches.py::UNetLike": ("1,3,16,16",),
    "fixtures/seed_cnn.py::model": ("1,3,32,32",),
    "fixtures/shared_modules.py::Siamese": ("4,16",),
}


@pytest.mark.parametrize("target", SAMPLES)
def test_what_must_hold_of_every_graph(target: str) -> None:
    model = of_target(str(ROOT / target), *SAMPLES[target])
    holds(model)


def holds(model: Model) -> None:
    trace: Trace = model.trace
    made_so_far = {number for _, number in trace.inputs}
    made_by_equations = {number for equation in trace.equations for number in equation.outputs}
    for equation in trace.equations:
        assert {n for n in equation.inputs if n in made_by_equations} <= made_so_far
        made_so_far.update(equation.outputs)
    full = graph(model)
    macs = sum(call.macs for call in trace.calls)
    held = sum(r.type.numel for layer in model.layers for r in layer.parameters.values() if r.type is not None)
    deepest = max(layer.depth for layer in model.layers)
    for made in (full, *(collapse(full, model, depth) for depth in range(deepest + 2))):
        assert networkx.is_directed_acyclic_graph(made)
        order = {node: place for place, node in enumerate(made)}
        assert all(order[one] < order[two] for one, two in made.edges)
        assert sum(data["macs"] for _, data in made.nodes(data=True)) == macs
        assert sum(data["parameters"] for _, data in made.nodes(data=True)) <= held
        assert all(tensors for _, _, tensors in made.edges(data="tensors"))
    deep = collapse(full, model, deepest + 1)
    assert list(deep.nodes) == list(full.nodes)
    assert list(deep.edges) == list(full.edges)
