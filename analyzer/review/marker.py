"""The invisible first line of a review comment: by it weighbridge knows its own comments and what they speak of.

    <!-- weighbridge:v1 {"largest": {"parameters": 4096, "percent": 1.5}, "head": "5f2c...", "made": "2026-05-..."} -->
    read(body)      Marker(Largest(4096, 1.5), "5f2c...", datetime(2026, 5, 1, ...))

The JSON holds no two hyphens in a row, which would end the HTML comment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

START = "<!-- weighbridge:v1 "
END = " -->"


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest change of any model's parameters, without its sign; None where no number is known."""

    parameters: int | None = None
    percent: float | None = None
    """Of what the model had; a model that is new has none."""


@dataclass(frozen=True, slots=True)
class Marker:
    largest: Largest = Largest()
    head: str | None = None
    """The commit that the comment speaks of."""
    made: datetime | None = None


def is_marked(body: str) -> bool:
    """Whether a text begins with a marker, be it readable or not."""
    return body.startswith(START)


def read(body: str) -> Marker:
    """The marker of a text; what is absent from it or not of its type is None."""
    line = body.partition("\n")[0].strip()
    if not (line.startswith(START) and line.endswith(END)):
        return Marker()
    try:
        found = json.loads(line[len(START) : -len(END)])
    except (ValueError, RecursionError):
        return Marker()
    if not isinstance(found, dict):
        return Marker()
    head = found.get("head")
    return Marker(_largest(found.get("largest")), head if isinstance(head, str) else None, _time(found.get("made")))


def text_of(body: str) -> str:
    """What stands below the marker, with newlines as Python writes them."""
    plain = body.replace("\r\n", "\n")
    return (plain.partition("\n")[2] if is_marked(plain) else plain).strip()


def written(marker: Marker) -> str:
    """The line of a marker, without a newline."""
    largest = {"parameters": marker.largest.parameters, "percent": marker.largest.percent}
    made = None if marker.made is None else marker.made.isoformat()
    document = json.dumps({"largest": largest, "head": marker.head, "made": made})
    return START + document.replace("--", "-\\u002d") + END


def _largest(found: object) -> Largest:
    if not isinstance(found, dict):
        return Largest()
    parameters, percent = found.get("parameters"), found.get("percent")
    return Largest(
        abs(parameters) if isinstance(parameters, int) and not isinstance(parameters, bool) else None,
        abs(float(percent)) if isinstance(percent, int | float) and not isinstance(percent, bool) else None,
    )


def _time(found: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)
