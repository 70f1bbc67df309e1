"""What of torch is neither layer nor operator: parameters, devices, contexts, initialisers, marks and utilities.

nn.Parameter(torch.zeros(1, 5))     -> a trainable Tensor [1, 5]
nn.init.kaiming_normal_(w)          -> w, unchanged in shape
with torch.no_grad(): ...           runs its body
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import attributes, calls, iteration, modules, natives, operations
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, ModuleInstance, Native, Tensor, Unknown, Value


def _parameter(run: Run, cls: Class, data: Value = None, requires_grad: Value = True, **more: Value) -> Value:
    if data is None:
        data = Tensor(TensorType((0,)))
    trainable = True if isinstance(requires_grad, Unknown) else operations.truth(run, requires_grad)
    if isinstance(requires_grad, Unknown):
        run.lose(requires_grad)
    if isinstance(data, Unknown):
        return Tensor(None, is_parameter=True, requires_grad=trainable, unknown=data, place=run.place)
    if not isinstance(data, Tensor):
        raise raised(run, "TypeError", f"Parameter data must be a tensor, not {operations.type_name(data)}")
    result = Tensor(
        data.type, is_parameter=True, requires_grad=trainable, values=data.values, unknown=data.unknown, place=run.place
    )
    result.attributes = dict(data.attributes) if data.attributes else None
    return result


def _uninitialised(run: Run, cls: Class, requires_grad: bool = True, **more: Value) -> Value:
    unknown = Unknown("a lazy parameter, which gets its shape at the first call", run.place)
    result = Tensor(None, is_parameter=True, requires_grad=requires_grad, unknown=unknown, place=run.place)
    result.attributes = {"uninitialised": True}
    return result


TENSOR = Class("Tensor", (OBJECT,), {}, module="torch")


def _make_tensor(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    from analyzer.evaluation.tensors import apply_named

    if arguments and isinstance(arguments[0], (list, tuple)):
        return apply_named(run, "torch.tensor", arguments, {"dtype": DType.float32})
    return apply_named(run, "torch.empty", arguments, keywords)


TENSOR.native = _make_tensor
PARAMETER = Class("Parameter", (TENSOR,), {}, module="torch.nn.parameter", native=_parameter)


def _device(run: Run, cls: Class, kind: Value = "cpu", index: Value = None) -> Value:
    kind = operations.payload(kind)
    if isinstance(kind, Unknown):
        return Unknown(kind.reason, kind.place, plain=True)
    if isinstance(kind, Instance):
        return kind
    instance = Instance(cls)
    name, _, number = str(kind).partition(":")
    instance.attributes["type"] = "cuda" if isinstance(kind, int) else name
    instance.attributes["index"] = kind if isinstance(kind, int) else int(number) if number.isdigit() else index
    return instance


def _same_device(run: Run, device: Instance, other: Value) -> Value:
    return isinstance(other, Instance) and other.cls is device.cls and other.attributes == device.attributes


def _device_text(run: Run, device: Instance) -> Value:
    index = device.attributes["index"]
    return device.attributes["type"] + ("" if index is None else f":{index}")


DEVICE = Class(
    "device",
    (OBJECT,),
    {"__eq__": Native("device.__eq__", _same_device, binds=True), "__str__": Native("str", _device_text, binds=True)},
    module="torch",
    native=_device,
)
for _name in ("__enter__", "__exit__"):
    DEVICE.namespace[_name] = Native(_name, lambda run, device, *more: None, binds=True)


def _size(run: Run, cls: Class, sizes: Value = ()) -> Value:
    return natives.size(tuple(iteration.iterate(run, sizes)))


def _is_size(run: Run, value: Value) -> Value:
    return type(value).__name__ == "Size"


SIZE = Class("Size", (OBJECT,), {"__instance_check__": Native("Size", _is_size)}, module="torch", native=_size)


def _is_dtype(run: Run, value: Value) -> Value:
    return isinstance(value, DType)


DTYPE = Class("dtype", (OBJECT,), {"__instance_check__": Native("dtype", _is_dtype)}, module="torch")
FUNCTION = Class("Function", (OBJECT,), {}, module="torch.autograd")


def _apply_function(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    context = Instance(Class("Context", (OBJECT,), {}))
    for name in ("save_for_backward", "mark_non_differentiable", "set_materialize_grads", "mark_dirty"):
        context.attributes[name] = Native(name, _nothing)
    forward = attributes.get_attribute(run, cls, "forward")
    has_setup = cls.lookup("setup_context") is not None
    return calls.call(run, forward, list(arguments) if has_setup else [context, *arguments], keywords)


from analyzer.evaluation.values import ClassMethod  # noqa: E402

FUNCTION.namespace["apply"] = ClassMethod(Native("Function.apply", _apply_function))


def _nothing(run: Run, *arguments: Value, **keywords: Value) -> None:
    return None


def _first(run: Run, value: Value = None, *arguments: Value, **keywords: Value) -> Value:
    return value


def _decorator_or_first(run: Run, *arguments: Value, **keywords: Value) -> Value:
    """`@mark` and `@mark(...)` alike leave the function as it is."""
    if arguments and not isinstance(arguments[0], (str, bool, int, type(None))):
        return arguments[0]
    return Native("decorator", _first)


CONTEXT = Class("context", (OBJECT,), {
    "__enter__": Native("__enter__", lambda run, context: context, binds=True),
    "__exit__": Native("__exit__", lambda run, context, *details: False, binds=True),
    "__call__": Native("__call__", lambda run, context, function=None, *more: function, binds=True),
}, module="torch")  # fmt: skip


def _context(run: Run, *arguments: Value, **keywords: Value) -> Value:
    if arguments and not isinstance(arguments[0], (str, bool, int, Unknown, Instance, type(None))):
        return arguments[0]  # used as a bare decorator
    return Instance(CONTEXT)


_CONTEXTS = (
    "torch.no_grad", "torch.enable_grad", "torch.set_grad_enabled", "torch.inference_mode", "torch.autocast",
    "torch.amp.autocast", "torch.cuda.amp.autocast", "torch.autograd.profiler.record_function",
    "torch.profiler.record_function", "torch.autograd.set_detect_anomaly", "torch.nn.utils.parametrize.cached",
    "torch.random.fork_rng", "torch.autograd.no_grad", "torch.cpu.amp.autocast", "torch.nn.attention.sdpa_kernel",
    "torch.backends.cuda.sdp_kernel", "torch.device_context",
)  # fmt: skip
_MARKS = (
    "torch.jit.script", "torch.jit.ignore", "torch.jit.unused", "torch.jit.export", "torch.jit.script_if_tracing",
    "torch.jit.interface", "torch.jit.script_method", "torch.fx.wrap", "torch.compiler.disable",
    "torch._dynamo.disable",
    "torch.compiler.allow_in_graph", "torch.jit._overload_method", "torch.cuda.amp.custom_fwd",
    "torch.cuda.amp.custom_bwd", "torch.amp.custom_fwd", "torch.amp.custom_bwd", "torch._jit_internal._overload_method",
    "torch.autograd.function.once_differentiable", "torch.jit.optimize_for_inference", "torch.jit.freeze",
    "torch.utils.checkpoint.checkpoint_wrapper", "torch.overrides.handle_torch_function",
    "torch._dynamo.allow_in_graph", "torch.jit._script_if_tracing",
    "torch.jit._overload", "torch.jit.unused", "torch.library.register_fake", "torch.distributed.fsdp.wrap.wrap",
)  # fmt: skip
_NOTHING = (
    "torch.manual_seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all", "torch.set_default_device",
    "torch.set_float32_matmul_precision", "torch.use_deterministic_algorithms", "torch.cuda.set_device",
    "torch.cuda.empty_cache", "torch.set_num_threads", "torch.set_printoptions", "torch._C._log_api_usage_once",
    "torch._assert_async", "torch.cuda.synchronize", "torch.save", "torch.autograd.backward",
    "torch.multiprocessing.set_start_method",
    "torch.multiprocessing.set_sharing_strategy", "torch.distributed.init_process_group", "torch.distributed.barrier",
    "torch.distributed.destroy_process_group",
    "torch._dynamo.mark_static", "torch.fx._symbolic_trace.wrap",
)  # fmt: skip
_FALSE = (
    "torch.jit.is_scripting", "torch.jit.is_tracing", "torch.onnx.is_in_onnx_export", "torch.compiler.is_compiling",
    "torch._dynamo.is_compiling", "torch.is_autocast_enabled", "torch.distributed.is_initialized",
    "torch.is_deterministic",
    "torch.compiler.is_dynamo_compiling", "torch.fx._symbolic_trace.is_fx_tracing", "torch._C._get_tracing_state",
    "torch.are_deterministic_algorithms_enabled", "torch.overrides.has_torch_function",
    "torch.compiler.is_exporting", "torch.is_autocast_cpu_enabled", "torch.is_inference_mode_enabled",
)  # fmt: skip
_MACHINE = (
    "torch.cuda.is_available", "torch.cuda.device_count", "torch.backends.mps.is_available",
    "torch.distributed.is_available",
    "torch.cuda.is_bf16_supported", "torch.distributed.get_rank", "torch.distributed.get_world_size",
    "torch.cuda.current_device", "torch.cuda.get_device_capability", "torch.xpu.is_available", "torch.get_num_threads",
    "torch.backends.cudnn.is_available", "torch.backends.mps.is_built", "torch.cuda.get_device_name",
)  # fmt: skip


def _machine(name: str) -> Native:
    """A question about the machine: not known, and the same wherever it is asked with the same arguments."""
    return Native(name, lambda run, *arguments, **keywords: Unknown(
        f"{name}() depends on the machine", run.place, plain=True, scalar=True, key=name
    ))  # fmt: skip


_INITIALISERS = (
    "uniform_", "normal_", "trunc_normal_", "constant_", "ones_", "zeros_", "eye_", "dirac_", "xavier_uniform_",
    "xavier_normal_", "kaiming_uniform_", "kaiming_normal_", "orthogonal_", "sparse_", "kaiming_uniform",
    "kaiming_normal", "xavier_uniform", "xavier_normal", "normal", "uniform", "constant", "orthogonal",
    "_no_grad_trunc_normal_", "_no_grad_normal_", "_no_grad_uniform_",
)  # fmt: skip


@native("torch._assert")
def _assert(run: Run, condition: Value, message: Value) -> None:
    """What `assert` does."""
    if not isinstance(condition, Unknown) and not operations.truth(run, condition):
        raise raised(run, "AssertionError", message)


@native("torch._check")
def _check(run: Run, cond: Value, message: Value = None) -> None:
    """The message is a function that gives one."""
    if not isinstance(cond, Unknown) and not operations.truth(run, cond):
        text = "Expected cond to be True, but got False." if message is None else calls.call(run, message, [], {})
        raise raised(run, "RuntimeError", text)


@native("torch.nn.init.calculate_gain")
def calculate_gain(run: Run, nonlinearity: Value = None, param: Value = None) -> Value:
    return Unknown("a gain", run.place, scalar=True)


@native("torch.nn.init._calculate_fan_in_and_fan_out")
def fans(run: Run, tensor: Value) -> Value:
    if not isinstance(tensor, Tensor) or tensor.type is None or len(tensor.type.shape) < 2:
        return Unknown("the fans of a tensor", run.place, scalar=True)
    receptive: Any = 1
    for size in tensor.type.shape[2:]:
        receptive = receptive * size
    return tensor.type.shape[1] * receptive, tensor.type.shape[0] * receptive


@native("torch.nn.init._calculate_correct_fan")
def correct_fan(run: Run, tensor: Value, mode: Value) -> Value:
    result = fans.value.function(run, tensor)
    return result if isinstance(result, Unknown) else result[0 if mode == "fan_in" else 1]


@native("torch.is_tensor")
def is_tensor(run: Run, value: Value) -> Value:
    return value if isinstance(value, Unknown) else isinstance(value, Tensor)


@native("torch.load", "torch.hub.load_state_dict_from_url", "torch.utils.model_zoo.load_url")
def load_weights(run: Run, *arguments: Value, **keywords: Value) -> Value:
    return Unknown("weights that would be loaded from a file", run.place)


@native("torch.utils.checkpoint.checkpoint")
def checkpoint(run: Run, function: Value, *arguments: Value, **keywords: Value) -> Value:
    for name in ("use_reentrant", "preserve_rng_state", "context_fn", "determinism_check", "debug"):
        keywords.pop(name, None)
    return calls.call(run, function, list(arguments), keywords)


@native("torch.utils.checkpoint.checkpoint_sequential")
def checkpoint_sequential(run: Run, functions: Value, segments: Value, value: Value, **keywords: Value) -> Value:
    for function in iteration.iterate(run, functions):
        value = calls.call(run, function, [value], {})
    return value


def _pair(count: int) -> Native:
    def repeat(run: Run, value: Value) -> Value:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, (list, tuple)):
            return tuple(value)
        return (value,) * count

    return Native("_ntuple", repeat)


@native("torch.nn.modules.utils._ntuple")
def ntuple(run: Run, count: int, name: str = "") -> Value:
    return _pair(count)


@native("torch.nn.modules.utils._reverse_repeat_tuple", "torch.nn.modules.utils._list_with_default")
def reverse_repeat(run: Run, values: Value, times: int) -> Value:
    return tuple(v for v in reversed(values) for _ in range(times))


@native("torch.get_default_dtype")
def default_dtype(run: Run) -> Value:
    return DType.float32


@native("torch.finfo", "torch.iinfo")
def type_information(run: Run, dtype: Value = None) -> Value:
    return Unknown("the limits of a dtype", run.place, plain=True)


@native("torch.Tensor.item")
def item(run: Run, tensor: Tensor) -> Value:
    if tensor.values is not None and len(tensor.values) == 1:
        return tensor.values[0]
    return Unknown("a number that depends on a tensor's data", run.place, scalar=True)


@native("torch.Tensor.tolist")
def to_list(run: Run, tensor: Tensor) -> Value:
    if tensor.values is None or tensor.type is None:
        return run.unknown("a list that depends on a tensor's data", plain=True)

    def nest(values: list[Any], shape: tuple[Any, ...]) -> Any:
        if not shape:
            return values[0]
        inner = len(values) // shape[0] if shape[0] else 0
        return [nest(values[i * inner : (i + 1) * inner], shape[1:]) for i in range(shape[0])]

    return nest(tensor.values, tensor.type.shape)


@native("torch.Tensor.requires_grad_")
def requires_grad(run: Run, tensor: Tensor, requires_grad: Value = True) -> Value:
    tensor.requires_grad = operations.truth(run, requires_grad)
    return tensor


def _changed(run: Run, tensor: Value, *arguments: Value, **keywords: Value) -> Value:
    if isinstance(tensor, Tensor):
        tensor.values = None
    return tensor


_FILLS = (
    "normal_", "uniform_", "fill_", "zero_", "copy_", "random_", "trunc_normal_", "exponential_", "bernoulli_",
    "fill_diagonal_", "set_", "geometric_", "log_normal_", "cauchy_", "eye_",
)  # fmt: skip


def _registry(name: str) -> Native:
    def reach(run: Run, module: ModuleInstance) -> Value:
        return modules.registered(module, name)

    return Native(name, reach)


def _version() -> Value:
    return "2.13.0"


@native("torch.jit.annotate", "typing.cast", "torch.jit._unwrap_optional")
def annotate(run: Run, kind: Value, value: Value = None) -> Value:
    return value


TORCH = Table({
    **{name: Native(name, _context) for name in _CONTEXTS},
    **{name: Native(name, _decorator_or_first) for name in _MARKS},
    **{name: Native(name, _nothing) for name in _NOTHING},
    **{name: Native(name, lambda run, *arguments, **keywords: False) for name in _FALSE},
    **{name: _machine(name) for name in _MACHINE},
    **{f"torch.nn.init.{name}": Native(name, _changed) for name in _INITIALISERS},
    **{f"torch.Tensor.{name}": Native(name, _changed) for name in _FILLS},
    **{f"torch.Tensor.{name}": Native(name, _nothing) for name in ("register_hook", "backward", "retain_grad")},
    **{f"torch.{dtype}": dtype for dtype in DType},
    "torch.half": DType.float16, "torch.float": DType.float32, "torch.double": DType.float64, "torch.long": DType.int64,
    "torch.int": DType.int32, "torch.short": DType.int16, "torch.bool": DType.bool_, "torch.cfloat": DType.complex64,
    "torch.cdouble": DType.complex128,
    "torch.nn.Parameter": PARAMETER, "torch.nn.parameter.Parameter": PARAMETER,
    "torch.nn.parameter.UninitializedParameter": Class("UninitializedParameter", (PARAMETER,), {},
    native=_uninitialised),
    "torch.nn.UninitializedParameter": Class("UninitializedParameter", (PARAMETER,), {}, native=_uninitialised),
    "torch.Tensor": TENSOR, "torch.device": DEVICE, "torch.Size": SIZE, "torch.dtype": DTYPE, "torch.jit.Final": DTYPE,
    "torch.autograd.Function": FUNCTION, "torch.__version__": _version(), "torch.version.__version__": _version(),
    "torch.version.cuda": None, "torch.version.hip": None, "torch.inf": float("inf"), "torch.nan": float("nan"),
    "torch.pi": 3.141592653589793, "torch.e": 2.718281828459045, "torch.strided": "strided",
    "torch.contiguous_format": "contiguous_format", "torch.channels_last": "channels_last",
    "torch.preserve_format": "preserve_format", "torch.channels_last_3d": "channels_last_3d",
    "torch.legacy_contiguous_format": "",
    "torch.nn.modules.utils._single": _pair(1), "torch.nn.modules.utils._pair": _pair(2),
    "torch.nn.modules.utils._triple": _pair(3), "torch.nn.modules.utils._quadruple": _pair(4),
})  # fmt: skip
