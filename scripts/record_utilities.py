"""Records what PyTorch makes of modules that its utilities reparametrize, prune, fuse, wrap and convert.

python scripts/record_utilities.py

tests/golden/utilities.json:
    {"torch": "2.13.0", "cases": [
        {"source": "model = nn.utils.weight_norm(nn.Linear(2, 3))",
         "modules": [["", "Linear"]],
         "parameters": [["bias", [3], true], ["weight_g", [3, 1], true], ["weight_v", [3, 2], true]],
         "buffers": [],
         "output": [[5, 3], "float32"], "macs": 30}, ...]}

parameters: name, shape, requires_grad; buffers: name, shape, dtype.
output, macs: of a forward pass in eval mode on the meta device, for a case that names an input;
    macs are half of what FlopCounterMode counts.
a case that PyTorch refuses has {"error": "ValueError"} instead.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden" / "utilities.json"

PRELUDE = """\
import copy
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune
"""

_RANK_ONE = """\
class RankOne(nn.Module):
    def forward(self, x, y):
        return x.unsqueeze(-1) @ y.unsqueeze(-2)
    def right_inverse(self, z):
        return z[:, 0], z[0, :]
"""
_SYMMETRIC = """\
class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).transpose(-1, -2)
"""
_SCALE = """\
class Scale(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(n, 1))
    def forward(self, x):
        return x * self.gain
"""
_NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.relu = nn.ReLU()
        self.body = nn.Sequential(nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 7))
    def forward(self, x):
        return self.body(self.relu(self.bn(self.conv(x))))
"""

