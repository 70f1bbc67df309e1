"""Files: `open` and `pathlib.Path` read what lies inside the project, as text, and never write.

with open("configs/net.yaml") as f: config = yaml.safe_load(f)
Path(__file__).parent / "config.json"       -> a Path; its read_text() reads the project's file
open("/etc/passwd")                         -> Unknown: it is not a file of the project
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from analyzer.evaluation import calls, comparisons, operations
from analyzer.evaluation.exceptions import OBJECT, guarded, raised
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ClassMethod, Instance, Native, Property, Unknown, Value
from analyzer.syntax.project import OutsideRoot
from analyzer.syntax.source import SourceError

LARGEST = 1_000_000
"""Bytes of a file that the analysed program may read."""


def path_text(value: Value) -> str | Unknown | None:
    """The text of a path given as str or Path; None for anything else."""
    value = operations.payload(value)
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True)
    return str(value) if isinstance(value, (str, PurePosixPath)) else None


def read(run: Run, path: str) -> bytes | Unknown:
    """The bytes of a file of the project; an Unknown says why there are none."""
    try:
        data = run.session.sources.read_data(path)
    except (OSError, OutsideRoot, SourceError, ValueError):
        return run.unknown(f"'{path}' is not a file of the project", plain=True)
    if len(data) > LARGEST:
        return run.unknown(f"'{path}' is larger than {LARGEST:,} bytes", plain=True)
    return data


def exists(run: Run, value: Value) -> Value:
    """True for a file of the project; whether anything else exists where the program runs is not known."""
    path = path_text(value)
    if not isinstance(path, str):
        return path if path is not None else False
    try:
        run.session.sources.read_data(path)
    except IsADirectoryError:
        return True
    except (OSError, OutsideRoot, SourceError, ValueError):
        return run.unknown(f"whether '{path}' exists", plain=True, key=f"exists {path}")
    return True


# ---------------------------------------------------------------- open files


@native("builtins.open", "io.open", "codecs.open")
def open_file(run: Run, file: Value, mode: Value = "r", *more: Value, **keywords: Value) -> Value:
    path = path_text(file)
    if not isinstance(path, str):
        return path if path is not None else run.unknown("a file that is not named by its path", plain=True)
    if not isinstance(mode, str) or set(mode) - set("rbt"):
        return run.unknown(f"'{path}' is opened for writing, which is never done", plain=True)
    data = read(run, path)
    if isinstance(data, Unknown):
        return data
    content = data if "b" in mode else guarded(run, data.decode, "utf-8").replace("\r\n", "\n")
    return _stream(content, path)


@native("io.StringIO", "io.BytesIO")
def in_memory(run: Run, initial_value: Value = "", *more: Value) -> Value:
    content = operations.payload(initial_value)
    return _stream(content, "") if isinstance(content, (str, bytes)) else run.unknown("an open file", plain=True)


def _stream(content: str | bytes, name: str) -> Instance:
    stream = Instance(FILE)
    stream.payload = content
    stream.attributes.update(name=name, position=0, closed=False)
    return stream


def _rest(stream: Instance) -> Any:
    return stream.payload[stream.attributes["position"] :]


def _read(run: Run, stream: Instance, size: Value = -1) -> Value:
    rest = _rest(stream)
    part = rest if not isinstance(size, int) or size < 0 else rest[:size]
    stream.attributes["position"] += len(part)
    return part


def _read_line(run: Run, stream: Instance, size: Value = -1) -> Value:
    line = next(iter(_rest(stream).splitlines(keepends=True)), _rest(stream)[:0])
    stream.attributes["position"] += len(line)
    return line


def _read_lines(run: Run, stream: Instance, hint: Value = -1) -> Value:
    lines = _rest(stream).splitlines(keepends=True)
    stream.attributes["position"] = len(stream.payload)
    run.check_size(len(lines))
    return lines


def _lines(run: Run, stream: Instance) -> Iterator[Value]:
    return iter(_read_lines(run, stream))


def _next(run: Run, stream: Instance) -> Value:
    line = _read_line(run, stream)
    if not line:
        raise raised(run, "StopIteration", None)
    return line


def _seek(run: Run, stream: Instance, offset: Value, whence: Value = 0) -> Value:
    if whence == 0 and isinstance(offset, int):
        stream.attributes["position"] = max(offset, 0)
    return stream.attributes["position"]


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _itself(run: Run, value: Value, *more: Value) -> Value:
    return value


def _methods(kind: str, table: dict[str, Callable[..., Any]]) -> dict[str, Value]:
    return {name: Native(f"{kind}.{name}", function, binds=True) for name, function in table.items()}


FILE = Class("TextIOWrapper", (OBJECT,), _methods("file", {
    "read": _read, "readline": _read_line, "readlines": _read_lines, "__iter__": _lines, "__next__": _next,
    "seek": _seek, "tell": lambda run, stream: stream.attributes["position"], "close": _nothing, "flush": _nothing,
    "__enter__": _itself, "__exit__": _nothing, "write": _nothing,
    "getvalue": lambda run, stream: stream.payload,
    "__bool__": lambda run, stream: True,
}), module="io")  # fmt: skip


# ---------------------------------------------------------------- pathlib


def _wrap(cls: Class, path: PurePosixPath) -> Instance:
    instance = Instance(cls)
    instance.payload = path
    return instance


def _path(run: Run, cls: Class, *parts: Value) -> Value:
    texts = [path_text(part) for part in parts]
    unknown = next((text for text in texts if isinstance(text, Unknown)), None)
    if unknown is not None:
        return unknown
    if None in texts:
        raise raised(run, "TypeError", "expected str, bytes or os.PathLike object")
    return _wrap(cls, PurePosixPath(*(str(text) for text in texts)))


def _joined(run: Run, path: Instance, *others: Value) -> Value:
    return _path(run, path.cls, path, *others)


def _join_right(run: Run, path: Instance, other: Value) -> Value:
    return _path(run, path.cls, other, path)


def _pure(name: str) -> Callable[..., Any]:
    def apply(run: Run, path: Instance, *arguments: Value) -> Value:
        texts = [path_text(argument) for argument in arguments]
        unknown = next((text for text in texts if isinstance(text, Unknown)), None)
        if unknown is not None:
            return unknown
        found = guarded(run, getattr(path.payload, name), *texts)
        return _wrap(path.cls, found) if isinstance(found, PurePosixPath) else found

    return apply


def _read_text(run: Run, path: Instance, *more: Value, **keywords: Value) -> Value:
    data = read(run, str(path.payload))
    return data if isinstance(data, Unknown) else guarded(run, data.decode, "utf-8").replace("\r\n", "\n")


def _elsewhere(name: str) -> Callable[..., Any]:
    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        return run.unknown(f"Path.{name}() asks the file system", plain=True)

    return apply


def _normal(run: Run, path: Instance, *more: Value, **keywords: Value) -> Value:
    """As absolute as it is without knowing where the program runs."""
    return _wrap(path.cls, PurePosixPath(posixpath.normpath(path.payload)))


def _attribute(name: str) -> Property:
    def read_it(run: Run, path: Instance) -> Value:
        found = getattr(path.payload, name)
        if isinstance(found, PurePosixPath):
            return _wrap(path.cls, found)
        if name == "parents":
            return [_wrap(path.cls, parent) for parent in found]
        return found

    return Property(Native(f"Path.{name}", read_it))


def _compared(sign: str) -> Callable[..., Any]:
    def apply(run: Run, one: Instance, other: Value) -> Value:
        if not isinstance(other, Instance) or not isinstance(other.payload, PurePosixPath):
            return NotImplemented
        return comparisons.compare(run, sign, str(one.payload), str(other.payload))

    return apply


_PURE = (
    "as_posix", "is_absolute", "relative_to", "match", "with_name", "with_suffix", "with_stem", "is_relative_to",
)  # fmt: skip
_ATTRIBUTES = ("name", "stem", "suffix", "suffixes", "parent", "parents", "parts", "root", "anchor", "drive")
_WRITES = ("mkdir", "touch", "unlink", "rmdir", "write_text", "write_bytes", "rename", "chmod")
_ELSEWHERE = ("glob", "rglob", "iterdir", "stat", "owner", "samefile", "is_symlink", "readlink", "walk")


def _path_class() -> Class:
    namespace: dict[str, Value] = _methods("Path", {
        **{name: _pure(name) for name in _PURE},
        **{name: _elsewhere(name) for name in _ELSEWHERE},
        **dict.fromkeys(("exists", "is_file"), exists),
        **dict.fromkeys(_WRITES, _nothing),
        **dict.fromkeys(("resolve", "absolute", "expanduser"), _normal),
        "is_dir": _elsewhere("is_dir"), "joinpath": _joined, "__truediv__": _joined, "__rtruediv__": _join_right,
        "read_text": _read_text, "read_bytes": lambda run, path: read(run, str(path.payload)),
        "open": lambda run, path, *more, **named: calls.call(run, open_file.value, [path, *more], named),
        "__str__": lambda run, path: str(path.payload), "__fspath__": lambda run, path: str(path.payload),
        "__repr__": lambda run, path: f"PosixPath({str(path.payload)!r})",
        "__eq__": _compared("=="), "__lt__": _compared("<"), "__gt__": _compared(">"),
        "__bool__": lambda run, path: True,
    })  # fmt: skip
    namespace.update({name: _attribute(name) for name in _ATTRIBUTES})
    for name in ("cwd", "home"):
        namespace[name] = ClassMethod(Native(f"Path.{name}", _elsewhere(name)))
    cls = Class("Path", (OBJECT,), namespace, module="pathlib", native=_path)
    cls.payload = PurePosixPath
    return cls


PATH = _path_class()
PATHLIB = Table({f"pathlib.{name}": PATH for name in ("Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath")})


@native("pkgutil.get_data")
def package_data(run: Run, package: Value, resource: Value) -> Value:
    """A data file that lies beside a module of the project."""
    unknown = next((value for value in (package, resource) if isinstance(value, Unknown)), None)
    if unknown is not None:
        return unknown
    path = next((path for path, namespace in run.session.by_path.items() if namespace.name == package), None)
    if path is None or not isinstance(resource, str):
        return run.unknown(f"the data of package {package}", plain=True)
    return read(run, str(path.parent / resource))
