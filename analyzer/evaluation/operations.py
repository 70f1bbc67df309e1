"""Python's operators on abstract values, with every host operation guarded.

binary(run, "+", 2, 3)                      -> 5
binary(run, "*", symbol("in"), 9)           -> 9*in
binary(run, "*", [0], 10**12)               -> OutOfFuel: a container of 1,000,000,000,000 elements is over the limit
compare(run, "==", Unknown("..."), 3)       -> Unknown(...)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from analyzer.algebra.expression import Expr, pinned
from analyzer.algebra.rational import Rational
from analyzer.evaluation.assumptions import prove
from analyzer.evaluation.exceptions import guarded, raised
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Class,
    Instance,
    NativeModule,
    Tensor,
    Unknown,
    Value,
)

_HOST: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "@": operator.matmul, "&": operator.and_, "|": operator.or_,
    "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip

METHODS: Mapping[str, tuple[str, str, str]] = {
    sign: (f"__{name}__", f"__r{name}__", f"__i{name}__")
    for sign, name in {
        "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow",
        "@": "matmul", "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
    }.items()
}  # fmt: skip

_NUMBERS = (int, float, bool)
_SYMBOLIC = (Expr, Rational)
_SEQUENCES = (str, bytes, list, tuple)


def binary(run: Run, sign: str, left: Value, right: Value) -> Value:
    """`left sign right`."""
    kind, other = type(left), type(right)
    if kind in _NUMBERS and other in _NUMBERS:
        if sign in ("**", "<<", "*") and kind is not float and other is not float:
            _check_bits(run, sign, left, right)
        return guarded(run, _HOST[sign], left, right)
    if kind is Tensor or other is Tensor:
        return _tensor(run, sign, left, right)
    if isinstance(left, Instance) or isinstance(right, Instance):
        return _instances(run, sign, left, right)
    if kind is Unknown or other is Unknown:
        unknown = left if kind is Unknown else right
        if sign == "|" and (isinstance(left, Class) or isinstance(right, Class)):
            return unknown
        scalar = all(
            kind in (*_NUMBERS, *_SYMBOLIC) or (kind is Unknown and side.scalar)
            for kind, side in ((kind, left), (other, right))
        )
        return Unknown(unknown.reason, unknown.place, plain=True, scalar=scalar)
    if kind in _SYMBOLIC or other in _SYMBOLIC:
        if kind in _SEQUENCES or other in _SEQUENCES:
            return run.unknown("the length of a sequence depends on a symbol", plain=True)
        if sign in _BITWISE and kind in (int, bool, Expr) and other in (int, bool, Expr):
            return _bitwise(run, sign, left, right)
        prove(run, (left, right))
        return _symbolic(run, sign, left, right)
    if sign == "|" and (isinstance(left, Class) or isinstance(right, Class)):
        return (left, right)
    _check_sequence(run, sign, left, right)
    if isinstance(left, NativeModule) or isinstance(right, NativeModule):
        return run.unknown(f"operator {sign} on a module of torch or Python", plain=True)
    return guarded(run, _HOST[sign], left, right)


def _symbolic(run: Run, sign: str, left: Value, right: Value) -> Value:
    """Arithmetic of formulas; what they have no form for is done where the facts in force leave one integer only."""
    kinds = (type(left), type(right))
    if all(kind in (*_NUMBERS, *_SYMBOLIC) for kind in kinds) and (float in kinds or sign == "**"):
        known = [pinned(side) if isinstance(side, Expr) else side for side in (left, right)]
        if not any(isinstance(side, _SYMBOLIC) for side in known):
            return binary(run, sign, known[0], known[1])
        if sign == "**" and not (kinds[0] is Expr and type(right) is int and right >= 0):
            return Unknown(f"{left} ** {right}", run.place, plain=True, scalar=True)
    return guarded(run, _HOST[sign], left, right)


_BITWISE = frozenset({"<<", ">>", "&", "|", "^"})


def _bitwise(run: Run, sign: str, left: Value, right: Value) -> Value:
    """Shifts of a symbol by a number are products and floor divisions; other operators on its bits are not followed."""
    if sign in ("<<", ">>") and isinstance(right, int) and 0 <= right < 64:
        return left * 2**right if sign == "<<" else left // 2**right
    return Unknown(f"operator {sign} on the bits of a symbol", run.place, plain=True, scalar=True)


def _check_bits(run: Run, sign: str, left: int, right: int) -> None:
    if sign == "*":
        bits = int(left).bit_length() + int(right).bit_length()
    elif right < 0:
        return
    else:
        bits = int(left).bit_length() * int(right) if sign == "**" else int(left).bit_length() + int(right)
    if bits > run.limits.bits and not (left == 0 or (sign == "**" and left in (1, -1))):
        from analyzer.evaluation.run import OutOfFuel

        raise OutOfFuel(f"an integer of {bits:,} bits is over the limit", run.place)


def _check_sequence(run: Run, sign: str, left: Value, right: Value) -> None:
    if sign == "*":
        if isinstance(left, _SEQUENCES) and type(right) is int:
            run.check_size(len(left) * max(right, 0))
        elif isinstance(right, _SEQUENCES) and type(left) is int:
            run.check_size(len(right) * max(left, 0))
    elif sign == "+" and isinstance(left, _SEQUENCES) and isinstance(right, _SEQUENCES):
        run.check_size(len(left) + len(right))
    elif sign == "%" and isinstance(left, (str, bytes)):
        pattern = left if isinstance(left, str) else left.decode("latin-1")
        values = right if isinstance(right, tuple) else tuple(right.values()) if isinstance(right, dict) else (right,)
        specs = "".join(_CONVERSION.findall(pattern))
        check_format(run, specs, values, pattern.count("%"))
        if "*" in specs:
            run.check_size(sum(abs(value) for value in values if isinstance(value, int)))


_CONVERSION = re.compile(r"%[-+ #0-9.*]*")


def check_format(run: Run, pattern: str, values: Iterable[Value] = (), fields: int = 1) -> None:
    """Refuse a format whose widths and precisions, or whose values put into it again and again, make a giant string."""
    width, total = 0, 0
    for character in pattern:
        if character.isdecimal():
            width = min(width * 10 + int(character), 2 * run.limits.size)
        elif width:
            total, width = total + width, 0
    longest = max((len(value) for value in values if isinstance(value, (str, bytes))), default=0)
    if (size := total + width + fields * longest) > 1_000:
        run.check_size(size)


def _tensor(run: Run, sign: str, left: Value, right: Value) -> Value:
    from analyzer.evaluation.tensors import apply_named

    forward, reflected, _ = METHODS[sign]
    if type(left) is Tensor:
        return apply_named(run, f"Tensor.{forward}", (left, right), {})
    if isinstance(left, Instance):
        return _instances(run, sign, left, right)
    return apply_named(run, f"Tensor.{reflected}", (right, left), {})


def _instances(run: Run, sign: str, left: Value, right: Value) -> Value:
    from analyzer.evaluation.attributes import call_special, has_special

    forward, reflected, _ = METHODS[sign]
    if isinstance(left, Instance) and has_special(left, forward):
        result = call_special(run, left, forward, right)
        if result is not NotImplemented:
            return result
    if isinstance(right, Instance) and has_special(right, reflected):
        result = call_special(run, right, reflected, left)
        if result is not NotImplemented:
            return result
    plain_left, plain_right = payload(left), payload(right)
    if plain_left is not left or plain_right is not right:
        return binary(run, sign, plain_left, plain_right)
    for side in (left, right):
        unknown = side if isinstance(side, Unknown) else getattr(side, "incomplete", None)
        if unknown is not None:
            return Unknown(unknown.reason, unknown.place, plain=True)
    raise raised(run, "TypeError", f"unsupported operand type(s) for {sign}: {type_name(left)} and {type_name(right)}")


def payload(value: Value) -> Value:
    """The builtin data of an instance of a subclass of dict, list, str, int, ...; else the value itself."""
    if isinstance(value, Instance) and value.payload is not None:
        return value.payload
    return value


def type_name(value: Value) -> str:
    """The name of the value's class as the analysed program would see it."""
    if isinstance(value, Instance):
        return repr(value.cls.name)
    if isinstance(value, Tensor):
        return "'Parameter'" if value.is_parameter else "'Tensor'"
    if isinstance(value, Expr):
        return "'int'"
    return repr(type(value).__name__)


