"""Axes with round numbers: amounts with their units upwards, dates across.

amounts(0, 130_000_000, 300, 40).ticks       ((300, "0"), (200, "50 M"), (100, "100 M"), ...)
times(1672531200, 1735689600, 70, 780).ticks ((70, "2023"), (425, "2024"), (780, "2025"))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"), (1, ""))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_TICKS = 7
HOUR, DAY = 3600, 86_400
HOURS, DAYS = (1, 3, 6, 12), (1, 2, 7, 14)
IN_MONTHS = (1, 2, 3, 6, *(12 * years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)))


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers from `low` to `high` on pixels from `start` to `end`."""

    low: int
    high: int
    start: int
    end: int
    ticks: tuple[tuple[int, str], ...] = ()
    """Pixels and what is written there."""

    def at(self, number: int) -> int:
        """The pixel of a number."""
        return self.start + (number - self.low) * (self.end - self.start) // (self.high - self.low)


def amounts(low: int, high: int, start: int, end: int) -> Axis:
    """An axis that holds both; from nothing on, unless all amounts are close together."""
    if low * 2 <= high:
        low = 0
    step = _step(max(high - low, high // 50, 4))
    low, high = low // step * step, -(-high // step) * step
    if low == high:
        low, high = max(low - step, 0), high + step
    axis = Axis(low, high, start, end)
    unit, sign = next((unit, sign) for unit, sign in UNITS if high >= unit)
    ticks = ((axis.at(number), _written(number, unit, sign)) for number in range(low, high + 1, step))
    return Axis(low, high, start, end, tuple(ticks))


def _step(extent: int) -> int:
    """A round number of which about five make the extent."""
    power = 1
    while power * 50 < extent:
        power *= 10
    return next(step for step in (power, 2 * power, 5 * power, 10 * power) if step * 5 >= extent)


def _written(number: int, unit: int, sign: str) -> str:
    """`1.25 M`, exactly: a step is a round number."""
    whole, rest = divmod(number, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    text = f"{whole:,}.{digits}" if digits else f"{whole:,}"
    return f"{text} {sign}".rstrip() if number else "0"


def times(first: int, last: int, start: int, end: int) -> Axis:
    """An axis of seconds since 1970, with ticks at full hours, days, months or years of UTC."""
    if last - first < HOUR:
        first, last = max(first - HOUR, 0), last + HOUR
    axis = Axis(first, last, start, end)
    ticks: list[tuple[int, str]] = []
    for marks in _scales(first, last):
        ticks = [(axis.at(int(time.timestamp())), text) for time, text in marks]
        if len(ticks) <= MOST_TICKS:
            break
    return Axis(first, last, start, end, tuple(ticks))


def _scales(first: int, last: int) -> Iterator[list[tuple[datetime, str]]]:
    """The marks between two times, fewer and fewer of them."""
    for seconds, words in (
        *((hours * HOUR, "%d %H:%M") for hours in HOURS if last - first < 4 * DAY),
        *((days * DAY, "%Y-%m-%d") for days in DAYS if last - first < 100 * DAY),
    ):
        found = (datetime.fromtimestamp(time, UTC) for time in range(-(-first // seconds) * seconds, last + 1, seconds))
        yield [(time, _named(time, words)) for time in found]
    begin, finish = (datetime.fromtimestamp(time, UTC) for time in (first, last))
    for months in IN_MONTHS:
        found_months = []
        for number in range(begin.year * 12 + begin.month - 1, finish.year * 12 + finish.month):
            time = datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
            if number % months == 0 and time >= begin:
                name = str(time.year) if months >= 12 else f"{MONTHS[time.month - 1]} {time.year}"
                found_months.append((time, name))
        yield found_months


def _named(time: datetime, words: str) -> str:
    return time.strftime(words) if "H" not in words else f"{MONTHS[time.month - 1]} {time.strftime(words)}"
