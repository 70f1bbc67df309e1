"""What classes of torch.nn offer besides their instances: from_pretrained, convert_sync_batchnorm.

    nn.Embedding.from_pretrained(torch.zeros(10, 3))        Embedding(10, 3) whose weight asks for no gradient
    nn.SyncBatchNorm.convert_sync_batchnorm(model)          the model with SyncBatchNorm for every BatchNorm

An entry `torch.nn.Embedding.from_pretrained` becomes a member of that class when `layers.layer_class` makes it.
https://docs.pytorch.org/docs/2.13/generated/torch.nn.Embedding.html
https://docs.pytorch.org/docs/2.13/generated/torch.nn.SyncBatchNorm.html
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation import attributes, calls, operations
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.registry import Table
from analyzer.evaluation.registration import new_module, own_parameters
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ClassMethod, ModuleInstance, Native, Tensor, Unknown, Value


def _table(run: Run, embeddings: Value) -> Tensor | None:
    """The given table of two dimensions; None where its shape is not known."""
    if isinstance(embeddings, Unknown) or (isinstance(embeddings, Tensor) and embeddings.type is None):
        return None
    if not isinstance(embeddings, Tensor):
        message = f"'{operations.type_name(embeddings)}' object has no attribute 'dim'"
        raise raised(run, "AttributeError", message)
    assert embeddings.type is not None
    if embeddings.type.rank != 2:
        raise raised(run, "AssertionError", "Embeddings parameter is expected to be 2-dimensional")
    return embeddings


def _of_unknown_shape(run: Run, cls: Class, embeddings: Value, trainable: bool, settings: dict[str, Value]) -> Value:
    """A layer whose table has a shape that is not known."""
    unknown = embeddings if isinstance(embeddings, Unknown) else embeddings.unknown
    made = new_module(run, cls)
    size = Unknown(unknown.reason if unknown else "a table of unknown shape", run.place, scalar=True)
    made.attributes.update(settings, num_embeddings=size, embedding_dim=size)
    weight = Tensor(None, is_parameter=True, requires_grad=trainable, unknown=unknown, place=run.place)
    own_parameters(made)["weight"] = weight
    return made


def _make(run: Run, cls: Class, embeddings: Value, freeze: Value, settings: dict[str, Value]) -> Value:
    if isinstance(freeze, Unknown):
        run.lose(freeze)
        freeze = False
    trainable = not operations.truth(run, freeze)
    table = _table(run, embeddings)
    if table is None or table.type is None:
        return _of_unknown_shape(run, cls, embeddings, trainable, settings)
    rows, columns = table.type.shape
    sizes = {"num_embeddings": rows, "embedding_dim": columns, "_weight": table}
    made = calls.call(run, cls, [], {**sizes, **settings})
    if isinstance(made, ModuleInstance):
        weight = own_parameters(made).get("weight")
        if weight is not None:
            weight.requires_grad = trainable
    return made


def embedding_from_pretrained(
    run: Run,
    cls: Class,
    embeddings: Value,
    freeze: Value = True,
    padding_idx: Value = None,
    max_norm: Value = None,
    norm_type: Value = 2.0,
    scale_grad_by_freq: Value = False,
    sparse: Value = False,
) -> Value:
    settings = {
        "padding_idx": padding_idx, "max_norm": max_norm, "norm_type": norm_type,
        "scale_grad_by_freq": scale_grad_by_freq, "sparse": sparse,
    }  # fmt: skip
    return _make(run, cls, embeddings, freeze, settings)


def bag_from_pretrained(
    run: Run,
    cls: Class,
    embeddings: Value,
    freeze: Value = True,
    max_norm: Value = None,
    norm_type: Value = 2.0,
    scale_grad_by_freq: Value = False,
    mode: Value = "mean",
    sparse: Value = False,
    include_last_offset: Value = False,
    padding_idx: Value = None,
) -> Value:
    settings = {
        "max_norm": max_norm, "norm_type": norm_type, "scale_grad_by_freq": scale_grad_by_freq, "mode": mode,
        "sparse": sparse, "include_last_offset": include_last_offset, "padding_idx": padding_idx,
    }  # fmt: skip
    return _make(run, cls, embeddings, freeze, settings)


def convert_sync_batchnorm(run: Run, cls: Class, module: Value, process_group: Value = None) -> Value:
    if not isinstance(module, ModuleInstance):
        return module
    converted = module
    if any(base.name == "_BatchNorm" for base in module.cls.mro):
        converted = _synchronised(run, module, process_group)
    seen: set[int] = set()
    for name, child in list(module.modules.items()):
        if isinstance(child, ModuleInstance) and id(child) not in seen:
            seen.add(id(child))
            converted.modules[name] = convert_sync_batchnorm(run, cls, child, process_group)
    return converted


def _synchronised(run: Run, norm: ModuleInstance, process_group: Value) -> ModuleInstance:
    """A SyncBatchNorm with the parameters and buffers of a BatchNorm."""
    names = ("num_features", "eps", "momentum", "affine", "track_running_stats")
    arguments = [attributes.get_attribute(run, norm, name) for name in names]
    bias = {"bias": own_parameters(norm).get("bias") is not None}
    made = calls.call(run, _sync_class(), [*arguments, process_group], bias)
    assert isinstance(made, ModuleInstance)
    made.place = norm.place
    made.incomplete = made.incomplete or norm.incomplete
    if norm.attributes["affine"] is not False:
        own_parameters(made).update(own_parameters(norm))
    made.buffers = dict(norm.buffers)
    made.training = norm.training
    if "qconfig" in norm.attributes:
        made.attributes["qconfig"] = norm.attributes["qconfig"]
    return made


def _sync_class() -> Any:
    from analyzer.evaluation.layers import layer_class

    return layer_class("torch.nn.SyncBatchNorm")


def _class_method(name: str, function: Any) -> ClassMethod:
    return ClassMethod(Native(name, function))


MEMBERS = Table({
    "torch.nn.Embedding.from_pretrained": _class_method("from_pretrained", embedding_from_pretrained),
    "torch.nn.EmbeddingBag.from_pretrained": _class_method("from_pretrained", bag_from_pretrained),
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm": _class_method("convert_sync_batchnorm", convert_sync_batchnorm),
})  # fmt: skip
