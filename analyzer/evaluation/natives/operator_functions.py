"""operator: Python's operators as functions, and getters made to measure.

operator.mul(3, symbol("n"))                -> 3*n
operator.attrgetter("conv.weight")(block)   -> block.conv.weight
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.evaluation import attributes, comparisons, iteration, operations
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.registry import Table, native, natives
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Native, Unknown, Value

_BINARY = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and_": "&", "or_": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "concat": "+",
}  # fmt: skip
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is_": "is", "is_not": "is not"}
_UNARY = {"neg": "-", "pos": "+", "invert": "~", "inv": "~", "not_": "not"}


def _binary(sign: str) -> Callable[..., Value]:
    return lambda run, a, b: operations.binary(run, sign, a, b)


def _augmented(sign: str) -> Callable[..., Value]:
    return lambda run, a, b: operations.augmented(run, sign, a, b)


def _comparison(sign: str) -> Callable[..., Value]:
    return lambda run, a, b: comparisons.compare(run, sign, a, b)


def _unary(sign: str) -> Callable[..., Value]:
    return lambda run, a: operations.unary(run, sign, a)


def _truth(run: Run, value: Value) -> Value:
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, scalar=True)
    return operations.truth(run, value)


def _position(run: Run, container: Value, item: Value) -> Value:
    for index, element in enumerate(iteration.iterate(run, container)):
        run.step()
        if operations.truth(run, comparisons.equals(run, element, item)):
            return index
    raise raised(run, "ValueError", "sequence.index(x): x not in sequence")


def _count(run: Run, container: Value, item: Value) -> Value:
    return sum(
        operations.truth(run, comparisons.equals(run, element, item)) for element in iteration.iterate(run, container)
    )


def _as_index(run: Run, value: Value) -> Value:
    if isinstance(operations.payload(value), float):
        raise raised(run, "TypeError", "'float' object cannot be interpreted as an integer")
    return natives()["builtins.int"].native(run, None, value)


@native("operator.itemgetter")
def itemgetter(run: Run, *keys: Value) -> Value:
    def get(run: Run, value: Value) -> Value:
        items = tuple(iteration.get_item(run, value, key) for key in keys)
        return items[0] if len(items) == 1 else items

    return Native("operator.itemgetter", get)


@native("operator.attrgetter")
def attrgetter(run: Run, *paths: Value) -> Value:
    known = [operations.payload(path) for path in paths]
    unknown = next((path for path in known if isinstance(path, Unknown)), None)
    if unknown is not None:
        return Unknown(unknown.reason, unknown.place)

    def read(run: Run, value: Value, path: str) -> Value:
        for name in path.split("."):
            value = attributes.get_attribute(run, value, name)
        return value

    def get(run: Run, value: Value) -> Value:
        found = tuple(read(run, value, path) for path in known)
        return found[0] if len(found) == 1 else found

    return Native("operator.attrgetter", get)


@native("operator.methodcaller")
def methodcaller(run: Run, name: Value, *arguments: Value, **keywords: Value) -> Value:
    if isinstance(name, Unknown):
        return Unknown(name.reason, name.place)

    def apply(run: Run, value: Value) -> Value:
        return attributes.call_method(run, value, operations.payload(name), list(arguments), dict(keywords))

    return Native("operator.methodcaller", apply)


def _functions() -> dict[str, Callable[..., Value]]:
    found: dict[str, Callable[..., Value]] = {name: _binary(sign) for name, sign in _BINARY.items()}
    found.update({f"i{name.rstrip('_')}": _augmented(sign) for name, sign in _BINARY.items()})
    found.update({name: _comparison(sign) for name, sign in _COMPARISONS.items()})
    found.update({name: _unary(sign) for name, sign in _UNARY.items()})
    found.update(
        {
            "contains": comparisons.contains,
            "getitem": iteration.get_item,
            "setitem": iteration.set_item,
            "delitem": iteration.delete_item,
            "truth": _truth,
            "index": _as_index,
            "indexOf": _position,
            "countOf": _count,
            "abs": lambda run, value: natives()["builtins.abs"].function(run, value),
            "length_hint": lambda run, value, default=0: natives()["builtins.len"].function(run, value),
        }
    )
    return {**found, **{f"__{name.rstrip('_')}__": function for name, function in found.items()}}


OPERATOR = Table({f"operator.{name}": Native(f"operator.{name}", function) for name, function in _functions().items()})
