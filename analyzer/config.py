"""What a project asks for: `[tool.weighbridge]` of the closest pyproject.toml, or weighbridge.toml, as frozen Options.

    [tool.weighbridge]                                  load(Path("proj/models/resnet.py"))
    search-path = ["vendor"]                            == Options(root=proj, search_path=(proj/"vendor",),
    [tool.weighbridge.inputs]                                      inputs={"*::resnet18": ((None, "1,3,224,224"),)},
    "*::resnet18" = "1,3,224,224"                                  assume={"num_classes": 10}, ...)
    [tool.weighbridge.assume]
    num_classes = 10

`KEYS` is the whole vocabulary: a new key is a field of Options and one entry there.
"""

from __future__ import annotations

import difflib
import fnmatch
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from analyzer import config_values as values
from analyzer.budget import SCHEMA as BUDGET_SCHEMA
from analyzer.budget import Budget, read_budgets
from analyzer.config_values import InputText, MismatchError, Scalar, UnknownKeyError

PROJECT_MARKS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")


@dataclass(frozen=True, slots=True)
class Options:
    """What every stage may be told; `root` is the project's folder, to which reported file names are relative."""

    root: Path
    inputs: Mapping[str, tuple[InputText, ...]] = field(default_factory=dict)
    """Glob pattern on a model's id to the inputs of its forward."""
    search_path: tuple[Path, ...] = ()
    """Folders where imports that the project does not hold are looked up as source."""
    assume: Mapping[str, Scalar] = field(default_factory=dict)
    """Values of constructor arguments that would be symbols otherwise."""
    dtype: str = "float32"
    """One of budget.DTYPES: the element type that sizes in bytes are given for."""
    train: bool = False
    """Whether forward passes run in training mode."""
    select: tuple[str, ...] | None = None
    """Codes, names or beginnings of codes of the rules to check; None for those that are on by default."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Glob pattern on files to what is ignored there."""
    exclude: tuple[str, ...] = ()
    """Glob patterns on files and folders, relative to the root."""
    baseline: Path | None = None
    budgets: tuple[Budget, ...] = ()
    extend: Path | None = None
    source: Path | None = None
    """The file that these options come from."""

    def inputs_for(self, model_id: str) -> tuple[InputText, ...]:
        """The configured inputs of a model; the id itself before any pattern, the longest pattern first."""
        if model_id in self.inputs:
            return self.inputs[model_id]
        matching = [pattern for pattern in self.inputs if fnmatch.fnmatchcase(model_id, pattern)]
        return self.inputs[max(matching, key=len)] if matching else ()


