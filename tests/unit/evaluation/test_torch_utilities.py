"""Modules that torch's utilities reparametrize, prune, fuse, wrap and convert, held against PyTorch's own answers.

model = nn.utils.weight_norm(nn.Linear(2, 3))      parameters bias [3], weight_g [3, 1], weight_v [3, 2]
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analyzer.algebra.expression import symbol
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation import calls
from analyzer.evaluation.composites import Composites
from analyzer.evaluation.descriptions import unknowns_of
from analyzer.evaluation.imports import Session
from analyzer.evaluation.modules import named_buffers, named_modules, named_parameters
from analyzer.evaluation.run import Run, running
from analyzer.evaluation.trace import Recorder
from analyzer.evaluation.values import ModuleInstance, Tensor, Unknown

RECORD = json.loads((Path(__file__).parents[2] / "golden" / "utilities.json").read_text())
CASES = RECORD["cases"]
ACCEPTED = [case for case in CASES if "error" not in case]
REFUSED = [case for case in CASES if "error" in case]


def title(case: dict[str, Any]) -> str:
    return str(case["source"].splitlines()[-1]).removeprefix("model = ")


def answered(tensor: Tensor, *more: Any) -> list[Any]:
    assert tensor.type is not None, tensor.unknown
    return [list(tensor.type.shape), *more]


def called(model: ModuleInstance, shape: list[int]) -> tuple[Any, Any]:
    """The output of a forward pass and its multiply-accumulates."""
    run = Run(Session(Composites()), forks=False)
    for _, module in named_modules(model):
        module.training = False
    with running(run):
        run.recorder = recorder = Recorder()
        output = calls.call(run, model, [Tensor(TensorType(tuple(shape)))], {})
    assert not recorder.missed, recorder.first_missed
    return output, sum(equation[4] for equation in recorder.equations)


@pytest.mark.parametrize("case", ACCEPTED, ids=title)
def test_state_is_that_of_pytorch(case: dict[str, Any], evaluate: Callable[..., Any]) -> None:
    model = evaluate(RECORD["prelude"] + case["source"], "model")
    assert isinstance(model, ModuleInstance), model
    assert [[path, module.cls.name] for path, module in named_modules(model)] == case["modules"]
    assert [[n, *answered(p, p.requires_grad)] for n, p in named_parameters(model)] == case["parameters"]
    assert [[n, *answered(b, str(b.type.dtype))] for n, b in named_buffers(model) if b.type] == case["buffers"]
    assert not [unknown for _, module in named_modules(model) for unknown in unknowns_of(module)]


@pytest.mark.parametrize("case", [case for case in ACCEPTED if "input" in case], ids=title)
def test_forward_is_that_of_pytorch(case: dict[str, Any], evaluate: Callable[..., Any]) -> None:
    output, macs = called(evaluate(RECORD["prelude"] + case["source"], "model"), case["input"])
    output = output[0] if isinstance(output, tuple) else output
    assert isinstance(output, Tensor), output
    assert output.type is not None
    assert [list(output.type.shape), str(output.type.dtype)] == case["output"]
    assert macs == case["macs"]


@pytest.mark.parametrize("case", REFUSED, ids=title)
def test_what_pytorch_refuses_is_refused_with_the_same_exception(
    case: dict[str, Any], evaluate: Callable[..., Any]
) -> None:
    body = "".join(f"    {line}\n" for line in case["source"].splitlines())
    source = f"{RECORD['prelude']}\ntry:\n{body}except Exception as error:\n    model = type(error).__name__\n"
    assert evaluate(source, "model") == case["error"]


UNFOLLOWED = (
    "torch.ao.quantization.prepare(nn.Linear(2, 3))",
    "torch.quantization.quantize_dynamic(nn.Sequential(nn.Linear(2, 3)), {nn.Linear})",
    "nn.Sequential(torch.hub.load('pytorch/vision', 'resnet18'))",
    "nn.Sequential(torch.fx.symbolic_trace(nn.Linear(2, 3)))",
    "nn.DataParallel(torch.load('model.pt'))",
    "nn.Sequential(torch.ao.quantization.MinMaxObserver())",
    "nn.utils.weight_norm(nn.Linear(2, 3), dim=len(torch.load('x.pt')))",
    "torch.ao.quantization.fuse_modules(nn.Sequential(nn.Linear(2, 3)), torch.load('x.pt'))",
)


@pytest.mark.parametrize("expression", UNFOLLOWED)
def test_what_is_not_followed_leaves_a_reason_on_the_model(expression: str, evaluate: Callable[..., Any]) -> None:
    model = evaluate(f"{RECORD['prelude']}model = {expression}", "model")
    assert isinstance(model, Unknown) or any(unknowns_of(module) for _, module in named_modules(model))


def test_a_prepared_copy_leaves_the_model_as_it_was(evaluate: Callable[..., Any]) -> None:
    source = "model = nn.Linear(2, 3)\nother = torch.ao.quantization.prepare(model)\n"
    model = evaluate(RECORD["prelude"] + source, "model")
    assert not unknowns_of(model)


def test_a_configuration_for_quantisation_leaves_the_model_exact(evaluate: Callable[..., Any]) -> None:
    source = (
        "model = nn.Linear(2, 3)\nmodel.qconfig = torch.ao.quantization.get_default_qconfig('fbgemm')\n"
        "model.other = torch.ao.quantization.QConfig(activation=torch.ao.quantization.MinMaxObserver.with_args())\n"
    )
    assert not unknowns_of(evaluate(RECORD["prelude"] + source, "model"))


def test_a_distribution_and_an_optimiser_taint_nothing(evaluate: Callable[..., Any]) -> None:
    source = (
        "model = nn.Linear(2, 3)\nmodel.prior = torch.distributions.Normal(0.0, 1.0)\n"
        "model.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nmodel.scaler = torch.cuda.amp.GradScaler()\n"
        "model.flag = torch.backends.cudnn.benchmark\nmodel.generator = torch.Generator(device='cpu')\n"
        "wrapped = torch.optim.swa_utils.update_bn(None, model)\n"
    )
    assert not unknowns_of(evaluate(RECORD["prelude"] + source, "model"))


def test_a_table_of_unknown_shape_gives_an_embedding_with_a_weight_of_unknown_shape(
    evaluate: Callable[..., Any],
) -> None:
    model = evaluate(f"{RECORD['prelude']}model = nn.Embedding.from_pretrained(torch.load('glove.pt'))", "model")
    assert model.cls.name == "Embedding"
    ((name, weight),) = named_parameters(model)
    assert name == "weight"
    assert weight.type is None
    assert not weight.requires_grad


def test_a_layer_without_its_weight_fails_as_in_pytorch(evaluate: Callable[..., Any]) -> None:
    source = (
        "model = nn.Linear(2, 3)\ndel model.weight\ntry:\n    model(torch.zeros(5, 2))\n"
        "except AttributeError as error:\n    message = str(error)\n"
    )
    assert evaluate(RECORD["prelude"] + source, "message") == "'Linear' object has no attribute 'weight'"


def test_sizes_may_be_symbols(evaluate: Callable[..., Any]) -> None:
    """The figures of a model whose width is not known hold for every width."""
    make = evaluate(
        RECORD["prelude"] + "def make(n):\n"
        "    layer = parametrizations.orthogonal(nn.Linear(n, 2 * n))\n"
        "    return nn.Sequential(layer, parametrizations.spectral_norm(nn.Conv2d(n, 2, 3)))\n",
        "make",
    )
    run = Run(Session(Composites()), forks=False)
    with running(run):
        model = calls.call(run, make, [symbol("n", lower=1)], {})
    shapes = {name: tuple(map(str, buffer.type.shape)) for name, buffer in named_buffers(model) if buffer.type}
    assert shapes == {
        "0.parametrizations.weight.0.base": ("2*n", "2*n"),
        "1.parametrizations.weight.0._u": ("2",),
        "1.parametrizations.weight.0._v": ("9*n",),
    }
