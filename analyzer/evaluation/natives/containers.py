"""torch.nn's containers of modules: Sequential, ModuleList, ModuleDict.

nn.Sequential(OrderedDict(conv=c, relu=r))      modules == {"conv": c, "relu": r}
nn.ModuleList([a, b])[1]                        -> b
"""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from analyzer.evaluation import calls, iteration, operations
from analyzer.evaluation.exceptions import guarded, raised
from analyzer.evaluation.modules import LONGEST_NAME
from analyzer.evaluation.natives.module import MODULE
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.rounds import Repetition, next_name, put_rounds, size_of, uncounted
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import Class, Instance, ModuleInstance, Native, Tensor, Unknown, Value


def prepare(module: ModuleInstance) -> None:
    module.parameters, module.buffers, module.modules = {}, {}, {}


def _put(run: Run, module: ModuleInstance, name: str, child: Value) -> None:
    if len(name) > LONGEST_NAME:
        raise OutOfFuel(f"a name of {len(name):,} characters", run.place)
    if isinstance(child, Repetition):
        put_rounds(module, child)
    elif isinstance(child, Unknown):
        module.attributes[name] = child
        module.incomplete = module.incomplete or child
    elif child is None or isinstance(child, ModuleInstance):
        module.modules[name] = child
    else:
        raise raised(run, "TypeError", f"{operations.type_name(child)} is not a Module subclass")


def _sequential(run: Run, module: ModuleInstance, *children: Value) -> None:
    prepare(module)
    if len(children) == 1 and isinstance(operations.payload(children[0]), OrderedDict):
        for name, child in operations.payload(children[0]).items():
            _put(run, module, name, child)
        return
    for child in children:
        _put(run, module, next_name(module), child)


def _run_in_order(run: Run, module: ModuleInstance, value: Value) -> Value:
    unknown = uncounted(module)
    if unknown is not None:
        return Unknown(unknown.reason, unknown.place, plain=True)
    for child in list(module.modules.values()):
        value = calls.call(run, child, [value], {})
    return value


def _list(run: Run, module: ModuleInstance, children: Value = None) -> None:
    prepare(module)
    if children is not None:
        _extend(run, module, children)


def _extend(run: Run, module: ModuleInstance, children: Value) -> Value:
    if isinstance(children, Repetition):
        return _append(run, module, children)
    try:
        items = list(iteration.iterate(run, children))
    except iteration.Untraversable as error:
        module.incomplete = module.incomplete or error.unknown
        run.lose(error.unknown)
        return module
    for child in items:
        _append(run, module, child)
    return module


def _append(run: Run, module: ModuleInstance, child: Value) -> Value:
    _put(run, module, next_name(module), child)
    return module


def _renumber(module: ModuleInstance, children: list[Value]) -> None:
    module.modules.clear()
    module.modules.update({str(index): child for index, child in enumerate(children)})


def _is_sequential(module: ModuleInstance) -> bool:
    return any(base.name == "Sequential" for base in module.cls.mro)


def _insert(run: Run, module: ModuleInstance, index: Value, child: Value) -> Value:
    """Children move up by their numbers; PyTorch finds none where they are named otherwise."""
    index, size = operations.payload(index), len(module.modules)
    if not isinstance(index, int) or uncounted(module) is not None:
        module.incomplete = module.incomplete or run.unknown("an index of a container that is not known")
        return module
    if _is_sequential(module):
        if not -size <= index <= size:
            raise raised(run, "IndexError", f"Index out of range: {index}")
        index = index + size if index < 0 else index
    for number in range(size, index, -1):
        if str(number - 1) not in module.modules:
            raise raised(run, "KeyError", str(number - 1))
        module.modules[str(number)] = module.modules[str(number - 1)]
    _put(run, module, str(index), child)
    return module


def _pop(run: Run, module: ModuleInstance, key: Value) -> Value:
    value = _item(run, module, key)
    _delete(run, module, key)
    return value


