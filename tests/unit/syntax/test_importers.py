from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.syntax.discovery import discover
from analyzer.syntax.importers import importers
from analyzer.syntax.project import Project


def found(root: Path, files: dict[str, str | bytes], *changed: str) -> set[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    project = Project(root)
    result = importers(project, [root / name for name in changed], discover(root))
    return {file.relative_to(root).as_posix() for file in result}


PACKAGE = {"pkg/__init__.py": "", "pkg/blocks.py": "", "pkg/other.py": "import json\n# blocks\n"}


@pytest.mark.parametrize(
    "line",
    [
        "import pkg.blocks",
        "import pkg.blocks as b",
        "import os, pkg.blocks",
        "from pkg.blocks import Block",
        "from pkg.blocks import *",
        "from pkg import blocks",
        "from pkg import (\n    other,\n    blocks as b,\n)",
        "from pkg \\\n    import blocks",
        "from .blocks import Block",
        "from .blocks import *",
        "from . import blocks",
        "from ..pkg import blocks",
        "def late():\n    from .blocks import Block",
        "try:\n    import nothing\nexcept ImportError:\n    from .blocks import Block",
        "import importlib\nb = importlib.import_module('pkg.blocks')",
        "import importlib as i\nb = i.import_module(name='pkg.blocks')",
        "from importlib import import_module\nb = import_module('.blocks', 'pkg')",
        "from importlib import import_module\nb = import_module('.blocks', package=__package__)",
        "from importlib import import_module\nb = import_module('..bl' 'ocks', 'pkg.sub')",
        "b = __import__('pkg.blocks')",
    ],
)
def test_every_way_to_import_a_file_counts(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, {**PACKAGE, "pkg/net.py": line}, "pkg/blocks.py") == {"pkg/net.py"}


@pytest.mark.parametrize(
    "line",
    [
        "from pkg.other import blocks",
        "from torch import blocks",
        "from .. import blocks",
        "import blocks.pkg",
        "from .other import *",
        "from .sub.blocks import Block",
        "text = 'import pkg.blocks'",
        "# from .blocks import Block",
        "from .blocks import (",
    ],
)
def test_a_file_that_only_spells_the_name_does_not_count(tmp_path: Path, line: str) -> None:
    assert found(tmp_path, {**PACKAGE, "pkg/net.py": line}, "pkg/blocks.py") == set()


def test_it_goes_on_through_what_packages_pass_on(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "from .models import *\n",
        "pkg/models/__init__.py": "from .net import Net\n__all__ = ['Net', 'extra']\n",
        "pkg/models/net.py": "from ..layers.blocks import Block\n",
        "pkg/models/extra.py": "x = 1\n",
        "pkg/layers/__init__.py": "",
        "pkg/layers/blocks.py": "",
        "train.py": "import pkg\nnet = pkg.Net()\n",
        "tools/evaluate.py": "from pkg import Net\n",
        "tools/count.py": "from pkg.models.extra import x\n",
    }
    chain = {"pkg/models/net.py", "pkg/models/__init__.py", "pkg/__init__.py", "train.py", "tools/evaluate.py"}
    assert found(tmp_path, files, "pkg/layers/blocks.py") == chain
    assert found(tmp_path, files, "pkg/models/extra.py") == {
        "pkg/__init__.py",
        "train.py",
        "tools/evaluate.py",
        "tools/count.py",
    }


def test_a_package_file_counts_where_its_names_can_be_used(tmp_path: Path) -> None:
    files = {
        **PACKAGE,
        "a.py": "import pkg.blocks\n",
        "b.py": "import pkg.blocks as blocks\n",
        "c.py": "from pkg.blocks import Block\n",
        "d.py": "from pkg import blocks\n",
        "pkg/e.py": "from . import blocks\n",
    }
    assert found(tmp_path, files, "pkg/__init__.py") == {"a.py", "d.py", "pkg/e.py"}


def test_scripts_see_what_lies_beside_them_and_src_is_a_root(tmp_path: Path) -> None:
    files = {
        "src/lib/blocks.py": "",
        "src/lib/net.py": "from lib.blocks import Block\n",
        "scripts/blocks.py": "",
        "scripts/run.py": "import blocks\n",
    }
    assert found(tmp_path, files, "src/lib/blocks.py") == {"src/lib/net.py"}
    assert found(tmp_path, files, "scripts/blocks.py") == {"scripts/run.py"}


def test_circles_end_and_the_changed_files_are_not_listed(tmp_path: Path) -> None:
    files = {"a.py": "import b\n", "b.py": "import a\n", "c.py": "import c\n"}
    assert found(tmp_path, files, "a.py") == {"b.py"}
    assert found(tmp_path, files, "a.py", "b.py") == set()


def test_encodings_and_names_beyond_ascii(tmp_path: Path) -> None:
    files = {
        "größe.py": "",
        "net.py": "# coding: latin-1\nfrom größe import Net\n".encode("latin-1"),
        "bom.py": b"\xef\xbb\xbfimport net\n",
        "broken.py": b"import net\n\x00",
    }
    assert found(tmp_path, files, "größe.py") == {"net.py", "bom.py"}


def test_warnings_of_the_code_that_is_read_are_nobodys(tmp_path: Path) -> None:
    assert found(tmp_path, {"a.py": "", "b.py": "import a\nx = '\\d'\ny = 1 is 1\n"}, "a.py") == {"b.py"}
