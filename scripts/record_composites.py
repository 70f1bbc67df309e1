"""Records what PyTorch answers to the modules that `analyzer/knowledge/composites` describes.

    python scripts/record_composites.py

    tests/golden/composites.json:
        {"torch": "2.13.0", "exports": {"torch.nn.MultiheadAttention": "MultiheadAttention", ...},
         "signatures": {"MultiheadAttention": {"__init__": [["embed_dim"], ["num_heads"], ["dropout", "0.0"], ...],
                                               "forward": [["query"], ...]}, ...}, "cases": [
            {"call": "nn.MultiheadAttention(8, 2)", "inputs": ["4,3,8", "5,3,8", "5,3,8"],
             "arguments": [...], "keywords": {},
             "modules": {"": "MultiheadAttention", "out_proj": "NonDynamicallyQuantizableLinear"},
             "parameters": {"in_proj_weight": [24, 8], ...}, "buffers": {},
             "calls": [["", <output>], ...],    each call of a module, in the order in which the calls end
             "output": <output>, "macs": 1848}, ...]}

    a refused case ends in {"error": {"during": "init" or "call", "type": ..., "message": ...}} instead;
    "device": "cpu" marks the cases that have no answer on the meta device, as only data decides what is computed;
    "method" names what is called instead of the module itself.

Modules are built on the meta device and called in eval mode, so that no fast path is taken: its device must be real.
Each case is repeated on the CPU without gradients and without hooks, where PyTorch may take the fast path of
MultiheadAttention and of TransformerEncoderLayer; a difference in the output is reported, and the exit status is 1.
"""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from record_encoding import (
    MakeTensor,
    encode,
    encode_signature,
    encode_state,
    on_cpu,
    on_meta,
    read_inputs,
)
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

ROOT = Path(__file__).resolve().parent.parent

