"""Class statements: the body runs in a frame of its own, and what it bound becomes a Class.

class Net(nn.Module):        Class(name="Net", bases=(<Module>,), namespace={"width": 64, "forward": <function>})
    width = 64
    def forward(self, x): ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import attributes, calls, natives
from analyzer.evaluation.exceptions import OBJECT, raised
from analyzer.evaluation.expressions import compile_expression
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.regions import bound_names
from analyzer.evaluation.run import OutOfFuel, Run
from analyzer.evaluation.values import Bound, Class, ClassMethod, Function, Instance, Place, Unknown, Value
from analyzer.syntax import ir


def compile_class(
    node: ir.Class, scope: Scope, compile_block: Callable[[tuple[Any, ...], Scope], Any]
) -> Callable[[Frame], Value]:
    """The closure that runs a class statement, decorators excluded."""
    qualified_name = f"{scope.prefix}{node.name}"
    names = frozenset().union(*(bound_names(statement) for statement in node.body)) if node.body else frozenset()
    inner = Scope("class", scope.file, scope, names, prefix=f"{qualified_name}.")
    body = compile_block(node.body, inner)
    bases = [compile_expression(base.value, scope) for base in node.bases if base.keyword is None and not base.star]
    keywords = [(b.keyword, compile_expression(b.value, scope)) for b in node.bases if b.keyword is not None]
    place = Place(scope.file, node.span)

    def build(frame: Frame) -> Value:
        run = frame.run
        parents = [base(frame) for base in bases]
        options = {keyword: value(frame) for keyword, value in keywords}
        child = Frame(run, frame.namespace, {}, frame)
        body(child)
        cls = make_class(run, node.name, parents, child.names, module=frame.namespace.name, place=place)
        cls.qualified_name = qualified_name
        child.cell = cls
        return finish_class(run, cls, options)

    return build


MOST_BASES = 50


def make_class(
    run: Run, name: str, parents: list[Value], namespace: dict[str, Value], *, module: str, place: Place
) -> Class:
    """A Class from evaluated bases; a base that is not known leaves its reason on the class."""
    run.impure()
    known: list[Class] = []
    unknown: Unknown | None = None
    for parent in parents:
        parent = natives.base_class(parent)
        if isinstance(parent, Class):
            if parent not in known:
                known.append(parent)
        else:
            reason = parent.reason if isinstance(parent, Unknown) else f"a base class that is {parent!r}"
            unknown = Unknown(reason, place)
    if len(known) > 1 and OBJECT in known:
        known.remove(OBJECT)
    generic = [base for base in known if base.name in ("Generic", "Protocol") and base.module == "typing"]
    if len(known) > 1 and generic:
        known = [base for base in known if base not in generic]
    if len(known) > MOST_BASES or sum(len(base.mro) for base in known) > 20 * MOST_BASES:
        raise OutOfFuel(f"{name} has too many bases", place)
    try:
        cls = Class(name, tuple(known) or (OBJECT,), namespace, module=module, place=place)
    except ValueError as error:
        raise raised(run, "TypeError", str(error)) from None
    if unknown is not None:
        cls.unknown_base = unknown
    return cls


def finish_class(run: Run, cls: Class, options: dict[str, Value]) -> Class:
    """The hooks that run when a class exists: native bases, descriptors, `__init_subclass__`."""
    inherited: dict[str, Value] = {}
    for base in reversed(cls.mro[1:]):
        inherited.update(base.keywords)
    cls.keywords = {**inherited, **{k: v for k, v in options.items() if k == "metaclass"}}
    meta = cls.keywords.get("metaclass")
    if isinstance(meta, Unknown) or (isinstance(meta, Class) and "__new__" in meta.namespace):
        reason = meta.reason if isinstance(meta, Unknown) else f"the metaclass {meta.name} makes classes its own way"
        cls.unknown_base = Unknown(reason, cls.place)
    if "__getattribute__" in cls.namespace:
        cls.unknown_base = Unknown(f"{cls.name} decides itself what its attributes are", cls.place)
    for name, value in list(cls.namespace.items()):
        if isinstance(value, Instance) and attributes.has_special(value, "__set_name__"):
            attributes.call_special(run, value, "__set_name__", cls, name)
    hook = next((base.namespace["__class_hook__"] for base in cls.mro[1:] if "__class_hook__" in base.namespace), None)
    if hook is not None:
        calls.call(run, hook, [cls], {})
    for base in cls.mro[1:]:
        if "__init_subclass__" in base.namespace:
            value = base.namespace["__init_subclass__"]
            function = value.function if isinstance(value, ClassMethod) else value
            if isinstance(function, Function):
                more = {k: v for k, v in options.items() if k != "metaclass"}
                calls.call(run, Bound(function, cls), [], more)
            break
    return cls


def compile_annotation(node: ir.Annotate, scope: Scope) -> Callable[[Frame], None] | None:
    """In a class body: note the annotated name, in order, with the text of its type (dataclass fields)."""
    if not isinstance(node.target, ir.Name):
        return None
    name, text = node.target.name, annotation_text(node.annotation)

    def note(frame: Frame) -> None:
        frame.names.setdefault("__annotations__", {})[name] = text

    return note


def annotation_text(node: Any) -> str:
    """The annotation as written, as far as names, attributes, subscripts and literals go."""
    match node:
        case ir.Name(name=name):
            return name
        case ir.Attribute(value=value, name=name):
            return f"{annotation_text(value)}.{name}"
        case ir.Subscript(value=value, index=index):
            return f"{annotation_text(value)}[{annotation_text(index)}]"
        case ir.Display(elements=elements):
            return ", ".join(annotation_text(element) for element in elements)
        case ir.Binary(operator=sign, left=left, right=right):
            return f"{annotation_text(left)} {sign} {annotation_text(right)}"
        case ir.Constant(kind="str", value=value):
            return str(value)
        case ir.Constant(kind="none"):
            return "None"
        case ir.Constant(value=value):
            return str(value)
    return "?"
