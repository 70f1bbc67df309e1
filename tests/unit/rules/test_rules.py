"""Every rule is held to its own document: each bad case is found, each good one is clean, each fix mends."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.baseline import Baseline
from analyzer.config import parse
from analyzer.linting import Checked, check, mend
from analyzer.reports.parts.rulebook import page
from analyzer.rule import FAMILIES, SECTIONS, Rule, rules

ROOT = Path("/project")
FILE = ROOT / "net.py"

BAD = [
    pytest.param(rule, text, id=f"{rule.code}-bad{number}")
    for rule in rules().values()
    for number, text in enumerate((rule.bad, *rule.also_bad))
]
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


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_bad_is_found(rule: Rule, text: str) -> None:
    report = checked(rule, text, needed(rule)).report
    assert not report.problems
    assert rule.code in {finding.code for finding in report.findings}


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


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_fixes_mend_and_are_stable(rule: Rule, text: str) -> None:
    before = checked(rule, text, needed(rule)).report.findings
    fixable = [finding for finding in before if finding.code == rule.code and finding.fix is not None]
    if not fixable:
        pytest.skip("no fix")
    options = replace(parse(rule.settings, ROOT), select=needed(rule))
    known = Baseline(models=rule.ledger)
    after, new, count = mend([str(FILE)], options=options, texts={FILE: text.encode()}, known=known, unsafe=True)
    assert count
    assert len([f for f in after.report.findings if f.code == rule.code]) <= len(before) - len(fixable)
    _, again, count = mend([str(FILE)], options=options, texts=new, known=known, unsafe=True)
    assert (again, count) == ({}, 0)


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
