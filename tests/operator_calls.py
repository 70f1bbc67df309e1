"""Calls drawn at random of the operators that compute: reductions, products, windows, masks, and their keywords.

draw(contracted())      -> ("torch.matmul(x, y)", {"x": [2, 3, 4] float32, "y": [4, 1] float32})
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from analyzer.algebra.tensor import DType, Shape, TensorType

Draw = Callable[[st.SearchStrategy[Any]], Any]
Tensors = dict[str, TensorType]
Call = tuple[str, Tensors]

sizes = st.integers(0, 4)
solid = st.integers(1, 4)
dims = st.integers(-4, 3)
dtypes = st.sampled_from([DType.float32, DType.float32, DType.float64, DType.int64, DType.bool_])
floats = st.sampled_from([DType.float32, DType.float32, DType.float32, DType.float64])
yes = st.booleans()


def shapes(least: int = 0, most: int = 4, size: st.SearchStrategy[int] = sizes) -> st.SearchStrategy[Shape]:
    return st.lists(size, min_size=least, max_size=most).map(tuple)


def types(shape: st.SearchStrategy[Shape], dtype: st.SearchStrategy[DType] = dtypes) -> st.SearchStrategy[TensorType]:
    return st.builds(TensorType, shape, dtype)


def _one_of(draw: Draw, *texts: str) -> str:
    return str(draw(st.sampled_from(texts)))


@st.composite
def reduced(draw: Draw) -> Call:
    """What goes over dimensions, with the names of torch and of NumPy."""
    x = draw(types(shapes()))
    several = draw(st.one_of(dims, st.lists(dims, max_size=3).map(tuple), st.none()))
    single = draw(st.one_of(dims, st.none()))
    dim, keep = _one_of(draw, "dim", "dim", "axis"), _one_of(draw, "keepdim", "keepdim", "keepdims")
    kept = _one_of(draw, "", f", {keep}=True", f", {keep}=False")
    many = _one_of(draw, "sum", "mean", "amax", "amin", "all", "any", "std", "var", "logsumexp", "nansum", "nanmean")
    one = _one_of(
        draw, "argmax", "argmin", "max", "min", "median", "prod", "mode", "all", "any", "cummax", "logcumsumexp"
    )
    plain = _one_of(draw, "sum", "mean", "max", "min", "std", "var", "prod", "all", "any", "median", "norm", "argmax")
    calls = (
        f"x.{many}({dim}={several}{kept})", f"torch.{many}(x, {several}{kept})", f"x.{one}({dim}={single}{kept})",
        f"x.{one}({single})", f"x.{plain}()", f"torch.{plain}(x)", f"x.norm(2, {several}{kept})",
        f"torch.var_mean(x, {several}{kept})", f"torch.std_mean(x, {dim}={several}{kept})", f"x.cumsum({single})",
        f"torch.cumprod(x, {dim}={single})", f"torch.aminmax(x, dim={single}{kept})", f"x.count_nonzero({several})",
        f"torch.linalg.norm(x, dim={several}{kept})", f"torch.linalg.vector_norm(x, dim={several}{kept})",
        f"x.softmax({single})", f"F.log_softmax(x, dim={single})", f"F.softmax(x, {single})",
        f"F.normalize(x, dim={single})",
        f"x.sum({several}, dtype=torch.float64)", f"torch.kthvalue(x, 1, {dim}={single}{kept})",
        f"x.diff({dim}={single})",
        f"torch.quantile(x, 0.5, {dim}={single}{kept})", f"torch.trapezoid(x, dim={single})", f"F.glu(x, {single})",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), {"x": x}


@st.composite
def contracted(draw: Draw) -> Call:
    """Products of matrices, mostly fitting."""
    b, n, m, k = (draw(solid) for _ in range(4))
    off = draw(st.sampled_from([0, 0, 0, 1]))
    lead = draw(shapes(0, 2, solid))
    dtype = draw(floats)
    x = draw(st.sampled_from([(n, m), (m,), (b, n, m), (*lead, n, m), (1, n, m)]))
    y = draw(st.sampled_from([(m, k), (m,), (b, m, k), (*lead, m, k), (m + off, k), (1, m + off, k)]))
    z = draw(st.sampled_from([(n, k), (k,), (n, 1), (), (b, n, k)]))
    other = dtype if off == 0 else draw(floats)
    calls = (
        "torch.matmul(x, y)", "x @ y", "torch.mm(x, y)", "torch.bmm(x, y)", "x.mv(y)", "torch.dot(x, y)",
        "torch.addmm(z, x, y)", "torch.baddbmm(z, x, y)", "torch.addbmm(z, x, y)", "F.linear(x, y)",
        "F.linear(x, y.mT)",
        "torch.einsum('...ij,...jk->...ik', x, y)", "torch.einsum('ij,jk', x, y)",
        "torch.einsum('bij,bjk->bk', x, y)",
        "torch.einsum('i,j->ij', x, y)", "torch.einsum('...i,...i', x, x)", "torch.einsum('bij,jk->bik', [x, y])",
        "torch.tensordot(x, y, 1)", "torch.tensordot(x, y, dims=([-1], [0]))", "torch.inner(x, y.mT)",
        "torch.outer(x, y)",
        "torch.kron(x, y)", "torch.chain_matmul(x, y)", "torch.linalg.multi_dot([x, y])", "x.matmul(y)",
        "torch.cdist(x, y.mT)",
        "torch.cross(x, x, dim=-1)", "F.cosine_similarity(x, x, dim=-1)", "F.bilinear(x, x, y)",
        "torch.linalg.pinv(x)",
        "F.scaled_dot_product_attention(x, x, x)", "F.scaled_dot_product_attention(x, y.mT, y.mT)", "torch.trace(x)",
        "torch.matmul(x, y, out=torch.zeros(0))", "torch.addmv(z, x, y)", "torch.linalg.det(x)",
        "torch.matrix_power(x, 2)",
    )  # fmt: skip
    tensors = {"x": TensorType(x, dtype), "y": TensorType(y, other), "z": TensorType(z, dtype)}
    return draw(st.sampled_from(calls)), tensors


@st.composite
def convolved(draw: Draw) -> Call:
    """Convolutions forth and back, of one to three dimensions; of doubles, as each device has them."""
    rank = draw(st.integers(1, 3))
    groups, inner, outer = draw(st.sampled_from([1, 1, 2])), draw(solid), draw(solid)
    space = tuple(draw(st.integers(1, 6)) for _ in range(rank))
    kernel = tuple(draw(st.integers(1, 3)) for _ in range(rank))

    def each(strategy: st.SearchStrategy[int]) -> str:
        return str(draw(st.one_of(strategy, st.tuples(*[strategy] * rank))))

    back = draw(yes)
    stride, padding, dilation = each(st.integers(1, 3)), each(st.integers(0, 2)), each(st.integers(1, 2))
    batch = draw(st.sampled_from([(), (1,), (2,), (2,)]))
    wrong = draw(st.sampled_from([0, 0, 0, 0, 1]))
    weight = (inner * groups, outer, *kernel) if back else (outer * groups, inner, *kernel)
    tensors = {
        "x": TensorType((*batch, inner * groups + wrong, *space), DType.float64),
        "w": TensorType(weight, DType.float64),
        "b": TensorType((outer * groups + draw(st.sampled_from([0, 0, 0, 1])),), DType.float64),
    }
    bias = _one_of(draw, "None", "b")
    if back:
        more = draw(st.sampled_from(["", f", output_padding={each(st.integers(0, 1))}"]))
        more += f", groups={groups}, dilation={dilation}"
        call = f"F.conv_transpose{rank}d(x, w, {bias}, stride={stride}, padding={padding}{more})"
    else:
        padding = draw(st.sampled_from([padding, padding, "'same'", "'valid'"]))
        call = f"F.conv{rank}d(x, w, {bias}, {stride}, {padding}, {dilation}, {groups})"
    return call, tensors


@st.composite
def windowed(draw: Draw) -> Call:
    """Poolings, resamplings, paddings, folding and unfolding."""
    rank = draw(st.integers(1, 3))
    batch = draw(st.sampled_from([(), (2,), (2,), (0,)]))
    space = tuple(draw(st.integers(1, 9)) for _ in range(rank))
    x = TensorType((*batch, draw(solid), *space), draw(floats))

    def each(strategy: st.SearchStrategy[int]) -> str:
        return str(draw(st.one_of(strategy, st.tuples(*[strategy] * rank))))

    kernel, stride, padding = each(st.integers(1, 4)), each(st.integers(1, 3)), each(st.integers(0, 2))
    dilation, ceil = each(st.integers(1, 2)), draw(yes)
    step = draw(st.sampled_from(["", f", {stride}", f", stride={stride}"]))
    scale = draw(st.sampled_from(["2", "0.5", "1.5", "(" + "2.0, " * rank + ")"]))
    modes = {
        1: ("linear", "nearest"),
        2: ("bilinear", "bicubic", "nearest", "nearest-exact", "area"),
        3: ("trilinear", "area"),
    }
    mode = _one_of(draw, *modes[rank])
    ends = tuple(draw(st.lists(st.integers(-2, 3), min_size=0, max_size=2 * rank + 2)))
    pad = _one_of(draw, "constant", "constant", "reflect", "replicate", "circular")
    pair, pairs = draw(st.tuples(solid, solid)), draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    calls = (
        f"F.max_pool{rank}d(x, {kernel}{step}, padding={padding}, dilation={dilation}, ceil_mode={ceil})",
        f"F.max_pool{rank}d(x, {kernel}, return_indices=True)",
        f"F.avg_pool{rank}d(x, {kernel}{step}, padding={padding}, ceil_mode={ceil})",
        f"F.lp_pool{min(rank, 2)}d(x, 2, {kernel}, ceil_mode={ceil})",
        f"F.adaptive_avg_pool{rank}d(x, {each(st.integers(1, 5))})",
        f"F.adaptive_max_pool{rank}d(x, {each(st.integers(1, 5))})",
        f"F.interpolate(x, scale_factor={scale}, mode='{mode}')",
        f"F.interpolate(x, size={each(st.integers(1, 9))}, mode='{mode}')",
        f"F.interpolate(x, scale_factor={scale}, mode='{mode}', recompute_scale_factor=True)", "F.interpolate(x, 7)",
        f"F.pad(x, {ends}, '{pad}')", f"F.pad(x, {ends})", f"F.unfold(x, {pair}, padding={padding}, stride={pairs})",
        f"F.fold(x, {draw(st.tuples(st.integers(2, 6), st.integers(2, 6)))}, {pairs})",
        f"F.pixel_shuffle(x, {draw(solid)})",
        f"F.pixel_unshuffle(x, {draw(st.integers(1, 3))})", "F.affine_grid(x, (2, 3, 4, 5))", "F.instance_norm(x)",
        f"F.group_norm(x, {draw(solid)})", f"F.layer_norm(x, x.shape[{draw(st.integers(-3, -1))}:])",
        "F.local_response_norm(x, 2)",
        f"x.unfold(-1, {draw(st.integers(1, 4))}, {draw(solid)})", f"F.upsample(x, scale_factor={scale})",
        "F.channel_shuffle(x, 2)",
        "F.dropout2d(x)", "F.batch_norm(x, None, None, training=True)", f"F.max_unpool{rank}d(x, x.long(), 2)",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), {"x": x}


@st.composite
def combined(draw: Draw) -> Call:
    """Two or three tensors element by element: broadcasting and promotion."""
    shape = draw(shapes(0, 3))
    tensors: Tensors = {}
    for name in "xyz":
        own = [draw(st.sampled_from([size, size, size, 1])) for size in shape][draw(st.sampled_from([0, 0, 0, 1])) :]
        if own and draw(st.integers(0, 6)) == 0:
            own[-1] += 1
        tensors[name] = TensorType(tuple(own), draw(st.one_of(dtypes, st.sampled_from(list(DType)[:10]))))
    tensors["m"] = TensorType(tensors["z"].shape, DType.bool_)
    number = _one_of(draw, "2", "2.5", "True", "-1")
    sign = _one_of(draw, "+", "-", "*", "/", "//", "%", "**", "==", "<", ">=", "!=", "&", "|", "^")
    name = _one_of(draw, "add", "sub", "mul", "div", "true_divide", "floor_divide", "maximum", "minimum", "fmod",
    "atan2",
                   "remainder", "pow", "logical_and", "bitwise_or", "eq", "gt", "hypot", "logaddexp", "xlogy",
                   "fmax")  # fmt: skip
    unary = _one_of(draw, "abs", "exp", "sqrt", "sigmoid", "relu", "neg", "floor", "sign", "log", "erf", "isnan",
    "round",
                    "reciprocal", "square", "tanh", "logical_not", "bitwise_not", "float", "long", "half",
                    "clone")  # fmt: skip
    calls = (
        f"x {sign} y", f"x {sign} {number}", f"{number} {sign} x", f"torch.{name}(x, y)", f"x.{name}(y)",
        f"x.{name}({number})",
        f"torch.{name}(x1=x, x2=y)", "torch.where(m, x, y)", f"torch.where(m, x, {number})",
        f"torch.where(m, {number}, y)",
        f"x.masked_fill(m, {number})", "torch.lerp(x, y, 0.5)", "torch.lerp(x, y, z)", "torch.addcmul(x, y, z)",
        "torch.addcdiv(x, y, z)",
        f"torch.{unary}(x)" if unary not in ("float", "long", "half") else f"x.{unary}()", "torch.add(x, y, alpha=2)",
        f"torch.clamp(x, {number})", "torch.clamp(x, min=y, max=z)", "x.clamp(y)",
        "torch.add(x, y, out=torch.zeros(0))",
        f"x.{name}_(y)", "x.copy_(y)", "x.type_as(y)", "x.expand_as(y)", "torch.broadcast_tensors(x, y, z)",
        "F.mse_loss(x, y)",
        "F.l1_loss(x, y, reduction='none')", "torch.stack([x, y])", "torch.cat([x, y])", "torch.isclose(x, y)",
        "x.to(y)",
        "torch.polar(x, y)", "torch.complex(x, y)", "torch.dist(x, y)", "F.gelu(x)", "F.threshold(x, 0.1, 1)",
        "F.prelu(x, y)",
        f"torch.full_like(x, {number})", "torch.bucketize(x, y)", "torch.isin(x, y)", "torch.allclose(x, y)",
        f"x.new_full(y.shape, {number})", "torch.meshgrid(x, y, indexing='ij')", "torch.cartesian_prod(x, y)",
        "torch.heaviside(x, y)",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), tensors


@st.composite
def rearranged(draw: Draw) -> Call:
    """einops: rearrange, repeat, reduce, pack, unpack and einsum with patterns that mostly fit."""
    names = draw(st.permutations("abcd"))[: draw(st.integers(0, 4))]
    length = {name: draw(solid) for name in "abcd"}
    groups: list[list[str]] = []
    for name in names:
        if groups and draw(st.integers(0, 3)) == 0:
            groups[-1].append(name)
        else:
            groups.append([name])
    extra = draw(st.sampled_from([0, 0, 0, 0, 1]))
    shape: list[int] = []
    left = []
    for group in groups:
        size = extra if group is groups[-1] else 0
        product = 1
        for name in group:
            product *= length[name]
        shape.append(product + size)
        left.append(f"({' '.join(group)})" if len(group) > 1 or draw(st.integers(0, 5)) == 0 else group[0])
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(shape)))
        shape.insert(place, 1)
        left.insert(place, _one_of(draw, "1", "()"))
    dots = draw(st.integers(0, 3)) == 0
    if dots:
        place = draw(st.integers(0, len(shape)))
        shape[place:place] = draw(st.lists(solid, max_size=2))
        left.insert(place, "...")
    right = list(draw(st.permutations(names)))
    operation = _one_of(draw, "rearrange", "rearrange", "repeat", "reduce")
    if operation == "reduce" and right:
        right = right[: draw(st.integers(0, len(right)))]
    if operation == "repeat":
        right.insert(0, _one_of(draw, "e", "2", "e"))
    if draw(st.integers(0, 3)) == 0:
        right.insert(draw(st.integers(0, len(right))), _one_of(draw, "1", "()"))
    if dots and (operation != "reduce" or draw(yes)):
        right.insert(draw(st.integers(0, len(right))), _one_of(draw, "...", "...", "(...)"))
    if len(right) > 1 and draw(yes) and not any("(" in each for each in right):
        at = draw(st.integers(0, len(right) - 2))
        right[at : at + 2] = [f"({right[at]} {right[at + 1]})"]
    pattern = f"{' '.join(left)} -> {' '.join(right)}"
    if draw(st.integers(0, 12)) == 0:
        pattern = pattern.replace(
            _one_of(draw, "->", "a", "(", ")", " "), _one_of(draw, "", "b", "(", "3", "..", "a_"), 1
        )
    given = {name: length[name] for group in groups for name in group[1:] if draw(st.integers(0, 9))}
    if operation == "repeat" and draw(st.integers(0, 9)):
        given["e"] = 3
    keywords = "".join(f", {name}={size}" for name, size in given.items())
    how = ", " + _one_of(draw, "'mean'", "'sum'", "'max'", "'prod'", "'any'") if operation == "reduce" else ""
    x = TensorType(tuple(shape), draw(dtypes))
    packed = _one_of(draw, "* c", "b *", "*", "b * c", "b c", "a b c *", "b * *")
    calls = (
        *[f"einops.{operation}(x, {pattern!r}{how}{keywords})"] * 6,
        f"einops.{operation}([x, x], {'n ' + pattern!r}{how}{keywords})",
        f"einops.pack([x, x], {packed!r})", f"einops.unpack(x, [[2], []], {packed!r})",
        f"einops.unpack(x, [[-1], [1, 2]], {packed!r})",
        f"einops.parse_shape(x, {' '.join(left)!r})",
        f"einops.einsum(x, x, {'a b, a b -> ' + ' '.join(names[:2])!r})",
    )  # fmt: skip
    return draw(st.sampled_from(calls)), {"x": x}


computing = st.one_of(reduced(), contracted(), convolved(), windowed(), combined(), rearranged())
