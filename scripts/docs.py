"""Keeps the output shown in the documentation the output of the command named beside it.

    python scripts/docs.py            runs each command and writes what it prints into the page
    python scripts/docs.py --check    writes nothing; exit 1 and a diff where a page shows something else

    <!-- output: weighbridge summary fixtures/seed_cnn.py -->
    ```text
    $ weighbridge summary fixtures/seed_cnn.py
    (replaced)
    ```
    <!-- end of output -->

`<!-- output, exit 2: weighbridge ... -->` shows a command that fails, with what it says of that.  An example file is
shown by `<!-- file: docs/examples/block.py -->` to `<!-- end of file -->`.

Commands run at the project's root, as if their output were piped to a terminal 100 columns wide without colour.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WIDTH = "100"
BLOCK = re.compile(
    r"(?P<head><!-- output(?:, exit (?P<status>\d))?: (?P<command>weighbridge [^\n]*?) -->\n)"
    r".*?(?P<tail><!-- end of output -->)",
    re.DOTALL,
)
FILE = re.compile(
    r"(?P<head><!-- file: (?P<file>docs/examples/[\w./]+) -->\n).*?(?P<tail><!-- end of file -->)", re.DOTALL
)
LANGUAGES = {".py": "python", ".toml": "toml"}


class DocsError(Exception):
    """A command in a page failed; the message holds what it said."""


def pages() -> list[Path]:
    """The pages that may show output."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]


def output(command: str, status: int | None = None) -> str:
    """What the command prints, trailing spaces removed; raises DocsError when it fails and is not meant to."""
    program = [sys.executable, "-m", "analyzer", *shlex.split(command)[1:]]
    environment = {**os.environ, "COLUMNS": WIDTH, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    as_expected = done.returncode <= 1 if status is None else done.returncode == status
    said = done.stdout if status is None else done.stdout + done.stderr
    if not as_expected or not said.strip():
        raise DocsError(f"{command} ended with {done.returncode}\n{done.stderr}")
    shown = done.stdout if status is None else done.stdout.strip("\n") + "\n" + done.stderr
    return "\n".join(line.rstrip() for line in shown.strip("\n").splitlines())


def renewed(text: str) -> str:
    """The page with the output of each of its commands, and each of its example files, as they are now."""

    def run(block: re.Match[str]) -> str:
        status = None if block["status"] is None else int(block["status"])
        shown = output(block["command"], status)
        return f"{block['head']}```text\n$ {block['command']}\n{shown}\n```\n{block['tail']}"

    def copy(block: re.Match[str]) -> str:
        example = ROOT / block["file"]
        source = example.read_text(encoding="utf-8").rstrip()
        return f"{block['head']}```{LANGUAGES[example.suffix]}\n{source}\n```\n{block['tail']}"

    return FILE.sub(copy, BLOCK.sub(run, text))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is not up to date")
    options = parser.parse_args(arguments)
    old_pages = 0
    for page in pages():
        shown = page.read_text(encoding="utf-8")
        try:
            true = renewed(shown)
        except DocsError as error:
            print(f"{page.name}: {error}", file=sys.stderr)
            return 2
        if true == shown:
            continue
        old_pages += 1
        if options.check:
            names = (f"{page.name} as it is", f"{page.name} as it should be")
            sys.stdout.writelines(difflib.unified_diff(shown.splitlines(True), true.splitlines(True), *names))
        else:
            page.write_text(true, encoding="utf-8")
            print(f"{page.relative_to(ROOT)}: renewed")
    return int(options.check and old_pages > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
