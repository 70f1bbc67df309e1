"""Which rules are checked, and where.

    selection = select(Options(root, select=("WBS", "WBX301"), ignore=("WBS102",)))
    [rule.code for rule in selection.rules]                    -> ["WBS101", "WBX301"]
    selection.ignores("tests/net.py", rule)                    -> True with per_file_ignores={"tests/*": ("WBS",)}

The longest selector that means a rule decides; of two as long, the one that ignores it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.config import Options
from analyzer.errors import TargetError
from analyzer.globs import matches
from analyzer.report import Problem
from analyzer.rule import Rule, rules

ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that are checked, and what is ignored in which files."""

    rules: tuple[Rule, ...]
    per_file_ignores: Mapping[str, tuple[str, ...]]

    def ignores(self, file: str, rule: Rule) -> bool:
        """Whether the rule is not checked in a file."""
        return any(
            matches(file, pattern) and any(_strength(code, rule) for code in codes)
            for pattern, codes in self.per_file_ignores.items()
        )


def select(options: Options) -> Selection:
    """The rules that options ask for; raises TargetError where one of their selectors means none."""
    per_file = [code for codes in options.per_file_ignores.values() for code in codes]
    for asked in (*(options.select or ()), *options.extend_select, *options.ignore, *per_file):
        known(asked)
    chosen = tuple(rule for rule in rules().values() if _is_on(rule, options))
    return Selection(chosen, options.per_file_ignores)


def _is_on(rule: Rule, options: Options) -> bool:
    wanted = max((_strength(asked, rule) for asked in (*(options.select or ()), *options.extend_select)), default=0)
    refused = max((_strength(asked, rule) for asked in options.ignore), default=0)
    if wanted or refused:
        by_default = rule.default and options.select is None
        return wanted > refused if refused else True if wanted else by_default
    return rule.default and options.select is None


def _strength(asked: str, rule: Rule) -> int:
    """How exactly a selector means a rule; 0 where it does not."""
    if asked in (rule.code, rule.name):
        return 100
    if asked == ALL:
        return 1
    return 1 + len(asked) if asked and rule.code.startswith(asked) else 0


def known(asked: str) -> None:
    """Raise TargetError where a selector means no rule."""
    if any(_strength(asked, rule) for rule in rules().values()):
        return
    names = [name for rule in rules().values() for name in (rule.code, rule.name)]
    near = difflib.get_close_matches(asked.upper(), names, n=1) or difflib.get_close_matches(asked.lower(), names, n=1)
    hint = f"did you mean {near[0]}?" if near else "`weighbridge rule --all` lists the rules"
    raise TargetError(Problem(f"no rule is called {asked!r}, and no code begins so", hint=hint))
