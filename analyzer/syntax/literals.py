"""Literals as written to the values they stand for, without `eval`.

decimal("0xFF_FF")               -> "65535"
unescape(r"a\\tb")                -> "a<tab>b"
value_of(Constant(int, "12"))    -> 12
"""

from __future__ import annotations

import re
import unicodedata

from analyzer.syntax import ir

MAXIMUM_DIGITS = 4300
"""The longest decimal that Python itself converts to an int by default."""

_ESCAPE = re.compile(
    r"\\(?:(?P<newline>\n)|(?P<simple>[\\'\"abfnrtv])|(?P<octal>[0-7]{1,3})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|N\{(?P<name>[^}]+)\}|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<broken>[xNuU]))"
)
_BYTES_ESCAPE = re.compile(
    r"\\(?:(?P<newline>\n)|(?P<simple>[\\'\"abfnrtv])|(?P<octal>[0-7]{1,3})|x(?P<byte>[0-9a-fA-F]{2})|(?P<broken>x))"
)
_SIMPLE = {"\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ZEROS = re.compile(r"0[0-9]*[1-9]")


def decimal(literal: str) -> str:
    """The digits of an int literal in base ten; ValueError when Python refuses it."""
    digits = literal.replace("_", "")
    if digits[:2].lower() in ("0x", "0o", "0b"):
        return str(int(digits, 0))
    if _ZEROS.match(digits):
        raise ValueError(
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers"
        )
    if len(digits) > MAXIMUM_DIGITS:
        raise ValueError(f"an integer literal of {len(digits)} digits exceeds the limit of {MAXIMUM_DIGITS}")
    return digits.lstrip("0") or "0"


def unescape(raw: str, *, is_bytes: bool = False) -> str:
    """The text between the quotes with its escapes resolved; ValueError for a malformed escape."""
    if "\\" not in raw:
        return raw
    return (_BYTES_ESCAPE if is_bytes else _ESCAPE).sub(_resolve_bytes if is_bytes else _resolve, raw)


def _resolve_bytes(match: re.Match[str]) -> str:
    return chr(ord(_resolve(match)) & 0xFF) if match["octal"] else _resolve(match)


def _resolve(match: re.Match[str]) -> str:
    kind, value = match.lastgroup, match[match.lastgroup or 0]
    match kind:
        case "newline":
            return ""
        case "simple":
            return _SIMPLE[value]
        case "octal":
            return chr(int(value, 8))
        case "name":
            return _character(value)
        case "broken":
            raise ValueError(f"malformed \\{value} escape in a string")
        case _:
            code = int(value, 16)
            if code > 0x10FFFF:
                raise ValueError("illegal Unicode character in a string")
            return chr(code)


def _character(name: str) -> str:
    try:
        found = unicodedata.lookup(name)
    except KeyError:
        found = ""
    if len(found) != 1:
        raise ValueError(f"unknown Unicode character name {name!r}")
    return found


def text_constant(span: ir.Span, text: str) -> ir.Constant:
    """A str as a Constant that can always be encoded."""
    if text.isascii() or is_encodable(text):
        return ir.Constant(span, "str", text)
    return ir.Constant(span, "surrogates", text.encode("unicode_escape").decode("ascii"))


def is_encodable(text: str) -> bool:
    """False for a str that holds lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def value_of(constant: ir.Constant) -> object:
    """The Python object that a Constant stands for."""
    value = constant.value
    match constant.kind:
        case "int":
            return int(str(value))
        case "complex":
            return complex(str(value))
        case "bytes":
            return str(value).encode("latin-1")
        case "surrogates":
            return str(value).encode("ascii").decode("unicode_escape")
        case "ellipsis":
            return ...
        case _:
            return value
