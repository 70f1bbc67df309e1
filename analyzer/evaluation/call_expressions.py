"""Calls made into closures: functions, methods, `super()`, and arguments with `*` and `**`.

evaluate = compile_call(Call(Name("f"), (Argument(Constant(3)),)), scope)
evaluate(frame)      calls what `f` is bound to with 3
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import attributes, calls, expressions, iteration, natives, operations
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.rounds import Repetition, spread
from analyzer.evaluation.values import Place, Unknown, Value
from analyzer.syntax import ir

Evaluator = Callable[[Frame], Value]


def compile_call(node: ir.Call, scope: Scope) -> Evaluator:
    """The closure for a call."""
    place = Place(scope.file, node.span)
    plain = all(not a.star and a.keyword is None for a in node.arguments)
    simple = all(not a.star for a in node.arguments)
    positional = tuple(
        expressions.compile_expression(a.value, scope) for a in node.arguments if not a.star and a.keyword is None
    )
    keywords = tuple(
        (a.keyword, expressions.compile_expression(a.value, scope)) for a in node.arguments if a.keyword is not None
    )
    gather = None if simple else _gather(node.arguments, scope)
    if isinstance(node.function, ir.Name) and node.function.name == "super" and not node.arguments:
        return calls.zero_argument_super
    if isinstance(node.function, ir.Attribute):
        return _method_call(node.function, scope, place, positional, keywords, gather)
    function = expressions.compile_expression(node.function, scope)
    call = calls.call
    if isinstance(node.function, ir.Name) and node.function.name in ("locals", "globals", "vars", "eval", "exec"):
        return _frame_call(node.function.name, function, positional, place)

    if plain and isinstance(node.function, ir.Name) and node.function.name == "isinstance" and len(positional) == 2:
        return _instance_check(function, positional[0], positional[1], place)
    if plain:

        def call_plain(frame: Frame) -> Value:
            target = function(frame)
            arguments = [argument(frame) for argument in positional]
            frame.run.place = place
            return call(frame.run, target, arguments, {})

        return call_plain

    def call_any(frame: Frame) -> Value:
        target = function(frame)
        if gather is None:
            arguments: Any = [argument(frame) for argument in positional]
            named: Any = {keyword: value(frame) for keyword, value in keywords}
        else:
            arguments, named = gather(frame)
            if not isinstance(arguments, Unknown):
                arguments = spread(target, arguments) or arguments
            if isinstance(arguments, Unknown):
                frame.run.place = place
                return calls.call_with_unknown_arguments(frame.run, target, arguments)
        frame.run.place = place
        return call(frame.run, target, arguments, named)

    return call_any


def _instance_check(function: Evaluator, value: Evaluator, kind: Evaluator, place: Place) -> Evaluator:
    """`isinstance(value, kind)`, which is asked all the time."""
    check = natives.attribute("builtins.isinstance")
    assert check is not None
    known = check.value

    def is_instance(frame: Frame) -> Value:
        target, run = function(frame), frame.run
        one, cls = value(frame), kind(frame)
        run.place = place
        if target is known:
            return attributes.is_instance(run, one, cls)
        return calls.call(run, target, [one, cls], {})

    return is_instance


def _method_call(
    function: ir.Attribute,
    scope: Scope,
    place: Place,
    positional: tuple[Evaluator, ...],
    keywords: tuple[tuple[str, Evaluator], ...],
    gather: Callable[[Frame], tuple[Any, Any]] | None,
) -> Evaluator:
    owner = expressions.compile_expression(function.value, scope)
    name = function.name
    call_method = attributes.call_method

    def call_it(frame: Frame) -> Value:
        target = owner(frame)
        if gather is None:
            arguments: Any = [argument(frame) for argument in positional]
            named: Any = {keyword: value(frame) for keyword, value in keywords} if keywords else {}
        else:
            arguments, named = gather(frame)
            if isinstance(arguments, Unknown) or any(type(argument) is Repetition for argument in arguments):
                frame.run.place = place
                bound = attributes.get_attribute(frame.run, target, name)
                unknown = arguments if isinstance(arguments, Unknown) else spread(bound, arguments)
                if unknown is None:
                    return calls.call(frame.run, bound, arguments, named)
                arguments = unknown
                return calls.call_with_unknown_arguments(frame.run, bound, arguments)
        frame.run.place = place
        return call_method(frame.run, target, name, arguments, named)

    return call_it


def _frame_call(name: str, function: Evaluator, positional: tuple[Evaluator, ...], place: Place) -> Evaluator:
    def call_it(frame: Frame) -> Value:
        frame.run.place = place
        arguments = [argument(frame) for argument in positional]
        if name == "globals":
            return frame.namespace.names
        if name == "locals" or (name == "vars" and not arguments):
            return dict(frame.names)
        if name in ("eval", "exec"):
            return frame.run.unknown(f"{name}() is never followed")
        return calls.call(frame.run, function(frame), arguments, {})

    return call_it


def _gather(arguments: tuple[ir.Argument, ...], scope: Scope) -> Callable[[Frame], tuple[Any, Any]]:
    parts = [(a.star, a.keyword, expressions.compile_expression(a.value, scope)) for a in arguments]

    def gather(frame: Frame) -> tuple[Any, Any]:
        positional: list[Value] = []
        named: dict[str, Value] = {}
        for star, keyword, evaluate in parts:
            value = evaluate(frame)
            if star == "*":
                if isinstance(value, Unknown):
                    return value, None
                if type(value) is Repetition:
                    positional.append(value)
                else:
                    positional.extend(frame.run.paid(iteration.iterate(frame.run, value)))
            elif star == "**":
                value = operations.payload(value)
                if isinstance(value, Unknown):
                    return value, None
                if not isinstance(value, dict):
                    value = iteration.mapping_of(frame.run, value)
                for key, item in value.items():
                    if not isinstance(key, str):
                        raise raised(frame.run, "TypeError", "keywords must be strings")
                    if key in named:
                        raise raised(frame.run, "TypeError", f"got multiple values for keyword argument '{key}'")
                    named[key] = item
            elif keyword is not None:
                if keyword in named:
                    raise raised(frame.run, "TypeError", f"got multiple values for keyword argument '{keyword}'")
                named[keyword] = value
            else:
                positional.append(value)
        return positional, named

    return gather
