"""Operators on abstract tensors: the rule gives the shape, the elements are kept where they are few and known.

apply_named(run, "Tensor.__add__", (Tensor([8, 1]), Tensor([3])), {})    -> Tensor([8, 3])
tensor_attribute(run, x, "shape")                                        -> (8, 1)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import Expr, TooComplex, pinned
from analyzer.algebra.rational import Inexact, Rational
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.evaluation import arrays, attributes, calls, natives
from analyzer.evaluation.assumptions import prove
from analyzer.evaluation.exceptions import MISFITS, misfit, raised
from analyzer.evaluation.forward import missed, unknown_among
from analyzer.evaluation.natives import registry
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Bound, Class, Instance, Native, Tensor, Unknown, Value
from analyzer.knowledge.keywords import fitted, takes_out, written
from analyzer.knowledge.operator import DataDependent, OperatorSpec, operators


def apply_named(run: Run, name: str, arguments: Sequence[Value], keywords: dict[str, Value]) -> Value:
    """Apply the operator of that name; one that is not known gives an Unknown that says so."""
    spec = operators().get(name)
    if spec is None:
        return unknown_operator(run, name)
    return apply(run, name, spec, list(arguments), keywords)


def unknown_operator(run: Run, name: str) -> Unknown:
    """No entry of knowledge goes by that name."""
    if run.recorder is not None:
        run.recorder.unknown_operators[name] = run.recorder.unknown_operators.get(name, 0) + 1
    return missed(run, run.unknown(f"the operator {name} is not known", plain=True))


def apply(run: Run, name: str, spec: OperatorSpec, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """Apply an operator's rule; Refused where torch would raise."""
    run.allowance.check_time(run.place)
    for argument in arguments:
        if isinstance(argument, (list, tuple)):
            run.check_parts(argument)
    unknown = unknown_among(arguments, keywords)
    if unknown is not None:
        stand_in = _with_known_scalars(name, arguments)
        if stand_in is None:
            return missed(run, unknown)
        arguments = stand_in
    if name in ("torch.unique", "Tensor.unique"):
        distinct = _unique(arguments, keywords)
        if distinct is not None:
            return distinct
    keywords = fitted(name, spec.rule, keywords) if keywords else keywords
    out = keywords.pop("out", None) if keywords and takes_out(spec.names) else None
    inputs, named = rule_arguments(arguments, keywords)
    prove(run, (*inputs, *named.values()))
    try:
        output = spec.rule(*inputs, **named)
        if out is not None:
            output = written(name, output, _rule_argument(out))
        macs = spec.macs(output, *inputs, **named)
    except (DataDependent, Inexact, TooComplex) as error:
        return missed(run, run.unknown(str(error), plain=True))
    except TypeError as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise raised(run, "TypeError", f"{name}: {error}") from None
        return missed(run, run.unknown(misfit(name, error)))
    except MISFITS as error:
        return missed(run, run.unknown(misfit(name, error)))
    result, tensors = result_tensor(output)
    if arrays.COMPUTED.get(name) is not None and tensors:
        arrays.compute(name, arguments, keywords, result)
    if isinstance(result, Tensor) and arguments and _works_in_place(name, keywords):
        result = in_place(arguments[0], result)
        tensors = [result]
        macs = 0  # as FlopCounterMode has it, which knows addmm and not addmm_
    if out is not None:
        result = _kept(out, result)
        tensors = list(tensors_in((result,)))
    if run.recorder is not None:
        given = list(tensors_in((*arguments, *keywords.values())))
        run.recorder.equation(name, given, tensors, macs, run.place, arguments=inputs, keywords=named)
    return result


