"""The forms of a graph: small ones as recorded in golden/, and what must hold of each with any name.

`REGOLD=1 pytest tests/unit/graphs` writes what is drawn now; read the difference before it is committed.
"""

from __future__ import annotations

import json
import os
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.graphs import names, render
from analyzer.graphs.parts.layers import crossings, layered, neighbours
from analyzer.graphs.parts.placement import placed
from analyzer.model.graph import collapse, graph
from tests.unit.model.flow import followed, forward

GOLDEN = Path(__file__).parent / "golden"
BRANCHING = """
class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU())
        self.narrow = nn.Conv2d(3, 8, 1)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return {'out': torch.cat([self.wide(x) * self.scale, self.narrow(x)], 1)}

net = Branches()
"""
NASTY = '"]; --> <b>&amp;\\ #35; `x` \x1b[2J\u202e|{}\n%%'


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("depth", [None, 1])
def test_drawn_as_recorded(name: str, depth: int | None) -> None:
    model = followed(BRANCHING, "N,3,8,8")
    made = graph(model)
    for data in made.nodes.values():
        data["place"] = data["place"] and "net.py:" + data["place"].rpartition(":")[2]
    text = render(name, made if depth is None else collapse(made, model, depth))
    text = re.sub(r"[^\s\"]*net\.py:", "net.py:", text)
    file = GOLDEN / f"branches{'' if depth is None else depth}.{name}"
    if os.environ.get("REGOLD"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert text.endswith("\n")


def test_json_keeps_every_figure() -> None:
    found = json.loads(render("json", graph(followed(BRANCHING, "N,3,8,8"))))
    assert [edge for edge in found["edges"] if edge["source"] == "i0"] == [
        {"source": "i0", "target": node, "tensors": [{"shape": ["N", 3, 8, 8], "dtype": "float32"}]}
        for node in ("e0", "e3")
    ]
    assert next(node["macs"] for node in found["nodes"] if node["id"] == "e0") == "13824*N"


@pytest.mark.parametrize("name", names())
def test_names_are_only_ever_text(name: str) -> None:
    made = graph(followed(BRANCHING, "2,3,8,8"))
    plain = render(name, made)
    made.graph["name"] = NASTY
    for data in made.nodes.values():
        data.update(label=NASTY, path=NASTY, type=NASTY, place=NASTY)
    text = render(name, made)
    assert "\x1b" not in text
    assert "\u202e" not in text
    if name == "json":
        assert all(node["label"] == NASTY for node in json.loads(text)["nodes"])
    elif name == "svg":
        root = ElementTree.fromstring(text)
        tags = [element.tag for element in root.iter()]
        assert sum(tag.endswith("}g") for tag in tags) == len(made) + 2
        assert not any(tag.endswith("}b") for tag in tags)
    else:
        assert text.count("\n") == plain.count("\n")
        strings = r'"(?:[^"\\]|\\.)*"' if name == "dot" else r'"[^"]*"'
        assert "b" not in re.findall(r"<(\w+)", re.sub(strings, "", text))
        assert re.sub(strings, '""', text).count('"') == re.sub(strings, '""', plain).count('"')


def test_mermaid_says_odd_signs_by_their_number() -> None:
    made = graph(forward("return {'a\"]<b>': x}", "2,3"))
    assert "output[#39;a#34;]#60;b#62;#39;]" in render("mermaid", made)


def test_an_empty_graph_can_be_drawn() -> None:
    made = graph(forward("return x", "2,3")).subgraph([])
    made.graph["name"] = "nothing"
    assert all(render(name, made).endswith("\n") for name in names())


EDGES = st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), max_size=40)


@settings(max_examples=150, deadline=None)
@given(EDGES)
def test_layouts_go_down_and_overlap_nowhere(pairs: list[tuple[int, int]]) -> None:
    edges = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    found = layered(15, edges)
    rank = {node: number for number, row in enumerate(found.rows) for node in row}
    assert sorted(rank) == list(range(15 + len(found.points)))
    assert all(rank[two] == rank[one] + 1 for one, two in found.edges)
    assert set(found.chains) == set(edges)
    for (one, two), chain in found.chains.items():
        assert (chain[0], chain[-1]) == (one, two)
        assert set(pairwise(chain)) <= set(found.edges)
    widths = {node: 8 if node in found.points else 40 + 10 * (node % 5) for node in rank}
    places = placed(found, widths, 20)
    for row in found.rows:
        for one, two in pairwise(row):
            assert places[two] - places[one] >= (widths[one] + widths[two]) / 2 + 20 - 1
    assert min((places[node] - widths[node] / 2 for node in places), default=0) == pytest.approx(0, abs=1)


def test_a_chain_is_a_straight_line() -> None:
    found = layered(5, [(0, 1), (1, 2), (2, 3), (3, 4)])
    assert len(set(placed(found, {0: 30, 1: 100, 2: 50, 3: 70, 4: 30}, 20).values())) == 1


def test_a_tree_is_drawn_without_crossings() -> None:
    edges = [(0, 1), (0, 2), (1, 6), (2, 3), (2, 4), (1, 5)]
    found = layered(7, edges)
    assert crossings(found.rows, neighbours(found.edges)[1]) == 0
