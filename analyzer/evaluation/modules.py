"""What torch.nn.Module is: the registries of parameters, buffers and submodules, and how attributes reach them.

store(run, module, "fc", linear)          module.modules == {"fc": linear}
registered(module, "fc")                  -> linear
[path for path, _ in named_modules(model)]  -> ["", "features", "features.0", ...]
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cache

from analyzer.algebra.expression import Expr
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives import registry
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import ModuleInstance, Tensor, Unknown, Value


class Rounds(str):
    """The name of a child that stands for `times` of them, `[0:depth]`: what a loop of so many rounds made."""

    __slots__ = ("times",)

    times: Expr

    def __new__(cls, name: str, times: Expr) -> Rounds:
        made = super().__new__(cls, name)
        made.times = times
        return made


class _Absent:
    def __repr__(self) -> str:
        return "<absent>"


ABSENT = _Absent()


def registered(module: ModuleInstance, name: str) -> Value:
    """The parameter, buffer or submodule of that name, or ABSENT."""
    if module.parameters is not None and name in module.parameters:
        return module.parameters[name]
    if name in module.buffers:
        return module.buffers[name]
    if name in module.modules:
        return module.modules[name]
    return ABSENT


@cache
def of_every_module(name: str) -> tuple[Value, Value]:
    """The registry of that name and the method of that name, which every module has."""
    table = registry.natives()
    return table.get(f"registry.{name}"), table.get(f"module.{name}")


def lacks(module: ModuleInstance, name: str, specials: Container[str]) -> bool:
    """Whether a module of which all is known has no attribute of that name: an answer without an exception."""
    cls = module.cls
    return (
        name not in module.attributes
        and cls.lookup(name) is None
        and registered(module, name) is ABSENT
        and name not in specials
        and of_every_module(name) == (None, None)
        and cls.lookup("__getattr__") is None
        and module.payload is None
        and module.incomplete is None
        and cls.unknown_base is None
    )


LONGEST_NAME = 500
LONGEST_PATHS = 10_000_000
"""Characters of all paths of a model."""


def store(run: Run, module: ModuleInstance, name: str, value: Value) -> None:
    """`Module.__setattr__`: parameters, buffers and modules are registered, everything else is a plain attribute."""
    if len(name) > LONGEST_NAME:
        raise OutOfFuel(f"a name of {len(name):,} characters", run.place)
    if isinstance(value, Tensor) and value.is_parameter:
        if module.parameters is None:
            raise raised(run, "AttributeError", "cannot assign parameters before Module.__init__() call")
        for names in (module.attributes, module.buffers, module.modules):
            names.pop(name, None)
        module.parameters[name] = value
    elif module.parameters is not None and name in module.parameters:
        if value is None:
            module.parameters[name] = None
        elif isinstance(value, Unknown):
            del module.parameters[name]
            module.attributes[name] = value
        else:
            raise raised(run, "TypeError", f"cannot assign '{type(value).__name__}' as parameter '{name}'")
    elif isinstance(value, ModuleInstance):
        if module.parameters is None:
            raise raised(run, "AttributeError", "cannot assign module before Module.__init__() call")
        for names in (module.attributes, module.buffers):
            names.pop(name, None)
        module.modules[name] = value
    elif name in module.modules:
        if value is None:
            module.modules[name] = None
        elif isinstance(value, Unknown):
            del module.modules[name]
            module.attributes[name] = value
        else:
            raise raised(run, "TypeError", f"cannot assign '{type(value).__name__}' as child module '{name}'")
    elif isinstance(value, Tensor) and value.attributes and value.attributes.get("_is_buffer") is True:
        if module.parameters is None:
            raise raised(run, "AttributeError", "cannot assign buffer before Module.__init__() call")
        module.attributes.pop(name, None)
        module.buffers[name] = value
        module.buffers_not_saved.discard(name)
        if value.attributes.get("persistent") is False:
            module.buffers_not_saved.add(name)
    elif name in module.buffers:
        if value is None or isinstance(value, Tensor):
            module.buffers[name] = value
        elif isinstance(value, Unknown):
            del module.buffers[name]
            module.attributes[name] = value
        else:
            raise raised(run, "TypeError", f"cannot assign '{type(value).__name__}' as buffer '{name}'")
    else:
        module.attributes[name] = value


def discard(module: ModuleInstance, name: str) -> bool:
    """`Module.__delattr__`; False where there is no such name."""
    if module.parameters is not None and name in module.parameters:
        del module.parameters[name]
    elif name in module.buffers:
        del module.buffers[name]
        module.buffers_not_saved.discard(name)
    elif name in module.modules:
        del module.modules[name]
    else:
        return False
    return True


def named_modules(
    module: Value, prefix: str = "", seen: set[int] | None = None, *, remove_duplicate: bool = True
) -> Iterator[tuple[str, ModuleInstance]]:
    """`Module.named_modules()`: itself first, each module once."""
    seen = set() if seen is None else seen
    stack: list[tuple[str, Value]] = [(prefix, module)]
    characters = 0
    while stack:
        path, current = stack.pop()
        if not isinstance(current, ModuleInstance) or (remove_duplicate and id(current) in seen):
            continue
        seen.add(id(current))
        characters += len(path)
        if characters > LONGEST_PATHS:
            raise OutOfFuel(f"layer paths of over {LONGEST_PATHS:,} characters", current.place)
        yield path, current
        base = f"{path}." if path else ""
        stack.extend((base + name, child) for name, child in reversed(current.modules.items()))


def named_parameters(
    module: ModuleInstance, prefix: str = "", *, recurse: bool = True, remove_duplicate: bool = True
) -> Iterator[tuple[str, Tensor]]:
    """`Module.named_parameters()`: a shared parameter once, where it is met first."""
    seen: set[int] = set()
    found = named_modules(module, prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, module)]
    for path, current in found:
        base = f"{path}." if path else ""
        for name, parameter in (current.parameters or {}).items():
            if parameter is None or (remove_duplicate and id(parameter) in seen):
                continue
            seen.add(id(parameter))
            yield base + name, parameter


def named_buffers(
    module: ModuleInstance, prefix: str = "", *, recurse: bool = True, remove_duplicate: bool = True
) -> Iterator[tuple[str, Tensor]]:
    """`Module.named_buffers()`: a shared buffer once, where it is met first."""
    seen: set[int] = set()
    found = named_modules(module, prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, module)]
    for path, current in found:
        base = f"{path}." if path else ""
        for name, buffer in current.buffers.items():
            if buffer is None or (remove_duplicate and id(buffer) in seen):
                continue
            seen.add(id(buffer))
            yield base + name, buffer