# source, and the shape of an input where a forward pass is recorded.
CASES: tuple[tuple[str, tuple[int, ...] | None], ...] = (
    ("model = nn.utils.weight_norm(nn.Linear(2, 3))", (5, 2)),
    ("model = nn.utils.weight_norm(nn.Linear(2, 3), dim=None)", (5, 2)),
    ("model = nn.utils.weight_norm(nn.Conv2d(2, 3, 5), 'weight', 1)", (1, 2, 6, 6)),
    ("model = nn.utils.weight_norm(nn.Conv1d(2, 3, 5, bias=False), dim=-2)", (1, 2, 6)),
    ("model = nn.utils.weight_norm(nn.ConvTranspose1d(4, 2, 6, 3))", (1, 4, 6)),
    ("model = nn.utils.weight_norm(nn.LSTM(4, 3), 'weight_hh_l0')", (5, 2, 4)),
    ("model = nn.utils.weight_norm(nn.utils.weight_norm(nn.Linear(2, 3)), 'bias')", (5, 2)),
    ("model = nn.utils.weight_norm(nn.Linear(2, 3).requires_grad_(False))", (5, 2)),
    ("model = nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(2, 3)))", (5, 2)),
    ("model = nn.utils.weight_norm(nn.utils.weight_norm(nn.Linear(2, 3)))", None),
    ("model = nn.utils.remove_weight_norm(nn.Linear(2, 3))", None),
    ("from torch.nn.utils.weight_norm import weight_norm\nmodel = weight_norm(nn.Linear(2, 3).half())", None),
    ("model = nn.utils.spectral_norm(nn.Linear(2, 3))", (5, 2)),
    ("model = nn.utils.spectral_norm(nn.ConvTranspose2d(2, 3, 5))", (1, 2, 6, 6)),
    ("model = nn.utils.spectral_norm(nn.Conv2d(2, 3, 5), dim=1)", (1, 2, 6, 6)),
    ("model = nn.utils.spectral_norm(nn.Embedding(10, 4))", None),
    ("model = nn.utils.spectral_norm(nn.Linear(2, 3), 'weights')", None),
    ("model = nn.utils.spectral_norm(nn.Linear(2, 3, bias=False), 'bias')", None),
    ("model = nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(2, 3)))", (5, 2)),
    ("model = nn.utils.spectral_norm(nn.Linear(2, 3), n_power_iterations=0)", None),
    ("model = parametrizations.weight_norm(nn.Linear(2, 3))", (5, 2)),
    ("model = parametrizations.weight_norm(nn.Conv1d(2, 3, 5), dim=2)", (1, 2, 6)),
    ("model = parametrizations.weight_norm(nn.Conv1d(2, 3, 5), dim=None)", (1, 2, 6)),
    ("model = parametrizations.weight_norm(nn.LSTM(4, 3), 'weight_ih_l0')", (5, 2, 4)),
    ("model = parametrizations.weight_norm(nn.Linear(2, 3).requires_grad_(False))", (5, 2)),
    ("model = parametrizations.weight_norm(nn.Linear(2, 3), 'weights')", None),
    ("model = parametrizations.spectral_norm(nn.Linear(2, 3))", (5, 2)),
    ("model = parametrizations.spectral_norm(nn.ConvTranspose2d(2, 3, 5))", (1, 2, 6, 6)),
    ("model = parametrizations.spectral_norm(nn.Conv2d(2, 3, 5), dim=-1)", (1, 2, 6, 6)),
    ("model = parametrizations.spectral_norm(nn.Linear(2, 3), 'bias')", (5, 2)),
    ("model = parametrizations.spectral_norm(nn.Linear(2, 3), dim=2)", None),
    ("model = parametrizations.spectral_norm(parametrizations.spectral_norm(nn.Linear(2, 3)), 'bias')", (5, 2)),
    ("model = parametrizations.orthogonal(nn.Linear(2, 3))", (5, 2)),
    ("model = parametrizations.orthogonal(nn.Linear(3, 2))", (5, 3)),
    ("model = parametrizations.orthogonal(nn.Linear(3, 3))", (5, 3)),
    ("model = parametrizations.orthogonal(nn.Linear(3, 2), orthogonal_map='cayley')", (5, 3)),
    ("model = parametrizations.orthogonal(nn.Linear(3, 2), use_trivialization=False)", (5, 3)),
    ("model = parametrizations.orthogonal(nn.Linear(3, 2), 'weight', 'matrix_exp', use_trivialization=False)", (5, 3)),
    ("model = parametrizations.orthogonal(nn.Conv2d(4, 5, (2, 3)))", (1, 4, 6, 6)),
    ("model = parametrizations.orthogonal(nn.Linear(3, 2), 'bias')", None),
    ("model = parametrizations.orthogonal(nn.Linear(3, 2), orthogonal_map='exp')", None),
    (
        _SYMMETRIC + "model = nn.Linear(3, 3)\nparametrize.register_parametrization(model, 'weight', Symmetric())",
        (5, 3),
    ),
    (_SYMMETRIC + "model = parametrize.register_parametrization(nn.Linear(3, 4), 'weight', Symmetric())", None),
    (
        _SYMMETRIC + _SCALE + "model = nn.Linear(3, 3)\n"
        "parametrize.register_parametrization(model, 'weight', Scale(3))\n"
        "parametrize.register_parametrization(model, 'weight', Symmetric())\n"
        "assert parametrize.is_parametrized(model, 'weight') and not parametrize.is_parametrized(model, 'bias')\n"
        "assert isinstance(model, nn.Linear) and parametrize.type_before_parametrizations(model) is nn.Linear",
        (5, 3),
    ),
    (_RANK_ONE + "model = parametrize.register_parametrization(nn.Linear(4, 5), 'weight', RankOne())", (5, 4)),
    (
        _RANK_ONE + "model = parametrize.register_parametrization(nn.Linear(4, 5), 'weight', RankOne())\n"
        "parametrize.remove_parametrizations(model, 'weight')",
        (5, 4),
    ),
    (
        "model = parametrizations.weight_norm(nn.Linear(2, 3))\nparametrize.remove_parametrizations(model, 'weight')",
        (5, 2),
    ),
    (
        "model = parametrizations.spectral_norm(nn.Linear(2, 3))\n"
        "parametrize.remove_parametrizations(model, 'weight', leave_parametrized=False)",
        (5, 2),
    ),
    ("model = copy.deepcopy(parametrizations.weight_norm(nn.Linear(2, 3)))", (5, 2)),
    ("model = nn.ModuleList(copy.deepcopy(parametrizations.orthogonal(nn.Linear(2, 3))) for _ in range(2))", None),
    (
        "model = parametrize.register_parametrization(nn.BatchNorm1d(4), 'running_mean', nn.Identity())",
        (5, 4),
    ),
    (
        "model = nn.Sequential(parametrizations.weight_norm(nn.Linear(2, 3)))\n"
        "model[0].parametrizations.weight.original0.requires_grad = False",
        (5, 2),
    ),
    (_SYMMETRIC + "model = nn.Linear(3, 3)\nparametrize.remove_parametrizations(model, 'weight')", None),
    ("model = prune.l1_unstructured(nn.Linear(2, 3), 'weight', amount=2)", (5, 2)),
    ("model = prune.random_unstructured(nn.Conv2d(2, 3, 5), name='bias', amount=0.5)", (1, 2, 6, 6)),
    (
        "model = prune.ln_structured(nn.Conv2d(2, 3, 5), 'weight', amount=0.5, n=2, dim=0)\n"
        "prune.random_unstructured(model, 'weight', 0.1)\nassert prune.is_pruned(model)",
        (1, 2, 6, 6),
    ),
    ("model = prune.remove(prune.l1_unstructured(nn.Linear(2, 3), 'weight', amount=2), 'weight')", (5, 2)),
    ("model = prune.remove(nn.Linear(2, 3), 'weight')", None),
    (
        "model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))\n"
        "prune.global_unstructured([(m, 'weight') for m in model], pruning_method=prune.L1Unstructured, amount=0.2)",
        (5, 2),
    ),
    ("model = nn.Linear(2, 3)\nprune.L1Unstructured.apply(model, 'bias', amount=1)", (5, 2)),
    ("model = prune.custom_from_mask(nn.Linear(5, 3), name='bias', mask=torch.tensor([0, 1, 0]))", (2, 5)),
    (
        "model = nn.utils.fuse_conv_bn_eval(nn.Conv2d(3, 4, 3, bias=False).eval(), nn.BatchNorm2d(4).eval())",
        (1, 3, 6, 6),
    ),
    (
        "model = nn.utils.fuse_conv_bn_eval(nn.Conv1d(3, 4, 3).eval(), nn.BatchNorm1d(4, affine=False).eval())",
        (1, 3, 6),
    ),
    ("model = nn.utils.fuse_conv_bn_eval(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))", None),
    ("model = nn.utils.fusion.fuse_conv_bn_eval(nn.Conv2d(3, 4, 3).eval(), nn.BatchNorm2d(5).eval())", None),
    (
        "model = nn.utils.fusion.fuse_conv_bn_eval(nn.ConvTranspose2d(3, 4, 3).eval(), nn.BatchNorm2d(4).eval(), True)",
        (1, 3, 6, 6),
    ),
    ("model = nn.utils.fuse_linear_bn_eval(nn.Linear(3, 4).eval(), nn.BatchNorm1d(4).eval())", (2, 3)),
    (_NET + "model = torch.ao.quantization.fuse_modules(Net().eval(), ['conv', 'bn', 'relu'])", (1, 3, 7, 7)),
    (
        _NET + "model = Net().eval()\n"
        "torch.quantization.fuse_modules(model, [['conv', 'bn'], ['body.0', 'body.1']], inplace=True)",
        (1, 3, 7, 7),
    ),
    (_NET + "model = torch.ao.quantization.fuse_modules_qat(Net().train(), [['conv', 'bn', 'relu']])", (1, 3, 7, 7)),
    (_NET + "model = torch.ao.quantization.fuse_modules(Net(), ['conv', 'bn', 'relu'])", None),
    (_NET + "model = torch.ao.quantization.fuse_modules(Net().eval(), ['conv', 'relu', 'bn'])", None),
    ("model = nn.Embedding.from_pretrained(torch.zeros(10, 3))", None),
    (
        "model = nn.Embedding.from_pretrained(torch.zeros(10, 3, dtype=torch.float64), freeze=False, padding_idx=-1)",
        None,
    ),
    ("model = nn.EmbeddingBag.from_pretrained(torch.zeros(10, 3), mode='sum')", None),
    ("model = nn.EmbeddingBag.from_pretrained(torch.zeros(10, 3), False)", None),
    ("model = nn.Embedding.from_pretrained(torch.zeros(10))", None),
    ("class Words(nn.Embedding):\n    pass\nmodel = Words.from_pretrained(torch.zeros(10, 3))", None),
    (_NET + "model = nn.SyncBatchNorm.convert_sync_batchnorm(Net())", None),
    ("model = nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm1d(4, affine=False))", None),
    (
        "bn = nn.BatchNorm1d(4).requires_grad_(False)\n"
        "model = nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(bn, nn.Linear(4, 4), bn))",
        None,
    ),
    ("model = nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm2d(4, track_running_stats=False))", None),
    (_NET + "model = nn.DataParallel(Net())", (1, 3, 7, 7)),
    (_NET + "net = Net()\nmodel = nn.ModuleList([nn.DataParallel(net), net])\nassert model[0].module is net", None),
    (_NET + "model = torch.optim.swa_utils.AveragedModel(Net())", (1, 3, 7, 7)),
    (
        _NET + "model = torch.compile(Net())\n"
        "model.scale = nn.Parameter(torch.ones(3))\nassert model.conv.in_channels == 3",
        None,
    ),
    ("@torch.compile\ndef make(n):\n    return n\nmodel = nn.Linear(2, 3)\ntorch.compile(nn.Linear)", (5, 2)),
    ("model = nn.utils.skip_init(nn.Linear, 2, out_features=3, bias=False)", (5, 2)),
    ("class Plain(nn.Module):\n    pass\nmodel = nn.utils.skip_init(Plain)", None),
    (
        "net = nn.Linear(2, 3)\nvector = nn.utils.parameters_to_vector(net.parameters())\n"
        "nn.utils.vector_to_parameters(vector, net.parameters())\nmodel = nn.Linear(vector.numel(), 1)",
        (5, 9),
    ),
    (
        "net = nn.Linear(2, 3)\nout = torch.func.functional_call(net, {'weight': torch.zeros(7, 2),"
        " 'bias': torch.zeros(7)}, (torch.zeros(4, 2),))\nmodel = nn.Sequential(net, nn.Linear(3, out.shape[1]))",
        (5, 2),
    ),
    (
        "model = nn.Linear(2, 3)\noptimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)\n"
        "schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10)\n"
        "scaler = torch.amp.GradScaler('cpu', enabled=False)\n"
        "norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)\ngenerator = torch.Generator().manual_seed(0)\n"
        "torch.backends.cudnn.benchmark = True",
        (5, 2),
    ),
    (
        "class Pairs(torch.utils.data.Dataset):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.n = n\n"
        "    def __len__(self):\n        return self.n\nloader = torch.utils.data.DataLoader(Pairs(4), batch_size=2)\n"
        "model = nn.Linear(len(Pairs(4)), 3)",
        (5, 4),
    ),
    (
        "class Lion(torch.optim.Optimizer):\n    def __init__(self, parameters, lr):\n"
        "        super().__init__(parameters, {'lr': lr})\n        self.rate = lr\n    def step(self):\n"
        "        for group in self.param_groups:\n            pass\n"
        "model = nn.Linear(2, 3)\noptimizer = Lion(model.parameters(), lr=0.1)\noptimizer.zero_grad()",
        (5, 2),
    ),
)


