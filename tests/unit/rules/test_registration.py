"""Edge cases of the rules on registration."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[..., list[tuple[int, str]]]

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        {init}

    def forward(self, x):
        {forward}
"""


@pytest.mark.parametrize(
    ("init", "count"),
    [
        ("self.layers = (nn.Linear(8, 8), nn.Linear(8, 8))", 1),
        ("self.layers = [[nn.Linear(8, 8)], [nn.ReLU()]]", 1),
        ("self.layers = [self.fc, nn.ReLU()]", 0),
        ("self.layers = [nn.ReLU()]", 0),
        ("self.layers = [nn.Linear(8, 8)]", 1),
        ("other = nn.Linear(8, 8); self.teacher = (other,)", 0),
        ("self.teacher = [nn.Linear(8, 8).eval()]", 0),
        ("self.layers = [nn.Linear(8, 8).weight.detach()]", 0),
        ("self.layers = nn.ModuleList([nn.Linear(8, 8)])", 0),
        ("self.layers = []; self.layers.append(nn.Linear(8, 8))", 1),
    ],
)
def test_modules_in_plain_containers(found: Found, init: str, count: int) -> None:
    assert len(found("WBR201", NET.format(init=init, forward="return self.fc(x)"))) == count


@pytest.mark.parametrize(
    ("forward", "count"),
    [
        ("return nn.Conv1d(1, 1, 3)(x)", 1),
        ("return nn.Softmax(dim=1)(x)", 0),
        ("return nn.init.xavier_uniform_(x)", 0),
        ("return nn.functional.linear(x, self.fc.weight)", 0),
        ("return [nn.BatchNorm1d(8)(y) for y in x]", 1),
        ("return x * nn.Parameter(x)", 0),
        ("self.fc = self.fc or nn.Linear(8, 8); return self.fc(x)", 0),
        ("make = lambda: nn.Linear(8, 8); return x", 0),
    ],
)
def test_modules_made_in_forward(found: Found, forward: str, count: int) -> None:
    assert len(found("WBR204", NET.format(init="pass", forward=forward))) == count


@pytest.mark.parametrize(
    ("init", "forward", "count"),
    [
        ("self.other = nn.Linear(8, 8)", "return self.fc(x)", 1),
        ("self.other = nn.ReLU()", "return self.fc(x)", 0),
        ("self.other = nn.Linear(8, 8)", "return self.fc(x) + self.other.weight.sum()", 0),
        ("self.other = nn.Linear(8, 8)", "return getattr(self, 'oth' + 'er')(self.fc(x))", 0),
        ("self.other = nn.Linear(8, 8)", "return [m for m in self.children()][1](self.fc(x))", 0),
        ("self.other = nn.Linear(8, 8)", "return self.other(x) if self.training else self.fc(x)", 0),
    ],
)
def test_unused_layers(found: Found, init: str, forward: str, count: int) -> None:
    assert len(found("WBR206", NET.format(init=init, forward=forward))) == count


@pytest.mark.parametrize(
    ("init", "forward", "count"),
    [
        ("self.scale = torch.ones(8)", "return self.fc(x) * self.scale", 1),
        ("self.scale = torch.tensor(2.0)", "return self.fc(x) * self.scale", 0),
        ("self.scale = torch.ones(8)", "return self.fc(x) * self.scale.to(x)", 0),
        ("self.scale = torch.ones(8, device='cuda')", "return self.fc(x) * self.scale", 0),
        ("self.scale = nn.Parameter(torch.ones(8))", "return self.fc(x) * self.scale", 0),
        ("self.last = None", "self.last = x; return self.fc(x) * self.last", 0),
    ],
)
def test_tensors_that_should_be_buffers(found: Found, init: str, forward: str, count: int) -> None:
    assert len(found("WBR208", NET.format(init=init, forward=forward))) == count


@pytest.mark.parametrize(
    ("extra", "count"),
    [
        ("", 1),
        ("\n    def __getattr__(self, name):\n        return nn.Identity()\n", 0),
        ("\n    def build(self):\n        self.missing = nn.ReLU()\n", 0),
        ("\nclass Better(Net):\n    missing = nn.functional.relu\n", 0),
    ],
)
def test_undefined_attributes(found: Found, extra: str, count: int) -> None:
    text = NET.format(init="pass", forward="return self.missing(self.fc(x))") + extra
    assert len(found("WBR207", text)) == count


def test_super_that_is_called_first_is_clean_whatever_it_is_called_by(found: Found) -> None:
    text = NET.format(init="pass", forward="return self.fc(x)")
    assert found("WBR205", text.replace("super().__init__()", "nn.Module.__init__(self)")) == []
