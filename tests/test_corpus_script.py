"""The fetching of corpora, without a network: what a wheel may unpack, and what is said where none can be had."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scripts import corpus


def wheel(folder: Path, **members: str) -> Path:
    file = folder / "library.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file


def test_only_python_files_are_unpacked(tmp_path: Path) -> None:
    file = wheel(tmp_path, **{"lib/__init__.py": "x = 1", "lib/_C.so": "binary", "lib-1.dist-info/RECORD": ""})
    assert corpus.unpack(file, tmp_path / "out") == 1
    assert [p.relative_to(tmp_path / "out").as_posix() for p in tmp_path.glob("out/**/*.*")] == ["lib/__init__.py"]


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "lib/../../evil.py", "c:/evil.py"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(corpus.CorpusError, match=r"leads out of the folder"):
        corpus.unpack(wheel(tmp_path, **{name: ""}), tmp_path / "out")
    assert not list(tmp_path.rglob("evil.py"))


def test_no_network_is_one_message_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_network(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no route to host")

    monkeypatch.setattr(corpus, "CORPUS", tmp_path / "corpus")
    monkeypatch.setattr(subprocess, "run", no_network)
    assert corpus.main(["fetch", "timm"]) == 2
    assert "cannot be downloaded" in capsys.readouterr().err
    assert not list((tmp_path / "corpus").iterdir())


def test_what_is_there_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "CORPUS", tmp_path)
    corpus.path("timm").mkdir()
    monkeypatch.setattr(subprocess, "run", None)
    assert corpus.main(["fetch", "timm"]) == 0
