"""functools: partial application, wrapping, caching, dispatch.

partial(nn.Conv2d, bias=False)(3, 8, 1)     -> Conv2d(3, 8, 1, bias=False)
reduce(mul, [2, 3, 4])                      -> 24
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation import attributes, calls, comparisons, iteration, natives, operations
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.expressions import compile_expression
from analyzer.evaluation.extents import ATOMS
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    Function,
    Instance,
    Native,
    Partial,
    Property,
    Unknown,
    Value,
)

WRAPPER_ASSIGNMENTS = ("__module__", "__name__", "__qualname__", "__doc__")


def _partial(run: Run, cls: Class, function: Value, *arguments: Value, **keywords: Value) -> Value:
    if isinstance(function, Unknown):
        return Unknown(function.reason, function.place)
    if isinstance(function, Partial) and not function.attributes:
        return Partial(function.function, (*function.arguments, *arguments), {**function.keywords, **keywords})
    return Partial(function, arguments, keywords)


def _is_partial(run: Run, value: Value) -> Value:
    return isinstance(value, Partial)


PARTIAL = Class(
    "partial", (OBJECT,), {"__instance_check__": Native("partial", _is_partial)}, module="functools", native=_partial
)


def _partial_method(run: Run, cls: Class, function: Value, *arguments: Value, **keywords: Value) -> Value:
    def apply(run: Run, instance: Value, *more: Value, **named: Value) -> Value:
        return calls.call(run, function, [instance, *arguments, *more], {**keywords, **named})

    return Native("partialmethod", apply, binds=True)


PARTIAL_METHOD = Class("partialmethod", (OBJECT,), {}, module="functools", native=_partial_method)


@native("functools.reduce", "_functools.reduce")
def reduce(run: Run, function: Value, iterable: Value, *initial: Value) -> Value:
    source = iter(iteration.iterate(run, iterable))
    result = initial[0] if initial else next(source, reduce)
    if result is reduce:
        raise raised(run, "TypeError", "reduce() of empty iterable with no initial value")
    for item in source:
        run.step()
        result = calls.call(run, function, [result, item], {})
    return result


@native("functools.update_wrapper")
def update_wrapper(run: Run, wrapper: Value, wrapped: Value, assigned: Value = None, updated: Value = None) -> Value:
    """The wrapper, with the names of what it wraps."""
    target = wrapper.function if isinstance(wrapper, Bound) else wrapper
    own = getattr(target, "attributes", None)
    if not isinstance(own, dict) or isinstance(wrapper, Instance):
        return wrapper
    for name in WRAPPER_ASSIGNMENTS if assigned is None else iteration.iterate(run, assigned):
        if attributes.has_attribute(run, wrapped, name) is True:
            own[name] = attributes.get_attribute(run, wrapped, name)
    more = getattr(wrapped, "attributes", None)
    if isinstance(more, dict) and not isinstance(wrapped, Instance):
        own.update(more)
    own["__wrapped__"] = wrapped
    return wrapper


@native("functools.wraps")
def wraps(run: Run, wrapped: Value, assigned: Value = None, updated: Value = None) -> Value:
    def decorate(run: Run, wrapper: Value) -> Value:
        return update_wrapper.value.function(run, wrapper, wrapped, assigned)

    return Native("functools.wraps", decorate)


def _hashable(run: Run, value: Value) -> Any:
    if isinstance(value, (list, dict, set)):
        raise raised(run, "TypeError", f"unhashable type: '{type(value).__name__}'")
    if isinstance(value, tuple):
        return tuple(_hashable(run, item) for item in value)
    return (type(value), value)


def _cached(function: Value, typed: bool = False) -> Native:
    """The same arguments give the same object; what one evaluation remembered never shows in the next."""
    known: dict[Any, Value] = {}
    owner: list[Run] = []

    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        if not owner or owner[0] is not run:
            owner[:] = [run]
            known.clear()
        key = (_hashable(run, arguments), tuple((name, _hashable(run, value)) for name, value in keywords.items()))
        if key not in known:
            known[key] = calls.call(run, function, list(arguments), keywords)
        if type(known[key]) not in ATOMS:
            run.impure()
        return known[key]

    result = Native(getattr(function, "name", "cached"), apply, binds=True)
    result.attributes["__wrapped__"] = function
    result.attributes["cache_clear"] = Native("cache_clear", lambda run: known.clear())
    result.attributes["cache_info"] = Native("cache_info", lambda run: run.unknown("cache_info()", plain=True))
    return result


@native("functools.lru_cache")
def lru_cache(run: Run, maxsize: Value = 128, typed: Value = False) -> Value:
    if isinstance(maxsize, (Function, Native, Partial, Bound, Class)):
        return _cached(maxsize)
    return Native("functools.lru_cache", lambda run, function: _cached(function))


@native("functools.cache")
def cache(run: Run, function: Value) -> Value:
    return _cached(function)


@native("functools.cached_property")
def cached_property(run: Run, function: Value) -> Value:
    return Property(function, cached=True)


def annotation_of(run: Run, function: Value) -> Value:
    """The value of the annotation of a function's first parameter, or None."""
    parameters = function.code.node.parameters.parameters if isinstance(function, Function) else ()
    if not parameters or parameters[0].annotation is None:
        return None
    frame = Frame(run, function.namespace, function.namespace.names)
    return compile_expression(parameters[0].annotation, Scope("module", function.namespace.file))(frame)


