from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.errors import TargetError
from analyzer.review.git import Repository
from analyzer.review.tree import ROOT, changed
from analyzer.syntax.discovery import discover
from analyzer.syntax.project import Project
from tests.unit.review.scratch import Scratch, scratch

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"


@pytest.fixture
def made(tmp_path: Path) -> Scratch:
    return scratch(tmp_path / "proj")


@pytest.fixture
def repository(made: Scratch) -> Iterator[Repository]:
    with Repository.holding(made.top) as opened:
        yield opened


def test_reads_a_commit_as_a_reader_and_touches_nothing(made: Scratch, repository: Repository) -> None:
    first = made.commit({"pkg/__init__.py": "", "pkg/net.py": "x = 1\n"})
    made.commit({"pkg/net.py": "x = 2\n", "train.py": "import pkg.net\n"})
    before = {path: path.stat().st_mtime_ns for path in made.top.rglob("*")}
    tree = repository.tree(first)
    assert tree.names(ROOT).folders == {"pkg"}
    assert tree.read(ROOT / "pkg/net.py", 100) == b"x = 1\n"
    assert tree.read(ROOT / "pkg/net.py", 1) == b"x"
    assert tree.read(ROOT / "pkg/net.py", 100) == b"x = 1\n"
    assert discover(ROOT, tree) == [ROOT / "pkg/__init__.py", ROOT / "pkg/net.py"]
    project = Project(ROOT, reader=tree)
    assert project.resolve("pkg.net") == ROOT / "pkg/net.py"
    assert project.display(ROOT / "pkg/net.py") == "pkg/net.py"
    assert changed(tree, repository.tree(repository.commit("HEAD"))) == {"pkg/net.py", "train.py"}
    assert {path: path.stat().st_mtime_ns for path in made.top.rglob("*")} == before


def test_the_work_tree_is_what_git_does_not_ignore(made: Scratch, repository: Repository) -> None:
    head = made.commit({".gitignore": "scratch/\n", "net.py": "x = 1\n", "gone.py": "", "kept.py": "y = 1\n"})
    made.write({"net.py": "x = 2\n", "new.py": "", "scratch/try.py": ""})
    (made.top / "gone.py").unlink()
    tree = repository.work_tree()
    assert tree.entries.keys() == {".gitignore", "net.py", "new.py", "kept.py"}
    assert tree.read(ROOT / "net.py", 100) == b"x = 2\n"
    assert tree.read(ROOT / ".gitignore", 100) == b"scratch/\n"
    assert [tree.kind(ROOT / name) for name in (".git", ".gitignore", "git", ".")] == ["folder", "file", None, "folder"]
    assert changed(repository.tree(head), tree) == {"net.py", "gone.py", "new.py"}


def test_links_stay_inside_of_the_tree(made: Scratch, repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("token = 1\n", encoding="utf-8")
    made.write({"pkg/net.py": "x = 1\n"})
    links = {"net.py": "pkg/net.py", "up/net.py": "../pkg", "out.py": "../secret.py", "abs.py": "/etc/passwd",
             "loop.py": "pool.py", "pool.py": "loop.py", "deep": "up/net.py/.."}  # fmt: skip
    for name, target in links.items():
        (made.top / name).parent.mkdir(exist_ok=True)
        (made.top / name).symlink_to(target)
    for tree in (repository.tree(made.commit()), repository.work_tree()):
        assert tree.real(ROOT / "net.py") == ROOT / "pkg/net.py"
        assert tree.real(ROOT / "up/net.py/net.py") == ROOT / "pkg/net.py"
        assert tree.real(ROOT / "deep") == ROOT
        assert tree.names(ROOT).files == {"net.py"}
        assert tree.names(ROOT).folders == {"pkg", "up", "deep"}
        for name in ("out.py", "abs.py", "loop.py", "pkg", "absent.py"):
            with pytest.raises(OSError, match=r".+"):
                tree.read(ROOT / name, 10)
        with pytest.raises(OSError, match="loop"):
            tree.real(ROOT / "loop.py")


def test_submodules_lfs_and_names_that_are_no_text(made: Scratch, repository: Repository, tmp_path: Path) -> None:
    other = scratch(tmp_path / "other")
    other.commit({"inner.py": "x = 1\n"})
    made.git("submodule", "--quiet", "add", str(other.top), "vendor/other")
    odd = os.fsdecode(b"caf\xe9.py")
    commit = made.commit({"big.py": LFS, odd: "x = 1\n"})
    for tree in (repository.tree(commit), repository.work_tree()):
        assert tree.submodules == ("vendor/other",)
        assert not tree.names(ROOT / "vendor").folders
        assert tree.read(ROOT / odd, 10) == b"x = 1\n"
        with pytest.raises(OSError, match="Git LFS"):
            tree.read(ROOT / "big.py", 1000)


def test_revisions_that_name_nothing(made: Scratch, repository: Repository) -> None:
    made.commit()
    made.git("branch", "feature")
    for revision in ("-h", "--output=x", "no\nname", "", "HEAD:net.py", "main..feature", "\0"):
        assert repository.find(revision) is None
    with pytest.raises(TargetError) as told:
        repository.commit("featur")
    assert told.value.problem.hint == "did you mean feature?"


def test_history_of_merges_and_of_strangers(made: Scratch, repository: Repository) -> None:
    base = made.commit({"a.py": "1"})
    made.git("checkout", "--quiet", "-b", "feature")
    feature = made.commit({"b.py": "1"})
    made.git("checkout", "--quiet", "main")
    main = made.commit({"c.py": "1"})
    assert repository.merge_base(main, feature) == base
    made.git("merge", "--quiet", "--no-edit", "feature")
    assert repository.merge_base(repository.commit("HEAD"), feature) == feature
    assert repository.tree(repository.commit("HEAD")).entries.keys() == {"a.py", "b.py", "c.py"}
    made.git("checkout", "--quiet", "--orphan", "stranger")
    assert repository.merge_base(made.commit(), main) is None


def test_a_shallow_clone_says_what_to_run(made: Scratch, tmp_path: Path) -> None:
    first = made.commit({"a.py": "1"})
    made.commit({"a.py": "2"})
    clone = Scratch(tmp_path / "clone")
    made.git("clone", "--quiet", "--depth=1", f"file://{made.top}", str(clone.top))
    with Repository.holding(clone.top) as repository:
        assert repository.shallow
        for revision in (first, "origin/other"):
            with pytest.raises(TargetError) as told:
                repository.commit(revision)
            assert f"git fetch --depth=1 origin {revision.removeprefix('origin/')}" in str(told.value.problem.hint)


def test_nothing_of_the_repository_or_environment_has_a_say(
    made: Scratch, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made.commit({"a.py": "1", ".gitattributes": "*.py filter=evil diff=evil\n"})
    second = made.commit({"a.py": "2"})
    ran = tmp_path / "ran"
    for setting in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        made.git("config", setting, f"touch {ran}; cat")
    made.git("replace", first, second)
    made.write({"a.py": "3"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert repository.tree(first).read(ROOT / "a.py", 9) == b"1"
    assert repository.work_tree().read(ROOT / "a.py", 9) == b"3"
    assert not ran.exists()


def test_outside_of_a_repository(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(TargetError):
            Repository.holding(folder)
