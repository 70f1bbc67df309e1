"""Budgets: how large models may be, as `[[tool.weighbridge.budget]]` tables say.

    [[tool.weighbridge.budget]]                         Budget(models=("*mobile*",), max_parameters=5_000_000,
    models = "*mobile*"                                        max_size=10_000_000, dtype="int8", ...)
    max-parameters = "5M"
    max-size = "10 MB"
    dtype = "int8"

`KEYS` is the whole vocabulary: a new key is a field of Budget and one entry there.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from analyzer.config_values import (
    BYTES,
    COUNTS,
    MACS,
    MismatchError,
    UnknownKeyError,
    read_amount,
    read_string,
    read_strings,
    read_table,
)

DTYPES = ("float32", "float16", "bfloat16", "int8")
SEVERITIES = ("error", "warning", "info")
PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")


@dataclass(frozen=True, slots=True)
class Growth:
    """How much a model may grow: by a number of parameters, or by a part of what it had."""

    absolute: int | None = None
    part: Fraction | None = None

    def allows(self, before: int, now: int) -> bool:
        """Whether a model may have grown from `before` parameters to `now`."""
        if self.absolute is not None:
            return now - before <= self.absolute
        return self.part is None or now - before <= before * self.part

    def __str__(self) -> str:
        if self.absolute is not None:
            return f"{self.absolute:,}"
        return "" if self.part is None else f"{float(self.part * 100):g} %"


@dataclass(frozen=True, slots=True)
class Budget:
    """What the models that a pattern names may have at most; None where there is no bound."""

    models: tuple[str, ...] = ("*",)
    """Glob patterns on files or on ids: `src/mobile/*`, `*::MobileNet*`."""
    max_parameters: int | None = None
    max_trainable: int | None = None
    max_layer_parameters: int | None = None
    max_layer_share: Fraction | None = None
    """Of one layer's own parameters in the model's."""
    max_size: int | None = None
    """Bytes of all parameters and buffers, floating-point ones stored as `dtype`."""
    dtype: str = "float32"
    max_macs: int | None = None
    """For the inputs that are configured or derived."""
    max_activations: int | None = None
    """Bytes of all layers' outputs together, for those inputs."""
    max_growth: Growth | None = None
    """Of the parameters against the baseline."""
    severity: str = "error"
    message: str = ""
    """Said behind the finding: whom to ask, why the bound is there."""

    def applies(self, file: str, model_id: str) -> bool:
        """Whether a model is meant, by its file, its name or its whole id."""
        names = (file, model_id, model_id.rpartition("::")[2])
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.models for name in names)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a budget: the field that it sets, how its value is read, and its JSON schema."""

    field: str
    read: Callable[[object], object]
    schema: Mapping[str, Any]


def _amount(units: Mapping[str, int], expected: str) -> Callable[[object], object]:
    return lambda value: read_amount(value, units, expected)


def read_share(value: object) -> Fraction:
    """`0.4` or `"40%"`."""
    expected = 'a part of the whole such as 0.4 or "40%"'
    found = PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is not None:
        share = Fraction(found[1]) / 100
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        share = Fraction(str(value)) if value == value and abs(value) < 2 else Fraction(-1)
    else:
        raise MismatchError((), value, expected)
    if not 0 <= share <= 1:
        raise MismatchError((), value, expected)
    return share


def read_growth(value: object) -> Growth:
    """`"5%"`, `"1M"` or `100_000`."""
    found = PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is not None:
        return Growth(part=Fraction(found[1]) / 100)
    return Growth(absolute=read_amount(value, COUNTS, 'a part or a number such as "5%", "1M" or 100_000'))


def _patterns(value: object) -> tuple[str, ...]:
    expected = 'a pattern on files or model ids such as "src/mobile/*" or "*::MobileNet*", or a list of them'
    return (value,) if isinstance(value, str) else read_strings(value, expected)


def _one_of(names: tuple[str, ...]) -> Callable[[object], object]:
    def read(value: object) -> str:
        if value not in names:
            raise MismatchError((), value, " or ".join(f'"{name}"' for name in names))
        return str(value)

    return read


def _quantity(example: str, units: Mapping[str, int], *others: str) -> Mapping[str, Any]:
    """The schema of a number or a number with a unit in any case; `others` are patterns of texts that do as well."""
    cased = ("".join(f"[{char}{char.upper()}]" for char in unit) for unit in units if unit)
    pattern = "|".join((rf"[0-9][0-9,_]*(\.[0-9]+)?\s*({'|'.join(cased)})?", *others))
    return {"type": ["integer", "string"], "minimum": 0, "pattern": f"^({pattern})$", "examples": [example]}


COUNT = _amount(COUNTS, 'a number such as 25_000_000 or "25M"')
SIZE = _amount(BYTES, 'a number of bytes such as "100 MB"')
WORK = _amount(MACS, 'a number of multiply-accumulates such as "4.1 GMACs"')

KEYS: Mapping[str, Key] = {
    "models": Key(
        "models",
        _patterns,
        {"type": ["string", "array"], "items": {"type": "string"}, "examples": ["src/mobile/*", "*::MobileNet*"]},
    ),
    "max-parameters": Key("max_parameters", COUNT, _quantity("25M", COUNTS)),
    "max-trainable": Key("max_trainable", COUNT, _quantity("25M", COUNTS)),
    "max-layer-parameters": Key("max_layer_parameters", COUNT, _quantity("10M", COUNTS)),
    "max-layer-share": Key(
        "max_layer_share",
        read_share,
        {
            "type": ["number", "string"],
            "minimum": 0,
            "maximum": 1,
            "pattern": r"^(100|[0-9]{1,2}(\.[0-9]+)?)\s*%$",
            "examples": ["40%"],
        },
    ),
    "max-size": Key("max_size", SIZE, _quantity("100 MB", BYTES)),
    "dtype": Key("dtype", _one_of(DTYPES), {"enum": list(DTYPES)}),
    "max-macs": Key("max_macs", WORK, _quantity("4.1 GMACs", MACS)),
    "max-activations": Key("max_activations", SIZE, _quantity("100 MB", BYTES)),
    "max-growth": Key("max_growth", read_growth, _quantity("5%", COUNTS, r"[0-9]+(\.[0-9]+)?\s*%")),
    "severity": Key("severity", _one_of(SEVERITIES), {"enum": list(SEVERITIES)}),
    "message": Key("message", lambda value: read_string(value, "a sentence"), {"type": "string"}),
}
SCHEMA: Mapping[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {name: dict(key.schema) for name, key in KEYS.items()},
        "additionalProperties": False,
    },
}


def read_budgets(value: object, folder: Path) -> tuple[Budget, ...]:
    """A list of tables; raises MismatchError or UnknownKeyError."""
    expected = "tables, each under [[tool.weighbridge.budget]]"
    if not isinstance(value, list):
        raise MismatchError((), value, expected)
    return tuple(_budget(read_table(table, expected)) for table in value)


def _budget(table: dict[str, object]) -> Budget:
    values: dict[str, Any] = {}
    for name, value in table.items():
        if name not in KEYS:
            raise UnknownKeyError((name,), KEYS)
        try:
            values[KEYS[name].field] = KEYS[name].read(value)
        except MismatchError as wrong:
            raise MismatchError((name,), wrong.found, wrong.expected) from wrong
    return Budget(**values)
