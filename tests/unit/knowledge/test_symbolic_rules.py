"""Rules on symbols: what they answer and what they require, as people write models."""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import Facts, deciding, symbol
from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.operator import DataDependent
from tests.operator_namespace import Namespaces, unwrapped

SYMBOLS = {name: symbol(name, lower=1) for name in ("B", "C", "H", "N", "T", "W", "heads")}


class Recorder:
    """Assumes every requirement and answers no question."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.required: list[str] = []

    def decide(self, condition: Condition) -> bool:
        raise AssertionError(f"asked whether {condition}")

    def requires(self, condition: Condition, message: str) -> None:
        self.required.append(str(condition))


def told(call: str, **shapes: str) -> tuple[str, list[str]]:
    """The answer as text, and the requirements."""
    names = Namespaces()
    tensors = {name: TensorType(eval(f"({shape},)", dict(SYMBOLS))) for name, shape in shapes.items()}
    recorder = Recorder()
    with deciding(recorder):
        output: Any = unwrapped(eval(call, {"torch": names.torch, **SYMBOLS, **names.wrapped(tensors)}))
    listed = output if isinstance(output, tuple) else (output,)
    return ", ".join(map(str, listed)), recorder.required


@pytest.mark.parametrize(
    ("call", "shape", "answer", "required"),
    [
        ("x.view(B, T, heads, C // heads)", "B, T, C", "[B, T, heads, C//heads] float32", ["C % heads == 0"]),
        ("x.view(B, T, C)", "B, T, heads, C // heads", "[B, T, C] float32", ["C % heads == 0"]),
        ("x.reshape(B, N, 3, heads, -1)", "B, N, 3 * C", "[B, N, 3, heads, C//heads] float32", ["C % heads == 0"]),
        (
            "x.reshape(B, N, 3, heads, C // heads)",
            "B, N, 3 * C",
            "[B, N, 3, heads, C//heads] float32",
            ["C % heads == 0"],
        ),
        (
            "x.view(B, H // 7, 7, W // 7, 7, C)",
            "B, H, W, C",
            "[B, H//7, 7, W//7, 7, C] float32",
            ["H % 7 == 0", "W % 7 == 0"],
        ),
        ("x.view(B, 2, C // 2, H, W)", "B, C, H, W", "[B, 2, C//2, H, W] float32", ["C % 2 == 0"]),
        ("x.view(B, -1)", "B, C, H, W", "[B, C*H*W] float32", []),
        ("x.flatten(2).transpose(1, 2)", "B, C, H, W", "[B, H*W, C] float32", []),
        ("x.chunk(3, dim=-1)", "B, 3 * C", "[B, C] float32, [B, C] float32, [B, C] float32", []),
        ("x.split(C, 1)", "B, 2 * C", "[B, C] float32, [B, C] float32", []),
        ("x[:, 1:]", "B, N + 1, C", "[B, N, C] float32", []),
        ("x[:, :T]", "B, 1024, C", "[B, min(1024, T), C] float32", []),
        ("x[..., ::2, 1::2]", "H, W", "[(H - 1)//2 + 1, W//2] float32", []),
        ("x[:, 5]", "B, N", "[B] float32", ["N >= 6"]),
        ("x.unfold(1, 3, 1)", "B, T", "[B, T - 2, 3] float32", ["T >= 3"]),
        ("torch.cat([x.expand(B, -1, -1), x.new_zeros(B, N, C)], 1)", "1, 1, C", "[B, N + 1, C] float32", []),
        ("torch.tril_indices(T, T)", "1", "[2, (T**2 + T)//2] int64", []),
        ("torch.arange(0, T, 2)", "1", "[(T - 1)//2 + 1] int64", []),
        ("x.repeat(1, heads)", "B, C", "[B, C*heads] float32", []),
        ("x.squeeze(-1).unsqueeze(0)", "B, 1", "[1, B] float32", []),
    ],
)
def test_answer_and_requirements(call: str, shape: str, answer: str, required: list[str]) -> None:
    assert told(call, x=shape) == (answer, required)


def test_sizes_that_differ_by_rounding_are_required_to_agree() -> None:
    """A U-Net's skip connection."""
    answer, required = told("torch.cat([x, y], 1)", x="B, C, H", y="B, C, 2*(H//2)")
    assert answer == "[B, 2*C, H] float32"
    assert len(required) == 1


@pytest.mark.parametrize("call", ["x.unbind(0)", "x.split(3)", "x[x > 0]", "torch.nonzero(x)"])
def test_what_is_no_fixed_number_is_not_known(call: str) -> None:
    with pytest.raises(DataDependent):
        told(call, x="N, 3")
