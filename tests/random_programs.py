"""Random programs: Python and torch as they might be written, by nobody in their right mind.

program(random.Random(7))                       -> "import ...\\n\\nclass A(nn.Module): ..."
mutated("x = 1\\n", random.Random(7))            -> the same text with tokens dropped, doubled, swapped or replaced
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from analyzer.evaluation.natives.methods import METHODS
from analyzer.evaluation.natives.registry import natives
from analyzer.knowledge.layer import layers
from analyzer.knowledge.operator import operators

NAMES = ("a", "b", "c", "x", "self", "cls", "width", "A", "B", "f", "g", "net")
ATTRIBUTES = ("weight", "fc", "width", "shape", "__class__", "__dict__", "training", "a", "b", "data", "T", "args")
NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "-1",
    "7",
    "64",
    "10**9",
    "2**63",
    "0.5",
    "1e308",
    "float('nan')",
    "1j",
    "True",
    "8**999",
)
TEXTS = ("''", "'a'", "'weight'", "'fc.0'", "b'x'", "'{} {0}'", "'%d'", "'é\\ud800'", "r'(a+)+$'", "'1,2'", "'mean'")
SIGNS = ("+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "|", "&", "^")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not")
ERRORS = ("ValueError", "Exception", "BaseException", "(KeyError, TypeError)", "StopIteration", "RuntimeError")
KEYWORDS = ("dim", "bias", "key", "a", "dtype", "size", "default")
BASES = ("nn.Module", "A", "dict", "enum.Enum", "nn.Linear", "int", "Exception")
TOP = ("a", "b", "c", "A", "B", "f", "g")

MODULES = (
    "abc", "argparse", "builtins", "collections", "copy", "dataclasses", "enum", "functools", "inspect", "itertools",
    "json", "logging", "math", "operator", "os", "os.path", "pathlib", "random", "re", "string", "sys", "types",
    "typing", "warnings", "numpy", "yaml", "torch", "torch.nn.init", "torch.nn.utils", "torch.utils.data",
)  # fmt: skip


@cache
def functions() -> tuple[str, ...]:
    """The qualified names of everything that is known natively in modules that programs use."""
    known = (*natives(), *layers(), *operators())
    return tuple(name for name in known if name.rpartition(".")[0] in (*MODULES, "torch.nn", "torch.nn.functional"))


@cache
def methods() -> tuple[str, ...]:
    """The names of methods: of builtin types, of tensors and of modules."""
    own = {name for table in METHODS.values() for name in table}
    of_torch = {name.rpartition(".")[2] for name in operators() if name.startswith("torch.Tensor.")}
    of_modules = {name.rpartition(".")[2] for name in natives() if name.startswith("torch.nn.Module.")}
    special = {"send", "__init__", "__call__", "__len__", "__enter__", "__getitem__", "__eq__", "__setattr__"}
    return tuple(sorted(own | of_torch | of_modules | special))


class Writer:
    """Writes one program; `fuel` bounds how long it gets."""

    def __init__(self, random: Random, fuel: int) -> None:
        self.random = random
        self.fuel = fuel

    def pick(self, among: Sequence[str]) -> str:
        return among[self.random.randrange(len(among))]

    def expression(self, depth: int = 3) -> str:
        self.fuel -= 1
        if depth <= 0 or self.fuel <= 0 or self.random.random() < 0.2:
            return self.pick(self.pick_of((NAMES, NAMES, NUMBERS, NUMBERS, TEXTS, ("None", "...", "()", "[]", "{}"))))
        return self.choice(_EXPRESSIONS)(self, depth - 1)

    def pick_of(self, among: Sequence[Sequence[str]]) -> Sequence[str]:
        return among[self.random.randrange(len(among))]

    def choice(self, among: Sequence[Callable[[Writer, int], str]]) -> Callable[[Writer, int], str]:
        return among[self.random.randrange(len(among))]

    def several(self, depth: int, most: int = 3) -> str:
        return ", ".join(self.expression(depth) for _ in range(self.random.randrange(most + 1)))

    def arguments(self, depth: int) -> str:
        given = [self.expression(depth) for _ in range(self.random.randrange(4))]
        if self.random.random() < 0.15:
            given.append(f"*{self.expression(depth)}")
        if self.random.random() < 0.25:
            given.append(
                f"{self.pick(('dim', 'bias', 'key', 'a', 'dtype', 'size', 'default'))}={self.expression(depth)}"
            )
        if self.random.random() < 0.1:
            given.append(f"**{self.expression(depth)}")
        return ", ".join(given)

    def target(self, depth: int) -> str:
        name = self.pick(NAMES)
        return self.pick_of((
            (name,), (name,), (f"{name}.{self.pick(ATTRIBUTES)}",), (f"{name}[{self.expression(depth)}]",),
            (f"{name}, *{self.pick(NAMES)}",), (f"({name}, {self.pick(NAMES)})",),
        ))[0]  # fmt: skip

    def block(self, depth: int, indent: str) -> str:
        count = 1 + self.random.randrange(3)
        return "".join(self.statement(depth - 1, indent + "    ") for _ in range(count))

    def statement(self, depth: int, indent: str = "") -> str:
        self.fuel -= 1
        kind = self.random.randrange(len(_COMPOUND) * 3)
        if depth > 0 and self.fuel > 0 and kind < len(_COMPOUND):
            return indent + _COMPOUND[kind](self, depth, indent)
        return f"{indent}{self.choice(_SIMPLE)(self, 3)}\n"


_EXPRESSIONS: tuple[Callable[[Writer, int], str], ...] = (
    lambda w, d: f"({w.expression(d)} {w.pick(SIGNS)} {w.expression(d)})",
    lambda w, d: f"({w.expression(d)} {w.pick(COMPARISONS)} {w.expression(d)})",
    lambda w, d: f"({w.expression(d)} {w.pick(('and', 'or'))} {w.expression(d)})",
    lambda w, d: f"({w.pick(('-', 'not ', '~', '+'))}{w.expression(d)})",
    lambda w, d: f"({w.expression(d)} if {w.expression(d)} else {w.expression(d)})",
    lambda w, d: f"{w.expression(d)}.{w.pick(ATTRIBUTES)}" if w.fuel else "a.b",
    lambda w, d: f"({w.expression(d)})[{w.expression(d)}]",
    lambda w, d: f"({w.expression(d)})[{w.expression(d)}:{w.expression(d)}]",
    lambda w, d: f"[{w.several(d)}]",
    lambda w, d: f"({w.expression(d)}, {w.expression(d)})",
    lambda w, d: f"{{{w.expression(d)}: {w.expression(d)}}}",
    lambda w, d: f"{{{w.expression(d)}, {w.expression(d)}}}",
    lambda w, d: f"[{w.expression(d)} for {w.pick(NAMES)} in {w.expression(d)} if {w.expression(d)}]",
    lambda w, d: f"({w.expression(d)} for {w.pick(NAMES)} in {w.expression(d)})",
    lambda w, d: f"{{{w.expression(d)}: {w.expression(d)} for {w.pick(NAMES)} in range({w.pick(NUMBERS)})}}",
    lambda w, d: f"(lambda {w.pick(NAMES)}=1, *y: {w.expression(d)})",
    lambda w, d: f'f"{{{w.pick(NAMES)}!r:>{{{w.pick(NAMES)}}}}}"',
    lambda w, d: f"({w.pick(TOP)} := {w.expression(d)})",
    lambda w, d: f"{w.pick(NAMES)}({w.arguments(d)})",
    lambda w, d: f"({w.expression(d)})({w.arguments(d)})",
    *[lambda w, d: f"({w.expression(d)}).{w.pick(methods())}({w.arguments(d)})"] * 4,
    *[lambda w, d: f"{w.pick(functions())}({w.arguments(d)})".removeprefix("builtins.")] * 8,
    *[lambda w, d: f"nn.Linear({w.expression(d)}, {w.expression(d)})"] * 2,
    lambda w, d: f"nn.Sequential({w.several(d)})",
    lambda w, d: f"nn.Parameter(torch.zeros({w.several(d)}))",
    lambda w, d: "super()",
    lambda w, d: f"super().{w.pick(methods())}({w.arguments(d)})",
    lambda w, d: f"torch.tensor({w.expression(d)})",
)

_SIMPLE: tuple[Callable[[Writer, int], str], ...] = (
    *[lambda w, d: f"{w.target(d)} = {w.expression(d)}"] * 6,
    lambda w, d: f"{w.pick(NAMES)} {w.pick(SIGNS)}= {w.expression(d)}",
    lambda w, d: f"{w.pick(NAMES)}: {w.expression(1)} = {w.expression(d)}",
    *[lambda w, d: w.expression(d)] * 3,
    lambda w, d: f"return {w.expression(d)}",
    lambda w, d: f"{w.pick(TOP)} = yield {w.expression(d)}",
    lambda w, d: f"yield from {w.expression(d)}",
    lambda w, d: f"raise {w.pick(('ValueError', 'StopIteration'))}({w.several(d)}) from {w.pick(NAMES)}",
    lambda w, d: f"assert {w.expression(d)}, {w.expression(1)}",
    lambda w, d: f"del {w.pick(NAMES)}.{w.pick(ATTRIBUTES)}",
    lambda w, d: f"global {w.pick(TOP)}",
    lambda w, d: "continue",
    lambda w, d: "break",
    lambda w, d: "pass",
)

_COMPOUND: tuple[Callable[[Writer, int, str], str], ...] = (
    lambda w, d, i: f"if {w.expression()}:\n{w.block(d, i)}{i}else:\n{w.block(d, i)}",
    lambda w, d, i: f"for {w.target(1)} in {w.expression()}:\n{w.block(d, i)}",
    lambda w, d, i: f"while {w.expression()}:\n{w.block(d, i)}",
    lambda w, d, i: (
        f"try:\n{w.block(d, i)}{i}except {w.pick(ERRORS)} as error:\n{w.block(d, i)}{i}finally:\n{w.block(d, i)}"
    ),
    lambda w, d, i: f"with {w.expression()} as {w.pick(TOP)}:\n{w.block(d, i)}",
    lambda w, d, i: (
        f"def {w.pick(('f', 'g', '__init__', 'forward', '__call__', '__getattr__', '__eq__', '__iter__'))}"
        f"({w.pick(('self, x=2', 'self', '*a, **b', 'a=1, /, b=2', 'cls, width: int'))}):\n{w.block(d, i)}"
    ),
    lambda w, d, i: (
        f"@{w.pick(('property', 'staticmethod', 'classmethod', 'f', 'functools.lru_cache(None)'))}\n"
        f"{i}def {w.pick(('width', 'f', '__len__'))}(self, *a):\n{w.block(d, i)}"
    ),
    lambda w, d, i: (
        f"class {w.pick(('A', 'B'))}({w.pick(('nn.Module', 'A', 'dict', 'enum.Enum', 'nn.Linear', 'int'))}):\n"
        f"{w.block(d, i)}"
    ),
    lambda w, d, i: (
        f"match {w.expression()}:\n{i}    case [{w.pick(TOP)}, *_] | {{'a': 1, **b}}:\n{w.block(d, i + '    ')}"
        f"{i}    case A(x=1) if {w.expression(1)}:\n{w.block(d, i + '    ')}"
    ),
)

HEAD = "".join(f"import {name}\n" for name in MODULES) + "import torch.nn.functional\nfrom torch import nn\n"
HEAD += """
a, b, c, x, width, net = 1, [1, 2.5, "a"], {"a": 1, 2: None}, torch.zeros(2, 4), 8, nn.Sequential(nn.Linear(4, 4))
f, g, B = len, lambda *a, **b: a, collections.OrderedDict
"""
MODEL = """
class A(nn.Module):
    def __init__(self, width=4, b=None):
        super().__init__()
        self.fc = nn.Linear(width, 4)
{made}
    def forward(self, x):
{run}        return self.fc(x)


