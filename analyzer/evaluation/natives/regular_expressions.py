"""re: patterns run by the `regex` package under a time limit, so that no pattern can hang the analysis.

re.sub(r"\\.(\\d)", r"_\\1", "layer.1")              -> "layer_1"
re.match(r"stage(\\d+)", name).group(1)             -> "3"
re.match("(a+)+$", "a" * 40 + "b")                  -> None, or OutOfFuel where the time is up
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.evaluation import calls, iteration, operations
from analyzer.evaluation.exceptions import EXCEPTIONS, OBJECT, guarded
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import Class, Instance, Native, Raised, Unknown, Value

SECONDS = 1.0
"""How long one search may take."""
LONGEST_PATTERN = 4_000
LARGEST_PATTERN = 50_000
"""Parts, each counted as often as it is to be repeated at most."""
MOST_GROUPS = 4_000_000
"""Groups of a pattern times characters of a text: each match may hold all of them."""

_FLAGS = {"I": 2, "L": 4, "M": 8, "S": 16, "U": 32, "X": 64, "A": 256}
_NAMES = {
    "IGNORECASE": "I", "LOCALE": "L", "MULTILINE": "M", "DOTALL": "S", "UNICODE": "U", "VERBOSE": "X", "ASCII": "A",
}  # fmt: skip

PATTERN = Class("Pattern", (OBJECT,), {}, module="re")
MATCH = Class("Match", (OBJECT,), {}, module="re")
ERROR = Class("error", (EXCEPTIONS["Exception"],), {}, module="re")


def _timed(run: Run, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    import regex

    try:
        return guarded(run, function, *arguments, **keywords)
    except regex.error as error:
        raise _error(run, str(error)) from None
    except Raised as error:
        if error.value.cls.name == "TimeoutError":
            raise OutOfFuel(f"a regular expression took over {SECONDS:g} seconds", run.place) from None
        raise


def _error(run: Run, message: str) -> Raised:
    error = Instance(ERROR)
    error.attributes.update(args=(message,), msg=message)
    return Raised(error, run.place)


def _compiled(run: Run, pattern: Value, flags: Value = 0) -> Value:
    """The host pattern, or an Unknown."""
    import regex

    pattern, flags = operations.payload(pattern), operations.payload(flags)
    for value in (pattern, flags):
        if isinstance(value, Unknown):
            return Unknown(value.reason, value.place, plain=True)
    if hasattr(pattern, "fullmatch"):
        return pattern
    if not isinstance(pattern, (str, bytes)):
        raise _error(run, "first argument must be string or compiled pattern")
    if len(pattern) > LONGEST_PATTERN:
        raise OutOfFuel(f"a regular expression of {len(pattern):,} characters is over the limit", run.place)
    if isinstance(pattern, str) and _unfolded(pattern) > LARGEST_PATTERN:
        raise OutOfFuel("a regular expression of too many repetitions", run.place)
    chosen = 0
    for name, bit in _FLAGS.items():
        if flags & bit:
            chosen |= int(getattr(regex, name))
    return _timed(run, regex.compile, pattern, chosen)


_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<least>\d*),?(?P<most>\d*)\}|.", re.DOTALL)


def _unfolded(pattern: str) -> int:
    """How many parts a pattern has when every repetition is written out."""
    sizes, last = [0], 0
    for part in _PARTS.finditer(pattern):
        if part[0] == "(":
            sizes.append(0)
            continue
        counts = [int(count[:9]) for count in (part["least"], part["most"]) if count]
        if counts and part[0][0] == "{":
            sizes[-1] += last * (max(counts) - 1)
            last *= max(counts)
        elif part[0] == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        else:
            last = 1
            sizes[-1] += 1
        if max(sizes) > LARGEST_PATTERN:
            return max(sizes)
    return max(sizes)


def _wrap(cls: Class, value: Any) -> Value:
    if value is None:
        return None
    instance = Instance(cls)
    instance.payload = value
    return instance


def _subject(run: Run, value: Value) -> Value:
    value = operations.payload(value)
    return Unknown(value.reason, value.place, plain=True) if isinstance(value, Unknown) else value


def _check_groups(run: Run, pattern: Any, subject: Value) -> None:
    size = len(subject) if isinstance(subject, (str, bytes)) else 0
    if (pattern.groups + 1) * size > MOST_GROUPS:
        raise OutOfFuel(f"a regular expression of {pattern.groups} groups on {size:,} characters", run.place)


def _search(name: str) -> Callable[..., Any]:
    """`match`, `search`, `fullmatch`, `findall`, `split`: all that needs no call back."""

    def apply(run: Run, pattern: Value, string: Value, *more: Value, flags: Value = 0, **keywords: Value) -> Value:
        compiled, subject = _compiled(run, pattern, flags), _subject(run, string)
        for value in (compiled, subject, *more):
            if isinstance(value, Unknown):
                return Unknown(value.reason, value.place, plain=True)
        _check_groups(run, compiled, subject)
        found = _timed(run, getattr(compiled, name), subject, *more, timeout=SECONDS, **keywords)
        return _wrap(MATCH, found) if name in ("match", "search", "fullmatch") else found

    return apply


def _matches(run: Run, pattern: Value, string: Value, *more: Value, flags: Value = 0) -> Iterator[Value]:
    compiled, subject = _compiled(run, pattern, flags), _subject(run, string)
    for value in (compiled, subject, *more):
        if isinstance(value, Unknown):
            raise iteration.Untraversable(value)
    _check_groups(run, compiled, subject)
    found = _timed(run, lambda: list(compiled.finditer(subject, *more, timeout=SECONDS)))
    return (_wrap(MATCH, match) for match in found)


def _replace(
    run: Run, pattern: Value, repl: Value, string: Value, count: Value = 0, flags: Value = 0, *, counted: bool = False
) -> Value:
    compiled, subject = _compiled(run, pattern, flags), _subject(run, string)
    repl = operations.payload(repl)
    for value in (compiled, subject, repl, count):
        if isinstance(value, Unknown):
            return Unknown(value.reason, value.place, plain=True)
    _check_groups(run, compiled, subject)
    spent = [0]

    def replacement(match: Any) -> Any:
        run.step()
        if isinstance(repl, (str, bytes)):
            text = match.expand(repl)
        else:
            text = operations.payload(calls.call(run, repl, [_wrap(MATCH, match)], {}))
        if isinstance(text, Unknown):
            raise _NotKnown(text)
        spent[0] += len(text)
        run.check_size(spent[0])
        return text

    try:
        result, number = _timed(run, compiled.subn, replacement, subject, count, timeout=SECONDS)
    except _NotKnown as error:
        return Unknown(error.unknown.reason, error.unknown.place, plain=True)
    return (result, number) if counted else result


class _NotKnown(Exception):
    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.unknown = unknown


@native("re.compile")
def compile_pattern(run: Run, pattern: Value, flags: Value = 0) -> Value:
    found = _compiled(run, pattern, flags)
    return found if isinstance(found, Unknown) else _wrap(PATTERN, found)


@native("re.escape")
def escape(run: Run, pattern: Value) -> Value:
    subject = _subject(run, pattern)
    return subject if isinstance(subject, Unknown) else guarded(run, re.escape, subject)


# ---------------------------------------------------------------- match objects


def _of_match(name: str) -> Callable[..., Any]:
    def apply(run: Run, match: Instance, *arguments: Value) -> Value:
        keys = [operations.payload(argument) for argument in arguments]
        unknown = next((key for key in keys if isinstance(key, Unknown)), None)
        return unknown if unknown is not None else guarded(run, getattr(match.payload, name), *keys)

    return apply


def _fields(names: tuple[str, ...]) -> Native:
    def read(run: Run, instance: Instance, name: str) -> Value:
        from analyzer.evaluation.attributes import missing

        if name in names:
            return getattr(instance.payload, name)
        raise missing(run, instance, name)

    return Native("__getattr__", read, binds=True)


_SEARCHES: dict[str, Callable[..., Any]] = {
    **{name: _search(name) for name in ("match", "search", "fullmatch", "findall", "split")},
    "finditer": _matches,
    "sub": _replace,
    "subn": lambda run, *arguments, **keywords: _replace(run, *arguments, counted=True, **keywords),
}
PATTERN.namespace.update({name: Native(f"Pattern.{name}", f, binds=True) for name, f in _SEARCHES.items()})
PATTERN.namespace["__getattr__"] = _fields(("pattern", "flags", "groups", "groupindex"))
_MATCH_METHODS = ("group", "groups", "groupdict", "start", "end", "span", "expand", "__getitem__")
MATCH.namespace.update({name: Native(f"Match.{name}", _of_match(name), binds=True) for name in _MATCH_METHODS})
MATCH.namespace["__getattr__"] = _fields(("string", "pos", "endpos", "lastindex", "lastgroup"))
MATCH.namespace["__bool__"] = Native("Match.__bool__", lambda run, match: True, binds=True)


def _module_function(name: str) -> Native:
    """In the functions of the module the flags follow the string; in a pattern's methods its bounds do."""
    search = _SEARCHES[name]

    def apply(run: Run, pattern: Value, string: Value, flags: Value = 0) -> Value:
        return search(run, pattern, string, flags=flags)

    return Native(f"re.{name}", apply if name in _FLAGS_THIRD else search)


_FLAGS_THIRD = ("match", "search", "fullmatch", "findall", "finditer")

EXPRESSIONS = Table({
    **{f"re.{name}": _module_function(name) for name in _SEARCHES},
    **{f"re.{name}": bit for name, bit in _FLAGS.items()},
    **{f"re.{name}": _FLAGS[short] for name, short in _NAMES.items()},
    "re.Pattern": PATTERN, "re.Match": MATCH, "re.error": ERROR, "re.PatternError": ERROR,
})  # fmt: skip
