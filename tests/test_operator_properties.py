"""Calls drawn at random: the operators that move, cut, join and make tensors agree with PyTorch and with themselves.

`x.view(-1, 6)` on [4, 3] is answered three times: by PyTorch where it is installed, by the entry for these sizes, and
by the entry for symbols, whose answer must become the second one when the sizes are put in.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import Dim, Expr, Facts, deciding, substitute, symbol
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.operator import DataDependent
from tests.operator_calls import computing
from tests.operator_namespace import Namespaces, unwrapped

Draw = Callable[[st.SearchStrategy[Any]], Any]
Tensors = dict[str, TensorType]
Call = tuple[str, Tensors]

sizes = st.integers(0, 4)
dims = st.integers(-4, 3)
dtypes = st.sampled_from([DType.float32, DType.float32, DType.float64, DType.int64, DType.bool_])
shapes = st.lists(sizes, max_size=4).map(tuple)
solid_shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


def _types(shape: st.SearchStrategy[Shape] = shapes) -> st.SearchStrategy[TensorType]:
    return st.builds(TensorType, shape, dtypes)


@st.composite
def regrouped(draw: Draw) -> Call:
    """A view to sizes that mostly fit."""
    x = draw(_types())
    wanted: list[int] = []
    for size in x.shape:
        if wanted and draw(st.booleans()):
            wanted[-1] *= size
        elif size == 4 and draw(st.booleans()):
            wanted += [2, 2]
        else:
            wanted.append(size)
    wanted += draw(st.sampled_from([[], [], [1]]))
    if wanted and draw(st.booleans()):
        wanted[draw(st.integers(0, len(wanted) - 1))] = draw(st.sampled_from([-1, -1, -1, 0, 3, -2]))
    method = draw(st.sampled_from(["view", "reshape"]))
    return f"x.{method}({tuple(wanted)})", {"x": x}


@st.composite
def one_tensor(draw: Draw) -> Call:
    """A method that takes dimensions and small numbers."""

    def several(strategy: st.SearchStrategy[int], least: int = 0, most: int = 4) -> tuple[int, ...]:
        return tuple(draw(st.lists(strategy, min_size=least, max_size=most)))

    x = draw(_types())
    order = draw(st.one_of(st.permutations(range(x.rank)), st.lists(dims, max_size=4)))
    a, b, c = draw(dims), draw(dims), draw(st.integers(-3, 5))
    pair = (a, b)
    calls = (
        f"x.permute({tuple(order)})", f"x.transpose{pair}", f"x.flatten{pair}", f"x.squeeze({a})", "x.squeeze()",
        f"x.squeeze({several(dims, 0, 2)})", f"x.unsqueeze({a})", f"x.movedim{pair}", "x.T" if x.rank == 2 else "x.mT",
        f"x.movedim({several(dims, 1, 2)}, {several(dims, 1, 2)})", "x.contiguous()",
        f"x.unflatten({a}, {several(st.integers(-1, 4), 1, 2)})",
        f"x.repeat({several(st.integers(0, 3), 1)})", f"x.tile({several(st.integers(0, 3), 1)})",
        f"x.repeat_interleave({draw(st.integers(0, 3))}, {a})",
        f"x.expand({several(st.sampled_from([-1, 1, 2, 3, 4]), 1)})", "x.view_as(x)",
        f"torch.roll(x, {c}, {a})", f"x.flip({several(dims, 1, 2)})", f"torch.rot90(x, {c}, {pair})",
        f"x.split({draw(st.integers(0, 4))}, {a})", f"x.split({several(sizes, 1, 3)}, {b})",
        f"x.chunk({draw(st.integers(0, 4))}, {a})", f"x.tensor_split({draw(st.integers(0, 4))}, {a})",
        f"x.tensor_split({several(st.integers(-5, 5), 1, 3)}, {a})", f"x.unbind({a})", f"x.narrow({a}, {b}, {c})",
        f"x.select({a}, {c})", f"x.unfold({a}, {c}, {draw(st.integers(0, 3))})", f"x.diagonal({c}, {a}, {b})",
        f"torch.diag_embed(x, {c}, {a}, {b})", f"torch.tril(x, {c})", f"torch.diag(x, {c})", f"x.size({a})",
        f"torch.topk(x, {c}, {a})", f"torch.sort(x, dim={a})", f"torch.atleast_{draw(st.integers(1, 3))}d(x)",
        f"torch.hsplit(x, {draw(st.integers(1, 3))})", "x.numel()", "x.stride()",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), {"x": x}


@st.composite
def joined(draw: Draw) -> Call:
    """Several tensors of mostly fitting shapes."""
    shape = draw(shapes)
    tensors: Tensors = {}
    for name in "xyz"[: draw(st.integers(1, 3))]:
        own = list(shape)
        if own and draw(st.booleans()):
            own[draw(st.integers(0, len(own) - 1))] = draw(sizes)
        if own and draw(st.integers(0, 5)) == 0:
            own.pop(0)
        tensors[name] = TensorType(tuple(own), draw(dtypes))
    names = ", ".join(tensors)
    call = draw(
        st.sampled_from(
            [f"torch.cat([{names}], {draw(dims)})", f"torch.stack([{names}], {draw(dims)})"]
            + [f"torch.{way}stack([{names}])" for way in ("h", "v", "d", "column_")]
            + [f"torch.broadcast_tensors({names})", f"torch.block_diag({names})"]
        )
    )
    return call, tensors


@st.composite
def indexed(draw: Draw) -> Call:
    """Integers, slices, None, Ellipsis, booleans, lists and tensors between the brackets."""
    x = draw(_types(solid_shapes))
    tensors: Tensors = {"x": x}
    bound = st.one_of(st.none(), st.integers(-6, 6))
    parts: list[str] = []
    for kind in draw(st.lists(st.sampled_from("nnsssseelltbm"), max_size=4)):
        if kind == "n":
            parts.append(str(draw(st.one_of(st.integers(-2, 2), st.none()))))
        elif kind == "s":
            start, stop, step = draw(bound), draw(bound), draw(st.sampled_from([None, 1, 2, 3, 0]))
            parts.append(f"slice({start}, {stop}, {step})")
        elif kind == "e" and "..." not in parts:
            parts.append("...")
        elif kind == "l":
            parts.append(str(draw(st.lists(st.integers(-1, 0), max_size=3))))
        elif kind in "tm":
            name = f"i{len(tensors)}"
            shape = draw(st.lists(st.integers(1, 3), max_size=2).map(tuple))
            tensors[name] = TensorType(shape, DType.int64 if kind == "t" else DType.bool_)
            parts.append(name)
        elif kind == "b":
            parts.append(str(draw(st.booleans())))
    index = f"({''.join(part + ', ' for part in parts)})"
    if draw(st.booleans()):
        return f"x[{index}]", tensors
    has_mask = any(each.dtype is DType.bool_ for name, each in tensors.items() if name != "x")
    tensors["v"] = draw(st.builds(TensorType, st.just(()) if has_mask else solid_shapes, st.just(x.dtype)))
    return f"x.__setitem__({index}, v)", tensors


@st.composite
def placed(draw: Draw) -> Call:
    """Gathering and scattering along a dimension."""
    x = draw(_types(solid_shapes))
    rank = draw(st.sampled_from([x.rank, x.rank, 1]))
    index = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    other = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    dim = draw(dims)
    tensors = {
        "x": x,
        "i": TensorType(index, DType.int64),
        "y": TensorType(other, x.dtype),
        "m": TensorType(other, DType.bool_),
    }
    calls = (
        f"x.gather({dim}, i)", f"x.scatter({dim}, i, y)", f"x.scatter_add({dim}, i, y)", f"x.index_select({dim}, i)",
        f"x.index_add({dim}, i, y)", f"x.index_copy({dim}, i, y)", f"x.index_fill({dim}, i, 1)",
        f"torch.take_along_dim(x, i, {dim})", "x.masked_fill(m, 1)", "torch.where(m, x, y)", "torch.where(m, x, 1.5)",
        "x.masked_fill_(m, 1)", "x.take(i)", "x.put(i, y)", "x.index_put((i,), y)", "x.expand_as(y)", "x.view_as(y)",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), tensors


@st.composite
def made(draw: Draw) -> Call:
    """New tensors of given sizes and values."""
    number = st.one_of(st.integers(-4, 9), st.sampled_from([0.5, 2.0, -1.25, 0.1, True]))
    a, b, c = draw(number), draw(number), draw(number)
    n, m, k = (draw(st.integers(-1, 6)) for _ in range(3))
    data = draw(st.recursive(number, lambda inner: st.lists(inner, max_size=3), max_leaves=6))
    calls = (
        f"torch.arange({a})", f"torch.arange({a}, {b})", f"torch.arange({a}, {b}, {c})", f"torch.full(({n}, {m}), {a})",
        f"torch.arange({a}, {b}, {c}, dtype=torch.int64)", f"torch.tensor({data})", f"torch.eye({n}, {m})",
        f"torch.tril_indices({n}, {m}, {k - 3})", f"torch.triu_indices({n}, {m}, {3 - k})", f"torch.zeros({n}, {m})",
        f"torch.linspace({a}, {b}, {n})", f"torch.randint({n}, {m}, ({k},))", f"torch.ones([{n}, {m}])",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), {}


moving = st.one_of(regrouped(), one_tensor(), one_tensor(), joined(), indexed(), indexed(), placed(), made())
calls = st.one_of(moving, computing)

MAX = 150
REFUSALS = (RuntimeError, IndexError, ValueError, TypeError, AssertionError, AttributeError)
NO_REFUSAL = ("not implemented for", "not supported on", "ZeroDivisionError", "singular")
"""What only kernels of one device say, or the zeros that the tensors hold."""
REFUSED = "refused"
UNKNOWN = "unknown"


def answer(call: str, tensors: Tensors) -> Any:
    """What the entries say: the output, or that the call is refused, or that only data decides."""
    names = Namespaces()
    try:
        around = {"torch": names.torch, "F": names.F, "einops": names.einops}
        return unwrapped(eval(call, around | names.wrapped(tensors)))
    except (Refused, AttributeError):
        return REFUSED
    except DataDependent:
        return UNKNOWN


@settings(max_examples=MAX, deadline=None)
@given(calls)
def test_agrees_with_pytorch(call: Call) -> None:
    torch, einops = pytest.importorskip("torch"), pytest.importorskip("einops")
    text, tensors = call

    def described(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return TensorType(tuple(value.shape), DType.parse(str(value.dtype)))
        if isinstance(value, list | tuple):
            return tuple(map(described, value))
        if isinstance(value, dict):
            return {key: described(item) for key, item in value.items()}
        return value

    device = "meta" if "softmax" in text else "cpu"  # that of the CPU takes anything that is empty
    real = {
        name: torch.zeros(each.shape, dtype=getattr(torch, str(each.dtype)), device=device)
        for name, each in tensors.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = described(eval(text, {"torch": torch, "F": torch.nn.functional, "einops": einops, **real}))
        except REFUSALS as error:
            assume(not any(part in str(error) for part in NO_REFUSAL))
            theirs = REFUSED
    ours = answer(text, tensors)
    masked = any(each.dtype is DType.bool_ for name, each in tensors.items() if name.startswith("i"))
    assert described(ours) == theirs or (ours is UNKNOWN and theirs is not REFUSED) or (masked and ours is not REFUSED)


class Assignment:
    """Decides by known values, as if they had been known from the start."""

    def __init__(self, values: dict[str, Dim]) -> None:
        self.facts = Facts()
        self.values = values

    def decide(self, condition: Condition) -> bool:
        value = substitute(condition.expression, self.values)
        assert isinstance(value, int)
        return {"==": value == 0, "!=": value != 0, ">=": value >= 0}[condition.relation]

    def requires(self, condition: Condition, message: str) -> None:
        if not self.decide(condition):
            raise Refused(message)


@settings(max_examples=MAX, deadline=None)
@given(calls, st.data())
def test_symbols_stand_for_sizes(call: Call, data: st.DataObject) -> None:
    """The entry's answer for symbols, sizes put in, is its answer for the sizes."""
    text, tensors = call
    values: dict[str, Dim] = {}

    def symbolic(size: Dim) -> Dim:
        if not data.draw(st.booleans()):
            return size
        name = f"s{len(values)}"
        values[name] = size
        return symbol(name, lower=data.draw(st.sampled_from([0, 1])) if size else 0)

    def concrete(value: Any) -> Any:
        if isinstance(value, TensorType):
            return TensorType(concrete(value.shape), value.dtype)
        if isinstance(value, list | tuple):
            return tuple(map(concrete, value))
        return substitute(value, values) if isinstance(value, Expr) else value

    with_symbols = {name: TensorType(tuple(map(symbolic, each.shape)), each.dtype) for name, each in tensors.items()}
    with deciding(Assignment(values)):
        general = answer(text, with_symbols)
    expected = answer(text, tensors)
    assert general is UNKNOWN or concrete(general) == concrete(expected)