COMPOSITES = ROOT / "analyzer" / "knowledge" / "composites"
GOLDEN = ROOT / "tests" / "golden" / "composites.json"

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A constructor as people write it, with the arguments of one call."""

    call: str
    inputs: tuple[str, ...] = ()
    method: str = ""
    refused: bool = False


def accepted(call: str, *inputs: str, method: str = "") -> Case:
    return Case(call, inputs, method)


def refused(call: str, *inputs: str) -> Case:
    return Case(call, inputs, refused=True)


_LAYER = "nn.TransformerEncoderLayer(8, 2, 16)"
_DECODER = "nn.TransformerDecoderLayer(8, 2, 16)"

CASES = (
    accepted("nn.MultiheadAttention(8, 2)", "4,3,8", "5,3,8", "5,3,8"),
    accepted("nn.MultiheadAttention(8, 2, batch_first=True)", "3,4,8", "3,5,8", "3,5,8", "need_weights=False"),
    accepted("nn.MultiheadAttention(8, 4, 0.1, False)", "4,8", "5,8", "5,8", "average_attn_weights=False"),
    accepted("nn.MultiheadAttention(8, 2, add_bias_kv=True, add_zero_attn=True)", "4,3,8", "5,3,8", "5,3,8"),
    accepted("nn.MultiheadAttention(8, 2, kdim=6, vdim=7)", "4,3,8", "5,3,6", "5,3,7"),
    accepted("nn.MultiheadAttention(8, 2, kdim=8, vdim=8, dtype=torch.float64)", *["4,3,8:float64"] * 3),
    accepted(
        "nn.MultiheadAttention(8, 2, batch_first=True)", "3,4,8", "3,4,8", "3,4,8", "3,4:bool", "attn_mask=4,4:bool"
    ),
    accepted("nn.MultiheadAttention(8, 2, bias=False, add_bias_kv=True)", "4,8", "4,8", "4,8", "attn_mask=2,4,4"),
    refused("nn.MultiheadAttention(8, 3)"),
    refused("nn.MultiheadAttention(0, 2)"),
    refused("nn.MultiheadAttention(8, 2)", "4,3,9", "5,3,9", "5,3,9"),
    refused("nn.MultiheadAttention(8, 2)", "4,3,8", "5,3,8", "6,3,8"),
    refused("nn.MultiheadAttention(8, 2)", "4,3,8", "5,3,8", "5,3,8", "attn_mask=5,4"),
    refused("nn.MultiheadAttention(8, 2, batch_first=True)", "3,4,8", "3,5,8", "3,5,8", "5,3:bool"),
    accepted(_LAYER, "4,3,8"),
    accepted("nn.TransformerEncoderLayer(8, 2, 16, activation='gelu', batch_first=True)", "3,4,8"),
    accepted("nn.TransformerEncoderLayer(8, 2, 16, activation=nn.SiLU(), norm_first=True, bias=False)", "4,8"),
    accepted("nn.TransformerEncoderLayer(d_model=8, nhead=4, layer_norm_eps=1e-6, dtype=torch.float64)", "4,8:float64"),
    accepted("nn.TransformerEncoderLayer(8, 2, 16, 0.0, torch.tanh)", "4,3,8", "src_mask=4,4"),
    accepted(_LAYER, "4,3,8", "4,4:bool", "3,4:bool"),
    refused("nn.TransformerEncoderLayer(8, 2, activation='silu')"),
    refused("nn.TransformerEncoderLayer(8, 3)"),
    refused(_LAYER, "4,3,9"),
    refused(_LAYER, "4,3,8", "is_causal=True"),
    accepted(f"nn.TransformerEncoder({_LAYER}, 2)", "4,3,8"),
    accepted(f"nn.TransformerEncoder({_LAYER}, 3, nn.LayerNorm(8))", "4,3,8", "4,4"),
    accepted(f"nn.TransformerEncoder({_LAYER}, num_layers=1, enable_nested_tensor=False)", "4,8"),
    accepted(
        "nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, nn.Linear(8, 5))",
        "3,4,8",
        "src_key_padding_mask=3,4:bool",
    ),
    accepted(f"nn.TransformerEncoder({_LAYER}, 2)", "4,3,8", "mask=4,4", "is_causal=True"),
    refused(f"nn.TransformerEncoder({_LAYER}, 0)", "4,3,8"),
    refused("nn.TransformerEncoder(nn.Linear(8, 8), 2)", "4,3,8"),
    refused(f"nn.TransformerEncoder({_LAYER}, 2)", "4,3,8", "mask=3,3"),
    accepted(_DECODER, "4,3,8", "5,3,8"),
    accepted("nn.TransformerDecoderLayer(8, 2, 16, activation='gelu', norm_first=True)", "4,3,8", "5,3,8"),
    accepted("nn.TransformerDecoderLayer(8, 2, 16, batch_first=True, bias=False)", "3,4,8", "3,5,8", "4,4", "4,5"),
    accepted("nn.TransformerDecoderLayer(8, 2, 16, activation=nn.ReLU())", "4,8", "5,8"),
    accepted(
        _DECODER, "4,3,8", "5,3,8", "tgt_key_padding_mask=3,4:bool", "memory_key_padding_mask=3,5:bool"
    ),
    refused("nn.TransformerDecoderLayer(8, 2, activation='tanh')"),
    refused(_DECODER, "4,3,8", "5,2,8"),
    refused(_DECODER, "4,3,8", "5,3,8", "4,4", "4,4"),
    accepted(f"nn.TransformerDecoder({_DECODER}, 2)", "4,3,8", "5,3,8"),
    accepted(f"nn.TransformerDecoder({_DECODER}, 2, nn.LayerNorm(8))", "4,3,8", "5,3,8", "tgt_mask=4,4"),
    accepted(f"nn.TransformerDecoder({_DECODER}, num_layers=1, norm=None)", "4,8", "5,8"),
    accepted(
        "nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 4, 16, batch_first=True), 1)",
        "3,4,8", "3,5,8", "tgt_mask=4,4", "tgt_is_causal=True",
    ),
    refused(f"nn.TransformerDecoder({_DECODER}, 2)", "4,3,8", "5,3,7"),
    refused(f"nn.TransformerDecoder({_DECODER}, 0)", "4,3,8", "5,3,8"),
    accepted("nn.Transformer(8, 2, 1, 2, 16)", "5,3,8", "4,3,8"),
    accepted("nn.Transformer(8, 2, 2, 1, 16, batch_first=True, norm_first=True)", "3,5,8", "3,4,8"),
    accepted("nn.Transformer(8, 2, 1, 1, 16, activation='gelu', bias=False)", "5,8", "4,8"),
    accepted("nn.Transformer(8, 2, 1, 1, 16)", "5,3,8", "4,3,8", "5,5", "4,4", "4,5"),
    accepted(f"nn.Transformer(8, 2, 1, 1, 16, custom_encoder=nn.TransformerEncoder({_LAYER}, 1))", "5,3,8", "4,3,8"),
    accepted("nn.Transformer()"),
    refused("nn.Transformer(8, 2, 1, 1, 16)", "5,3,8", "4,2,8"),
    refused("nn.Transformer(8, 2, 1, 1, 16)", "5,3,7", "4,3,8"),
    refused("nn.Transformer(9, 2)"),
    accepted("nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5, 10])", "7,16", "7:int64"),
    accepted("nn.AdaptiveLogSoftmaxWithLoss(16, 20, (5, 10, 15), div_value=2.0, head_bias=True)", "16", ":int64"),
    accepted("nn.AdaptiveLogSoftmaxWithLoss(64, 1000, [100, 500])"),
    accepted("nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5, 10])", "7,16", method="log_prob"),
    accepted("nn.AdaptiveLogSoftmaxWithLoss(16, 20, cutoffs=[4], div_value=4)", "3,16", method="log_prob"),
    accepted("nn.AdaptiveLogSoftmaxWithLoss(50, 9, [3], div_value=3)"),
    refused("nn.AdaptiveLogSoftmaxWithLoss(16, 20, [10, 5])"),
    refused("nn.AdaptiveLogSoftmaxWithLoss(16, 20, [])"),
    refused("nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5, 20])"),
    refused("nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5])", "7,16", "6:int64"),
    refused("nn.AdaptiveLogSoftmaxWithLoss(16, 20, [5])", "7,16", "7,1:int64"),
    accepted("nn.LinearCrossEntropyLoss(16, 5)", "7,16", "7:int64"),
    accepted("nn.LinearCrossEntropyLoss(16, 5, out_features=(2,), bias=True, reduction='none')", "7,16", "7,2:int64"),
    accepted("nn.LinearCrossEntropyLoss(16, 5, weight=torch.ones(5), label_smoothing=0.1)", "16", ":int64"),
    accepted("nn.LinearCrossEntropyLoss(16, 5, reduction='sum', ignore_index=0)", "7,16", "7:int64"),
    refused("nn.LinearCrossEntropyLoss(16, 5, weight=torch.ones(4))"),
    refused("nn.LinearCrossEntropyLoss(16, 5, label_smoothing=2.0)"),
    refused("nn.LinearCrossEntropyLoss(16, 5)", "7,15", "7:int64"),
    accepted("nn.TripletMarginWithDistanceLoss()", "7,16", "7,16", "7,16"),
    accepted("nn.TripletMarginWithDistanceLoss(swap=True, reduction='none', margin=0.5)", "7,16", "7,16", "1,16"),
    accepted(
        "nn.TripletMarginWithDistanceLoss(distance_function=nn.CosineSimilarity(), reduction='sum')",
        "7,16", "7,16", "7,16",
    ),
    accepted(
        "nn.TripletMarginWithDistanceLoss(distance_function=lambda x, y: (x - y).abs(), reduction='none')",
        "7,16", "7,16", "7,16",
    ),
    refused("nn.TripletMarginWithDistanceLoss(margin=0)"),
    refused("nn.TripletMarginWithDistanceLoss()", "7,16", "7,16", "16"),
    refused("nn.TripletMarginWithDistanceLoss(reduction='all')", "7,16", "7,16", "7,16"),
    accepted("torch.ao.quantization.QuantStub()", "2,3"),
    accepted("torch.quantization.DeQuantStub()", "2,3,4:float64"),
    accepted("torch.ao.quantization.QuantStub(None)", "2,3:int64"),
    accepted("torch.quantization.QuantWrapper(nn.Linear(3, 4))", "2,3"),
    accepted("torch.ao.quantization.QuantWrapper(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))", "1,3,5,5"),
    accepted("torch.quantization.QuantWrapper(torch.quantization.QuantStub())", "2"),
    refused("torch.quantization.QuantWrapper(nn.Linear(3, 4))", "2,4"),
    refused("torch.quantization.QuantWrapper()"),
    accepted("torch.ao.nn.quantized.FloatFunctional()", "2,3", "3", method="add"),
    accepted("torch.nn.quantized.FloatFunctional()", "2,3", "2,1:float64", method="mul"),
    accepted("torch.nn.quantized.FloatFunctional()", "2,3", "3,4", method="matmul"),
    accepted("torch.ao.nn.quantized.FloatFunctional()", "(2,3;2,4)", "-1", method="cat"),
    accepted("torch.ao.nn.quantized.FloatFunctional()", "2,3", "2,3", method="add_relu"),
    accepted("torch.ao.nn.quantized.FloatFunctional()", "2,3:float16", "2.5", method="add_scalar"),
    accepted("torch.ao.nn.quantized.FXFloatFunctional()", "2,3", "2,3", method="add_relu"),
    refused("torch.ao.nn.quantized.FloatFunctional()", "2,3"),
    refused("torch.ao.nn.quantized.FXFloatFunctional()", "2,3"),
)  # fmt: skip
"""At least one accepted and one refused of each class, but for the stubs, which accept everything."""


def read_exports() -> dict[str, str]:
    """Qualified name to class name, as the composites' `EXPORTS` say."""
    found: dict[str, str] = {}
    for path in sorted(COMPOSITES.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EXPORTS":
                for name, places in ast.literal_eval(node.value).items():
                    found.update(dict.fromkeys(places, name))
    return found


def find(place: str) -> Any:
    """What PyTorch has under a qualified name, or None."""
    module, _, attribute = place.rpartition(".")
    return getattr(importlib.import_module(module), attribute, None)


def check_exports(exports: dict[str, str]) -> list[str]:
    """The qualified names that PyTorch does not have, or has as another class."""
    return [place for place, name in exports.items() if getattr(find(place), "__name__", None) != name]


def signatures(exports: dict[str, str]) -> Record:
    """Of constructor and forward; a default that is a function by its name."""

    def encoded(method: Any) -> list[list[str]]:
        return [
            [re.sub(r"<function (\w+) at .*>", r"F.\1", text) for text in part] for part in encode_signature(method)
        ]

    first = {name: place for place, name in reversed(exports.items())}
    return {
        name: {method: encoded(getattr(find(place), method)) for method in ("__init__", "forward")}
        for name, place in sorted(first.items())
    }


def _refusal(error: Exception, during: str) -> Record:
    message = (str(error).splitlines() or [""])[0]
    return {"error": {"during": during, "type": type(error).__name__, "message": message}}


def _watched(module: nn.Module) -> list[list[Any]]:
    """A list to which each call of a submodule adds its path and output."""
    calls: list[list[Any]] = []
    for path, part in module.named_modules():
        part.register_forward_hook(
            lambda _module, _inputs, output, path=path: calls.append([path, encode(output)])  # type: ignore[misc]
        )
    return calls


def record(case: Case, device: str, make: MakeTensor, *, watch: bool = True) -> Record:
    """What PyTorch answers on one device; hooks that watch the submodules keep the fast path away."""
    arguments, keywords = read_inputs(case.inputs, make)
    given: Record = {"call": case.call, "inputs": list(case.inputs)}
    given |= {"method": case.method} if case.method else {}
    given |= {"arguments": encode(arguments)["list"], "keywords": encode(keywords)["dict"]}
    try:
        with torch.device(device):
            module = eval(case.call, {"torch": torch, "nn": nn}).eval()
    except (AssertionError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return given | _refusal(error, "init")
    state = encode_state(module)
    answer = given | {
        "modules": {path: type(part).__name__ for path, part in module.named_modules()},
        "parameters": state["parameters"],
        "buffers": state["buffers"],
    }
    if not case.inputs:
        return answer
    calls = _watched(module) if watch else []
    called = getattr(module, case.method) if case.method else module
    try:
        with FlopCounterMode(display=False) as counter:
            output = called(*arguments, **keywords)
    except (AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return answer | _refusal(error, "call")
    return answer | {"calls": calls, "output": encode(output), "macs": counter.get_total_flops() // 2}


def judged(case: Case) -> tuple[Record, str]:
    """The answer, and what is wrong with it."""
    answer = record(case, "meta", on_meta)
    torch.manual_seed(0)
    with torch.no_grad():
        real = record(case, "cpu", on_cpu, watch=False)
    if "error" in answer and "error" not in real:
        answer = record(case, "cpu", on_cpu) | {"device": "cpu"}
    if case.refused != ("error" in answer):
        return answer, f"PyTorch answers {answer.get('error') or answer.get('output')}"
    if answer.get("output") != real.get("output"):
        return answer, f"the fast path answers {real.get('error') or real.get('output')}"
    return answer, ""


def main() -> int:
    warnings.simplefilter("ignore")
    exports = read_exports()
    complaints = [f"PyTorch has no {place}" for place in check_exports(exports)]
    answers = []
    for case in CASES:
        answer, complaint = judged(case)
        answers.append(answer)
        if complaint:
            complaints.append(f"{case.call} on {' and '.join(case.inputs)}: {complaint}")
    lines = [
        f'{{"torch": {json.dumps(torch.__version__.split("+")[0])}, "exports": {json.dumps(exports, indent=0)},',
        f'"signatures": {json.dumps(signatures(exports), indent=None)},',
        '"cases": [',
        ",\n".join(json.dumps(answer) for answer in answers),
        "]}",
        "",
    ]
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text("\n".join(lines))
    print(f"{len(exports)} exports, {len(answers)} cases", *complaints, sep="\n  ")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
