"""Calls drawn at random: the operators that compute agree with PyTorch and with themselves.

`torch.einsum("ab,bc->ac", x, y)` on [2, 3] and [3, 4] is answered by the entry for these sizes, by PyTorch where it is
installed, shapes, dtypes and multiply-accumulates alike, and by the entry for symbols, whose answer must become the
first one when the sizes are put in.
"""

from __future__ import annotations

import math
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
from tests.operator_namespace import Namespaces, unwrapped

Draw = Callable[[st.SearchStrategy[Any]], Any]
Tensors = dict[str, TensorType]
Call = tuple[str, Tensors]

MAX = 200
REFUSED = "refused"
UNKNOWN = "unknown"

ALL_DTYPES = (
    DType.float32, DType.float32, DType.float64, DType.float16, DType.int64, DType.int32, DType.uint8, DType.bool_,
    DType.complex64,
)  # fmt: skip
sizes = st.integers(1, 4)
dims = st.integers(-3, 3)
dtypes = st.sampled_from(ALL_DTYPES)
shapes = st.lists(sizes, max_size=3).map(tuple)
numbers = st.sampled_from(["2", "0.5", "True", "1j", "3", "-1"])


def _broadcasting(draw: Draw, shape: Shape) -> Shape:
    """A shape that mostly broadcasts with another."""
    own = [draw(st.sampled_from([size, size, size, 1])) for size in shape]
    if own and draw(st.integers(0, 7)) == 0:
        own[0] = draw(sizes)
    return tuple(own[draw(st.integers(0, len(own))) :])


SIGNS = st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", ">=", "==", "!=", "&", "|", "^", "<<", ">>"])
BINARY = st.sampled_from(
    [
        "add", "sub", "mul", "div", "true_divide", "floor_divide", "remainder", "fmod", "pow", "float_power", "xlogy",
        "copysign", "eq", "ne", "lt", "ge", "bitwise_and", "bitwise_or", "bitwise_xor", "maximum", "minimum",
        "le", "gt", "fmax", "fmin", "atan2", "hypot", "logaddexp", "nextafter", "gcd", "lcm", "ldexp", "logical_and",
        "logical_xor", "isclose", "clamp_min", "clamp_max", "clamp",
    ]
)  # fmt: skip
IN_PLACE = st.sampled_from(["add", "sub", "mul", "div", "floor_divide", "pow", "eq", "logical_and", "clamp_max"])
UNARY = st.sampled_from(
    [
        "exp", "sqrt", "reciprocal", "floor", "round", "sign", "square", "abs", "neg", "isnan", "logical_not", "angle",
        "sin_", "abs_", "neg_", "ceil_", "square_", "log1p", "erf", "bitwise_not", "signbit", "deg2rad", "frac",
        "nan_to_num", "conj",
    ]
)  # fmt: skip
REDUCTIONS = st.sampled_from(
    [
        "sum", "nansum", "mean", "nanmean", "amax", "amin", "any", "all", "std", "var", "logsumexp", "count_nonzero",
        "norm",
    ]
)  # fmt: skip
SELECTIONS = st.sampled_from(
    [
        "prod", "max", "min", "argmax", "argmin", "median", "nanmedian", "mode", "cumsum", "cumprod", "cummax", "diff",
        "logcumsumexp",
    ]
)  # fmt: skip


@st.composite
def elementwise(draw: Draw) -> Call:
    """Two or three operands that broadcast, of any dtypes, some of them numbers."""
    shape = draw(shapes)
    tensors = {name: TensorType(_broadcasting(draw, shape), draw(dtypes)) for name in "xyz"}
    y = draw(st.sampled_from(["y", "y", "n"])).replace("n", draw(numbers))
    sign, function = draw(SIGNS), draw(BINARY)
    calls = (
        f"x {sign} {y}", f"{y} {sign} x",
        f"torch.{function}(x, {y})", f"x.{function}({y})", f"x.{draw(IN_PLACE)}_({y})",
        f"x.{draw(UNARY)}()", "torch.addcmul(x, y, z, value=2)", "torch.addcdiv(x, y, z)", "torch.lerp(x, y, 0.5)",
        "torch.lerp(x, y, z)", f"torch.clamp(x, {y}, z)", f"x.add({y}, alpha=2)", f"x.sub({y}, alpha=0.5)",
        f"x.div({y}, rounding_mode='floor')", f"x.clamp(max={y})", "torch.addcmul(x, y, z)",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), tensors


