from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.annotating import Annotated, annotate
from analyzer.config import load

HEAD = "from torch import nn\n\n"
OURS = re.compile(rb"  # \[[^\[\]#]*\]  [0-9,]+(?=\r?\n|\r|$)")


def annotated(folder: Path, text: str | bytes) -> bytes:
    """What a file becomes; `folder` is a project of its own."""
    data = text.encode() if isinstance(text, str) else text
    file = folder / "net.py"
    file.write_bytes(data)
    files = found(folder).files
    return files[file.resolve()][1] if files else data


def found(folder: Path) -> Annotated:
    return annotate([str(folder)], load(folder))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "weighbridge.toml").write_text('[inputs]\n"*" = "N,3,32,32"\n', encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


NET = """\
# The comments are those of annotate.
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 32, 3, padding=1),  # [N, 32, 32, 32]  896
    nn.ReLU(inplace=True),  # [N, 32, 32, 32]  0
    nn.MaxPool2d(2), # output: 32 x 16 x 16
    nn.Conv2d(
        32,
        64,
        3,
    ),  # [N, 64, 14, 14]  18,496
    nn.Flatten(),  # [N, 12544]  0
    nn.Linear(64 * 14 * 14, 10))  # [N, 10]  125,450


class Net(nn.Module):
    def __init__(self, width: int = 8):
        super().__init__()
        self.conv: nn.Module = nn.Conv2d(3, width, 3)  # [N, 8, 30, 30]  224
        self.twice = nn.Conv2d(width, width, 3, padding=1)  # [N, 8, 30, 30]  584
        self.halves = nn.MaxPool2d(2)
        self.act, self.drop = nn.ReLU(), nn.Dropout()
        self.unused = nn.Linear(3, 4)
        self.body = nn.Sequential(
            nn.Conv2d(width, 4, 1, bias=False),  # [N, 4, 7, 7]  32
        )

    def forward(self, x):
        x = self.twice(self.twice(self.conv(x)))
        return self.body(self.drop(self.act(self.halves(self.halves(x)))))
"""


def test_a_layer_gets_its_shape_and_its_parameters(project: Path) -> None:
    assert annotated(project, OURS.sub(b"", NET.encode())).decode() == NET
    assert annotated(project, NET).decode() == NET


def test_ours_are_kept_up_to_date_and_others_left_alone(project: Path) -> None:
    old = NET.replace("[N, 32, 32, 32]  896", "[N, 3, 3]  7").replace(
        "nn.Linear(3, 4)", "nn.Linear(3, 4)  # [N, 4]  16"
    )
    assert annotated(project, old).decode() == NET
    assert [(change.line, change.before, change.after) for change in found(project).changes] == [
        (5, "# [N, 3, 3]  7", "# [N, 32, 32, 32]  896"),
        (24, "# [N, 4]  16", ""),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "nn.Conv2d(3, 8, 3),  # [N, 8, 30, 30]",
        "nn.Conv2d(3, 8, 3),  # [8]  224 in all",
        "nn.Conv2d(3, 8, 3),  # noqa",
        "nn.Conv2d(3, 8, 3), nn.ReLU(),",
        "nn.Sequential(nn.Conv2d(3, 8, 3)),",
        "nn.Sequential(norm, nn.Conv2d(3, 8, 3)),",
        "nn.Conv2d(3, 8, 3) if True else None,",
        "nn.Conv2d(3, 8, 3), \\",
        "*(nn.Conv2d(3, 3, 3) for _ in range(2)),",
        "*[nn.Conv2d(3, 3, 3), *[\n    nn.Conv2d(3, 3, 3)\n    for _ in range(2)]],",
    ],
)
def test_a_line_is_left_alone(project: Path, line: str) -> None:
    text = f"{HEAD}norm = nn.BatchNorm2d(3)  # noqa\nnet = nn.Sequential(\n    {line}\n)\n"
    assert annotated(project, text).decode() == text


def test_instances_of_different_sizes_say_nothing(project: Path) -> None:
    text = f"""{HEAD}
def conv(wide):
    return nn.Conv2d(3, wide, 3)

net = nn.Sequential(
    conv(3),
    conv(5),
)
"""
    assert annotated(project, text).decode() == text
    same = text.replace("conv(5)", "conv(3)")
    assert b"return nn.Conv2d(3, wide, 3)\n" in annotated(project, same), "the shapes differ"


