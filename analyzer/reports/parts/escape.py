"""Make names from analysed code harmless where they are shown.

plain("a\\x1b[2J")       'a\\\\x1b[2J'       no terminal escapes, line breaks or direction overrides
code("a`b|c")           '``a`b\\\\|c``'     Markdown: shown as it is, mentions and links included
spreadsheet("=cmd()")   "'=cmd()"         CSV: never a formula
"""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Text with every character that is not printable written as its Python escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def code(text: str) -> str:
    """A Markdown code span, also inside a table's cell; nothing in it is interpreted, mentions and links included."""
    text = plain(text)
    if not text.strip():
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def prose(text: str) -> str:
    """A sentence as Markdown text: no markup, no HTML, no mention of a user or an issue, no link made of an address."""
    text = re.sub(r"([\\`*_{}\[\]<>()!|~$&])", r"\\\1", plain(text))
    return re.sub(r"([@#])(?=\w)|(?<=\w)(:)(?=//)|(?<=www)(\.)", lambda found: f"{found[0]}\u200b", text)


def entities(text: str) -> str:
    """Text inside a drawing of Mermaid: whatever Markdown, HTML or Mermaid could interpret is an entity, `#35;`."""
    return "".join(char if char.isalnum() or char in _HARMLESS else f"#{ord(char)};" for char in plain(text))


_HARMLESS = frozenset(" .,:+-=/×→…?()[]_")


def spreadsheet(text: str) -> str:
    """A CSV field that no spreadsheet takes for a formula."""
    text = plain(text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def ascii_only(text: str) -> str:
    """The same text for a terminal without Unicode: our own signs spelled out, foreign letters as escapes."""
    if text.isascii():
        return text
    return text.translate(_SIGNS).encode("ascii", "backslashreplace").decode("ascii")


_SIGNS = str.maketrans(
    {"━": "=", "╸": "-", "╴": ".", "─": "-", "—": "-", "≥": ">=", "≤": "<=", "×": "x", "…": "..", "→": "->", "·": "|"}
)
