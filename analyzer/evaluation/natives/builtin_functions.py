"""Python's builtin functions on abstract values.

len([1, 2])  -> 2        isinstance(conv, nn.Module)  -> True        getattr(unknown, "x")  -> Unknown(...)
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from analyzer.algebra.expression import Expr, maximum, minimum, pinned
from analyzer.algebra.rational import Rational
from analyzer.evaluation import attribute_writing, attributes, calls, comparisons, iteration, operations, strings
from analyzer.evaluation.assumptions import prove
from analyzer.evaluation.exceptions import guarded, raised
from analyzer.evaluation.natives.registry import Entry, Table, native, pure
from analyzer.evaluation.rounds import Range, Repetition
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    Function,
    Instance,
    Namespace,
    Native,
    NativeModule,
    Operator,
    Partial,
    Raised,
    Super,
    Tensor,
    Unknown,
    Value,
)
from analyzer.knowledge.names import names_of


@native("builtins.len")
def length(run: Run, value: Value) -> Value:
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, scalar=True, key=value.key and f"len({value.key})")
    if isinstance(value, Instance):
        if attributes.has_special(value, "__len__"):
            return attributes.call_special(run, value, "__len__")
        value = operations.payload(value)
    if isinstance(value, Tensor):
        if value.type is None:
            return run.unknown("the length of a tensor of unknown shape", plain=True)
        if not value.type.shape:
            raise raised(run, "TypeError", "len() of a 0-d tensor")
        return value.type.shape[0]
    if isinstance(value, Class):
        return len(list(iteration.iterate(run, value)))
    if isinstance(value, (Range, Repetition)):
        return value.count
    if isinstance(value, (Expr, Instance)):
        return Unknown("the length of a value that is not known to be a sequence", run.place, scalar=True)
    return guarded(run, len, value)


@native("builtins.isinstance")
def is_instance(run: Run, value: Value, cls: Value) -> Value:
    return attributes.is_instance(run, value, cls)


@native("builtins.issubclass")
def is_subclass(run: Run, value: Value, cls: Value) -> Value:
    if isinstance(cls, tuple):
        results = [is_subclass.value.function(run, value, one) for one in cls]
        return True if any(r is True for r in results) else next((r for r in results if isinstance(r, Unknown)), False)
    if isinstance(value, Unknown) or isinstance(cls, Unknown):
        return run.unknown("issubclass() of a class that is not known", plain=True)
    if not isinstance(value, Class):
        raise raised(run, "TypeError", "issubclass() arg 1 must be a class")
    if value.unknown_base is not None and not value.is_subclass(cls):
        return Unknown(value.unknown_base.reason, value.unknown_base.place, plain=True)
    return isinstance(cls, Class) and value.is_subclass(cls)


@native("builtins.callable")
def is_callable(run: Run, value: Value) -> Value:
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True, key=value.key and f"callable({value.key})")
    if isinstance(value, Instance):
        return value.cls.lookup("__call__") is not None or value.cls.is_module
    return isinstance(value, (Function, Native, Bound, Partial, Class, Operator))


@native("builtins.getattr")
def get_attribute(run: Run, value: Value, name: Value, *default: Value) -> Value:
    name = operations.payload(name)
    if isinstance(name, Unknown):
        return Unknown(name.reason, name.place)
    if not default:
        return attributes.get_attribute(run, value, name)
    try:
        return attributes.get_attribute(run, value, name)
    except Raised as error:
        if error.value.cls.name != "AttributeError":
            raise
        return default[0]


@native("builtins.setattr")
def set_attribute(run: Run, value: Value, name: Value, item: Value) -> None:
    name = operations.payload(name)
    if isinstance(name, Unknown):
        run.lose(name)
        if isinstance(value, Instance):
            value.incomplete = value.incomplete or name
        return
    attribute_writing.set_attribute(run, value, name, item)


@native("builtins.delattr")
def delete_attribute(run: Run, value: Value, name: Value) -> None:
    if isinstance(name, Unknown):
        run.lose(name)
        return
    attribute_writing.delete_attribute(run, value, name)


@native("builtins.hasattr")
def has_attribute(run: Run, value: Value, name: Value) -> Value:
    if isinstance(name, Unknown):
        return Unknown(name.reason, name.place, plain=True)
    return attributes.has_attribute(run, value, name)


@native("builtins.print", "warnings.warn", "warnings.filterwarnings", "warnings.simplefilter", "builtins.breakpoint")
def say_nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


@native("builtins.repr", "builtins.ascii")
def representation(run: Run, value: Value) -> Value:
    return strings.text(run, value, quoted=True)


@native("builtins.format")
def format_value(run: Run, value: Value, spec: str = "") -> Value:
    return strings.format_value(run, value, "", spec)


@native("builtins.hash")
def hash_value(run: Run, value: Value) -> Value:
    return hash(value) if isinstance(value, (int, float)) else id(value)


@native("builtins.id")
def identity(run: Run, value: Value) -> Value:
    return id(value)


@native("builtins.vars")
def variables(run: Run, value: Value) -> Value:
    return attributes.get_attribute(run, value, "__dict__")


@native("builtins.dir")
def directory(run: Run, value: Value = None) -> Value:
    if isinstance(value, Namespace):
        run.session.ensure(value)
        return sorted(value.names)
    if isinstance(value, NativeModule) and names_of(value.name) is not None:
        return sorted(names_of(value.name) or ())
    return run.unknown("dir() of a value", plain=True)


@native("builtins.iter")
def iterator(run: Run, value: Value, *sentinel: Value) -> Value:
    return _until(run, value, sentinel[0]) if sentinel else iteration.iterate(run, value)


def _until(run: Run, function: Value, sentinel: Value) -> Iterator[Value]:
    while True:
        run.step()
        value = calls.call(run, function, [], {})
        if operations.truth(run, comparisons.equals(run, value, sentinel)):
            return
        yield value


@native("builtins.next")
def next_value(run: Run, source: Value, *default: Value) -> Value:
    if isinstance(source, Unknown):
        return source
    if isinstance(source, Instance):
        try:
            return attributes.call_special(run, source, "__next__")
        except Raised as error:
            if default and error.value.cls.name == "StopIteration":
                return default[0]
            raise
    try:
        return next(source)
    except StopIteration:
        if default:
            return default[0]
        raise raised(run, "StopIteration", "") from None
    except TypeError:
        raise raised(run, "TypeError", f"{operations.type_name(source)} object is not an iterator") from None


@native("builtins.range")
def make_range(run: Run, *bounds: Value) -> Value:
    values = []
    for bound in bounds:
        bound = operations.payload(bound)
        if isinstance(bound, Tensor) and bound.values is not None and len(bound.values) == 1:
            bound = int(bound.values[0])
        bound = pinned(bound) if isinstance(bound, Expr) else bound
        if isinstance(bound, Rational):
            raise iteration.Untraversable(run.unknown(f"a loop of {bound} rounds", plain=True))
        if isinstance(bound, Unknown):
            raise iteration.Untraversable(bound)
        values.append(bound)
    if any(isinstance(value, Expr) for value in values):
        return _symbolic_range(run, values)
    return guarded(run, range, *values)


def _symbolic_range(run: Run, bounds: list[Any]) -> Value:
    prove(run, bounds)
    start, stop = (0, *bounds)[-2:]
    count = stop - start
    if len(bounds) < 3 and isinstance(count, Expr):
        return Range(start, count)
    if len(bounds) < 3 and isinstance(count, int):
        return [start + index for index in range(count)]
    raise iteration.Untraversable(run.unknown(f"a loop of {count} rounds", plain=True))


@native("builtins.enumerate")
def enumerate_values(run: Run, iterable: Value, start: int = 0) -> Iterator[Value]:
    return zip(_count(start), iteration.iterate(run, iterable), strict=False)


def _count(start: Any) -> Iterator[Any]:
    while True:
        yield start
        start = start + 1


@native("builtins.zip")
def zip_values(run: Run, *iterables: Value, strict: bool = False) -> Value:
    if not iterables:
        return iter(())
    sources = [iteration.iterate(run, iterable) for iterable in iterables]

    def rows() -> Iterator[Value]:
        try:
            yield from zip(*sources, strict=strict)
        except ValueError as error:
            raise raised(run, "ValueError", str(error)) from None

    return rows()


@native("builtins.map")
def map_values(run: Run, function: Value, *iterables: Value) -> Iterator[Value]:
    sources = [iteration.iterate(run, iterable) for iterable in iterables]
    return (calls.call(run, function, list(row), {}) for row in zip(*sources, strict=False))


@native("builtins.filter")
def filter_values(run: Run, function: Value, iterable: Value) -> Iterator[Value]:
    source = iteration.iterate(run, iterable)
    if function is None:
        return (item for item in source if operations.truth(run, item))
    return (item for item in source if operations.truth(run, calls.call(run, function, [item], {})))


@native("builtins.reversed")
def reverse(run: Run, value: Value) -> Value:
    if isinstance(value, Instance) and attributes.has_special(value, "__reversed__"):
        return attributes.call_special(run, value, "__reversed__")
    return reversed(list(run.paid(iteration.iterate(run, value))))


@native("builtins.sorted")
def sort(run: Run, iterable: Value, *, key: Value = None, reverse: Value = False) -> Value:
    return sorted_values(run, list(run.paid(iteration.iterate(run, iterable))), key, bool(reverse))


def sorted_values(run: Run, items: list[Value], key: Value, reverse: bool) -> Value:
    """Items in the order that the program's own comparison gives."""
    keys = items if key is None else [calls.call(run, key, [item], {}) for item in items]
    unknown = next((k for k in keys if isinstance(k, Unknown)), None)
    if unknown is not None:
        return Unknown(unknown.reason, unknown.place)

    def order(one: int, other: int) -> int:
        run.step()
        if operations.truth(run, comparisons.compare(run, "<", keys[one], keys[other])):
            return -1
        return 1 if operations.truth(run, comparisons.compare(run, "<", keys[other], keys[one])) else 0

    return [items[i] for i in sorted(range(len(items)), key=functools.cmp_to_key(order), reverse=reverse)]


