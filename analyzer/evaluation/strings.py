"""Text: `str()`, `repr()` and formatting of abstract values.

text(run, [1, symbol("n")])              -> Unknown("the text of n")
format_value(run, 3.14159, "", ".2f")    -> "3.14"
"""

from __future__ import annotations

from analyzer.algebra.expression import Expr
from analyzer.algebra.rational import Rational
from analyzer.evaluation import attributes, operations
from analyzer.evaluation.exceptions import guarded
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Class, Function, Instance, ModuleInstance, Tensor, Unknown, Value

_PLAIN = (str, int, float, bool, complex, bytes, type(None))


def text(run: Run, value: Value, *, quoted: bool = False) -> str | Unknown:
    """`str(value)`, or `repr(value)` when quoted."""
    if isinstance(value, _PLAIN):
        if type(value) is int and value.bit_length() > 13_000:
            return run.unknown("the text of a giant integer", plain=True)
        return repr(value) if quoted else str(value)
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True)
    if isinstance(value, (Expr, Rational)):
        return run.unknown(f"the text of {value}", plain=True)
    if isinstance(value, Instance):
        return _instance_text(run, value, quoted)
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [text(run, item, quoted=True) for item in value]
        unknown = next((part for part in parts if isinstance(part, Unknown)), None)
        if unknown is not None:
            return unknown
        joined = ", ".join(str(part) for part in parts)
        run.check_size(len(joined))
        if isinstance(value, tuple):
            return f"({joined},)" if len(parts) == 1 else f"({joined})"
        return f"[{joined}]" if isinstance(value, list) else f"{{{joined}}}"
    if isinstance(value, dict):
        pairs = []
        for key, item in value.items():
            one, two = text(run, key, quoted=True), text(run, item, quoted=True)
            if isinstance(one, Unknown) or isinstance(two, Unknown):
                return one if isinstance(one, Unknown) else two
            pairs.append(f"{one}: {two}")
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Class):
        return f"<class '{value.module}.{value.qualified_name}'>"
    if isinstance(value, Function):
        return run.unknown("the text of a function", plain=True)
    if isinstance(value, Tensor):
        return run.unknown("the text of a tensor", plain=True)
    if type(value).__module__ in ("analyzer.algebra.dtype", "analyzer.algebra.tensor"):
        return f"torch.{value}"
    if type(value).__module__ == "pathlib":
        return str(value)
    return run.unknown(f"the text of a {type(value).__name__}", plain=True)


def _instance_text(run: Run, value: Instance, quoted: bool) -> str | Unknown:
    for name in ("__repr__",) if quoted else ("__str__", "__repr__"):
        if attributes.has_special(value, name):
            result = attributes.call_special(run, value, name)
            return result if isinstance(result, (str, Unknown)) else run.unknown("a text that is no str", plain=True)
    if value.cls.is_exception:
        arguments = value.attributes.get("args", ())
        return text(run, arguments[0]) if isinstance(arguments, tuple) and len(arguments) == 1 else str(value.cls.name)
    if value.cls.lookup("_member_map_") is not None:
        return f"{value.cls.name}.{value.attributes.get('name')}"
    if value.payload is not None:
        return text(run, value.payload, quoted=quoted)
    if isinstance(value, ModuleInstance):
        return run.unknown("the text of a module", plain=True)
    return run.unknown("the text of an object, which holds its address", plain=True)


def format_value(run: Run, value: Value, conversion: str, spec: Value) -> str | Unknown:
    """One replacement field: `{value!conversion:spec}`."""
    if isinstance(spec, Unknown):
        return spec
    if isinstance(value, Unknown):
        return Unknown(value.reason, value.place, plain=True)
    if conversion or not spec:
        converted = text(run, value, quoted=conversion in ("r", "a"))
        if isinstance(converted, Unknown) or not spec:
            return converted
        value = converted
    operations.check_format(run, spec)
    if isinstance(value, Instance) and attributes.has_special(value, "__format__"):
        result = attributes.call_special(run, value, "__format__", spec)
        return result if isinstance(result, (str, Unknown)) else run.unknown("a text that is no str", plain=True)
    value = operations.payload(value)
    if isinstance(value, _PLAIN):
        return str(guarded(run, format, value, spec))
    return run.unknown("the formatted text of a value", plain=True)
