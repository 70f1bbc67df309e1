from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import analyzer
from analyzer.change import Change
from tests.unit.review.scratch import Scratch

HEAD = "import torch\nfrom torch import nn\n"
BLOCK = (
    HEAD
    + "WIDTH = 8\ndef block(c):\n"
    + "    return nn.Sequential(\n        nn.Linear(c, WIDTH),\n        nn.Linear(WIDTH, c),\n    )\n"
)
NET = HEAD + (
    "from blocks import block\n"
    "class Net(nn.Module):\n"
    "    def __init__(self, depth=2, out=5):\n"
    "        super().__init__()\n"
    "        self.blocks = nn.ModuleList([block(4) for _ in range(depth)])\n"
    "        self.head = nn.Linear(4, out)\n"
    '        self.register_buffer("table", torch.zeros(3))\n'
    "net = Net(out=5)\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Scratch(tmp_path).write({f"{side}/{name}": text for side in ("a", "b") for name, text in files().items()})
    return tmp_path


def files() -> Mapping[str, str]:
    return {"blocks.py": BLOCK, "net.py": NET}


def changed(folder: Path, name: str, old: str, new: str, model: str = "net.py::net") -> Change:
    """What a replacement in one file does to a model."""
    assert old in files()[name]
    (folder / "b" / name).write_text(files()[name].replace(old, new), encoding="utf-8")
    found = analyzer.diff(str(folder / "a"), str(folder / "b")).models
    return next(change for change in found if change.id == model)


def causes(change: Change) -> list[tuple[str, int, str, bool]]:
    return [(cause.span.file, cause.span.line, cause.text, cause.near) for cause in change.causes]


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("net.py", "Net(out=5)", "Net(out=6)", [("net.py", 10, "out=6", False)]),
        ("net.py", "Net(out=5)", "Net(depth=3, out=5)", [("net.py", 10, "depth=3, out=5", False)]),
        ("net.py", "depth=2", "depth=3", [("net.py", 5, "depth=3", False)]),
        ("net.py", "nn.Linear(4, out)", "nn.Linear(4, out, bias=False)", [
            ("net.py", 8, "self.head = nn.Linear(4, out, bias=False)", False)]),
        ("net.py", "zeros(3)", "zeros(4)", [("net.py", 9, 'self.register_buffer("table", torch.zeros(4))', False)]),
        ("blocks.py", "WIDTH = 8", "WIDTH = 9", [("blocks.py", 3, "WIDTH = 9", False)]),
        ("blocks.py", "nn.Linear(WIDTH, c)", "nn.Linear(WIDTH, c, bias=False)", [
            ("blocks.py", 7, "nn.Linear(WIDTH, c, bias=False),", False)]),
    ],
)  # fmt: skip
def test_the_line_that_made_the_difference(
    folder: Path, name: str, old: str, new: str, expected: list[tuple[str, int, str, bool]]
) -> None:
    assert causes(changed(folder, name, old, new)) == expected


def test_what_is_gone_is_shown_where_it_was(folder: Path) -> None:
    change = changed(folder, "net.py", "        self.head = nn.Linear(4, out)\n", "")
    assert [(cause.span.line, cause.text, cause.gone) for cause in change.causes] == [
        (8, "self.head = nn.Linear(4, out)", True)
    ]


def test_comments_are_no_cause(folder: Path) -> None:
    (folder / "b" / "blocks.py").write_text("# a block\n" + BLOCK.replace("WIDTH = 8", "WIDTH = 9"), encoding="utf-8")
    change = analyzer.diff(str(folder / "a"), str(folder / "b")).models[0]
    assert causes(change) == [("blocks.py", 4, "WIDTH = 9", False)]


def test_a_name_of_another_file_is_no_cause(folder: Path) -> None:
    Scratch(folder).write({
        "a/other.py": "def f():\n    out = 1\n    c = 2\n", "b/other.py": "def f():\n    out = 2\n    c = 3\n"
    })  # fmt: skip
    assert causes(changed(folder, "blocks.py", "WIDTH = 8", "WIDTH = 9")) == [("blocks.py", 3, "WIDTH = 9", False)]
