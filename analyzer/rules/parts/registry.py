"""What a module holds outside of its registries: modules and parameters in plain lists, dicts and objects.

for weighed, holder in plain_holders(subject):
    holder.module, holder.name, holder.value        the module, and its attribute that is a plain container
    holder.modules, holder.parameters               what in it is registered nowhere in the model
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.algebra.expression import Dim
from analyzer.evaluation.modules import named_modules, named_parameters
from analyzer.evaluation.values import Instance, ModuleInstance, Tensor, Value
from analyzer.rule import Subject
from analyzer.rules.parts.once import once
from analyzer.weigh import Weighed

DEPTH = 3
"""Containers in containers that are looked into."""
HOLDING = (list, tuple, dict, Instance)


@dataclass(frozen=True, slots=True)
class Holder:
    """An attribute that holds what should be registered and is not."""

    path: str
    module: ModuleInstance
    name: str
    value: Value
    modules: tuple[ModuleInstance, ...]
    """Those that have parameters."""
    parameters: tuple[Tensor, ...]

    @property
    def elements(self) -> Dim:
        """How many numbers they hold."""
        tensors = {id(p): p for module in self.modules for _, p in named_parameters(module)}
        tensors.update({id(p): p for p in self.parameters})
        total: Dim = 0
        for tensor in tensors.values():
            total = total + (0 if tensor.type is None else tensor.type.numel)
        return total


@once
def plain_holders(subject: Subject) -> Iterator[tuple[Weighed, Holder]]:
    """Of every model of a file, on every way, the attributes that hold what no module of the model registers."""
    for weighed in subject.models:
        for way in weighed.ways:
            for holder in _holders(way.root) if way.root is not None else ():
                yield weighed, holder


def _holders(root: ModuleInstance) -> Iterator[Holder]:
    found = list(named_modules(root))
    known = {id(module) for _, module in found}
    parameters: set[int] | None = None
    for path, module in found:
        for name, value in module.attributes.items():
            plain = isinstance(value, HOLDING) and not isinstance(value, ModuleInstance)
            held = list(_held(value, DEPTH)) if plain else []
            if not held or any(id(one) in known for one in held):
                continue
            if parameters is None:
                parameters = {id(parameter) for _, parameter in named_parameters(root)}
            modules = [one for one in held if isinstance(one, ModuleInstance)]
            tensors = [one for one in held if isinstance(one, Tensor)]
            if any(id(one) in parameters for one in tensors):
                continue
            weighty = tuple(one for one in modules if next(named_parameters(one), None) is not None)
            if weighty or tensors:
                yield Holder(path, module, name, value, weighty, tuple(tensors))


def _held(value: Value, depth: int) -> Iterator[ModuleInstance | Tensor]:
    """Modules and parameters inside a container or object."""
    match value:
        case dict():
            items: Iterable[Value] = value.values()
        case list() | tuple():
            items = value
        case _:
            items = value.attributes.values()
    for item in items:
        if isinstance(item, ModuleInstance) or (isinstance(item, Tensor) and item.is_parameter):
            yield item
        elif depth > 1 and isinstance(item, HOLDING):
            yield from _held(item, depth - 1)
