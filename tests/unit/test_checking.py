from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import analyzer
from analyzer.baseline import Baseline, dumped, load, shrunk, taken, without
from analyzer.config import Options
from analyzer.errors import TargetError
from analyzer.globs import excluded
from analyzer.linting import check, mend
from analyzer.report import Finding, Report, Severity, Span
from analyzer.rule import rules
from analyzer.selection import select

SOFTMAX = "from torch import nn\n\nnet = nn.Sequential(nn.Linear(8, 4), nn.Softmax())  {}\n"
FUNCTION = "import torch.nn.functional as F\n\ndef one(x):\n    return F.softmax(x)\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return tmp_path


def write(project: Path, **files: str) -> None:
    for name, text in files.items():
        path = project / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(report: Report) -> list[tuple[str, int, str]]:
    return [(finding.span.file, finding.span.line, finding.code) for finding in report.findings]


# ---------------------------------------------------------------- which rules


@pytest.mark.parametrize(
    ("options", "on", "off"),
    [
        ({}, {"WBT401", "WBS101"}, set()),
        ({"select": ("WBT",)}, {"WBT401"}, {"WBS101"}),
        ({"select": ("ALL",)}, {"WBT401", "WBS101"}, set()),
        ({"select": ("softmax-without-dim",)}, {"WBT401"}, {"WBS101"}),
        ({"ignore": ("WBT",)}, {"WBS101"}, {"WBT401"}),
        ({"ignore": ("WBT",), "extend_select": ("WBT401",)}, {"WBT401"}, set()),
        ({"select": ("WBT401",), "ignore": ("WBT401",)}, set(), {"WBT401"}),
        ({"select": ("ALL",), "ignore": ("WBT4",)}, {"WBS101"}, {"WBT401"}),
        ({"select": ()}, set(), {"WBT401", "WBS101"}),
    ],
)
def test_the_longest_selector_decides(options: dict[str, tuple[str, ...]], on: set[str], off: set[str]) -> None:
    codes = {rule.code for rule in select(Options(Path("/"), **options)).rules}
    assert on <= codes
    assert not off & codes


def test_a_selector_of_nothing_is_an_error_with_the_nearest_rule() -> None:
    with pytest.raises(TargetError) as caught:
        select(Options(Path("/"), ignore=("softmax-witout-dim",)))
    assert caught.value.problem.hint == "did you mean softmax-without-dim?"


@pytest.mark.parametrize(
    ("file", "pattern", "out"),
    [
        ("legacy/old/net.py", "legacy", True),
        ("legacy/old/net.py", "legacy/", True),
        ("src/legacy/net.py", "legacy", True),
        ("a/net_pb2.py", "*_pb2.py", True),
        ("a/b/net.py", "a/b/*.py", True),
        ("a/b/net.py", "b/*.py", False),
        ("legacy2/net.py", "legacy", False),
        ("legacy/net.py", "/legacy", True),
        ("src/legacy/net.py", "/legacy", False),
        ("a/b/net.py", "/*/b", True),
    ],
)
def test_a_pattern_means_a_file_or_a_folder_around_it(file: str, pattern: str, out: bool) -> None:
    assert excluded(file, (pattern,)) is out


# ---------------------------------------------------------------- comments


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# weighbridge: ignore[WBT401] why", []),
        ("# weighbridge: ignore[softmax-without-dim]", []),
        ("# weighbridge: ignore", []),
        ("# weighbridge: ignore[WBT, WBT401]", ["WBD501"]),
        ("# weighbridge: ignore[WBS]", ["WBT401"]),
        ("# noqa", ["WBT401"]),
    ],
)
def test_a_comment_suppresses_what_it_names(project: Path, comment: str, left: list[str]) -> None:
    write(project, net=SOFTMAX.format(comment))
    assert sorted(code for _, _, code in found(analyzer.check([str(project)]))) == left


def test_a_comment_for_a_rule_that_is_not_checked_is_left_alone(project: Path) -> None:
    write(project, net=SOFTMAX.format("# weighbridge: ignore[WBT401]"))
    options = Options(project, ignore=("WBT401",))
    assert analyzer.check([str(project)], options=options).findings == ()


def test_a_comment_for_all_rules_is_unused_when_all_default_ones_ran(project: Path) -> None:
    write(project, net="x = 1  # weighbridge: ignore\n")
    assert found(analyzer.check([str(project)])) == [("net.py", 1, "WBD501")]
    assert analyzer.check([str(project)], options=Options(project, ignore=("WBS101",))).findings == ()


def test_a_file_is_suppressed_as_a_whole(project: Path) -> None:
    write(project, net=f"# weighbridge: ignore-file[WBT]\n{SOFTMAX.format('')}{FUNCTION}")
    assert analyzer.check([str(project)]).findings == ()


