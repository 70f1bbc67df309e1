"""Lowers strings, bytes and f-strings; neighbours are joined as Python joins them.

"conv" 'er'          -> Constant('converter')
f"layer{i + 1}" "_"  -> FString((Constant('layer'), FormattedValue(Binary(...)), Constant('_')))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.literals import text_constant, unescape
from analyzer.syntax.visitor import Visitor

Part = tuple[ir.Span, str] | ir.FormattedValue
"""A stretch of text, or a value put into it."""


def lower_string(visitor: Visitor, node: cst.SimpleString) -> ir.Constant:
    start = visitor.start()
    text = _text(visitor, node)
    if "b" in node.prefix.lower():
        return ir.Constant(visitor.span(start), "bytes", text)
    return text_constant(visitor.span(start), text)


def _text(visitor: Visitor, node: cst.SimpleString) -> str:
    visitor.string(node.value)
    prefix = node.prefix.lower()
    quotes = len(node.quote)
    raw = node.value[len(prefix) + quotes : -quotes]
    if "b" in prefix and not raw.isascii():
        raise visitor.error("bytes can only contain ASCII literal characters")
    return raw if "r" in prefix else _unescape(visitor, raw, is_bytes="b" in prefix)


def _unescape(visitor: Visitor, raw: str, *, is_bytes: bool = False) -> str:
    try:
        return unescape(raw, is_bytes=is_bytes)
    except ValueError as error:
        raise visitor.error(str(error)) from error


def lower_formatted(visitor: Visitor, node: cst.FormattedString) -> ir.FString:
    start = visitor.start()
    parts = _formatted_parts(visitor, node)
    return ir.FString(visitor.span(start), _joined(parts))


def _formatted_parts(visitor: Visitor, node: cst.FormattedString) -> list[Part]:
    visitor.string(node.start)
    parts = _parts(visitor, node.parts, "r" in node.start.lower())
    visitor.string(node.end)
    return parts


def _parts(visitor: Visitor, nodes: Sequence[cst.BaseFormattedStringContent], is_raw: bool) -> list[Part]:
    parts: list[Part] = []
    for node in nodes:
        if isinstance(node, cst.FormattedStringText):
            start = visitor.here()
            visitor.string(node.value)
            text = node.value.replace("{{", "{").replace("}}", "}")
            parts.append((visitor.span(start), text if is_raw else _unescape(visitor, text)))
        else:
            parts.extend(_replacement(visitor, cst.ensure_type(node, cst.FormattedStringExpression), is_raw))
    return parts


def _replacement(visitor: Visitor, node: cst.FormattedStringExpression, is_raw: bool) -> list[Part]:
    """`{value!r:spec}`; `{value = }` is the text `value = ` before the value."""
    parts: list[Part] = []
    start = visitor.here()
    visitor.string("{")
    inner, begin = visitor.here(), visitor.position
    value = visitor.expression(node.expression)
    conversion = node.conversion or ""
    if node.equal is not None:
        visitor.token("=")
        visitor.skip()
        parts.append((visitor.span(inner), visitor.text[begin : visitor.position]))
        if node.format_spec is None:
            conversion = conversion or "r"
    if node.conversion:
        visitor.token("!")
        visitor.token(node.conversion)
    spec = None
    if node.format_spec is not None:
        visitor.token(":")
        spec_start = visitor.here()
        spec_parts = _parts(visitor, node.format_spec, is_raw)
        spec = ir.FString(visitor.span(spec_start), _joined(spec_parts))
    visitor.token("}")
    parts.append(ir.FormattedValue(visitor.span(start), value, cast(Any, conversion), spec))
    return parts


def _joined(parts: Sequence[Part]) -> tuple[ir.Constant | ir.FormattedValue, ...]:
    """Neighbouring texts become one Constant that spans them; empty ones vanish."""
    result: list[ir.Constant | ir.FormattedValue] = []
    texts: list[tuple[ir.Span, str]] = []

    def flush() -> None:
        text = "".join(text for _, text in texts)
        if text:
            result.append(text_constant((*texts[0][0][:2], *texts[-1][0][2:]), text))
        texts.clear()

    for part in parts:
        if isinstance(part, ir.FormattedValue):
            flush()
            result.append(part)
        elif part[1]:
            texts.append(part)
    flush()
    return tuple(result)


def lower_concatenated(visitor: Visitor, node: cst.ConcatenatedString) -> ir.Constant | ir.FString:
    start = visitor.start()
    parts: list[Part] = []
    formatted = False
    is_bytes = False
    for piece in _pieces(visitor, node):
        if isinstance(piece, cst.FormattedString):
            formatted = True
            visitor.skip()
            parts.extend(_formatted_parts(visitor, piece))
        else:
            begin = visitor.start()
            is_bytes = "b" in piece.prefix.lower()
            text = _text(visitor, piece)
            parts.append((visitor.span(begin), text))
    if formatted:
        return ir.FString(visitor.span(start), _joined(parts))
    text = "".join(part[1] for part in parts if isinstance(part, tuple))
    if is_bytes:
        return ir.Constant(visitor.span(start), "bytes", text)
    return text_constant(visitor.span(start), text)


def _pieces(visitor: Visitor, node: cst.ConcatenatedString) -> list[cst.SimpleString | cst.FormattedString]:
    pieces: list[cst.SimpleString | cst.FormattedString] = []
    rest: cst.BaseExpression = node
    while isinstance(rest, cst.ConcatenatedString):
        pieces.append(_piece(visitor, rest.left))
        rest = rest.right
    return [*pieces, _piece(visitor, rest)]


def _piece(visitor: Visitor, node: cst.BaseExpression) -> cst.SimpleString | cst.FormattedString:
    if isinstance(node, (cst.SimpleString, cst.FormattedString)):
        return node
    raise visitor.error(f"{type(node).__name__} is not supported")


STRINGS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Expression]] = {
    cst.SimpleString: lower_string,
    cst.FormattedString: lower_formatted,
    cst.ConcatenatedString: lower_concatenated,
}
