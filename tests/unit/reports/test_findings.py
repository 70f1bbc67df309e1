from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest

from analyzer.report import Coverage, Edit, Finding, Fix, Problem, Reason, Report, Severity, Span
from analyzer.reports.findings import Shown, names, render
from analyzer.reports.findings.parts.fingerprint import fingerprints
from analyzer.reports.parts.escape import plain
from tests.unit.reports.sarif_schema import SCHEMA

CONTRACT = json.loads((Path(__file__).parents[3] / "docs" / "report.schema.json").read_text(encoding="utf-8"))

LINE = "        self.é = nn.Linear(256*8*8, 10)"
LINEAR = Finding(
    Span("a b/net.py", 7, 18, 7, 40),
    "WBT401",
    "softmax-without-dim",
    Severity.ERROR,
    "in_features is 16384, and 4096 arrive",
    "a b/net.py::Net",
    "features.3",
    Fix("set in_features to 4096", (Edit(Span("a b/net.py", 7, 28, 7, 35), "4096"),)),
    ("arrives: [N, 4096]",),
    LINE,
    "Net.__init__",
)
HOSTILE = Finding(
    Span("x,y:z%.py", 3, 1, 4, 2),
    "WBS101",
    "model-over-budget",
    Severity.INFO,
    "a\x1b[2J, b::c --> <b>|`@you`\nnext",
    fix=Fix("may be meant", (Edit(Span("x,y:z%.py", 3, 1, 4, 2), ""),), safe=False),
    source_line="\tif True:\x07",
)
REPORT = Report(
    findings=(LINEAR, HOSTILE),
    coverage=Coverage(files=3, models=2, exact=1, partial=1, unread=1, reasons={"argument 'n' has no default": 2}),
    undecided=(Reason(Span("net.py", 1), "WBS101: whether it keeps to 5 parameters: n", "net.py::Net"),),
)
EMPTY = Report(coverage=Coverage(files=1))


def shown(form: str, report: Report = REPORT, **how: Any) -> str:
    return render(form, report, Shown(**how))


def test_there_are_ten_formats() -> None:
    wanted = {"full", "concise", "json", "json-lines", "github", "gitlab", "sarif", "rdjson", "junit", "markdown"}
    assert set(names()) == wanted


@pytest.mark.parametrize("form", names())
@pytest.mark.parametrize("report", [REPORT, EMPTY], ids=["findings", "none"])
def test_no_format_lets_control_characters_through(form: str, report: Report) -> None:
    text = shown(form, report)
    assert text.endswith("\n")
    assert all(char.isprintable() or char in "\n\u200b" for char in text)


@pytest.mark.parametrize("form", ["full", "concise", "markdown", "github", "junit", "sarif"])
def test_what_was_not_understood_is_said(form: str) -> None:
    text = shown(form).replace("\\", "")
    assert "3 files read, 1 not readable, 2 models: 1 exact, 1 partial" in text
    assert "has no default" in text
    assert "whether it keeps to 5 parameters" in text


def test_full_shows_the_line_the_evidence_and_the_fix() -> None:
    assert shown("full", replace(REPORT, findings=(LINEAR,))).startswith(
        """\
WBT401 error: in_features is 16384, and 4096 arrive [softmax-without-dim]
  --> a b/net.py:7:18
   |
 7 |         self.é = nn.Linear(256*8*8, 10)
   |                  ^^^^^^^^^^^^^^^^^^^^^^
   = arrives: [N, 4096]
   = layer features.3 of a b/net.py::Net
help: set in_features to 4096; --fix does it

1 finding: 1 error; 1 can be fixed with --fix
"""
    )


def test_full_offers_unsafe_fixes_by_their_name() -> None:
    assert "help: may be meant; --fix --unsafe-fixes does it" in shown("full")
    assert "help: may be meant; --fix does it" in shown("full", unsafe=True)


def test_full_keeps_to_ascii_where_it_must() -> None:
    assert shown("full", unicode=False).isascii()


