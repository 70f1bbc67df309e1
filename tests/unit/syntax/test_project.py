"""Discovery, module names and the limits of what is read."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from analyzer.syntax.discovery import discover, site_packages
from analyzer.syntax.encoding import decode, encode
from analyzer.syntax.lower import lower_source
from analyzer.syntax.prefilter import may_hold_models
from analyzer.syntax.project import Bounds, OutsideRoot, Project, content_hash
from analyzer.syntax.reader import Names
from analyzer.syntax.source import SourceError


def plant(root: Path, *names: str, text: str = "x = 1\n") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def found(path: Path) -> list[str]:
    return [file.relative_to(path).as_posix() for file in discover(path)]


def test_discovery_is_sorted_and_skips_what_is_not_the_project_s(tmp_path: Path) -> None:
    skipped = [
        ".hidden/a.py",
        ".venv/lib/a.py",
        "venv/a.py",
        "node_modules/a.py",
        "pkg/__pycache__/a.py",
        "build/a.py",
        "dist/a.py",
        "env3/lib/a.py",
    ]
    plant(tmp_path, "b.py", "a.py", "pkg/z.py", "pkg/__init__.py", "pkg/data.txt", "env3/pyvenv.cfg", *skipped)
    assert found(tmp_path) == ["a.py", "b.py", "pkg/__init__.py", "pkg/z.py"]
    assert found(tmp_path / "build") == ["a.py"]
    assert discover(tmp_path / "build" / "a.py") == [tmp_path / "build" / "a.py"]
    assert discover(tmp_path / "nowhere") == []


def test_discovery_follows_links_once_and_never_out(tmp_path: Path) -> None:
    plant(tmp_path, "out/secret.py", "root/a/x.py")
    root = tmp_path / "root"
    (root / "a" / "loop").symlink_to(root)
    (root / "b").symlink_to(root / "a")
    (root / "escape").symlink_to(tmp_path / "out")
    (root / "secret.py").symlink_to(tmp_path / "out" / "secret.py")
    (root / "dangling.py").symlink_to(root / "nothing")
    assert found(root) == ["a/x.py"]


def test_site_packages_of_a_virtual_environment(tmp_path: Path) -> None:
    plant(tmp_path, ".venv/lib/python3.12/site-packages/lib.py", "venv/Lib/site-packages/other.py")
    folders = site_packages(tmp_path)
    assert folders == (tmp_path / ".venv/lib/python3.12/site-packages", tmp_path / "venv/Lib/site-packages")
    plant(tmp_path, "lib/__init__.py")
    project = Project(tmp_path)
    assert project.resolve("lib") == tmp_path / "lib" / "__init__.py"
    assert project.resolve("other") == folders[1] / "other.py"
    assert project.module_name(folders[1] / "other.py") == "other"
    assert project.display(folders[1] / "other.py") == "other.py"


def test_modules_of_a_flat_project(tmp_path: Path) -> None:
    plant(tmp_path, "net.py", "pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/mod.py", "space/mod.py", "both.py")
    plant(tmp_path, "both/__init__.py")
    project = Project(tmp_path)
    assert project.resolve("net") == tmp_path / "net.py"
    assert project.resolve("pkg.sub") == tmp_path / "pkg/sub/__init__.py"
    assert project.resolve("pkg.sub.mod") == tmp_path / "pkg/sub/mod.py"
    assert project.resolve("space") == tmp_path / "space"
    assert project.resolve("space.mod") == tmp_path / "space/mod.py"
    assert project.resolve("both") == tmp_path / "both/__init__.py"
    for absent in ("nothing", "net.inner", "pkg.nothing", "", "pkg..sub", "../net", "Net"):
        assert project.resolve(absent) is None
    assert project.module_name(tmp_path / "pkg/sub/mod.py") == "pkg.sub.mod"
    assert project.module_name(tmp_path / "pkg/sub/__init__.py") == "pkg.sub"
    assert project.module_name(tmp_path / "space/mod.py") == "space.mod"


def test_modules_of_a_src_layout_and_of_a_root_that_is_a_package(tmp_path: Path) -> None:
    plant(tmp_path, "src/pkg/__init__.py", "src/pkg/net.py", "tool.py")
    project = Project(tmp_path)
    assert project.resolve("pkg.net") == project.resolve("src.pkg.net") == tmp_path / "src/pkg/net.py"
    assert project.module_name(tmp_path / "src/pkg/net.py") == "pkg.net"
    assert project.resolve("tool") == tmp_path / "tool.py"
    inner = Project(tmp_path / "src/pkg")
    assert inner.resolve("pkg.net") == tmp_path / "src/pkg/net.py"


def test_a_script_sees_its_neighbours_unless_the_name_is_ambiguous(tmp_path: Path) -> None:
    plant(tmp_path, "demo/main.py", "demo/blocks.py", "demo/shared.py", "shared.py")
    project = Project(tmp_path)
    main = tmp_path / "demo/main.py"
    assert project.resolve("blocks") is None
    assert project.resolve("blocks", main) == tmp_path / "demo/blocks.py"
    assert project.resolve("shared") == tmp_path / "shared.py"
    assert project.resolve("shared", main) is None


def test_nothing_outside_is_read(tmp_path: Path) -> None:
    plant(tmp_path, "root/a.py", "secret.py", "allowed/b.py")
    root = tmp_path / "root"
    (root / "link.py").symlink_to(tmp_path / "secret.py")
    project = Project(root, [tmp_path / "allowed"])
    for path in (tmp_path / "secret.py", root / ".." / "secret.py", root / "link.py"):
        with pytest.raises(OutsideRoot):
            project.load(path)
    with pytest.raises(OutsideRoot):
        project.read_data("../secret.py")
    assert project.load(tmp_path / "allowed/b.py").lines == 1
    assert project.read_data("a.py") == b"x = 1\n"
    with pytest.raises(FileNotFoundError):
        project.load(root / "missing.py")


def test_each_file_is_read_and_lowered_once(tmp_path: Path) -> None:
    class Counting:
        reads: tuple[Path, ...] = ()

        def read(self, path: Path, maximum: int) -> bytes:
            self.reads += (path,)
            return b"x = (" if path.name == "broken.py" else b"x = 1\n"

        def names(self, folder: Path) -> Names:
            return Names(frozenset(), frozenset({"a.py", "b.py", "broken.py"}))

        def real(self, path: Path) -> Path:
            return path

    reader = Counting()
    root = Path("/virtual")
    project = Project(root, reader=reader)
    assert project.load(root / "a.py") is project.load(root / "a.py") is project.load(root / "b.py")
    assert project.text(root / "a.py") == "x = 1\n"
    for _ in range(2):
        with pytest.raises(SourceError, match="never closed") as caught:
            project.load(root / "broken.py")
        assert caught.value.path == "broken.py"
    assert reader.reads == (root / "a.py", root / "b.py", root / "broken.py")
    assert project.digests[root / "a.py"] == content_hash(b"x = 1\n")


def test_reading_is_bounded(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "b.py", "c.py")
    project = Project(tmp_path, bounds=Bounds(files=2))
    project.load(tmp_path / "a.py")
    project.load(tmp_path / "b.py")
    with pytest.raises(SourceError, match="more than 2 files"):
        project.load(tmp_path / "c.py")
    project = Project(tmp_path, bounds=Bounds(total_bytes=10))
    project.load(tmp_path / "a.py")
    with pytest.raises(SourceError, match="more than 10 bytes"):
        project.load(tmp_path / "b.py")
    with pytest.raises(SourceError, match="larger than 5 bytes"):
        Project(tmp_path, bounds=Bounds(file_bytes=5)).load(tmp_path / "a.py")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"import torch", True),
        (b"from lightning import LightningModule", True),
        (b"class A(nn.Sequential): pass", True),
        (b"timm.create_model('x')", True),
        (b"import json\nconnect = inner", False),
        (b"", False),
    ],
)
def test_prefilter(source: bytes, expected: bool) -> None:
    assert may_hold_models(source) is expected


def test_encoding_is_typed() -> None:
    module = lower_source(b"x = f(1, 2.0, '\\ud800', b'\\xff', *a)  # c\n", "m.py")
    assert decode(encode(module)) == module
    assert encode(decode(encode(module))) == encode(module)
    for junk in (b"junk", b"", msgspec.msgpack.encode([1, 2]), encode(module)[:-1]):
        with pytest.raises(msgspec.DecodeError):
            decode(junk)
