from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from analyzer.cli.app import app
from tests.unit.review.scratch import Scratch, scratch

NET = "from torch import nn\n\nnet = nn.Linear(20, {})\n"
BUDGET = '[[budget]]\nmax-growth = "10%"\n'
SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "change.schema.json"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    repository = scratch(tmp_path / "proj")
    monkeypatch.chdir(repository.top)
    repository.commit({"net.py": NET.format(10)})
    return repository


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["diff", *arguments])


def found(*arguments: str) -> dict[str, object]:
    result = run(*arguments, "--format", "json")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return document


def test_the_work_tree_against_a_branch(made: Scratch) -> None:
    assert run("main").stdout.startswith("No model changes.")
    made.write({"net.py": NET.format(20), "new.py": NET.format(3)})
    text = " ".join(run("main").stdout.split())
    assert "1 model changes and 1 is new, most of all net.py::net grows by 210 parameters (+100.0 %)." in text
    assert "net = nn.Linear(20, 10) → net = nn.Linear(20, 20)" in text
    assert "→ the work tree" in text


def test_what_main_does_meanwhile_is_not_the_change(made: Scratch) -> None:
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit({"other.py": NET.format(5)})
    made.git("checkout", "--quiet", "main")
    made.commit({"net.py": NET.format(30)})
    assert [model["kind"] for model in found("main", "feature")["models"]] == ["new"]  # type: ignore[attr-defined]
    kinds = {model["id"]: model["kind"] for model in found("main", "feature", "--no-merge-base")["models"]}  # type: ignore[attr-defined]
    assert kinds == {"net.py::net": "changed", "other.py::net": "new"}
    made.git("merge", "--quiet", "--no-edit", "feature")
    assert [model["id"] for model in found("HEAD^1", "HEAD")["models"]] == ["other.py::net"]  # type: ignore[attr-defined]


def test_paths_may_stand_where_head_does(made: Scratch) -> None:
    made.write({"net.py": NET.format(20), "src/new.py": NET.format(3)})
    assert [model["id"] for model in found("main", "src")["models"]] == ["src/new.py::net"]  # type: ignore[attr-defined]
    assert run("main", "HEAD", "nowhere").exit_code == 2
    assert "neither" not in run("main", "HEAD", "net.py").output


