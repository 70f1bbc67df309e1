"""What torch's utilities do to the registries of a module: make modules, read tensors, move and replace parameters.

made = new_module(run, cls)                  a module with empty registries
weight = tensor_of(run, conv, "weight")      the parameter, buffer or plain tensor of that name
restore(linear, "weight", tensor)            registers it as the parameter or buffer that it is
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, product
from analyzer.algebra.tensor import Shape, TensorType
from analyzer.evaluation import attributes
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ModuleInstance, Place, Tensor, Unknown, Value


def new_module(run: Run, cls: Class, place: Place | None = None) -> ModuleInstance:
    """A module of that class, as it is after Module.__init__."""
    place = place or run.place
    assert place is not None
    made = ModuleInstance(cls, place)
    made.parameters = {}
    return made


def own_parameters(module: ModuleInstance) -> dict[str, Tensor | None]:
    """The registry of parameters; empty before Module.__init__."""
    if module.parameters is None:
        module.parameters = {}
    return module.parameters


def spoil(module: ModuleInstance, unknown: Unknown) -> None:
    """What the module holds is not known any more."""
    module.incomplete = module.incomplete or Unknown(unknown.reason, unknown.place, shrinks=True)


def target_of(run: Run, module: Value, name: Value, purpose: str) -> tuple[ModuleInstance, str] | None:
    """The module and the name that a utility works on; None where either is not known, which spoils the module."""
    if isinstance(module, Unknown):
        return None
    if not isinstance(module, ModuleInstance):
        raise raised(run, "AttributeError", f"{purpose} takes a module")
    if isinstance(name, Unknown):
        spoil(module, name)
        return None
    return module, str(name)


def tensor_of(run: Run, module: ModuleInstance, name: str) -> Tensor | None:
    """`getattr(module, name)` where it is a tensor; None for anything else and where there may be no such name."""
    if module.incomplete is not None and not attributes.has_attribute(run, module, name):
        return None
    value = attributes.get_attribute(run, module, name)
    if isinstance(value, Unknown):
        return Tensor(None, unknown=value, place=run.place)
    return value if isinstance(value, Tensor) else None


def derived(tensor: Tensor, shape: Shape | None = None) -> Tensor:
    """A plain tensor of the same type, or with another shape; of unknown type where that of `tensor` is."""
    if tensor.type is None:
        return Tensor(None, unknown=tensor.unknown, place=tensor.place)
    return Tensor(tensor.type if shape is None else TensorType(shape, tensor.type.dtype), place=tensor.place)


def parameter_like(tensor: Tensor, shape: Shape | None = None, *, trainable: bool = True) -> Tensor:
    """`Parameter(tensor, trainable)`"""
    result = derived(tensor, shape)
    result.is_parameter, result.requires_grad = True, trainable
    return result


def restore(module: ModuleInstance, name: str, tensor: Tensor | None) -> None:
    """`register_parameter` of a parameter, `register_buffer` of any other tensor."""
    module.attributes.pop(name, None)
    if tensor is None or tensor.is_parameter:
        own_parameters(module)[name] = tensor
    else:
        module.buffers[name] = tensor


def is_a(module: ModuleInstance, *names: str) -> bool:
    """Whether it is an instance of one of torch's own classes of these names."""
    return any(cls.name in names and cls.module.startswith("torch.nn") for cls in module.cls.mro)


def matrix_shape(shape: Shape, dim: int) -> tuple[Dim, Dim]:
    """Rows and columns of a weight whose dimension `dim` is brought to the front and whose others are flattened."""
    rows = dim % len(shape)
    return shape[rows], product(size for axis, size in enumerate(shape) if axis != rows)
