"""typing: names that annotations are made of; subscripting them is harmless, and isinstance works where Python's does.

Optional[int]                      -> (int, NoneType)
class Block(nn.Module, Generic[T])  has nn.Module as its base
get_args(Literal["relu", "gelu"])   -> ("relu", "gelu")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyzer.evaluation import attributes
from analyzer.evaluation.exceptions import OBJECT
from analyzer.evaluation.natives.builtin_types import TYPES
from analyzer.evaluation.natives.collection_types import COLLECTIONS
from analyzer.evaluation.natives.registry import Table, natives
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, ClassMethod, Instance, Native, Value

_MODULES = ("typing", "typing_extensions")


def _marker(name: str, getitem: Value = None) -> Class:
    namespace = {} if getitem is None else {"__class_getitem__": ClassMethod(Native(f"typing.{name}", getitem))}
    return Class(name, (OBJECT,), namespace, module="typing")


def _alternatives(run: Run, cls: Class, index: Value) -> Value:
    return index if isinstance(index, tuple) else (index,)


def _or_none(run: Run, cls: Class, index: Value) -> Value:
    return (index, TYPES.values["builtins.NoneType"])


def _first(run: Run, cls: Class, index: Value) -> Value:
    return index[0] if isinstance(index, tuple) else index


def _literal(run: Run, cls: Class, index: Value) -> Value:
    alias = Instance(_ALIAS)
    alias.attributes.update({"__args__": index if isinstance(index, tuple) else (index,), "__origin__": cls})
    return alias


_ALIAS = _marker("_GenericAlias")


def _anything(run: Run, value: Value) -> Value:
    return True


ANY = Class("Any", (OBJECT,), {"__instance_check__": Native("Any", _anything)}, module="typing")


# ---------------------------------------------------------------- functions


def _cast(run: Run, kind: Value, value: Value) -> Value:
    return value


def _same(run: Run, value: Value = None, *more: Value, **keywords: Value) -> Value:
    return value


def _decorator(run: Run, *arguments: Value, **keywords: Value) -> Value:
    return Native("decorator", _same)


def _new_type(run: Run, name: Value, kind: Value) -> Value:
    return Native(str(name), _same)


def _variable(run: Run, cls: Class, name: Value = "", *constraints: Value, **keywords: Value) -> Value:
    variable = Instance(cls)
    variable.attributes["__name__"] = name
    for part in ("args", "kwargs"):
        variable.attributes[part] = None
    return variable


def _arguments(run: Run, kind: Value) -> Value:
    if isinstance(kind, Instance) and "__args__" in kind.attributes:
        return kind.attributes["__args__"]
    return kind if isinstance(kind, tuple) else run.unknown("the arguments of a type", plain=True)


def _origin(run: Run, kind: Value) -> Value:
    if isinstance(kind, Instance) and "__origin__" in kind.attributes:
        return kind.attributes["__origin__"]
    return natives()["typing.Union"] if isinstance(kind, tuple) else run.unknown("the origin of a type", plain=True)


def _hints(run: Run, *arguments: Value, **keywords: Value) -> Value:
    return run.unknown("the type hints of an object", plain=True)


def _runtime_checkable(run: Run, cls: Value) -> Value:
    """From here on, isinstance asks whether a value has all that the protocol names."""
    if not isinstance(cls, Class):
        return cls
    names = [name for name in cls.namespace if not name.startswith("__") or name in ("__call__", "__len__", "__iter__")]
    names.extend(name for name in cls.namespace.get("__annotations__", {}) if name not in names)

    def check(run: Run, value: Value) -> Value:
        answers = [attributes.has_attribute(run, value, name) for name in names]
        return False if False in answers else next((a for a in answers if a is not True), True)

    cls.namespace["__instance_check__"] = Native(cls.name, check)
    return cls


# ---------------------------------------------------------------- TypedDict


def _plain_dict(run: Run, cls: Class, *arguments: Value, **keywords: Value) -> Value:
    make = TYPES.values["builtins.dict"].native
    return make(run, cls, *arguments, **keywords)


def _typed_dict(run: Run, cls: Class, name: Value, fields: Value = None, **keywords: Value) -> Value:
    run.impure()
    return Class(str(name), (OBJECT,), {}, module="__main__", place=run.place, native=_plain_dict)


def _hook(run: Run, cls: Class) -> None:
    cls.native = _plain_dict


TYPED_DICT = Class(
    "TypedDict", (OBJECT,), {"__class_hook__": Native("TypedDict", _hook)}, module="typing", native=_typed_dict
)


# ---------------------------------------------------------------- the table


def _names() -> Mapping[str, Value]:
    builtin, collections = TYPES.values, COLLECTIONS.values
    found: dict[str, Value] = {
        "List": builtin["builtins.list"], "Dict": builtin["builtins.dict"], "Tuple": builtin["builtins.tuple"],
        "Set": builtin["builtins.set"], "FrozenSet": builtin["builtins.frozenset"], "Type": builtin["builtins.type"],
        "Text": builtin["builtins.str"], "OrderedDict": collections["collections.OrderedDict"],
        "DefaultDict": collections["collections.defaultdict"], "Counter": collections["collections.Counter"],
        "Deque": collections["collections.deque"], "ChainMap": collections["collections.ChainMap"],
        "Any": ANY, "AnyStr": _marker("AnyStr"), "TYPE_CHECKING": False, "TypedDict": TYPED_DICT,
        "Union": _marker("Union", _alternatives), "Optional": _marker("Optional", _or_none),
        "Annotated": _marker("Annotated", _first), "Literal": _marker("Literal", _literal),
        "Required": _marker("Required", _first), "NotRequired": _marker("NotRequired", _first),
    }  # fmt: skip
    found.update({name: _marker(name) for name in (
        "Generic", "Protocol", "Final", "ClassVar", "NoReturn", "Never", "Self", "LiteralString", "Concatenate",
        "TypeAlias", "TypeGuard", "TypeIs", "Unpack", "ReadOnly", "ContextManager", "AsyncContextManager", "Pattern",
        "Match", "IO", "TextIO", "BinaryIO", "SupportsInt", "SupportsFloat", "SupportsIndex", "SupportsAbs",
        "SupportsBytes", "SupportsComplex", "SupportsRound", "ForwardRef",
    )})  # fmt: skip
    found.update(
        {
            name: Class(name, (OBJECT,), {}, module="typing", native=_variable)
            for name in ("TypeVar", "ParamSpec", "TypeVarTuple")
        }
    )
    functions: dict[str, Callable[..., Value]] = {
        "cast": _cast, "overload": _same, "final": _same, "no_type_check": _same, "override": _same,
        "assert_type": _same, "reveal_type": _same, "dataclass_transform": _decorator, "deprecated": _decorator,
        "NewType": _new_type, "get_args": _arguments, "get_origin": _origin, "get_type_hints": _hints,
        "get_overloads": _hints, "runtime_checkable": _runtime_checkable, "runtime": _runtime_checkable,
        "is_typeddict": _hints,
    }  # fmt: skip
    found.update({name: Native(f"typing.{name}", function) for name, function in functions.items()})
    return found


TYPING = Table({f"{module}.{name}": value for name, value in _names().items() for module in _MODULES})