@native("builtins.sum")
def add_up(run: Run, iterable: Value, start: Value = 0) -> Value:
    total = start
    for item in iteration.iterate(run, iterable):
        run.step()
        total = operations.binary(run, "+", total, item)
    return total


@native("builtins.any")
def any_true(run: Run, iterable: Value) -> Value:
    return any(operations.truth(run, item) for item in run.paid(iteration.iterate(run, iterable)))


@native("builtins.all")
def all_true(run: Run, iterable: Value) -> Value:
    return all(operations.truth(run, item) for item in run.paid(iteration.iterate(run, iterable)))


def _extreme(run: Run, arguments: tuple[Value, ...], key: Value, default: tuple[Value, ...], sign: str) -> Value:
    items = list(run.paid(iteration.iterate(run, arguments[0]))) if len(arguments) == 1 else list(arguments)
    if not items:
        if default:
            return default[0]
        raise raised(run, "ValueError", "max() or min() of an empty sequence")
    unknown = next((item for item in items if isinstance(item, Unknown)), None)
    if unknown is not None:
        return Unknown(unknown.reason, unknown.place, plain=unknown.plain, scalar=unknown.scalar)
    if key is None and any(isinstance(i, Expr) for i in items) and all(isinstance(i, (int, Expr)) for i in items):
        return (maximum if sign == ">" else minimum)(*items)
    best = items[0]
    best_key = best if key is None else calls.call(run, key, [best], {})
    for item in items[1:]:
        run.step()
        item_key = item if key is None else calls.call(run, key, [item], {})
        if operations.truth(run, comparisons.compare(run, sign, item_key, best_key)):
            best, best_key = item, item_key
    return best