class ConfigError(Exception):
    """A configuration that cannot be used: what is wrong, in which file and line, and what would be right."""

    def __init__(self, message: str, file: Path, line: int | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.hint = hint


# ---------------------------------------------------------------- the vocabulary


@dataclass(frozen=True, slots=True)
class Key:
    """One top-level key: the field of Options it sets, how its value is read, and its JSON schema.

    `read(value, folder of the file)`.  merges: with `extend`, tables and lists of tables join those of the base.
    """

    field: str
    read: Callable[[object, Path], object]
    schema: Mapping[str, Any]
    about: str
    """What it is for, in a sentence."""
    merges: bool = False


_STRINGS: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
_SHAPES: Mapping[str, Any] = {
    "anyOf": [{"type": "string"}, _STRINGS, {"type": "object", "additionalProperties": {"type": "string"}}]
}
_SCALARS: Mapping[str, Any] = {"type": "object", "additionalProperties": {"type": ["number", "string", "boolean"]}}

KEYS: Mapping[str, Key] = {
    "extend": Key("extend", values.read_file, {"type": "string"}, "A configuration that this one adds to."),
    "inputs": Key(
        "inputs",
        values.read_inputs,
        {"type": "object", "additionalProperties": _SHAPES},
        "Glob patterns on model ids to the inputs of their forward.",
        merges=True,
    ),
    "search-path": Key(
        "search_path", values.read_folders, _STRINGS, "Folders where imports that the project does not hold are found."
    ),
    "assume": Key(
        "assume",
        values.read_assumptions,
        _SCALARS,
        "Values of constructor arguments that have no default.",
        merges=True,
    ),
    "select": Key("select", values.read_codes, _STRINGS, "Rules to check, in place of those that are on by default."),
    "extend-select": Key("extend_select", values.read_codes, _STRINGS, "Rules to check besides."),
    "ignore": Key("ignore", values.read_codes, _STRINGS, "Rules not to check."),
    "per-file-ignores": Key(
        "per_file_ignores",
        values.read_ignores,
        {"type": "object", "additionalProperties": _STRINGS},
        "Glob patterns on files to rules that are not checked there.",
        merges=True,
    ),
    "exclude": Key("exclude", values.read_globs, _STRINGS, "Glob patterns on files and folders that are left out."),
    "baseline": Key("baseline", values.read_file, {"type": "string"}, "The file of known findings and sizes."),
    "budget": Key("budgets", read_budgets, BUDGET_SCHEMA, "How large models may be.", merges=True),
}


def parse_assumption(text: str) -> tuple[str, Scalar]:
    """`depth=18` -> ("depth", 18); numbers, true and false are recognised, anything else is a string.

    A dotted name is what is read from an argument: `config.depth=18`.

    Raises ValueError where there is no `NAME=`.
    """
    name, equals, value = text.partition("=")
    if not equals or not all(part.isidentifier() for part in name.strip().split(".")):
        raise ValueError(f"{text!r} is not NAME=VALUE, such as num_classes=10")
    lowered = value.strip().lower()
    if lowered in ("true", "false"):
        return name.strip(), lowered == "true"
    for number in (int, float):
        try:
            return name.strip(), number(value)
        except ValueError:
            continue
    return name.strip(), value


# ---------------------------------------------------------------- finding and reading the file


class Files(Protocol):
    """Where a configuration is looked for."""

    def kind(self, path: Path) -> Literal["file", "folder"] | None:
        """What lies there; None for nothing, or anything else."""

    def bytes_of(self, file: Path) -> bytes:
        """The whole of a file; raises OSError."""


class Disk:
    """The files of this machine."""

    def kind(self, path: Path) -> Literal["file", "folder"] | None:
        return "folder" if os.path.isdir(path) else "file" if os.path.isfile(path) else None

    def bytes_of(self, file: Path) -> bytes:
        return file.read_bytes()


DISK = Disk()


def load(start: Path, config: Path | None = None, files: Files = DISK) -> Options:
    """Options for work that starts at a file or folder; `config` is read in place of what lies closest to it.

    Raises ConfigError.
    """
    start = real(start)
    file = real(config) if config else find(start, files)
    if file is None:
        return Options(root=find_root(start, files))
    root = find_root(start, files) if config else file.parent
    return Options(root=root, source=file, **_fields(file, (), DISK if config else files))


def parse(text: str, root: Path) -> Options:
    """The options that the text of a weighbridge.toml gives; raises ConfigError."""
    file = root / "weighbridge.toml"
    return Options(root=root, **_own_fields(_parse(text, file), text, file))


def real(path: Path) -> Path:
    """The absolute path with its symbolic links followed as far as they lead anywhere."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a null byte: there is no such path
        return path.absolute()


def find(start: Path, files: Files = DISK) -> Path | None:
    """The closest weighbridge.toml, or pyproject.toml with a [tool.weighbridge] table, from `start` upwards.

    The search ends at a folder that holds `.git`: what lies above is another project's.
    """
    for folder in _upwards(start, files):
        found = own(folder, files)
        if found is not None or files.kind(folder / ".git") is not None:
            return found
    return None


def own(folder: Path, files: Files = DISK) -> Path | None:
    """The configuration that lies in a folder itself."""
    whole, shared = folder / "weighbridge.toml", folder / "pyproject.toml"
    if files.kind(whole) == "file":
        return whole
    if files.kind(shared) == "file":
        text = _read(shared, files)
        if "weighbridge" in text and _section(shared, _parse(text, shared)) is not None:
            return shared
    return None


def find_root(start: Path, files: Files = DISK) -> Path:
    """The closest folder upwards with a project's mark; else the working folder if `start` is in it, else its own."""
    folders = list(_upwards(start, files))
    for folder in folders:
        if any(files.kind(folder / mark) is not None for mark in PROJECT_MARKS):
            return folder
    here = Path.cwd()
    return here if here in folders else folders[0]


def _upwards(start: Path, files: Files) -> Iterable[Path]:
    if files.kind(start) == "folder":
        yield start
    yield from start.parents


def _read(file: Path, files: Files) -> str:
    try:
        return files.bytes_of(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"the configuration is not UTF-8: {error.reason} at byte {error.start}", file) from error
    except OSError as error:
        raise ConfigError(f"cannot read the configuration: {error.strerror}", file) from error


def _parse(text: str, file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        message = re.sub(r" \(at .*\)$", "", str(error))
        raise ConfigError(f"not valid TOML: {message}", file, int(place[1]) if place else None) from error
    except RecursionError as error:
        raise ConfigError("not usable as configuration: nested too deeply", file) from error


def _section(file: Path, document: dict[str, object]) -> dict[str, object] | None:
    """The part of a file that is ours: `tool.weighbridge` in a pyproject.toml, all of any other file."""
    if file.name != "pyproject.toml":
        return document
    tool = document.get("tool")
    section = tool.get("weighbridge") if isinstance(tool, dict) else None
    if section is not None and not isinstance(section, dict):
        raise ConfigError(f"tool.weighbridge is {_described(section)}; expected a table", file)
    return section


def _fields(file: Path, above: tuple[Path, ...], files: Files) -> dict[str, Any]:
    """What a configuration and those that it extends set, by the fields of Options."""
    text = _read(file, files)
    own = _own_fields(_section(file, _parse(text, file)) or {}, text, file)
    base = own.get("extend")
    if base is None:
        return own
    if base in (*above, file):
        raise ConfigError("the configuration extends itself", file, _line_of(text, ("extend",)))
    if files.kind(base) != "file":
        raise ConfigError(f"no such configuration: {base.name}", file, _line_of(text, ("extend",)))
    found = _fields(base, (*above, file), files)
    merging = {key.field for key in KEYS.values() if key.merges}
    for name, value in own.items():
        joined = name in merging and name in found
        found[name] = _joined(found[name], value) if joined else value
    return found


def _joined(base: Any, own: Any) -> Any:
    return {**base, **own} if isinstance(base, dict) else (*base, *own)


def _own_fields(section: dict[str, object], text: str, file: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in section.items():
        if name not in KEYS:
            raise _unknown_key((name,), tuple(KEYS), text, file)
        try:
            found[KEYS[name].field] = KEYS[name].read(value, file.parent)
        except UnknownKeyError as unknown:
            raise _unknown_key((name, *unknown.keys), unknown.known, text, file) from unknown
        except MismatchError as wrong:
            keys = (name, *wrong.keys)
            message = f"{_dotted(keys)} is {_described(wrong.found)}"
            raise ConfigError(message, file, _line_of(text, keys), f"expected {wrong.expected}") from wrong
    return found


def _unknown_key(keys: tuple[str, ...], known: tuple[str, ...], text: str, file: Path) -> ConfigError:
    near = difflib.get_close_matches(keys[-1].replace("_", "-"), known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"known keys: {', '.join(known)}"
    where = f" in {_dotted(keys[:-1])}" if len(keys) > 1 else ""
    return ConfigError(f'unknown key "{keys[-1]}"{where}', file, _line_of(text, keys), hint)


def unusable(options: Options, keys: tuple[str, ...], reason: str) -> ConfigError:
    """The error for a value that turns out not to be usable later, at `keys` below the top of the options' file."""
    file = options.source or options.root
    line = _line_of(_read(file, DISK), keys) if options.source is not None else None
    return ConfigError(f"{_dotted(keys)} cannot be used: {reason}", file, line)


# ---------------------------------------------------------------- words for people


def _dotted(keys: tuple[str, ...]) -> str:
    """`inputs."*::net"`, quoted as TOML wants it."""
    return ".".join(key if re.fullmatch(r"[\w-]+", key) else f'"{key}"' for key in keys)


def _described(value: object) -> str:
    """`the number 3`, `the string "vendor"`, `a table`."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the string "{value}"'
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return f"a {type(value).__name__}"


def _line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """The line that writes the last of `keys` as a key or in a [table] head; None where it is written otherwise."""
    key = re.escape(keys[-1])
    quoted = rf"""["']?{key}["']?"""
    written = re.compile(rf"^\s*(?:{quoted}\s*[=.]|[\w.-]+\.{quoted}\s*=|\[+[^\]]*(?<![\w-]){quoted}\s*\]+)")
    for number, line in enumerate(text.splitlines(), start=1):
        if written.match(line):
            return number
    return _line_of(text, keys[:-1]) if len(keys) > 1 else None


# ---------------------------------------------------------------- the vocabulary as JSON schema


def schema() -> dict[str, Any]:
    """The JSON schema of `[tool.weighbridge]`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "weighbridge configuration",
        "description": "[tool.weighbridge] in a pyproject.toml, or the whole of a weighbridge.toml.",
        "type": "object",
        "properties": {name: {"description": key.about, **key.schema} for name, key in KEYS.items()},
        "additionalProperties": False,
    }
