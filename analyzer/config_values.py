"""How values of the configuration are read, and what is said of those that cannot be.

read_codes(["WBS", "WBX301"], folder)    -> ("WBS", "WBX301")
read_codes("WBS", folder)                raises MismatchError: expected a list of rules such as ["WBS", "WBX301"]
read_amount("4.1 GMACs", MACS, "")       -> 4_100_000_000
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

Scalar = int | float | str | bool
InputText = tuple[str | None, str]
"""The name of an input (None: by position) and its shape as written: `("tokens", "N,128:int64")`."""

COUNTS: Mapping[str, int] = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
BYTES: Mapping[str, int] = {
    "": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
    "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40,
}  # fmt: skip
MACS: Mapping[str, int] = {f"{unit}{ending}": size for unit, size in COUNTS.items() for ending in ("", "mac", "macs")}
AMOUNT = re.compile(r"(?P<number>[0-9][0-9,_]*(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z]*)")


class MismatchError(ValueError):
    """The value at `keys` below the configuration's top is not what is `expected` there."""

    def __init__(self, keys: tuple[str, ...], found: object, expected: str) -> None:
        super().__init__(expected)
        self.keys = keys
        self.found = found
        self.expected = expected


class UnknownKeyError(ValueError):
    """A key that nothing reads, `keys` below the configuration's top, and those that there are."""

    def __init__(self, keys: tuple[str, ...], known: Iterable[str]) -> None:
        super().__init__(keys[-1])
        self.keys = keys
        self.known = tuple(known)


def read_inputs(value: object, folder: Path) -> dict[str, tuple[InputText, ...]]:
    """`{"*::a": "N,3", "*::b": ["N,3", "N,4"], "*::c": {tokens = "N,8:int64"}}`."""
    table = read_table(value, 'a table: "pattern on model ids" = "N,3,32,32"')
    return {pattern: tuple(_input_texts(pattern, asked)) for pattern, asked in table.items()}


def _input_texts(pattern: str, asked: object) -> Iterable[InputText]:
    expected = 'a shape such as "N,3,32,32", a list of shapes, or a table of input names to shapes'
    match asked:
        case str():
            pairs: list[tuple[str | None, object]] = [(None, asked)]
        case list():
            pairs = [(None, shape) for shape in asked]
        case dict():
            pairs = list(asked.items())
        case _:
            raise MismatchError((pattern,), asked, expected)
    for name, shape in pairs:
        if not isinstance(shape, str):
            raise MismatchError((pattern,), shape, expected)
        yield name, shape


def read_folders(value: object, folder: Path) -> tuple[Path, ...]:
    """A list of folders, relative to the file that names them."""
    names = read_strings(value, 'a list of folders such as ["vendor", "../shared/src"]')
    return tuple((folder / name).resolve() for name in names)


def read_assumptions(value: object, folder: Path) -> dict[str, Scalar]:
    """A table of argument names to numbers, strings or booleans."""
    table = read_table(value, "a table: argument name = value")
    known: dict[str, Scalar] = {}
    for name, given in table.items():
        if not isinstance(given, int | float | str):
            raise MismatchError((name,), given, "a number, a string, true or false")
        known[name] = given
    return known


def read_codes(value: object, folder: Path) -> tuple[str, ...]:
    """A list of rules' codes, names, or beginnings of codes."""
    return read_strings(value, 'a list of rules such as ["WBS", "WBX301"]')


def read_globs(value: object, folder: Path) -> tuple[str, ...]:
    """A list of glob patterns on files."""
    return read_strings(value, 'a list of patterns on files such as ["legacy", "*_pb2.py"]')


def read_ignores(value: object, folder: Path) -> dict[str, tuple[str, ...]]:
    """A table of glob patterns on files to lists of rules."""
    table = read_table(value, 'a table: "pattern on files" = ["WBS101"]')
    found = {}
    for pattern, codes in table.items():
        try:
            found[pattern] = read_codes(codes, folder)
        except MismatchError as wrong:
            raise MismatchError((pattern, *wrong.keys), wrong.found, wrong.expected) from wrong
    return found


def read_file(value: object, folder: Path) -> Path:
    """A file, relative to the one that names it."""
    return (folder / read_string(value, "the name of a file")).resolve()


def read_table(value: object, expected: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MismatchError((), value, expected)
    return value


def read_strings(value: object, expected: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise MismatchError((), value, expected)
    return tuple(read_string(item, expected) for item in value)


def read_string(value: object, expected: str) -> str:
    if not isinstance(value, str):
        raise MismatchError((), value, expected)
    return value


def read_amount(value: object, units: Mapping[str, int], expected: str) -> int:
    """A whole number, or a number with a unit in any case: `25_000_000`, `"25M"`, `"100 MB"`, `"4.1 GMACs"`."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or found["unit"].lower() not in units:
        raise MismatchError((), value, expected)
    amount = Decimal(re.sub("[,_]", "", found["number"])) * units[found["unit"].lower()]
    if amount != amount.to_integral_value():
        raise MismatchError((), value, f"{expected}: a whole number of them")
    return int(amount)
