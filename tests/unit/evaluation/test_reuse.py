"""Modules and calls that are done again are as those that were run: nothing is shared, and nothing is missed."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import scan
from analyzer.config import Options, parse

HEAD = "import torch\nfrom torch import nn\nfrom functools import partial\n"
BLOCK = """
class Block(nn.Module):
    def __init__(self, dim, act=nn.ReLU):
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.act = act()
        self.last = nn.Linear(dim, dim)

    def forward(self, x):
        return x + self.last(self.act(self.first(x)))
"""
NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(8) for _ in range(4)])
{more}
    def forward(self, x):
        return self.blocks(x)
"""


def weigh(folder: Path, text: str, *, name: str = "Net", shapes: bool = True) -> dict[str, tuple[object, ...]]:
    """By path: a layer's parameters, trainable ones, buffers, output shape, multiply-accumulates and calls."""
    file = folder / "net.py"
    file.write_text(HEAD + text)
    report = scan([str(file)], layers=True, shapes=shapes, options=parse('[inputs]\n"*" = "2,8"', folder))
    model = next(model for model in report.models if model.name == name)
    return {
        x.path: (x.parameters, x.trainable, x.buffers, x.output_shape, x.macs, x.calls, x.span.line)
        for x in model.layers
    }


def test_copies_have_parameters_of_their_own(tmp_path: Path) -> None:
    found = weigh(tmp_path, BLOCK + NET.format(more=""))
    assert {path: row[0] for path, row in found.items() if path.endswith("first")} == {
        f"blocks.{i}.first": 72 for i in range(4)
    }
    assert all(found[f"blocks.{i}.last"][3:6] == ((2, 8), 128, 1) for i in range(4))


@pytest.mark.parametrize(
    ("more", "path", "expected"),
    [
        ("        self.blocks[2].first.weight.requires_grad_(False)\n", "blocks.2.first", (72, 8)),
        ("        self.blocks[3].first = nn.Linear(8, 8, bias=False)\n", "blocks.3.first", (64, 64)),
        ("        self.blocks[1].last.weight = self.blocks[0].last.weight\n", "blocks.1.last", (8, 8)),
        ("        self.blocks[3].extra = nn.Parameter(torch.zeros(5))\n", "blocks.3", (5, 5)),
    ],
)
def test_what_is_changed_afterwards_is_changed_in_one(
    tmp_path: Path, more: str, path: str, expected: tuple[int, int]
) -> None:
    found = weigh(tmp_path, BLOCK + NET.format(more=more))
    plain = weigh(tmp_path, BLOCK + NET.format(more=""))
    assert found[path][:2] == expected
    changed = {one for one in plain if found[one][:3] != plain[one][:3]}
    assert changed == {path}


COUNTING = """
made = []
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        made.append(dim)
        self.first = nn.Linear(dim, len(made))
"""
TABLE = """
WIDTHS = {"hidden": 1}
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, WIDTHS["hidden"])
def block(width):
    WIDTHS["hidden"] = width
    return Block(8)
"""
ATTRIBUTE = """
class Block(nn.Module):
    width = 1
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, self.width)
def block(width):
    Block.width = width
    return Block(8)
"""
GLOBAL = """
width = 1
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, width)
def block(number):
    global width
    width = number
    return Block(8)
"""
ENCLOSING = """
def block(width):
    class Block(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.first = nn.Linear(dim, width)
    return Block(8)
"""
DEFAULT = """
class Block(nn.Module):
    def __init__(self, dim, seen=[]):
        super().__init__()
        seen.append(dim)
        self.first = nn.Linear(dim, len(seen))
"""
CACHED = """
import functools
@functools.lru_cache
def shared(dim):
    return []
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        shared(dim).append(dim)
        self.first = nn.Linear(dim, len(shared(dim)))
"""
FUNCTION = """
def size(): return size.width
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, size())
def block(width):
    size.width = width
    return Block(8)
"""
OBJECT = """
class Config:
    width = 1
CONFIG = Config()
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, CONFIG.width)
def block(width):
    CONFIG.width = width
    return Block(8)
"""