def _position(run: Run, module: ModuleInstance, index: Value) -> Value:
    index = operations.payload(index)
    if isinstance(index, Tensor) and index.values is not None and len(index.values) == 1:
        index = int(index.values[0])
    if not isinstance(index, int):
        return run.unknown(f"an index of a container that is not known: {index}")
    unknown = uncounted(module)
    if unknown is not None:
        return unknown
    size = len(module.modules)
    if not -size <= index < size:
        raise raised(run, "IndexError", f"index {index} is out of range")
    return index % size


def _name(run: Run, module: ModuleInstance, position: int) -> str:
    """A Sequential counts its children, a list goes by their numbers."""
    if _is_sequential(module):
        return list(module.modules)[position]
    if str(position) not in module.modules:
        raise raised(run, "KeyError", str(position))
    return str(position)


def _item(run: Run, module: ModuleInstance, index: Value) -> Value:
    unknown = uncounted(module)
    if unknown is not None:
        return Unknown(unknown.reason, unknown.place)
    if isinstance(index, Unknown):
        return Unknown(index.reason, index.place)
    children = list(module.modules.items())
    if isinstance(index, slice):
        chosen = guarded(run, operator.getitem, children, index)
        result = ModuleInstance(module.cls, module.place)
        prepare(result)
        keep_names = _is_sequential(module)
        result.modules = {n if keep_names else str(i): child for i, (n, child) in enumerate(chosen)}
        return result
    position = _position(run, module, index)
    return position if isinstance(position, Unknown) else module.modules[_name(run, module, position)]


def _set_item(run: Run, module: ModuleInstance, index: Value, child: Value) -> None:
    position = _position(run, module, index)
    if isinstance(position, Unknown):
        module.incomplete = module.incomplete or position
        return
    _put(run, module, list(module.modules)[position] if _is_sequential(module) else str(position), child)


def _delete(run: Run, module: ModuleInstance, index: Value) -> None:
    names = list(module.modules)
    unknown = uncounted(module)
    if unknown is not None:
        module.incomplete = unknown
        return
    if isinstance(index, slice):
        chosen = names[index]
    else:
        position = _position(run, module, index)
        if isinstance(position, Unknown):
            module.incomplete = module.incomplete or position
            return
        chosen = [_name(run, module, position)]
    children = [child for name, child in module.modules.items() if name not in chosen]
    _renumber(module, children)


def _length(run: Run, module: ModuleInstance) -> Value:
    if module.incomplete is not None:
        return Unknown(module.incomplete.reason, module.incomplete.place, scalar=True)
    size: Value = 0
    for name in module.modules:
        size = size + size_of(name)
    return size


def _iterate(run: Run, module: ModuleInstance) -> Iterator[Value]:
    unknown = uncounted(module)
    if unknown is not None:
        raise iteration.Untraversable(unknown)
    return iter(list(module.modules.values()))


def _concatenate(run: Run, module: ModuleInstance, other: Value) -> Value:
    result = ModuleInstance(module.cls, module.place)
    prepare(result)
    _extend(run, result, module)
    return _extend(run, result, other)


def _repeat(run: Run, module: ModuleInstance, times: Value) -> Value:
    """The same children, so many times."""
    return _repeated(run, ModuleInstance(module.cls, module.place), module, times)


def _repeat_in_place(run: Run, module: ModuleInstance, times: Value) -> Value:
    return _repeated(run, module, module, times)


def _repeated(run: Run, result: ModuleInstance, module: ModuleInstance, times: Value) -> Value:
    times, unknown = operations.payload(times), uncounted(module)
    if unknown is not None:
        return Unknown(unknown.reason, unknown.place)
    if not isinstance(times, int):
        return run.unknown(f"a Sequential repeated {times} times")
    if times <= 0:
        raise raised(run, "ValueError", f"Non-positive multiplication factor {times}")
    run.pay(times * len(module.modules))
    children = list(module.modules.values()) * min(times, run.limits.size)
    prepare(result)
    return _extend(run, result, children)