def _unique(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """The one operator whose shape known elements decide; None where they are not known."""
    found = arrays.unique(arguments[0], **keywords) if len(arguments) == 1 else None
    if found is None:
        return None
    kinds = (arguments[0].type.dtype, DType.int64)
    results = [
        Tensor(TensorType((len(values),), dtype), values=values) for values, dtype in zip(found, kinds, strict=False)
    ]
    return results[0] if len(results) == 1 else tuple(results)


def _with_known_scalars(name: str, arguments: list[Value]) -> list[Value] | None:
    """Elementwise arithmetic with a number that is not known has the shape that any number would give."""
    if name not in _SCALAR_ARITHMETIC or not any(isinstance(a, Tensor) and a.type is not None for a in arguments):
        return None
    if all(isinstance(a, Tensor | int | float | Expr) or (isinstance(a, Unknown) and a.scalar) for a in arguments):
        return [1.5 if isinstance(a, Unknown) else a for a in arguments]
    return None


_SCALAR_ARITHMETIC = frozenset(
    f"Tensor.__{prefix}{name}__" for prefix in ("", "r") for name in ("add", "sub", "mul", "truediv", "pow")
) | {"torch.mul", "torch.add", "torch.div", "Tensor.mul", "Tensor.add", "Tensor.div", "Tensor.mul_", "Tensor.div_"}


def _works_in_place(name: str, keywords: dict[str, Value]) -> bool:
    """`x.add_(y)`, `x += y` and `F.relu(x, inplace=True)` write to their first argument and return it."""
    if name.endswith("__"):
        return name in _AUGMENTED
    return name.endswith("_") or keywords.get("inplace") is True


_AUGMENTED = frozenset(
    f"Tensor.__i{name}__"
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")
)


def in_place(target: Value, result: Tensor) -> Tensor:
    """What stands where `result` was written to `target`: the same tensor, as it is now."""
    if isinstance(target, Tensor):
        if not target.is_parameter:
            target.type = result.type
        target.values = result.values
        return target
    return result


def _kept(out: Value, result: Value) -> Value:
    """The tensors of `out` in place of a result's, as they are now."""
    if isinstance(result, Tensor):
        return in_place(out, result)
    for target, one in zip(out, result, strict=True):
        in_place(target, one)
    return result


def tensors_in(values: Sequence[Value]) -> Iterator[Tensor]:
    """The tensors among values, lists, tuples and dicts looked into."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors_in(value)
        elif isinstance(value, dict):
            yield from tensors_in(tuple(value.values()))


def rule_arguments(arguments: Sequence[Value], keywords: dict[str, Value]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments as rules take them: tensors as TensorType, enum members as their plain values."""
    return [_rule_argument(a) for a in arguments], {name: _rule_argument(a) for name, a in keywords.items()}


def _rule_argument(value: Value) -> Any:
    kind = type(value)
    if kind is Tensor:
        return value.type
    if kind is tuple:
        return tuple([_rule_argument(item) for item in value])
    if kind is list:
        return [_rule_argument(item) for item in value]
    if kind is slice:
        return slice(_index(value.start), _index(value.stop), _index(value.step))
    if isinstance(value, Instance) and value.payload is not None:
        return value.payload
    return value


def _index(value: Value) -> Any:
    if isinstance(value, Tensor) and value.values is not None and len(value.values) == 1:
        return value.values[0]
    return _rule_argument(value)


def result_tensor(output: Any) -> tuple[Value, list[Tensor]]:
    """Tensors in place of the TensorTypes of a rule's output, and all of them in order."""
    found: list[Tensor] = []

    def wrap(value: Any) -> Value:
        if isinstance(value, TensorType):
            tensor = Tensor(value)
            found.append(tensor)
            return tensor
        if type(value) is list:
            return [wrap(item) for item in value]
        if isinstance(value, tuple):
            items = [wrap(item) for item in value]
            return (
                tuple(items)
                if type(value) is tuple
                else type(value)._make(items)
                if hasattr(value, "_make")
                else _named(value, items)
            )
        if isinstance(value, dict):
            return {key: wrap(item) for key, item in value.items()}
        return pinned(value) if type(value) is Expr else value

    return wrap(output), found


def _named(value: Any, items: list[Value]) -> Value:
    from analyzer.knowledge.operator import named

    return named(value.fields, items)


MOST_ROWS = 10_000
"""Of a tensor that is walked."""


def rows(run: Run, tensor: Tensor) -> Iterator[Value]:
    """Iterating over a tensor: its slices along the first dimension."""
    from analyzer.evaluation.iteration import Untraversable

    if tensor.type is None:
        raise Untraversable(tensor.unknown or run.unknown("a tensor whose shape is not known", plain=True))
    if not tensor.type.shape:
        raise raised(run, "TypeError", "iteration over a 0-d tensor")
    length = pinned(tensor.type.shape[0])
    if not isinstance(length, int) or length > MOST_ROWS:
        raise Untraversable(run.unknown(f"a tensor of {length} rows is walked", plain=True))
    for index in range(length):
        run.step()
        yield apply_named(run, "Tensor.__getitem__", (tensor, index), {})


def tensor_attribute(run: Run, tensor: Tensor, name: str) -> Value:
    """`tensor.name`"""
    if tensor.attributes is not None and name in tensor.attributes:
        return tensor.attributes[name]
    if name in _ATTRIBUTES:
        return _ATTRIBUTES[name](run, tensor)
    if tensor.cls is not None and tensor.cls.lookup(name) is not None:
        found = tensor.cls.lookup(name)
        assert found is not None
        return attributes.bind(run, found[1], tensor, tensor.cls)
    native = registry.natives().get(f"torch.Tensor.{name}")
    if native is not None:
        return Bound(native, tensor)
    spec = operators().get(f"Tensor.{name}")
    if spec is None:
        return (
            Native(name, lambda run, *a, **k: unknown_operator(run, f"Tensor.{name}"))
            if name in _LATER
            else _missing(run, name)
        )
    return Native(name, lambda run, *more, **keywords: apply(run, f"Tensor.{name}", spec, [tensor, *more], keywords))


_LATER: frozenset[str] = frozenset()


def _missing(run: Run, name: str) -> Value:
    if name.startswith("__"):
        raise raised(run, "AttributeError", f"'Tensor' object has no attribute '{name}'")
    return unknown_operator(run, f"Tensor.{name}")


def _shape(run: Run, tensor: Tensor) -> Value:
    if tensor.type is None:
        return tensor.unknown or run.unknown("a tensor whose shape is not known", plain=True)
    return natives.size(tuple(map(pinned, tensor.type.shape)))


def _property(name: str) -> Any:
    return lambda run, tensor: apply_named(run, f"Tensor.{name}", (tensor,), {})


_ATTRIBUTES: dict[str, Any] = {
    "shape": _shape,
    "dtype": lambda run, t: t.type.dtype if t.type is not None else run.unknown("the dtype of a tensor", plain=True),
    "device": lambda run, t: natives.device("cpu"),
    "ndim": lambda run, t: len(t.type.shape) if t.type is not None else run.unknown("the rank of a tensor", plain=True),
    "requires_grad": lambda run, t: t.requires_grad,
    "grad": lambda run, t: None,
    "grad_fn": lambda run, t: None,
    "is_leaf": lambda run, t: True,
    "is_cuda": lambda run, t: False,
    "is_meta": lambda run, t: False,
    "is_sparse": lambda run, t: False,
    "is_quantized": lambda run, t: False,
    "is_nested": lambda run, t: False,
    "data": lambda run, t: t,
    "__class__": lambda run, t: natives.class_of(t),
    "__dict__": lambda run, t: t.attributes or {},
    "layout": lambda run, t: run.unknown("the layout of a tensor", plain=True),
    "names": lambda run, t: (None,) * (len(t.type.shape) if t.type else 0),
    "itemsize": lambda run, t: t.type.dtype.itemsize if t.type else 4,
    "T": _property("T"), "mT": _property("mT"), "H": _property("H"), "mH": _property("mH"),
    "real": _property("real"), "imag": _property("imag"), "nbytes": _property("nbytes"),
}  # fmt: skip


def call_tensor_method(
    run: Run, tensor: Tensor, name: str, arguments: list[Value], keywords: dict[str, Value]
) -> Value:
    """`tensor.name(*arguments, **keywords)`"""
    if tensor.cls is None and tensor.attributes is None and f"torch.Tensor.{name}" not in registry.natives():
        spec = operators().get(f"Tensor.{name}")
        if spec is not None:
            return apply(run, f"Tensor.{name}", spec, [tensor, *arguments], keywords)
    return calls.call(run, tensor_attribute(run, tensor, name), arguments, keywords)


def set_tensor_attribute(run: Run, tensor: Tensor, name: str, value: Value) -> None:
    """`tensor.name = value`"""
    if name == "requires_grad":
        if isinstance(value, Unknown):
            run.lose(value)
        else:
            tensor.requires_grad = bool(value)
    elif name == "data":
        if isinstance(value, Tensor):
            tensor.type, tensor.values, tensor.unknown = value.type, value.values, value.unknown
        elif isinstance(value, Unknown):
            run.lose(value)
    elif name != "grad":
        if tensor.attributes is None:
            tensor.attributes = {}
        tensor.attributes[name] = value


__all__ = ["Class", "DType", "Rational", "Refused", "apply", "apply_named", "call_tensor_method", "tensor_attribute"]
