"""Keeps the comment that is expected of each pair in fixtures/reviews what `weighbridge diff` writes.

    python scripts/review_fixtures.py            writes expected.md of every pair
    python scripts/review_fixtures.py --check    writes nothing; exit 1 and a diff where one is not up to date
    python scripts/review_fixtures.py 04 15      those pairs alone

A pair is a folder with `before` and `after`: two states of one project.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAIRS = ROOT / "fixtures" / "reviews"
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def written(pair: Path) -> str:
    """The comment on a pair; it is made in the pair's folder, so that no path of this machine is in it."""
    sys.path.insert(0, str(ROOT))
    from analyzer.review.comment import text
    from analyzer.review.diff import diff

    here = Path.cwd()
    os.chdir(pair)
    try:
        return text(diff("before", "after", ()), made=MADE)
    finally:
        os.chdir(here)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where one is not up to date")
    parser.add_argument("numbers", nargs="*", help="beginnings of the names of pairs; all of them without")
    options = parser.parse_args(arguments)
    old = 0
    for pair in sorted(PAIRS.iterdir()):
        if options.numbers and not pair.name.startswith(tuple(options.numbers)):
            continue
        file = pair / "expected.md"
        before, after = file.read_text(encoding="utf-8") if file.exists() else "", written(pair)
        if before == after:
            continue
        old += 1
        if options.check:
            lines = difflib.unified_diff(
                before.splitlines(True), after.splitlines(True), str(file.name), "as it is now"
            )
            sys.stdout.writelines([f"{pair.name}\n", *lines])
        else:
            file.write_text(after, encoding="utf-8")
            print(f"{pair.name}: renewed")
    return int(options.check and old > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