def test_a_project_below_the_top_has_its_own_names(made: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    made.commit({"sub/pyproject.toml": "[tool.weighbridge]\n", "sub/deep/net.py": NET.format(4)})
    made.write({"sub/deep/net.py": NET.format(5)})
    monkeypatch.chdir(made.top / "sub" / "deep")
    assert [model["id"] for model in found("main")["models"]] == ["deep/net.py::net"]  # type: ignore[attr-defined]


def test_a_file_of_a_package_imports_from_the_top(made: Scratch) -> None:
    files = {"pkg/__init__.py": "", "pkg/sizes.py": "WIDTH = 3\n"}
    made.commit({**files, "pkg/nets/net.py": "from pkg.sizes import WIDTH\n" + NET.format("WIDTH")})
    made.write({"pkg/sizes.py": "WIDTH = 4\n"})
    models = found("main", "pkg/nets/net.py")["models"]
    assert [(model["id"], model["status"]) for model in models] == [("pkg/nets/net.py::net", "exact")]  # type: ignore[attr-defined]


def test_budgets_are_those_of_the_base(made: Scratch) -> None:
    made.commit({"weighbridge.toml": BUDGET})
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit({"weighbridge.toml": "", "net.py": NET.format(20)})
    result = run("main", "feature")
    assert result.exit_code == 1
    assert "budget fails: net.py::net: grown by 210 parameters (100.0 %), more than 10 %" in result.stdout
    assert run("main", "feature", "--fail-on", "nothing").exit_code == 0
    made.write({"other.toml": '[[budget]]\nmax-parameters = "300"\nseverity = "warning"\n'})
    result = run("main", "feature", "--config", "other.toml")
    assert (result.exit_code, "budget warns" in result.stdout) == (0, True)
    assert run("main", "feature", "--config", "other.toml", "--fail-on", "warning").exit_code == 1


def test_a_configuration_that_is_new_is_not_yet_used(made: Scratch) -> None:
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit({"weighbridge.toml": BUDGET, "net.py": NET.format(20)})
    result = run("main", "feature")
    assert result.exit_code == 0
    assert "has no configuration" in result.stdout
    made.git("checkout", "--quiet", "main")
    made.commit({"weighbridge.toml": "nonsense = 1\n"})
    result = run("main")
    assert result.exit_code == 2
    assert "weighbridge.toml" in result.stderr


@pytest.mark.parametrize(
    ("reasons", "code"), [("checkpoint", 1), ("keys,unknown", 1), ("unknown", 0), ("change", 1), ("never", 2)]
)
def test_reasons_to_fail(made: Scratch, reasons: str, code: int) -> None:
    made.write({"net.py": NET.format(20)})
    assert run("main", "--fail-on", reasons).exit_code == code


def test_a_base_that_is_missing_makes_everything_new(made: Scratch) -> None:
    for base, said in (("0" * 40, "there is no commit before"), ("1" * 40, "1111111 is no longer in the repository")):
        document = found(base, "HEAD")
        assert [model["kind"] for model in document["models"]] == ["new"]  # type: ignore[attr-defined]
        assert document["notes"] == [f"{said}: every model counts as new"]
    result = run("mian")
    assert result.exit_code == 2
    assert "did you mean main?" in result.stderr


def test_a_shallow_clone_says_what_to_run(made: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made.git("rev-parse", "HEAD")
    made.git("checkout", "--quiet", "-b", "feature")
    made.commit({"net.py": NET.format(20)})
    clone = tmp_path / "clone"
    made.git("clone", "--quiet", "--depth=1", "--branch=feature", f"file://{made.top}", str(clone))
    monkeypatch.chdir(clone)
    result = run(first, "HEAD")
    assert result.exit_code == 2
    assert f"git fetch --depth=1 origin {first}" in result.stderr
    Scratch(clone).git("fetch", "--quiet", "--depth=1", "origin", first)
    result = run(first, "HEAD")
    assert result.exit_code == 2
    assert "--no-merge-base" in result.stderr
    assert run(first, "HEAD", "--no-merge-base").exit_code == 0


def test_what_git_cannot_show_is_said(made: Scratch, tmp_path: Path) -> None:
    other = scratch(tmp_path / "other")
    other.commit({"inner.py": NET.format(3)})
    made.git("submodule", "--quiet", "add", str(other.top), "vendor")
    odd = os.fsdecode(b"caf\xe9.py")
    made.commit({odd: NET.format(7), "big.py": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"})
    made.write({odd: NET.format(8)})
    document = found("main")
    assert [model["id"] for model in document["models"]] == [f"{odd}::net"]  # type: ignore[attr-defined]
    assert "vendor is a submodule, which is not read" in document["notes"]  # type: ignore[operator]
    assert "Git LFS" in str(document["problems"])
    assert run("main").exit_code == 0
    assert run("main", "--format", "markdown", "--output", "comment.md").exit_code == 0
    assert "caf\\udce9.py" in Path("comment.md").read_text(encoding="utf-8")


def test_renamed_files(made: Scratch) -> None:
    made.git("mv", "net.py", "linear.py")
    models = found("main")["models"]
    assert [(m["kind"], m["id_before"], m["id"]) for m in models] == [("renamed", "net.py::net", "linear.py::net")]  # type: ignore[attr-defined]


def test_an_import_of_what_changed_is_a_change(made: Scratch) -> None:
    files = {
        "pkg/__init__.py": "WIDTH = 4\n",
        "pkg/blocks.py": "from torch import nn\nfrom pkg import WIDTH\n\ndef block():\n    return nn.Linear(WIDTH, 3)",
        "use.py": "from pkg.blocks import block\n\nused = block()\n",
    }
    made.commit(files)
    made.write({"pkg/__init__.py": "WIDTH = 5\n"})
    document = found("main")
    assert {model["id"] for model in document["models"]} == {"pkg/blocks.py::block", "use.py::used"}  # type: ignore[attr-defined]
    assert document["equal"] == 1
    assert document["models"][0]["causes"][0]["text"] == "WIDTH = 5"  # type: ignore[index]


def test_two_folders_and_two_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, width in (("old", 10), ("new", 20)):
        Scratch(tmp_path).write({f"{name}/net.py": NET.format(width), f"{name}/pyproject.toml": ""})
        scan = ["scan", name, "--layers", "--shapes", "--format", "json", "--output", f"{name}.json"]
        assert CliRunner().invoke(app, scan).exit_code == 0
    folders = found("old", "new")["models"][0]  # type: ignore[index]
    stored = found("old.json", "new.json")["models"][0]  # type: ignore[index]
    assert folders["id"] == "net.py::net"
    for field in ("kind", "parameters", "macs", "size", "layers", "checkpoint"):
        assert stored[field] == folders[field]
    assert run("main").exit_code == 2
    Path("old.json").write_text("{}", encoding="utf-8")
    assert run("old.json", "new.json").exit_code == 2


def test_a_file_that_cannot_be_read_is_no_model_that_is_gone(made: Scratch) -> None:
    made.write({"net.py": "net = (\n"})
    document = found("main")
    assert document["models"] == []
    assert document["notes"] == ["net.py could not be read after: its models are not compared"]


def test_options_are_no_revisions(made: Scratch) -> None:
    for name in ("--upload-pack=x", "-c"):
        result = CliRunner().invoke(app, ["diff", "--", name])
        assert result.exit_code == 2
        assert "begins with a hyphen" in result.stderr
