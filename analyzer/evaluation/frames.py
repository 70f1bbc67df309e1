"""Where names live while a function runs, and how a name is found.

def outer(a):
    def inner(): return a + b      # in inner: `a` is one frame up, `b` is a global
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzer.evaluation.values import Class, Function, Namespace, Value

if TYPE_CHECKING:
    from analyzer.evaluation.run import Run


class Frame:
    """The names of one running function, class body or comprehension; `parent` is the enclosing scope's frame."""

    __slots__ = ("born", "cell", "first", "function", "handled", "names", "namespace", "parent", "run")

    def __init__(
        self,
        run: Run,
        namespace: Namespace,
        names: dict[str, Value],
        parent: Frame | None = None,
        function: Function | None = None,
    ) -> None:
        self.run = run
        self.born = run.born
        """Extents with a higher number began after it was there."""
        self.namespace = namespace
        self.names = names
        self.parent = parent
        self.function = function
        self.cell: Class | None = None
        """In the frame of a class body: the class that it made, for `super()` in its functions."""
        self.first: Value = None
        """The first argument, for `super()`."""
        self.handled: BaseException | None = None
        """The exception being handled, for a bare `raise`."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of a scope before it runs: enough to tell where each name lives."""

    kind: str
    """module, class, function or comprehension"""
    file: str
    parent: Scope | None = None
    names: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()
    prefix: str = ""
    """Of qualified names: `Net.__init__.<locals>.`"""

    def depth_of(self, name: str) -> int | None:
        """How many frames up a name lives: 0 here, None for a global or builtin.

        A class body is a frame like the others, but its names are not seen from the functions inside it.
        """
        scope: Scope | None = self
        depth = 0
        while scope is not None and scope.kind != "module":
            if name in scope.globals:
                return None
            if name in scope.names and (scope is self or scope.kind != "class"):
                return depth
            depth += 1
            scope = scope.parent
        return None


def owner_of(frame: Frame) -> tuple[Class | None, Value]:
    """The class and first argument that `super()` without arguments means."""
    current: Frame | None = frame
    first: Value = None
    while current is not None:
        if current.cell is not None:
            return current.cell, first
        if current.function is not None:
            first = current.first
        current = current.parent
    return None, None
