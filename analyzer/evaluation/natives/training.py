"""What trains and feeds a model: optimisers, schedulers, data sets, distributions, generators; none changes its shape.

    optimizer = torch.optim.Adam(net.parameters())          a plain Unknown; net is as exact as before
    class Lion(torch.optim.Optimizer): ...                  a class of the program like any other
    class Pairs(torch.utils.data.Dataset): ...              likewise

https://docs.pytorch.org/docs/2.13/optim.html, https://docs.pytorch.org/docs/2.13/data.html
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation.exceptions import OBJECT
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Instance, Native, Unknown, Value


def _plain(what: str, run: Run) -> Unknown:
    return Unknown(what, run.place, plain=True)


def _answer(name: str) -> Native:
    return Native(name, lambda run, *arguments, **keywords: _plain(f"what {name}() returns", run))


def _number(name: str) -> Native:
    return Native(name, lambda run, *a, **k: Unknown(f"what {name}() returns", run.place, scalar=True))


def _method(kind: str, name: str) -> Native:
    return Native(name, lambda run, *arguments, **keywords: _plain(f"{kind}.{name}()", run), binds=True)


def _initialise(*names: str) -> Native:
    """The `__init__` of a base class: its attributes are there, their values not known."""

    def initialise(run: Run, instance: Value, *arguments: Value, **keywords: Value) -> None:
        if isinstance(instance, Instance):
            instance.attributes.update({name: _plain(f"{instance.cls.name}.{name}", run) for name in names})

    return Native("__init__", initialise, binds=True)


def _base(name: str, module: str, methods: tuple[str, ...], attributes: tuple[str, ...] = ()) -> Class:
    """A class to derive from; an object of the class itself is a plain Unknown."""
    namespace: dict[str, Value] = {method: _method(name, method) for method in methods}
    namespace["__init__"] = _initialise(*attributes)
    return Class(name, (OBJECT,), namespace, module=module, native=_maker(name))


def _derived(name: str, base: Class) -> Class:
    return Class(name, (base,), {}, module=base.module, native=_maker(name))


def _maker(name: str) -> Any:
    def make(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
        return _plain(f"an object of torch's {name}", run)

    return make


def _family(home: str, base: Class, names: tuple[str, ...], *more_homes: str) -> dict[str, Value]:
    """A base class and what derives from it, under the names of its module and of others."""
    found: dict[str, Value] = {}
    for name, cls in ((base.name, base), *((name, _derived(name, base)) for name in names)):
        for place in (home, *more_homes):
            found[f"{place}.{name}"] = cls
    return found


OPTIMIZER = _base(
    "Optimizer",
    "torch.optim.optimizer",
    ("step", "zero_grad", "state_dict", "load_state_dict", "add_param_group", "register_step_post_hook", "__repr__"),
    ("param_groups", "state", "defaults"),
)
SCHEDULER = _base(
    "LRScheduler",
    "torch.optim.lr_scheduler",
    ("step", "get_lr", "get_last_lr", "state_dict", "load_state_dict", "print_lr"),
    ("optimizer", "base_lrs", "last_epoch", "_step_count", "_last_lr"),
)
DISTRIBUTION = _base(
    "Distribution",
    "torch.distributions.distribution",
    ("sample", "rsample", "log_prob", "entropy", "expand", "cdf", "icdf", "perplexity"),
    ("batch_shape", "event_shape", "mean", "variance", "stddev", "mode"),
)
TRANSFORM = _base("Transform", "torch.distributions.transforms", ("inv", "log_abs_det_jacobian", "forward_shape"))
SAMPLER = _base("Sampler", "torch.utils.data", ("set_epoch",))
# A data set is made of the program's own methods.
DATASET = Class("Dataset", (OBJECT,), {"__init__": _initialise()}, module="torch.utils.data")
ITERABLE = Class("IterableDataset", (DATASET,), {}, module="torch.utils.data")

_OPTIMIZERS = (
    "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "Muon", "NAdam", "RAdam", "RMSprop",
    "Rprop", "SGD", "SparseAdam",
)  # fmt: skip
_SCHEDULERS = (
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "ExponentialLR",
    "LambdaLR", "LinearLR", "MultiStepLR", "MultiplicativeLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau",
    "SequentialLR", "StepLR", "_LRScheduler",
)  # fmt: skip
_DISTRIBUTIONS = (
    "Bernoulli", "Beta", "Binomial", "Categorical", "Cauchy", "Chi2", "ContinuousBernoulli", "Dirichlet", "Exponential",
    "ExponentialFamily", "FisherSnedecor", "Gamma", "GeneralizedPareto", "Geometric", "Gumbel", "HalfCauchy",
    "HalfNormal", "Independent", "InverseGamma", "Kumaraswamy", "LKJCholesky", "Laplace", "LogNormal", "LogisticNormal",
    "LowRankMultivariateNormal", "MixtureSameFamily", "Multinomial", "MultivariateNormal", "NegativeBinomial", "Normal",
    "OneHotCategorical", "OneHotCategoricalStraightThrough", "Pareto", "RelaxedBernoulli", "RelaxedOneHotCategorical",
    "StudentT", "Poisson", "Uniform", "VonMises", "Weibull", "Wishart", "TransformedDistribution",
)  # fmt: skip
_DISTRIBUTION_HOMES = tuple(
    f"torch.distributions.{name}" for name in (
        "bernoulli", "beta", "categorical", "cauchy", "dirichlet", "distribution", "exponential", "gamma", "kl",
        "independent", "laplace", "log_normal", "multivariate_normal", "normal", "one_hot_categorical", "poisson",
        "uniform", "relaxed_bernoulli", "relaxed_categorical", "transformed_distribution", "mixture_same_family",
    )
)  # fmt: skip
_TRANSFORMS = (
    "AbsTransform", "AffineTransform", "CatTransform", "ComposeTransform", "CorrCholeskyTransform", "ExpTransform",
    "CumulativeDistributionTransform", "IndependentTransform", "LowerCholeskyTransform", "PositiveDefiniteTransform",
    "PowerTransform", "ReshapeTransform", "SigmoidTransform", "SoftplusTransform", "TanhTransform", "SoftmaxTransform",
    "StackTransform", "StickBreakingTransform",
)  # fmt: skip
_SAMPLERS = (
    "BatchSampler", "RandomSampler", "SequentialSampler", "SubsetRandomSampler", "WeightedRandomSampler",
    "DistributedSampler",
)  # fmt: skip
_LOADERS = ("DataLoader", "Subset", "TensorDataset", "ConcatDataset", "ChainDataset", "StackDataset")
_OBJECTS = (
    "torch.Generator", "torch.random.Generator", "torch.cuda.amp.GradScaler", "torch.amp.GradScaler",
    "torch.cuda.Event", "torch.amp.grad_scaler.GradScaler", "torch.cuda.amp.grad_scaler.GradScaler",
    "torch.cuda.Stream", "torch.cuda.stream", "torch.optim.swa_utils.SWALR", "torch.utils.tensorboard.SummaryWriter",
    "torch.cuda.CUDAGraph", "torch.utils.tensorboard.writer.SummaryWriter", "torch.profiler.profile",
    "torch.autograd.profiler.profile",
)  # fmt: skip
_ANSWERS = (
    "torch.utils.data.random_split", "torch.utils.data.default_collate", "torch.utils.data.default_convert",
    "torch.utils.data.get_worker_info", "torch.utils.data.dataloader.default_collate",
    "torch.distributions.kl_divergence", "torch.distributions.kl.kl_divergence", "torch.distributions.biject_to",
    "torch.distributions.transform_to", "torch.get_rng_state", "torch.random.get_rng_state", "torch.cuda.get_rng_state",
    "torch.cuda.get_rng_state_all", "torch.set_rng_state", "torch.random.set_rng_state", "torch.cuda.set_rng_state",
    "torch.cuda.set_rng_state_all", "torch.random.manual_seed", "torch.optim.swa_utils.update_bn",
    "torch.optim.swa_utils.get_ema_multi_avg_fn", "torch.optim.swa_utils.get_ema_avg_fn",
    "torch.optim.swa_utils.get_swa_avg_fn", "torch.nn.utils.get_total_norm", "torch.nn.utils.clip_grads_with_norm_",
    "torch.nn.utils.clip_grad_value_", "torch.cuda.memory_summary", "torch.nn.utils.clip_grad.clip_grad_value_",
    "torch.cuda.get_device_properties", "torch.cuda.mem_get_info",
)  # fmt: skip
_NUMBERS = (
    "torch.nn.utils.clip_grad_norm_", "torch.nn.utils.clip_grad_norm", "torch.nn.utils.clip_grad.clip_grad_norm_",
    "torch.initial_seed", "torch.random.initial_seed", "torch.seed", "torch.random.seed", "torch.cuda.initial_seed",
    "torch.cuda.memory_allocated", "torch.cuda.max_memory_allocated", "torch.cuda.memory_reserved",
    "torch.cuda.max_memory_reserved",
)  # fmt: skip
_FLAGS = (
    "cudnn.enabled", "cudnn.benchmark", "cudnn.deterministic", "cudnn.allow_tf32", "cudnn.benchmark_limit",
    "cuda.matmul.allow_tf32", "cuda.matmul.allow_fp16_reduced_precision_reduction", "cuda.preferred_linalg_library",
    "cuda.matmul.allow_bf16_reduced_precision_reduction", "mkldnn.enabled", "quantized.engine",
    "quantized.supported_engines", "cuda.matmul.fp32_precision", "cudnn.conv.fp32_precision", "fp32_precision",
)  # fmt: skip
_QUESTIONS = (
    "cudnn.version", "cudnn.is_acceptable", "cuda.is_built", "cuda.flash_sdp_enabled", "cuda.mem_efficient_sdp_enabled",
    "cuda.math_sdp_enabled", "mkl.is_available", "mkldnn.is_available", "openmp.is_available", "cuda.cudnn_sdp_enabled",
    "opt_einsum.is_available",
)  # fmt: skip
_SWITCHES = ("enable_flash_sdp", "enable_mem_efficient_sdp", "enable_math_sdp", "enable_cudnn_sdp")


def _machine(name: str) -> Unknown:
    """A setting of the machine: the same wherever it is read."""
    return Unknown(f"{name} depends on the machine", None, plain=True, scalar=True, key=name)


def _question(name: str) -> Native:
    return Native(name, lambda run, *arguments, **keywords: _machine(f"{name}()"))


TRAINING = Table({
    **_family("torch.optim", OPTIMIZER, _OPTIMIZERS, "torch.optim.optimizer", *(
        f"torch.optim.{name.lower()}" for name in ("Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "LBFGS")
    )),
    **_family("torch.optim.lr_scheduler", SCHEDULER, _SCHEDULERS),
    **_family("torch.distributions", DISTRIBUTION, _DISTRIBUTIONS, *_DISTRIBUTION_HOMES),
    **_family("torch.distributions", TRANSFORM, _TRANSFORMS, "torch.distributions.transforms"),
    **_family("torch.utils.data", SAMPLER, _SAMPLERS, "torch.utils.data.sampler", "torch.utils.data.distributed"),
    **{f"torch.utils.data.{name}": _derived(name, _base(name, "torch.utils.data", ())) for name in _LOADERS},
    **{f"torch.utils.data.{home}Dataset": DATASET for home in ("", "dataset.")},
    **{f"torch.utils.data.{home}IterableDataset": ITERABLE for home in ("", "dataset.")},
    "torch.utils.data.dataloader.DataLoader": _base("DataLoader", "torch.utils.data.dataloader", ()),
    **{name: _base(name.rpartition(".")[2], name.rpartition(".")[0], ()) for name in _OBJECTS},
    **{name: _answer(name) for name in _ANSWERS}, **{name: _number(name) for name in _NUMBERS},
    "torch.distributions.constraints": Unknown("torch.distributions.constraints", None, plain=True),
    "torch.distributions.register_kl": Native("register_kl", lambda run, *a: Native("register", lambda run, f: f)),
    "torch.default_generator": Unknown("the default generator", None, plain=True),
    "torch.random.default_generator": Unknown("the default generator", None, plain=True),
    **{f"torch.backends.{name}": _machine(f"torch.backends.{name}") for name in _FLAGS},
    **{f"torch.backends.{name}": _question(f"torch.backends.{name}") for name in _QUESTIONS},
    **{f"torch.backends.cuda.{name}": Native(name, lambda run, *arguments: None) for name in _SWITCHES},
})  # fmt: skip
