from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.algebra.dtype import DType
from analyzer.model.tree import Model
from analyzer.passes.liveness import peak
from tests.unit.model.flow import forward, of_target

ROOT = Path(__file__).resolve().parents[3]
ONE = 10 * 4
"""The bytes of one tensor of the models below, which get 10 numbers."""


@pytest.mark.parametrize(
    ("body", "tensors"),
    [
        ("return x", 1),
        ("return x + 1", 2),
        ("return ((x + 1) * 2).exp()", 3),  # the input, and two of the chain
        ("a = x + 1\nb = a * 2\nc = b * 2\nreturn a + c", 4),  # a waits for c, and their sum is made beside both
        ("a = x + 1\na += x\na.mul_(2)\nreturn a", 2),
        ("return x.view(2, 5).t()[0].unsqueeze(0).expand(3, 2)", 1),
        ("a = (x + 1).view(2, 5)\nb = a.t()\ndel a\nreturn (x * 3).view(5, 2) + b", 4),  # a view keeps it all
        ("return x.view(2, 5).t().reshape(10)", 2),  # out of order: copied
        ("return x.view(2, 5).contiguous().reshape(10)", 1),
        ("a = torch.cat([x, x])\nreturn a[:10]", 3),
        ("return x.to(torch.float32).detach()", 1),
        ("a, b = (x + 1).chunk(2)\nreturn a * 2", 2.5),
        ("w = x + self.weight\nreturn w * self.weight", 3),
        ("return F.relu(self.dropout(x), inplace=True)", 1),
    ],
)  # fmt: skip
def test_tensors_alive_at_once(body: str, tensors: float) -> None:
    layers = "self.dropout = nn.Dropout(); self.weight = nn.Parameter(torch.ones(10))"
    assert peak(forward(body, "10", layers=layers)) == tensors * ONE


def seed(shape: str) -> Model:
    return of_target(str(ROOT / "fixtures/seed_cnn.py::model"), shape)


def test_the_peak_that_pytorch_shows_where_no_name_outlives_its_use() -> None:
    """Summed over the storages alive behind each operator, recorded with torch.utils._python_dispatch."""
    assert peak(seed("1,3,32,32")) == 536576


def test_another_dtype_and_sizes_that_are_not_known() -> None:
    assert peak(seed("1,3,32,32"), DType.float16) == 536576 // 2
    assert peak(seed("N,3,32,32")) is None
    assert peak(forward("return x + 1", "10:int64"), DType.float16) == 160
