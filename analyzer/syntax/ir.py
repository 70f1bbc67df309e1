"""The intermediate representation: Python source as small frozen nodes with exact spans.

`x = nn.Linear(3, 4)  # head` on line 7 is lowered to

    Assign(targets=(Name('x'),), value=Call(Attribute(Name('nn'), 'Linear'),
           (Argument(Constant(3)), Argument(Constant(4)))))     span 7:1-7:21
    and Module.comments holds Comment(line=7, column=24, text='# head')

Nodes are msgspec structs: immutable, comparable, printable, and encoded to bytes by `msgspec.msgpack`.
Every node carries `span = (line, column, end_line, end_column)`, 1-based, end exclusive, columns in code points.
Names are as Python binds them: NFKC-normalised, and `__name` inside `class Net` is `_Net__name`.
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


class Constant(Node, frozen=True):
    """A literal; `kind` tells apart what msgpack alone would confuse."""

    kind: Literal["none", "bool", "int", "float", "complex", "str", "surrogates", "bytes", "ellipsis"]
    value: bool | float | str | None = None
    """The value of a bool, float or str; the decimal digits of an int (any size); a complex as written; bytes as the
    string of the same code points (latin-1); a str that UTF-8 cannot encode (lone surrogates) as its `unicode_escape`
    form. `literals.value_of` gives the Python value of every kind."""


class Name(Node, frozen=True):
    name: str


class Attribute(Node, frozen=True):
    value: Expression
    name: str


class Subscript(Node, frozen=True):
    value: Expression
    index: Expression


class Slice(Node, frozen=True):
    lower: Expression | None
    upper: Expression | None
    step: Expression | None


class Argument(Node, frozen=True):
    """One argument of a call: positional, `name=value`, `*value` or `**value`."""

    value: Expression
    keyword: str | None = None
    star: Literal["", "*", "**"] = ""


class Call(Node, frozen=True):
    function: Expression
    arguments: tuple[Argument, ...]


class Unary(Node, frozen=True):
    operator: Literal["not", "-", "+", "~"]
    operand: Expression


class Binary(Node, frozen=True):
    operator: Literal["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"]
    left: Expression
    right: Expression


class Boolean(Node, frozen=True):
    operator: Literal["and", "or"]
    values: tuple[Expression, ...]


class Compare(Node, frozen=True):
    """`left < a == b ...`: operators and comparators have equal length."""

    left: Expression
    operators: tuple[Literal["==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"], ...]
    comparators: tuple[Expression, ...]


class Conditional(Node, frozen=True):
    """`body if test else orelse`"""

    test: Expression
    body: Expression
    orelse: Expression


class Lambda(Node, frozen=True):
    parameters: Parameters
    body: Expression
    scope: Scope


class Display(Node, frozen=True):
    """`(a, b)`, `[a, b]`, `{a, b}`; elements may be Starred."""

    kind: Literal["tuple", "list", "set"]
    elements: tuple[Expression, ...]


class DictDisplay(Node, frozen=True):
    """`{k: v, **more}`: a key of None marks `**value`."""

    keys: tuple[Expression | None, ...]
    values: tuple[Expression, ...]


class Starred(Node, frozen=True):
    value: Expression


class Generator(Node, frozen=True):
    """One `for target in iterable if condition...` clause of a comprehension."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]
    is_async: bool = False


class Comprehension(Node, frozen=True):
    """`key` is set for dict comprehensions alone."""

    kind: Literal["list", "set", "dict", "generator"]
    key: Expression | None
    element: Expression
    generators: tuple[Generator, ...]


class FormattedValue(Node, frozen=True):
    """`{value!r:spec}` in an f-string; spec is an FString or None."""

    value: Expression
    conversion: Literal["", "r", "s", "a"]
    spec: FString | None


class FString(Node, frozen=True):
    """Parts are Constant strings and FormattedValues."""

    parts: tuple[Constant | FormattedValue, ...]


class Walrus(Node, frozen=True):
    name: str
    value: Expression


class Yield(Node, frozen=True):
    value: Expression | None
    delegate: bool = False
    """True for `yield from`."""


class Await(Node, frozen=True):
    value: Expression


Expression = (
    Constant | Name | Attribute | Subscript | Slice | Call | Unary | Binary | Boolean | Compare | Conditional
    | Lambda | Display | DictDisplay | Starred | Comprehension | FString | Walrus | Yield | Await
)  # fmt: skip


# ---------------------------------------------------------------- functions


class Parameter(Node, frozen=True):
    name: str
    kind: Literal["positional_only", "positional", "var_positional", "keyword_only", "var_keyword"]
    default: Expression | None = None
    annotation: Expression | None = None


