"""The values of the abstract interpreter: what an expression of the analysed program can be.

None, bool, int, float, complex, str, bytes, tuple, list, dict, set, slice, range and iterators are themselves; a size
that is not known is an `Expr`; what is not known at all is an `Unknown` that says why.  Everything else is here:

    def f(x): ...        Function(name="f", ...)
    class Net: ...       Class(name="Net", bases=(OBJECT,), ...)
    Net()                Instance(cls=<Net>, attributes={})
    nn.Linear(3, 4)      ModuleInstance(cls=<Linear>, parameters={"weight": Tensor([4, 3]), ...})
    math.sqrt            Native(name="math.sqrt", ...)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from analyzer.algebra.tensor import TensorType

if TYPE_CHECKING:
    from analyzer.evaluation.frames import Frame
    from analyzer.knowledge.layer import LayerSpec
    from analyzer.knowledge.operator import OperatorSpec
    from analyzer.syntax import ir

Value = Any


class Place:
    """A span in a file, as short as it can be: `net.py:12`."""

    __slots__ = ("file", "span")

    def __init__(self, file: str, span: ir.Span) -> None:
        self.file = file
        self.span = span

    def __str__(self) -> str:
        return f"{self.file}:{self.span[0]}"

    __repr__ = __str__


Callers = tuple[Place | None, "Callers"] | None
"""A chain of calls, the innermost first: each with what called it."""


LONGEST_REASON = 400
"""Characters: what the analysed program names and raises may be of any length."""


class Unknown:
    """A value that is not known, and why.

    plain: it is certainly no module and no parameter, so that a module that holds it still has an exact count.
    scalar: it is certainly a number.
    shrinks: as the reason why a module is incomplete: what was seen of it may have been taken away again.
    key: equal keys are equal values within one evaluation (None: never known to be equal).
    """

    __slots__ = ("key", "place", "plain", "reason", "scalar", "shrinks")

    def __init__(
        self,
        reason: str,
        place: Place | None,
        *,
        plain: bool = False,
        key: str | None = None,
        scalar: bool = False,
        shrinks: bool = False,
    ) -> None:
        self.reason = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}..."
        self.place = place
        self.plain = plain or scalar
        self.key = key if key is None or len(key) <= LONGEST_REASON else None
        self.scalar = scalar
        self.shrinks = shrinks

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r} at {self.place})"


class Function:
    """A `def` or `lambda`, closed over the frame that it was made in."""

    __slots__ = ("attributes", "closure", "code", "defaults", "name", "namespace", "qualified_name")

    def __init__(
        self,
        code: Code,
        closure: Frame | None,
        namespace: Namespace,
        defaults: dict[str, Value],
        qualified_name: str,
    ) -> None:
        self.code = code
        self.name = code.name
        self.closure = closure
        self.namespace = namespace
        self.defaults = defaults
        self.qualified_name = qualified_name
        self.attributes: dict[str, Value] = {}

    def __repr__(self) -> str:
        return f"<function {self.qualified_name}>"


class Code:
    """A function's code made ready to run: parameters resolved, body compiled to closures at its first call."""

    __slots__ = (
        "docstring",
        "is_async",
        "is_generator",
        "keyword_only",
        "keywords",
        "make",
        "name",
        "names",
        "node",
        "place",
        "positional",
        "positional_only",
        "returns",
        "run_body",
        "simple",
        "var_keyword",
        "var_positional",
    )

    def __init__(self, name: str, node: Any, place: Place, make: Callable[[], Callable[[Frame], Value]]) -> None:
        self.name = name
        self.node = node
        self.place = place
        self.make = make
        self.run_body: Callable[[Frame], Value] | None = None
        parameters: tuple[ir.Parameter, ...] = node.parameters.parameters
        self.positional = tuple(p.name for p in parameters if p.kind in ("positional_only", "positional"))
        self.positional_only = frozenset(p.name for p in parameters if p.kind == "positional_only")
        self.keyword_only = tuple(p.name for p in parameters if p.kind == "keyword_only")
        self.var_positional = next((p.name for p in parameters if p.kind == "var_positional"), None)
        self.var_keyword = next((p.name for p in parameters if p.kind == "var_keyword"), None)
        self.names = (*self.positional, *self.keyword_only)
        self.keywords = frozenset(self.names) - self.positional_only
        """Parameters that may be given by name."""
        self.simple = not self.keyword_only and self.var_positional is None and self.var_keyword is None
        self.is_generator: bool = getattr(getattr(node, "scope", None), "is_generator", False)
        self.is_async: bool = getattr(node, "is_async", False)
        self.docstring: str | None = getattr(node, "docstring", None)
        self.returns = getattr(node, "returns", None)


