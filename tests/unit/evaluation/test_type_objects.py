"""types, string, textwrap and logging: as in Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import logging
import string
import textwrap
import types

ns = types.SimpleNamespace(a=1)
ns.b = 2

def fn(self):
    return self.a

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)
logger.debug("a %s", 1)

class Handler(logging.Handler):
    def __init__(self):
        super().__init__()
        self.z = 1
"""

EXPRESSIONS = (
    "(ns.a, ns.b, repr(ns), ns == types.SimpleNamespace(a=1, b=2), vars(ns))",
    "(types.MethodType(fn, ns)(), isinstance(fn, types.FunctionType), isinstance(ns, types.SimpleNamespace))",
    "(isinstance(types, types.ModuleType), isinstance((v for v in []), types.GeneratorType))",
    '(string.ascii_lowercase, string.digits, textwrap.dedent("  a\\n  b"))',
    "(Handler().z, logger.name)",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")
