"""The modules that mark a model for quantisation; as floats they pass on what they get.

    QuantStub() on [N, 3, H, W]              -> the same
    QuantWrapper(nn.Linear(3, 4))            children quant, dequant, module
    FloatFunctional().add(x, y)              -> x + y, and a child activation_post_process (Identity)

https://docs.pytorch.org/docs/2.13/quantization.html
"""

import torch
import torch.nn.functional as F
from torch import nn

EXPORTS = {
    "QuantStub": (
        "torch.ao.quantization.QuantStub",
        "torch.ao.quantization.stubs.QuantStub",
        "torch.quantization.QuantStub",
        "torch.quantization.stubs.QuantStub",
    ),
    "DeQuantStub": (
        "torch.ao.quantization.DeQuantStub",
        "torch.ao.quantization.stubs.DeQuantStub",
        "torch.quantization.DeQuantStub",
        "torch.quantization.stubs.DeQuantStub",
    ),
    "QuantWrapper": (
        "torch.ao.quantization.QuantWrapper",
        "torch.ao.quantization.stubs.QuantWrapper",
        "torch.quantization.QuantWrapper",
        "torch.quantization.stubs.QuantWrapper",
    ),
    "FloatFunctional": (
        "torch.ao.nn.quantized.FloatFunctional",
        "torch.ao.nn.quantized.modules.FloatFunctional",
        "torch.ao.nn.quantized.modules.functional_modules.FloatFunctional",
        "torch.nn.quantized.FloatFunctional",
        "torch.nn.quantized.modules.FloatFunctional",
        "torch.nn.quantized.modules.functional_modules.FloatFunctional",
    ),
    "FXFloatFunctional": (
        "torch.ao.nn.quantized.FXFloatFunctional",
        "torch.ao.nn.quantized.modules.FXFloatFunctional",
        "torch.ao.nn.quantized.modules.functional_modules.FXFloatFunctional",
        "torch.nn.quantized.FXFloatFunctional",
        "torch.nn.quantized.modules.FXFloatFunctional",
        "torch.nn.quantized.modules.functional_modules.FXFloatFunctional",
    ),
}


class QuantStub(nn.Module):
    def __init__(self, qconfig=None):
        super().__init__()
        if qconfig:
            self.qconfig = qconfig

    def forward(self, x):
        return x


class DeQuantStub(nn.Module):
    def __init__(self, qconfig=None):
        super().__init__()
        if qconfig:
            self.qconfig = qconfig

    def forward(self, x):
        return x


class QuantWrapper(nn.Module):
    def __init__(self, module):
        super().__init__()
        qconfig = getattr(module, "qconfig", None)
        self.add_module("quant", QuantStub(qconfig))
        self.add_module("dequant", DeQuantStub(qconfig))
        self.add_module("module", module)
        self.train(module.training)

    def forward(self, X):
        return self.dequant(self.module(self.quant(X)))


class FXFloatFunctional(nn.Module):
    def forward(self, x):
        raise RuntimeError("FloatFunctional is not intended to use the 'forward'. Please use the underlying operation")

    def add(self, x, y):
        return torch.add(x, y)

    def add_scalar(self, x, y):
        return torch.add(x, y)

    def mul(self, x, y):
        return torch.mul(x, y)

    def mul_scalar(self, x, y):
        return torch.mul(x, y)

    def cat(self, x, dim=0):
        return torch.cat(x, dim=dim)

    def add_relu(self, x, y):
        return F.relu(torch.add(x, y))

    def matmul(self, x, y):
        return torch.matmul(x, y)


class FloatFunctional(nn.Module):
    def __init__(self):
        super().__init__()
        self.activation_post_process = nn.Identity()

    def forward(self, x):
        raise RuntimeError("FloatFunctional is not intended to use the 'forward'. Please use the underlying operation")

    def add(self, x, y):
        return self.activation_post_process(torch.add(x, y))

    def add_scalar(self, x, y):
        return torch.add(x, y)

    def mul(self, x, y):
        return self.activation_post_process(torch.mul(x, y))

    def mul_scalar(self, x, y):
        return torch.mul(x, y)

    def cat(self, x, dim=0):
        return self.activation_post_process(torch.cat(x, dim=dim))

    def add_relu(self, x, y):
        return self.activation_post_process(F.relu(torch.add(x, y)))

    def matmul(self, x, y):
        return self.activation_post_process(torch.matmul(x, y))
