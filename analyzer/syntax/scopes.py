"""What a block of code binds, gathered while its statements are lowered.

def f(a):
    b = [c for c in a if (d := c)]      -> Scope(locals=('a', 'b', 'd'), globals=(), nonlocals=(), is_generator=False)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analyzer.syntax import ir


@dataclass(slots=True)
class Block:
    """A scope under construction; dicts keep the order in which names were met."""

    is_comprehension: bool = False
    bound: dict[str, None] = field(default_factory=dict)
    globals: dict[str, None] = field(default_factory=dict)
    nonlocals: dict[str, None] = field(default_factory=dict)
    is_generator: bool = False

    def scope(self) -> ir.Scope:
        """The finished scope."""
        declared = self.globals.keys() | self.nonlocals.keys()
        return ir.Scope(
            tuple(name for name in self.bound if name not in declared),
            tuple(self.globals),
            tuple(self.nonlocals),
            self.is_generator,
        )


def bind_target(block: Block, target: ir.Expression) -> None:
    """Bind every name that an assignment to `target` binds."""
    pending = [target]
    while pending:
        match pending.pop():
            case ir.Name(name=name):
                block.bound[name] = None
            case ir.Display(elements=elements):
                pending.extend(reversed(elements))
            case ir.Starred(value=value):
                pending.append(value)


def mangle(name: str, class_name: str) -> str:
    """`__weight` in `class _Net` is `_Net__weight`; other names are left alone."""
    owner = class_name.lstrip("_")
    return f"_{owner}{name}" if owner and name.startswith("__") and not name.endswith("__") else name
