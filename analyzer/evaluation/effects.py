"""Whether code that is not run may change an object that it names: a syntactic answer, safe where in doubt.

for batch in loader:            may_change(body, "model", look_up)   -> False: it is only called
    loss = model(batch).sum()

for name in names:              may_change(body, "model", look_up)   -> True
    setattr(model, name, nn.Linear(2, 2))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation.values import Class, Function, Instance, ModuleInstance, NativeModule, Value
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

READERS = frozenset({
    "train", "eval", "zero_grad", "state_dict", "parameters", "named_parameters", "modules", "named_modules",
    "children",
    "named_children", "buffers", "named_buffers", "to", "cuda", "cpu", "load_state_dict", "forward", "step", "item",
    "backward", "size", "dim", "numel", "detach", "get", "keys", "values", "items", "format", "no_sync", "share_memory",
    "generate", "loss", "encode", "decode", "predict",
})  # fmt: skip
"""Methods that leave the structure of a module, and of most other objects, as it is."""
LOOKING = frozenset({
    "len", "print", "isinstance", "type", "id", "next", "iter", "str", "repr", "hasattr", "callable", "sum", "max",
    "min",
})  # fmt: skip
WRITING_DOWN = frozenset({"torch.save"})
"""Functions of torch that only look at what they are given."""
DEPTH = 4


def may_change(body: Any, name: str, look_up: Callable[[str], Value], depth: int = 0) -> bool:
    """Whether running `body` any number of times may change the object bound to `name`."""
    safe: set[int] = set()
    written = set[int]()
    for node in walk(body):
        match node:
            case ir.Call():
                safe |= _harmless(node, name, look_up, depth)
            case ir.Assign(targets=targets) | ir.Delete(targets=targets):
                written |= {id(target) for target in targets}
            case ir.Augment(target=target):
                written.add(id(target))
    for node in walk(body):
        match node:
            case ir.Attribute(value=ir.Name(name=owner), name=part) if owner == name and id(node) not in written:
                if _is_plain(look_up(name), part):
                    safe.add(id(node.value))
    return any(isinstance(node, ir.Name) and node.name == name and id(node) not in safe for node in walk(body))


def _is_plain(owner: Value, part: str) -> bool:
    """Whether what an object holds under a name cannot be changed: a number or a text."""
    return isinstance(owner, Instance) and type(owner.attributes.get(part, owner)) in _PLAIN


_PLAIN = frozenset({int, float, bool, str, type(None)})


def _runs_harmlessly(owner: Value, method: str, look_up: Callable[[str], Value], depth: int) -> bool:
    """Whether calling a method, or a layer that a module holds, leaves the module's structure as it is."""
    if not isinstance(owner, ModuleInstance) or depth >= DEPTH:
        return False
    if method in owner.modules:
        return True
    found = owner.cls.lookup(method)
    if found is None or type(found[1]) is not Function or not found[1].code.positional:
        return False
    names, itself = found[1].namespace.names, found[1].code.positional[0]

    def look_within(name: str) -> Value:
        return owner if name == itself else names.get(name)

    return not may_change(found[1].code.node.body, itself, look_within, depth + 1)


def _harmless(call: ir.Call, name: str, look_up: Callable[[str], Value], depth: int) -> set[int]:
    """The uses of the name in a call that cannot change the object."""
    found: set[int] = set()
    function = call.function
    if isinstance(function, ir.Name) and function.name == name:
        found.add(id(function))
    if isinstance(function, ir.Attribute) and function.name in READERS:
        root = function.value
        while isinstance(root, ir.Attribute):
            root = root.value
        if isinstance(root, ir.Name) and root.name == name:
            found.add(id(root))
    elif (
        isinstance(function, ir.Attribute)
        and isinstance(function.value, ir.Name)
        and function.value.name == name
        and _runs_harmlessly(look_up(name), function.name, look_up, depth)
    ):
        found.add(id(function.value))
    for position, argument in enumerate(call.arguments):
        value = argument.value
        same = isinstance(value, ir.Name) and value.name == name and not argument.star
        if same and _leaves_alone(function, position, argument.keyword, look_up, depth):
            found.add(id(value))
    return found


def _leaves_alone(
    function: Any, position: int, keyword: str | None, look_up: Callable[[str], Value], depth: int
) -> bool:
    """Whether a called function does not change what it gets at that place."""
    if isinstance(function, ir.Attribute) and isinstance(function.value, ir.Name):
        module = look_up(function.value.name)
        return isinstance(module, NativeModule) and f"{module.name}.{function.name}" in WRITING_DOWN
    if not isinstance(function, ir.Name):
        return False
    if function.name in LOOKING:
        return True
    target = look_up(function.name)
    if isinstance(target, Class) and target.module.startswith("torch.optim"):
        return True
    if not isinstance(target, Function) or depth >= DEPTH:
        return False
    code = target.code
    parameter = keyword if keyword in (*code.positional, *code.keyword_only) else None
    if keyword is None and position < len(code.positional):
        parameter = code.positional[position]
    if parameter is None or isinstance(code.node, ir.Lambda):
        return False
    names = target.namespace.names
    return not may_change(code.node.body, parameter, names.get, depth + 1)