"""


def program(random: Random, fuel: int = 120) -> str:
    """A module with a model in it."""
    writer = Writer(random, fuel)
    made, run = (writer.block(2, "    ") for _ in range(2))
    body = "".join(writer.statement(3) for _ in range(1 + random.randrange(4)))
    return HEAD + MODEL.format(made=made, run=run) + body


WORD = re.compile(r"\w+|\s+|[^\w\s]")
INTERESTING = (
    "0", "-1", "1", "2", "None", "True", "1e400", "10**100", "''", "[]", "{}", "...", "self", "nn.Linear", "lambda: 0",
    "(", ")", ":", "=", "*", "**", ".", ",", "yield", "await", "async", "class", "def", "return", "\\", "#", "'''", "@",
)  # fmt: skip


def mutated(text: str, random: Random, edits: int = 3) -> str:
    """The text with some tokens dropped, doubled, swapped, replaced, or the rest of it cut off."""
    words = WORD.findall(text)
    for _ in range(1 + random.randrange(edits)):
        if not words:
            break
        at, other = random.randrange(len(words)), random.randrange(len(words))
        kind = random.randrange(8)
        if kind == 0:
            del words[at : at + 1 + random.randrange(3)]
        elif kind == 1:
            words.insert(at, words[other])
        elif kind == 2:
            words[at], words[other] = words[other], words[at]
        elif kind == 3 and random.random() < 0.2:
            del words[at:]
        elif kind == 4:
            words.insert(at, chr(random.randrange(1, 0x500)))
        else:
            numbers = [index for index, word in enumerate(words) if word.isdigit()]
            where = numbers[random.randrange(len(numbers))] if numbers and random.random() < 0.6 else at
            words[where] = INTERESTING[random.randrange(len(INTERESTING))]
    return "".join(words)
