"""torch.nn.Module as a class of the interpreter: its methods that build, walk, freeze and convert modules.

model.add_module("fc", linear)      model.modules["fc"] is linear
for p in model.parameters(): p.requires_grad = False
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import attribute_writing, attributes, calls, forward, iteration, modules, operations
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, ModuleInstance, Native, Tensor, Unknown, Value


def _init(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> None:
    module.parameters = {}
    module.buffers = {}
    module.modules = {}


def _forward(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    raise raised(run, "NotImplementedError", f'Module [{module.cls.name}] is missing the required "forward" function')


def _add_module(run: Run, module: ModuleInstance, name: Value, child: Value) -> None:
    name = operations.payload(name)
    if isinstance(name, Unknown):
        module.incomplete = module.incomplete or name
        return
    if isinstance(child, Unknown):
        module.attributes[name] = child
        return
    if child is not None and not isinstance(child, ModuleInstance):
        raise raised(run, "TypeError", f"{operations.type_name(child)} is not a Module subclass")
    if not isinstance(name, str):
        raise raised(run, "TypeError", "module name should be a string")
    if "." in name or name == "":
        raise raised(run, "KeyError", f'module name can\'t contain "." or be empty: {name!r}')
    if module.parameters is None:
        raise raised(run, "AttributeError", "cannot assign module before Module.__init__() call")
    module.attributes.pop(name, None)
    module.modules[name] = child


def _register_parameter(run: Run, module: ModuleInstance, name: Value, parameter: Value) -> None:
    name = operations.payload(name)
    if isinstance(name, Unknown):
        module.incomplete = module.incomplete or name
        return
    if module.parameters is None:
        raise raised(run, "AttributeError", "cannot assign parameter before Module.__init__() call")
    if isinstance(parameter, Unknown):
        module.attributes[name] = parameter
        return
    if parameter is not None and not (isinstance(parameter, Tensor) and parameter.is_parameter):
        raise raised(run, "TypeError", f"cannot assign {operations.type_name(parameter)} object to parameter '{name}'")
    module.parameters[name] = parameter


def _register_buffer(run: Run, module: ModuleInstance, name: Value, tensor: Value, persistent: Value = True) -> None:
    name = operations.payload(name)
    if isinstance(name, Unknown):
        module.incomplete = module.incomplete or name
        return
    if isinstance(tensor, Unknown):
        tensor = Tensor(None, unknown=tensor, place=run.place)
    if tensor is not None and not isinstance(tensor, Tensor):
        raise raised(run, "TypeError", f"cannot assign {operations.type_name(tensor)} object to buffer '{name}'")
    module.buffers[name] = tensor
    if persistent is False:
        module.buffers_not_saved.add(name)
    else:
        module.buffers_not_saved.discard(name)


def _children(run: Run, module: ModuleInstance) -> Iterator[Value]:
    return (child for _, child in _named_children(run, module))


def _named_children(run: Run, module: ModuleInstance) -> Iterator[tuple[str, Value]]:
    _complete(module)
    seen: set[int] = set()
    for name, child in list(module.modules.items()):
        if child is not None and id(child) not in seen:
            seen.add(id(child))
            yield name, child


def _complete(module: ModuleInstance) -> None:
    """Walking a module of which parts are not known cannot be exact."""
    if module.incomplete is not None:
        raise iteration.Untraversable(module.incomplete)


def _modules(run: Run, module: ModuleInstance) -> Iterator[Value]:
    return (child for _, child in modules.named_modules(module))


def _named_modules(
    run: Run, module: ModuleInstance, memo: Value = None, prefix: str = "", remove_duplicate: bool = True
) -> Iterator[Value]:
    return modules.named_modules(module, prefix, remove_duplicate=remove_duplicate)


def _parameters(run: Run, module: ModuleInstance, recurse: bool = True) -> Iterator[Value]:
    return iter([p for _, p in modules.named_parameters(module, recurse=recurse)])


def _named_parameters(
    run: Run, module: ModuleInstance, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
) -> Iterator[Value]:
    return iter(list(modules.named_parameters(module, prefix, recurse=recurse, remove_duplicate=remove_duplicate)))


def _buffers(run: Run, module: ModuleInstance, recurse: bool = True) -> Iterator[Value]:
    return iter([b for _, b in modules.named_buffers(module, recurse=recurse)])


def _named_buffers(
    run: Run, module: ModuleInstance, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
) -> Iterator[Value]:
    return iter(list(modules.named_buffers(module, prefix, recurse=recurse, remove_duplicate=remove_duplicate)))


def _apply(run: Run, module: ModuleInstance, function: Value) -> Value:
    for child in list(module.modules.values()):
        if isinstance(child, ModuleInstance):
            calls.call(run, attributes.get_attribute(run, child, "apply"), [function], {})
    calls.call(run, function, [module], {})
    return module


def _requires_grad(run: Run, module: ModuleInstance, requires_grad: Value = True) -> Value:
    if isinstance(requires_grad, Unknown):
        run.lose(requires_grad)
        return module
    for _, parameter in modules.named_parameters(module):
        parameter.requires_grad = operations.truth(run, requires_grad)
    return module


def _train(run: Run, module: ModuleInstance, mode: Value = True) -> Value:
    for _, child in modules.named_modules(module):
        child.training = bool(mode)
        override = child.cls.lookup("train")
        if child is not module and override is not None and not isinstance(override[1], Native):
            calls.call(run, override[1], [child, mode], {})
    return module


def _eval(run: Run, module: ModuleInstance) -> Value:
    return calls.call(run, attributes.get_attribute(run, module, "train"), [False], {})


def _cast(dtype: DType) -> Any:
    def apply(run: Run, module: ModuleInstance) -> Value:
        return cast_to(module, dtype)

    return apply


def cast_to(module: ModuleInstance, dtype: DType) -> Value:
    """Floating-point parameters and buffers take another element type."""
    tensors = [*modules.named_parameters(module), *modules.named_buffers(module)]
    for _, tensor in tensors:
        if tensor.type is not None and tensor.type.dtype.is_floating:
            tensor.type = TensorType(tensor.type.shape, dtype)
    return module


def _to(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    for value in (*arguments, *keywords.values()):
        if isinstance(value, DType):
            cast_to(module, value)
        elif isinstance(value, Tensor) and value.type is not None:
            cast_to(module, value.type.dtype)
    return module


def _same(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    return module


def _nothing(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> None:
    return None


def _get_submodule(run: Run, module: ModuleInstance, target: Value) -> Value:
    current: Value = module
    if isinstance(target, Unknown):
        return target
    for name in target.split(".") if target else []:
        current = attributes.get_attribute(run, current, name)
    return current


def _set_submodule(run: Run, module: ModuleInstance, target: str, child: Value, strict: bool = False) -> None:
    parent, _, name = target.rpartition(".")
    attribute_writing.set_attribute(run, _get_submodule(run, module, parent), name, child)


def _state_dict(run: Run, module: ModuleInstance, *arguments: Value, prefix: str = "", **keywords: Value) -> Value:
    found: dict[str, Value] = {}
    for path, child in modules.named_modules(module, prefix.rstrip("."), remove_duplicate=False):
        base = f"{path}." if path else ""
        own = {
            **(child.parameters or {}),
            **{n: b for n, b in child.buffers.items() if n not in child.buffers_not_saved},
        }
        found.update({base + name: tensor for name, tensor in own.items() if tensor is not None})
    return found


def _load_state_dict(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    return Unknown("the result of load_state_dict()", run.place, plain=True)


def _hook(kind: str) -> Any:
    def register(run: Run, module: ModuleInstance, hook: Value, *arguments: Value, **keywords: Value) -> Value:
        module.hooks.append((kind, hook))
        return Unknown("the handle of a hook", run.place, plain=True)

    return register


def _ignored_hook(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    return Unknown("the handle of a hook", run.place, plain=True)


def _set_attribute(run: Run, module: Instance, name: str, value: Value) -> None:
    attribute_writing.store_attribute(run, module, name, value)


def _get_attribute(run: Run, module: ModuleInstance, name: str) -> Value:
    found = modules.registered(module, name)
    if found is modules.ABSENT:
        raise attributes.missing(run, module, name)
    return found


def _call(run: Run, module: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
    return forward.call_forward(run, module, list(arguments), keywords)


def _delete_attribute(run: Run, module: ModuleInstance, name: str) -> None:
    if name in module.attributes:
        del module.attributes[name]
    elif not modules.discard(module, name):
        raise attributes.missing(run, module, name)


_METHODS: dict[str, Any] = {
    "__init__": _init, "forward": _forward, "add_module": _add_module, "register_module": _add_module,
    "register_parameter": _register_parameter, "register_buffer": _register_buffer, "children": _children,
    "named_children": _named_children, "modules": _modules, "named_modules": _named_modules, "buffers": _buffers,
    "parameters": _parameters, "named_parameters": _named_parameters, "named_buffers": _named_buffers,
    "apply": _apply, "requires_grad_": _requires_grad, "train": _train, "eval": _eval, "to": _to,
    "half": _cast(DType.float16), "float": _cast(DType.float32), "double": _cast(DType.float64),
    "bfloat16": _cast(DType.bfloat16), "cpu": _same, "cuda": _same, "xpu": _same, "to_empty": _same,
    "share_memory": _same, "type": _to, "zero_grad": _nothing, "compile": _nothing, "get_submodule": _get_submodule,
    "set_submodule": _set_submodule, "get_parameter": _get_submodule, "get_buffer": _get_submodule,
    "state_dict": _state_dict, "load_state_dict": _load_state_dict, "_load_from_state_dict": _nothing,
    "_save_to_state_dict": _nothing, "register_forward_hook": _hook("post"), "register_forward_pre_hook": _hook("pre"),
    "extra_repr": lambda run, module: "", "_get_name": lambda run, module: module.cls.name,
    **dict.fromkeys(("register_full_backward_hook", "register_backward_hook", "register_full_backward_pre_hook"),
    _ignored_hook),
    **dict.fromkeys(("register_load_state_dict_post_hook", "_register_load_state_dict_pre_hook",
    "register_load_state_dict_pre_hook", "_register_state_dict_hook", "register_state_dict_post_hook",
    "register_state_dict_pre_hook"), _hook("state")),
}  # fmt: skip

_REGISTRIES = {
    "_modules": lambda run, module: module.modules,
    "_parameters": lambda run, module: module.parameters if module.parameters is not None else {},
    "_buffers": lambda run, module: module.buffers,
    "training": lambda run, module: module.training,
}

MODULE = Class(
    "Module", (OBJECT,), {name: Native(name, f, binds=True) for name, f in _METHODS.items()}, module="torch.nn"
)
MODULE.is_module = True
MODULE.qualified_name = "Module"

# Reached by super() and explicit calls alone; an attribute of an instance takes the interpreter's own way.
SUPER_METHODS = Table({
    "module.__setattr__": Native("Module.__setattr__", _set_attribute, binds=True),
    "module.__getattr__": Native("Module.__getattr__", _get_attribute, binds=True),
    "module.__call__": Native("Module.__call__", _call, binds=True),
    "module._call_impl": Native("Module.__call__", _call, binds=True),
    "module.__delattr__": Native("Module.__delattr__", _delete_attribute, binds=True),
    **{f"registry.{name}": Native(name, function) for name, function in _REGISTRIES.items()},
})  # fmt: skip

ENTRIES = Table({
    "torch.nn.Module": MODULE, "torch.nn.modules.Module": MODULE, "torch.nn.modules.module.Module": MODULE,
    "torch.jit.ScriptModule": Class("ScriptModule", (MODULE,), {}, module="torch.jit"),
})  # fmt: skip
