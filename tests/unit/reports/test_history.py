from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from analyzer.change import Figure, Measure
from analyzer.reports import View
from analyzer.reports.history import names, render
from analyzer.reports.history.parts.axes import amounts, times
from analyzer.timeline import Moment, Reading, State, Timeline

DAY = 86_400
START = 1_767_225_600
"""The first of January 2026, UTC."""


def moment(number: int, figure: Figure | None, before: Figure | None, **settings: object) -> Moment:
    state = State.MISSING if figure is None else State.EXACT if figure.value is not None else State.FAILED
    reading = Reading(state, figure, figure, None if figure is None else Figure())
    values = [one.value if one is not None else 0 for one in (before, figure)]
    delta = None if None in values else (values[1] or 0) - (values[0] or 0)
    percent = 100 * delta / values[0] if delta is not None and values[0] and figure is not None else None
    measure = Measure(before, figure, delta, percent=percent)
    fields: dict[str, object] = {
        "commit": f"{number:040x}", "parents": (), "time": START + number * DAY, "subject": f"step {number}",
        "path": "net.py", "reading": reading, "parameters": measure, "trainable": measure,
        "macs": Measure(None, None), "changes": before != figure, "main": True,
    }  # fmt: skip
    return Moment(**{**fields, **settings})  # type: ignore[arg-type]


def timeline(*figures: Figure | None, **settings: object) -> Timeline:
    befores = (None, *figures[:-1])
    pairs = enumerate(zip(figures, befores, strict=True))
    return Timeline("net.py::Net", tuple(moment(number, *pair, **settings) for number, pair in pairs), 2)


HOSTILE = "=cmd|' /C calc'!A0 \x1b[2J</text><script>alert(1)</script> & \u202e]]>"


def test_the_table_shows_what_changes() -> None:
    shown = timeline(None, Figure(630), Figure(630), Figure(850), Figure())
    text = render("table", shown, View())
    rows = [line for line in text.splitlines() if re.match(r"\d{4}-", line)]
    assert [re.split(r"\s{2,}", row) for row in rows] == [
        ["2026-01-02", "0000000", "630", "+630", "step 1"],
        ["2026-01-04", "0000000", "850", "+220", "+34.9 %", "step 3"],
        ["2026-01-05", "0000000", "failed", "step 4"],
    ]
    assert "5 commits from 2026-01-01 to 2026-01-05, 3 changes: 3 exact, 1 failed, 1 missing" in text
    every = render("table", shown, View(every=True))
    assert sum(bool(re.match(r"\d{4}-", line)) for line in every.splitlines()) == 5


def test_the_table_tells_other_names_and_reasons() -> None:
    figure = Figure(630)
    reading = Reading(State.PARTIAL, Figure(at_least=600), why="net.py:3 who knows")
    one = moment(1, figure, None, path="old.py")
    other = moment(2, figure, figure, reading=reading, parameters=Measure(figure, Figure(at_least=600)), changes=True)
    text = render("table", Timeline("net.py::Net", (one, other)), View())
    assert "step 1  as old.py" in text
    assert "≥ 600  step 2  net.py:3 who knows".replace("  ", " ") in re.sub(" +", " ", text)


def test_a_history_without_changes_is_a_sentence() -> None:
    text = render("table", timeline(Figure(5), changes=False), View())
    assert "1 commit from 2026-01-01 to 2026-01-01, 0 changes: 1 exact\nnow 5 parameters" in text


def test_values_are_for_spreadsheets() -> None:
    shown = timeline(Figure(630), Figure(315), subject=HOSTILE)
    rows = list(csv.DictReader(io.StringIO(render("csv", shown, View()))))
    assert [row["parameters"] for row in rows] == ["630", "315"]
    assert [row["delta"] for row in rows] == ["630", "-315"]
    assert [row["percent"] for row in rows] == ["", "-50.0"]
    assert rows[1]["date"] == "2026-01-02T00:00:00Z"
    assert all(row["subject"].startswith("'=cmd") and "\x1b" not in row["subject"] for row in rows)
    formula = Moment(**{**_fields(shown.moments[0]), "parameters": Measure(None, None, formula="-2*d")})
    assert "'-2*d" in render("csv", Timeline("net.py::Net", (formula,)), View())


def _fields(one: Moment) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}


