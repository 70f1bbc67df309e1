"""The intermediate representation: Python source as small frozen nodes with exact spans.

`x = nn.Linear(3, 4)  # head` on line 7 is lowered to

    Assign(targets=(Name('x'),), value=Call(Attribute(Name('nn'), 'Linear'),
           (Argument(Constant(3)), Argument(Constant(4)))))     span 7:1-7:21
    and Module.comments holds Comment(line=7, column=24, text='# head')

Nodes are msgspec structs: immutable, comparable, printable, and encoded to bytes by `msgspec.msgpack`.
Every node carries `span = (line, column, end_line, end_column)`, 1-based, end exclusive.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Span = tuple[int, int, int, int]

NO_SPAN: Span = (1, 1, 1, 1)


class Node(msgspec.Struct, frozen=True, array_like=True, tag=True, tag_field="node", gc=False):
    """Any piece of syntax."""

    span: Span


# ---------------------------------------------------------------- expressions


class Constant(Node):
    """A literal; `kind` tells apart what msgpack alone would confuse."""

    kind: Literal["none", "bool", "int", "float", "complex", "str", "bytes", "ellipsis"]
    value: bool | float | str | None = None
    """The value of a bool, float or str; the decimal digits of an int (any size); a complex as written; bytes as the
    string of the same code points (latin-1)."""


class Name(Node):
    name: str


class Attribute(Node):
    value: Expression
    name: str


class Subscript(Node):
    value: Expression
    index: Expression


class Slice(Node):
    lower: Expression | None
    upper: Expression | None
    step: Expression | None


class Argument(Node):
    """One argument of a call: positional, `name=value`, `*value` or `**value`."""

    value: Expression
    keyword: str | None = None
    star: Literal["", "*", "**"] = ""


class Call(Node):
    function: Expression
    arguments: tuple[Argument, ...]


class Unary(Node):
    operator: Literal["not", "-", "+", "~"]
    operand: Expression


class Binary(Node):
    operator: Literal["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"]
    left: Expression
    right: Expression


class Boolean(Node):
    operator: Literal["and", "or"]
    values: tuple[Expression, ...]


class Compare(Node):
    """`left < a == b ...`: operators and comparators have equal length."""

    left: Expression
    operators: tuple[Literal["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"], ...]
    comparators: tuple[Expression, ...]


class Conditional(Node):
    """`body if test else orelse`"""

    test: Expression
    body: Expression
    orelse: Expression


class Lambda(Node):
    parameters: Parameters
    body: Expression


class Display(Node):
    """`(a, b)`, `[a, b]`, `{a, b}`; elements may be Starred."""

    kind: Literal["tuple", "list", "set"]
    elements: tuple[Expression, ...]


class DictDisplay(Node):
    """`{k: v, **more}`: a key of None marks `**value`."""

    keys: tuple[Expression | None, ...]
    values: tuple[Expression, ...]


class Starred(Node):
    value: Expression


class Generator(Node):
    """One `for target in iterable if condition...` clause of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]


class Comprehension(Node):
    """`key` is set for dict comprehensions alone."""

    kind: Literal["list", "set", "dict", "generator"]
    key: Expression | None
    element: Expression
    generators: tuple[Generator, ...]


class FormattedValue(Node):
    """`{value!r:spec}` in an f-string; spec is an FString or None."""

    value: Expression
    conversion: Literal["", "r", "s", "a"]
    spec: FString | None


class FString(Node):
    """Parts are Constant strings and FormattedValues."""

    parts: tuple[Constant | FormattedValue, ...]


class Walrus(Node):
    name: str
    value: Expression


class Yield(Node):
    value: Expression | None
    delegate: bool = False
    """True for `yield from`."""


class Await(Node):
    value: Expression


Expression = (
    Constant | Name | Attribute | Subscript | Slice | Call | Unary | Binary | Boolean | Compare | Conditional
    | Lambda | Display | DictDisplay | Starred | Comprehension | FString | Walrus | Yield | Await
)  # fmt: skip


# ---------------------------------------------------------------- functions


class Parameter(Node):
    name: str
    kind: Literal["positional_only", "positional", "var_positional", "keyword_only", "var_keyword"]
    default: Expression | None = None
    annotation: Expression | None = None


class Parameters(Node):
    parameters: tuple[Parameter, ...]


