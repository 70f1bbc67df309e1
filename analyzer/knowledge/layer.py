"""What a layer is: one self-contained entry of knowledge about one `torch.nn` class, and the registry of entries.

    LINEAR = LayerSpec("Linear", configure=..., parameters=..., forward=..., cases=(...))

    layers()["torch.nn.Linear"].configure(20, 30)         -> {"in_features": 20, "out_features": 30}
    LINEAR.parameters(c)                                  -> {"weight": (30, 20), "bias": (30,)}
    LINEAR.forward(c, TensorType((128, 20)))              -> TensorType((128, 30))

`c` is the configured layer: the attributes that `configure` returned, as the model's code may since have changed
them, and the current parameters and buffers as TensorTypes (`c.weight`, or None).  Sizes are `int` or symbolic
`Expr`; both take the same arithmetic, so a rule is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from analyzer.algebra.tensor import Shape, TensorType
from analyzer.knowledge.entries import Catalogue


@dataclass(frozen=True, slots=True)
class Case:
    """One example that real PyTorch has answered: `Case("Linear(20, 30)", "128,20")`.

    call: the constructor as written in the namespace of `torch.nn`.
    inputs: each forward argument as `SHAPE` or `SHAPE:dtype`, or `name=SHAPE:dtype`, on the meta device.
    refused: None when PyTorch accepts; else a part of *our* message, PyTorch must refuse too.
    """

    call: str
    inputs: tuple[str, ...] = ()
    refused: str | None = None

    def __init__(self, call: str, *inputs: str, refused: str | None = None) -> None:
        object.__setattr__(self, "call", call)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "refused", refused)


Output = Any
"""A TensorType, or a tuple, list or dict of outputs, as the torch module returns it."""


def _nothing(_c: Any) -> Mapping[str, Any]:
    return {}


def _no_macs(_c: Any, _output: Output, *_inputs: Any, **_more: Any) -> Any:
    return 0


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """All that is known of one leaf layer of torch.nn.

    name: the class name, `Conv2d`; exported as `torch.nn.<name>` unless `module` says otherwise.
    configure: takes the arguments with torch's names and defaults (its signature *is* the layer's signature) and
        returns the attributes of the instance as torch names them; raises Refused where torch raises.
    parameters: named shapes in state_dict order, or None for one registered as None.
    buffers: named TensorTypes in state_dict order, or None likewise.
    forward: `forward(c, *inputs, **keywords)` with the names and defaults of torch's forward; Refused where it raises.
    macs: `macs(c, output, *inputs, **keywords)`: multiply-accumulates of one call, half of what FlopCounterMode counts.
    bases: abstract classes of torch that isinstance() must know, nearest first: `("_ConvNd",)`.
    page: the page of the PyTorch documentation, or the source file, that it follows.
    """

    name: str
    configure: Callable[..., Mapping[str, Any]]
    forward: Callable[..., Output]
    parameters: Callable[[Any], Mapping[str, Shape | None]] = _nothing
    buffers: Callable[[Any], Mapping[str, TensorType | None]] = _nothing
    macs: Callable[..., Any] = _no_macs
    bases: tuple[str, ...] = ()
    module: str = "torch.nn"
    page: str = ""
    cases: tuple[Case, ...] = field(default=(), repr=False)
    infer: Callable[..., Mapping[str, Any]] | None = None
    """Lazy layers only: `infer(c, *inputs)` gives the attributes that the first call settles."""
    becomes: str | None = None
    """Lazy layers only: the class that the instance turns into after its first call."""

    def __post_init__(self) -> None:
        if not any(case.refused is None for case in self.cases):
            raise ValueError(f"{self.name}: an entry needs at least one accepted case")

    @property
    def qualified_name(self) -> str:
        """`torch.nn.Linear`"""
        return f"{self.module}.{self.name}"


@cache
def layers() -> Mapping[str, LayerSpec]:
    """Every LayerSpec bound in a module of `analyzer/knowledge/layers/`, by qualified name."""
    return Catalogue("analyzer.knowledge.layers", LayerSpec, lambda spec: {spec.qualified_name: spec})