@native("builtins.max")
def largest(run: Run, *arguments: Value, key: Value = None, **default: Value) -> Value:
    return _extreme(run, arguments, key, tuple(default.values()), ">")


@native("builtins.min")
def smallest(run: Run, *arguments: Value, key: Value = None, **default: Value) -> Value:
    return _extreme(run, arguments, key, tuple(default.values()), "<")


@native("builtins.abs")
def absolute(run: Run, value: Value) -> Value:
    value = operations.payload(value)
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True, scalar=value.scalar)
    if isinstance(value, Tensor):
        from analyzer.evaluation.tensors import apply_named

        return apply_named(run, "Tensor.abs", (value,), {})
    if isinstance(value, (Expr, Rational)):
        return value if value >= 0 else -value
    return guarded(run, abs, value)


@native("builtins.round")
def round_value(run: Run, value: Value, digits: Value = None) -> Value:
    value = operations.payload(value)
    if isinstance(value, Rational) and digits is None:
        return value.round()
    if isinstance(value, Expr):
        return value
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True, scalar=value.scalar)
    if isinstance(value, Tensor):
        return run.unknown("the rounding of a tensor", plain=True)
    if isinstance(digits, int) and abs(digits) > run.limits.bits:
        raise OutOfFuel(f"a number is rounded to {digits:,} digits", run.place)
    return guarded(run, round, value) if digits is None else guarded(run, round, value, digits)