class Scope(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a function's body binds, found at lowering so that a name is resolved once.

    locals: every name that the body assigns, imports, deletes, loops over or takes as parameter (comprehension
    targets excluded, walrus targets included), less those declared global or nonlocal.
    """

    locals: tuple[str, ...]
    globals: tuple[str, ...]
    nonlocals: tuple[str, ...]
    is_generator: bool


# ---------------------------------------------------------------- statements


class Evaluate(Node):
    """An expression statement."""

    value: Expression


class Assign(Node):
    """`a = b = value`; targets are Name, Attribute, Subscript, Display or Starred."""

    targets: tuple[Expression, ...]
    value: Expression


class Annotate(Node):
    """`target: annotation = value`"""

    target: Expression
    annotation: Expression
    value: Expression | None


class Augment(Node):
    """`target op= value`; operator without the equals sign."""

    operator: Literal["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"]
    target: Expression
    value: Expression


class Return(Node):
    value: Expression | None


class If(Node):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class For(Node):
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class While(Node):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class Function(Node):
    name: str
    parameters: Parameters
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    returns: Expression | None
    scope: Scope
    docstring: str | None
    is_async: bool = False


class Class(Node):
    name: str
    bases: tuple[Argument, ...]
    """Positional bases and keywords such as `metaclass=`."""
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    docstring: str | None


class Alias(Node):
    """`name as binding` in an import; binding is None without `as`."""

    name: str
    binding: str | None


class Import(Node):
    names: tuple[Alias, ...]


class ImportFrom(Node):
    """`from ..module import names`; level counts the dots; names is empty for `*`."""

    module: str
    level: int
    names: tuple[Alias, ...]


class Raise(Node):
    exception: Expression | None
    cause: Expression | None


class Handler(Node):
    """One `except type as name:`; type is None for a bare except."""

    type: Expression | None
    name: str | None
    body: tuple[Statement, ...]


class Try(Node):
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]


class WithItem(Node):
    context: Expression
    target: Expression | None


class With(Node):
    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]


class Assert(Node):
    test: Expression
    message: Expression | None


class Delete(Node):
    targets: tuple[Expression, ...]


class Global(Node):
    names: tuple[str, ...]


class Nonlocal(Node):
    names: tuple[str, ...]


class Simple(Node):
    """A statement that is a word."""

    word: Literal["pass", "break", "continue"]


class TypeAlias(Node):
    """`type name = value`"""

    name: str
    value: Expression


class MatchCase(Node):
    pattern: Pattern
    guard: Expression | None
    body: tuple[Statement, ...]


class Match(Node):
    subject: Expression
    cases: tuple[MatchCase, ...]


Statement = (
    Evaluate | Assign | Annotate | Augment | Return | If | For | While | Function | Class | Import | ImportFrom
    | Raise | Try | With | Assert | Delete | Global | Nonlocal | Simple | TypeAlias | Match
)  # fmt: skip


# ---------------------------------------------------------------- patterns


class PatternValue(Node):
    """A literal, None/True/False, or a dotted name to compare with."""

    value: Expression


class PatternCapture(Node):
    """`pattern as name`; a bare capture has no pattern, the wildcard neither."""

    pattern: Pattern | None
    name: str | None


class PatternSequence(Node):
    patterns: tuple[Pattern, ...]


class PatternStar(Node):
    """`*rest` in a sequence; name is None for `*_`."""

    name: str | None


class PatternMapping(Node):
    keys: tuple[Expression, ...]
    patterns: tuple[Pattern, ...]
    rest: str | None


class PatternClass(Node):
    """`Name(positional..., keyword=...)`"""

    type: Expression
    positional: tuple[Pattern, ...]
    names: tuple[str, ...]
    keywords: tuple[Pattern, ...]


class PatternOr(Node):
    patterns: tuple[Pattern, ...]


Pattern = (
    PatternValue | PatternCapture | PatternSequence | PatternStar | PatternMapping | PatternClass | PatternOr
)  # fmt: skip


# ---------------------------------------------------------------- module


class Comment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`text` starts with `#`; `own_line` tells a comment that stands alone on its line."""

    line: int
    column: int
    text: str
    own_line: bool


class Module(msgspec.Struct, frozen=True, array_like=True):
    """One source file; `lines` counts its lines."""

    body: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    docstring: str | None
    lines: int