def describe(model: torch.nn.Module) -> dict[str, Any]:
    """Modules, parameters and buffers in torch's order."""
    return {
        "modules": [[name, type(module).__name__] for name, module in model.named_modules()],
        "parameters": [[name, list(p.shape), p.requires_grad] for name, p in model.named_parameters()],
        "buffers": [[n, list(b.shape), str(b.dtype).removeprefix("torch.")] for n, b in model.named_buffers()],
    }


def record(source: str, shape: tuple[int, ...] | None) -> dict[str, Any]:
    """PyTorch's answer to one case."""
    names: dict[str, Any] = {"__name__": "case"}
    try:
        exec(PRELUDE + source, names)
    except Exception as error:  # noqa: BLE001  # whatever PyTorch refuses with is its answer
        return {"source": source, "error": type(error).__name__}
    model = names["model"]
    answer = {"source": source, **describe(model)}
    if shape is not None:
        model.eval().to("meta")
        with FlopCounterMode(display=False) as counter:
            output = model(torch.zeros(shape, device="meta"))
        output = output[0] if isinstance(output, tuple) else output
        answer["input"] = list(shape)
        answer["output"] = [list(output.shape), str(output.dtype).removeprefix("torch.")]
        answer["macs"] = counter.get_total_flops() // 2
    return answer


def main() -> None:
    warnings.simplefilter("ignore")
    cases = [record(source, shape) for source, shape in CASES]
    version = torch.__version__.partition("+")[0]
    lines = ",\n".join(json.dumps(case) for case in cases)
    GOLDEN.write_text(f'{{"torch": "{version}", "prelude": {json.dumps(PRELUDE)}, "cases": [\n{lines}\n]}}\n')
    refused = sum("error" in case for case in cases)
    print(f"{len(cases)} cases, {refused} refused")


if __name__ == "__main__":
    main()
