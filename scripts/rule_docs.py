"""Writes the documentation that is made of the source: the page of all rules and the schema of the configuration.

python scripts/rule_docs.py            writes docs/rules.md and docs/config.schema.json
python scripts/rule_docs.py --check    writes nothing; exit 1 where one of them is not up to date
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pages() -> dict[Path, str]:
    """Each page with what it should say."""
    sys.path.insert(0, str(ROOT))
    from analyzer.config import schema
    from analyzer.reports.parts.rulebook import page
    from analyzer.rule import rules

    return {
        ROOT / "docs" / "rules.md": page(rules().values()),
        ROOT / "docs" / "config.schema.json": json.dumps(schema(), indent=2) + "\n",
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is not up to date")
    options = parser.parse_args(arguments)
    old = [file for file, text in pages().items() if not file.is_file() or file.read_text(encoding="utf-8") != text]
    for file in old:
        if not options.check:
            file.write_text(pages()[file], encoding="utf-8")
        print(f"{file.relative_to(ROOT)}: {'not up to date' if options.check else 'renewed'}")
    return int(options.check and bool(old))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