class Parameters(Node, frozen=True):
    parameters: tuple[Parameter, ...]


class Scope(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the body of a function or lambda binds, found at lowering so that a name is resolved once.

    locals: every name that the body assigns, imports, deletes, loops over or takes as parameter (comprehension
    targets excluded, walrus targets included), less those declared global or nonlocal.
    """

    locals: tuple[str, ...]
    globals: tuple[str, ...]
    nonlocals: tuple[str, ...]
    is_generator: bool


# ---------------------------------------------------------------- statements


class Evaluate(Node, frozen=True):
    """An expression statement."""

    value: Expression


class Assign(Node, frozen=True):
    """`a = b = value`; targets are Name, Attribute, Subscript, Display or Starred."""

    targets: tuple[Expression, ...]
    value: Expression


class Annotate(Node, frozen=True):
    """`target: annotation = value`"""

    target: Expression
    annotation: Expression
    value: Expression | None


class Augment(Node, frozen=True):
    """`target op= value`; operator without the equals sign."""

    operator: Literal["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"]
    target: Expression
    value: Expression


class Return(Node, frozen=True):
    value: Expression | None


class If(Node, frozen=True):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class For(Node, frozen=True):
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    is_async: bool = False


class While(Node, frozen=True):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


class Function(Node, frozen=True):
    name: str
    parameters: Parameters
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    returns: Expression | None
    scope: Scope
    docstring: str | None
    is_async: bool = False


class Class(Node, frozen=True):
    name: str
    bases: tuple[Argument, ...]
    """Positional bases and keywords such as `metaclass=`."""
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...]
    docstring: str | None


class Alias(Node, frozen=True):
    """`name as binding` in an import; binding is None without `as`."""

    name: str
    binding: str | None


class Import(Node, frozen=True):
    names: tuple[Alias, ...]


class ImportFrom(Node, frozen=True):
    """`from ..module import names`; level counts the dots; names is empty for `*`."""

    module: str
    level: int
    names: tuple[Alias, ...]


class Raise(Node, frozen=True):
    exception: Expression | None
    cause: Expression | None


class Handler(Node, frozen=True):
    """One `except type as name:`; type is None for a bare except."""

    type: Expression | None
    name: str | None
    body: tuple[Statement, ...]


class Try(Node, frozen=True):
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]
    is_group: bool = False
    """True for `except*`."""


class WithItem(Node, frozen=True):
    context: Expression
    target: Expression | None


class With(Node, frozen=True):
    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    is_async: bool = False


class Assert(Node, frozen=True):
    test: Expression
    message: Expression | None


class Delete(Node, frozen=True):
    targets: tuple[Expression, ...]


class Global(Node, frozen=True):
    names: tuple[str, ...]


class Nonlocal(Node, frozen=True):
    names: tuple[str, ...]


class Simple(Node, frozen=True):
    """A statement that is a word."""

    word: Literal["pass", "break", "continue"]


class TypeAlias(Node, frozen=True):
    """`type name = value`"""

    name: str
    value: Expression


class MatchCase(Node, frozen=True):
    pattern: Pattern
    guard: Expression | None
    body: tuple[Statement, ...]


class Match(Node, frozen=True):
    subject: Expression
    cases: tuple[MatchCase, ...]


Statement = (
    Evaluate | Assign | Annotate | Augment | Return | If | For | While | Function | Class | Import | ImportFrom
    | Raise | Try | With | Assert | Delete | Global | Nonlocal | Simple | TypeAlias | Match
)  # fmt: skip


# ---------------------------------------------------------------- patterns


class PatternValue(Node, frozen=True):
    """A literal, None/True/False, or a dotted name to compare with."""

    value: Expression


class PatternCapture(Node, frozen=True):
    """`pattern as name`; a bare capture has no pattern, the wildcard neither."""

    pattern: Pattern | None
    name: str | None


class PatternSequence(Node, frozen=True):
    patterns: tuple[Pattern, ...]


class PatternStar(Node, frozen=True):
    """`*rest` in a sequence; name is None for `*_`."""

    name: str | None


class PatternMapping(Node, frozen=True):
    keys: tuple[Expression, ...]
    patterns: tuple[Pattern, ...]
    rest: str | None


class PatternClass(Node, frozen=True):
    """`Name(positional..., keyword=...)`"""

    type: Expression
    positional: tuple[Pattern, ...]
    names: tuple[str, ...]
    keywords: tuple[Pattern, ...]


class PatternOr(Node, frozen=True):
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
