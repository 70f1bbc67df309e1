"""collections: the containers that are more than list, dict and set.

defaultdict(list)["a"].append(1)      -> {"a": [1]}
Counter("aab").most_common(1)         -> [("a", 2)]
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from typing import Any

from analyzer.evaluation import calls, comparisons, iteration, operations
from analyzer.evaluation.exceptions import OBJECT, guarded, raised
from analyzer.evaluation.natives.builtin_types import DICT
from analyzer.evaluation.natives.registry import Table, natives
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, DefaultDict, Instance, Native, Unknown, Value


def _pairs(run: Run, arguments: tuple[Value, ...], keywords: dict[str, Value]) -> dict[Value, Value]:
    result: dict[Value, Value] = {}
    for argument in arguments:
        result.update(iteration.mapping_of(run, argument))
    result.update(keywords)
    return result


def _ordered(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    return OrderedDict(_pairs(run, arguments, keywords))


def _default(run: Run, cls: Class, factory: Value = None, *arguments: Value, **keywords: Value) -> Value:
    return DefaultDict(factory, _pairs(run, arguments, keywords))


def _init_default(run: Run, instance: Instance, factory: Value = None, *arguments: Value, **keywords: Value) -> None:
    instance.payload.factory = factory
    instance.payload.update(_pairs(run, arguments, keywords))


def count_up(run: Run, target: Any, sign: str, arguments: tuple[Value, ...], keywords: dict[str, Value]) -> None:
    """`Counter.update` and `Counter.subtract`"""
    for argument in arguments:
        source = operations.payload(argument)
        if isinstance(source, dict):
            for key, number in source.items():
                target[key] = operations.binary(run, sign, target.get(key, 0), number)
        else:
            for key in iteration.iterate(run, argument):
                run.step()
                if isinstance(key, Unknown):
                    raise iteration.Untraversable(key)
                target[iteration.key_of(run, key)] = operations.binary(run, sign, target.get(key, 0), 1)
    for key, number in keywords.items():
        target[key] = operations.binary(run, sign, target.get(key, 0), number)


def _counter(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    result: Counter[Value] = Counter()
    count_up(run, result, "+", arguments, keywords)
    return result


def _init_counter(run: Run, instance: Instance, *arguments: Value, **keywords: Value) -> None:
    count_up(run, instance.payload, "+", arguments, keywords)


def _deque(run: Run, cls: Class, items: Value = (), maxlen: Value = None) -> Value:
    if isinstance(maxlen, Unknown):
        raise iteration.Untraversable(maxlen)
    return guarded(run, deque, list(iteration.iterate(run, items)), operations.payload(maxlen))


def _init_deque(run: Run, instance: Instance, items: Value = (), maxlen: Value = None) -> None:
    instance.payload = _deque(run, instance.cls, items, maxlen)


def _container(name: str, base: Class, host: type, make: Any, initialise: Any = None) -> Class:
    namespace = {} if initialise is None else {"__init__": Native(f"{name}.__init__", initialise, binds=True)}
    cls = Class(name, (base,), namespace, module="collections", native=make, host=host)
    cls.payload = host
    return cls


# ---------------------------------------------------------------- ChainMap and UserDict


def _set_up_chain(run: Run, instance: Instance, *maps: Value) -> None:
    instance.attributes["maps"] = list(maps) or [{}]


def _chain_get(run: Run, instance: Instance, key: Value) -> Value:
    for mapping in instance.attributes["maps"]:
        found = comparisons.contains(run, mapping, key)
        if isinstance(found, Unknown):
            return Unknown(found.reason, found.place)
        if found:
            return iteration.get_item(run, mapping, key)
    raise raised(run, "KeyError", key)


def _chain_set(run: Run, instance: Instance, key: Value, value: Value) -> None:
    iteration.set_item(run, instance.attributes["maps"][0], key, value)


def _chain_keys(run: Run, instance: Instance) -> Value:
    keys: dict[Value, None] = {}
    for mapping in reversed(instance.attributes["maps"]):
        keys.update(dict.fromkeys(iteration.iterate(run, mapping)))
    return iter(keys)


def _chain_contains(run: Run, instance: Instance, key: Value) -> Value:
    return any(operations.truth(run, comparisons.contains(run, m, key)) for m in instance.attributes["maps"])


def _new_child(run: Run, instance: Instance, mapping: Value = None) -> Value:
    return calls.instantiate(run, instance.cls, [{} if mapping is None else mapping, *instance.attributes["maps"]], {})


def _set_up_user(run: Run, instance: Instance, *arguments: Value, **keywords: Value) -> None:
    instance.attributes["data"] = _pairs(run, tuple(a for a in arguments if a is not None), keywords)


def _data_set(run: Run, instance: Instance, key: Value, value: Value) -> None:
    iteration.set_item(run, instance.attributes["data"], key, value)


def _length(run: Run, instance: Instance) -> Value:
    return natives()["builtins.len"].function(run, list(iteration.iterate(run, instance)))


def _mapping_methods() -> dict[str, Value]:
    from analyzer.evaluation.natives.abstract_types import MAPPING_METHODS

    return dict(MAPPING_METHODS)


def _methods(prefix: str, table: dict[str, Any]) -> dict[str, Value]:
    return {name: Native(f"{prefix}.{name}", function, binds=True) for name, function in table.items()}


CHAIN_MAP = Class("ChainMap", (OBJECT,), {
    **_mapping_methods(),
    **_methods("ChainMap", {
        "__init__": _set_up_chain, "__getitem__": _chain_get, "__setitem__": _chain_set, "__iter__": _chain_keys,
        "__contains__": _chain_contains, "__len__": _length, "new_child": _new_child,
    }),
}, module="collections")  # fmt: skip

USER_DICT = Class("UserDict", (OBJECT,), {
    **_mapping_methods(),
    **_methods("UserDict", {
        "__init__": _set_up_user,
        "__getitem__": lambda run, self, key: iteration.get_item(run, self.attributes["data"], key),
        "__setitem__": _data_set,
        "__delitem__": lambda run, self, key: iteration.delete_item(run, self.attributes["data"], key),
        "__iter__": lambda run, self: iteration.iterate(run, self.attributes["data"]),
        "__contains__": lambda run, self, key: comparisons.contains(run, self.attributes["data"], key),
        "__len__": lambda run, self: len(self.attributes["data"]),
    }),
}, module="collections")  # fmt: skip

COLLECTIONS = Table(
    {
        "collections.OrderedDict": _container("OrderedDict", DICT, OrderedDict, _ordered),
        "collections.defaultdict": _container("defaultdict", DICT, DefaultDict, _default, _init_default),
        "collections.Counter": _container("Counter", DICT, Counter, _counter, _init_counter),
        "collections.deque": _container("deque", OBJECT, deque, _deque, _init_deque),
        "collections.ChainMap": CHAIN_MAP,
        "collections.UserDict": USER_DICT,
    }
)
