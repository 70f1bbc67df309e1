"""What a lint rule is, what it is given, and what it finds; a rule is one file of `analyzer/rules/`.

    RULE = Rule("WBT401", "softmax-without-dim", Severity.WARNING, check, bad="nn.Softmax()", good="nn.Softmax(dim=1)")

    def check(subject: Subject) -> Iterator[Hit]:
        for call in subject.source.nodes(ir.Call):
            if subject.name_of(call.function) == "torch.nn.Softmax" and not call.arguments:
                yield Hit(subject.place(call), "Softmax without dim picks a dimension by itself")

The docstring of the rule's module is its document: a first line, then the sections `What it does`, `Why is this bad`
and, where there are any, `Known limits`, each a line of its own above indented text.

Families of codes: WBS1xx size, WBR2xx registration, WBX3xx shape, WBT4xx redundancy and training, WBD5xx directives and
declarations, WBO9xx opinions (off unless selected).
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import MappingProxyType

from analyzer.config import Options
from analyzer.directives import Directives, Unused, directives
from analyzer.evaluation.values import Class, Namespace, Place
from analyzer.knowledge.entries import entries
from analyzer.qualified import dotted_name, local_names
from analyzer.report import Fix, Severity
from analyzer.source import Source
from analyzer.syntax import ir
from analyzer.weigh import Weighed

FAMILIES: Mapping[str, str] = {
    "WBS": "Size",
    "WBR": "Registration",
    "WBX": "Shape",
    "WBT": "Redundancy and training",
    "WBD": "Directives and declarations",
    "WBO": "Opinions",
}
SECTIONS = ("What it does", "Why is this bad", "Known limits")


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found at one place; the message says what is wrong and what would be right, in one line.

    The message names no path and no model: the same mistake seen through several models is then told once.
    """

    place: Place
    message: str
    model: str | None = None
    """The id of the model through which it was seen: `weighed.report.id`."""
    path: str | None = None
    """The path of the layer: `features.0`."""
    fix: Fix | None = None
    """Its edits are of the file that `place` lies in."""
    severity: Severity | None = None
    """In place of the rule's."""
    notes: tuple[str, ...] = ()
    """Shapes and other evidence: `arrives: [N, 256, 8, 8]`."""


@dataclass(frozen=True)
class Subject:
    """One file as rules see it: its text and syntax, its names after it was run, and the models that it defines."""

    source: Source
    namespace: Namespace
    models: tuple[Weighed, ...]
    options: Options
    sources: Callable[[str], Source | None] = lambda file: None
    """Any other file of the project by the name that places give it."""
    ledger: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The figures of models as the baseline has them: `{"net.py::Net": {"parameters": 630}}`."""
    unused: tuple[Unused, ...] = ()
    """For rules with `last`, which are given no models: the comments that suppressed nothing."""

    @property
    def file(self) -> str:
        return self.source.file

    @cached_property
    def directives(self) -> Directives:
        """What the file's comments ask for."""
        return directives(self.source.module)

    def place(self, node: ir.Node | ir.Span) -> Place:
        """Where a node of this file lies."""
        return Place(self.file, node.span if isinstance(node, ir.Node) else node)

    def source_of(self, place: Place) -> Source | None:
        """The file that a place lies in; None for one that is not the project's."""
        return self.source if place.file == self.file else self.sources(place.file)

    def call_at(self, place: Place) -> ir.Call | None:
        """The call that a layer or equation was made by: `subject.call_at(layer.record.place)`."""
        source = self.source_of(place)
        return source.call_at(place.span) if source is not None else None

    def name_of(self, expression: ir.Expression) -> str | None:
        """`torch.nn.Linear` for `nn.Linear` or an alias of it; None for a local name or one that is not known."""
        return dotted_name(expression, self.namespace, self._local)

    @cached_property
    def _local(self) -> frozenset[ir.Span]:
        return local_names(self.source.module)

    def class_of(self, node: ir.Class) -> Class | None:
        """The class that a top-level class statement made."""
        value = self.namespace.names.get(node.name)
        return value if isinstance(value, Class) and value.place is not None and value.place.span == node.span else None

    def header(self, weighed: Weighed) -> Place:
        """The name of a model where it is defined, to point at."""
        return Place(self.file, self.source.header(weighed.target.place.span, weighed.target.name))


@dataclass(frozen=True, slots=True)
class Undecided:
    """What a rule could not decide because parts of a model are not known: told beside the findings."""

    place: Place
    message: str
    model: str | None = None


Check = Callable[[Subject], Iterable[Hit | Undecided]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `check` is a pure function, and `bad` and `good` are whole files that show what it does."""

    code: str
    name: str
    severity: Severity
    check: Check
    bad: str
    good: str
    default: bool = True
    also_bad: tuple[str, ...] = ()
    """More cases that must be found, for the tests alone."""
    also_good: tuple[str, ...] = ()
    """More cases that must be clean."""
    settings: str = ""
    """The configuration that the cases need, as TOML."""
    ledger: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """The baseline's figures that the cases need; the file is `net.py`."""
    last: bool = False
    """Runs behind all other rules and sees which comments suppressed nothing; no comment suppresses it."""

    @property
    def document(self) -> Document:
        """What the docstring of the rule's module says."""
        return document(sys.modules[self.check.__module__].__doc__ or "")


@dataclass(frozen=True, slots=True)
class Document:
    """A rule's docstring: its first line, and its sections by name."""

    summary: str
    sections: Mapping[str, str]


def document(docstring: str) -> Document:
    """Split a docstring at the lines that are names of sections."""
    parts = re.split(rf"^({'|'.join(SECTIONS)})$", inspect.cleandoc(docstring), flags=re.MULTILINE)
    texts = {name: inspect.cleandoc(text.strip("\n")) for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    return Document(parts[0].strip(), texts)


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its code, in order; ValueError where two have the same code or name."""
    found: dict[str, Rule] = {}
    for rule in sorted(entries("analyzer.rules", Rule), key=lambda rule: rule.code):
        if rule.code in found or any(rule.name == other.name for other in found.values()):
            raise ValueError(f"two rules are called {rule.code} or {rule.name}")
        found[rule.code] = rule
    return MappingProxyType(found)