def test_concise_marks_what_can_be_fixed_and_starts_where_the_reader_is() -> None:
    first, second, *rest = shown("concise", prefix="../proj/").splitlines()
    assert first == "../proj/a b/net.py:7:18: WBT401 [*] in_features is 16384, and 4096 arrive"
    assert second.startswith("../proj/x,y:z%.py:3:1: WBS101 a\\x1b[2J")
    assert rest[0] == "2 findings: 1 error, 1 info; 1 can be fixed with --fix; 1 with --fix --unsafe-fixes"


def test_json_is_the_contract() -> None:
    document = json.loads(shown("json"))
    jsonschema.validate(document, CONTRACT)
    fix = document["findings"][0]["fix"]
    assert fix["edits"] == [
        {"file": "a b/net.py", "line": 7, "column": 28, "end_line": 7, "end_column": 35, "text": "4096"}
    ]


def test_json_lines_holds_a_finding_a_line_and_coverage_last() -> None:
    *findings, last = map(json.loads, shown("json-lines").splitlines())
    assert findings == json.loads(shown("json"))["findings"]
    assert last["coverage"]["partial"] == 1


def test_github_commands_are_escaped() -> None:
    first, second, third = shown("github").splitlines()
    assert first == (
        "::error title=weighbridge WBT401 softmax-without-dim,file=a b/net.py,line=7,col=18,endLine=7,endColumn=40"
        "::in_features is 16384, and 4096 arrive%0Aarrives: [N, 4096]%0Aset in_features to 4096"
    )
    properties, _, message = second.removeprefix("::notice ").partition("::")
    assert "file=x%2Cy%3Az%25.py" in properties
    assert "endColumn" not in properties
    assert message == "a\\x1b[2J, b::c --> <b>|`@you`%0Anext%0Amay be meant"
    assert third.startswith("::notice title=weighbridge::")


def test_gitlab_fingerprints_do_not_depend_on_lines() -> None:
    moved = replace(LINEAR, span=Span("a b/net.py", 90, 1, 90, 9), message="other", source_line="x")
    issues = json.loads(shown("gitlab"))
    assert [issue["severity"] for issue in issues] == ["major", "info"]
    assert fingerprints((moved,))[0] == issues[0]["fingerprint"]
    assert len(set(fingerprints((LINEAR, LINEAR, HOSTILE)))) == 3


@pytest.mark.parametrize("report", [REPORT, EMPTY, replace(REPORT, problems=(Problem("net.py: no Python"),))])
def test_sarif_keeps_to_the_standard(report: Report) -> None:
    document = json.loads(shown("sarif", report, version="1.2.3"))
    jsonschema.validate(document, SCHEMA, format_checker=jsonschema.FormatChecker())
    (run,) = document["runs"]
    assert run["invocations"][0]["executionSuccessful"] is not report.problems
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_keeps_to_the_whole_of_the_standard() -> None:
    file = os.environ.get("WEIGHBRIDGE_SARIF_SCHEMA")
    if file is None:
        pytest.skip("WEIGHBRIDGE_SARIF_SCHEMA names no copy of OASIS's sarif-schema-2.1.0.json")
    schema = json.loads(Path(file).read_text(encoding="utf-8"))
    for report in (REPORT, EMPTY, replace(REPORT, problems=(Problem("net.py: no Python"),))):
        document = json.loads(shown("sarif", report, version="1.2.3", unsafe=True))
        jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)


