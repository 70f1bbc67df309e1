"""torch.ao.quantization: configurations are harmless, what observes or converts a model is said not to be followed.

    net.qconfig = get_default_qconfig("fbgemm")     a plain Unknown
    prepare_qat(net)                                a copy of net that is marked incomplete
    MinMaxObserver()                                Unknown: a module with buffers of its own

https://docs.pytorch.org/docs/2.13/quantization.html
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation.exceptions import OBJECT
from analyzer.evaluation.natives.module import MODULE
from analyzer.evaluation.natives.registry import Table, natives
from analyzer.evaluation.registration import spoil
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ClassMethod, ModuleInstance, Native, Unknown, Value

_HOMES = (
    "torch.ao.quantization", "torch.quantization", "torch.ao.quantization.qconfig", "torch.quantization.qconfig",
    "torch.ao.quantization.observer", "torch.quantization.observer", "torch.ao.quantization.fake_quantize",
    "torch.quantization.fake_quantize", "torch.ao.quantization.quantize", "torch.quantization.quantize",
    "torch.ao.quantization.quantize_fx", "torch.quantization.quantize_fx", "torch.ao.quantization.qconfig_mapping",
)  # fmt: skip
_CONVERSIONS = (
    "prepare", "prepare_qat", "convert", "quantize", "quantize_qat", "quantize_dynamic", "add_quant_dequant",
)  # fmt: skip
_GRAPH_CONVERSIONS = ("prepare_fx", "prepare_qat_fx", "convert_fx", "fuse_fx", "convert_to_reference_fx")
_MAKERS = (
    "get_default_qconfig", "get_default_qat_qconfig", "get_default_qconfig_mapping", "get_default_qat_qconfig_mapping",
    "get_default_qconfig_dict", "get_default_qat_qconfig_dict", "get_default_static_quant_module_mappings",
    "get_default_qat_module_mappings", "get_default_dynamic_quant_module_mappings", "propagate_qconfig_",
    "get_default_qconfig_propagation_list", "get_observer_state_dict", "load_observer_state_dict", "enable_observer",
    "disable_observer", "enable_fake_quant", "disable_fake_quant", "default_eval_fn",
)  # fmt: skip
_SETTINGS = (
    "default_qconfig", "default_qat_qconfig", "default_dynamic_qconfig", "float16_dynamic_qconfig",
    "float16_static_qconfig", "per_channel_dynamic_qconfig", "default_weight_only_qconfig",
    "default_per_channel_qconfig", "float_qparams_weight_only_qconfig", "default_qat_qconfig_v2",
    "default_activation_only_qconfig", "default_observer", "default_weight_observer", "default_histogram_observer",
    "default_per_channel_weight_observer", "default_fake_quant", "default_weight_fake_quant",
    "default_per_channel_weight_fake_quant", "default_histogram_fake_quant", "default_fused_act_fake_quant",
    "default_fused_wt_fake_quant", "default_placeholder_observer", "default_dynamic_quant_observer",
    "default_float_qparams_observer", "float_qparams_weight_only_qconfig_4bit",
)  # fmt: skip
_CONFIGURATIONS = ("QConfig", "QConfigDynamic", "QConfigMapping", "QuantType")
_OBSERVERS = (
    "ObserverBase", "MinMaxObserver", "MovingAverageMinMaxObserver", "PerChannelMinMaxObserver", "HistogramObserver",
    "MovingAveragePerChannelMinMaxObserver", "PlaceholderObserver", "NoopObserver", "RecordingObserver",
    "UniformQuantizationObserverBase", "FixedQParamsObserver", "ReuseInputObserver", "FakeQuantizeBase", "FakeQuantize",
    "FixedQParamsFakeQuantize", "FusedMovingAvgObsFakeQuantize",
)  # fmt: skip


def _plain(name: str) -> Any:
    def answer(run: Run, *arguments: Value, **keywords: Value) -> Value:
        return Unknown(f"{name}() of torch.ao.quantization", run.place, plain=True)

    return answer


def _conversion(name: str) -> Native:
    """The model, or a copy of it, of which neither modules nor parameters are known any more."""

    def convert(run: Run, model: Value, *arguments: Value, inplace: Value = False, **keywords: Value) -> Value:
        if not isinstance(model, ModuleInstance):
            return model
        in_place = inplace is True or (name in ("prepare", "prepare_qat", "convert") and True in arguments)
        unknown = run.unknown(f"quantisation by {name}() is not followed")
        result = model if in_place else natives()["copy.deepcopy"].function(run, model)
        if isinstance(inplace, Unknown):
            spoil(model, unknown)
        assert isinstance(result, ModuleInstance)
        spoil(result, unknown)
        return result

    return Native(name, convert)


def _graph_conversion(name: str) -> Native:
    """torch.fx takes a model apart: the result is a module of which nothing is known."""
    return Native(name, lambda run, *arguments, **keywords: run.unknown(f"{name}() is not followed"))


def _configuration(name: str) -> Class:
    def make(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
        return Unknown(f"a {name} of torch.ao.quantization", run.place, plain=True)

    return Class(name, (OBJECT,), {}, module="torch.ao.quantization", native=make)


def _observer(name: str) -> Class:
    """A module with buffers that are not described; `with_args` makes no module yet."""

    def make(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
        return run.unknown(f"{name} of torch.ao.quantization is not described")

    namespace: dict[str, Value] = {"with_args": ClassMethod(Native("with_args", _plain(f"{name}.with_args")))}
    return Class(name, (MODULE,), namespace, module="torch.ao.quantization", native=make)


def _everywhere(values: dict[str, Value]) -> dict[str, Value]:
    return {f"{home}.{name}": value for name, value in values.items() for home in _HOMES}


QUANTIZATION = Table({
    **_everywhere({name: _conversion(name) for name in _CONVERSIONS}),
    **_everywhere({name: _graph_conversion(name) for name in _GRAPH_CONVERSIONS}),
    **_everywhere({name: Native(name, _plain(name)) for name in _MAKERS}),
    **_everywhere({name: Unknown(f"{name} of torch.ao.quantization", None, plain=True) for name in _SETTINGS}),
    **_everywhere({name: _configuration(name) for name in _CONFIGURATIONS}),
    **_everywhere({name: _observer(name) for name in _OBSERVERS}),
})  # fmt: skip
