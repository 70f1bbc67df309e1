from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from analyzer.change import (
    Breach,
    Cause,
    Change,
    Checkpoint,
    Comparison,
    Figure,
    Key,
    Kind,
    LayerChange,
    Loads,
    Measure,
    Renaming,
    Reshaping,
    Setting,
    Side,
    Step,
)
from analyzer.report import Coverage, Problem, Reason, Severity, Span, Status
from analyzer.reports import View
from analyzer.reports.changes import names, render
from analyzer.reports.changes.markdown import LIMIT
from analyzer.review.comment import largest, text
from analyzer.review.marker import read

MADE = datetime(2026, 1, 1, tzinfo=UTC)
TAGS = {"details", "summary", "code", "br", "sub"}
HOSTILE = (
    "@octocat", "#1", "</details></summary>", "<script>alert(1)</script>", "`x` **b** _i_ ~~s~~", "[a](https://x.org)",
    "![a](//x.org/y.png)", "| a | b |", "-->", "--", "\n\n# heading", "\r\n::error::x", "```\n~~~",
    "https://x.org www.x.org",
    "<!-- weighbridge:v1 {} -->", "\x1b[2J", "\u202e", "&lt;b&gt;", "$x$", ":smile:", "\\", "`", "``", " ", "",
    "a@b.org", "octo/net#1", "\udcff", "<img src=x onerror=y>", "==x==", "[^1]: x", "- [ ] task",
    "<https://x.org>", "\\`",
)  # fmt: skip
nasty = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8)), min_size=1, max_size=4).map("".join)


def comparison(name: str, models: int = 1) -> Comparison:
    """Every place where a name can stand, filled with one."""
    span = Span(name, 3)
    measure = Measure(Figure(formula=name), Figure(value=2), formula=name)
    setting = Setting(name, name, name)
    change = Change(
        Kind.RENAMED, f"{name}::{name}", name, name, span, Status.PARTIAL,
        parameters=measure, trainable=Measure(Figure(3), Figure(1), -2), buffers=measure, macs=measure, size=measure,
        id_before=name, status_before=Status.EXACT, inputs=name, output=replace(setting, name="output"),
        layers=(
            LayerChange(Step.ADDED, name, name, measure, below=2),
            LayerChange(Step.MOVED, f"{name}.a", name, measure, path_before=name),
            LayerChange(Step.CHANGED, f"{name}.b", name, measure, settings=(setting,), shapes=(setting,)),
        ),
        checkpoint=Checkpoint(
            Loads.NO, 1, (Key(name, (1, name)),), (Key(name, None),), (Renaming(name, name, (2,)),),
            (Reshaping(name, (1,), (name,)),), None,
        ),
        causes=(Cause(span, name, was=name), Cause(span, name, gone=True), Cause(span, name, near=True)),
        unknowns=(Reason(span, name, name),),
    )  # fmt: skip
    unsure = replace(change, checkpoint=Checkpoint(Loads.UNKNOWN, why=name), kind=Kind.NEW)
    many = tuple(replace(change, id=f"{name}::{number}") for number in range(models))
    return Comparison(
        Side(name), Side(name, "0" * 40), (*many, unsure), 3,
        (Breach(name, Severity.ERROR, name), Breach(name, Severity.WARNING, name)),
        (Reason(span, name, name),), (name,), (Problem(name, span, name),),
        Coverage(1, 1, partial=1, reasons={name: 2}, operators={name: 1}),
    )  # fmt: skip


