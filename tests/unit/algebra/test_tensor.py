"""Tensor types: printing, broadcasting, parsing, and promotion against what torch answered.

`tests/golden/promotion.json` is written by `scripts/record_promotion.py`: torch.promote_types of every pair of types
and torch.result_type of tensors with dimensions, 0-dim tensors and numbers, on the meta device; null is a refusal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.algebra.expression import Facts, Undecided, deciding, symbol
from analyzer.algebra.tensor import (
    DType,
    Refused,
    Shape,
    TensorType,
    broadcast,
    parse_input,
    parse_shape,
    promote,
    promote_types,
)

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "golden" / "promotion.json").read_text("utf-8"))
N, H = symbol("N", lower=1), symbol("H", lower=2)


def test_a_tensor_type_prints_and_counts() -> None:
    x = TensorType((N, 64, 16, 16))
    assert str(x) == "[N, 64, 16, 16] float32"
    assert (x.rank, str(x.numel), str(x.bytes)) == (4, "16384*N", "65536*N")
    assert TensorType(()).numel == 1
    assert x == TensorType((N, 64, 16, 16))
    assert x != TensorType((N, 64, 16, 16), DType.float16)
    assert hash(x) == hash(TensorType((N, 64, 16, 16)))


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([(8, 1, 6), (7, 1)], (8, 7, 6)),
        ([(), (3,)], (3,)),
        ([(2, 3)], (2, 3)),
        ([(0, 1), (1, 5)], (0, 5)),
        ([(N, 1, H), (4, 1)], (N, 4, H)),
        ([(N, 1), (1, H), (1,)], (N, H)),
    ],
)
def test_broadcast(shapes: list[Shape], expected: Shape) -> None:
    assert broadcast(*shapes) == expected


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(Refused) as caught:
        broadcast((2, 3, 5), (4, 5))
    assert caught.value.message == (
        "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
    )
    with pytest.raises(Refused):
        broadcast((H,), (2 * H + 1,))


def test_sizes_that_may_fit_are_required_to_or_asked_about() -> None:
    class Decider:
        facts = Facts()
        told: tuple[str, ...] = ()

        def decide(self, condition: object) -> bool:
            raise AssertionError(condition)

        def requires(self, condition: object, message: str) -> None:
            self.told = (*self.told, str(condition))

    decider = Decider()
    with deciding(decider):
        assert broadcast((H, 3), (7, 1)) == (7, 3)
    assert decider.told == ("H == 7",)
    with pytest.raises(Undecided, match="N == 7"):
        broadcast((N,), (7,))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("N,3,32,32", "[N, 3, 32, 32]"),
        ("1x3x224x224", "[1, 3, 224, 224]"),
        ("Nx3xHxW", "[N, 3, H, W]"),
        ("", "[]"),
        ("5", "[5]"),
        ("5,", "[5]"),
        ("max_len", "[max_len]"),
        ("N, 2*H", "[N, 2*H]"),
        ("0,4", "[0, 4]"),
    ],
)
def test_parse_shape(text: str, shape: str) -> None:
    assert str(TensorType(parse_shape(text))) == f"{shape} float32"


def test_names_in_shapes_are_at_least_one() -> None:
    assert parse_shape("N") == (N,)


@pytest.mark.parametrize("text", ["N,,3", "-1,3", "a b", "3.5", "x3", "3x", "1xx2", ","])
def test_what_is_no_shape_is_refused(text: str) -> None:
    if text == "x3":
        assert str(parse_shape(text)[0]) == "x3"
        return
    with pytest.raises(ValueError, match=r"is not an expression|negative"):
        parse_shape(text)


def test_parse_input() -> None:
    assert parse_input("mask=N,77:bool") == ("mask", TensorType((N, 77), DType.bool_))
    assert parse_input("1x3x8x8") == (None, TensorType((1, 3, 8, 8)))
    assert parse_input("3:half") == (None, TensorType((3,), DType.float16))
    for text in ("a b=3", "x=3:float33", "x=3:"):
        if text.endswith(":"):
            assert parse_input(text) == ("x", TensorType((3,)))
            continue
        with pytest.raises(ValueError, match="is not"):
            parse_input(text)


def test_dtypes_are_as_torch_describes_them() -> None:
    for dtype in DType:
        name = str(dtype)
        assert dtype.itemsize == GOLDEN["itemsize"][name]
        assert dtype.is_floating == (name in GOLDEN["is_floating_point"])
        assert dtype.is_complex == (name in GOLDEN["is_complex"])
        assert DType.parse(name) is DType.parse(f"torch.{name}") is dtype
        if GOLDEN["is_signed"][name] is None:
            with pytest.raises(Refused):
                assert dtype.is_signed
        else:
            assert str(dtype.is_signed) == GOLDEN["is_signed"][name]
    aliases = {"float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32"}
    assert {alias: str(DType.parse(alias)) for alias in aliases} == aliases


def test_promotion_of_types_is_torchs() -> None:
    wrong = {
        (a, b): expected
        for a, row in GOLDEN["promote_types"].items()
        for b, expected in row.items()
        if answer(promote_types, DType(a), DType(b)) != expected
    }
    assert not wrong


def test_promotion_of_operands_is_torchs() -> None:
    assert len(GOLDEN["result_type"]) > 500
    wrong = [
        (call, expected) for call, expected in GOLDEN["result_type"] if answer(promote, *map(operand, call)) != expected
    ]
    assert not wrong


def test_symbolic_numbers_promote_as_ints_and_floats() -> None:
    x = TensorType((3,), DType.int32)
    assert promote(x, H) is DType.int32
    assert promote(x, H / 2) is DType.float32
    assert promote(DType.float16, TensorType((), DType.float64)) is DType.float16
    with pytest.raises(TypeError, match="at least one"):
        promote()


def answer(call: Any, *operands: Any) -> str | None:
    try:
        return str(call(*operands))
    except Refused:
        return None


def operand(text: str) -> Any:
    rank, found, dtype = text.partition(":")
    if found:
        return TensorType((2,) * int(rank), DType(dtype))
    return {"True": True, "3": 3, "2.5": 2.5, "1j": 1j}[text]
