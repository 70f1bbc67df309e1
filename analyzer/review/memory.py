"""Readings of a model by what they rest on: what was found at one commit is taken at others, and by later runs.

memory = Memory(store, asked=b"Net() N,3,32,32 ...")
memory.keep("net.py", tree, answers, reading)
memory.find("net.py", other)              -> the reading, if everything asked for on the way to it is the same there
"""

from __future__ import annotations

import hashlib

import msgspec

from analyzer.cache.store import Store
from analyzer.cache.tool import identity
from analyzer.review.tree import Tree
from analyzer.review.witness import Answers, Question, answered, holds, is_elsewhere
from analyzer.timeline import Reading

KIND = "reading"
MOST = 64
"""Readings that the store keeps of one content of a file: what it imports may be another each time."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A reading and all that it rests on."""

    answers: tuple[tuple[Question, str], ...]
    reading: Reading


_DECODER = msgspec.msgpack.Decoder(list[Kept])


class Memory:
    """The readings of one model; `asked` tells the model and all that it is built with besides the tree."""

    def __init__(self, store: Store | None, asked: bytes) -> None:
        self._store = store
        self._asked = hashlib.blake2b(identity() + asked, digest_size=32).digest()
        self._known: dict[tuple[str, str], list[tuple[Answers, Reading]]] = {}

    def find(self, path: str, tree: Tree) -> Reading | None:
        """What was read where everything is as in this tree."""
        for answers, reading in self._candidates(path, tree):
            if holds(answers, tree):
                return reading
        return None

    def keep(self, path: str, tree: Tree, answers: Answers, reading: Reading, *, lasting: bool) -> None:
        """Remember a reading; lasting: for later runs as well."""
        known = self._candidates(path, tree)
        first = sorted(answers.items(), key=lambda one: one[0][0] != "read")  # what differs most often
        known.insert(0, (dict(first), reading))
        if self._store is not None and lasting:
            kept = [Kept(tuple(one.items()), found) for one, found in known[:MOST]]
            try:
                self._store.put(KIND, self._key(path, tree), msgspec.msgpack.encode(kept))
            except (UnicodeEncodeError, OverflowError):  # a path that is no text, a number past 64 bits
                return

    def _candidates(self, path: str, tree: Tree) -> list[tuple[Answers, Reading]]:
        """Readings of the same file with the same content, the newest first."""
        name = (path, _content(path, tree))
        if name not in self._known:
            found = [] if self._store is None else self._kept(path, tree)
            self._known[name] = [(answers, reading) for answers, reading in found if _stands(answers, tree)]
        return self._known[name]

    def _kept(self, path: str, tree: Tree) -> list[tuple[Answers, Reading]]:
        assert self._store is not None
        data = self._store.get(KIND, self._key(path, tree))
        try:
            return [] if data is None else [(dict(one.answers), one.reading) for one in _DECODER.decode(data)]
        except msgspec.DecodeError:
            return []

    def _key(self, path: str, tree: Tree) -> bytes:
        named = f"{path}\0{_content(path, tree)}".encode(errors="surrogateescape")
        return hashlib.blake2b(self._asked + named, digest_size=32).digest()


def _content(path: str, tree: Tree) -> str:
    entry = tree.entries.get(path)
    return "" if entry is None else entry.identity


def _stands(answers: Answers, tree: Tree) -> bool:
    """Whether what an earlier run found outside of the repository is still so."""
    return all(answered(tree, question) == answer for question, answer in answers.items() if is_elsewhere(question))
