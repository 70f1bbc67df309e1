"""What is told of a module besides its registries: its settings, the calls that led to it, what is not known of it.

Descriptions().settings(conv)       -> {"in_channels": "3", "kernel_size": "(3, 3)", ...}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.algebra.expression import Expr
from analyzer.evaluation.values import Class, Function, ModuleInstance, Place, Unknown, Value


class Descriptions:
    """What modules of one model have in common, said once."""

    def __init__(self) -> None:
        self._names: dict[Class, str] = {}
        self._callers: dict[int, tuple[Place, ...]] = {}
        self._settings: dict[Any, Mapping[str, str]] = {}
        self._written: dict[Class, bool] = {}

    def name(self, cls: Class) -> str:
        if cls not in self._names:
            self._names[cls] = f"{cls.module}.{cls.qualified_name}"
        return self._names[cls]

    def callers(self, module: ModuleInstance) -> tuple[Place, ...]:
        key = id(module.callers)
        if key not in self._callers:
            self._callers[key] = callers_of(module)
        return self._callers[key]

    def settings(self, module: ModuleInstance) -> Mapping[str, str]:
        attributes = module.attributes
        key = module.cls, tuple(attributes), tuple(map(id, attributes.values()))
        if key not in self._settings:
            self._settings[key] = settings_of(module)
        return self._settings[key]

    def has_own_state(self, module: ModuleInstance) -> bool:
        if module.hooks:
            return has_own_state(module)
        if module.cls not in self._written:
            self._written[module.cls] = has_own_state(module)
        return self._written[module.cls]


def settings_of(module: ModuleInstance) -> Mapping[str, str]:
    """The plain attributes of a leaf layer, as text."""
    if not any(base.spec is not None for base in module.cls.mro):
        return {}
    return {
        name: str(value)[:LONGEST_SETTING]
        for name, value in module.attributes.items()
        if _is_setting(value) and not name.startswith("_") and name != "training"
    }


LONGEST_SETTING = 200
MOST_CALLERS = 12
STATE_METHODS = (
    *("state_dict", "_save_to_state_dict", "get_extra_state"),
    *("load_state_dict", "_load_from_state_dict", "set_extra_state"),
)


def callers_of(module: ModuleInstance) -> tuple[Place, ...]:
    """The nearest calls that led to the one that made a module."""
    found: list[Place] = []
    chain = module.callers
    while chain is not None and len(found) < MOST_CALLERS:
        place, chain = chain
        if place is not None and place not in found:
            found.append(place)
    return tuple(found)


def has_own_state(module: ModuleInstance) -> bool:
    """Whether the program decides what a module's state_dict holds or how it is loaded."""
    methods = (module.cls.lookup(name) for name in STATE_METHODS)
    written = any(isinstance(method[1], Function) for method in methods if method is not None)
    return written or any(kind == "state" for kind, _ in module.hooks)


def _is_setting(value: Value) -> bool:
    if isinstance(value, tuple):
        return len(value) <= 16 and all(
            isinstance(item, (Expr, type(None))) or (type(item) is not tuple and _is_setting(item)) for item in value
        )
    if isinstance(value, int):
        return value.bit_length() <= 64
    return isinstance(value, (float, str))


def unknowns_of(module: ModuleInstance) -> tuple[Unknown, ...]:
    """Why the module may hold more or less than its registries show."""
    found = [] if module.incomplete is None else [module.incomplete]
    if any(base.spec is not None and base.spec.infer is not None for base in module.cls.mro[:1]):
        found.append(Unknown("a lazy layer gets its sizes at its first call", module.place))
    found.extend(value for value in module.attributes.values() if isinstance(value, Unknown) and not value.plain)
    return tuple(found)