def augmented(run: Run, sign: str, left: Value, right: Value) -> Value:
    """`left sign= right`: lists, dicts and sets change in place."""
    if type(left) is list and sign == "+":
        if isinstance(right, Unknown):
            run.lose(right)
            return right
        from analyzer.evaluation.iteration import iterate

        for item in iterate(run, right):
            left.append(item)
            run.check_size(len(left))
        return left
    if isinstance(left, (set, dict)) and sign in ("|", "&", "-", "^") and type(right) is type(left):
        return guarded(run, getattr(operator, {"|": "ior", "&": "iand", "-": "isub", "^": "ixor"}[sign]), left, right)
    if isinstance(left, Instance):
        from analyzer.evaluation.attributes import call_special, has_special

        in_place = METHODS[sign][2]
        if has_special(left, in_place):
            return call_special(run, left, in_place, right)
    if type(left) is Tensor:
        from analyzer.evaluation.tensors import apply_named

        return apply_named(run, f"Tensor.{METHODS[sign][2]}", (left, right), {})
    return binary(run, sign, left, right)


def unary(run: Run, sign: str, operand: Value) -> Value:
    """`sign operand`, `not` included."""
    if sign == "not":
        if isinstance(operand, Unknown):
            key = None if operand.key is None else f"not {operand.key}"
            return Unknown(operand.reason, operand.place, plain=True, key=key)
        return not truth(run, operand)
    if isinstance(operand, Unknown):
        return Unknown(operand.reason, operand.place, plain=True, scalar=operand.scalar)
    if type(operand) is Tensor:
        from analyzer.evaluation.tensors import apply_named

        method = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}[sign]
        return operand if sign == "+" else apply_named(run, f"Tensor.{method}", (operand,), {})
    if isinstance(operand, Instance):
        from analyzer.evaluation.attributes import call_special, has_special

        method = {"-": "__neg__", "+": "__pos__", "~": "__invert__"}[sign]
        if has_special(operand, method):
            return call_special(run, operand, method)
        operand = payload(operand)
    return guarded(run, _HOST_UNARY[sign], operand)


_HOST_UNARY: Mapping[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert}


_HOST_TRUTH = frozenset({bool, int, float, str, type(None), list, tuple, dict})


def truth(run: Run, value: Value) -> bool:
    """`bool(value)`; what is not known is decided by the run."""
    kind = type(value)
    if kind in _HOST_TRUTH:
        return bool(value)
    if kind is Unknown:
        if value.key is not None and value.key.startswith("not "):
            return not run.decide_unknown(Unknown(value.reason, value.place, key=value.key[4:]))
        return run.decide_unknown(value)
    if kind is Tensor:
        if value.values is not None and len(value.values) == 1:
            return bool(value.values[0])
        return run.decide_unknown(run.unknown("the truth of a tensor depends on its data", plain=True))
    if isinstance(value, Instance):
        from analyzer.evaluation.attributes import call_special, has_special

        if has_special(value, "__bool__"):
            return truth(run, call_special(run, value, "__bool__"))
        if has_special(value, "__len__"):
            return truth(run, call_special(run, value, "__len__"))
        return bool(value.payload) if value.payload is not None else True
    if kind is Rational:
        return bool(value != 0)
    return bool(value)