@pytest.mark.parametrize("text", [COUNTING, TABLE, ATTRIBUTE, GLOBAL, ENCLOSING, DEFAULT, CACHED, FUNCTION, OBJECT])
def test_what_making_a_module_reads_is_read_each_time(tmp_path: Path, text: str) -> None:
    make = "block(i + 1)" if "def block" in text else "Block(8)"
    net = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([{make} for i in range(4)])
"""
    found = weigh(tmp_path, text + net, shapes=False)
    assert [found[f"blocks.{i}.first"][0] for i in range(4)] == [9 * (i + 1) for i in range(4)]


STATEFUL = """
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, dim)
        self.rounds = 0
    def forward(self, x):
        self.rounds += 1
        for _ in range(self.rounds):
            x = self.first(x)
        return x
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block(8)
    def forward(self, x):
        for _ in range(4):
            x = self.block(x)
        return x
"""
IN_PLACE = """
class Block(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.first = nn.Linear(dim, dim)
    def forward(self, found):
        found.append(self.first(found[-1]))
        return found
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(8) for _ in range(4)])
        self.last = nn.Linear(40, 3)
    def forward(self, x):
        found = [x]
        for block in self.blocks:
            found = block(found)
        return self.last(torch.cat(found, dim=1))
"""
HOOKED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(*[nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(4)])
        self.seen = []
        for block in self.blocks:
            block.register_forward_hook(lambda module, inputs, output: self.seen.append(output))
        self.last = nn.Linear(32, 3)
    def forward(self, x):
        self.blocks(x)
        return self.last(torch.cat(self.seen, dim=1))
"""


@pytest.mark.parametrize(
    ("text", "path", "calls", "shape"),
    [(STATEFUL, "block.first", 10, (2, 8)), (IN_PLACE, "last", 1, (2, 3)), (HOOKED, "last", 1, (2, 3))],
)
def test_calls_that_leave_traces_are_followed(
    tmp_path: Path, text: str, path: str, calls: int, shape: tuple[int, ...]
) -> None:
    row = weigh(tmp_path, text)[path]
    assert (row[5], row[3]) == (calls, shape)


TABLES = """
class Bias(nn.Module):
    def __init__(self, size):
        super().__init__()
        numbers = []
        for i in range(size):
            for j in range(size):
                numbers.append(abs(i - j))
        self.register_buffer("index", torch.LongTensor(numbers).view(size, size))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.biases = nn.ModuleList([Bias(300) for _ in range(24)])
"""


def test_large_tables_are_made_once(tmp_path: Path) -> None:
    """Made one by one they would take more steps than a run has."""
    found = weigh(tmp_path, TABLES, shapes=False)
    assert [found[f"biases.{i}"][2] for i in range(24)] == [90_000] * 24


REGISTRY = {
    "kit/__init__.py": "from .alpha import *\nfrom .beta import *\nfrom .registry import build\n",
    "kit/registry.py": "KNOWN = {}\ndef register(f):\n    KNOWN[f.__name__] = f\n    return f\n"
    "def build(name):\n    return KNOWN[name]()\n",
    "kit/base.py": "from torch import nn\nfrom . import alpha\n"
    "class Base(nn.Module):\n    def __init__(self, n=4):\n        super().__init__()\n"
    "        self.fc = nn.Linear(n, n)\n",
    "kit/alpha.py": "from .registry import register\nfrom .base import Base\n"
    "class Alpha(Base):\n    pass\n@register\ndef alpha():\n    return Alpha(8)\n",
    "kit/beta.py": "from .registry import build, register\nfrom .alpha import Alpha\n"
    "@register\ndef beta():\n    return build('alpha')\n",
}


def test_a_report_does_not_depend_on_what_was_scanned_before(tmp_path: Path) -> None:
    for name, text in REGISTRY.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    options = Options(root=tmp_path)

    def told(*names: str) -> dict[str, object]:
        report = scan([str(tmp_path / name) for name in names], layers=True, options=options)
        return {model.id: model for model in report.models}

    for file in ("kit/alpha.py", "kit/base.py", "kit/beta.py"):
        alone = told(file)
        assert alone
        for before in (("kit/base.py",), ("kit/beta.py", "kit/alpha.py"), ("kit/__init__.py", "kit/registry.py")):
            together = told(*before, file)
            assert {key: together[key] for key in alone} == alone
