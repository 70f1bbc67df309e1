"""Models that are built inside of a function's body or under the guard of a script.

    if __name__ == "__main__":
        net = Net(3, width=args.width).to(device)       instances_in(...) gives ("__main__", "net", place, make)

`make` runs the whole body and gives what the name is bound to at its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from analyzer.algebra.tensor import Refused
from analyzer.evaluation.expressions import Unsupported
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.iteration import Untraversable
from analyzer.evaluation.regions import bound_names
from analyzer.evaluation.run import Run
from analyzer.evaluation.statements import compile_block
from analyzer.evaluation.values import (
    Class,
    Function,
    ModuleInstance,
    Namespace,
    NativeModule,
    Place,
    Raised,
    Unknown,
    Value,
)
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

Found = tuple[str, str, Place, Callable[[Run], Value]]

KEEPING = frozenset(
    {"to", "cuda", "cpu", "train", "eval", "half", "float", "double", "bfloat16", "requires_grad_", "apply"}
)
"""Methods of a module that give the module itself."""


def instances_in(namespace: Namespace, module: ir.Module) -> Iterator[Found]:
    """Name of the body, name of the variable, place of its binding, and how to get at its value."""
    for statement in module.body:
        if isinstance(statement, ir.If) and _is_guard(statement.test):
            for name, place in _candidates(statement.body, namespace, set()):
                yield "__main__", name, place, _guarded(namespace, statement.body, name)
        elif isinstance(statement, ir.Function):
            function = namespace.names.get(statement.name)
            if isinstance(function, Function) and function.code.node is statement and not statement.scope.is_generator:
                own = set(statement.scope.locals)
                for name, place in _candidates(statement.body, namespace, own):
                    if name not in _returned(statement.body):
                        yield statement.name, name, place, _called(function, name)


def _is_guard(test: Any) -> bool:
    match test:
        case ir.Compare(left=ir.Name(name="__name__"), operators=("==",), comparators=(ir.Constant(value="__main__"),)):
            return True
    return False


def _candidates(body: tuple[Any, ...], namespace: Namespace, own: set[str]) -> Iterator[tuple[str, Place]]:
    """Names that the body binds to a call of a module class, or of a function that may give a module."""
    seen: set[str] = set()
    for node in walk(body):
        match node:
            case ir.Assign(targets=(ir.Name(name=name),), value=value) if name not in seen:
                if _may_build(value, namespace, own):
                    seen.add(name)
                    yield name, Place(namespace.file, node.span)


def builds(statement: Any, namespace: Namespace) -> bool:
    """Whether a statement binds one name to a call that gives a module where it does not fail."""
    match statement:
        case ir.Assign(targets=(ir.Name(),), value=value) | ir.Annotate(target=ir.Name(), value=value):
            return _may_build(value, namespace, set())
    return False


def _may_build(value: Any, namespace: Namespace, own: set[str]) -> bool:
    while isinstance(value, ir.Call) and isinstance(value.function, ir.Attribute) and value.function.name in KEEPING:
        value = value.function.value
    if not isinstance(value, ir.Call):
        return False
    target = _static_value(value.function, namespace, own)
    if isinstance(target, Class):
        return target.is_module
    if not isinstance(target, Function) or target.code.is_generator:
        return False
    returns = target.code.returns
    if isinstance(returns, ir.Name):
        declared = target.namespace.names.get(returns.name)
        return isinstance(declared, Class) and declared.is_module
    return False


def _static_value(node: Any, namespace: Namespace, own: set[str]) -> Value:
    """What a dotted name stands for among a module's globals, without running anything."""
    if isinstance(node, ir.Name):
        return None if node.name in own else namespace.names.get(node.name)
    if isinstance(node, ir.Attribute):
        owner = _static_value(node.value, namespace, own)
        if isinstance(owner, Namespace):
            return owner.names.get(node.name)
        if isinstance(owner, NativeModule):
            from analyzer.evaluation import natives

            found = natives.attribute(f"{owner.name}.{node.name}")
            return None if found is None else found.value
    return None


def _returned(body: tuple[Any, ...]) -> set[str]:
    """Names that the function returns: those are the business of its callers."""
    return {n.value.name for n in walk(body) if isinstance(n, ir.Return) and isinstance(n.value, ir.Name)}


def _guarded(namespace: Namespace, body: tuple[Any, ...], name: str) -> Callable[[Run], Value]:
    scope = Scope("function", namespace.file, Scope("module", namespace.file), bound_names(body))

    def make(run: Run) -> Value:
        return _run(run, compile_block(body, scope), Frame(run, namespace, {}), name)

    return make


def _called(function: Function, name: str) -> Callable[[Run], Value]:
    code = function.code

    def make(run: Run) -> Value:
        names: dict[str, Value] = {}
        for parameter in code.node.parameters.parameters:
            if parameter.kind == "var_positional":
                names[parameter.name] = ()
            elif parameter.kind == "var_keyword":
                names[parameter.name] = {}
            elif parameter.name in function.defaults:
                names[parameter.name] = function.defaults[parameter.name]
            else:
                reason = f"argument '{parameter.name}' of {function.name}() has no default"
                place = Place(code.place.file, parameter.span)
                names[parameter.name] = Unknown(reason, place, key=f"argument {parameter.name}")
        try:
            run_body = code.run_body = code.run_body or code.make()
        except Unsupported as error:
            return Unknown(error.reason, error.place)
        return _run(run, run_body, Frame(run, function.namespace, names, function.closure, function), name)

    return make


def _run(run: Run, body: Callable[[Frame], Any], frame: Frame, name: str) -> Value:
    """Run a body and give what the name is bound to; what ends the body early leaves the rest of it unseen."""
    try:
        body(frame)
    except (Raised, Refused) as error:
        value = frame.names.get(name)
        if not isinstance(value, ModuleInstance):
            raise
        if not (isinstance(error, Raised) and error.value.cls.name == "SystemExit"):
            from analyzer.evaluation.exceptions import describe

            place = error.place if isinstance(error, Raised) else run.place
            value.incomplete = value.incomplete or Unknown(f"the code after it ends with {describe(error)}", place)
    except Untraversable as error:
        value = frame.names.get(name)
        if isinstance(value, ModuleInstance):
            value.incomplete = value.incomplete or error.unknown
    return frame.names.get(name)
