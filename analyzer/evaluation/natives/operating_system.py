"""os, sys and platform: paths as text, an empty environment, and a Python 3.11 on Linux without arguments.

os.path.join("a", "b")              -> "a/b"
os.environ.get("WIDTH", "64")       -> "64"
sys.version_info >= (3, 8)          -> True
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from analyzer.evaluation import iteration, natives, operations
from analyzer.evaluation.exceptions import OBJECT, guarded, raised
from analyzer.evaluation.natives.files import exists, path_text
from analyzer.evaluation.natives.named_tuples import TUPLE, give_fields, make_tuple
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Native, NativeModule, Raised, Unknown, Value


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _binding(kind: str, table: dict[str, Callable[..., Any]]) -> dict[str, Value]:
    return {name: Native(f"{kind}.{name}", function, binds=True) for name, function in table.items()}


# ---------------------------------------------------------------- os.path


def _of_paths(name: str) -> Native:
    function = getattr(posixpath, name)

    def apply(run: Run, *paths: Value) -> Value:
        texts = [path_text(path) for path in paths]
        unknown = next((text for text in texts if isinstance(text, Unknown)), None)
        if unknown is not None:
            return unknown
        if None in texts:
            raise raised(run, "TypeError", "expected str, bytes or os.PathLike object")
        return guarded(run, function, *texts)

    return Native(f"os.path.{name}", apply)


def _relative(run: Run, path: Value, start: Value = None) -> Value:
    texts = [path_text(path), path_text(start)]
    if all(isinstance(text, str) and text.startswith("/") for text in texts):
        return guarded(run, posixpath.relpath, *texts)
    return run.unknown("a path relative to where the program runs", plain=True)


def _common(run: Run, paths: Value) -> Value:
    texts = [path_text(path) for path in iteration.iterate(run, paths)]
    unknown = next((text for text in texts if not isinstance(text, str)), None)
    return guarded(run, posixpath.commonpath, texts) if unknown is None else run.unknown("a common path", plain=True)


@native("os.fspath")
def fspath(run: Run, path: Value) -> Value:
    text = path_text(path)
    if text is None:
        raise raised(run, "TypeError", "expected str, bytes or os.PathLike object")
    return text


# ---------------------------------------------------------------- the environment


@native("os.getenv")
def getenv(run: Run, key: Value, default: Value = None) -> Value:
    return _environment_get(run, None, key, default)


def _environment_get(run: Run, environ: Value, key: Value, default: Value = None) -> Value:
    key = operations.payload(key)
    return key if isinstance(key, Unknown) else run.session.environment.get(key, default)


def _environment_item(run: Run, environ: Value, key: Value, *_: Value) -> Value:
    key = operations.payload(key)
    if not isinstance(key, Unknown) and key not in run.session.environment:
        raise raised(run, "KeyError", key)
    return _environment_get(run, environ, key)


def _environment_set(run: Run, environ: Value, key: Value, value: Value) -> None:
    if isinstance(key, str):
        run.note(run.session.environment, key)
        run.session.environment[key] = value


def _environment_default(run: Run, environ: Value, key: Value, default: Value = None) -> Value:
    if isinstance(key, str) and key not in run.session.environment:
        _environment_set(run, environ, key, default)
    return _environment_get(run, environ, key, default)


def _environment_pop(run: Run, environ: Value, key: Value, *default: Value) -> Value:
    get = _environment_get if default else _environment_item
    value = get(run, environ, key, *default)
    if isinstance(key, str) and key in run.session.environment:
        run.note(run.session.environment, key)
        del run.session.environment[key]
    return value


def _environment_update(run: Run, environ: Value, *others: Value, **pairs: Value) -> None:
    for other in (*others, pairs):
        for key, value in iteration.mapping_of(run, other).items():
            _environment_set(run, environ, key, value)


def _environment_copy(run: Run, environ: Value) -> Value:
    return dict(run.session.environment)


ENVIRON = Instance(Class("_Environ", (OBJECT,), _binding("os.environ", {
    "get": _environment_get, "__getitem__": _environment_item, "__setitem__": _environment_set,
    "__delitem__": _environment_pop, "setdefault": _environment_default, "pop": _environment_pop,
    "update": _environment_update, "copy": _environment_copy,
    "__contains__": lambda run, environ, key: key in run.session.environment,
    "__iter__": lambda run, environ: iter(list(run.session.environment)),
    "__len__": lambda run, environ: len(run.session.environment),
    "keys": lambda run, environ: list(run.session.environment),
    "items": lambda run, environ: list(run.session.environment.items()),
    "values": lambda run, environ: list(run.session.environment.values()),
}), module="os"))  # fmt: skip


# ---------------------------------------------------------------- sys


def _fixed_list(items: list[str]) -> Instance:
    """A list of the process, which the analysed program may change without effect."""
    names = ("append", "insert", "remove", "extend", "pop", "clear", "__setitem__", "__delitem__")
    instance = Instance(Class("list", (OBJECT,), _binding("sys", dict.fromkeys(names, _nothing)), module="sys"))
    instance.payload = items
    return instance


def _loaded(run: Run) -> dict[Value, Value]:
    return {namespace.name: namespace for namespace in run.session.by_path.values() if not namespace.pending}


def _module_named(run: Run, modules: Value, name: Value) -> Value:
    name = operations.payload(name)
    if isinstance(name, Unknown):
        return name
    found = _loaded(run).get(name)
    if found is not None:
        return found
    if isinstance(name, str) and natives.is_native_module(name):
        return NativeModule(name)
    raise raised(run, "KeyError", name)


def _module_or(run: Run, modules: Value, name: Value, default: Value = None) -> Value:
    try:
        return _module_named(run, modules, name)
    except Raised:
        return default


def _has_module(run: Run, modules: Value, name: Value) -> Value:
    return name in _loaded(run) or natives.is_native_module(str(name))


def _replace_module(run: Run, modules: Value, name: Value, module: Value) -> None:
    """Another module under the name of one that we know: what is imported from it is not what we think."""
    if not isinstance(name, str) or natives.is_native_module(name):
        run.doubt(run.unknown(f"sys.modules[{name!r}] is replaced"))


MODULES = Instance(Class("dict", (OBJECT,), _binding("sys.modules", {
    "__getitem__": _module_named, "get": _module_or, "__contains__": _has_module, "__setitem__": _replace_module,
    "__delitem__": _nothing, "pop": _module_or, "setdefault": _module_or, "update": _nothing,
    "__iter__": lambda run, modules: iter(_loaded(run)),
    "keys": lambda run, modules: list(_loaded(run)),
    "items": lambda run, modules: list(_loaded(run).items()),
    "values": lambda run, modules: list(_loaded(run).values()),
}), module="sys"))  # fmt: skip


def _version() -> Instance:
    cls = Class("version_info", (TUPLE,), {}, module="sys")
    give_fields(cls, ("major", "minor", "micro", "releaselevel", "serial"), {})
    return make_tuple(cls, (3, 11, 0, "final", 0))


# ---------------------------------------------------------------- importlib


@native("importlib.util.find_spec")
def find_spec(run: Run, name: Value, package: Value = None) -> Value:
    """A module that is neither in the project nor known is absent."""
    name = operations.payload(name)
    if isinstance(name, Unknown):
        return Unknown(name.reason, name.place, plain=True)
    if not natives.is_native_module(name) and run.session.sources.resolve(name, None) is None:
        return None
    spec = Instance(Class("ModuleSpec", (OBJECT,), {}, module="importlib.machinery"))
    spec.attributes.update(name=name, loader=None, origin=None)
    return spec


@native("importlib.reload")
def reload(run: Run, module: Value) -> Value:
    return module


def _fixed(value: Value) -> Callable[..., Any]:
    return lambda run, *arguments, **keywords: value


_PATHS = ("join", "dirname", "basename", "splitext", "split", "normpath", "isabs", "splitdrive", "normcase")
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "os.path.exists": exists, "os.path.isfile": exists, "os.path.lexists": exists, "os.path.relpath": _relative,
    "os.path.commonpath": _common, "sys.getrecursionlimit": _fixed(1000), "sys.setrecursionlimit": _nothing,
    "platform.system": _fixed("Linux"), "platform.python_version": _fixed("3.11.0"),
    "platform.machine": _fixed("x86_64"), "platform.python_implementation": _fixed("CPython"),
    "sys.getdefaultencoding": _fixed("utf-8"),
}  # fmt: skip
_NORMAL = _of_paths("normpath").function

OPERATING_SYSTEM = Table({
    **{f"os.path.{name}": _of_paths(name) for name in _PATHS},
    **{f"os.path.{name}": Native(name, _NORMAL) for name in ("abspath", "realpath", "expanduser", "expandvars")},
    **{name: Native(name, function) for name, function in _FUNCTIONS.items()},
    **{f"os.{name}": value for name, value in (
        ("sep", "/"), ("linesep", "\n"), ("pathsep", ":"), ("curdir", "."), ("pardir", ".."), ("name", "posix"),
        ("extsep", "."), ("devnull", "/dev/null"), ("path.sep", "/"), ("environ", ENVIRON),
    )},
    "sys.argv": _fixed_list(["prog"]), "sys.path": _fixed_list([]), "sys.modules": MODULES, "sys.platform": "linux",
    "sys.version_info": _version(), "sys.version": "3.11.0", "sys.maxsize": 2**63 - 1, "sys.byteorder": "little",
    "sys.hexversion": 0x030B00F0,
})  # fmt: skip