def test_per_file_ignores_are_for_the_files_that_findings_lie_in(project: Path) -> None:
    write(project, tests__a=FUNCTION, b=FUNCTION)
    options = Options(project, per_file_ignores={"tests/*": ("WBT",)})
    assert found(analyzer.check([str(project)], options=options)) == [("b.py", 4, "WBT401")]


def test_comments_give_models_their_inputs_and_arguments(project: Path) -> None:
    text = """
from torch import nn

class Net(nn.Module):  # weighbridge: assume width=5
    # weighbridge: input=2,5
    def __init__(self, width: int):
        super().__init__()
        self.fc = nn.Linear(width, 3)

    def forward(self, x):
        return self.fc(x)
"""
    write(project, net=text)
    (model,) = analyzer.summary([str(project / "net.py")]).models
    assert model.parameters.total == 18
    assert model.output_shape == (2, 3)
    assert not model.inputs_derived


def test_what_a_budget_cannot_decide_is_said_with_what_it_depends_on(project: Path) -> None:
    settings = '[[budget]]\nmax-parameters = "1k"\nmax-macs = "100k"\nmax-activations = "1 MB"\n'
    (project / "weighbridge.toml").write_text(settings, encoding="utf-8")
    text = """from torch import nn

conv = nn.Conv2d(3, 8, 3)

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(8, width)

    def forward(self, x):
        return self.fc(x)
"""
    write(project, net=text)
    told = [reason.reason.partition(": ")[2] for reason in analyzer.check([str(project)]).undecided]
    assert told == [
        "whether it keeps to 100,000 multiply-accumulates: it depends on H, N, W: an input of numbers settles it",
        "whether it keeps to 1,000,000 bytes of activations: it depends on H, N, W: an input of numbers settles it",
        "whether it keeps to 1,000 parameters: it depends on width",
        "whether it keeps to 100,000 multiply-accumulates: it depends on N, width",
        "whether it keeps to 1,000,000 bytes of activations: it depends on N, width",
    ]


# ---------------------------------------------------------------- files


def test_what_is_seen_through_several_models_is_told_once(project: Path) -> None:
    write(project, net=f"{FUNCTION}\n", other="from net import one\n")
    assert len(analyzer.check([str(project)]).findings) == 1


def test_named_files_are_excluded_where_that_is_forced(project: Path) -> None:
    write(project, net=FUNCTION)
    options = Options(project, exclude=("net.py",))
    file = str(project / "net.py")
    assert len(analyzer.check([file], options=options).findings) == 1
    assert analyzer.check([file], options=options, force_exclude=True).coverage.files == 0
    assert analyzer.check([str(project)], options=options).coverage.files == 0


def test_what_cannot_be_read_does_not_lose_the_rest(project: Path) -> None:
    write(project, broken="x = (\n", net=FUNCTION)
    report = analyzer.check([str(project), str(project / "nowhere")])
    assert found(report) == [("net.py", 4, "WBT401")]
    assert len(report.problems) == 2
    assert (report.coverage.files, report.coverage.unread) == (1, 1)


def test_a_text_stands_before_the_disk(project: Path) -> None:
    write(project, net="x = 1\n")
    file = project / "net.py"
    assert found(analyzer.check([str(file)], texts={file: FUNCTION})) == [("net.py", 4, "WBT401")]
    new = project / "new.py"
    assert found(analyzer.check([str(new)], texts={new: FUNCTION})) == [("new.py", 4, "WBT401")]


def test_findings_know_what_they_lie_in(project: Path) -> None:
    write(project, net="import torch.nn.functional as F\nclass A:\n    def f(self, x):\n        return F.softmax(x)\n")
    (finding,) = analyzer.check([str(project)]).findings
    assert finding.scope == "A.f"
    assert finding.source_line == "        return F.softmax(x)"


# ---------------------------------------------------------------- fixes


def test_fixes_are_applied_until_none_is_left(project: Path) -> None:
    write(project, net=SOFTMAX.format("# weighbridge: ignore[WBT401, WBX, WBT999]") + "\ny = 1\n")
    options = Options(project, select=("ALL",))
    checked, new, count = mend([str(project)], options=options, texts={}, known=Baseline(), unsafe=False)
    assert count == 1
    assert new[project / "net.py"].decode().splitlines()[2].endswith("# weighbridge: ignore[WBT401, WBT999]")
    assert [finding.code for finding in checked.report.findings] == ["WBD502"]


# ---------------------------------------------------------------- the baseline


def finding(code: str, scope: str, line: int = 1) -> Finding:
    return Finding(Span("net.py", line), code, rules()["WBT401"].name, Severity.ERROR, "m", scope=scope)


