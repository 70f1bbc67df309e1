"""Functions that take modules or parameters as data: functional_call, skip_init, parameters_to_vector, torch.hub.

    functional_call(net, {"fc.weight": w}, (x,))            net(x) with that weight for the time of the call
    skip_init(nn.Linear, 3, 4)                              Linear(3, 4)
    parameters_to_vector(net.parameters())                  a tensor [number of elements]
    torch.hub.load("pytorch/vision", "resnet18")            Unknown: any module

https://docs.pytorch.org/docs/2.13/generated/torch.func.functional_call.html
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType, promote
from analyzer.evaluation import attributes, calls, iteration
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.natives.module import MODULE
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.registration import own_parameters
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Function, ModuleInstance, Native, Tensor, Unknown, Value


@contextmanager
def _replaced(run: Run, module: ModuleInstance, tensors: dict[Any, Value]) -> Iterator[None]:
    """Other tensors in the registries for a while; a name that the module does not have is an error of the program."""
    undo: list[tuple[dict[str, Any], str, Any]] = []
    try:
        for path, tensor in tensors.items():
            parent, _, name = str(path).rpartition(".")
            owner: Value = module
            for step in parent.split(".") if parent else []:
                owner = attributes.get_attribute(run, owner, step)
            registry = next((r for r in (own_parameters(owner), owner.buffers, owner.attributes) if name in r), None)
            if registry is None:
                raise attributes.missing(run, owner, name)
            undo.append((registry, name, registry[name]))
            registry[name] = tensor
        yield
    finally:
        for registry, name, before in reversed(undo):
            registry[name] = before


@native("torch.func.functional_call", "torch.nn.utils.stateless.functional_call")
def functional_call(
    run: Run,
    module: Value,
    parameter_and_buffer_dicts: Value,
    args: Value = None,
    kwargs: Value = None,
    *,
    tie_weights: Value = True,
    strict: Value = False,
) -> Value:
    given = parameter_and_buffer_dicts
    dicts = list(given) if isinstance(given, (tuple, list)) else [given]
    if not isinstance(module, ModuleInstance) or not all(isinstance(d, dict) for d in dicts):
        return run.unknown("functional_call() with a module or tensors that are not known")
    arguments = [] if args is None else list(args) if isinstance(args, tuple) else [args]
    tensors = {name: tensor for one in dicts for name, tensor in one.items()}
    with _replaced(run, module, tensors):
        return calls.call(run, module, arguments, kwargs if isinstance(kwargs, dict) else {})


def _arguments(cls: Class) -> tuple[str, ...]:
    """The names of a constructor's arguments."""
    found = cls.lookup("__init__")
    if found is not None and isinstance(found[1], Function):
        code = found[1].code
        return (*code.positional, *code.keyword_only)
    spec = None if found is None else found[0].spec
    return () if spec is None else tuple(inspect.signature(spec.configure).parameters)


@native("torch.nn.utils.skip_init", "torch.nn.utils.init.skip_init")
def skip_init(run: Run, module_cls: Value, *arguments: Value, **keywords: Value) -> Value:
    if not isinstance(module_cls, Class):
        return run.unknown("skip_init() of a class that is not known")
    if not module_cls.is_module:
        raise raised(run, "RuntimeError", f"Expected a Module; got {module_cls.name}")
    if "device" not in _arguments(module_cls):
        raise raised(run, "RuntimeError", "Module must support a 'device' arg to skip initialization")
    keywords["device"] = "meta"
    return calls.call(run, module_cls, list(arguments), keywords)


@native("torch.nn.utils.parameters_to_vector", "torch.nn.utils.convert_parameters.parameters_to_vector")
def parameters_to_vector(run: Run, parameters: Value) -> Value:
    total: Dim = 0
    types = []
    for parameter in iteration.iterate(run, parameters):
        if not isinstance(parameter, Tensor) or parameter.type is None:
            return run.unknown("a vector of parameters that are not known", plain=True)
        total = total + parameter.type.numel
        types.append(parameter.type)
    if not types:
        raise raised(run, "RuntimeError", "torch.cat(): expected a non-empty list of Tensors")
    return Tensor(TensorType((total,), promote(*types)))


@native("torch.nn.utils.vector_to_parameters", "torch.nn.utils.convert_parameters.vector_to_parameters")
def vector_to_parameters(run: Run, vec: Value, parameters: Value) -> None:
    for parameter in iteration.iterate(run, parameters):
        if isinstance(parameter, Tensor):
            parameter.values = None


def _unknown_module(name: str) -> Native:
    return Native(name, lambda run, *arguments, **keywords: run.unknown(f"{name}() is not followed"))


def _make_unknown(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    return run.unknown(f"a {cls.name} of torch.fx is not followed")


GRAPH_MODULE = Class("GraphModule", (MODULE,), {}, module="torch.fx.graph_module", native=_make_unknown)


def _part(name: str) -> Class:
    """A class of torch.fx to derive from; what its objects do is not followed."""
    unfollowed = Native(name, lambda run, *arguments, **keywords: run.unknown("a graph of torch.fx"), binds=True)
    return Class(name, (OBJECT,), {"trace": unfollowed, "run": unfollowed, "transform": unfollowed}, module="torch.fx")


_MODULES = (
    "torch.hub.load", "torch.fx.symbolic_trace", "torch.fx.experimental.optimization.fuse", "torch.export.export",
    "torch.jit.load", "torch.package.PackageImporter",
)  # fmt: skip


def _help(name: str) -> Native:
    return Native(name, lambda run, *a, **k: Unknown(f"{name}() is not followed", run.place, plain=True))


STATELESS = Table({
    **{name: _unknown_module(name) for name in _MODULES},
    **{name: _help(name) for name in ("torch.hub.list", "torch.hub.help", "torch.hub.get_dir", "torch.hub.set_dir")},
    **{f"torch.fx.{home}GraphModule": GRAPH_MODULE for home in ("", "graph_module.")},
    **{f"torch.fx.{name}": _part(name) for name in ("Tracer", "Interpreter", "Transformer", "Graph", "Node", "Proxy")},
})  # fmt: skip