def test_json_holds_everything() -> None:
    shown = timeline(Figure(630), Figure(850), subject=HOSTILE)
    document = json.loads(render("json", shown, View()))
    schema = json.loads((Path(__file__).parents[3] / "docs" / "history.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert document["commits"][1]["parameters"]["delta"] == 220
    assert document["commits"][1]["subject"] == HOSTILE


def test_names_do_no_harm() -> None:
    shown = Timeline(f"net.py::{HOSTILE}", timeline(Figure(630), Figure(850), subject=HOSTILE).moments)
    for form in ("table", "svg"):
        text = render(form, shown, View())
        assert "\x1b" not in text
        assert "\u202e" not in text
    tree = ElementTree.fromstring(render("svg", shown, View()))
    assert not [node for node in tree.iter() if node.tag.endswith("script")]


@pytest.mark.parametrize(
    "figures",
    [
        (Figure(630),),
        (Figure(0), Figure(0)),
        (None, None),
        (Figure(), Figure()),
        (Figure(formula="12*d**2"),),
        (Figure(124_439_808), Figure(124_475_904)),
        (Figure(1), Figure(10**15)),
        (Figure(630), None, Figure(at_least=700), Figure(), Figure(850), Figure(at_least=900)),
    ],
)
def test_anything_can_be_drawn(figures: tuple[Figure | None, ...]) -> None:
    shown = timeline(*figures)
    text = render("svg", shown, View())
    assert text == render("svg", shown, View())
    tree = ElementTree.fromstring(text)
    assert not re.search(r"nan|inf|None", " ".join(value for node in tree.iter() for value in node.attrib.values()))
    for node in tree.iter():
        for name in ("x", "cx", "y", "cy"):
            assert 0 <= int(node.get(name, "0")) <= 800


def test_the_line_makes_steps_and_stops_where_nothing_is_known() -> None:
    tree = ElementTree.fromstring(
        render("svg", timeline(Figure(100), Figure(200), Figure(200), None, Figure(100)), View())
    )
    lines = [node.get("d", "") for node in tree.iter() if "line" in node.get("class", "").split()]
    assert len(lines) == 2
    assert re.fullmatch(r"M76 (\d+)H(\d+)V(\d+)H(\d+)", lines[0])
    assert re.fullmatch(r"M776 (\d+)H778", lines[1])
    dots = [node for node in tree.iter() if node.get("class") == "dot"]
    assert len(dots) == 3


def test_branches_are_dots_beside_the_line() -> None:
    one, other, last = timeline(Figure(100), Figure(200), Figure(100)).moments
    aside = Moment(**{**_fields(other), "main": False})
    text = render("svg", Timeline("net.py::Net", (one, aside, last)), View())
    assert text.count('class="dot aside"') == 1
    assert text.count('class="line"') == 1


def test_what_is_trained_is_another_line() -> None:
    shown = timeline(Figure(100), Figure(200))
    frozen = [
        Moment(**{**_fields(one), "reading": Reading(State.EXACT, Figure(100), Figure(50))}) for one in shown.moments
    ]
    assert 'class="line other"' in render("svg", Timeline("net.py::Net", tuple(frozen)), View())
    assert "  50 " in render("table", Timeline("net.py::Net", tuple(frozen)), View())


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 0, ["0", "1"]),
        (13_000_000, 31_000_000, ["0", "10 M", "20 M", "30 M", "40 M"]),
        (124_439_808, 163_037_184, ["120 M", "130 M", "140 M", "150 M", "160 M", "170 M"]),
        (1_249_000, 1_251_000, ["1.24 M", "1.25 M", "1.26 M"]),
        (3, 4, ["3", "4"]),
    ],
)
def test_amounts_are_round(low: int, high: int, labels: list[str]) -> None:
    axis = amounts(low, high, 300, 40)
    assert [text for _, text in axis.ticks] == labels
    assert 40 <= axis.at(high) <= axis.at(low) <= 300


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (0, ["Jan 01 00:00", "Jan 01 01:00"]),
        (5, ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06"]),
        (200, ["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026", "Jul 2026"]),
        (365 * 4, ["2026", "2027", "2028", "2029"]),
        (365 * 40, ["2030", "2040", "2050", "2060"]),
    ],
)
def test_dates_are_round(days: int, labels: list[str]) -> None:
    axis = times(START, START + days * DAY, 70, 780)
    assert [text for _, text in axis.ticks][-len(labels) :] == labels
    assert all(70 <= x <= 780 for x, _ in axis.ticks)


def test_the_formats_there_are() -> None:
    assert names() == ("csv", "json", "svg", "table")