def test_given_inputs_decide_before_derived_ones(project: Path) -> None:
    (project / "weighbridge.toml").write_text('[inputs]\n"*::given" = "1,3,8,8"\n', encoding="utf-8")
    text = f"{HEAD}def make():\n    return nn.Sequential(\n        nn.Conv2d(3, 8, 3),\n    )\n"
    assert b"# [N, 8, H - 2, W - 2]  224\n" in annotated(project, text)
    assert b"# [1, 8, 6, 6]  224\n" in annotated(project, text + "\ngiven = make()\n")


@pytest.mark.parametrize(
    ("name", "settings_", "written"),
    [
        ("pyproject.toml", "[tool.ruff]\nline-length = 57\n", True),
        ("pyproject.toml", "[tool.ruff]\nline-length = 56\n", False),
        ("pyproject.toml", "[tool.black]\nline-length = 56\n", False),
        ("ruff.toml", "line-length = 56\n", False),
        ("pyproject.toml", "[tool.ruff]\n", True),
        ("pyproject.toml", "[tool.ruff\n", True),
    ],
)
def test_a_line_keeps_to_the_projects_length(project: Path, name: str, settings_: str, written: bool) -> None:
    (project / name).write_text(settings_, encoding="utf-8")
    plain = f"{HEAD}net = nn.Sequential(\n    nn.Conv2d(3, 8, 3, bias=True),\n)\n"
    comment = "  # [N, 8, 30, 30]  224"
    full = plain.replace("True),", f"True),{comment}")
    assert max(map(len, full.splitlines())) == 57
    assert annotated(project, plain).decode() == (full if written else plain)
    assert annotated(project, full).decode() == (full if written else plain)


@pytest.mark.parametrize(
    ("start", "newline"),
    [("", "\n"), ("", "\r\n"), ("", "\r"), ("\ufeff", "\n"), ("\ufeff", "\r"), ("# coding: latin-1\n", "\r\n")],
)
def test_newlines_encodings_and_tabs_stay(project: Path, start: str, newline: str) -> None:
    text = f"{start}{HEAD}# é\nnet = nn.Sequential(\n\tnn.Conv2d(3, 8, 3),\t \n\tnn.ReLU())"
    encoding = "latin-1" if "latin" in start else "utf-8"
    data = text.replace("\n", newline).encode(encoding)
    result = annotated(project, data)
    assert result.count(b"# [N, 8, 30, 30]  ") == 2
    assert OURS.sub(b"", result) == data
    assert annotated(project, result) == result


def test_a_file_that_is_no_python_is_a_problem(project: Path) -> None:
    (project / "broken.py").write_text("net = (\n", encoding="utf-8")
    result = found(project)
    assert (len(result.problems), result.files) == (1, {})


LAYERS = st.sampled_from(
    [
        "nn.Conv2d({0}, {1}, 3, padding=1)",
        "nn.Conv2d({0},\n        {1}, 1)",
        "nn.Sequential(\n        nn.BatchNorm2d({0}),\n        nn.Conv2d({0}, {1}, 1),\n    )",
        "nn.Sequential(nn.ReLU(), nn.Conv2d({0}, {1}, 1))",
        "conv({0}, {1})",
        "*[nn.Conv2d({0}, {1}, 1)]",
    ]
)
ENDS = st.sampled_from(["", "  # [N, 1]  2", " # noqa", "  # [a]  3", "\t", "  # é", "  # [N, 8, 16, 16]  1,000"])


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    width, lines = 3, []
    for _ in range(draw(st.integers(1, 5))):
        wider = draw(st.integers(1, 12))
        lines.append(f"    {draw(LAYERS).format(width, wider)},{draw(ENDS)}")
        width = wider
    text = f"{HEAD}def conv(i, o):\n    return nn.Conv2d(i, o, 3, padding=1)\n\nnet = nn.Sequential(\n" + "\n".join(
        lines
    )
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return f"{text}\n){draw(ENDS)}\n".replace("\n", newline).encode()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=programs())
def test_twice_is_once_and_nothing_but_comments_changes(project: Path, data: bytes) -> None:
    once = annotated(project, data)
    assert annotated(project, once) == once
    assert OURS.sub(b"", once) == OURS.sub(b"", data)
    assert ast.dump(ast.parse(once), include_attributes=True) == ast.dump(ast.parse(data), include_attributes=True)
