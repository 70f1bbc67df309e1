"""Keywords that torch takes of its compiled functions, whatever each of them is: names as NumPy has them, and `out`.

fitted("torch.sum", rule, {"axis": 1, "keepdims": True})     -> {"dim": 1, "keepdim": True}
written("torch.add", [2, 3] float32, [0] float32)            -> [2, 3] float32

Source: torch/csrc/utils/python_arg_parser.cpp, numpy_compatibility_arg_names
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.operator import DataDependent

NUMPY = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}

WRITTEN_IN_PYTHON = frozenset({
    "Tensor.norm", "Tensor.split", "Tensor.unflatten", "Tensor.unique", "Tensor.unique_consecutive", "torch.einsum",
    "torch.norm", "torch.split", "torch.stft", "torch.unique", "torch.unique_consecutive", "torch.tensordot",
    "torch.cdist", "torch.meshgrid", "torch.block_diag", "torch.cartesian_prod", "torch.broadcast_tensors",
})  # fmt: skip
"""Functions whose parameters have the names that they are written with."""

_TAKING_OUT = """
    abs acos acosh add addbmm addcdiv addcmul addmm addmv addr all amax amin aminmax angle any arange argmax argmin
    asin asinh atan atan2 atanh baddbmm bernoulli bitwise_and bitwise_left_shift bitwise_not bitwise_or
    bitwise_right_shift bitwise_xor bmm bucketize cat ceil cholesky clamp clamp_max clamp_min column_stack complex
    conj_physical copysign cos cosh cross cummax cummin cumprod cumsum deg2rad diag diff digamma div dot dstack
    empty eq erf erfc erfinv exp exp2 expm1 eye fft.fft fft.fft2 fft.fftfreq fft.fftn fft.hfft fft.hfft2 fft.hfftn
    fft.ifft fft.ifft2 fft.ifftn fft.ihfft fft.ihfft2 fft.ihfftn fft.irfft fft.irfft2 fft.irfftn fft.rfft fft.rfft2
    fft.rfftfreq fft.rfftn float_power floor floor_divide fmax fmin fmod frac full gather gcd ge gt histc hstack
    hypot i0 index_add index_copy index_select inner isin isneginf isposinf kron kthvalue lcm ldexp le lerp lgamma
    linalg.cholesky linalg.cross linalg.det linalg.eig linalg.eigh linalg.eigvals linalg.eigvalsh linalg.inv
    linalg.lstsq linalg.matrix_norm linalg.matrix_power linalg.multi_dot linalg.norm linalg.pinv linalg.qr
    linalg.slogdet linalg.solve linalg.solve_triangular linalg.svd linalg.svdvals linalg.vecdot linalg.vector_norm
    linspace log log10 log1p log2 log_softmax logaddexp logaddexp2 logcumsumexp logical_and logical_not logical_or
    logical_xor logit logspace logsumexp lt masked_select matmul matrix_power max maximum mean min minimum mm mode
    msort mul mv nan_to_num nanmean nanquantile nansum ne neg nextafter nonzero norm normal ones outer polar pow qr
    quantile rad2deg rand randint randn randperm reciprocal remainder round row_stack rsqrt scatter scatter_add
    scatter_reduce searchsorted sgn sigmoid sign signbit sin sinc sinh softmax sort special.expit sqrt square stack
    std sub sum svd take take_along_dim tan tanh tensordot threshold topk tril triu true_divide trunc var vstack
    where xlogy zeros
"""
TAKING_OUT = frozenset(_TAKING_OUT.split())
"""Functions of `torch` that write to the tensors of `out`."""


@cache
def _parameters(rule: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(rule).parameters)


def fitted(name: str, rule: Callable[..., Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords with the names that the rule has."""
    known = _parameters(rule)
    if known.issuperset(keywords) or name in WRITTEN_IN_PYTHON or name.startswith("torch.nn."):
        return dict(keywords)
    renamed = {}
    for keyword, value in keywords.items():
        other = NUMPY.get(keyword)
        fits = keyword not in known and other in known and other not in keywords
        renamed[other if fits and other is not None else keyword] = value
    return renamed


def takes_out(names: Sequence[str]) -> bool:
    """Whether an operator of these names writes to `out`."""
    return any(name.removeprefix("torch.") in TAKING_OUT for name in names)


def written(name: str, output: Any, out: Any) -> Any:
    """The result once it is written to `out`, which takes its shape; raises Refused, and DataDependent for a cast."""
    if isinstance(output, tuple) and isinstance(out, tuple | list) and len(out) == len(output):
        return tuple(written(name, one, other) for one, other in zip(output, out, strict=True))
    if not isinstance(output, TensorType) or not isinstance(out, TensorType):
        raise Refused(f"{name}(): argument 'out' must be Tensor")
    if output.dtype is not out.dtype:
        raise DataDependent(f"{name} writes {output.dtype} to a tensor of {out.dtype}")
    return output
