"""Python's ten comparison operators on abstract values.

compare(run, "==", Unknown("..."), 3)        -> Unknown(...)
compare(run, "in", 3, [1, 2, 3])             -> True
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.expression import Expr
from analyzer.algebra.rational import Rational
from analyzer.evaluation.assumptions import doubted, prove
from analyzer.evaluation.exceptions import guarded
from analyzer.evaluation.operations import payload, truth, unary
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, NativeModule, Tensor, Unknown, Value

_ORDER: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


_ORDER_METHODS = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}


_REFLECTED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def compare(run: Run, sign: str, left: Value, right: Value) -> Value:
    """`left sign right` for one of Python's ten comparison operators."""
    if sign == "is":
        return _is(run, left, right)
    if sign == "is not":
        return unary(run, "not", _is(run, left, right))
    if sign == "==":
        return equals(run, left, right)
    if sign == "!=":
        if type(left) is Tensor or type(right) is Tensor:
            return _tensor_compare(run, "__ne__", left, right)
        if isinstance(left, Instance):
            from analyzer.evaluation.attributes import call_special, has_special

            if has_special(left, "__ne__"):
                return call_special(run, left, "__ne__", right)
        return unary(run, "not", equals(run, left, right))
    if sign == "in":
        return contains(run, right, left)
    if sign == "not in":
        return unary(run, "not", contains(run, right, left))
    return _order(run, sign, left, right)


def _is(run: Run, left: Value, right: Value) -> Value:
    if left is right:
        return True
    left, right = doubted(run, left) or left, doubted(run, right) or right
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        unknown, other = (left, right) if isinstance(left, Unknown) else (right, left)
        key = f"{unknown.key} is {other!r}" if unknown.key and _is_literal(other) else None
        return Unknown(unknown.reason, unknown.place, plain=True, key=key)
    if isinstance(left, NativeModule) and isinstance(right, NativeModule):
        return left == right
    if type(left) in (int, str, float, bytes, tuple) and type(left) is type(right):
        return bool(left == right) and type(left) in (int, str)
    return False


def _is_literal(value: Value) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _order(run: Run, sign: str, left: Value, right: Value) -> Value:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return _unknown_comparison(sign, left, right)
    if type(left) is Tensor or type(right) is Tensor:
        if type(left) is not Tensor:
            left, right, sign = right, left, _REFLECTED[sign]
        return _tensor_compare(run, _ORDER_METHODS[sign], left, right)
    if isinstance(left, Instance) or isinstance(right, Instance):
        from analyzer.evaluation.attributes import call_special, has_special

        for value, other, name in ((left, right, sign), (right, left, _REFLECTED[sign])):
            if isinstance(value, Instance) and has_special(value, _ORDER_METHODS[name]):
                return call_special(run, value, _ORDER_METHODS[name], other)
        left, right = payload(left), payload(right)
    if isinstance(left, (list, tuple)) and type(left) is type(right):
        for one, two in zip(left, right, strict=False):
            if not truth(run, equals(run, one, two)):
                return _order(run, sign, one, two)
        return _ORDER[sign](len(left), len(right))
    prove(run, (left, right))
    return guarded(run, _ORDER[sign], left, right)


def _unknown_comparison(sign: str, left: Value, right: Value) -> Unknown:
    unknown, other = (left, right) if isinstance(left, Unknown) else (right, left)
    key = f"{unknown.key} {sign} {other!r}" if unknown.key and _is_literal(other) and unknown is left else None
    return Unknown(unknown.reason, unknown.place, plain=True, key=key)


def _tensor_compare(run: Run, method: str, left: Value, right: Value) -> Value:
    from analyzer.evaluation.tensors import apply_named

    if type(left) is not Tensor:
        left, right = right, left
    if right is None or isinstance(right, (str, Class)):
        return method == "__ne__"
    return apply_named(run, f"Tensor.{method}", (left, right), {})


