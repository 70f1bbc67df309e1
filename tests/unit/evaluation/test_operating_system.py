"""os, sys and pathlib: paths as text, and a process that is always the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import importlib.util
import os
import os.path as osp
import sys
from os.path import join
from pathlib import Path

os.environ["A"] = "1"
os.environ.setdefault("B", "2")
path = Path("a") / "b.tar.gz"
this = sys.modules[__name__]
setattr(this, "made", 4)
"""

EXPRESSIONS = (
    '(os.path.join("a", "b"), osp.basename("/a/b.c"), join("a", path), osp.splitext("a.b"))',
    '(os.environ["A"], os.environ.get("B"), os.environ.get("ZZ"), os.getenv("ZZ", "3"), "ZZ" in os.environ)',
    'os.environ.pop("A")',
    "(sys.version_info >= (3, 8), sys.version_info[0], sys.version_info.major, sys.platform, sys.maxsize)",
    "(str(path), path.name, path.suffix, path.stem, str(path.parent), path.parts)",
    '(str(path.with_suffix(".x")), f"{path}")',
    '(str("q" / path), isinstance(path, Path), path == Path("a/b.tar.gz"), len(path.parents))',
    'str(path.joinpath("c", "d"))',
    "(this.made, made, os.fspath(path), path.as_posix())",
    '(importlib.util.find_spec("nowhere_at_all"), importlib.util.find_spec("math") is not None)',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


def test_an_unset_variable_raises(compare: Callable[[str], None]) -> None:
    compare("import os\ntry: os.environ['NO_SUCH_VARIABLE']\nexcept KeyError: x = 1\n")
