from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.config import KEYS, ConfigError, Options, find, find_root, load, parse_assumption

FULL = """\
[tool.other]
inputs = 3

[tool.weighbridge]
search-path = ["vendor", "../shared"]

[tool.weighbridge.inputs]
"*::resnet*" = "1,3,224,224"
"*models/resnet.py::resnet18" = ["1,3,32,32", "N,8:int64"]
"a.py::net[0]" = "1,1"
"*::bert" = { tokens = "N,128:int64", mask = "N,128:bool" }

[tool.weighbridge.assume]
classes = 10
rate = 0.5
norm = "batch"
bias = false
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text(FULL, encoding="utf-8")
    (tmp_path / "models").mkdir()
    return tmp_path


def written(folder: Path, text: str) -> ConfigError:
    """The error that loading this weighbridge.toml raises."""
    (folder / "weighbridge.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(folder)
    return caught.value


def test_every_key_is_read_from_the_closest_pyproject(project: Path) -> None:
    options = load(project / "models" / "resnet.py")
    assert options.root == project
    assert options.source == project / "pyproject.toml"
    assert options.search_path == (project / "vendor", project.parent / "shared")
    assert options.assume == {"classes": 10, "rate": 0.5, "norm": "batch", "bias": False}
    assert options.inputs["*::bert"] == (("tokens", "N,128:int64"), ("mask", "N,128:bool"))


def test_the_most_specific_pattern_wins(project: Path) -> None:
    options = load(project)
    assert options.inputs_for("src/models/resnet.py::resnet18") == ((None, "1,3,32,32"), (None, "N,8:int64"))
    assert options.inputs_for("src/models/resnet.py::resnet34") == ((None, "1,3,224,224"),)
    assert options.inputs_for("a.py::net[0]") == ((None, "1,1"),)
    assert options.inputs_for("b.py::other") == ()


def test_weighbridge_toml_comes_before_pyproject_and_closer_before_farther(project: Path) -> None:
    (project / "weighbridge.toml").write_text("assume = {depth = 1}", encoding="utf-8")
    assert load(project / "models").assume == {"depth": 1}
    (project / "models" / "pyproject.toml").write_text("[project]\nname = 'weighbridge-user'", encoding="utf-8")
    assert find(project / "models") == project / "weighbridge.toml"
    (project / "models" / "weighbridge.toml").write_text("assume = {depth = 2}", encoding="utf-8")
    assert load(project / "models").assume == {"depth": 2}


def test_the_search_ends_at_a_repository(project: Path) -> None:
    inner = project / "models"
    (inner / ".git").mkdir()
    assert find(inner) is None
    assert load(inner) == Options(root=inner)


def test_a_named_file_is_read_wherever_it_lies(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("ci")
    (elsewhere / "ci.toml").write_text("search-path = ['src']", encoding="utf-8")
    options = load(project / "models", elsewhere / "ci.toml")
    assert options.search_path == (elsewhere / "src",)
    assert options.root == project


def test_the_root_without_marks_is_the_working_folder_or_the_file_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert find_root(folder / "net.py") == tmp_path
    monkeypatch.chdir(folder)
    assert find_root(tmp_path / "a") == tmp_path / "a"


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    error = written(tmp_path, "\nserch_path = []\n")
    assert (error.message, error.line) == ('unknown key "serch_path"', 2)
    assert error.hint == 'did you mean "search-path"?'
    assert set(written(tmp_path, "zzz = 1").hint.removeprefix("known keys: ").split(", ")) == set(KEYS)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "message", "line", "expected"),
    [
        ("search-path = 'src'", 'search-path is the string "src"', 1, "list of folders"),
        ("search-path = [1]", "search-path is the number 1", 1, "list of folders"),
        ("inputs = 3", "inputs is the number 3", 1, "a table"),
        ("[inputs]\n'*::a' = 3", 'inputs."*::a" is the number 3', 2, "a shape"),
        ("[inputs]\n'*::a' = ['1', 2]", 'inputs."*::a" is the number 2', 2, "a shape"),
        ("[inputs]\n'*::a' = {x = []}", 'inputs."*::a" is a list', 2, "a shape"),
        ("assume = []", "assume is a list", 1, "a table"),
        ("\n[assume]\ndepth = 1\nwidth = []", "assume.width is a list", 4, "a number"),
        ("[assume]\nday = 2020-01-01", "assume.day is a date", 2, "a number"),
    ],
)
def test_a_wrong_value_names_key_found_and_expected(
    tmp_path: Path, text: str, message: str, line: int, expected: str
) -> None:
    error = written(tmp_path, text)
    assert (error.message, error.line) == (message, line)
    assert error.hint is not None
    assert error.hint.startswith("expected ")
    assert expected in error.hint


def test_a_broken_file_is_an_error_with_its_line(tmp_path: Path) -> None:
    error = written(tmp_path, "a = 1\nb = = 2\n")
    assert error.message.startswith("not valid TOML")
    assert error.line == 2
    (tmp_path / "weighbridge.toml").write_bytes(b"a = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path)
    assert "nested too deeply" in written(tmp_path, f"a = {'[' * 20000}").message


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        load(tmp_path, tmp_path / "none.toml")


def test_tool_weighbridge_must_be_a_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool.weighbridge = 3", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"tool\.weighbridge is the number 3; expected a table"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=18", 18),
        ("a=-1", -1),
        ("a=0.5", 0.5),
        ("a=1e-3", 0.001),
        ("a=True", True),
        ("a=false", False),
        ("a=x=", "x="),
    ],
)
def test_assumptions_have_the_type_they_look_like(text: str, value: object) -> None:
    name, parsed = parse_assumption(text)
    assert (name, parsed, type(parsed)) == ("a", value, type(value))


@pytest.mark.parametrize("text", ["depth", "=3", "1a=3", ""])
def test_an_assumption_needs_a_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not NAME=VALUE"):
        parse_assumption(text)
