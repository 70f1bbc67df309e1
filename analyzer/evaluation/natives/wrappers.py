"""Modules that hold another one: DataParallel, DistributedDataParallel, AveragedModel, what torch.compile returns.

    nn.DataParallel(net)        DataParallel with the child `module`; its parameters counted once
    torch.compile(net)          OptimizedModule with the child `_orig_mod`, whose attributes it passes on
    torch.compile(function)     the function

torch.jit.trace and torch.jit.script give the module itself: its parameters are those of the traced module.
https://docs.pytorch.org/docs/2.13/generated/torch.nn.DataParallel.html
https://docs.pytorch.org/docs/2.13/generated/torch.compile.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import attribute_writing, attributes, calls, modules
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.module import MODULE
from analyzer.evaluation.natives.registry import Table, native, natives
from analyzer.evaluation.registration import new_module, own_parameters, spoil
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ModuleInstance, Native, Tensor, Unknown, Value


def _hold(run: Run, wrapper: ModuleInstance, name: str, module: Value) -> None:
    """Register the one child of a wrapper."""
    own_parameters(wrapper)
    if isinstance(module, Unknown):
        wrapper.attributes[name] = module
        spoil(wrapper, module)
    else:
        modules.store(run, wrapper, name, module)


def _machine(name: str) -> Unknown:
    return Unknown(f"{name} of a parallel module depends on the machine", None, plain=True)


def _parallel(run: Run, wrapper: ModuleInstance, module: Value, *arguments: Value, **settings: Value) -> None:
    _hold(run, wrapper, "module", module)
    for name in ("device_ids", "output_device", "dim", "device", "process_group", "src_device_obj", "reducer"):
        wrapper.attributes[name] = _machine(name)


def _child_of(wrapper: ModuleInstance, name: str) -> Value:
    return wrapper.modules.get(name, wrapper.attributes.get(name))


def _pass_on(name: str) -> Any:
    def forward(run: Run, wrapper: ModuleInstance, *arguments: Value, **keywords: Value) -> Value:
        return calls.call(run, _child_of(wrapper, name), list(arguments), keywords)

    return forward


def _average(run: Run, wrapper: ModuleInstance, model: Value, *arguments: Value, **settings: Value) -> None:
    copied = natives()["copy.deepcopy"].function(run, model)
    _hold(run, wrapper, "module", copied)
    wrapper.buffers["n_averaged"] = Tensor(TensorType((), DType.int64), place=run.place)


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _no_sync(run: Run, wrapper: ModuleInstance) -> Value:
    return calls.call(run, natives()["torch.no_grad"], [], {})


def _class(name: str, module: str, **methods: Any) -> Class:
    namespace: dict[str, Value] = {key: Native(f"{name}.{key}", method, binds=True) for key, method in methods.items()}
    return Class(name, (MODULE,), namespace, module=module)


DATA_PARALLEL = _class(
    "DataParallel", "torch.nn.parallel.data_parallel", __init__=_parallel, forward=_pass_on("module")
)
DISTRIBUTED = _class(
    "DistributedDataParallel",
    "torch.nn.parallel.distributed",
    __init__=_parallel,
    forward=_pass_on("module"),
    no_sync=_no_sync,
    register_comm_hook=_nothing,
    _set_static_graph=_nothing,
)
AVERAGED = _class(
    "AveragedModel",
    "torch.optim.swa_utils",
    __init__=_average,
    forward=_pass_on("module"),
    update_parameters=_nothing,
)


def _original_attribute(run: Run, wrapper: ModuleInstance, name: str) -> Value:
    if name == "_orig_mod":
        raise attributes.missing(run, wrapper, name)
    return attributes.get_attribute(run, _child_of(wrapper, "_orig_mod"), name)


def _set_original_attribute(run: Run, wrapper: ModuleInstance, name: str, value: Value) -> None:
    if name in ("_orig_mod", "forward", "__dict__"):
        attribute_writing.store_attribute(run, wrapper, name, value)
    else:
        attribute_writing.set_attribute(run, _child_of(wrapper, "_orig_mod"), name, value)


def _delete_original_attribute(run: Run, wrapper: ModuleInstance, name: str) -> None:
    attribute_writing.delete_attribute(run, _child_of(wrapper, "_orig_mod"), name)


def _length(run: Run, wrapper: ModuleInstance) -> Value:
    original = _child_of(wrapper, "_orig_mod")
    if attributes.has_attribute(run, original, "__len__") is False:
        raise raised(run, "TypeError", f"{original.cls.name} does not support len()")
    return attributes.call_method(run, original, "__len__", [], {})


OPTIMIZED = _class(
    "OptimizedModule",
    "torch._dynamo.eval_frame",
    forward=_pass_on("_orig_mod"),
    __getattr__=_original_attribute,
    __setattr__=_set_original_attribute,
    __delattr__=_delete_original_attribute,
    __len__=_length,
)


@native("torch.compile", "torch._dynamo.optimize")
def compile_model(run: Run, model: Value = None, **settings: Value) -> Value:
    if model is None:
        return Native("torch.compile", lambda run, model: compile_model.value.function(run, model, **settings))
    if not isinstance(model, ModuleInstance):
        return model
    made = new_module(run, OPTIMIZED, model.place)
    made.modules["_orig_mod"] = model
    made.training = model.training
    return made


@native("torch.jit.trace", "torch.jit.trace_module")
def trace(run: Run, func: Value = None, *arguments: Value, **settings: Value) -> Value:
    return settings.get("mod", func)


@native("torch.nn.parallel.data_parallel")
def data_parallel(
    run: Run, module: Value, inputs: Value, device_ids: Value = None, output_device: Value = None, dim: Value = 0,
    module_kwargs: Value = None,
) -> Value:  # fmt: skip
    arguments = list(inputs) if isinstance(inputs, tuple) else [inputs]
    return calls.call(run, module, arguments, module_kwargs if isinstance(module_kwargs, dict) else {})


WRAPPERS = Table({
    **{f"torch.nn.{path}": DATA_PARALLEL for path in (
        "DataParallel", "parallel.DataParallel", "parallel.data_parallel.DataParallel",
    )},
    "torch.nn.parallel.DistributedDataParallel": DISTRIBUTED,
    "torch.nn.parallel.distributed.DistributedDataParallel": DISTRIBUTED,
    "torch.optim.swa_utils.AveragedModel": AVERAGED,
    "torch._dynamo.eval_frame.OptimizedModule": OPTIMIZED, "torch._dynamo.OptimizedModule": OPTIMIZED,
})  # fmt: skip
