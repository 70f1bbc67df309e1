"""What a name in source stands for: the full name of torch's or the project's thing that it is bound to.

dotted_name(<nn.Linear>, namespace, frozenset())        -> "torch.nn.Linear"
dotted_name(<F.relu>, namespace, frozenset())           -> "torch.nn.functional.relu"
dotted_name(<Block>, namespace, frozenset())            -> "models.net.Block"
"""

from __future__ import annotations

from analyzer.evaluation import natives
from analyzer.evaluation.regions import bound_names
from analyzer.evaluation.values import Class, Function, Namespace, Native, NativeModule, Operator, Value
from analyzer.syntax import ir


def dotted_name(expression: ir.Node, namespace: Namespace, local: frozenset[ir.Span]) -> str | None:
    """The full name of what a name or attribute stands for; None where that is not certain.

    local: the spans of names that functions bind for themselves, by `local_names`.
    """
    attributes: list[str] = []
    while isinstance(expression, ir.Attribute):
        attributes.append(expression.name)
        expression = expression.value
    if not isinstance(expression, ir.Name) or expression.span in local:
        return None
    name = expression.name
    value: Value = namespace.names.get(name)
    base = _name_of(value) if name in namespace.names else f"builtins.{name}" if _is_builtin(name) else None
    for attribute in reversed(attributes):
        base = _attribute(value, base, attribute)
        found = natives.attribute(base) if base is not None else None
        value = found.value if found is not None else NativeModule(base) if base is not None else None
    return _name_of(value) or base if isinstance(value, Class) else base


def _attribute(value: Value, base: str | None, attribute: str) -> str | None:
    return f"{base}.{attribute}" if base is not None and isinstance(value, (NativeModule, Namespace, Class)) else None


def _is_builtin(name: str) -> bool:
    return natives.attribute(f"builtins.{name}") is not None


def _name_of(value: Value) -> str | None:
    match value:
        case NativeModule(name=name) | Namespace(name=name) | Native(name=name) | Operator(name=name):
            return str(name)
        case Class(module=module, qualified_name=name):
            return f"{module}.{name}"
        case Function(namespace=namespace, qualified_name=name):
            return f"{namespace.name}.{name}"
        case _:
            return None


def local_names(module: ir.Module) -> frozenset[ir.Span]:
    """The spans of names that a function, lambda or comprehension around them binds."""
    found: set[ir.Span] = set()
    stack: list[tuple[object, frozenset[str]]] = [(module.body, frozenset())]
    while stack:
        node, bound = stack.pop()
        match node:
            case tuple():
                stack.extend((item, bound) for item in node)
                continue
            case ir.Name(name=name) if name in bound:
                found.add(node.span)
            case ir.Function(scope=scope) | ir.Lambda(scope=scope):
                inner = (bound | frozenset(scope.locals)) - frozenset(scope.globals)
                stack.append((node.body, inner))
                stack.extend((getattr(node, f), bound) for f in node.__struct_fields__ if f not in ("body", "scope"))
                continue
            case ir.Comprehension(generators=generators):
                bound = bound.union(*(bound_names(generator.target) for generator in generators))
            case _:
                pass
        if isinstance(node, ir.Node):
            stack.extend((getattr(node, f), bound) for f in node.__struct_fields__)
    return frozenset(found)