class Native:
    """A function of Python, the standard library or torch that we have written ourselves.

    `function(run, *arguments, **keywords)`.  `binds`: as a class attribute it becomes a method of the instance.
    """

    __slots__ = ("attributes", "binds", "function", "name")

    def __init__(self, name: str, function: Callable[..., Value], *, binds: bool = False) -> None:
        self.name = name
        self.function = function
        self.binds = binds
        self.attributes: dict[str, Value] = {}

    def __repr__(self) -> str:
        return f"<native {self.name}>"


class Operator:
    """A torch function known by an entry of `knowledge/operators`."""

    __slots__ = ("name", "spec")

    def __init__(self, name: str, spec: OperatorSpec) -> None:
        self.name = name
        self.spec = spec

    def __repr__(self) -> str:
        return f"<operator {self.name}>"


class Bound:
    """A function with its first argument: a method of an instance, a class method of a class."""

    __slots__ = ("function", "instance")

    def __init__(self, function: Value, instance: Value) -> None:
        self.function = function
        self.instance = instance

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and other.function is self.function and other.instance is self.instance

    def __hash__(self) -> int:
        return hash((id(self.function), id(self.instance)))


class Partial:
    """`functools.partial(function, *arguments, **keywords)`"""

    __slots__ = ("arguments", "attributes", "function", "keywords")

    def __init__(self, function: Value, arguments: tuple[Value, ...], keywords: dict[str, Value]) -> None:
        self.function = function
        self.arguments = arguments
        self.keywords = keywords
        self.attributes: dict[str, Value] = {}


class Property:
    """`@property`, with its setter and deleter; `cached` for functools.cached_property."""

    __slots__ = ("cached", "delete", "get", "set")

    def __init__(self, get: Value, set: Value = None, delete: Value = None, *, cached: bool = False) -> None:
        self.get = get
        self.set = set
        self.delete = delete
        self.cached = cached


class StaticMethod:
    __slots__ = ("function",)

    def __init__(self, function: Value) -> None:
        self.function = function


class ClassMethod:
    __slots__ = ("function",)

    def __init__(self, function: Value) -> None:
        self.function = function


class Super:
    """`super(owner, instance)`: attributes are looked up behind `owner` in the type's MRO."""

    __slots__ = ("instance", "owner")

    def __init__(self, owner: Class, instance: Value) -> None:
        self.owner = owner
        self.instance = instance


class Class:
    """A class of the analysed program, of Python or of torch.

    namespace: what the body bound.  spec: the layer's entry, for a leaf layer of torch.
    native: for builtin types, makes or converts a value: `native(run, cls, *arguments, **keywords)`.
    payload: the builtin type whose data its instances carry (dict, list, str, int, ...), if any.
    """

    __slots__ = (
        "attributes_cache",
        "bases",
        "host",
        "is_exception",
        "is_module",
        "keywords",
        "module",
        "mro",
        "name",
        "namespace",
        "native",
        "payload",
        "place",
        "qualified_name",
        "spec",
        "unknown_base",
    )

    def __init__(
        self,
        name: str,
        bases: tuple[Class, ...],
        namespace: dict[str, Value],
        *,
        module: str = "builtins",
        place: Place | None = None,
        spec: LayerSpec | None = None,
        native: Callable[..., Value] | None = None,
        host: type | None = None,
    ) -> None:
        self.name = name
        self.qualified_name = name
        self.bases = bases
        self.namespace = namespace
        self.module = module
        self.place = place
        self.spec = spec
        self.native = native
        self.host = host
        self.mro: tuple[Class, ...] = (self, *_merge([list(base.mro) for base in bases] + [list(bases)]))
        self.is_module: bool = any(base.is_module for base in bases)
        self.is_exception: bool = any(base.is_exception for base in bases)
        self.payload: type | None = next((c.payload for c in self.mro[1:] if c.payload is not None), None)
        self.unknown_base: Unknown | None = next((c.unknown_base for c in self.mro[1:] if c.unknown_base), None)
        self.keywords: Mapping[str, Value] = {}

    def lookup(self, name: str) -> tuple[Class, Value] | None:
        """The first class of the MRO that binds `name`, with the value."""
        for cls in self.mro:
            namespace = cls.namespace
            if name in namespace:
                return cls, namespace[name]
        return None

    def is_subclass(self, other: Class) -> bool:
        return other in self.mro

    def __repr__(self) -> str:
        return f"<class {self.module}.{self.qualified_name}>"


