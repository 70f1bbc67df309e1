"""Reports built by hand: the seed's CNN, a nested model, a symbolic, a partial and a failed one.

report(seed()).models[0].parameters.total      5852234
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

from analyzer.report import (
    Count,
    Coverage,
    InputReport,
    Kind,
    LayerReport,
    ModelReport,
    Reason,
    Report,
    Span,
    Status,
)


def report(*models: ModelReport) -> Report:
    statuses = Counter(model.status.value for model in models)
    return Report(models=models, coverage=Coverage(files=1, models=len(models), **statuses))


def _exact(layers: list[LayerReport]) -> Count:
    whole = sum(layer.parameters or 0 for layer in layers)
    trained = sum(layer.trainable or 0 for layer in layers)
    return Count(whole, trained, whole - trained, None, whole, whole)


def _layer(path: str, kind: str, parameters: int, shape: tuple[int, ...], line: int, **more: object) -> LayerReport:
    span = Span("fixtures/seed_cnn.py", line, 5)
    fields = {"trainable": parameters, "buffers": 0, "output_shape": shape, "calls": 1, "macs": 0} | more
    return LayerReport(span=span, path=path, type=kind, parameters=parameters, **fields)  # type: ignore[arg-type]


def seed() -> ModelReport:
    """The article's model on one image of 32 by 32."""
    layers: list[LayerReport] = []

    def add(kind: str, parameters: int, *shape: int, **more: object) -> None:
        layers.append(_layer(str(len(layers)), kind, parameters, (1, *shape), 6 + len(layers), **more))

    channels, side = 3, 32
    for stage in ((32, 64), (128, 128), (256, 256)):
        for out in stage:
            macs = 9 * channels * out * side * side
            add("Conv2d", 9 * channels * out + out, out, side, side, macs=macs, settings={"kernel_size": "(3, 3)"})
            add("ReLU", 0, out, side, side)
            channels = out
        side //= 2
        add("MaxPool2d", 0, channels, side, side)
        add("BatchNorm2d", 2 * channels, channels, side, side, buffers=2 * channels + 1)
    add("Flatten", 0, 4096)
    for given, out in ((4096, 1024), (1024, 512), (512, 10)):
        add("Linear", given * out + out, out, macs=given * out)
        if out > 10:
            add("ReLU", 0, out)
    count = _exact(layers)
    held = 4 * (count.total or 0)
    kept = 4 * sum(math.prod(size for size in layer.output_shape or () if isinstance(size, int)) for layer in layers)
    return ModelReport(
        id="fixtures/seed_cnn.py::model",
        name="model",
        kind=Kind.INSTANCE,
        type="Sequential",
        span=Span("fixtures/seed_cnn.py", 5, 1),
        status=Status.EXACT,
        parameters=count,
        buffers=899,
        inputs=(InputReport("input", (1, 3, 32, 32)),),
        output_shape=(1, 10),
        macs=sum(layer.macs or 0 for layer in layers),
        memory={"parameters": held, "buffers": 3596, "input": 12288, "activations": kept, "training": None},
        layers=(_layer("", "Sequential", 0, (1, 10), 5), *layers),
    )


def nested() -> ModelReport:
    """Two blocks with a frozen stem; the model holds a token of its own."""
    layers = [
        _layer("", "Net", 64, (1, 10), 1),
        _layer("stem", "Conv2d", 9408, (1, 64, 112, 112), 2, trainable=0),
        _layer("blocks", "Sequential", 0, (1, 64, 56, 56), 3),
        _layer("blocks.0", "Block", 0, (1, 64, 56, 56), 3),
        _layer("blocks.0.conv", "Conv2d", 36864, (1, 64, 56, 56), 9),
        _layer("blocks.0.norm", "BatchNorm2d", 128, (1, 64, 56, 56), 10, buffers=129),
        _layer("blocks.1", "Block", 0, (1, 64, 56, 56), 3),
        _layer("blocks.1.conv", "Conv2d", 36864, (1, 64, 56, 56), 9),
        _layer("blocks.1.norm", "BatchNorm2d", 128, (1, 64, 56, 56), 10, buffers=129),
        _layer("head", "Linear", 650, (1, 10), 4),
    ]
    return replace(
        seed(), id="net.py::net", name="net", kind=Kind.FACTORY, type="Net", parameters=_exact(layers), buffers=258,
        layers=tuple(layers),
    )  # fmt: skip


def symbolic() -> ModelReport:
    """A class with an argument that has no default."""
    shape = ("N", "dim", "(H - 1)//2 + 1", "W")
    span = Span("block.py", 4, 5)
    layers = (
        LayerReport(span, "", "Block", 0, 0, 0, output_shape=shape, macs=0),
        LayerReport(span, "conv", "Conv2d", None, None, 0, "9*dim**2 + dim", output_shape=shape),
        LayerReport(span, "norms", "Sequential", 0, 0, 0, output_shape=shape, macs=0),
        LayerReport(span, "norms.0", "LayerNorm", None, None, 0, "2*dim", output_shape=shape, macs=0),
        LayerReport(span, "norms.1", "LayerNorm", None, None, 0, "2*dim", output_shape=shape, macs=0),
    )
    return ModelReport(
        id="block.py::Block",
        name="Block",
        kind=Kind.CLASS,
        type="Block",
        span=span,
        status=Status.SYMBOLIC,
        parameters=Count(None, None, 0, "9*dim**2 + 5*dim", 14, None),
        buffers=0,
        symbols={"dim": Span("block.py", 5, 24)},
        inputs=(InputReport("x", ("N", "dim", "H", "W")),),
        inputs_derived=True,
        accepts=("H at least 1", "W a multiple of 32"),
        output_shape=shape,
        macs_formula="9*N*W*dim**2*((H - 1)//2 + 1)",
        layers=layers,
    )


def partial() -> ModelReport:
    """The nested model with a stem of unknown size."""
    model = nested()
    layers = [replace(layer, output_shape=None, macs=None) for layer in model.layers]
    layers[1] = replace(layers[1], parameters=None, trainable=None)
    return replace(
        model,
        id="unread.py::net",
        status=Status.PARTIAL,
        parameters=Count(None, None, None, None, 74698, None),
        buffers=None,
        inputs=(),
        output_shape=None,
        macs=None,
        memory={},
        layers=tuple(layers),
        unknowns=(
            Reason(Span("unread.py", 7, 20), "the kernel size is read from a file", "stem"),
            Reason(Span("unread.py", 2, 1), "company.shapes is not in the project and not on search-path"),
        ),
    )


def failed() -> ModelReport:
    return replace(
        partial(),
        id="loop.py::net",
        status=Status.FAILED,
        parameters=Count(None, None, None, None, 0, None),
        layers=(),
        unknowns=(Reason(Span("loop.py", 3, 9), "the constructor did not end within 2,000,000 steps"),),
    )


def hostile() -> ModelReport:
    """Names that would do harm if they were printed as they are."""
    name = "=cmd|'/C calc'!A0\x1b[2J\u202e\n::error::@everyone `x` <img src=x> |"
    model = nested()
    layers = tuple(replace(layer, type=name, path=layer.path and f"{layer.path}{name}") for layer in model.layers)
    return replace(
        model,
        id=f"{name}.py::{name}",
        type=name,
        status=Status.PARTIAL,
        layers=layers,
        accepts=(name,),
        inputs=(InputReport(name, (name,)), InputReport("y", (1,))),
        unknowns=(Reason(Span(name, 1), name, name),),
    )