@native("builtins.pow")
def power(run: Run, base: Value, exponent: Value, modulus: Value = None) -> Value:
    if modulus is not None:
        if any(isinstance(value, int) and value.bit_length() > 4_096 for value in (base, exponent, modulus)):
            raise OutOfFuel("pow() of giant integers", run.place)
        return guarded(run, pow, base, exponent, modulus)
    return operations.binary(run, "**", base, exponent)


@native("builtins.divmod")
def divide(run: Run, left: Value, right: Value) -> Value:
    return operations.binary(run, "//", left, right), operations.binary(run, "%", left, right)


@native("builtins.super")
def make_super(run: Run, owner: Value, instance: Value) -> Value:
    if isinstance(owner, Unknown) or isinstance(instance, Unknown):
        return owner if isinstance(owner, Unknown) else instance
    return Super(owner, instance)


@native("builtins.input", "builtins.eval", "builtins.exec", "builtins.compile", "builtins.globals")
def never(run: Run, *arguments: Value, **keywords: Value) -> Value:
    return run.unknown("a builtin that reads files, input or code is never followed")


@native("builtins.__import__", "importlib.import_module")
def import_module(run: Run, name: Value, package: Value = None, *more: Value, **keywords: Value) -> Value:
    if isinstance(name, Unknown):
        return name
    if not isinstance(name, str):
        raise raised(run, "TypeError", "a module name must be str")
    if name.startswith(".") and isinstance(package, str):
        level = len(name) - len(name.lstrip("."))
        parts = package.split(".")
        name = ".".join([*parts[: len(parts) - level + 1], name[level:]])
    return run.session.import_module(run, name)


@native("builtins.exit", "builtins.quit", "sys.exit", "os._exit", "os.abort")
def leave(run: Run, *arguments: Value) -> Value:
    raise raised(run, "SystemExit", arguments[0] if arguments else None)


def _chr(run: Run, value: Value) -> Value:
    return guarded(run, chr, value)


BUILTINS = Table({
    **{f"builtins.{f.__name__}": pure(f.__name__, f) for f in (ord, chr, bin, hex, oct)},
    "builtins.NotImplemented": NotImplemented,
    "builtins.Ellipsis": Ellipsis,
    "builtins.__debug__": True,
    "builtins.True": True,
    "builtins.False": False,
    "builtins.None": None,
})  # fmt: skip

__all__ = ["Entry", "NativeModule", "OutOfFuel", "sorted_values"]
