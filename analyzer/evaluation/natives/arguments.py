"""argparse: a parser that is given no command line, so that every argument has its default.

parser.add_argument("--width", type=int, default="64")
parser.parse_args().width       -> 64
parser.add_argument("data");    parser.parse_args().data   -> Unknown: argument data has no default
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation import calls, comparisons, iteration, operations
from analyzer.evaluation.exceptions import EXCEPTIONS, OBJECT, raised
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Native, Unknown, Value

SUPPRESS = "==SUPPRESS=="
Action = dict[str, Any]
_FLAGS = {"store_true": (False, True), "store_false": (True, False)}


def _methods(kind: str, table: dict[str, Any]) -> dict[str, Value]:
    return {name: Native(f"{kind}.{name}", function, binds=True) for name, function in table.items()}


def _fill(run: Run, namespace: Instance, **values: Value) -> None:
    namespace.attributes.update(values)


NAMESPACE = Class("Namespace", (OBJECT,), _methods("Namespace", {
    "__init__": _fill,
    "__contains__": lambda run, namespace, key: key in namespace.attributes,
    "__eq__": lambda run, one, other: (
        comparisons.equals(run, one.attributes, other.attributes) if isinstance(other, Instance) else NotImplemented
    ),
}), module="argparse")  # fmt: skip


def _state(parser: Instance) -> dict[str, Any]:
    """The actions and defaults that a parser shares with its groups."""
    return parser.payload  # type: ignore[no-any-return]  # made by _set_up


def _set_up(run: Run, parser: Instance, *arguments: Value, parents: Value = (), **options: Value) -> None:
    state: dict[str, Any] = {"actions": [], "defaults": {}, "subparsers": None}
    for parent in iteration.iterate(run, parents):
        if isinstance(parent, Instance) and isinstance(parent.payload, dict):
            state["actions"].extend(parent.payload["actions"])
            state["defaults"].update(parent.payload["defaults"])
    parser.payload = state
    parser.attributes.update(prog=options.get("prog", "prog"), description=options.get("description"))


def _destination(names: list[str], given: Value) -> str:
    if isinstance(given, str):
        return given
    long = next((name for name in names if name.startswith("--")), names[0])
    return long.lstrip("-").replace("-", "_") if long.startswith("-") else long


def _add_argument(run: Run, parser: Instance, *names: Value, **options: Value) -> Value:
    known = [operations.payload(name) for name in names]
    if not all(isinstance(name, str) for name in known) or not (known or options.get("dest")):
        unknown = run.unknown("an argument whose name is not known", plain=True)
        _state(parser)["lost"] = unknown
        return unknown
    names_or_dest = known or [options["dest"]]
    action = options.get("action", "store")
    given = Instance(ACTION)
    given.attributes.update(
        dest=_destination(names_or_dest, options.get("dest")), default=options.get("default"), option_strings=known,
        required=options.get("required", False), type=options.get("type"), choices=options.get("choices"),
    )  # fmt: skip
    _state(parser)["actions"].append({
        "names": names_or_dest, "dest": given.attributes["dest"], "action": action, "options": options,
        "positional": not names_or_dest[0].startswith("-"),
    })  # fmt: skip
    return given


def _default(run: Run, action: Action, defaults: dict[str, Value]) -> Value:
    options = action["options"]
    if action["dest"] in defaults and "default" not in options:
        return defaults[action["dest"]]
    if "default" in options:
        value = options["default"]
        kind = options.get("type")
        text = operations.payload(value)
        converts = isinstance(text, str) and kind is not None and text != SUPPRESS
        return calls.call(run, kind, [text], {}) if converts else value
    if action["action"] in _FLAGS:
        return _FLAGS[action["action"]][0]
    optional = action["positional"] and options.get("nargs") in ("?", "*")
    if (action["positional"] and not optional) or options.get("required") is True:
        return run.unknown(f"argument {action['names'][0]} has no default", plain=True)
    return [] if optional and options.get("nargs") == "*" else None


def _given(run: Run, parser: Instance, tokens: list[Value]) -> dict[str, Value]:
    """What a command line sets that the program itself passes: `parse_args(["--width", "3"])`."""
    found: dict[str, Value] = {}
    actions = {name: action for action in _state(parser)["actions"] for name in action["names"]}
    waiting = [action for action in _state(parser)["actions"] if action["positional"]]
    rest = [operations.payload(token) for token in tokens]
    while rest:
        token = rest.pop(0)
        if not isinstance(token, str):
            raise iteration.Untraversable(run.unknown("a command line that is not known", plain=True))
        name, equals, value = token.partition("=") if token.startswith("-") else (token, "", "")
        if name in actions and name.startswith("-"):
            action = actions[name]
            if equals:
                rest.insert(0, value)
        elif waiting and not token.startswith("-"):
            action = waiting.pop(0)
            rest.insert(0, token)
        else:
            raise raised(run, "SystemExit", 2)
        found[action["dest"]] = _taken(run, action, rest, found.get(action["dest"]))
    return found


def _taken(run: Run, action: Action, rest: list[Value], before: Value) -> Value:
    options, kind = action["options"], action["action"]
    if kind in _FLAGS:
        return _FLAGS[kind][1]
    if kind == "store_const":
        return options.get("const")
    if kind == "count":
        return (before or 0) + 1
    number = options.get("nargs")
    limit = 1 if number is None or number == "?" else number if isinstance(number, int) else len(rest)
    values: list[Value] = []
    while rest and len(values) < limit and not (isinstance(rest[0], str) and rest[0].startswith("--")):
        text = rest.pop(0)
        convert = options.get("type")
        values.append(text if convert is None else calls.call(run, convert, [text], {}))
    single = number is None or number == "?"
    value = (values[0] if values else options.get("const")) if single else values
    return [*(before or []), value] if kind == "append" else value


def _parse(run: Run, parser: Instance, args: Value = None, namespace: Value = None) -> Value:
    state = _state(parser)
    result = namespace if isinstance(namespace, Instance) else Instance(NAMESPACE)
    given = {} if args is None else _given(run, parser, list(iteration.iterate(run, args)))
    for name, value in state["defaults"].items():
        result.attributes.setdefault(name, value)
    for action in state["actions"]:
        dest = action["dest"]
        if action["action"] in ("help", "version") or (namespace is not None and dest in result.attributes):
            continue
        value = given[dest] if dest in given else _default(run, action, state["defaults"])
        if not (isinstance(value, str) and value == SUPPRESS):
            result.attributes[dest] = value
    if state["subparsers"] is not None:
        unknown = run.unknown("which command is given is not known", plain=True)
        result.incomplete = unknown
        if state["subparsers"]:
            result.attributes[state["subparsers"]] = unknown
    if "lost" in state:
        result.incomplete = state["lost"]
    return result


def _parse_known(run: Run, parser: Instance, args: Value = None, namespace: Value = None) -> Value:
    return (_parse(run, parser, args, namespace), [])


def _group(run: Run, parser: Instance, *arguments: Value, **options: Value) -> Value:
    group = Instance(PARSER)
    group.payload = parser.payload
    return group


def _set_defaults(run: Run, parser: Instance, **values: Value) -> None:
    state = _state(parser)
    state["defaults"].update(values)
    for action in state["actions"]:
        if action["dest"] in values:
            action["options"] = {**action["options"], "default": values[action["dest"]]}


def _get_default(run: Run, parser: Instance, dest: Value) -> Value:
    for action in _state(parser)["actions"]:
        if action["dest"] == dest and "default" in action["options"]:
            return action["options"]["default"]
    return _state(parser)["defaults"].get(dest)


def _add_subparsers(run: Run, parser: Instance, *, dest: Value = "", **options: Value) -> Value:
    _state(parser)["subparsers"] = dest if isinstance(dest, str) else ""
    return Instance(SUBPARSERS)


def _add_parser(run: Run, subparsers: Instance, name: Value, **options: Value) -> Value:
    return calls.instantiate(run, PARSER, [], {key: value for key, value in options.items() if key == "parents"})


def _fail(run: Run, parser: Instance, *message: Value, **more: Value) -> Value:
    raise raised(run, "SystemExit", 2)


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _text(run: Run, parser: Instance, *arguments: Value) -> Value:
    return Unknown("the help of a parser", run.place, plain=True)


PARSER = Class("ArgumentParser", (OBJECT,), _methods("ArgumentParser", {
    "__init__": _set_up, "add_argument": _add_argument, "parse_args": _parse, "parse_known_args": _parse_known,
    "parse_intermixed_args": _parse, "add_argument_group": _group, "add_mutually_exclusive_group": _group,
    "set_defaults": _set_defaults, "get_default": _get_default, "add_subparsers": _add_subparsers, "error": _fail,
    "exit": _fail, "print_help": _nothing, "print_usage": _nothing, "format_help": _text, "format_usage": _text,
    "register": _nothing,
}), module="argparse")  # fmt: skip
ACTION = Class("Action", (OBJECT,), {"__init__": Native("Action.__init__", _nothing, binds=True)}, module="argparse")
SUBPARSERS = Class("_SubParsersAction", (ACTION,), _methods("", {"add_parser": _add_parser}), module="argparse")

_FORMATTERS = (
    "HelpFormatter", "ArgumentDefaultsHelpFormatter", "RawTextHelpFormatter", "RawDescriptionHelpFormatter",
    "MetavarTypeHelpFormatter",
)  # fmt: skip
ARGPARSE = Table({
    "argparse.ArgumentParser": PARSER, "argparse.Namespace": NAMESPACE, "argparse.Action": ACTION,
    "argparse.SUPPRESS": SUPPRESS, "argparse.REMAINDER": "...", "argparse.ZERO_OR_MORE": "*",
    "argparse.ONE_OR_MORE": "+", "argparse.OPTIONAL": "?",
    "argparse.BooleanOptionalAction": Class("BooleanOptionalAction", (ACTION,), {}, module="argparse"),
    "argparse.ArgumentTypeError": Class("ArgumentTypeError", (EXCEPTIONS["Exception"],), {}, module="argparse"),
    "argparse.ArgumentError": Class("ArgumentError", (EXCEPTIONS["Exception"],), {}, module="argparse"),
    **{f"argparse.{name}": Class(name, (OBJECT,), {}, module="argparse") for name in _FORMATTERS},
})  # fmt: skip
