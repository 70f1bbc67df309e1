"""A rule's document as Markdown: for the command line, the documentation's page and the help in SARIF.

markdown(rules()["WBT401"])     '# WBT401 softmax-without-dim\\n\\nSoftmax that is not told ...'
table(rules().values())         '| rule | name | severity | default | fix | ... |\\n...'
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from analyzer.rule import FAMILIES, Rule


def markdown(rule: Rule, level: int = 1) -> str:
    """The whole document, its headings beginning at a level."""
    head, sub = "#" * level, "#" * (level + 1)
    document = rule.document
    state = "on" if rule.default else "off unless selected"
    parts = [f"{head} {rule.code} {rule.name}", document.summary, f"Severity: {rule.severity}. By default: {state}."]
    first = [name for name in ("What it does", "Why is this bad") if name in document.sections]
    parts += [f"{sub} {name}\n\n{document.sections[name]}" for name in first]
    parts.append(f"{sub} Example\n\n```python\n{rule.bad.strip()}\n```")
    parts.append(f"{sub} Use instead\n\n```python\n{rule.good.strip()}\n```")
    if rule.settings:
        parts.append(f"with this configuration:\n\n```toml\n{rule.settings.strip()}\n```")
    if "Known limits" in document.sections:
        parts.append(f"{sub} Known limits\n\n{document.sections['Known limits']}")
    return "\n\n".join(parts) + "\n"


def table(all_rules: Iterable[Rule], *, links: bool = False) -> str:
    """A table of rules for each family."""
    parts = []
    for family, group in groupby(all_rules, key=lambda rule: rule.code[:3]):
        lines = [f"## {FAMILIES[family]} ({family})", "", "| rule | severity | default | what it reports |"]
        lines.append("|:--|:--|:--|:--|")
        for rule in group:
            name = f"{rule.code} {rule.name}"
            label = f"[{name}](#{rule.code.lower()}-{rule.name})" if links else name
            summary = rule.document.summary.replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {label} | {rule.severity} | {'on' if rule.default else 'off'} | {summary} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def page(all_rules: Iterable[Rule]) -> str:
    """The page of all rules, tables first."""
    every = list(all_rules)
    head = "# Rules\n\nWhat `weighbridge check` looks for. `weighbridge rule CODE` prints the document of one rule.\n"
    return "\n".join([head, table(every, links=True), *(markdown(rule, level=2) for rule in every)])
