"""The table of an inventory as a file: CSV, JSON or Parquet, by the end of its name.

    written([("nets/a", "a.py", "Net", 630)], ("repository", "file", "name", "parameters"), Path("t.csv"))
    repository,file,name,parameters
    nets/a,a.py,Net,630

Rows are written as they come. The file appears when it is whole. Parquet needs pyarrow, which the others do without.
"""

from __future__ import annotations

import csv
import importlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from analyzer.reports.parts.escape import plain, spreadsheet

BATCH = 50_000
"""Rows that are held at a time where a format wants columns."""
WHOLE_NUMBERS = ("parameters", "trainable", "buffers")
LARGEST = 2**63 - 1
"""The largest number that a column of Parquet holds."""

Row = Sequence[str | int | None]


class NotInstalledError(Exception):
    """What a format needs is not there; the message says how to get it."""


def csv_lines(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """One header line, and text that no spreadsheet takes for a formula."""
    writer = csv.writer(_Passed(), lineterminator="\n")
    for row in chain([columns], rows):
        yield writer.writerow([spreadsheet(cell) if isinstance(cell, str) else cell for cell in row])


class _Passed:
    """Gives back the line that is written to it, which is then what `writerow` gives."""

    def write(self, line: str) -> str:
        return line


def json_lines(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """A list of objects, one on each line."""
    yield "["
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(dict(zip(columns, row, strict=True)))
    yield "\n]\n"


def write_parquet(rows: Iterable[Row], columns: Sequence[str], file: Path) -> None:
    """Counts as int64, the rest as text; a count above that is in the column of its formula, as text."""
    arrow, parquet = _arrow()
    types = [arrow.int64() if name in WHOLE_NUMBERS else arrow.string() for name in columns]
    schema = arrow.schema(list(zip(columns, types, strict=True)))
    left = iter(rows)
    with parquet.ParquetWriter(str(file), schema) as writer:
        while batch := list(islice(left, BATCH)):
            named = (_fitting(dict(zip(columns, row, strict=True))) for row in batch)
            writer.write_table(arrow.Table.from_pylist(list(named), schema))


def _fitting(row: dict[str, str | int | None]) -> dict[str, str | int | None]:
    for name in WHOLE_NUMBERS:
        value = row.get(name)
        if isinstance(value, int) and value > LARGEST:
            row[name] = None
            if name == "parameters":
                row["formula"] = str(value)
    return {name: plain(cell) if isinstance(cell, str) else cell for name, cell in row.items()}


def _arrow() -> tuple[Any, Any]:
    """pyarrow and its parquet, both without types where they are not installed."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise NotInstalledError("Parquet needs pyarrow: pip install 'weighbridge[parquet]'") from error


Lines = Callable[[Iterable[Row], Sequence[str]], Iterator[str]]
_TEXT: Mapping[str, Lines] = {".csv": csv_lines, ".json": json_lines}
SUFFIXES = (*_TEXT, ".parquet")


def require(file: Path) -> None:
    """Raise NotInstalledError where the format of a file cannot be written."""
    if file.suffix == ".parquet":
        _arrow()


def written(rows: Iterable[Row], columns: Sequence[str], file: Path) -> None:
    """Write a file in the format that its suffix, one of SUFFIXES, names; raises OSError."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if file.suffix == ".parquet":
            write_parquet(rows, columns, beside)
        else:
            with beside.open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(_TEXT[file.suffix](rows, columns))
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