NAMES = [
    "-a.py",
    "::error::a.py",
    "a\nb.py",
    "a%0Ab,c:d.py",
    "q\"u'o.py",
    "<b>|`c`.py",
    "a\udcff.py",
    "\u202ea.py",
    "𝔘 ü.py",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_takes_every_name_of_a_file(name: str) -> None:
    span = Span(name, 1, 1, 1, 2)
    fix = Fix("mend", (Edit(span, "y"),))
    told = replace(LINEAR, span=span, fix=fix, model=f"{name}::Net", source_line="x = 𝔘\x1b")
    reasons = {f"{name}---b is not known": 1}
    report = Report(findings=(told,), coverage=Coverage(files=1, reasons=reasons), problems=(Problem(name),))
    texts = {form: shown(form, report) for form in names()}
    for text in texts.values():
        text.encode()
        assert all(char.isprintable() or char in "\n\u200b" for char in text)
    uri = json.loads(texts["sarif"])["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert unquote(uri["uri"], errors="surrogateescape") == name
    jsonschema.validate(json.loads(texts["sarif"]), SCHEMA, format_checker=jsonschema.FormatChecker())
    jsonschema.validate(json.loads(texts["json"]), CONTRACT)
    assert json.loads(texts["json-lines"].splitlines()[0])["file"] == name
    assert json.loads(texts["gitlab"])[0]["location"]["path"] == name
    assert json.loads(texts["rdjson"])["diagnostics"][0]["location"]["path"] == name
    assert [suite.attrib["name"] for suite in ElementTree.fromstring(texts["junit"]).iter("testsuite")] == [
        plain(name),
        "weighbridge",
    ]
    assert len(texts["github"].splitlines()) == 3
    assert texts["github"].splitlines()[0].split("::")[1].count(",") == 5


def test_sarif_quotes_files_and_offers_safe_fixes_alone() -> None:
    first, second = json.loads(shown("sarif"))["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/net.py"
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "4096"}
    assert "fixes" not in second
    assert "fixes" in json.loads(shown("sarif", unsafe=True))["runs"][0]["results"][1]


def test_sarif_stays_within_the_results_that_github_takes() -> None:
    many = (*(replace(HOSTILE, message=str(number)) for number in range(25_000)), LINEAR)
    (run,) = json.loads(shown("sarif", Report(findings=many)))["runs"]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["ruleId"] == "WBT401"
    said = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert "only the 25,000 most severe findings are listed" in said


def test_rdjson_counts_columns_in_bytes() -> None:
    first, second = json.loads(shown("rdjson"))["diagnostics"]
    assert first["location"]["range"] == {"start": {"line": 7, "column": 19}, "end": {"line": 7, "column": 41}}
    assert first["suggestions"][0] == {
        "range": {"start": {"line": 7, "column": 29}, "end": {"line": 7, "column": 36}},
        "text": "4096",
    }
    assert second["location"]["range"] == {"start": {"line": 3, "column": 1}, "end": {"line": 4}}


def test_junit_is_xml_with_a_case_for_each_finding() -> None:
    root = ElementTree.fromstring(shown("junit"))
    assert root.attrib["failures"] == "2"
    assert [case.attrib["line"] for case in root.iter("testcase")] == ["7", "3"]
    assert [suite.attrib["name"] for suite in root.iter("testsuite")] == ["a b/net.py", "x,y:z%.py"]
    assert ElementTree.fromstring(shown("junit", EMPTY)).attrib == {
        "name": "weighbridge",
        "tests": "1",
        "failures": "0",
        "errors": "0",
    }


def test_files_that_cannot_be_read_are_told_to_build_servers() -> None:
    unread = Report(problems=(Problem("'(' was never closed", Span("a,b.py", 3, 5)), Problem("no such file: <c>")))
    root = ElementTree.fromstring(shown("junit", unread, prefix="../"))
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == ("2", "0", "2")
    messages = [error.attrib["message"] for error in root.iter("error")]
    assert messages == ["../a,b.py:3: '(' was never closed", "no such file: <c>"]
    assert shown("github", unread, prefix="../").splitlines()[:2] == [
        "::error title=weighbridge,file=../a%2Cb.py,line=3::'(' was never closed",
        "::error title=weighbridge::no such file: <c>",
    ]
    both = ElementTree.fromstring(shown("junit", replace(unread, findings=(LINEAR,))))
    assert (both.attrib["tests"], len(list(both.iter("testcase")))) == ("3", 3)


def test_markdown_interprets_nothing() -> None:
    row = shown("markdown").splitlines()[5]
    assert row.count(" | ") == 3
    assert "<b>" not in row
    assert "@you" not in row
