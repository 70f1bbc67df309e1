"""Edge cases of the rules on redundancy and training."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Found = Callable[..., list[tuple[int, str]]]


@pytest.mark.parametrize(
    ("layers", "count"),
    [
        ("nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)", 1),
        ("nn.Conv2d(3, 8, 3, bias=True), nn.InstanceNorm2d(8)", 1),
        ("nn.Conv2d(3, 8, 3), nn.GroupNorm(2, 8)", 0),
        ("nn.Conv2d(3, 8, 3), nn.ReLU(), nn.BatchNorm2d(8)", 0),
        ("nn.Conv2d(3, 8, 3, 1, 0, 1, 1, False), nn.BatchNorm2d(8)", 0),
        ("nn.Conv2d(3, 8, 3, bias=wanted), nn.BatchNorm2d(8)", 0),
        ("nn.Conv2d(3, 8, **options), nn.BatchNorm2d(8)", 0),
    ],
)
def test_bias_before_norm(found: Found, layers: str, count: int) -> None:
    text = f"from torch import nn\nwanted = True\noptions = dict(kernel_size=3)\nnet = nn.Sequential({layers})\n"
    assert len(found("WBT402", text)) == count


def test_a_bias_that_one_of_two_calls_needs_is_left_alone(found: Found) -> None:
    text = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(3, 3, 3) for _ in range(2)])
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x):
        return self.convs[1](self.norm(self.convs[0](x)))
"""
    assert found("WBT402", text) == []


@pytest.mark.parametrize(
    ("layers", "count"),
    [
        ("nn.ReLU(), nn.ReLU(inplace=True)", 1),
        ("nn.ReLU(), nn.Dropout(), nn.ReLU()", 0),
        ("nn.Sigmoid(), nn.Sigmoid()", 1),
        ("nn.Tanh(), nn.Tanh()", 0),
        ("nn.ReLU(), nn.ReLU6()", 0),
    ],
)
def test_double_activation(found: Found, layers: str, count: int) -> None:
    assert len(found("WBT403", f"from torch import nn\nnet = nn.Sequential(nn.Linear(8, 8), {layers})\n")) == count


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ("F.dropout(x)", 1),
        ("F.dropout(x, p=0.1, inplace=True)", 1),
        ("F.dropout(x, 0.5, self.training)", 0),
        ("F.dropout(x, training=False)", 0),
        ("F.dropout(x, **self.options)", 0),
        ("F.dropout(x) if self.training else x", 0),
        ("self.training and F.dropout(x)", 0),
    ],
)
def test_dropout_without_training(found: Found, call: str, count: int) -> None:
    text = f"""
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def forward(self, x):
        return {call}
"""
    assert len(found("WBT406", text)) == count


LOSS = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return {output}

def main(loader):
    net = Net().to("cpu")
    criterion = {loss}
    for x, y in loader:
        out = net(x)
        criterion(out, y).backward()
"""


@pytest.mark.parametrize(
    ("output", "loss", "count"),
    [
        ("self.fc(x).softmax(1)", "nn.CrossEntropyLoss()", 1),
        ("torch.log_softmax(self.fc(x), 1)", "nn.CrossEntropyLoss()", 1),
        ("self.fc(x)", "nn.CrossEntropyLoss()", 0),
        ("self.fc(x)", "nn.NLLLoss()", 1),
        ("torch.log_softmax(self.fc(x), 1)", "nn.NLLLoss()", 0),
        ("torch.sigmoid(self.fc(x)).squeeze(1)", "nn.BCEWithLogitsLoss()", 1),
        ("torch.sigmoid(self.fc(x))", "nn.BCELoss()", 0),
        ("(self.fc(x).softmax(1), x)", "nn.CrossEntropyLoss()", 0),
    ],
)
def test_losses_of_a_models_output(found: Found, output: str, loss: str, count: int) -> None:
    assert len(found("WBT407", LOSS.format(output=output, loss=loss))) == count


def test_a_name_that_is_bound_twice_is_not_followed(found: Found) -> None:
    text = LOSS.format(output="self.fc(x).softmax(1)", loss="nn.CrossEntropyLoss()")
    assert found("WBT407", text.replace("        out = net(x)", "        out = net(x)\n        out = out.log()")) == []


@pytest.mark.parametrize(
    ("declared", "count"),
    [
        ("# params: 101,770", 0),
        ("# params: 101,771", 1),
        ("# 0.10M parameters", 0),
        ("# 0.3M parameters", 1),
        ("# ~100k params", 0),
        ("# about 1.5 million parameters", 1),
        ("# takes 2 parameters", 0),
        ("# smaller than the 5M parameters of LeNet", 0),
        ("# the 3rd of 5000 models", 0),
    ],
)
def test_declared_counts(found: Found, declared: str, count: int) -> None:
    text = f"from torch import nn\n\n{declared}\nnet = nn.Sequential(nn.Linear(784, 128), nn.Linear(128, 10))\n"
    assert len(found("WBS104", text)) == count


def test_a_bias_that_another_model_of_the_file_needs_gets_no_fix(found: Found, mended: Callable[..., str]) -> None:
    text = """
from torch import nn

def make(norm=True):
    layers = [nn.Conv2d(3, 8, 3)]
    if norm:
        layers.append(nn.BatchNorm2d(8))
    return nn.Sequential(*layers)

def plain():
    return make(False)
"""
    assert found("WBT402", text) == [(5, "the bias of Conv2d has no effect: BatchNorm2d subtracts it again")]
    assert mended("WBT402", text, unsafe=True) == text