def test_a_baseline_forgives_by_rule_and_name_whatever_the_line() -> None:
    old = (finding("WBT401", "A.f", 3), finding("WBT401", "A.f", 5))
    known = taken(old, ())
    assert without((finding("WBT401", "A.f", 50), finding("WBT401", "A.f", 70)), known) == ()
    third = finding("WBT401", "A.f", 99)
    assert without((*old, third), known) == (third,)
    assert len(without((finding("WBT401", "A.g"), finding("WBR201", "A.f")), known)) == 2


def test_a_baseline_shrinks_and_never_grows() -> None:
    known = Baseline({"net.py::A.f": {"WBT401": 2, "WBR201": 1}, "b.py::B": {"WBT401": 1}}, {"net.py::N": {"macs": 1}})
    now = taken((finding("WBT401", "A.f"), finding("WBR201", "A.f"), finding("WBR201", "A.f")), ())
    codes = {"WBT401", "WBR201"}
    smaller = shrunk(known, now, codes, "net.py".__eq__)
    assert smaller.findings == {"net.py::A.f": {"WBT401": 1, "WBR201": 1}, "b.py::B": {"WBT401": 1}}
    assert smaller.models == known.models
    assert "net.py::A.f" not in shrunk(known, Baseline(), codes, "net.py".__eq__).findings
    assert shrunk(known, Baseline(), {"WBT401"}, "net.py".__eq__).findings["net.py::A.f"] == {"WBR201": 1}
    assert shrunk(known, Baseline(), codes, lambda file: False) == known


BLOCK = """from torch import nn

class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.one = nn.Linear(8, size)
        self.two = nn.Linear(7, 2)  {}

    def forward(self, x):
        return self.two(self.one(x))
"""
NET = "from blocks import Block\n\nnet = Block(5)\n"


def test_what_imports_a_file_is_checked_with_it(project: Path) -> None:
    write(project, blocks=BLOCK.format(""), net=NET, other="x = 1\n")
    blocks = [str(project / "blocks.py")]
    alone = check(blocks, options=None, texts={}, known=Baseline())
    assert alone.report.coverage.files == 1
    checked = analyzer.check(blocks, with_importers=True)
    assert checked.coverage.files == 2
    assert ("blocks.py", 7, "WBX301") in found(checked)
    options = Options(project, exclude=("net.py",))
    left_out = check(blocks, options=options, texts={}, known=Baseline(), with_importers=True)
    assert left_out.report.coverage.files == 1
    options = Options(project, exclude=("blocks.py",))
    importing = check(blocks, options=options, texts={}, known=Baseline(), force_exclude=True, with_importers=True)
    assert importing.report.coverage.files == 1
    assert found(importing.report) == [("blocks.py", 7, "WBX301")]


def test_a_comment_is_unused_only_when_what_imports_its_file_was_checked(project: Path) -> None:
    write(project, blocks=BLOCK.format("# weighbridge: ignore[WBX301]"), net=NET)
    assert analyzer.check([str(project / "blocks.py")]).findings == ()
    assert analyzer.check([str(project)]).findings == ()
    write(project, net="import json\n")
    assert found(analyzer.check([str(project / "blocks.py")])) == [("blocks.py", 7, "WBD501")]


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    known = Baseline({"é.py::A": {"WBT401": 2}}, {"net.py::N": {"parameters": 3}})
    file = tmp_path / "known.json"
    file.write_text(dumped(known), encoding="utf-8")
    assert load(file) == known


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1, "findings": {"a": {"WBT401": -1}}}'])
def test_a_baseline_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TargetError):
        load(file)
    with pytest.raises(TargetError):
        load(tmp_path / "none.json")


def test_the_ledger_holds_the_sizes_of_exact_models(project: Path) -> None:
    write(project, net="from torch import nn\nnet = nn.Linear(3, 4)\nclass Net(nn.Linear):\n    pass\n")
    checked = check([str(project)], options=None, texts={}, known=Baseline())
    assert taken((), checked.report.models).models == {"net.py::net": {"parameters": 16, "trainable": 16}}


def test_growth_is_judged_against_the_ledger(project: Path) -> None:
    (project / "weighbridge.toml").write_text('[[budget]]\nmax-growth = "10%"\n', encoding="utf-8")
    write(project, net="from torch import nn\nnet = nn.Linear(3, 4)\n")
    for before, codes in ((16, []), (15, []), (14, ["WBS103"])):
        known = replace(Baseline(), models={"net.py::net": {"parameters": before}})
        report = check([str(project)], options=None, texts={}, known=known).report
        assert [finding.code for finding in report.findings] == codes
