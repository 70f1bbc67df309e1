"""The renewal of shown output: only what stands between the marks changes, and a stale page is told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import docs

PAGE = "before\n<!-- output: weighbridge summary net.py -->\n{}<!-- end of output -->\nafter\n"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    page = tmp_path / "README.md"
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "pages", lambda: [page])
    monkeypatch.setattr(docs, "output", lambda command, status: f"ran {command}" + f" to exit {status}" * bool(status))
    return page


def test_output_is_written_between_the_marks_once(page: Path) -> None:
    page.write_text(PAGE.format("old\n"))
    assert docs.main([]) == 0
    fresh = PAGE.format("```text\n$ weighbridge summary net.py\nran weighbridge summary net.py\n```\n")
    assert page.read_text() == fresh
    assert docs.main([]) == 0
    assert page.read_text() == fresh


def test_check_tells_a_stale_page_and_leaves_it(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text(PAGE.format("old\n"))
    assert docs.main(["--check"]) == 1
    assert "-old" in capsys.readouterr().out
    assert page.read_text() == PAGE.format("old\n")
    docs.main([])
    assert docs.main(["--check"]) == 0


def test_only_our_own_command_is_ever_run(page: Path) -> None:
    page.write_text("<!-- output: rm -rf . -->\nold\n<!-- end of output -->\n")
    assert docs.main(["--check"]) == 0


def test_a_command_that_is_meant_to_fail_says_with_what(page: Path) -> None:
    page.write_text("<!-- output, exit 2: weighbridge summary no.py -->\n<!-- end of output -->\n")
    docs.main([])
    assert "$ weighbridge summary no.py\nran weighbridge summary no.py to exit 2\n" in page.read_text()


def test_example_files_are_shown_as_they_are(page: Path) -> None:
    (page.parent / "docs" / "examples").mkdir(parents=True)
    (page.parent / "docs" / "examples" / "net.py").write_text("net = 1\n")
    page.write_text("<!-- file: docs/examples/net.py -->\nold\n<!-- end of file -->\n")
    docs.main([])
    assert page.read_text() == "<!-- file: docs/examples/net.py -->\n```python\nnet = 1\n```\n<!-- end of file -->\n"
