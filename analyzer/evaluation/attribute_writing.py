"""Setting and deleting attributes, by Python's rules and by those of nn.Module.

set_attribute(run, model, "fc", linear)      model.modules["fc"] is linear
delete_attribute(run, model, "fc")
"""

from __future__ import annotations

from analyzer.evaluation import calls, modules
from analyzer.evaluation.attributes import call_special, missing
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import (
    Bound,
    Class,
    Function,
    Instance,
    ModuleInstance,
    Namespace,
    Native,
    NativeModule,
    Operator,
    Partial,
    Property,
    Tensor,
    Unknown,
    Value,
)


def set_attribute(run: Run, value: Value, name: str, item: Value) -> None:
    """`value.name = item`"""
    if isinstance(value, Instance):
        found = value.cls.lookup(name)
        if found is not None and type(found[1]) is Property and not found[1].cached:
            if found[1].set is None:
                raise raised(run, "AttributeError", f"property '{name}' of '{value.cls.name}' object has no setter")
            calls.call(run, found[1].set, [value, item], {})
            return
        if found is not None and type(found[1]) is Instance and found[1].cls.lookup("__set__") is not None:
            call_special(run, found[1], "__set__", value, item)
            return
        hook = value.cls.lookup("__setattr__")
        if hook is not None:
            calls.call(run, hook[1], [value, name, item], {})
            return
        store_attribute(run, value, name, item)
    elif isinstance(value, Class):
        if _is_shared(value) or name in ("__bases__", "__mro__"):
            _replaced(run, value, name)
            return
        run.note(value.namespace, name)
        run.session.changes += 1
        value.namespace[name] = item
    elif isinstance(value, Namespace):
        run.note(value.names, name)
        value.names[name] = item
    elif isinstance(value, Tensor):
        from analyzer.evaluation.tensors import set_tensor_attribute

        set_tensor_attribute(run, value, name, item)
    elif isinstance(value, Operator) or (isinstance(value, Native) and "." in value.name):
        _replaced(run, value, name)
    elif isinstance(value, (Function, Native, Partial)):
        run.note(value.attributes, name)
        value.attributes[name] = item
    elif isinstance(value, Bound):
        set_attribute(run, value.function, name, item)
    elif isinstance(value, NativeModule):
        _replaced(run, value, name)
    elif not isinstance(value, Unknown):
        raise raised(run, "AttributeError", f"'{type(value).__name__}' object attribute '{name}' is read-only")


_HARMLESS = frozenset({
    "reset_parameters", "extra_repr", "dump_patches", "__repr__", "__doc__", "__name__", "__qualname__", "__module__",
})  # fmt: skip


def _is_shared(cls: Class) -> bool:
    """Whether a class is Python's or torch's own, which all files have in common."""
    return cls.place is None or cls.module.partition(".")[0] == "torch"


def _replaced(run: Run, owner: Value, name: str) -> None:
    """A part of Python or torch gets another value: it is not followed, and nothing is certain after it."""
    if name not in _HARMLESS and not getattr(owner, "name", "").startswith(("torch.backends", "sys")):
        run.doubt(run.unknown(f"{owner.name}.{name} is replaced"))


def store_attribute(run: Run, value: Instance, name: str, item: Value) -> None:
    """What `object.__setattr__` and `Module.__setattr__` do."""
    if name == "__class__" and isinstance(item, Class):
        value.cls = item
    elif name == "__dict__" and isinstance(item, dict):
        value.attributes = item
    elif isinstance(value, ModuleInstance):
        modules.store(run, value, name, item)
    else:
        value.attributes[name] = item


def delete_attribute(run: Run, value: Value, name: str) -> None:
    """`del value.name`"""
    if isinstance(value, Instance):
        hook = value.cls.lookup("__delattr__")
        if hook is not None:
            calls.call(run, hook[1], [value, name], {})
        elif name in value.attributes:
            del value.attributes[name]
        elif not (isinstance(value, ModuleInstance) and modules.discard(value, name)):
            raise missing(run, value, name)
    elif isinstance(value, (Class, Namespace)):
        names = value.namespace if isinstance(value, Class) else value.names
        if name not in names:
            raise missing(run, value, name)
        if isinstance(value, Class) and _is_shared(value):
            _replaced(run, value, name)
            return
        run.note(names, name)
        run.session.changes += 1
        del names[name]
    elif not isinstance(value, (Unknown, Tensor)):
        raise missing(run, value, name)
