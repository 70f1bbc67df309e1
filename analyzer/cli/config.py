"""`weighbridge config`: the keys of the configuration, and its JSON schema.

weighbridge config budget
"""

from __future__ import annotations

import difflib
import json
from typing import Annotated, Any

import typer

from analyzer.cli import output


def run(
    key: Annotated[str | None, typer.Argument(metavar="KEY", help="One key, to be shown with its schema.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of the configuration.")] = False,
) -> None:
    """List what can be configured in [tool.weighbridge] of a pyproject.toml or in a weighbridge.toml.

    \b
    Examples:
      weighbridge config
      weighbridge config budget
      weighbridge config --schema > weighbridge.schema.json
    """
    from analyzer import config

    if schema:
        output.write(json.dumps(config.schema(), indent=2) + "\n")
        return
    if key is None:
        width = max(map(len, config.KEYS))
        output.write("".join(f"{name:<{width}}  {known.about}\n" for name, known in config.KEYS.items()))
        return
    if key not in config.KEYS:
        from analyzer.report import Problem

        near = difflib.get_close_matches(key, config.KEYS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(config.KEYS)}"
        output.tell([Problem(f"no key is called {key!r}", hint=hint)])
        raise typer.Exit(output.UNUSABLE)
    found: dict[str, Any] = {"description": config.KEYS[key].about, **config.KEYS[key].schema}
    output.write(f"{key}\n{json.dumps(found, indent=2)}\n")
