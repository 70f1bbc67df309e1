"""torch.nn.utils.prune: a parameter becomes `name_orig` with a buffer `name_mask`; `name` is their product.

    prune.l1_unstructured(linear, "weight", amount=0.3)     parameters bias, weight_orig; buffer weight_mask
    prune.remove(linear, "weight")                          parameters bias, weight

Which elements a mask takes away changes no shape, so no mask is computed.
https://docs.pytorch.org/docs/2.13/nn.html#utilities
"""

from __future__ import annotations

from analyzer.evaluation import attributes, iteration
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.modules import discard, named_modules
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.registration import derived, own_parameters, restore, spoil, target_of, tensor_of
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ClassMethod, Instance, ModuleInstance, Native, Unknown, Value


def _prune(run: Run, module: Value, name: Value) -> Value:
    target = target_of(run, module, name, "prune")
    if target is None:
        return module
    module, name = target
    if ("prune", name) in module.hooks:
        return module
    tensor = tensor_of(run, module, name)
    if tensor is None:
        spoil(module, run.unknown(f"pruning of {name}, which is not known"))
        return module
    if not tensor.is_parameter:
        raise raised(run, "TypeError", f"cannot assign 'torch.FloatTensor' object to parameter '{name}_orig'")
    restore(module, f"{name}_orig", tensor)
    if name not in own_parameters(module):
        raise raised(run, "KeyError", name)
    discard(module, name)
    restore(module, f"{name}_mask", derived(tensor))
    module.attributes[name] = derived(tensor)
    module.hooks.append(("prune", name))
    return module


def _function(run: Run, module: Value, name: Value, *arguments: Value, **keywords: Value) -> Value:
    return _prune(run, module, name)


@native("torch.nn.utils.prune.remove")
def remove(run: Run, module: Value, name: Value) -> Value:
    target = target_of(run, module, name, "prune.remove")
    if target is None:
        return module
    module, name = target
    if ("prune", name) not in module.hooks:
        if module.incomplete is not None:
            return module
        message = f"Parameter '{name}' of module {module.cls.name} has to be pruned before pruning can be removed"
        raise raised(run, "ValueError", message)
    module.hooks.remove(("prune", name))
    original = own_parameters(module)[f"{name}_orig"]
    discard(module, f"{name}_orig")
    discard(module, f"{name}_mask")
    restore(module, name, original)
    return module


@native("torch.nn.utils.prune.is_pruned")
def is_pruned(run: Run, module: Value) -> Value:
    if isinstance(module, Unknown):
        return Unknown(module.reason, module.place, plain=True)
    return any(kind == "prune" for _, child in named_modules(module) for kind, _ in child.hooks)


@native("torch.nn.utils.prune.global_unstructured")
def global_unstructured(run: Run, parameters: Value, *arguments: Value, **keywords: Value) -> None:
    for pair in iteration.iterate(run, parameters):
        module, name = iteration.iterate(run, pair)
        _prune(run, module, name)


def _apply(run: Run, cls: Class, module: Value, name: Value, *arguments: Value, **keywords: Value) -> Value:
    method = Instance(cls)
    method.attributes["_tensor_name"] = name
    _prune(run, module, name)
    return method


def _method_remove(run: Run, method: Instance, module: Value) -> None:
    if isinstance(module, ModuleInstance):
        remove.value.function(run, module, attributes.get_attribute(run, method, "_tensor_name"))


def _made(run: Run, method: Instance, *arguments: Value, **keywords: Value) -> None:
    method.attributes["_tensor_name"] = None


BASE = Class("BasePruningMethod", (OBJECT,), {
    "__init__": Native("BasePruningMethod.__init__", _made, binds=True),
    "apply": ClassMethod(Native("BasePruningMethod.apply", _apply)),
    "remove": Native("BasePruningMethod.remove", _method_remove, binds=True),
}, module="torch.nn.utils.prune")  # fmt: skip
_METHODS = (
    "Identity", "RandomUnstructured", "L1Unstructured", "RandomStructured", "LnStructured", "CustomFromMask",
    "PruningContainer",
)  # fmt: skip
_FUNCTIONS = (
    "identity", "random_unstructured", "l1_unstructured", "random_structured", "ln_structured", "custom_from_mask",
)  # fmt: skip

PRUNING = Table({
    "torch.nn.utils.prune.BasePruningMethod": BASE,
    **{f"torch.nn.utils.prune.{name}": Class(name, (BASE,), {}, module="torch.nn.utils.prune") for name in _METHODS},
    **{f"torch.nn.utils.prune.{name}": Native(name, _function) for name in _FUNCTIONS},
})  # fmt: skip
