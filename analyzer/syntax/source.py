"""Bytes of a file to text, and the one error that unreadable source gives.

decode_source(b"# coding: latin-1\\nname = '\\xe9'\\n", "m.py")   -> "# coding: latin-1\\nname = 'é'\\n"
decode_source(b"x = '\\xe9'\\n", "m.py")                         -> SourceError: m.py:1:6: byte 0xe9 is not utf-8
"""

from __future__ import annotations

import io
import tokenize

MAXIMUM_BYTES = 5_000_000


class SourceError(Exception):
    """Text that is no Python, or more than is read.

    `line` and `column` are 1-based and point into `source_line`, which is empty where there is no such line.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, source_line: str = "", path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.source_line = source_line
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


def error_at(message: str, text: str, line: int, column: int) -> SourceError:
    """The error with its line of `text` quoted."""
    lines = text.split("\n", line)
    return SourceError(message, line, column, lines[line - 1] if line <= len(lines) else "")


def decode_source(source: bytes, path: str, *, maximum_bytes: int = MAXIMUM_BYTES) -> str:
    """The text as Python reads it: byte order mark dropped, PEP 263 cookie obeyed, every newline a single `\\n`."""
    try:
        return _decode(source, maximum_bytes)
    except SourceError as error:
        error.path = path
        raise


def _decode(source: bytes, maximum_bytes: int) -> str:
    if len(source) > maximum_bytes:
        raise SourceError(f"{len(source)} bytes are more than the limit of {maximum_bytes}")
    null = source.find(b"\0")
    if null >= 0:
        raise SourceError("source holds a null byte", source.count(b"\n", 0, null) + 1)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    except SyntaxError as error:
        if "missing" not in str(error):
            raise SourceError(str(error)) from error
        encoding = "utf-8"  # no declaration, and the first lines are not UTF-8
    try:
        text = source.decode(encoding)
        text.encode()
    except UnicodeDecodeError as error:
        head = source[: error.start].decode("latin-1")
        line_start = head.rfind("\n") + 1
        raise SourceError(
            f"byte {source[error.start]:#04x} is not {encoding.removesuffix('-sig')}",
            head.count("\n") + 1,
            len(head) - line_start + 1,
        ) from error
    except (UnicodeError, LookupError) as error:
        raise SourceError(f"{encoding} does not decode this source") from error
    if "\0" in text:
        raise SourceError("source holds a null character")
    return text.replace("\r\n", "\n").replace("\r", "\n")
