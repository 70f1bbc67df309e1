"""A layer whose size is not that of what arrives.

What it does
    Reports layers whose `in_features`, `in_channels`, `num_features`, `num_channels`, `input_size` or
    `normalized_shape` is not the size of the tensor that reaches them in the forward pass, with the value that fits.
    The size of the model's input is the one that is given to weighbridge, by a comment or in the configuration; else
    the one that the source speaks of: comments behind layers (`# output: 64 x 16 x 16`), sample inputs
    (`net(torch.randn(1, 3, 32, 32))`) and jaxtyping annotations of `forward`. Where it stays open, what no size can fit
    is reported.

Why is this bad
    PyTorch raises at the first batch: "mat1 and mat2 shapes cannot be multiplied". The usual case is the first linear
    layer behind a flatten, whose size has to be worked out by hand and changes with every layer in front of it.

Known limits
    A model whose first layer does not tell what its input is like is checked only with inputs that are given. The fix
    is safe where it is a flattened size that is wrong; where channels differ,
    either of two layers may be the wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Edit, Fix, Severity
from analyzer.rule import Hit, Rule, Subject
from analyzer.rules.parts.code import argument, factors, has_stars, is_literal, span_of
from analyzer.rules.parts.refusals import Mismatch, Refusal, refusals
from analyzer.weigh import Weighed

BAD = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 16, 3, padding=1),
    nn.MaxPool2d(2),  # output: 16 x 16 x 16
    nn.Flatten(),
    nn.Linear(16 * 8 * 8, 10),
)
"""
GOOD = """
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 16, 3, padding=1),
    nn.MaxPool2d(2),  # output: 16 x 16 x 16
    nn.Flatten(),
    nn.Linear(16 * 16 * 16, 10),
)
"""
BAD_CHANNELS = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3)
        self.conv2 = nn.Conv2d(32, 16, 3)

    def forward(self, x):
        return self.conv2(self.conv1(x))
"""
BAD_SAMPLE = """
import torch
import torch.nn.functional as F
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 5)
        self.fc = nn.Linear(6 * 14 * 14, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))

if __name__ == "__main__":
    net = Net()
    x = torch.randn(4, 1, 28, 28)
    print(net(x).shape)
"""
BAD_NO_MULTIPLE = """
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 16, 3), nn.Flatten(), nn.Linear(1000, 10))
"""
BAD_NORM = """
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.LayerNorm(8), nn.Linear(16, 2))
"""
BAD_ANNOTATED = """
from jaxtyping import Float
from torch import Tensor, nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 8 * 8, 10)

    def forward(self, x: Float[Tensor, "batch 3 16 16"]):
        return self.fc(self.conv(x).flatten(1))
"""
BAD_FLATTENED = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        return self.fc2(torch.relu(self.fc1(x)))
"""
BAD_DIRECTIONS = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(10, 20, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(20, 5)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.fc(output[:, -1])
"""
GOOD_RANK = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 16)
        self.position = nn.Parameter(torch.zeros(1, 5, 16))
        self.fc2 = nn.Linear(16, 4)

    def forward(self, x):
        return self.fc2((self.fc1(x) + self.position).mean(1))
"""
GOOD_OTHER_SAMPLE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, pool=2):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(pool), nn.Flatten())
        self.fc = nn.Linear(8 * 16 * 16, 10)

    def forward(self, x):
        return self.fc(self.features(x))

def shown():
    net = Net(4).eval()
    print(net(torch.randn(1, 3, 64, 64)).shape)
"""
GOOD_OPEN = """
from torch import nn

class Block(nn.Module):
    def __init__(self, channels=3, width=64):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3)
        self.fc = nn.Linear(16 * 10 * 10, 10)
        self.embed = nn.Linear(5, 7)

    def forward(self, x, y):
        return self.fc(y)
"""


def check(subject: Subject) -> Iterator[Hit]:
    for weighed, refusal in refusals(subject):
        if refusal.mismatch is not None:
            message = _message(refusal.mismatch)
            fix = _fix(subject, weighed, refusal, refusal.mismatch)
            yield Hit(refusal.place, message, weighed.report.id, refusal.path, fix, notes=refusal.notes)


def _message(mismatch: Mismatch) -> str:
    name, present = mismatch.setting, f"{mismatch.setting} is {mismatch.present}"
    if mismatch.fitting is not None:
        product = "*".join(map(str, mismatch.factors))
        worked = f" ({product})" if len(mismatch.factors) > 1 else ""
        return f"{present}, but {mismatch.fitting}{worked} arrive: {name} should be {mismatch.fitting}"
    if mismatch.divisor:
        return f"{present}, but what arrives is a multiple of {mismatch.divisor} for inputs of any size"
    return f"{present}, which is not what arrives"


def _fix(subject: Subject, weighed: Weighed, refusal: Refusal, mismatch: Mismatch) -> Fix | None:
    call = subject.call_at(refusal.place)
    if mismatch.fitting is None or call is None or has_stars(call):
        return None
    given = argument(call, 1 if mismatch.setting == "num_channels" else 0, mismatch.setting)
    layers = [layer for way in weighed.ways[:1] if way.model is not None for layer in way.model.layers]
    made = [layer for layer in layers if layer.record.place.span == refusal.place.span]
    if given is None or not is_literal(given.value) or len(made) != 1:
        return None
    flattened = len(mismatch.factors) > 1
    written = factors(given.value)
    text = str(mismatch.fitting)
    source = subject.source_of(refusal.place)
    if flattened and written == len(mismatch.factors) and source is not None:
        spaced = " * " in source.text_of(given.value.span)
        text = (" * " if spaced else "*").join(map(str, mismatch.factors))
    edit = Edit(span_of(refusal.place, given.value.span), text)
    return Fix(f"set {mismatch.setting} to {text}", (edit,), safe=flattened)


RULE = Rule(
    "WBX301", "setting-does-not-fit", Severity.ERROR, check, BAD, GOOD,
    also_bad=(BAD_CHANNELS, BAD_SAMPLE, BAD_NO_MULTIPLE, BAD_NORM, BAD_ANNOTATED, BAD_FLATTENED, BAD_DIRECTIONS),
    also_good=(GOOD_OPEN, GOOD_RANK, GOOD_OTHER_SAMPLE),
)  # fmt: skip
