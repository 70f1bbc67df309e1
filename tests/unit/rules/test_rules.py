"""Every rule is held to its own document: each bad case is found, each good one is clean."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.baseline import Baseline
from analyzer.config import parse
from analyzer.linting import Checked, check
from analyzer.reports.parts.rulebook import page
from analyzer.rule import FAMILIES, SECTIONS, Rule, rules

ROOT = Path("/project")
FILE = ROOT / "net.py"

LINES = {
    "WBD501": ((4,), (4,)),
    "WBD502": ((4,), (4,)),
    "WBO901": ((4,),),
    "WBO902": ((4,),),
    "WBO903": ((4,),),
    "WBR201": ((7,), (7,)),
    "WBR202": ((8,),),
    "WBR203": ((4,), (8,)),
    "WBR204": ((6,), (7,)),
    "WBR205": ((6,), (7,)),
    "WBR206": ((8,),),
    "WBR207": ((11,),),
    "WBR208": ((8,),),
    "WBR209": ((4,), (5,)),
    "WBR210": ((8,), (8,), (8,)),
    "WBS101": ((4, 4), (4, 4), (4, 4)),
    "WBS102": ((7, 7), (8,)),
    "WBS103": ((4,),),
    "WBS104": ((4,), (4,)),
    "WBS105": ((4,),),
    "WBT401": ((4,), (5,)),
    "WBT402": ((4,), (7,)),
    "WBT403": ((4,), (10, 13)),
    "WBT404": ((4,),),
    "WBT405": ((4,),),
    "WBT406": ((7,),),
    "WBT407": ((11,), (15,), (12,)),
    "WBT408": ((8,), (15,)),
    "WBT409": ((12,),),
    "WBT410": ((7,), (18,)),
    "WBX301": ((8,), (8,), (10,), (4,), (4,), (9,), (9,), (8,)),
    "WBX302": ((13,), (12,), (10,)),
    "WBX303": ((5,), (11,)),
    "WBX304": ((5,), (7,), (4,)),
    "WBX305": ((6,), (7,), (11,)),
    "WBX306": ((10,), (11,), (10,), (10,)),
    "WBX307": ((10,), (13,)),
}
"""For each rule the lines of what is found in each of its bad cases."""

GOOD = [
    pytest.param(rule, text, id=f"{rule.code}-good{number}")
    for rule in rules().values()
    for number, text in enumerate((rule.good, *rule.also_good))
]


def checked(rule: Rule, text: str, select: tuple[str, ...]) -> Checked:
    """A text with the settings and the ledger that the rule's cases need."""
    options = replace(parse(rule.settings, ROOT), select=select)
    return check([str(FILE)], options=options, texts={FILE: text.encode()}, known=Baseline(models=rule.ledger))


def needed(rule: Rule) -> tuple[str, ...]:
    """What must be selected for a rule's cases: a rule that judges comments needs those that the comments name."""
    return ("ALL",) if rule.last else (rule.code,)


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.code)
def test_bad_is_found_at_its_line_and_nowhere_else(rule: Rule) -> None:
    reports = [checked(rule, text, needed(rule)).report for text in (rule.bad, *rule.also_bad)]
    assert not any(report.problems for report in reports)
    found = [[f.span.line for f in report.findings if f.code == rule.code] for report in reports]
    assert found == [list(lines) for lines in LINES[rule.code]]


@pytest.mark.parametrize("rule", [rule for rule in rules().values() if rule.default], ids=lambda rule: rule.code)
def test_the_bad_example_breaks_no_other_rule_that_is_on(rule: Rule) -> None:
    on = tuple(other.code for other in rules().values() if other.default)
    report = checked(rule, rule.bad, on).report
    assert {finding.code for finding in report.findings} == {rule.code}


@pytest.mark.parametrize(("rule", "text"), GOOD)
def test_good_is_clean(rule: Rule, text: str) -> None:
    report = checked(rule, text, needed(rule)).report
    assert not report.problems
    assert [finding for finding in report.findings if finding.code == rule.code] == []


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.code)
def test_the_good_example_breaks_no_rule_that_is_on(rule: Rule) -> None:
    on = tuple(other.code for other in rules().values() if other.default)
    assert checked(rule, rule.good, on).report.findings == ()


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.code)
def test_a_rule_is_documented(rule: Rule) -> None:
    document = rule.document
    assert re.fullmatch(r"WB[A-Z][1-9]\d\d", rule.code)
    assert rule.code[:3] in FAMILIES
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert document.summary.endswith(".")
    assert "\n" not in document.summary
    assert set(document.sections) >= set(SECTIONS[:2])
    assert all(document.sections.values())


def test_codes_of_a_family_share_their_first_digit() -> None:
    digits = {(rule.code[:3], rule.code[3]) for rule in rules().values()}
    assert len({family for family, _ in digits}) == len(digits)


def test_the_page_of_rules_is_up_to_date() -> None:
    shown = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert shown == page(rules().values()), "python scripts/rule_docs.py renews it"
