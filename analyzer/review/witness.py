"""What an evaluation asked of a tree, with the answers: where they are the same, so is what it finds.

    witness = Witness(tree)                          a Reader; give it to a Project in place of the tree
    witness.answers                                  {("read", "/@tree/net.py"): "5f2c...", ("kind", ...): "-", ...}
    holds(witness.answers, other)                    whether another tree would have answered the same

Nothing that is read is remembered, but the name that git gives to it.  Files elsewhere, such as an installed library's,
are taken not to change while a process runs.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from pathlib import Path

from analyzer.review.tree import ROOT, Tree
from analyzer.syntax.reader import Names
from analyzer.syntax.source import MAXIMUM_BYTES

Question = tuple[str, str]
"""`read`, `kind`, `list` or `real`, and a path."""
Answers = Mapping[Question, str]
NOTHING = "-"


class Witness:
    """The reader that an evaluation is given."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.answers: dict[Question, str] = {}
        self.failed = False
        """Whether something that the tree holds could not be read: another time it may be."""

    def read(self, path: Path, maximum: int) -> bytes:
        answer = self._asked("read", path)
        try:
            return self._tree.read(path, maximum)
        except OSError:
            self.failed = self.failed or answer != NOTHING
            raise

    def names(self, folder: Path) -> Names:
        names = self._tree.names(folder)

        def asked(name: str | None) -> None:
            if name is None:
                self._asked("list", folder)
            else:
                self._asked("kind", folder / name)

        return Names(_Probed(names.folders, asked), _Probed(names.files, asked))

    def real(self, path: Path) -> Path:
        self._asked("real", path)
        return self._tree.real(path)

    def _asked(self, kind: str, path: Path) -> str:
        question = (kind, os.fspath(path))
        if question not in self.answers:
            self.answers[question] = answered(self._tree, question)
        return self.answers[question]


class _Probed(Set[str]):
    """The names of a folder; who looks for one asks for that one, and who walks through them asks for all."""

    def __init__(self, names: Set[str], asked: Callable[[str | None], None]) -> None:
        self._names = names
        self._told = asked

    @classmethod
    def _from_iterable(cls, names: Iterable[str]) -> Set[str]:  # type: ignore[override]  # as Set permits
        return frozenset(names)

    def __contains__(self, name: object) -> bool:
        self._told(str(name))
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        self._told(None)
        return iter(self._names)

    def __len__(self) -> int:
        self._told(None)
        return len(self._names)


def holds(answers: Answers, tree: Tree) -> bool:
    """Whether a tree gives the same answers; what lies elsewhere is not looked at again."""
    return all(answered(tree, question) == answer for question, answer in answers.items() if not is_elsewhere(question))


def is_elsewhere(question: Question) -> bool:
    """Whether a question is about something that no tree holds."""
    return not Path(question[1]).is_relative_to(ROOT)


def answered(tree: Tree, question: Question) -> str:
    """The answer that a tree gives."""
    kind, text = question
    path = Path(text)
    if kind == "real":
        return _real(tree, path)
    if kind == "list":
        names = tree.names(path)
        return "/".join([*sorted(names.folders), "", *sorted(names.files)])
    if kind == "kind" and path.is_relative_to(ROOT):
        return tree.kind(path) or NOTHING
    if kind == "kind":
        names = tree.names(path.parent)
        return "folder" if path.name in names.folders else "file" if path.name in names.files else NOTHING
    if path.is_relative_to(ROOT):
        place = Path(_real(tree, path))
        entry = tree.entries.get(place.relative_to(ROOT).as_posix()) if place.is_relative_to(ROOT) else None
        return f"{entry.kind} {entry.identity}" if entry is not None else NOTHING
    try:
        return hashlib.sha256(tree.read(path, MAXIMUM_BYTES + 1)).hexdigest()
    except OSError:
        return NOTHING


def _real(tree: Tree, path: Path) -> str:
    try:
        return os.fspath(tree.real(path))
    except OSError:
        return NOTHING
