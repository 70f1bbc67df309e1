"""copy: copies of abstract values, modules with their registries included.

blocks = [copy.deepcopy(block) for _ in range(6)]     six modules with parameters of their own
copy.copy(config)                                     the same attributes in a new object
"""

from __future__ import annotations

from collections import deque
from typing import Any

from analyzer.evaluation import attributes
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.generator_objects import GENERATORS
from analyzer.evaluation.natives.registry import native
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import Bound, DefaultDict, Instance, ModuleInstance, Partial, Tensor, Value

_SHARED = frozenset({"cls", "place", "callers", "incomplete", "frozen_by", "type", "unknown", "origin"})
_CONTAINERS = (list, dict, set, frozenset, tuple, deque)
_OBJECTS = (Instance, Tensor)


def _slots(value: Value) -> list[str]:
    """The slots that are filled, those of base classes included."""
    names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    return [name for name in names if hasattr(value, name)]


def _is_member(value: Value) -> bool:
    """Whether it is a member of an enumeration, of which there is only one."""
    return value.cls.lookup("_member_map_") is not None


@native("copy.deepcopy")
def deepcopy(run: Run, x: Value, memo: Value = None) -> Value:
    return _deep(run, x, memo if isinstance(memo, dict) else {})


def _deep(run: Run, value: Value, memo: dict[Any, Value]) -> Value:
    if not isinstance(value, (*_CONTAINERS, *_OBJECTS, Bound, Partial)):
        if isinstance(value, GENERATORS):
            raise raised(run, "TypeError", "cannot pickle 'generator' object")
        return value
    if id(value) in memo:
        return memo[id(value)]
    if run.depth >= run.limits.depth:
        raise OutOfFuel(f"a structure is nested over {run.limits.depth} deep", run.place)
    run.depth += 1
    try:
        run.step()
        if isinstance(value, ModuleInstance):
            run.count_module()
        result = _deep_container(run, value, memo) if isinstance(value, _CONTAINERS) else _deep_object(run, value, memo)
    finally:
        run.depth -= 1
    memo[id(value)] = result
    memo.setdefault("alive", []).append(value)
    return result


def _deep_container(run: Run, value: Value, memo: dict[Any, Value]) -> Value:
    run.check_size(len(value))
    if isinstance(value, tuple):
        items = [_deep(run, item, memo) for item in value]
        same = all(one is other for one, other in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if isinstance(value, dict):
        copied = DefaultDict(value.factory) if isinstance(value, DefaultDict) else type(value)()
        memo[id(value)] = copied
        for key, item in list(value.items()):
            copied[_deep(run, key, memo)] = _deep(run, item, memo)
        return copied
    if isinstance(value, list):
        filled: list[Value] = []
        memo[id(value)] = filled
        filled.extend(_deep(run, item, memo) for item in value)
        return filled
    if isinstance(value, deque):
        return deque((_deep(run, item, memo) for item in value), value.maxlen)
    return type(value)(_deep(run, item, memo) for item in value)


def _deep_object(run: Run, value: Value, memo: dict[Any, Value]) -> Value:
    if isinstance(value, Bound):
        return Bound(value.function, _deep(run, value.instance, memo))
    if isinstance(value, Partial):
        keywords = {name: _deep(run, item, memo) for name, item in value.keywords.items()}
        return Partial(value.function, tuple(_deep(run, item, memo) for item in value.arguments), keywords)
    if isinstance(value, Instance):
        if attributes.has_special(value, "__deepcopy__"):
            return attributes.call_special(run, value, "__deepcopy__", memo)
        if _is_member(value):
            return value
    result = _blank(value)
    memo[id(value)] = result
    state = _state(run, value)
    for name in _slots(value):
        item = getattr(value, name)
        if name == "attributes" and state is not None:
            item = state
        setattr(result, name, item if name in _SHARED else _deep(run, item, memo))
    return _restored(run, result, state, memo)


def _blank(value: Value) -> Value:
    """An object of the same kind with nothing in it."""
    if isinstance(value, ModuleInstance):
        return ModuleInstance(value.cls, value.place, value.callers)
    return Tensor(value.type) if isinstance(value, Tensor) else Instance(value.cls)


def _state(run: Run, value: Value) -> Value:
    """What `__getstate__` of the program gives, where it is a dict."""
    if isinstance(value, Instance) and attributes.has_special(value, "__getstate__"):
        state = attributes.call_special(run, value, "__getstate__")
        return state if isinstance(state, dict) else None
    return None


def _restored(run: Run, result: Value, state: Value, memo: dict[Any, Value]) -> Value:
    if isinstance(result, Instance) and attributes.has_special(result, "__setstate__"):
        copied = result.attributes
        result.attributes = {} if state is not None else copied
        attributes.call_special(run, result, "__setstate__", copied)
    return result


@native("copy.copy")
def shallow(run: Run, x: Value) -> Value:
    """The registries of a module are shared with its copy, as in torch."""
    if isinstance(x, Instance):
        if attributes.has_special(x, "__copy__"):
            return attributes.call_special(run, x, "__copy__")
        if _is_member(x):
            return x
    if isinstance(x, tuple) or not isinstance(x, (*_CONTAINERS, *_OBJECTS)):
        return x
    if isinstance(x, DefaultDict):
        return DefaultDict(x.factory, x)
    if isinstance(x, _CONTAINERS):
        run.check_size(len(x))
        return x if isinstance(x, tuple) else x.copy()
    result = _blank(x)
    for name in _slots(x):
        item = getattr(x, name)
        if name in ("attributes", "payload", "values") and isinstance(item, (dict, list, set)):
            item = item.copy()
        setattr(result, name, item)
    return result
