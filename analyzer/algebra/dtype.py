"""Element types of tensors and torch's promotion between them.

    DType.parse("half")                                   -> DType.float16
    promote_types(DType.float16, DType.bfloat16)          -> DType.float32
    promote_types(DType.uint8, DType.int8)                -> DType.int16

https://docs.pytorch.org/docs/stable/tensor_attributes.html and c10/core/ScalarType.cpp
"""

from __future__ import annotations

import re
from enum import Enum

from analyzer.algebra.facts import Refused


class DType(Enum):
    """A torch.dtype; `str()` is its name without `torch.`."""

    float32 = "float32"
    float64 = "float64"
    float16 = "float16"
    bfloat16 = "bfloat16"
    int8 = "int8"
    int16 = "int16"
    int32 = "int32"
    int64 = "int64"
    uint8 = "uint8"
    uint16 = "uint16"
    uint32 = "uint32"
    uint64 = "uint64"
    bool_ = "bool"
    complex32 = "complex32"
    complex64 = "complex64"
    complex128 = "complex128"
    float8_e4m3fn = "float8_e4m3fn"
    float8_e5m2 = "float8_e5m2"
    float8_e4m3fnuz = "float8_e4m3fnuz"
    float8_e5m2fnuz = "float8_e5m2fnuz"
    float8_e8m0fnu = "float8_e8m0fnu"
    qint8 = "qint8"
    quint8 = "quint8"
    qint32 = "qint32"

    def __str__(self) -> str:
        return self.value

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return _ITEMSIZE[self]

    @property
    def is_floating(self) -> bool:
        return self.value.startswith(("float", "bfloat"))

    @property
    def is_complex(self) -> bool:
        return self.value.startswith("complex")

    @property
    def is_quantized(self) -> bool:
        return self.value.startswith("q")

    @property
    def is_signed(self) -> bool:
        """Whether it holds negative numbers; Refused for quantised types, as in torch."""
        if self.is_quantized:
            raise Refused("isSignedType not supported for quantized types")
        return not self.value.startswith(("uint", "bool")) and self is not DType.float8_e8m0fnu

    @staticmethod
    def parse(text: str) -> DType:
        """The type named `float32`, `torch.float32` or by an alias such as `half`; ValueError otherwise."""
        name = text.removeprefix("torch.")
        try:
            return DType(_ALIASES.get(name, name))
        except ValueError:
            raise ValueError(f"{text!r} is not a dtype of torch") from None


_ALIASES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "short": "int16",
    "int": "int32",
    "long": "int64",
    "chalf": "complex32",
    "cfloat": "complex64",
    "cdouble": "complex128",
}

_ITEMSIZE = {dtype: int((re.findall(r"\d+", dtype.value) or ["8"])[0]) // 8 for dtype in DType}

_UNSIGNED = (DType.uint16, DType.uint32, DType.uint64)
_BY_WIDTH = (DType.bool_, DType.uint8, DType.int8, DType.int16, DType.int32, DType.int64)
_FLOATS = (DType.float16, DType.bfloat16, DType.float32, DType.float64)
_TO_COMPLEX = {
    DType.float16: DType.complex32,
    DType.bfloat16: DType.complex64,
    DType.float32: DType.complex64,
    DType.float64: DType.complex128,
}
_VALUE_OF = {DType.complex32: DType.float16, DType.complex64: DType.float32, DType.complex128: DType.float64}


def to_complex(dtype: DType) -> DType:
    """The complex type whose real part holds `dtype`: float32 -> complex64."""
    if dtype.is_complex:
        return dtype
    if dtype not in _TO_COMPLEX:
        raise Refused(f"Unknown Complex ScalarType for {dtype}")
    return _TO_COMPLEX[dtype]


def promote_types(a: DType, b: DType) -> DType:
    """`torch.promote_types(a, b)`: the smallest type that both convert to, of the size and kind torch chooses.

    https://docs.pytorch.org/docs/stable/generated/torch.promote_types.html
    """
    if a is b:
        return a
    if a.is_quantized or b.is_quantized:
        raise Refused(f"promoteTypes with quantized numbers is not handled yet, offending types: {a} {b}")
    if "float8" in a.value or "float8" in b.value:
        raise Refused(f"Promotion for Float8 Types is not supported, attempted to promote {a} and {b}")
    for unsigned, other in ((a, b), (b, a)):
        if unsigned in _UNSIGNED:
            if other.is_floating:
                return other
            message = "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote"
            raise Refused(f"{message} {a} and {b}")
    if a.is_complex or b.is_complex:
        values = [_VALUE_OF.get(dtype, dtype) for dtype in (a, b) if dtype.is_complex or dtype.is_floating]
        return _TO_COMPLEX[promote_types(values[0], values[-1])]
    if a.is_floating or b.is_floating:
        if not (a.is_floating and b.is_floating):
            return a if a.is_floating else b
        return DType.float32 if {a, b} == {DType.float16, DType.bfloat16} else max(a, b, key=_FLOATS.index)
    if {a, b} == {DType.uint8, DType.int8}:
        return DType.int16
    return max(a, b, key=_BY_WIDTH.index)


def combine_categories(higher: DType | None, lower: DType | None) -> DType | None:
    """The type of an operand of higher priority (dimensions before 0-dim before number) with one of lower priority.

    The lower one counts only when it is of a higher category: bool, integer, floating, complex.
    `combineCategories` of aten/src/ATen/native/TypeProperties.cpp
    """
    if higher is None or lower is None:
        return higher or lower
    if higher.is_complex:
        return higher
    if higher.is_floating:
        return to_complex(higher) if lower.is_complex else higher
    if higher in _UNSIGNED and lower.is_complex:
        return lower
    if higher is DType.bool_ or lower.is_floating or lower.is_complex:
        return promote_types(higher, lower)
    return higher
