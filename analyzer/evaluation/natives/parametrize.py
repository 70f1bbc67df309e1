"""torch.nn.utils.parametrize: a tensor of a module that other modules compute from its originals at every access.

    register_parametrization(linear, "weight", Symmetric())
        type: ParametrizedLinear; children: parametrizations (ModuleDict) > weight (ParametrizationList) > 0 (Symmetric)
        parameters: bias, parametrizations.weight.original
        linear.weight: what Symmetric.forward makes of the original

A `right_inverse` that returns several tensors gives original0, original1, ... in place of the original.
https://docs.pytorch.org/docs/2.13/generated/torch.nn.utils.parametrize.register_parametrization.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import attributes, calls
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.modules import discard, store
from analyzer.evaluation.natives.containers import CONTAINERS
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.registration import (
    derived,
    new_module,
    own_parameters,
    parameter_like,
    restore,
    spoil,
    target_of,
    tensor_of,
)
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ModuleInstance, Native, Property, Raised, Tensor, Unknown, Value

_MODULE = "torch.nn.utils.parametrize"


def _originals(holder: ModuleInstance) -> list[Tensor]:
    """The tensors that the first parametrization is given."""
    count = holder.attributes["ntensors"]
    names = ["original"] if holder.attributes["is_tensor"] else [f"original{index}" for index in range(count)]
    registries = {**holder.buffers, **own_parameters(holder)}
    return [tensor for name in names if (tensor := registries.get(name)) is not None]


def _compute(run: Run, holder: ModuleInstance) -> Value:
    """`ParametrizationList.forward`"""
    if holder.incomplete is not None:
        return Unknown(holder.incomplete.reason, holder.incomplete.place, plain=True)
    chain = [child for name, child in holder.modules.items() if name.isdigit()]
    value = calls.call(run, chain[0], list(_originals(holder)), {})
    for parametrization in chain[1:]:
        value = calls.call(run, parametrization, [value], {})
    return value


def _invert(run: Run, parametrization: Value, value: Value) -> Value:
    """What `right_inverse` makes of a tensor; the tensor itself where there is none."""
    found = attributes.has_attribute(run, parametrization, "right_inverse")
    if isinstance(found, Unknown):
        return found
    if not found:
        return value
    try:
        return calls.call(run, attributes.get_attribute(run, parametrization, "right_inverse"), [value], {})
    except Raised as error:
        if error.value.cls.name == "NotImplementedError":
            return value
        raise


def _assign(run: Run, holder: ModuleInstance, value: Value) -> None:
    """`ParametrizationList.right_inverse`: give the originals the values that `value` comes from."""
    for parametrization in reversed(list(holder.modules.values())):
        if attributes.has_attribute(run, parametrization, "right_inverse") is False:
            message = f"parametrization {parametrization.cls.name} does not implement right_inverse."
            raise raised(run, "RuntimeError", message)
        value = calls.call(run, attributes.get_attribute(run, parametrization, "right_inverse"), [value], {})
    given = [value] if isinstance(value, (Tensor, Unknown)) else list(value)
    for original, new in zip(_originals(holder), given, strict=False):
        _fill(run, original, new)


def _fill(run: Run, original: Tensor, new: Value) -> None:
    """`original.set_(new)`"""
    if isinstance(new, Tensor):
        original.type, original.unknown, original.values = new.type, new.unknown, new.values
    elif isinstance(new, Unknown):
        original.values = None


LIST = Class(
    "ParametrizationList",
    (CONTAINERS.values["torch.nn.ModuleList"],),
    {
        "forward": Native("ParametrizationList.forward", _compute, binds=True),
        "right_inverse": Native("ParametrizationList.right_inverse", _assign, binds=True),
    },
    module=_MODULE,
)


def _make_list(run: Run, parametrization: Value, original: Tensor, *, unsafe: bool) -> ModuleInstance:
    """`ParametrizationList([parametrization], original, unsafe)`"""
    holder = new_module(run, LIST)
    holder.modules["0"] = parametrization
    before = original.type
    new = _invert(run, parametrization, original)
    holder.attributes.update(unsafe=unsafe, is_tensor=not isinstance(new, (tuple, list)), ntensors=1)
    if isinstance(new, (tuple, list)):
        holder.attributes["ntensors"] = len(new)
        for index, part in enumerate(new):
            unknown = run.unknown("a part of right_inverse()")
            tensor = part if isinstance(part, Tensor) else Tensor(None, unknown=unknown)
            if original.is_parameter:
                tensor = parameter_like(tensor, trainable=original.requires_grad)
            restore(holder, f"original{index}", tensor)
    else:
        restore(holder, "original", original)
        if isinstance(new, Unknown):
            spoil(holder, run.unknown(f"what right_inverse() of {parametrization.cls.name} returns: {new.reason}"))
        elif not isinstance(new, Tensor):
            message = "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...)."
            raise raised(run, "ValueError", message)
        elif new is not original:
            if before is not None and new.type is not None and before.dtype != new.type.dtype:
                message = "When `right_inverse` outputs one tensor, it may not change the dtype."
                raise raised(run, "ValueError", message)
            _fill(run, original, new)
    if not unsafe:
        _check(run, before, calls.call(run, holder, [], {}))
    return holder


def _check(run: Run, before: TensorType | None, after: Value) -> None:
    """A parametrization that is not `unsafe` keeps shape and dtype."""
    if isinstance(after, Unknown) or before is None:
        return
    if not isinstance(after, Tensor):
        raise raised(run, "ValueError", f"A parametrization must return a tensor. Got {type(after).__name__}.")
    if after.type is not None:
        for what, same in (("dtype", after.type.dtype == before.dtype), ("shape", after.type.shape == before.shape)):
            if not same:
                message = f"Registering a parametrization may not change the {what} of the tensor"
                raise raised(run, "ValueError", message + ", unless `unsafe` flag is enabled.")


def _property(name: str, before: TensorType | None) -> Property:
    """The class attribute that stands for a parametrized tensor."""

    def holder_of(module: ModuleInstance) -> Any:
        return module.modules["parametrizations"].modules[name]

    def get(run: Run, module: ModuleInstance) -> Value:
        holder = holder_of(module)
        value = calls.call(run, holder, [], {})
        if isinstance(value, Unknown) and holder.attributes["unsafe"] is False and before is not None:
            originals = [tensor.type for tensor in _originals(holder) if tensor.type is not None]
            return Tensor(TensorType(before.shape, originals[0].dtype if len(originals) == 1 else before.dtype))
        return value

    def set_(run: Run, module: ModuleInstance, value: Value) -> None:
        if isinstance(value, Tensor) and value.is_parameter:
            raise raised(run, "KeyError", f"attribute '{name}' already exists")
        _assign(run, holder_of(module), value)

    return Property(Native(f"parametrized {name}", get), Native(f"parametrized {name}", set_))


def _holders(module: ModuleInstance) -> dict[str, Value]:
    """The ParametrizationLists of a module by the name of the tensor."""
    found = module.modules.get("parametrizations")
    return found.modules if isinstance(found, ModuleInstance) and found.cls.name == "ModuleDict" else {}


def register(run: Run, module: Value, tensor_name: Value, parametrization: Value, *, unsafe: Value = False) -> Value:
    target = target_of(run, module, tensor_name, "register_parametrization")
    if target is None:
        return module
    module, name = target
    if not isinstance(parametrization, ModuleInstance):
        spoil(module, parametrization if isinstance(parametrization, Unknown) else run.unknown("a parametrization"))
        return module
    unsafe = unsafe is True
    calls.call(run, attributes.get_attribute(run, parametrization, "train"), [module.training], {})
    if name in _holders(module):
        holder = _holders(module)[name]
        if not unsafe:
            current = attributes.get_attribute(run, module, name)
            before = current.type if isinstance(current, Tensor) else None
            _check(run, before, calls.call(run, parametrization, [current], {}))
        holder.modules[str(len(holder.modules))] = parametrization
        holder.attributes["unsafe"] = holder.attributes["unsafe"] or unsafe
        return module
    original = own_parameters(module).get(name) or module.buffers.get(name)
    if original is None:
        if module.incomplete is None:
            message = f"Module does not have a parameter, a buffer, or a parametrized element with name '{name}'"
            raise raised(run, "ValueError", message)
        return module
    before = original.type
    holder = _make_list(run, parametrization, original, unsafe=unsafe)
    discard(module, name)
    run.impure()
    if not _holders(module):
        module.cls = Class(f"Parametrized{module.cls.name}", (module.cls,), {}, module=_MODULE, place=module.cls.place)
        store(run, module, "parametrizations", new_module(run, CONTAINERS.values["torch.nn.ModuleDict"]))
    module.cls.namespace[name] = _property(name, before)
    _holders(module)[name] = holder
    return module


def is_parametrized(run: Run, module: Value, tensor_name: Value = None) -> Value:
    if isinstance(module, Unknown) or isinstance(tensor_name, Unknown):
        return run.unknown("whether a module is parametrized", plain=True)
    found = _holders(module) if isinstance(module, ModuleInstance) else {}
    return bool(found) if tensor_name is None else tensor_name in found


def remove(run: Run, module: Value, tensor_name: Value, leave_parametrized: Value = True) -> Value:
    target = target_of(run, module, tensor_name, "remove_parametrizations")
    if target is None:
        return module
    module, name = target
    if name not in _holders(module):
        if module.incomplete is None:
            raise raised(run, "ValueError", f"Module {module.cls.name} does not have a parametrization on {name}")
        return module
    holder = _holders(module)[name]
    originals = _originals(holder)
    value = tensor_of(run, module, name) if leave_parametrized is not False else None
    if holder.attributes["is_tensor"]:
        restored = originals[0]
        if value is not None:
            _fill(run, restored, value)
    elif value is None:
        message = "Cannot leave unparametrized (`leave_parametrized=False`) a tensor"
        raise raised(run, "ValueError", f"{message} that is parametrized in terms of a sequence of tensors.")
    else:
        trainable = any(tensor.requires_grad for tensor in originals)
        restored = parameter_like(value) if trainable else derived(value)
    if holder.incomplete is not None:
        spoil(module, holder.incomplete)
    del module.cls.namespace[name], _holders(module)[name]
    if not _holders(module):
        del module.modules["parametrizations"]
        module.cls = module.cls.bases[0]
    restore(module, name, restored)
    return module


def type_before(run: Run, module: Value) -> Value:
    if isinstance(module, ModuleInstance):
        return module.cls.bases[0] if _holders(module) else module.cls
    return run.unknown("the type of a module", plain=True)


def transfer(run: Run, from_module: Value, to_module: Value, tensor_name: Value = None) -> Value:
    if not isinstance(from_module, ModuleInstance) or not isinstance(to_module, ModuleInstance):
        return to_module
    for name, holder in list(_holders(from_module).items()) if tensor_name is None else [(tensor_name, None)]:
        holder = holder or _holders(from_module)[name]
        if attributes.has_attribute(run, to_module, name) is False:
            tensor = tensor_of(run, from_module, name)
            restore(to_module, name, None if tensor is None else parameter_like(tensor))
        for parametrization in list(holder.modules.values()):
            register(run, to_module, name, parametrization)
    return to_module


_FUNCTIONS: dict[str, Any] = {
    "register_parametrization": register, "is_parametrized": is_parametrized, "remove_parametrizations": remove,
    "type_before_parametrizations": type_before, "transfer_parametrizations_and_params": transfer,
}  # fmt: skip

PARAMETRIZE = Table({
    f"{_MODULE}.ParametrizationList": LIST,
    **{f"{_MODULE}.{name}": Native(name, function) for name, function in _FUNCTIONS.items()},
})  # fmt: skip
