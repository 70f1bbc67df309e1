"""contextlib, abc, weakref, threading: what surrounds a program's own work.

@contextmanager                       with width(3): ...     runs the generator up to its yield, then to its end
def width(n): ...; yield n
with suppress(KeyError): ...          swallows the program's KeyError
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import calls, iteration
from analyzer.evaluation.exception_statements import matches_exception
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.natives.builtin_types import TYPES
from analyzer.evaluation.natives.registry import Table, native, natives
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Native, Property, Raised, Unknown, Value


def _methods(kind: str, table: dict[str, Callable[..., Any]]) -> dict[str, Value]:
    return {name: Native(f"{kind}.{name}", function, binds=True) for name, function in table.items()}


def _class(name: str, module: str, table: dict[str, Callable[..., Any]], *bases: Class) -> Class:
    return Class(name, bases or (OBJECT,), _methods(name, table), module=module)


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _itself(run: Run, value: Value, *more: Value, **keywords: Value) -> Value:
    return value


# ---------------------------------------------------------------- context managers


def _decorated(run: Run, manager: Instance, function: Value) -> Value:
    """A context manager as a decorator: the function runs inside of it."""

    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        fresh = manager
        if "remake" in manager.attributes:
            fresh = calls.call(run, manager.attributes["remake"], [], {})
        calls.enter(run, fresh)
        try:
            result = calls.call(run, function, list(arguments), keywords)
        except Raised as error:
            if calls.leave(run, fresh, error):
                return None
            raise
        calls.leave(run, fresh, None)
        return result

    wrapper = Native(getattr(function, "name", "decorated"), apply, binds=True)
    wrapper.attributes["__wrapped__"] = function
    return wrapper


def _enter_generator(run: Run, manager: Instance) -> Value:
    try:
        return next(manager.attributes["generator"])
    except StopIteration:
        raise raised(run, "RuntimeError", "generator didn't yield") from None


def _leave_generator(run: Run, manager: Instance, kind: Value, value: Value, traceback: Value) -> Value:
    generator = manager.attributes["generator"]
    if value is None:
        next(generator, None)
        return False
    try:
        generator.throw(Raised(value, run.place))
    except StopIteration:
        return True
    except Raised as error:
        if error.value is value:
            return False
        raise
    raise raised(run, "RuntimeError", "generator didn't stop after throw()")


@native("contextlib.contextmanager")
def context_manager(run: Run, function: Value) -> Value:
    def make(run: Run, *arguments: Value, **keywords: Value) -> Value:
        generator = calls.call(run, function, list(arguments), keywords)
        if isinstance(generator, Unknown) or not hasattr(type(generator), "throw"):
            return generator
        manager = Instance(GENERATOR_MANAGER)
        manager.attributes["generator"] = generator
        manager.attributes["remake"] = Native("remake", lambda run: make(run, *arguments, **keywords))
        return manager

    result = Native(getattr(function, "name", "contextmanager"), make, binds=True)
    result.attributes["__wrapped__"] = function
    return result


def _gives(run: Run, manager: Instance, enter_result: Value = None) -> None:
    manager.attributes["enter_result"] = enter_result


def _given(run: Run, manager: Instance) -> Value:
    return manager.attributes["enter_result"]


def _set_up_suppress(run: Run, manager: Instance, *exceptions: Value) -> None:
    manager.attributes["exceptions"] = exceptions


def _suppresses(run: Run, manager: Instance, kind: Value, value: Value, traceback: Value) -> Value:
    return value is not None and matches_exception(manager.attributes["exceptions"], value)


def _set_up_stack(run: Run, stack: Instance) -> None:
    stack.attributes["managers"] = []


def _enter_context(run: Run, stack: Instance, manager: Value) -> Value:
    entered = calls.enter(run, manager)
    stack.attributes["managers"].append(manager)
    return entered


def _callback(run: Run, stack: Instance, function: Value, *arguments: Value, **keywords: Value) -> Value:
    manager = Instance(CALLBACK)
    manager.attributes["call"] = Native("callback", lambda run: calls.call(run, function, list(arguments), keywords))
    stack.attributes["managers"].append(manager)
    return function


def _run_callback(run: Run, manager: Instance, *details: Value) -> None:
    calls.call(run, manager.attributes["call"], [], {})


def _leave_stack(run: Run, stack: Instance, kind: Value = None, value: Value = None, traceback: Value = None) -> Value:
    error = None if value is None else Raised(value, run.place)
    managers = stack.attributes["managers"]
    while managers:
        if calls.leave(run, managers.pop(), error):
            error = None
    return value is not None and error is None


DECORATOR = _class("ContextDecorator", "contextlib", {"__call__": _decorated})
ABSTRACT = _class("AbstractContextManager", "contextlib", {"__enter__": _itself, "__exit__": _nothing})
GENERATOR_MANAGER = _class(
    "_GeneratorContextManager", "contextlib", {"__enter__": _enter_generator, "__exit__": _leave_generator}, DECORATOR
)
_GIVES: dict[str, Callable[..., Any]] = {"__init__": _gives, "__enter__": _given, "__exit__": _nothing}
NULL = _class("nullcontext", "contextlib", _GIVES, DECORATOR)
SUPPRESS = _class(
    "suppress", "contextlib", {"__init__": _set_up_suppress, "__enter__": _nothing, "__exit__": _suppresses}
)
STACK = _class("ExitStack", "contextlib", {
    "__init__": _set_up_stack, "__enter__": _itself, "__exit__": _leave_stack, "close": _leave_stack,
    "enter_context": _enter_context, "callback": _callback, "push": _enter_context,
})  # fmt: skip
CALLBACK = _class("callback", "contextlib", {"__exit__": _run_callback})
CLOSING = _class("closing", "contextlib", _GIVES)
REDIRECT = _class("redirect_stdout", "contextlib", _GIVES)
CATCH_WARNINGS = _class("catch_warnings", "warnings", {
    "__init__": _nothing, "__enter__": lambda run, manager: [], "__exit__": _nothing,
}, DECORATOR)  # fmt: skip


# ---------------------------------------------------------------- abc


@native("abc.abstractproperty")
def abstract_property(run: Run, get: Value = None, *more: Value) -> Value:
    return Property(get, *more)


def _static(kind: str) -> Native:
    def apply(run: Run, function: Value) -> Value:
        return calls.call(run, natives()[f"builtins.{kind}"], [function], {})

    return Native(f"abc.abstract{kind}", apply)


ABC_META = Class("ABCMeta", (TYPES.values["builtins.type"],), {}, module="abc")
ABC_META.namespace["register"] = Native("register", lambda run, cls, subclass: subclass, binds=True)
ABC = Class("ABC", (OBJECT,), {}, module="abc")
ABC.keywords = {"metaclass": ABC_META}


# ---------------------------------------------------------------- weakref, threading


@native("weakref.ref", "weakref.ReferenceType", "weakref.WeakMethod")
def reference(run: Run, target: Value, callback: Value = None) -> Value:
    """What it refers to is never collected."""
    return Native("weakref.ref", lambda run: target)


LOCK = _class("lock", "threading", {
    "__enter__": lambda run, lock: True, "__exit__": _nothing, "release": _nothing, "notify": _nothing,
    "notify_all": _nothing, "set": _nothing, "clear": _nothing, "acquire": lambda run, lock, *more, **keywords: True,
    "locked": lambda run, lock: False,
})  # fmt: skip


def _beside(run: Run, thread: Value) -> None:
    """What a thread changes, and when, is not followed."""
    run.doubt(run.unknown("a thread runs beside the program"))


@native(*(f"threading.{name}" for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event")))
def lock(run: Run, *arguments: Value, **keywords: Value) -> Value:
    return Instance(LOCK)


@native("contextlib.asynccontextmanager")
def async_context_manager(run: Run, function: Value) -> Value:
    def make(run: Run, *arguments: Value, **keywords: Value) -> Value:
        raise iteration.Untraversable(run.unknown("an asynchronous context", plain=True))

    return Native("asynccontextmanager", make, binds=True)


CONTEXTS = Table({
    "contextlib.nullcontext": NULL, "contextlib.suppress": SUPPRESS, "contextlib.ExitStack": STACK,
    "contextlib.closing": CLOSING, "contextlib.redirect_stdout": REDIRECT, "contextlib.redirect_stderr": REDIRECT,
    "contextlib.ContextDecorator": DECORATOR, "contextlib.AbstractContextManager": ABSTRACT,
    "warnings.catch_warnings": CATCH_WARNINGS, "abc.ABC": ABC, "abc.ABCMeta": ABC_META,
    "abc.abstractmethod": Native("abc.abstractmethod", _itself), "abc.abstractclassmethod": _static("classmethod"),
    "abc.abstractstaticmethod": _static("staticmethod"), "abc.update_abstractmethods": Native("abc", _itself),
    "weakref.proxy": Native("weakref.proxy", _itself), "weakref.finalize": Native("weakref.finalize", _nothing),
    "weakref.WeakValueDictionary": TYPES.values["builtins.dict"],
    "weakref.WeakKeyDictionary": TYPES.values["builtins.dict"], "weakref.WeakSet": TYPES.values["builtins.set"],
    "threading.local": Class("local", (OBJECT,), {}, module="threading"),
    "threading.Thread": _class("Thread", "threading", {"__init__": _nothing, "start": _beside, "join": _nothing}),
})  # fmt: skip