@st.composite
def reducing(draw: Draw) -> Call:
    """Reductions over dimensions that mostly exist."""
    shape = tuple(draw(st.lists(st.integers(0, 4), max_size=3)))
    x = TensorType(shape, DType.float32 if 0 in shape else draw(dtypes))
    keepdim, function = draw(st.booleans()), draw(REDUCTIONS)
    several = draw(st.one_of(dims, st.none(), st.lists(dims, max_size=3).map(tuple)))
    calls = (
        f"x.{function}()", f"torch.{function}(x, dim={several}, keepdim={keepdim})", f"x.{function}({several})",
        f"x.sum({several}, {keepdim}, dtype=torch.float64)", f"x.var({several}, {keepdim}, {keepdim})",
        f"torch.var_mean(x, dim={several}, correction=0, keepdim={keepdim})", f"x.argmax(keepdim={keepdim})",
        f"torch.linalg.vector_norm(x, 2, {several}, {keepdim})", f"torch.linalg.norm(x, None, {several}, {keepdim})",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), {"x": x}


@st.composite
def along_a_dimension(draw: Draw) -> Call:
    """Selections, scans and transforms along one dimension, or of several."""
    x = TensorType(draw(shapes), draw(dtypes))
    dim, keepdim, function = draw(dims), draw(st.booleans()), draw(SELECTIONS)
    several = draw(st.one_of(dims, st.none(), st.lists(dims, max_size=3).map(tuple)))
    kind, way = draw(st.sampled_from(["", "r", "ir", "i"])), draw(st.sampled_from(["", "i"]))
    calls = (
        f"x.{function}()", f"x.{function}({dim})", f"torch.{function}(x, dim={dim}, keepdim={keepdim})",
        f"x.diff({abs(dim)}, {dim})", f"x.aminmax(dim={dim}, keepdim={keepdim})", f"torch.trapz(x, dim={dim})",
        f"x.kthvalue({abs(dim)}, {dim}, {keepdim})", f"x.quantile(0.5, {dim}, {keepdim})", f"x.cumsum_({dim})",
        f"x.cumsum({dim}, dtype=torch.float16)", f"torch.fft.{kind}fft(x, dim={dim})",
        f"torch.fft.{kind}fftn(x, dim={several})", f"torch.fft.{kind}fft2(x)", f"torch.fft.{way}fftshift(x, {several})",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), {"x": x}


@st.composite
def multiplying(draw: Draw) -> Call:
    """Products of matrices and vectors, with a batch that broadcasts."""
    n, m, k = draw(sizes), draw(sizes), draw(sizes)
    batch = draw(st.lists(sizes, max_size=2).map(tuple))
    other = k if draw(st.integers(0, 7)) else draw(sizes)
    left = draw(st.sampled_from([(k,), (n, k), (*batch, n, k)]))
    right = draw(st.sampled_from([(other,), (other, m), (*_broadcasting(draw, batch), other, m)]))
    dtype = draw(st.sampled_from([DType.float32, DType.float32, DType.int64]))
    second = dtype if draw(st.integers(0, 7)) else DType.float64
    tensors = {
        "x": TensorType(left, dtype),
        "y": TensorType(right, second),
        "b": TensorType(draw(st.sampled_from([(), (m,), (1, m), (n, m), (n,), (n, k)])), dtype),
    }
    count = draw(st.integers(0, 2))
    calls = (
        "x @ y", "torch.matmul(x, y)", "x.mm(y)", "x.bmm(y)", "x.mv(y)", "x.dot(y)", "torch.inner(x, y)",
        "torch.outer(x, y)", "torch.kron(x, y)", "torch.addmm(b, x, y)", "torch.baddbmm(b, x, y)",
        "torch.addmv(b, x, y)", "torch.addbmm(b, x, y)", f"torch.tensordot(x, y, {count})",
        f"torch.tensordot(x, y, ([{draw(dims)}], [{draw(dims)}]))", "torch.linalg.multi_dot([x, y])",
        "torch.linalg.multi_dot([x, y, y])", "torch.linalg.vecdot(x, y)", "torch.cross(x, y)",
        "torch.linalg.cross(x, y)",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), tensors


@st.composite
def contracting(draw: Draw) -> Call:
    """Equations over few labels, so that most of them are shared; some sizes are 1, some operands have an ellipsis."""
    known = {label: draw(sizes) for label in "abcD"}
    covered = draw(st.lists(sizes, max_size=2).map(tuple))
    tensors: Tensors = {}
    parts = []
    dtype = draw(st.sampled_from([DType.float32, DType.float32, DType.int32]))
    for name in "xyzw"[: draw(st.sampled_from([1, 2, 2, 2, 3, 4]))]:
        labels = draw(st.lists(st.sampled_from("abcD"), max_size=3))
        shape = [draw(st.sampled_from([known[label]] * 5 + [1])) for label in labels]
        shape = [shape[labels.index(label)] if draw(st.integers(0, 9)) else 1 for label in labels]
        if draw(st.integers(0, 2)) == 0:
            place = draw(st.integers(0, len(labels)))
            labels.insert(place, "...")
            shape[place:place] = _broadcasting(draw, covered)
        tensors[name] = TensorType(tuple(shape), dtype if draw(st.integers(0, 9)) else DType.float64)
        parts.append("".join(labels))
    found = sorted({label for part in parts for label in part.replace(".", "")})
    output = "".join(draw(st.permutations(found))[: draw(st.integers(0, len(found)))])
    dots = draw(st.sampled_from(["...", "..."] if any("..." in part for part in parts) else [""]))
    arrow = draw(st.sampled_from([f"->{dots}{output}", f"->{output}{dots}", f"->{output}", ""]))
    return f"torch.einsum('{','.join(parts)}{arrow}', {', '.join(tensors)})", tensors