def equals(run: Run, left: Value, right: Value) -> Value:
    """`left == right`: a bool, an Unknown, or a tensor."""
    if left is right and not isinstance(left, float):
        return True
    kind, other = type(left), type(right)
    if kind is Unknown or other is Unknown:
        return _unknown_comparison("==", left, right)
    if kind is Tensor or other is Tensor:
        return _tensor_compare(run, "__eq__", left, right)
    if isinstance(left, Instance) or isinstance(right, Instance):
        from analyzer.evaluation.attributes import call_special, has_special

        for value, against in ((left, right), (right, left)):
            if isinstance(value, Instance) and has_special(value, "__eq__"):
                result = call_special(run, value, "__eq__", against)
                if result is not NotImplemented:
                    return result
        plain_left, plain_right = payload(left), payload(right)
        if plain_left is left and plain_right is right:
            return False
        if isinstance(plain_left, Instance) or isinstance(plain_right, Instance):
            return False
        return equals(run, plain_left, plain_right)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        if isinstance(left, list) != isinstance(right, list) or len(left) != len(right):
            return False
        return _all_equal(run, zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        if len(left) != len(right) or any(key not in right for key in left):
            return False
        return _all_equal(run, ((value, right[key]) for key, value in left.items()))
    if run.assumed and (kind is Expr or other is Expr):
        if {kind, other} <= {Expr, int, float, Rational}:
            prove(run, (left, right))
        elif (unknown := doubted(run, left) or doubted(run, right)) is not None:
            return _unknown_comparison("==", unknown, right if kind is Expr else left)
    return guarded(run, operator.eq, left, right)


def _all_equal(run: Run, pairs: Any) -> Value:
    unknown: Unknown | None = None
    for one, two in pairs:
        run.step()
        same = equals(run, one, two)
        if isinstance(same, Unknown):
            unknown = same
        elif not truth(run, same):
            return False
    return unknown or True


def _in_range(run: Run, container: range, item: Value) -> Value:
    """The host would compare one number after the other."""
    if isinstance(item, float):
        return item.is_integer() and int(item) in container
    if isinstance(item, Expr):
        return run.unknown(f"whether {item} is in a range", plain=True)
    if isinstance(item, Tensor):
        return run.unknown("membership of a tensor depends on its data", plain=True)
    return False


def contains(run: Run, container: Value, item: Value) -> Value:
    """`item in container`."""
    if type(container) is dict and type(item) in (int, str):
        return item in container
    if isinstance(container, Unknown):
        return _unknown_comparison("in", container, item)
    if isinstance(container, Instance):
        from analyzer.evaluation.attributes import call_special, has_special

        if has_special(container, "__contains__"):
            return call_special(run, container, "__contains__", item)
        if container.payload is None:
            from analyzer.evaluation.iteration import iterate

            return contains(run, list(iterate(run, container)), item)
        container = container.payload
    if isinstance(container, Class):
        from analyzer.evaluation.iteration import iterate

        return contains(run, list(iterate(run, container)), item)
    if isinstance(container, (list, tuple)) or type(container).__name__ in ("deque", "dict_values", "dict_items"):
        unknown: Unknown | None = None
        for element in container:
            run.step()
            same = equals(run, element, item)
            if isinstance(same, Unknown):
                unknown = same
            elif truth(run, same):
                return True
        return unknown or False
    if isinstance(item, Unknown):
        return Unknown(item.reason, item.place, plain=True)
    if isinstance(item, Instance) and isinstance(item.payload, (str, int)):
        item = item.payload
    if isinstance(container, range) and type(item) not in (int, bool):
        return _in_range(run, container, item)
    if isinstance(container, (dict, set, frozenset)):
        from analyzer.evaluation.iteration import key_of

        item = key_of(run, item)
    if isinstance(container, (dict, set, frozenset)) and isinstance(item, Expr):
        return contains(run, list(container), item)
    if type(container) is Tensor:
        return run.unknown("membership in a tensor depends on its data", plain=True)
    return guarded(run, operator.contains, container, item)
