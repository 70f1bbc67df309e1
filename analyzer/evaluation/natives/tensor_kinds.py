"""What makes a tensor of one kind: nn.Buffer, and the constructors from before `dtype=`.

self.mask = nn.Buffer(torch.ones(3))      registers itself where it is assigned
torch.LongTensor([0, 1])                  -> [2] int64
torch.FloatTensor(3, 4)                   -> [3, 4] float32
"""

from __future__ import annotations

from analyzer.algebra.tensor import DType, TensorType
from analyzer.evaluation import operations
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.natives.registry import Table, native
from analyzer.evaluation.run import Run
from analyzer.evaluation.tensors import apply_named
from analyzer.evaluation.values import Native, Tensor, Unknown, Value


@native("torch.nn.Buffer", "torch.nn.parameter.Buffer")
def buffer(run: Run, data: Value = None, persistent: Value = True) -> Value:
    """A tensor with torch's own mark of one to be registered."""
    if isinstance(data, Unknown):
        result = Tensor(None, unknown=data, place=run.place)
    elif data is None:
        result = Tensor(TensorType((0,)), place=run.place)
    elif isinstance(data, Tensor):
        result = Tensor(data.type, values=data.values, unknown=data.unknown, place=run.place)
    else:
        raise raised(run, "AttributeError", f"{operations.type_name(data)} object has no attribute 'detach'")
    result.attributes = {"_is_buffer": True, "persistent": persistent}
    return result


def _constructor(name: str, dtype: DType) -> Native:
    """What is an instance of it depends on the device: no class, so that nothing is said of that."""

    def make(run: Run, *arguments: Value, **keywords: Value) -> Value:
        listed = bool(arguments) and isinstance(arguments[0], (list, tuple))
        return apply_named(run, "torch.tensor" if listed else "torch.empty", arguments, {"dtype": dtype})

    return Native(name, make)


KINDS = Table({
    f"torch.{name}": _constructor(name, dtype)
    for name, dtype in (
        ("FloatTensor", DType.float32), ("DoubleTensor", DType.float64), ("HalfTensor", DType.float16),
        ("LongTensor", DType.int64), ("IntTensor", DType.int32), ("ShortTensor", DType.int16),
        ("CharTensor", DType.int8), ("ByteTensor", DType.uint8), ("BoolTensor", DType.bool_),
    )
})  # fmt: skip
