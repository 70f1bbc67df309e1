"""Edge cases of the rules on shapes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.rules.parts.shape_comments import stated

Found = Callable[..., list[tuple[int, str]]]
SEED = (Path(__file__).parents[3] / "fixtures" / "seed_cnn.py").read_text(encoding="utf-8")
WRONG = SEED.replace("256*4*4", "256*8*8")

CNN = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(16 * 8 * 8, 10)

    def forward(self, x):{given}
        x = self.pool(self.conv(x)){comment}
        return self.fc(x.flatten(1))
"""


def test_the_seed_with_a_wrong_linear_is_found_and_mended(found: Found, mended: Callable[..., str]) -> None:
    assert found("WBX301", WRONG) == [
        (26, "in_features is 16384, but 4096 (256*4*4) arrive: in_features should be 4096")
    ]
    assert mended("WBX301", WRONG) == SEED


def test_the_seed_model_is_clean(found: Found) -> None:
    assert found("WBX301", SEED) == []
    assert found("WBX305", SEED) == []


def test_without_evidence_the_size_stays_open(found: Found) -> None:
    lines = [line.partition("#")[0] for line in WRONG.splitlines()]
    assert found("WBX301", "\n".join(lines)) == []


@pytest.mark.parametrize(
    ("given", "comment", "fitting"),
    [
        ("  # weighbridge: input=N,3,32,32", "", 4096),
        ("", "  # [N, 16, 12, 12]", 2304),
        ("", "  # 16 x 12 x 12", 2304),
        ("", "  # output: 12 x 12 x 16", 2304),
    ],
)
def test_evidence_of_the_intended_size(found: Found, given: str, comment: str, fitting: int) -> None:
    ((line, message),) = found("WBX301", CNN.format(given=given, comment=comment))
    assert line == 9
    assert message.endswith(f"in_features should be {fitting}")


@pytest.mark.parametrize(
    ("given", "comment"), [("", ""), ("", "  # halves it"), ("  # weighbridge: input=N,3,16,16", "")]
)
def test_what_may_fit_is_clean(found: Found, given: str, comment: str) -> None:
    assert found("WBX301", CNN.format(given=given, comment=comment)) == []


def test_samples_of_several_sizes_say_nothing(found: Found) -> None:
    script = (
        CNN.format(given="", comment="")
        + """
import torch
net = Net()
net(torch.randn(1, 3, 32, 32))
net(torch.randn(1, 3, 64, 64))
"""
    )
    assert found("WBX301", script) == []


def test_channels_of_an_argument_are_left_to_the_caller(found: Found) -> None:
    text = """
from torch import nn

class Block(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3)
        self.conv2 = nn.Conv2d(width, 16, 3)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"""
    assert found("WBX301", text) == []
    assert found("WBX301", text + "\nblock = Block()\n") == [
        (8, "in_channels is 32, but 16 arrive: in_channels should be 16")
    ]


def test_the_first_layer_must_be_the_one_that_the_input_goes_into(found: Found) -> None:
    text = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.later = nn.Conv2d(16, 8, 3)
        self.first = nn.Conv2d(3, 16, 3)

    def forward(self, x):
        return self.later(self.first(x))
"""
    assert found("WBX301", text) == []


@pytest.mark.parametrize(
    ("comment", "dims"),
    [
        ("# output: 64 x 16 x 16", (64, 16, 16)),
        ("# [N, 64, 16, 16]", (None, 64, 16, 16)),
        ("# (B, 64, H, W)", (None, 64, None, None)),
        ("# 3 x 32 x 32 -> 64 x 16 x 16", (64, 16, 16)),
        ("# 64x16x16", (64, 16, 16)),
        ("# output size = 64 × 8 × 8.", (64, 8, 8)),
        ("# 3x3", None),
        ("# 3x3x3 kernels", None),
        ("# see section 4 x 3 x 2 of the paper", None),
        ("# (B, 64, H/2, W/2)", None),
        ("# [a, b, c]", None),
    ],
)
def test_shapes_in_comments(comment: str, dims: tuple[int | None, ...] | None) -> None:
    said = stated(comment)
    assert (None if said is None else said.dims) == dims


def test_of_two_comments_that_disagree_neither_is_reported(found: Found) -> None:
    text = """
from torch import nn

net = nn.Sequential(
    nn.MaxPool2d(2),  # output: 3 x 16 x 16
    nn.Conv2d(3, 8, 3, padding=1),  # output: 8 x 15 x 15
)
"""
    assert found("WBX305", text) == []


def test_a_refused_operator_is_told_at_its_own_place(found: Found) -> None:
    text = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def join(self, x, y):
        return torch.cat([x, y], dim=1)

    def forward(self, x):
        return self.join(x, self.conv(x))

net = Net()
"""
    ((line, message),) = found("WBX302", text)
    assert line == 11
    assert message.startswith("Sizes of tensors must match except in dimension 1")
