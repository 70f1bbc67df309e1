"""Calling: the single point through which every call of the analysed program goes.

call(run, Function("block"), [64], {"stride": 2})     binds the arguments and runs the body
call(run, Class("Net"), [], {})                       makes an instance and runs __init__
call(run, ModuleInstance, [x], {})                    runs hooks and forward
call(run, Unknown("..."), [], {})                     -> the same Unknown
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from analyzer.algebra.expression import Expr, TooComplex
from analyzer.algebra.rational import Inexact
from analyzer.algebra.tensor import Refused
from analyzer.evaluation import attributes, extents, forward, iteration, reuse
from analyzer.evaluation.exceptions import MISFITS, OBJECT, misfit, raised
from analyzer.evaluation.extents import ATOMS
from analyzer.evaluation.frames import Frame, owner_of
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    ClassMethod,
    Code,
    Function,
    Instance,
    ModuleInstance,
    Native,
    NativeModule,
    Operator,
    Partial,
    Raised,
    StaticMethod,
    Super,
    Tensor,
    Unknown,
    Value,
)

Arguments = list[Value]
Keywords = dict[str, Value]


def call(run: Run, target: Value, arguments: Arguments, keywords: Keywords) -> Value:
    """Call any value of the analysed program."""
    caller = _CALLERS.get(type(target))
    if caller is None:
        if isinstance(target, Expr):
            return run.unknown(f"{target} is called, but it is not known to be a function")
        raise raised(run, "TypeError", f"'{type(target).__name__}' object is not callable")
    return caller(run, target, arguments, keywords)


def call_function(run: Run, function: Function, arguments: Arguments, keywords: Keywords) -> Value:
    """Bind arguments to parameters and run the body; a generator function gives an iterator."""
    code = function.code
    if code.simple and not keywords and len(arguments) == len(code.positional):
        names = dict(zip(code.positional, arguments, strict=True))
    else:
        names = _bind(run, function, arguments, keywords)
    run_body = code.run_body
    if run_body is None:
        made = _made_ready(run, code, arguments)
        if isinstance(made, Unknown):
            return made
        run_body = made
    frame = Frame(run, function.namespace, names, function.closure, function)
    frame.first = arguments[0] if arguments else names.get(code.positional[0]) if code.positional else None
    if code.is_generator:
        return run_body(frame)
    if run.depth >= run.limits.depth:
        raise OutOfFuel(f"calls are nested over {run.limits.depth} deep", run.place)
    place, callers = run.place, run.callers
    run.depth += 1
    if run.depth > run.deepest:
        run.deepest = run.depth
    run.callers = (place, callers)
    try:
        run.step()
        return run_body(frame)
    except iteration.Untraversable as error:
        _taint(run, arguments, error.unknown)
        return error.unknown
    except Refused as refused:
        refused.place = refused.place or run.place
        raise
    finally:
        run.depth -= 1
        run.place, run.callers = place, callers


def _made_ready(run: Run, code: Code, arguments: Arguments) -> Callable[[Frame], Value] | Unknown:
    """The body of a function as a closure, kept with its code."""
    from analyzer.evaluation.expressions import Unsupported

    try:
        run_body = code.run_body = code.make()
    except Unsupported as error:
        unknown = Unknown(error.reason, error.place)
        _taint(run, arguments, unknown)
        return unknown
    return run_body


def _taint(run: Run, arguments: Arguments, unknown: Unknown) -> None:
    """A call could not be followed: what it may have changed is incomplete."""
    run.lose(unknown)
    for argument in arguments:
        if isinstance(argument, Instance):
            argument.incomplete = argument.incomplete or unknown


def _bind(run: Run, function: Function, arguments: Arguments, keywords: Keywords) -> Keywords:
    code = function.code
    names: Keywords = dict(zip(code.positional, arguments, strict=False))
    if len(arguments) > len(code.positional):
        if code.var_positional is None:
            raise raised(
                run,
                "TypeError",
                f"{function.name}() takes {len(code.positional)} positional arguments but {len(arguments)} were given",
            )
        names[code.var_positional] = tuple(arguments[len(code.positional) :])
    elif code.var_positional is not None:
        names[code.var_positional] = ()
    rest: Keywords = {}
    by_name = code.keywords
    for name, value in keywords.items():
        if name in by_name:
            if name in names:
                raise raised(run, "TypeError", f"{function.name}() got multiple values for argument '{name}'")
            names[name] = value
        elif code.var_keyword is not None:
            rest[name] = value
        else:
            raise raised(run, "TypeError", f"{function.name}() got an unexpected keyword argument '{name}'")
    if code.var_keyword is not None:
        names[code.var_keyword] = rest
    defaults = function.defaults
    absent = []
    for name in code.names:
        if name not in names:
            if name in defaults:
                names[name] = value = defaults[name]
                if run.extent is not None and type(value) not in ATOMS:
                    run.extent.meet(value, 0 if function.closure is None else function.closure.born)
            else:
                absent.append(name)
    if absent:
        listed = ", ".join(repr(name) for name in absent)
        raise raised(run, "TypeError", f"{function.name}() missing required arguments: {listed}")
    return names


def _native(run: Run, target: Native, arguments: Arguments, keywords: Keywords) -> Value:
    if run.extent is not None and target.name.startswith(extents.OUTWARD):
        run.extent.pure = False
    try:
        return target.function(run, *arguments, **keywords)
    except (Inexact, TooComplex) as error:
        unknown = run.unknown(str(error), plain=True)
        _taint(run, [a for a in arguments if isinstance(a, ModuleInstance)], unknown)
        return unknown
    except iteration.Untraversable as error:
        if target.name not in _WALKERS:
            _taint(run, [a for a in arguments if isinstance(a, ModuleInstance)], error.unknown)
        return error.unknown
    except TypeError as error:
        # A host TypeError raised at the call itself is a mismatch of arguments, not a fault of the native.
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise raised(run, "TypeError", f"{target.name}: {error}") from None
        return _misfit(run, target, arguments, error)
    except MISFITS as error:
        return _misfit(run, target, arguments, error)


def _misfit(run: Run, target: Native, arguments: Arguments, error: Exception) -> Unknown:
    """The arguments are of kinds that the native was not written for."""
    unknown = run.unknown(misfit(f"{target.name}()", error))
    _taint(run, [a for a in arguments if isinstance(a, ModuleInstance)], unknown)
    return unknown


_WALKERS = frozenset(
    f"builtins.{name}"
    for name in ("enumerate", "zip", "list", "tuple", "set", "dict", "sorted", "reversed", "sum", "range")
)
"""What only looks at elements: where they are not known nothing has changed."""


def _bound(run: Run, target: Bound, arguments: Arguments, keywords: Keywords) -> Value:
    return call(run, target.function, [target.instance, *arguments], keywords)


def _partial(run: Run, target: Partial, arguments: Arguments, keywords: Keywords) -> Value:
    return call(run, target.function, [*target.arguments, *arguments], {**target.keywords, **keywords})


def _instance(run: Run, target: Instance, arguments: Arguments, keywords: Keywords) -> Value:
    found = target.cls.lookup("__call__")
    if found is None:
        unknown = target.incomplete or target.cls.unknown_base
        if unknown is not None:
            return Unknown(unknown.reason, unknown.place)
        raise raised(run, "TypeError", f"'{target.cls.name}' object is not callable")
    return call(run, attributes.bind(run, found[1], target, target.cls), arguments, keywords)


def _unknown(run: Run, target: Unknown, arguments: Arguments, keywords: Keywords) -> Value:
    if run.recorder is not None:
        run.recorder.miss(target)
        name, _, rest = target.reason.partition(" ")
        if rest == "is not known" and name.startswith("torch."):
            run.recorder.unknown_operators[name] = run.recorder.unknown_operators.get(name, 0) + 1
    if not target.plain:
        _hand_over(run, f"passed to a function that is not known: {target.reason}", [*arguments, *keywords.values()])
    return target


def _hand_over(run: Run, reason: str, arguments: Arguments) -> None:
    """What a function that is not known gets may be changed by it: modules, and containers that may hold modules."""
    for argument in arguments:
        if isinstance(argument, ModuleInstance):
            argument.incomplete = Unknown(reason, run.place, shrinks=True)
        elif isinstance(argument, (list, dict, set)):
            held = argument.values() if isinstance(argument, dict) else argument
            if not argument or any(isinstance(item, ModuleInstance) for item in held):
                run.lose(run.unknown(reason))


def call_with_unknown_arguments(run: Run, target: Value, unknown: Unknown) -> Value:
    """`target(*unknown)`: the result is not known; a bound module may have been changed."""
    instance = target.instance if isinstance(target, (Bound, Super)) else None
    _taint(run, [instance], unknown)
    return Unknown(unknown.reason, unknown.place)


def instantiate(run: Run, cls: Class, arguments: Arguments, keywords: Keywords) -> Value:
    """Make an object of a class: `__new__`, then `__init__`."""
    if cls.native is not None:
        return _native(run, Native(cls.name, cls.native), [cls, *arguments], keywords)
    if cls.is_module and cls.unknown_base is None:
        return reuse.module(run, cls, arguments, keywords, _instantiate)
    return _instantiate(run, cls, arguments, keywords)


def _instantiate(run: Run, cls: Class, arguments: Arguments, keywords: Keywords) -> Value:
    run.step()
    meta = cls.keywords.get("metaclass")
    if isinstance(meta, Class) and "__call__" in meta.namespace:
        return Unknown("a metaclass that overrides calling", cls.place)
    if cls.lookup("_member_map_") is not None:
        return _enum_member(run, cls, arguments)
    maker = cls.lookup("__new__")
    if maker is not None:
        function = maker[1].function if isinstance(maker[1], StaticMethod) else maker[1]
        instance = call(run, function, [cls, *arguments], keywords)
        if not isinstance(instance, Instance) or not instance.cls.is_subclass(cls):
            return instance
    else:
        instance = new_instance(run, cls, arguments)
    initialise = instance.cls.lookup("__init__")
    if initialise is not None:
        call(run, initialise[1], [instance, *arguments], keywords)
    elif cls.unknown_base is not None:
        instance.incomplete = instance.incomplete or cls.unknown_base
    elif (arguments or keywords) and maker is None and instance.payload is None and not cls.is_exception:
        raise raised(run, "TypeError", f"{cls.name}() takes no arguments")
    return instance


def new_instance(run: Run, cls: Class, arguments: Arguments) -> Instance:
    """What `object.__new__` does."""
    if cls.is_module or cls.unknown_base is not None:
        assert run.place is not None
        run.count_module()
        module = ModuleInstance(cls, run.place, run.callers)
        if cls.unknown_base is not None:
            module.parameters = {}
            module.incomplete = cls.unknown_base
        return module
    instance = Instance(cls)
    if cls.is_exception:
        instance.attributes["args"] = tuple(arguments)
    elif cls.payload is not None:
        fillable = issubclass(cls.payload, (dict, list, set, deque))
        instance.payload = cls.payload() if fillable else _immutable(run, cls, arguments)
    return instance


def _immutable(run: Run, cls: Class, arguments: Arguments) -> Value:
    base = next(base for base in cls.mro if base.native is not None)
    assert base.native is not None
    return base.native(run, base, *arguments)


def _enum_member(run: Run, cls: Class, arguments: Arguments) -> Value:
    from analyzer.evaluation.comparisons import equals

    found = cls.lookup("_member_map_")
    assert found is not None
    if arguments and isinstance(arguments[0], Unknown):
        return Unknown(arguments[0].reason, arguments[0].place, plain=True)
    for member in found[1].values():
        run.met(member)
        if (arguments and arguments[0] is member) or equals(run, member.attributes["value"], arguments[0]) is True:
            return member
    missing = cls.lookup("_missing_")
    if missing is not None:
        result = call(run, attributes.get_attribute(run, cls, "_missing_"), list(arguments), {})
        if result is not None:
            return result
    raise raised(run, "ValueError", f"{arguments[0]!r} is not a valid {cls.name}")


def _operator(run: Run, target: Operator, arguments: Arguments, keywords: Keywords) -> Value:
    from analyzer.evaluation.tensors import apply

    return apply(run, target.name, target.spec, arguments, keywords)


def _static(run: Run, target: StaticMethod, arguments: Arguments, keywords: Keywords) -> Value:
    return call(run, target.function, arguments, keywords)


def _native_module(run: Run, target: NativeModule, arguments: Arguments, keywords: Keywords) -> Value:
    _hand_over(run, f"passed to {target.name}, which is not known", [*arguments, *keywords.values()])
    if target.name in SCHEDULERS:
        run.doubt(run.unknown(f"{target.name} runs functions at a time of its own"))
    return run.unknown(f"{target.name} is not known")


SCHEDULERS = frozenset({
    "threading.Thread", "threading.Timer", "concurrent.futures.ThreadPoolExecutor", "multiprocessing.Process",
    "concurrent.futures.ProcessPoolExecutor", "multiprocessing.Pool", "_thread.start_new_thread",
})  # fmt: skip
"""What runs functions of the program where we do not follow it."""


def _module(run: Run, target: ModuleInstance, arguments: Arguments, keywords: Keywords) -> Value:
    return forward.call_module(run, target, arguments, keywords)


def _tensor(run: Run, target: Tensor, arguments: Arguments, keywords: Keywords) -> Value:
    raise raised(run, "TypeError", "'Tensor' object is not callable")


def zero_argument_super(frame: Frame) -> Value:
    """`super()`"""
    owner, first = owner_of(frame)
    if owner is None:
        raise raised(frame.run, "RuntimeError", "super(): no arguments")
    if isinstance(first, Unknown):
        return first
    return Super(owner, first)


def enter(run: Run, manager: Value) -> Value:
    """`manager.__enter__()`; a manager that is not known gives an Unknown."""
    if isinstance(manager, Unknown):
        return manager
    if isinstance(manager, Instance):
        return attributes.call_special(run, manager, "__enter__") if _has(manager, "__enter__") else manager
    if hasattr(type(manager), "__next__"):
        return next(manager, None)
    return manager


def leave(run: Run, manager: Value, error: Raised | None) -> bool:
    """`manager.__exit__(...)`: whether it swallows the exception."""
    if isinstance(manager, Instance) and _has(manager, "__exit__"):
        details = [None, None, None] if error is None else [error.value.cls, error.value, None]
        result = attributes.call_special(run, manager, "__exit__", *details)
        return error is not None and result is True
    if hasattr(type(manager), "__next__") and error is None:
        next(manager, None)
    return False


def _has(value: Instance, name: str) -> bool:
    return value.cls.lookup(name) is not None


_CALLERS: dict[type, Callable[[Run, Any, Arguments, Keywords], Value]] = {
    Function: call_function, Native: _native, Bound: _bound, Partial: _partial, Instance: _instance,
    ModuleInstance: _module, Unknown: _unknown, Class: instantiate, Operator: _operator,
    StaticMethod: _static, ClassMethod: _static, NativeModule: _native_module, Tensor: _tensor,
}  # fmt: skip

__all__ = ["OBJECT", "call", "call_function", "call_with_unknown_arguments", "enter", "instantiate", "leave"]
