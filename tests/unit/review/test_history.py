from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import history, summary
from analyzer.change import Figure
from analyzer.errors import TargetError
from analyzer.reports import View
from analyzer.reports.history import names, render
from analyzer.timeline import Moment, State, Timeline
from tests.unit.review.scratch import Scratch, scratch

NET = """
from torch import nn
class Net(nn.Module):
    def __init__(self, width={width}):
        super().__init__()
        self.fc = nn.Linear(width, 3)
    def forward(self, x):
        return self.fc(x)
"""
BLOCKS = """
from torch import nn
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear({width}, 3)
"""
USER = """
from torch import nn
from blocks import Block
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    repository = scratch(tmp_path / "proj")
    monkeypatch.chdir(repository.top)
    return repository


def net(width: int) -> str:
    return NET.format(width=width)


def totals(timeline: Timeline) -> list[int | None]:
    return [one.reading.parameters.value if one.reading.parameters else None for one in timeline.moments]


def states(timeline: Timeline) -> list[str]:
    return [one.reading.state.value for one in timeline.moments]


def by_commit(timeline: Timeline) -> dict[str, Moment]:
    return {one.commit: one for one in timeline.moments}


def test_each_commit_is_weighed_and_built_only_where_something_changed(made: Scratch) -> None:
    commits = [
        made.commit({"net.py": net(4)}, "first"),
        made.commit({"README": "words", "other.py": "x = 1\n"}),
        made.commit({"net.py": net(8)}, "wider"),
        made.commit({"nothing/else.py": "y = 1\n"}),
        made.commit({"net.py": net(4)}, "back"),
    ]
    before = {path: path.stat().st_mtime_ns for path in made.top.rglob("*") if ".git" not in path.parts}
    timeline = history("net.py::Net")
    assert [one.commit for one in timeline.moments] == commits
    assert totals(timeline) == [15, 15, 27, 27, 15]
    assert [one.changes for one in timeline.moments] == [True, False, True, False, True]
    assert [one.parameters.delta for one in timeline.moments] == [15, 0, 12, 0, -12]
    assert timeline.moments[2].parameters.percent == pytest.approx(80)
    assert timeline.moments[2].subject == "wider"
    assert timeline.evaluated == 2
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert made.git("status", "--porcelain") == ""


def test_what_a_model_imports_opens_and_does_not_find_counts(made: Scratch) -> None:
    made.commit({"net.py": USER})
    made.commit({"blocks.py": BLOCKS.format(width=4)})
    made.commit({"blocks.py": BLOCKS.format(width=5)})
    made.commit({"blocks/__init__.py": BLOCKS.format(width=6)})
    made.commit({"notes.txt": "of no interest", "more.py": "import net\n"})
    timeline = history("net.py::Net")
    assert totals(timeline)[1:] == [15, 18, 21, 21]
    assert states(timeline)[0] == State.PARTIAL
    assert timeline.evaluated == 4


def test_data_that_a_model_reads_counts(made: Scratch) -> None:
    source = "import json\nfrom torch import nn\nnet = nn.Linear(json.load(open('net.json'))['width'], 3)\n"
    made.commit({"net.py": source, "net.json": '{"width": 4}'})
    made.commit({"net.json": '{"width": 8}'})
    made.commit({"other.json": "{}"})
    timeline = history("net.py::net")
    assert totals(timeline) == [15, 27, 27]
    assert timeline.evaluated == 2


def test_an_expression_with_an_input_has_its_work(made: Scratch) -> None:
    made.commit({"net.py": net(4)})
    timeline = history("net.py::Net(width=10)", inputs=["2,10"])
    assert timeline.moments[0].reading.macs == Figure(60)
    assert timeline.target == "net.py::Net(width=10)"
    assert history("net.py::Net(10)").moments[0].reading.macs == Figure()


def test_symbols_stay_formulas(made: Scratch) -> None:
    made.commit({"net.py": net(4).replace("width=4", "width")})
    made.commit({"net.py": net(4).replace("width=4", "width").replace(", 3)", ", 5)")})
    timeline = history("net.py::Net")
    assert timeline.moments[1].reading.parameters == Figure(formula="5*width + 5")
    assert timeline.moments[1].parameters.formula == "2*width + 2"


def test_a_file_that_is_renamed_is_followed(made: Scratch) -> None:
    made.commit({"net.py": net(4)})
    made.git("mv", "net.py", "model.py")
    made.commit(message="renamed")
    (made.top / "models").mkdir()
    made.git("mv", "model.py", "models/model.py")
    made.commit({"models/model.py": net(8)}, "moved and widened")
    timeline = history("models/model.py::Net")
    assert [one.path for one in timeline.moments] == ["net.py", "model.py", "models/model.py"]
    assert totals(timeline) == [15, 15, 27]


def test_every_kind_of_nothing_is_told(made: Scratch) -> None:
    made.commit({"README": ""})
    made.commit({"net.py": net(4)})
    made.commit({"net.py": "def broken(:\n"})
    made.commit({"net.py": "x = 1\n"})
    made.commit({"net.py": net(4).replace("width, 3", "-1, 3")})
    made.commit({"net.py": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"})
    (made.top / "net.py").unlink()
    made.commit()
    timeline = history("net.py::Net")
    assert states(timeline) == ["missing", "exact", "unreadable", "missing", "failed", "unreadable", "missing"]
    whys = [one.reading.why for one in timeline.moments]
    assert whys[0] == whys[6] == "there is no such file"
    assert whys[2].startswith("net.py:1 ")
    assert "no 'Net'" in whys[3]
    assert "Git LFS" in whys[5]
    assert not any("@tree" in why for why in whys)
    assert [one.changes for one in timeline.moments] == [False, True, True, True, True, True, True]


def test_merges(made: Scratch) -> None:
    root = made.commit({"net.py": net(4)})
    made.git("checkout", "--quiet", "-b", "side")
    side = made.commit({"net.py": net(8)})
    made.git("checkout", "--quiet", "main")
    ahead = made.commit({"README": "words"})
    made.git("merge", "--quiet", "--no-ff", "-m", "merged", "side")
    merge = made.git("rev-parse", "HEAD")
    found = by_commit(history("net.py::Net"))
    assert found.keys() == {root, side, ahead, merge}
    assert {name for name, one in found.items() if one.changes} == {root, side}
    assert {name for name, one in found.items() if one.main} == {root, ahead, merge}
    assert found[merge].parameters.delta == 12
    first = by_commit(history("net.py::Net", first_parent=True))
    assert first.keys() == {root, ahead, merge}


def test_one_side_of_a_merge_renames(made: Scratch) -> None:
    root = made.commit({"net.py": net(4)})
    made.git("checkout", "--quiet", "-b", "side")
    side = made.commit({"README": "words"})
    made.git("checkout", "--quiet", "main")
    made.git("mv", "net.py", "model.py")
    moved = made.commit()
    made.git("merge", "--quiet", "-m", "merged", "side")
    found = by_commit(history("model.py::Net"))
    assert {name: found[name].path for name in (root, side, moved)} == {
        root: "net.py", side: "net.py", moved: "model.py"
    }  # fmt: skip
    assert {one.reading.parameters for one in found.values()} == {Figure(15)}


def test_a_span_of_time(made: Scratch) -> None:
    commits = [
        made.commit({"net.py": net(width)}, date=f"2025-0{month}-10T12:00:00+0200")
        for month, width in ((1, 4), (2, 5), (3, 6), (4, 7))
    ]
    made.git("tag", "v1", commits[1])

    def found(since: str | None = None, until: str | None = None) -> list[str]:
        return [one.commit for one in history("net.py::Net", since=since, until=until).moments]

    assert found(since="2025-02-10") == commits[1:]
    assert found(since="2025-02-10T10:00:01Z") == commits[2:]
    assert found(until="2025-03-10") == commits[:3]
    assert found(since="v1") == commits[2:]
    assert found(until="v1") == commits[:2]
    assert found(since="v1", until="HEAD~1") == commits[2:3]
    assert history("net.py::Net", since="v1").moments[0].parameters.delta == 3
    for since in ("2025-13-01", "no such thing", "2031-01-01", "--all", "1 day ago"):
        with pytest.raises(TargetError):
            history("net.py::Net", since=since)


def test_a_shallow_clone(made: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (4, 5, 6):
        made.commit({"net.py": net(width)})
    made.git("clone", "--quiet", "--depth=2", f"file://{made.top}", str(tmp_path / "clone"))
    monkeypatch.chdir(tmp_path / "clone")
    timeline = history("net.py::Net")
    assert totals(timeline) == [18, 21]
    assert "shallow" in timeline.notes[0]


def test_later_runs_build_nothing_again(made: Scratch, tmp_path: Path) -> None:
    made.commit({"net.py": USER, "blocks.py": BLOCKS.format(width=4)})
    made.commit({"blocks.py": BLOCKS.format(width=5)})
    cache = tmp_path / "cache"
    first = history("net.py::Net", cache=cache)
    again = history("net.py::Net", cache=cache)
    assert (first.evaluated, again.evaluated) == (2, 0)
    assert again.moments == first.moments
    made.commit({"blocks.py": BLOCKS.format(width=6)})
    third = history("net.py::Net", cache=cache)
    assert totals(third) == [15, 18, 21]
    assert third.evaluated == 1
    assert history("net.py::Net", inputs=["1,4"], cache=cache).evaluated == 3


def test_what_is_installed_beside_the_repository_is_looked_at_again(made: Scratch, tmp_path: Path) -> None:
    installed = made.top / ".venv/lib/python3.11/site-packages/blocks.py"
    installed.parent.mkdir(parents=True)
    installed.write_text(BLOCKS.format(width=4), encoding="utf-8")
    made.commit({".gitignore": ".venv\n", "net.py": USER})
    cache = tmp_path / "cache"
    assert totals(history("net.py::Net", cache=cache)) == [15]
    installed.write_text(BLOCKS.format(width=5), encoding="utf-8")
    assert totals(history("net.py::Net", cache=cache)) == [18]


def test_links_are_followed_where_they_lead_at_each_commit(made: Scratch) -> None:
    made.write({"one.py": net(4), "other.py": net(8)})
    (made.top / "net.py").symlink_to("one.py")
    made.commit()
    (made.top / "net.py").unlink()
    (made.top / "net.py").symlink_to("other.py")
    made.commit()
    made.commit({"other.py": net(9)})
    assert totals(history("net.py::Net")) == [15, 27, 30]


def test_the_configuration_is_that_of_today(made: Scratch) -> None:
    made.commit({"net.py": net(4).replace("width=4", "width"), "weighbridge.toml": "[assume]\nwidth = 4\n"})
    made.commit({"weighbridge.toml": "[assume]\nwidth = 8\n"})
    assert totals(history("net.py::Net")) == [27, 27]


def test_each_commit_is_as_its_checkout(made: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, files in enumerate((
        {"lib/parts/blocks.py": BLOCKS.format(width=4), "lib/net.py": USER.replace("blocks", "parts.blocks")},
        {"lib/__init__.py": ""},
        {"lib/net.py": USER.replace("blocks", "lib.parts.blocks")},
        {"lib/net.py": USER.replace("blocks", ".parts.blocks")},
        {"lib/parts/__init__.py": "raise ImportError\n"},
        {"lib/net.py": USER.replace("from blocks import Block", "from . import Block")},
        {"lib/__init__.py": "from .parts.blocks import Block\n", "lib/parts/__init__.py": ""},
    )):  # fmt: skip
        made.commit(files, f"step {number}")
    timeline = history("lib/net.py::Net")
    tree = tmp_path / "tree"
    made.git("worktree", "add", "--quiet", "--detach", str(tree))
    monkeypatch.chdir(tree)
    for moment in timeline.moments:
        scratch_tree = Scratch(tree)
        scratch_tree.git("checkout", "--quiet", moment.commit)
        (model,) = summary(["lib/net.py::Net"]).models
        assert moment.reading.state == model.status.value, moment.subject
        total = moment.reading.parameters.value if moment.reading.parameters else None
        assert total == model.parameters.total, moment.subject


def test_what_is_no_target(made: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TargetError, match="no commit"):
        history("net.py::Net")
    made.commit({"net.py": net(4)})
    for target in ("net.py", "net.py::", str(tmp_path / "net.py::Net")):
        with pytest.raises(TargetError):
            history(target)
    with pytest.raises(TargetError, match="input"):
        history("net.py::Net", inputs=["1,,-"])
    assert totals(history(f"{made.top / 'net.py'}::Net")) == [15]
    (made.top / "inner").mkdir()
    monkeypatch.chdir(made.top / "inner")
    assert totals(history("../net.py::Net")) == [15]


def test_progress_is_told(made: Scratch) -> None:
    made.commit({"net.py": net(4)})
    last = made.commit({"net.py": net(5)}, "wider")
    told: list[tuple[int, int, str]] = []
    history("net.py::Net", progress=lambda *seen: told.append(seen))
    assert told[0] == (0, 2, f"{last[:7]}  wider")
    assert [one[0] for one in told] == [0, 1]


def test_a_commit_may_say_anything_of_its_time_and_its_subject(made: Scratch) -> None:
    made.commit({"net.py": net(4)})
    body = made.git("cat-file", "commit", "HEAD").encode()
    wild = body.replace(b"1767225600", b"99999999999999").replace(b"change", b"\xff\x1b[2J")
    made.write({"commit": wild + b"\n"})
    made.git("update-ref", "HEAD", made.git("hash-object", "-t", "commit", "--literally", "-w", "commit"))
    (moment,) = history("net.py::Net").moments
    assert moment.time == 253_370_764_799
    assert moment.subject == "\ufffd\x1b[2J"
    for form in names():
        assert "15" in render(form, Timeline("net.py::Net", (moment,)), View())