def _dict(run: Run, module: ModuleInstance, children: Value = None) -> None:
    prepare(module)
    if children is not None:
        _update(run, module, children)


def _update(run: Run, module: ModuleInstance, children: Value) -> None:
    try:
        pairs = children.modules if isinstance(children, ModuleInstance) else iteration.mapping_of(run, children)
    except iteration.Untraversable as error:
        module.incomplete = module.incomplete or error.unknown
        run.lose(error.unknown)
        return
    for name, child in pairs.items():
        _set_key(run, module, name, child)


def _set_key(run: Run, module: ModuleInstance, key: Value, child: Value) -> None:
    key = operations.payload(key)
    if isinstance(key, Unknown):
        module.incomplete = module.incomplete or key
        return
    if not isinstance(key, str):
        raise raised(run, "TypeError", "module name should be a string")
    if "." in key or not key:
        raise raised(run, "KeyError", f'module name can\'t contain "." or be empty: {key!r}')
    _put(run, module, key, child)


def _key(run: Run, module: ModuleInstance, key: Value) -> Value:
    key = operations.payload(key)
    if isinstance(key, Unknown):
        return Unknown(key.reason, key.place)
    if key not in module.modules:
        if module.incomplete is not None:
            return Unknown(module.incomplete.reason, module.incomplete.place)
        raise raised(run, "KeyError", key)
    return module.modules[key]


def _pop_key(run: Run, module: ModuleInstance, key: Value) -> Value:
    value = _key(run, module, key)
    module.modules.pop(operations.payload(key), None)
    return value


def _delete_key(run: Run, module: ModuleInstance, key: Value) -> None:
    _pop_key(run, module, key)


def _has_key(run: Run, module: ModuleInstance, key: Value) -> Value:
    if isinstance(key, Unknown) or module.incomplete is not None:
        return run.unknown("a key of a container that is not known", plain=True)
    return operations.payload(key) in module.modules


def _view(name: str) -> Any:
    def apply(run: Run, module: ModuleInstance) -> Value:
        unknown = uncounted(module)
        if unknown is not None:
            raise iteration.Untraversable(unknown)
        return list(getattr(module.modules, name)())

    return apply


def _cannot_run(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    raise raised(run, "NotImplementedError", f'Module [{module.cls.name}] is missing the required "forward" function')


_SEQUENCE: dict[str, Any] = {
    "__getitem__": _item, "__setitem__": _set_item, "__delitem__": _delete, "__len__": _length, "__iter__": _iterate,
    "__add__": _concatenate, "__iadd__": _extend, "append": _append, "extend": _extend, "insert": _insert, "pop": _pop,
}  # fmt: skip
_CLASSES: dict[str, dict[str, Any]] = {
    "Sequential": {
        "__init__": _sequential, "forward": _run_in_order, **_SEQUENCE, "__mul__": _repeat, "__rmul__": _repeat,
        "__imul__": _repeat_in_place,
    },
    "ModuleList": {"__init__": _list, "forward": _cannot_run, **_SEQUENCE},
    "ModuleDict": {
        "__init__": _dict, "update": _update, "__getitem__": _key, "__setitem__": _set_key, "__delitem__": _delete_key,
        "__contains__": _has_key, "__len__": _length, "__iter__": lambda run, m: iter(_view("keys")(run, m)),
        "keys": _view("keys"), "values": _view("values"), "items": _view("items"), "pop": _pop_key,
        "clear": lambda run, m: m.modules.clear(), "forward": _cannot_run,
    },
}  # fmt: skip


def container(name: str, methods: dict[str, Any]) -> Class:
    namespace: dict[str, Value] = {key: Native(f"{name}.{key}", f, binds=True) for key, f in methods.items()}
    return Class(name, (MODULE,), namespace, module="torch.nn.modules.container")


CONTAINERS = Table({f"torch.nn.{name}": container(name, methods) for name, methods in _CLASSES.items()})

__all__ = ["CONTAINERS", "Instance"]
