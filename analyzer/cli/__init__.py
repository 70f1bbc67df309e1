"""The command line: parse options, call the API, choose a report; one file per command.

    weighbridge summary net.py::Net --input N,3,32,32      0 fine, 1 findings, 2 usage or input error

`main` is the entry point; it imports the rest only when it is called.
"""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130
GARBAGE = 50_000
"""Objects made before garbage is looked for: what is read and evaluated stays, and is looked through in vain."""


def main() -> None:
    """Run the command that the process was started with, and exit with its code."""
    gc.set_threshold(GARBAGE, 20, 50)
    try:
        from analyzer.cli.app import app

        app(prog_name="weighbridge")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