@st.composite
def rearranging(draw: Draw) -> Call:
    """Patterns of einops with names composed and taken apart."""
    known = {name: draw(sizes) for name in "abcd"}
    names = draw(st.permutations(list(known)))[: draw(st.integers(1, 4))]

    def composed(names: list[str]) -> list[list[str]]:
        groups: list[list[str]] = []
        for name in names:
            if groups and draw(st.integers(0, 2)) == 0:
                groups[-1].append(name)
            else:
                groups.append([name])
        return groups

    def written(groups: list[list[str]]) -> str:
        return " ".join(group[0] if len(group) == 1 else f"({' '.join(group)})" for group in groups)

    left = composed(names)
    given = [name for group in left for name in group[1:]] + [name for name in names if draw(st.integers(0, 5)) == 0]
    lengths = "".join(f", {name}={known[name]}" for name in dict.fromkeys(given))
    shape = tuple(math.prod(known[name] for name in group) for group in left)
    if draw(st.integers(0, 7)) == 0:
        shape = tuple(draw(sizes) for _ in shape)
    x = {"x": TensorType(shape, draw(dtypes))}
    kept = draw(st.permutations(names))
    reduction = draw(st.sampled_from(["max", "sum", "mean", "prod", "any"]))
    fewer = kept[: draw(st.integers(0, len(kept)))]
    arrow = f"{written(left)} ->"
    calls = (
        f"einops.rearrange(x, '{arrow} {written(composed(kept))}'{lengths})",
        f"einops.rearrange(x, '... {arrow} {written(composed(kept))} ...'{lengths})",
        f"einops.repeat(x, '{arrow} {written(composed([*kept, 'new']))}'{lengths}, new=3)",
        f"einops.reduce(x, '{arrow} {written(composed(fewer))}', '{reduction}'{lengths})",
    )
    return draw(st.sampled_from(calls)), x


calls = st.one_of(
    elementwise(), elementwise(), reducing(), along_a_dimension(), multiplying(), contracting(), rearranging()
)


def answer(call: str, tensors: Tensors) -> tuple[Any, Dim]:
    """What the entries say: the output and multiply-accumulates, or that the call is refused, or up to the data."""
    names = Namespaces()
    try:
        output = eval(call, {"torch": names.torch, "einops": names.einops, **names.wrapped(tensors)})
    except Refused:
        return REFUSED, 0
    except DataDependent:
        return UNKNOWN, 0
    return unwrapped(output), names.macs


@settings(max_examples=MAX, deadline=None)
@given(calls)
def test_agrees_with_pytorch(call: Call) -> None:
    torch = pytest.importorskip("torch")
    einops = pytest.importorskip("einops")
    flop_counter = pytest.importorskip("torch.utils.flop_counter")
    text, tensors = call

    def described(value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return TensorType(tuple(value.shape), DType.parse(str(value.dtype)))
        if isinstance(value, list | tuple):
            return tuple(map(described, value))
        return value

    real = {name: torch.ones(each.shape, dtype=getattr(torch, str(each.dtype))) for name, each in tensors.items()}
    macs = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with flop_counter.FlopCounterMode(display=False) as counter:
                theirs = described(eval(text, {"torch": torch, "einops": einops, **real}))
            macs = counter.get_total_flops() // 2
        except NotImplementedError:
            assume(False)  # a kernel that the CPU lacks is no refusal
        except (RuntimeError, LookupError, ValueError, TypeError) as error:
            assume("nsupported dtype" not in str(error) and "ComplexHalf" not in str(error))
            theirs = REFUSED
    output, ours = answer(text, tensors)
    assert output is UNKNOWN or (described(output), ours) == (theirs, macs)


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
    """The entry's answer for symbols, sizes put in, is its answer for the sizes; a symbol is taken to be above 1."""
    text, tensors = call
    values: dict[str, Dim] = {}

    def symbolic(size: Dim) -> Dim:
        if size in (0, 1) or not data.draw(st.booleans()):
            return size
        name = f"s{len(values)}"
        values[name] = size
        return symbol(name, lower=1)

    def concrete(value: Any) -> Any:
        if isinstance(value, TensorType):
            return TensorType(concrete(value.shape), value.dtype)
        if isinstance(value, list | tuple):
            return tuple(map(concrete, value))
        return substitute(value, values) if isinstance(value, Expr) else value

    with_symbols = {name: TensorType(tuple(map(symbolic, each.shape)), each.dtype) for name, each in tensors.items()}
    with deciding(Assignment(values)):
        general = answer(text, with_symbols)
    assert concrete(general) == concrete(answer(text, tensors))
