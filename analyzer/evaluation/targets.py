"""What there is to weigh in a file: instances, factories, classes, or an expression evaluated among its names.

[target.name for target in targets_in(session, namespace, module)]    -> ["model", "resnet18", "ResNet"]
symbolic_arguments(cls, assume={})     -> {"in_channels": symbol("in_channels"), "block": Unknown(...)}
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from analyzer.algebra.expression import symbol
from analyzer.evaluation import attributes, bodies, calls
from analyzer.evaluation.assumptions import ARGUMENT, held
from analyzer.evaluation.classes import annotation_text
from analyzer.evaluation.expressions import compile_expression
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.imports import Session
from analyzer.evaluation.iteration import Untraversable
from analyzer.evaluation.regions import bound_names
from analyzer.evaluation.run import Run
from analyzer.evaluation.uses import is_plain
from analyzer.evaluation.values import (
    Class,
    Function,
    ModuleInstance,
    Namespace,
    Native,
    Place,
    Unknown,
    Value,
)
from analyzer.knowledge.layer import LayerSpec
from analyzer.syntax import ir
from analyzer.syntax.walking import walk


@dataclass(frozen=True, slots=True)
class Target:
    """Something that gives a module when `make` is run; `symbols` are the arguments that have no default."""

    name: str
    kind: Literal["instance", "factory", "class", "expression"]
    place: Place
    make: Callable[[Run], Value]
    symbols: Mapping[str, Place] = field(default_factory=dict)
    registered_name: str | None = None
    otherwise: Callable[[Run], Value] | None = None
    """Makes it without taking any argument for a number; for when `make` raises on every path."""


Assume = Mapping[str, Any]


def targets_in(session: Session, namespace: Namespace, module: ir.Module, assume: Assume) -> list[Target]:
    """Every target that a file itself defines, in source order."""
    found: list[Target] = []
    for statement in _top_level(module.body):
        place = Place(namespace.file, statement.span)
        for name in _names(statement):
            value = namespace.names.get(name)
            target = _target(session, name, value, place, statement, assume)
            if isinstance(value, Unknown) and bodies.builds(statement, namespace):
                target = Target(name, "instance", place, _given(value))
            if target is not None and not any(other.name == name for other in found):
                found.append(target)
    for body_of, name, place, make in bodies.instances_in(namespace, module):
        taken = {target.name for target in found}
        found.append(Target(name if name not in taken else f"{body_of}.{name}", "instance", place, make))
    return found


def _top_level(body: tuple[Any, ...]) -> Iterator[Any]:
    for statement in body:
        match statement:
            case ir.If(body=inner, orelse=orelse):
                yield from _top_level(inner)
                yield from _top_level(orelse)
            case ir.Try(body=inner, handlers=handlers, orelse=orelse):
                yield from _top_level(inner)
                yield from _top_level(orelse)
                for handler in handlers:
                    yield from _top_level(handler.body)
            case ir.With(body=inner):
                yield from _top_level(inner)
            case _:
                yield statement


def _names(statement: Any) -> list[str]:
    if isinstance(statement, (ir.Function, ir.Class)):
        return [statement.name]
    if isinstance(statement, (ir.Assign, ir.Annotate)):
        return sorted(bound_names(statement))
    return []


def _target(session: Session, name: str, value: Value, place: Place, statement: Any, assume: Assume) -> Target | None:
    if isinstance(value, ModuleInstance) and not isinstance(statement, (ir.Function, ir.Class)):
        return Target(name, "instance", place, lambda run: value)
    if isinstance(value, Class) and isinstance(statement, ir.Class):
        if value.is_module or (value.unknown_base is not None and value.lookup("forward") is not None):
            return class_target(name, value, place, assume)
        return None
    if isinstance(statement, ir.Function) and is_factory(statement):
        return Target(name, "factory", place, _call(value, _bound(value, assume), place))
    return None


def _given(value: Value) -> Callable[[Run], Value]:
    return lambda run: value


def _call(function: Value, keywords: Mapping[str, Value], place: Place) -> Callable[[Run], Value]:
    """Calls it as if the call stood where it is defined."""

    def make(run: Run) -> Value:
        run.place = place
        return calls.call(run, function, [], dict(keywords))

    return make


def is_factory(node: ir.Function) -> bool:
    """Whether a function may give a module when called without arguments."""
    required = any(
        p.default is None and p.kind in ("positional_only", "positional", "keyword_only")
        for p in node.parameters.parameters
    )
    return not required and not node.is_async and not node.scope.is_generator and _returns_value(node.body)


def _returns_value(body: tuple[Any, ...]) -> bool:
    return any(
        isinstance(node, ir.Return) and node.value is not None and not isinstance(node.value, (ir.Constant, ir.Compare))
        for node in walk(body)
    )


def _bound(value: Value, assume: Assume) -> dict[str, Value]:
    if not isinstance(value, Function) or not assume:
        return {}
    names = (*value.code.positional, *value.code.keyword_only)
    return {name: assume[name] for name in names if name in assume and name not in value.code.positional_only}


def class_target(name: str, cls: Class, place: Place, assume: Assume) -> Target:
    """A class: instantiated with its defaults, a symbol for each argument that has none."""
    arguments, assumed = symbolic_arguments(cls, assume)
    symbols = {key: _parameter_place(cls, key, place) for key in arguments if key not in assume}
    guess, call = dict(arguments), _call(cls, arguments, place)

    def make(run: Run) -> Value:
        run.assumes = True
        run.given = assume
        run.assumed.update({guess[key]: unknown for key, unknown in assumed.items()})
        value = call(run)
        if isinstance(value, ModuleInstance):
            held(run, value)
        return value

    otherwise = _call(cls, {**arguments, **assumed}, place)
    return Target(name, "class", place, make, symbols, otherwise=otherwise)


def _parameter_place(cls: Class, name: str, place: Place) -> Place:
    """Where `__init__` declares an argument."""
    found = cls.lookup("__init__")
    if found is None or not isinstance(found[1], Function):
        return place
    code = found[1].code
    return next((Place(code.place.file, p.span) for p in code.node.parameters.parameters if p.name == name), place)


def symbolic_arguments(cls: Class, assume: Assume) -> tuple[dict[str, Value], dict[str, Unknown]]:
    """A value for each argument of `__init__` that is required or assumed; and what those are that may be no number."""
    found = cls.lookup("__init__")
    if found is None or not isinstance(found[1], Function):
        return _sizes(cls, assume), {}
    code = found[1].code
    arguments: dict[str, Value] = {}
    assumed: dict[str, Unknown] = {}
    for parameter in code.node.parameters.parameters[1:]:
        if parameter.kind in ("var_positional", "var_keyword"):
            continue
        if parameter.name in assume:
            arguments[parameter.name] = assume[parameter.name]
        elif parameter.default is None:
            place = Place(code.place.file, parameter.span)
            value, unknown = _argument(parameter, code.node.body, place, found[1].namespace.names)
            arguments[parameter.name] = value
            if unknown is not None:
                assumed[parameter.name] = unknown
    return arguments, assumed


def _sizes(cls: Class, assume: Assume) -> dict[str, Value]:
    """The required arguments of a layer of torch that a class leaves as they are; all of them are sizes."""
    spec = next((base.spec for base in cls.mro if base.spec is not None), None)
    if spec is None or any("__init__" in base.namespace for base in cls.mro[: _position(cls, spec)]):
        return {}
    required = (p for p in inspect.signature(spec.configure).parameters.values() if p.default is p.empty)
    names = [p.name for p in required if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return {name: assume.get(name, symbol(name)) for name in names}


def _position(cls: Class, spec: LayerSpec) -> int:
    return next(index for index, base in enumerate(cls.mro) if base.spec is spec)


def _names_data(annotation: str, names: Mapping[str, Value]) -> bool:
    """Whether a type is a class of the program that is no module: a configuration."""
    cls = names.get(annotation)
    return isinstance(cls, Class) and not cls.is_module and cls.unknown_base is None


def _argument(
    parameter: ir.Parameter, body: tuple[Any, ...], place: Place, names: Mapping[str, Value]
) -> tuple[Value, Unknown | None]:
    """What an argument is taken for, and what it is otherwise where that is not certain."""
    name = parameter.name
    annotation = "" if parameter.annotation is None else annotation_text(parameter.annotation)
    if annotation == "int":
        return symbol(name), None
    if annotation == "bool":
        return symbol(name, lower=0, upper=1), None
    reason = f"argument '{name}' has no default" + (f" (it is a {annotation})" if annotation else "")
    plain = is_plain(annotation) or _names_data(annotation, names)
    unknown = Unknown(reason, place, key=f"{ARGUMENT}{name}", scalar=annotation == "float", plain=plain)
    return (symbol(name), unknown) if not annotation and _used_as_number(name, body) else (unknown, None)


def _used_as_number(name: str, body: tuple[Any, ...]) -> bool:
    """Whether nothing in the body uses the name as a function, a sequence, a mapping or an object."""
    for node in walk(body):
        match node:
            case ir.Call(function=ir.Name(name=used)) if used == name:
                return False
            case ir.Call(
                function=ir.Name(name="len" | "enumerate" | "zip" | "list" | "tuple" | "sum" | "iter"), arguments=given
            ):
                if any(isinstance(a.value, ir.Name) and a.value.name == name for a in given):
                    return False
            case ir.Attribute(value=ir.Name(name=used)) | ir.Subscript(value=ir.Name(name=used)) if used == name:
                return False
            case ir.For(iterable=ir.Name(name=used)) | ir.Generator(iterable=ir.Name(name=used)) if used == name:
                return False
            case ir.Argument(value=ir.Name(name=used), star="*" | "**") if used == name:
                return False
            case ir.Starred(value=ir.Name(name=used)) if used == name:
                return False
            case ir.Compare(left=ir.Name(name=used), comparators=(ir.Constant(kind="str"),)) if used == name:
                return False
    return True


def expression_target(namespace: Namespace, expression: Any, text: str) -> Target:
    """An expression of the command line, evaluated among the file's names."""
    place = Place("<command line>", expression.span)
    evaluate = compile_expression(expression, Scope("module", "<command line>"))

    def make(run: Run) -> Value:
        run.place = place
        try:
            return evaluate(Frame(run, namespace, namespace.names))
        except Untraversable as error:
            return error.unknown

    return Target(text, "expression", place, make)


def registered_names(session: Session) -> dict[int, str]:
    """The names under which registries (module-level dicts) hold functions, by identity of the function."""
    found: dict[int, list[str]] = {}
    for namespace in session.by_path.values():
        for value in namespace.names.values():
            if type(value) is dict:
                for key, held in value.items():
                    if isinstance(key, str) and isinstance(held, (Function, Native)):
                        found.setdefault(id(held), []).append(key)
    return {identity: names[0] for identity, names in found.items() if len(set(names)) == 1}


__all__ = ["Target", "attributes", "expression_target", "is_factory", "registered_names", "targets_in"]
