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
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Scalar = int | float | str | bool
InputText = tuple[str | None, str]
"""The name of an input (None: by position) and its shape as written: `("tokens", "N,128:int64")`."""

DTYPES = ("float32", "float16", "bfloat16", "int8")
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
    """One of DTYPES: the element type that sizes in bytes are given for."""
    train: bool = False
    """Whether forward passes run in training mode."""
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


class MismatchError(ValueError):
    """The value at `keys` below the configuration's top is not what is `expected` there."""

    def __init__(self, keys: tuple[str, ...], found: object, expected: str) -> None:
        super().__init__(expected)
        self.keys = keys
        self.found = found
        self.expected = expected


# ---------------------------------------------------------------- the vocabulary


@dataclass(frozen=True, slots=True)
class Key:
    """One top-level key: the field of Options it sets and how its value is read; `read(value, folder of the file)`."""

    field: str
    read: Callable[[object, Path], object]


def read_inputs(value: object, folder: Path) -> dict[str, tuple[InputText, ...]]:
    """`{"*::a": "N,3", "*::b": ["N,3", "N,4"], "*::c": {tokens = "N,8:int64"}}`."""
    table = _table(value, (), 'a table: "pattern on model ids" = "N,3,32,32"')
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
    expected = 'a list of folders such as ["vendor", "../shared/src"]'
    if not isinstance(value, list):
        raise MismatchError((), value, expected)
    for name in value:
        if not isinstance(name, str):
            raise MismatchError((), name, expected)
    return tuple((folder / name).resolve() for name in value)


def read_assumptions(value: object, folder: Path) -> dict[str, Scalar]:
    """A table of argument names to numbers, strings or booleans."""
    table = _table(value, (), "a table: argument name = value")
    known: dict[str, Scalar] = {}
    for name, given in table.items():
        if not isinstance(given, int | float | str):
            raise MismatchError((name,), given, "a number, a string, true or false")
        known[name] = given
    return known


def _table(value: object, keys: tuple[str, ...], expected: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MismatchError(keys, value, expected)
    return value


KEYS: Mapping[str, Key] = {
    "inputs": Key("inputs", read_inputs),
    "search-path": Key("search_path", read_folders),
    "assume": Key("assume", read_assumptions),
}


def parse_assumption(text: str) -> tuple[str, Scalar]:
    """`depth=18` -> ("depth", 18); numbers, true and false are recognised, anything else is a string.

    Raises ValueError where there is no `NAME=`.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip().isidentifier():
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


def load(start: Path, config: Path | None = None) -> Options:
    """Options for work that starts at a file or folder; `config` is read in place of what lies closest to it.

    Raises ConfigError.
    """
    start = start.resolve()
    file = config.resolve() if config else find(start)
    if file is None:
        return Options(root=find_root(start))
    text = _read(file)
    section = _section(file, _parse(text, file))
    root = find_root(start) if config else file.parent
    return _options(section or {}, text, file, root)


def find(start: Path) -> Path | None:
    """The closest weighbridge.toml, or pyproject.toml with a [tool.weighbridge] table, from `start` upwards.

    The search ends at a folder that holds `.git`: what lies above is another project's.
    """
    for folder in _upwards(start):
        own = folder / "weighbridge.toml"
        if own.is_file():
            return own
        shared = folder / "pyproject.toml"
        if shared.is_file():
            text = _read(shared)
            if "weighbridge" in text and _section(shared, _parse(text, shared)) is not None:
                return shared
        if (folder / ".git").exists():
            break
    return None


def find_root(start: Path) -> Path:
    """The closest folder upwards with a project's mark; else the working folder if `start` is in it, else its own."""
    folders = list(_upwards(start))
    for folder in folders:
        if any((folder / mark).exists() for mark in PROJECT_MARKS):
            return folder
    here = Path.cwd()
    return here if here in folders else folders[0]


def _upwards(start: Path) -> Iterable[Path]:
    if start.is_dir():
        yield start
    yield from start.parents


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
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


def _options(section: dict[str, object], text: str, file: Path, root: Path) -> Options:
    values: dict[str, object] = {}
    for name, value in section.items():
        if name not in KEYS:
            near = difflib.get_close_matches(name.replace("_", "-"), KEYS, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"known keys: {', '.join(KEYS)}"
            raise ConfigError(f'unknown key "{name}"', file, _line_of(text, (name,)), hint)
        try:
            values[KEYS[name].field] = KEYS[name].read(value, file.parent)
        except MismatchError as wrong:
            keys = (name, *wrong.keys)
            message = f"{_dotted(keys)} is {_described(wrong.found)}"
            raise ConfigError(message, file, _line_of(text, keys), f"expected {wrong.expected}") from wrong
    return Options(root=root, source=file, **values)  # type: ignore[arg-type]  # each Key reads its field's own type


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
