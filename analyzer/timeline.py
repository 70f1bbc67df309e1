"""What one model weighed at each commit of a history: the frozen types behind every format of `weighbridge history`.

    Timeline("net.py::Net", (Moment("5f2c...", reading=Reading(State.EXACT, Figure(630)), ...), ...), evaluated=3)

A commit is compared with the one that it was made on, its first parent.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analyzer.change import Figure, Measure

VERSION = 1


class State(StrEnum):
    """What is known of the model at a commit."""

    EXACT = "exact"
    SYMBOLIC = "symbolic"
    PARTIAL = "partial"
    FAILED = "failed"
    """These four are those of every report."""
    MISSING = "missing"
    """There is no such file, or nothing of that name in it."""
    UNREADABLE = "unreadable"
    """The file is no Python, or its content is not in the repository."""


UNKNOWN = Figure()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the scale said; no Figure is no model, and one that holds nothing is not known."""

    state: State
    parameters: Figure | None = UNKNOWN
    trainable: Figure | None = UNKNOWN
    macs: Figure | None = UNKNOWN
    """Multiply-accumulates, where an input is known."""
    why: str = ""
    """Why no more is known."""

    def says_as(self, other: Reading) -> bool:
        """Whether the figures are the same, whatever the reasons; work counts where it is a number."""
        return _figures(self) == _figures(other)


def _figures(reading: Reading) -> tuple[object, ...]:
    return reading.state, reading.parameters, reading.trainable, reading.macs and reading.macs.value


@dataclass(frozen=True, slots=True)
class Moment:
    """One commit."""

    commit: str
    """Its full hash."""
    parents: tuple[str, ...]
    time: int
    """Seconds since 1970 when it was committed."""
    subject: str
    """As it was written: to be escaped where it is shown."""
    path: str
    """What the file was called, from the top of the repository."""
    reading: Reading
    parameters: Measure
    trainable: Measure
    macs: Measure
    changes: bool
    """Whether it says something else than each of its parents; of a commit without any, whether there is a model."""
    main: bool
    """Whether it lies on the line of first parents from the newest commit."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A model over the log, the oldest commit first."""

    target: str
    """`FILE::NAME` or `FILE::EXPRESSION`, the file from the top of the repository."""
    moments: tuple[Moment, ...]
    evaluated: int = 0
    """At how many commits the model was built; at all others it rests on files that are the same as at one of these."""
    notes: tuple[str, ...] = ()
