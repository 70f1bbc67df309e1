from __future__ import annotations

import csv as reader
import io
import json as decoder
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from analyzer.report import Finding, Problem, Report, Severity, Span
from analyzer.reports import View, csv, json, markdown, names, render
from tests.unit.reports.samples import failed, hostile, nested, partial, report, seed, symbolic

SCHEMA = decoder.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text(encoding="utf-8"))
EVERY = report(seed(), nested(), symbolic(), partial(), failed(), hostile())


def test_formats_are_found_in_their_folder() -> None:
    assert {"csv", "json", "markdown", "table"} <= set(names())
    assert "parts" not in names()


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("what", ["summary", "scan"])
def test_every_format_prints_every_status(name: str, what: str) -> None:
    text = render(name, what, EVERY, View())  # type: ignore[arg-type]
    assert text.endswith("\n")
    for status in ("exact", "symbolic", "partial", "failed"):
        assert status in text


def test_json_keeps_the_contract() -> None:
    finding = Finding(Span("net.py", 4, 5, 4, 9), "W101", "giant-linear", Severity.WARNING, "too large", "net.py::Net")
    problem = Problem("no such file", Span("nett.py", 1), "did you mean net.py?")
    full = replace(EVERY, findings=(finding,), problems=(problem,))
    for one in (full, Report()):
        document = decoder.loads(json.summary(one, View()))
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)] == []


def test_the_schema_itself_can_tell_a_wrong_report() -> None:
    document = json.to_json(EVERY)
    document["models"][0]["status"] = "certain"
    assert not Draft202012Validator(SCHEMA).is_valid(document)


def test_json_flattens_places_and_gives_every_layer() -> None:
    model = json.to_json(report(seed()))["models"][0]
    assert (model["file"], model["line"], model["column"]) == ("fixtures/seed_cnn.py", 5, 1)
    assert model["parameters"]["total"] == 5852234
    assert len(model["layers"]) == 25
    assert model["layers"][1]["output_shape"] == [1, 32, 32, 32]
    assert "layers" not in json.to_json(report(failed()))["models"][0]


def test_json_gives_accepted_inputs_and_problems() -> None:
    document = json.to_json(replace(report(symbolic()), problems=(Problem("bad", hint="mend it"),)))
    assert document["models"][0]["accepts"] == ["H at least 1", "W a multiple of 32"]
    assert document["models"][0]["symbols"] == {"dim": {"file": "block.py", "line": 5, "column": 24}}
    assert document["problems"] == [{"message": "bad", "hint": "mend it"}]


def _lines(text: str) -> list[dict[str, str]]:
    return list(reader.DictReader(io.StringIO(text)))


def test_csv_numbers_add_up() -> None:
    lines = _lines(csv.summary(report(seed()), View()))
    assert len(lines) == 24
    assert sum(int(line["num_params"]) for line in lines) == 5852234
    assert lines[0]["output_size"] == "[1, 32, 32, 32]"
    assert lines[0]["line"] == "6"


def test_csv_says_why_something_is_not_known() -> None:
    lines = _lines(csv.summary(report(partial(), failed()), View(columns=("num_params",))))
    notes = {line["layer"]: line["note"] for line in lines if line["model"] == "unread.py::net"}
    assert notes["stem"] == "unread.py:7:20 the kernel size is read from a file"
    assert notes[""].startswith("unread.py:2:1 company.shapes")
    assert "did not end" in lines[-1]["note"]


def test_csv_of_a_scan_has_one_line_for_each_model() -> None:
    lines = _lines(csv.scan(report(seed(), symbolic(), partial()), View()))
    assert [line["parameters"] for line in lines] == ["5852234", "", ""]
    assert lines[1]["formula"] == "9*dim**2 + 5*dim"
    assert lines[2]["at_least"] == "74698"
    assert len(_lines(csv.scan(report(seed()), View(layers=True)))) == 24


def test_csv_holds_no_formula_for_a_spreadsheet() -> None:
    for text in (csv.summary(report(hostile()), View()), csv.scan(report(hostile()), View())):
        for row in reader.reader(io.StringIO(text)):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_markdown_tables_are_rectangular() -> None:
    for text in (markdown.summary(EVERY, View()), markdown.scan(EVERY, View(shapes=True))):
        for block in text.split("\n\n"):
            if block.startswith("| "):
                assert len({line.replace("\\|", "").count("|") for line in block.splitlines()}) == 1


def test_markdown_of_the_seed_shows_rows_and_totals() -> None:
    text = markdown.summary(report(seed()), View())
    assert "| `19` | `Linear` | `[1, 1024]` | 4,195,328 | yes | 71.7% |" in text
    assert "| Total parameters | 5,852,234 |" in text
    assert "_1 file read, 1 model: 1 exact_" in text


def test_markdown_leaves_no_mention_html_or_line_break_outside_code() -> None:
    import re

    for text in (markdown.summary(report(hostile()), View()), markdown.scan(report(hostile()), View())):
        outside = re.sub(r"(`+) ?.+? ?(?<!`)\1(?!`)", "", text.replace("\\`", ""))
        assert "@everyone" not in outside
        assert re.search(r"(?<!\\)<", outside) is None
        assert not any(line.startswith("::") for line in text.splitlines())
        assert all(char.isprintable() or char in "\n\u200b" for char in text)