class Tags(HTMLParser):
    """Collects the tags of HTML, their attributes, and the text that stands in none that is code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[object] = []
        self.comments: list[str] = []
        self.loose = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert tag in TAGS
        if tag == "code":
            self.tags.remove(tag)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if "code" not in self.tags:
            self.loose += data


def tokens(markdown: str) -> list[Token]:
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [inner for token in parsed for inner in (token, *(token.children or ()))]


def assert_harmless(markdown: str) -> None:
    """Whether nothing but our own markup is in a comment: no link, image, heading or mention, and only our tags."""
    comments: list[str] = []
    for token in tokens(markdown):
        assert token.type not in ("link_open", "image", "heading_open", "hr", "s_open", "em_open", "code_block"), token
        if token.type in ("html_block", "html_inline"):
            parser = Tags()
            parser.feed(token.content) if token.type == "html_block" else None
            if token.type == "html_inline":
                assert re.fullmatch(r"</?sub>|<br>", token.content), token.content
            assert set(parser.tags) <= TAGS
            assert not parser.attributes
            assert not re.search(r"@\w|https?://", parser.loose)
            comments += parser.comments
        if token.type == "text":
            assert not re.search(r"(?<![\w`])@\w|\w://|www\.\w", token.content), token.content
        if token.type == "fence":
            assert token.info in ("diff", "mermaid")
    assert len(comments) == 1


@given(nasty)
@example("".join(HOSTILE))
@settings(max_examples=150, deadline=None)
def test_no_name_becomes_markup(name: str) -> None:
    body = text(comparison(name), made=MADE)
    assert_harmless(body)
    marker = body.partition("\n")[0]
    assert marker.startswith("<!-- weighbridge:v1 {")
    assert "--" not in marker[4:-4]
    assert read(body).head == "0" * 40
    blocks = "".join(token.content for token in tokens(body) if token.type == "html_block")
    assert blocks.count("<details>") == blocks.count("</details>") == 3
    body.encode()


@given(nasty)
@settings(max_examples=60, deadline=None)
def test_no_name_becomes_a_command_of_a_log_or_terminal(name: str) -> None:
    shown = render("table", comparison(name), View(width=80))
    for line in shown.splitlines():
        assert not line.lstrip().startswith(("::", "##["))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    mermaid = [token.content for token in tokens(text(comparison(name), made=MADE)) if token.info == "mermaid"]
    for drawing in mermaid:
        assert len(re.findall(r'^    n\d+\["[^"]*"\](:::\w+)?$', drawing, re.MULTILINE)) == drawing.count('["')
        assert "click" not in re.sub(r'"[^"]*"', "", drawing)


@given(st.integers(0, 400), st.integers(3000, 20_000))
@settings(max_examples=30, deadline=None)
def test_what_does_not_fit_is_left_out_whole(models: int, limit: int) -> None:
    body = text(comparison("net.py", models), made=MADE, limit=limit)
    assert len(body.encode()) <= limit
    assert body.count("<details>") == body.count("</details>")
    assert body.count("```") % 2 == 0
    rows = [line for line in body.splitlines() if line.startswith("| renamed")]
    assert all(row.endswith("|") for row in rows)
    missing = models - len(rows)
    if missing > 0:
        assert re.search(rf"{missing + 1} models? more changed", body)


def test_a_thousand_models_of_long_names_are_within_the_limit() -> None:
    body = text(comparison("a_name_of_some_length_" * 40, 1000), made=MADE)
    assert len(body.encode()) <= LIMIT
    assert "models more changed" in body


def test_the_largest_change_is_known_or_not() -> None:
    def of(*measures: Measure) -> tuple[int | None, float | None]:
        base = comparison("net.py").models[0]
        changes = tuple(replace(base, parameters=measure) for measure in measures)
        found = largest(replace(comparison("net.py"), models=changes))
        return found.parameters, found.percent

    small, large = (
        Measure(Figure(100), Figure(90), -10, percent=-10.0),
        Measure(Figure(1000), Figure(1020), 20, percent=2.0),
    )
    assert of(small, large) == (20, 10.0)
    assert of(small, Measure(None, Figure(5), 5)) == (10, None)
    assert of(small, Measure(Figure(at_least=3), Figure(at_least=4))) == (None, None)
    assert of() == (0, 0.0)


def test_every_format_renders_nothing_too() -> None:
    empty = Comparison(Side("a"), Side("b"))
    assert names() == ("json", "markdown", "table")
    for name in names():
        assert render(name, empty, View()).endswith("\n")
    assert render("table", empty, View()).startswith("There are no models.")


def test_lines_of_the_table_fit_the_terminal() -> None:
    for width in (60, 80, 140):
        shown = render("table", comparison("package/module.py", 3), View(width=width))
        assert max(len(line) for line in shown.splitlines()) <= width
