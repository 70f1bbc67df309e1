"""Data in text: json, yaml, toml, csv and ini files as plain values, with bounds on what they may unfold to.

json.loads('{"width": 64}')                     -> {"width": 64}
yaml.safe_load(open("configs/net.yaml"))        -> {"depths": [2, 2, 6, 2]}
yaml.load("!!python/object/apply:os.system [ls]", Loader=yaml.UnsafeLoader)     -> Unknown: a tag
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import Any

from analyzer.evaluation import attributes, calls, iteration, operations
from analyzer.evaluation.exceptions import EXCEPTIONS, OBJECT, guarded, raised
from analyzer.evaluation.natives.files import FILE, path_text, read
from analyzer.evaluation.natives.registry import Table, concrete, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Native, Raised, Unknown, Value

LARGEST_VALUE = 500_000
"""Elements that a document may unfold to, each use of an alias counted."""
LONGEST_YAML = 100_000
"""Characters: PyYAML reads twenty thousand in a second."""
LARGEST_MERGE = 50_000
"""Pairs of one mapping that others are merged into."""
DEEPEST_YAML = 200
"""Brackets in brackets."""
LONGEST_NUMBER = 4_000
"""Digits of an integer."""

JSON_ERROR = Class("JSONDecodeError", (EXCEPTIONS["ValueError"],), {}, module="json")
YAML_ERROR = Class("YAMLError", (EXCEPTIONS["Exception"],), {}, module="yaml")
TOML_ERROR = Class("TOMLDecodeError", (EXCEPTIONS["ValueError"],), {}, module="tomllib")


def _failure(run: Run, cls: Class, message: str) -> Raised:
    error = Instance(cls)
    error.attributes["args"] = (message,)
    return Raised(error, run.place)


def _content(run: Run, source: Value) -> Value:
    """The text or bytes of an open file, a str, or an Unknown."""
    if isinstance(source, Instance) and source.cls is FILE:
        return attributes.call_special(run, source, "read")
    source = operations.payload(source)
    if isinstance(source, (str, bytes)):
        run.check_size(len(source))
        return source
    if isinstance(source, Unknown):
        return Unknown(source.reason, source.place, plain=True)
    return run.unknown("a document that is not read from a file of the project", plain=True)


def unfolded(value: Any, sizes: dict[int, int] | None = None, depth: int = 0) -> int:
    """How many elements a value has when every shared part is counted each time; too many where it holds itself."""
    if not isinstance(value, (list, dict, tuple)):
        return 1
    sizes = {} if sizes is None else sizes
    if id(value) not in sizes:
        sizes[id(value)] = LARGEST_VALUE + 1  # until it is known: it may hold itself
        children = (*value, *value.values()) if isinstance(value, dict) else value
        deep = LARGEST_VALUE if depth > 150 else 0
        sizes[id(value)] = 1 + deep + sum(unfolded(child, sizes, depth + 1) for child in children)
    return sizes[id(value)]


def _parsed(run: Run, source: Value, parse: Callable[[Any], Any], error_class: Class) -> Value:
    content = _content(run, source)
    if isinstance(content, Unknown):
        return content
    try:
        value = guarded(run, parse, content)
    except RecursionError:
        return run.unknown("a document that is nested too deep", plain=True)
    except Raised as error:
        if error.value.cls.name in ("ValueError", "TypeError"):
            raise _failure(run, error_class, str(error.value.attributes["args"][0])) from None
        raise
    if unfolded(value) > LARGEST_VALUE:
        return run.unknown(f"a document of over {LARGEST_VALUE:,} elements", plain=True)
    return value


# ---------------------------------------------------------------- json


def _hooked(run: Run, value: Value, hook: Value, pairs_hook: Value) -> Value:
    run.step()
    if isinstance(value, list):
        return [_hooked(run, item, hook, pairs_hook) for item in value]
    if not isinstance(value, dict):
        return value
    pairs = {key: _hooked(run, item, hook, pairs_hook) for key, item in value.items()}
    if pairs_hook is not None:
        return calls.call(run, pairs_hook, [list(pairs.items())], {})
    return pairs if hook is None else calls.call(run, hook, [pairs], {})


@native("json.loads", "json.load")
def json_load(
    run: Run, s: Value, *, object_hook: Value = None, object_pairs_hook: Value = None, **options: Value
) -> Value:
    value = _parsed(run, s, json.loads, JSON_ERROR)
    return _hooked(run, value, object_hook, object_pairs_hook) if object_hook or object_pairs_hook else value


@native("json.dumps")
def json_dumps(run: Run, obj: Value, **options: Value) -> Value:
    known = concrete(obj)
    indent = options.get("indent")
    if isinstance(known, Unknown) or set(options) - {"indent", "sort_keys", "separators", "ensure_ascii"}:
        return run.unknown("json.dumps() of a value that is not wholly known", plain=True)
    run.check_size(unfolded(known) * (1 + (indent if isinstance(indent, int) else 4)))
    try:
        return guarded(run, json.dumps, known, **options)
    except RecursionError:
        raise raised(run, "ValueError", "Circular reference detected") from None


# ---------------------------------------------------------------- yaml


class _Unbounded(Exception):
    """What a document asks for has no end that is worth waiting for; its text says what it is."""


def _yaml_values(content: Any, every: bool) -> Any:
    """Plain values only: tags are refused, and merged mappings may not unfold without bound."""
    import yaml

    class Loader(yaml.SafeLoader):
        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            super().flatten_mapping(node)
            if len(node.value) > LARGEST_MERGE:
                raise _Unbounded("merged mappings of YAML that are too large")

        def fetch_flow_collection_start(self, token: Any) -> None:
            if self.flow_level > DEEPEST_YAML:  # the scanner looks at every open bracket for each token
                raise _Unbounded("a document that is nested too deep")
            super().fetch_flow_collection_start(token)

    def integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
        if len(node.value) > LONGEST_NUMBER:
            raise _Unbounded("an integer of YAML that is too long")
        return int(loader.construct_yaml_int(node))

    Loader.add_constructor("tag:yaml.org,2002:int", integer)
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    loader = Loader(content)
    try:
        documents = []
        while loader.check_data():  # type: ignore[no-untyped-call]  # not in PyYAML's stubs
            documents.append(loader.get_data())
            if not every:
                break
        return documents if every else documents[0] if documents else None
    finally:
        loader.dispose()


def _yaml(every: bool) -> Callable[..., Any]:
    def load(run: Run, stream: Value, *loader: Value, **keywords: Value) -> Value:
        import yaml

        stream = _content(run, stream)
        if isinstance(stream, (str, bytes)) and len(stream) > LONGEST_YAML:
            return run.unknown(f"a YAML document of over {LONGEST_YAML:,} characters", plain=True)
        try:
            found = _parsed(run, stream, lambda content: _yaml_values(content, every), YAML_ERROR)
        except _Unbounded as error:
            return run.unknown(str(error), plain=True)
        except yaml.constructor.ConstructorError as error:
            return run.unknown(f"a YAML tag: {error.problem}")
        except yaml.YAMLError as error:
            raise _failure(run, YAML_ERROR, " ".join(str(error).split())) from None
        return iter(found) if every and isinstance(found, list) else found

    return load


# ---------------------------------------------------------------- toml


def _toml_values(content: Any) -> Any:
    import tomllib

    return tomllib.loads(content if isinstance(content, str) else content.decode())


@native("tomllib.loads", "tomllib.load", "tomli.loads", "tomli.load", "toml.loads", "toml.load")
def toml_load(run: Run, source: Value, *more: Value, **keywords: Value) -> Value:
    text = path_text(source)
    if isinstance(text, str) and "\n" not in text and text.endswith(".toml"):
        source = read(run, text)
    return _parsed(run, source, _toml_values, TOML_ERROR)


# ---------------------------------------------------------------- csv


def _rows(run: Run, source: Value, delimiter: Value) -> list[list[str]]:
    lines = [operations.payload(line) for line in iteration.iterate(run, source)]
    if not all(isinstance(line, str) for line in (*lines, delimiter)):
        raise iteration.Untraversable(run.unknown("rows that are not known", plain=True))
    return guarded(run, lambda: list(csv.reader(lines, delimiter=delimiter)))  # type: ignore[no-any-return]


@native("csv.reader")
def csv_reader(run: Run, csvfile: Value, dialect: Value = "excel", *, delimiter: Value = ",", **more: Value) -> Value:
    return iter(_rows(run, csvfile, delimiter))


@native("csv.DictReader")
def csv_dict_reader(run: Run, f: Value, fieldnames: Value = None, *, delimiter: Value = ",", **more: Value) -> Value:
    rows = _rows(run, f, delimiter)
    names = rows.pop(0) if fieldnames is None and rows else list(iteration.iterate(run, fieldnames or []))
    return iter([dict(zip(names, row, strict=False)) for row in rows])


# ---------------------------------------------------------------- configparser


def _ini_read(run: Run, parser: Instance, filenames: Value, *more: Value, **keywords: Value) -> Value:
    path = path_text(filenames)
    content = read(run, path) if isinstance(path, str) else run.unknown("a list of ini files", plain=True)
    if isinstance(content, Unknown):
        parser.incomplete = parser.incomplete or content
        return []
    _ini_parse(run, parser, guarded(run, content.decode, "utf-8"))
    return [path]


def _ini_parse(run: Run, parser: Instance, string: Value, *more: Value) -> None:
    import configparser

    content = _content(run, string)
    if isinstance(content, Unknown):
        parser.incomplete = parser.incomplete or content
        return
    host = configparser.RawConfigParser()
    try:
        host.read_string(content)
    except configparser.Error as error:
        raise raised(run, "Exception", str(error)) from None
    for name in host.sections():
        section = dict(host.items(name))
        if any("%(" in value for value in section.values()):
            unknown = run.unknown("an ini file that refers to its own values", plain=True)
            parser.incomplete = parser.incomplete or unknown
        parser.payload[name] = section


def _ini_get(convert: Callable[[str], Any]) -> Callable[..., Any]:
    def get(
        run: Run, parser: Instance, section: Value, option: Value, *, fallback: Value = None, **more: Value
    ) -> Value:
        if parser.incomplete is not None:
            return Unknown(parser.incomplete.reason, parser.incomplete.place, plain=True)
        values = parser.payload.get(section, {})
        key = option.lower() if isinstance(option, str) else option
        if key not in values:
            if fallback is not None:
                return fallback
            raise raised(run, "KeyError", option)
        return guarded(run, convert, values[key])

    return get


def _ini_text(text: str) -> str:
    return text


def _ini_truth(text: str) -> bool:
    if text.lower() not in ("1", "yes", "true", "on", "0", "no", "false", "off"):
        raise ValueError(f"Not a boolean: {text}")
    return text.lower() in ("1", "yes", "true", "on")


def _set_up_ini(run: Run, parser: Instance, *arguments: Value, **keywords: Value) -> None:
    parser.payload = {}


_INI_METHODS: dict[str, Callable[..., Any]] = {
    "__init__": _set_up_ini, "read": _ini_read, "read_string": _ini_parse, "read_file": _ini_parse,
    "get": _ini_get(_ini_text), "getint": _ini_get(int), "getfloat": _ini_get(float),
    "getboolean": _ini_get(_ini_truth),
    "sections": lambda run, parser: list(parser.payload),
    "options": lambda run, parser, section: list(parser.payload.get(section, {})),
    "has_section": lambda run, parser, section: section in parser.payload,
    "has_option": lambda run, parser, section, option: option in parser.payload.get(section, {}),
}  # fmt: skip
INI = Class(
    "ConfigParser",
    (OBJECT,),
    {name: Native(f"ConfigParser.{name}", function, binds=True) for name, function in _INI_METHODS.items()},
    module="configparser",
)

_LOADERS = ("Loader", "SafeLoader", "FullLoader", "UnsafeLoader", "BaseLoader", "CLoader", "CSafeLoader", "Dumper")
_LOADS = ("load", "safe_load", "full_load", "unsafe_load")
DATA_FORMATS = Table({
    **{f"yaml.{name}": Native(f"yaml.{name}", _yaml(False)) for name in _LOADS},
    **{f"yaml.{name}_all": Native(f"yaml.{name}_all", _yaml(True)) for name in _LOADS},
    **{f"yaml.{name}": Class(name, (OBJECT,), {}, module="yaml") for name in _LOADERS},
    "yaml.YAMLError": YAML_ERROR, "json.JSONDecodeError": JSON_ERROR, "tomllib.TOMLDecodeError": TOML_ERROR,
    "tomli.TOMLDecodeError": TOML_ERROR, "json.JSONEncoder": Class("JSONEncoder", (OBJECT,), {}, module="json"),
    "configparser.ConfigParser": INI, "configparser.RawConfigParser": INI, "configparser.SafeConfigParser": INI,
})  # fmt: skip
