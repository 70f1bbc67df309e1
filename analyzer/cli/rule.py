"""`weighbridge rule`: what a rule finds, why, and what to write instead.

weighbridge rule WBT401
"""

from __future__ import annotations

from typing import Annotated

import typer

from analyzer.cli import output


def run(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="The code or the name of a rule.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every rule.")] = False,
) -> None:
    """Explain a rule, or list all of them.

    \b
    Examples:
      weighbridge rule WBT401
      weighbridge rule softmax-without-dim
      weighbridge rule --all
    """
    from analyzer.errors import TargetError
    from analyzer.reports.parts.rulebook import markdown, table
    from analyzer.rule import rules
    from analyzer.selection import known

    if everything == (code is not None):
        raise typer.BadParameter("give the code of one rule, or --all", param_hint="CODE")
    if code is None:
        output.write(table(rules().values()))
        return
    found = [rule for rule in rules().values() if code.upper() == rule.code or code.lower() == rule.name]
    if not found:
        try:
            known(code)
        except TargetError as error:
            output.tell([error.problem])
            raise typer.Exit(output.UNUSABLE) from error
        begun = [rule for rule in rules().values() if rule.code.startswith(code)]
        output.write(table(begun or rules().values()))
        return
    output.write(markdown(found[0]))