@native("functools.singledispatch", "functools.singledispatchmethod")
def single_dispatch(run: Run, function: Value) -> Value:
    """A function chosen by the class of its first argument (of its second one for a method)."""
    implementations: dict[Value, Value] = {}

    def choose(run: Run, value: Value) -> Value:
        own = natives.class_of(value)
        if isinstance(own, Unknown):
            return own
        chosen = next((implementations[cls] for cls in own.mro if cls in implementations), None)
        if chosen is None:
            checks = (one for cls, one in implementations.items() if attributes.is_instance(run, value, cls) is True)
            chosen = next(checks, function)
        return chosen

    def apply(run: Run, *arguments: Value, **keywords: Value) -> Value:
        takes_self = isinstance(function, Function) and function.code.positional[:1] == ("self",)
        if len(arguments) <= takes_self:
            raise raised(run, "TypeError", "singledispatch function requires at least 1 positional argument")
        return calls.call(run, choose(run, arguments[takes_self]), list(arguments), keywords)

    def register(run: Run, cls: Value, implementation: Value = None) -> Value:
        if implementation is None and not isinstance(cls, Class):
            if isinstance(cls, Function):
                implementation, cls = cls, annotation_of(run, cls)
            if not isinstance(cls, Class):
                run.lose(run.unknown("singledispatch on a class that is not known"))
                return implementation
        if implementation is None:
            return Native("register", lambda run, implementation: register(run, cls, implementation))
        implementations[cls] = implementation
        run.session.changes += 1
        return implementation

    result = Native(getattr(function, "name", "singledispatch"), apply, binds=True)
    result.attributes.update(
        {
            "register": Native("register", register),
            "dispatch": Native("dispatch", lambda run, cls: implementations.get(cls, function)),
            "__wrapped__": function,
        }
    )
    return result


_ORDERINGS = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


@native("functools.total_ordering")
def total_ordering(run: Run, cls: Value) -> Value:
    """The class, with the comparisons that it lacks made of the one that it has."""
    if not isinstance(cls, Class):
        return cls
    run.session.changes += 1
    given = next((name for name in _ORDERINGS if cls.lookup(name) is not None), None)
    if given is None:
        raise raised(run, "ValueError", "must define at least one ordering operation: < > <= >=")

    def comparison(name: str) -> Native:
        def compare(run: Run, one: Value, other: Value) -> Value:
            answer = attributes.call_special(run, one, given, other)
            if answer is NotImplemented or isinstance(answer, Unknown):
                return answer
            if name[2] == given[2]:  # __lt__ and __le__, __gt__ and __ge__
                same = operations.truth(run, comparisons.equals(run, one, other))
                holds = operations.truth(run, answer)
                return holds or same if name[3] == "e" else holds and not same
            if name[3] != given[3]:  # __lt__ and __ge__ deny each other
                return not operations.truth(run, answer)
            same = operations.truth(run, comparisons.equals(run, one, other))
            strict = not operations.truth(run, answer)
            return strict or same if name[3] == "e" else strict and not same

        return Native(name, compare, binds=True)

    for name in _ORDERINGS:
        if cls.lookup(name) is None:
            cls.namespace[name] = comparison(name)
    return cls


@native("functools.cmp_to_key")
def cmp_to_key(run: Run, function: Value) -> Value:
    """A key whose order is what the comparison function says."""

    def less(run: Run, one: Instance, other: Instance) -> Value:
        result = calls.call(run, function, [one.attributes["obj"], other.attributes["obj"]], {})
        return comparisons.compare(run, "<", result, 0)

    key_class = Class("K", (OBJECT,), {"__lt__": Native("__lt__", less, binds=True)}, module="functools")

    def make(run: Run, value: Value) -> Value:
        key = Instance(key_class)
        key.attributes["obj"] = value
        return key

    return Native("functools.cmp_to_key", make)


FUNCTOOLS = Table(
    {
        "functools.partial": PARTIAL,
        "functools.partialmethod": PARTIAL_METHOD,
        "functools.WRAPPER_ASSIGNMENTS": WRAPPER_ASSIGNMENTS,
        "functools.WRAPPER_UPDATES": ("__dict__",),
    }
)
