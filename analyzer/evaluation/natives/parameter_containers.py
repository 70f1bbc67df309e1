"""torch.nn's containers of parameters: ParameterList, ParameterDict.

nn.ParameterList([torch.ones(2), p])            parameters == {"0": [2], "1": p}
nn.ParameterDict({"a": torch.ones(4, 5)})["a"]  -> [4, 5]
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation import iteration
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.modules import store
from analyzer.evaluation.natives.containers import container, prepare
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import ModuleInstance, Tensor, Unknown, Value


def _as_parameter(value: Value) -> Value:
    if isinstance(value, Tensor) and not value.is_parameter:
        return Tensor(value.type, is_parameter=True, requires_grad=True, unknown=value.unknown, place=value.place)
    return value


def _parameter_list(run: Run, module: ModuleInstance, values: Value = None) -> None:
    prepare(module)
    module.attributes["_size"] = 0
    if values is not None:
        _extend_parameters(run, module, values)


def _append_parameter(run: Run, module: ModuleInstance, value: Value) -> Value:
    name = str(module.attributes["_size"])
    module.attributes["_size"] += 1
    store(run, module, name, _as_parameter(value))
    return module


def _extend_parameters(run: Run, module: ModuleInstance, values: Value) -> Value:
    try:
        for value in iteration.iterate(run, values):
            _append_parameter(run, module, value)
    except iteration.Untraversable as error:
        module.incomplete = module.incomplete or error.unknown
        run.lose(error.unknown)
    return module


def _held(module: ModuleInstance, name: str) -> Value:
    if module.parameters is not None and name in module.parameters:
        return module.parameters[name]
    return module.modules.get(name, module.attributes.get(name))


def _parameter_values(run: Run, module: ModuleInstance) -> list[Value]:
    if module.incomplete is not None:
        raise iteration.Untraversable(module.incomplete)
    return [_held(module, str(index)) for index in range(module.attributes["_size"])]


def _parameter_item(run: Run, module: ModuleInstance, index: Value) -> Value:
    values = _parameter_values(run, module)
    if isinstance(index, slice):
        result = ModuleInstance(module.cls, module.place)
        _parameter_list(run, result, values[index])
        return result
    return iteration.get_item(run, values, index)


def _set_parameter_item(run: Run, module: ModuleInstance, index: int, value: Value) -> None:
    store(run, module, str(index % module.attributes["_size"]), _as_parameter(value))


def _parameter_dict(run: Run, module: ModuleInstance, values: Value = None) -> None:
    prepare(module)
    module.attributes["_keys"] = {}
    if values is not None:
        _update_parameters(run, module, values)


def _update_parameters(run: Run, module: ModuleInstance, values: Value) -> None:
    pairs = (
        {key: _held(values, key) for key in values.attributes["_keys"]}
        if isinstance(values, ModuleInstance)
        else iteration.mapping_of(run, values)
    )
    for key, value in pairs.items():
        _set_parameter_key(run, module, key, value)


def _set_parameter_key(run: Run, module: ModuleInstance, key: Value, value: Value) -> None:
    if isinstance(key, Unknown):
        module.incomplete = module.incomplete or key
        return
    module.attributes["_keys"][key] = None
    store(run, module, str(key), _as_parameter(value))


def _parameter_key(run: Run, module: ModuleInstance, key: Value) -> Value:
    if isinstance(key, Unknown):
        return key
    if key not in module.attributes["_keys"]:
        raise raised(run, "KeyError", key)
    return _held(module, str(key))


def _parameter_pairs(kind: str) -> Any:
    def apply(run: Run, module: ModuleInstance) -> Value:
        pairs = [(key, _held(module, str(key))) for key in module.attributes["_keys"]]
        return {"keys": [k for k, _ in pairs], "values": [v for _, v in pairs], "items": pairs}[kind]

    return apply


def _size(run: Run, module: ModuleInstance) -> int:
    return int(module.attributes["_size"])


_CLASSES: dict[str, dict[str, Any]] = {
    "ParameterList": {
        "__init__": _parameter_list, "append": _append_parameter, "extend": _extend_parameters, "__len__": _size,
        "__getitem__": _parameter_item, "__setitem__": _set_parameter_item, "__iadd__": _extend_parameters,
        "__iter__": lambda run, m: iter(_parameter_values(run, m)),
    },
    "ParameterDict": {
        "__init__": _parameter_dict, "update": _update_parameters, "__getitem__": _parameter_key,
        "__setitem__": _set_parameter_key, "__len__": lambda run, m: len(m.attributes["_keys"]),
        "__contains__": lambda run, m, key: key in m.attributes["_keys"],
        "__iter__": lambda run, m: iter(list(m.attributes["_keys"])), "keys": _parameter_pairs("keys"),
        "values": _parameter_pairs("values"), "items": _parameter_pairs("items"),
    },
}  # fmt: skip

PARAMETER_CONTAINERS = Table({f"torch.nn.{name}": container(name, methods) for name, methods in _CLASSES.items()})
