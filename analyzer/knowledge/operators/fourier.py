"""Fourier transforms of one and of several dimensions.

    torch.fft.fft(x)             x [2, 8]                -> [2, 8] complex64
    torch.fft.rfft(x)            x [2, 8]                -> [2, 5] complex64
    torch.fft.irfft2(x)          x [2, 8, 4] complex64   -> [2, 8, 6] float32
    torch.fft.fftn(x, s=(4,))    x [2, 8, 6]             -> [2, 8, 4] complex64

Sizes that are not given: a transform to real numbers gives 2*(n - 1), one of real numbers n//2 + 1 frequencies.
Nothing of these is counted by FlopCounterMode.

Source: https://pytorch.org/docs/stable/fft.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from analyzer.algebra.dtype import to_complex
from analyzer.algebra.expression import Dim
from analyzer.algebra.facts import at_least, require
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import check_tensor, dimension, dimensions, inexact, is_inexact, real, scalar_name
from analyzer.knowledge.operator import Case, OperatorSpec, operator

_COMPLEX = ("fft", "ifft")
_FROM_REAL = ("rfft", "ihfft")
_TO_REAL = ("irfft", "hfft")
_OUT_OF_RANGE = "Dimension out of range (expected to be in range of [-2, 1], but got 2)"


def _transformed(name: str, input: TensorType, places: Sequence[int], sizes: Sequence[Dim | None]) -> TensorType:
    """The result of `name`, whose last place is the one that real numbers halve; a size of None is not given."""
    kind = name.rstrip("2n")
    shape = list(input.shape)
    for place, size in zip(places, sizes, strict=True):
        length = shape[place] if size is None else size
        if place == places[-1] and size is None and kind in _TO_REAL:
            length = 2 * (shape[place] - 1)
        require(at_least(length, 1), f"Invalid number of data points ({length}) specified")
        shape[place] = length
    if kind in _FROM_REAL:
        shape[places[-1]] = shape[places[-1]] // 2 + 1
    dtype = to_complex(inexact(input.dtype))
    return TensorType(tuple(shape), real(dtype) if kind in _TO_REAL else dtype)


def _check(name: str, input: TensorType, norm: str | None) -> None:
    check_tensor(input, f"fft_{name}")
    if norm not in (None, "forward", "backward", "ortho"):
        raise Refused(f'Invalid normalization mode: "{norm}"')
    if input.dtype is DType.bfloat16:
        raise Refused("Unsupported dtype BFloat16")
    if name.rstrip("2n") in _FROM_REAL and input.dtype.is_complex:
        wanted = "real-valued" if name[-1] in "2n" else "real"
        raise Refused(f"{name} expects a {wanted} input tensor, but got {scalar_name(input.dtype)}")


def _one_dimension(name: str) -> OperatorSpec:
    def rule(input: TensorType, n: Dim | None = None, dim: int = -1, norm: str | None = None) -> TensorType:
        _check(name, input, norm)
        if not input.rank:
            raise Refused(f"Dimension specified as {dim} but tensor has no dimensions")
        return _transformed(name, input, [dimension(dim, input.rank)], [n])

    complex_refused = (
        (Case(f"torch.fft.{name}(x)", x="2,8:complex64", refused=f"{name} expects a real input tensor"),)
        if name in _FROM_REAL
        else (Case(f"torch.fft.{name}(x)", x="2,8:complex128"),)
    )
    return operator(
        f"torch.fft.{name}",
        cases=(
            Case(f"torch.fft.{name}(x)", x="2,8"),
            Case(f"torch.fft.{name}(x, 7, norm='ortho')", x="2,8:int64"),
            Case(f"torch.fft.{name}(x, n=6, dim=0)", x="5,3:float64"),
            *complex_refused,
            Case(f"torch.fft.{name}(x, 0)", x="2,8", refused="Invalid number of data points (0) specified"),
            Case(f"torch.fft.{name}(x, dim=2)", x="2,8", refused=_OUT_OF_RANGE),
            Case(f"torch.fft.{name}(x, norm='x')", x="2,8", refused='Invalid normalization mode: "x"'),
            Case(f"torch.fft.{name}(x)", x="", refused="Dimension specified as -1 but tensor has no dimensions"),
        ),
    )(rule)


def _sequence(value: Any) -> list[Any] | None:
    if value is None:
        return None
    return list(value) if isinstance(value, list | tuple) else [value]


def _places(name: str, input: TensorType, s: Any, dim: Any) -> tuple[list[int], list[Dim | None]]:
    """Which dimensions are transformed, and to which sizes."""
    sizes, dims = _sequence(s), _sequence(dim)
    if dims is not None:
        if dims and not input.rank:
            raise Refused(f"Dimension specified as {dims[0]} but tensor has no dimensions")
        places = [dimension(each, input.rank) for each in dims]
        if len(set(places)) < len(places):
            raise Refused("FFT dims must be unique")
        if sizes is not None and len(sizes) != len(places):
            raise Refused("When given, dim and shape arguments must have the same length")
    else:
        count = input.rank if sizes is None else len(sizes)
        if count > input.rank:
            raise Refused(f"Got shape with {count} values but input tensor only has {input.rank} dimensions.")
        places = list(range(input.rank - count, input.rank))
    if not places and name.rstrip("2n") not in _COMPLEX:
        raise Refused(f"{name} must transform at least one axis")
    return places, [None if size is None or size == -1 else size for size in sizes or [None] * len(places)]


def _several_dimensions(name: str) -> Iterator[OperatorSpec]:
    def rule(input: TensorType, s: Any = None, dim: Any = None, norm: str | None = None) -> TensorType:
        _check(name, input, norm)
        return _transformed(name, input, *_places(name, input, s, dim))

    def rule2(input: TensorType, s: Any = None, dim: Any = (-2, -1), norm: str | None = None) -> TensorType:
        return rule(input, s, dim, norm)

    shared = (
        Case(f"torch.fft.{name}(x)", x="2,8,6"),
        Case(f"torch.fft.{name}(x, norm='ortho')", x="8,4:float64"),
        Case(f"torch.fft.{name}(x, dim=(2, 0))", x="2,8,6:int64"),
        Case(f"torch.fft.{name}(x, s=(4, -1), dim=(0, 1))", x="2,8,6"),
        Case(f"torch.fft.{name}(x, dim=(0, 0))", x="2,8", refused="FFT dims must be unique"),
        Case(f"torch.fft.{name}(x, dim=2)", x="2,8", refused=_OUT_OF_RANGE),
    )
    if name.endswith("2"):
        refused = Case(f"torch.fft.{name}(x, s=(4,))", x="2,8", refused="dim and shape arguments must have the same")
        yield operator(f"torch.fft.{name}", cases=(*shared, refused))(rule2)
    else:
        more = (
            Case(f"torch.fft.{name}(x, s=(5,))", x="2,8,6"),
            Case(f"torch.fft.{name}(x, s=(4, 4, 4))", x="2,8", refused="Got shape with 3 values but input tensor only"),
        )
        yield operator(f"torch.fft.{name}", cases=(*shared, *more))(rule)


TRANSFORMS = tuple(_one_dimension(name) for name in _COMPLEX + _FROM_REAL + _TO_REAL)
TRANSFORMS_OF_SEVERAL_DIMENSIONS = tuple(
    spec
    for name in _COMPLEX + _FROM_REAL + _TO_REAL
    for ending in ("2", "n")
    for spec in _several_dimensions(name + ending)
)


def _shift(name: str) -> OperatorSpec:
    def rule(input: TensorType, dim: Any = None) -> TensorType:
        if not input.rank:
            raise Refused("`shifts` required")
        if dim is not None:
            places = dimensions(dim, input.rank, empty_is_all=False) if isinstance(dim, int) else tuple(dim)
            if not places:
                raise Refused("`shifts` required")
            for place in places:
                dimension(place, input.rank)
        return input

    return operator(
        f"torch.fft.{name}",
        cases=(
            Case(f"torch.fft.{name}(x)", x="2,3"),
            Case(f"torch.fft.{name}(x, dim=(0, 1))", x="2,3:int64"),
            Case(f"torch.fft.{name}(x, 2)", x="2,3", refused=_OUT_OF_RANGE),
        ),
    )(rule)


FFTSHIFT, IFFTSHIFT = _shift("fftshift"), _shift("ifftshift")


def _frequencies(name: str, *, halved: bool) -> OperatorSpec:
    def rule(n: Dim, d: float = 1.0, *, dtype: DType | None = None, **placement: Any) -> TensorType:
        require(at_least(n, 0), f"Trying to create tensor with negative dimension {n}: [{n}]")
        if dtype is not None and not is_inexact(dtype):
            raise Refused(f"{name} requires a floating point or complex dtype")
        return TensorType((n // 2 + 1 if halved else n,), dtype or DType.float32)

    return operator(
        f"torch.fft.{name}",
        cases=(
            Case(f"torch.fft.{name}(8)"),
            Case(f"torch.fft.{name}(7, d=2.0, dtype=torch.float64)"),
            Case(f"torch.fft.{name}(8, dtype=torch.int64)", refused="requires a floating point or complex dtype"),
        ),
    )(rule)


FFTFREQ, RFFTFREQ = _frequencies("fftfreq", halved=False), _frequencies("rfftfreq", halved=True)
