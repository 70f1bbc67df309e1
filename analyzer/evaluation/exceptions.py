"""The exceptions of the analysed program, and the gate through which host operations raise them.

raised(run, "KeyError", "'x'")            -> Raised(KeyError("'x'"))
guarded(run, operator.truediv, 1, 0)      raises Raised(ZeroDivisionError("division by zero"))
"""

from __future__ import annotations

import builtins
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from analyzer.algebra.expression import Expr, TooComplex
from analyzer.algebra.rational import Inexact, Rational
from analyzer.algebra.tensor import Refused
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import LONGEST_REASON, Class, Instance, Raised, Unknown, Value

OBJECT = Class("object", (), {})


def _exceptions() -> Mapping[str, Class]:
    table: dict[str, Class] = {}

    def add(host: type[BaseException]) -> Class:
        if host.__name__ not in table:
            base = host.__bases__[0]
            parent = OBJECT if base is object else add(base)
            table[host.__name__] = cls = Class(host.__name__, (parent,), {}, host=host)
            cls.is_exception = True
        return table[host.__name__]

    for value in vars(builtins).values():
        if isinstance(value, type) and issubclass(value, BaseException):
            add(value)
    for alias in ("IOError", "EnvironmentError"):
        table[alias] = table["OSError"]
    return table


EXCEPTIONS = _exceptions()

_HOST_ERRORS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError, StopIteration, RuntimeError,
    NotImplementedError, OSError,
)  # fmt: skip


def exception(name: str, *arguments: Value) -> Instance:
    """An instance of a builtin exception class."""
    instance = Instance(EXCEPTIONS[name])
    instance.attributes["args"] = tuple(arguments)
    return instance


def raised(run: Run, name: str, message: Value) -> Raised:
    """The exception to be raised in the analysed program, at the statement being executed."""
    return Raised(exception(name, message), run.place)


def from_host(run: Run, error: BaseException) -> Raised:
    """What a host operation raised, as the analysed program sees it."""
    name = next((cls.__name__ for cls in type(error).__mro__ if cls.__name__ in EXCEPTIONS), "Exception")
    return Raised(exception(name, *error.args), run.place)


MISFITS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What our code and the host's raise for values that they are not meant for."""
SMALL = 1_000
_SIZED = (str, bytes, list, tuple, dict, set, frozenset, deque)


def guarded(run: Run, operation: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Call a host operation, pay for a large result; what it raises becomes the analysed program's exception."""
    try:
        result = operation(*arguments, **keywords)
        if isinstance(result, _SIZED) and len(result) > SMALL:
            run.check_size(len(result))
        return result
    except RecursionError:
        raise
    except _HOST_ERRORS as error:
        if isinstance(error, (TypeError, AttributeError)) and any(map(_is_abstract, arguments)):
            return Unknown(_of_symbols(arguments), run.place, plain=True)
        raise from_host(run, error) from None
    except (Inexact, TooComplex) as error:
        return Unknown(str(error) or type(error).__doc__ or "", run.place, scalar=True)
    except MemoryError:
        raise OutOfFuel("out of memory", run.place) from None


def _is_abstract(value: Value) -> bool:
    return isinstance(value, (Expr, Rational, Unknown)) or (type(value) is tuple and any(map(_is_abstract, value)))


def _of_symbols(arguments: tuple[Any, ...]) -> str:
    """Why an operation on something that is not known has a result that is not."""
    parts = [
        part for value in arguments for part in (value if type(value) is tuple else (value,)) if _is_abstract(part)
    ]
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    return unknown.reason if unknown is not None else f"a value made of {parts[0]}"


def misfit(name: str, error: Exception) -> str:
    """Why a function of Python or torch could not be followed."""
    return f"{name} of such arguments is not followed: {type(error).__name__}: {error}"


def describe(error: Raised | Refused | Exception) -> str:
    """One line of what went wrong: `ValueError: kernel_size must be odd`."""
    if isinstance(error, Raised):
        arguments = error.value.attributes.get("args", ())
        text = ", ".join(_brief(argument) for argument in arguments[:8]) if isinstance(arguments, tuple) else ""
        return f"{error.value.cls.name}: {text}" if text else error.value.cls.name
    return str(error)[:LONGEST_REASON]


def _brief(argument: Value) -> str:
    """An argument of an exception as text, whatever its size."""
    if isinstance(argument, (str, bytes)):
        return str(argument[:LONGEST_REASON])
    if isinstance(argument, (list, tuple, set, frozenset, dict)):
        return f"a {type(argument).__name__} of {len(argument)}"
    if isinstance(argument, int) and argument.bit_length() > 4_000:
        return "a giant integer"
    return str(argument)[:LONGEST_REASON]


__all__ = ["EXCEPTIONS", "MISFITS", "OBJECT", "describe", "exception", "from_host", "guarded", "misfit", "raised"]