def _merge(sequences: list[list[Class]]) -> list[Class]:
    """The C3 linearisation; raises ValueError where Python raises TypeError."""
    merged: list[Class] = []
    sequences = [s for s in sequences if s]
    while sequences:
        for sequence in sequences:
            head = sequence[0]
            if not any(head in other[1:] for other in sequences):
                break
        else:
            raise ValueError("Cannot create a consistent method resolution order (MRO)")
        merged.append(head)
        sequences = [rest for s in sequences if (rest := s[1:] if s[0] is head else s)]
    return merged


class Instance:
    """An object of a class. `payload` is the data of a builtin base: the dict of a `class Config(dict)`."""

    __slots__ = ("attributes", "cls", "frozen_by", "incomplete", "payload")

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.attributes: dict[str, Value] = {}
        self.payload: Any = None
        self.incomplete: Unknown | None = None
        """Why parts of it are not known: set when code that may have changed it could not be followed."""

    def __repr__(self) -> str:
        return f"<{self.cls.name} object>"


class ModuleInstance(Instance):
    """An object of an nn.Module class.

    The registries are None until Module.__init__ has run, as in torch.  `place`: the call that made it; `callers`: the
    calls that led there.
    """

    __slots__ = ("buffers", "buffers_not_saved", "callers", "hooks", "modules", "parameters", "place", "training")

    def __init__(self, cls: Class, place: Place, callers: Callers = None) -> None:
        super().__init__(cls)
        self.place = place
        self.callers = callers
        self.parameters: dict[str, Tensor | None] | None = None
        self.buffers: dict[str, Tensor | None] = {}
        self.buffers_not_saved: set[str] = set()
        self.modules: dict[str, Value] = {}
        self.hooks: list[tuple[str, Value]] = []
        self.training = True


class Tensor:
    """A tensor: its type, whether it is a parameter and trainable, and its elements where they are few and known.

    type: None when the shape is not known; `unknown` then says why.
    values: the elements in row-major order, or None.
    """

    __slots__ = ("attributes", "cls", "is_parameter", "origin", "place", "requires_grad", "type", "unknown", "values")

    def __init__(
        self,
        type: TensorType | None,
        *,
        is_parameter: bool = False,
        requires_grad: bool = False,
        values: list[Any] | None = None,
        unknown: Unknown | None = None,
        place: Place | None = None,
    ) -> None:
        self.type = type
        self.is_parameter = is_parameter
        self.requires_grad = requires_grad
        self.values = values
        self.unknown = unknown
        self.place = place
        self.origin: int = -1
        """The number of the equation that gave it, -1 for an input or a constant."""
        self.attributes: dict[str, Value] | None = None
        self.cls: Class | None = None

    def __repr__(self) -> str:
        return f"<{'parameter' if self.is_parameter else 'tensor'} {self.type}>"


class Namespace:
    """A module of the analysed program. `names` are its globals."""

    __slots__ = ("file", "lost", "name", "names", "package", "path", "pending", "running", "unknown")

    def __init__(self, name: str, file: str, package: str, path: Any = None) -> None:
        self.name = name
        self.file = file
        self.package = package
        self.path = path
        self.names: dict[str, Value] = {"__name__": name, "__package__": package}
        self.pending = False
        """Whether its body has still to run."""
        self.running = False
        """Whether its body is being run."""
        self.lost: tuple[Unknown, ...] = ()
        """The regions of its body that could not be followed."""
        self.unknown: Unknown | None = None
        """Set when a star import or a part of the body could not be followed: names that miss are unknown."""

    def __repr__(self) -> str:
        return f"<module {self.name}>"


class Deferred:
    """A name imported from a module that was still running: it is looked up when it is first used."""

    __slots__ = ("module", "name")

    def __init__(self, module: Namespace, name: str) -> None:
        self.module = module
        self.name = name


class NativeModule:
    """A module of Python or torch that we know: `math`, `torch.nn.functional`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NativeModule) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<module {self.name}>"


class DefaultDict(dict[Any, Any]):
    """`collections.defaultdict`: the factory is called by the interpreter."""

    __slots__ = ("factory",)

    def __init__(self, factory: Value = None, *more: Any, **pairs: Any) -> None:
        super().__init__(*more, **pairs)
        self.factory = factory


class Raised(Exception):
    """An exception of the analysed program on its way up. `value` is its Instance."""

    def __init__(self, value: Instance, place: Place | None) -> None:
        super().__init__(value)
        self.value = value
        self.place = place


class Signal:
    """How a statement ends other than by going on."""

    __slots__ = ("value",)

    def __init__(self, value: Value = None) -> None:
        self.value = value


BREAK = Signal()
CONTINUE = Signal()

HostIterator = Iterator[Any]
