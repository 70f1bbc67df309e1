from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.report import ModelReport, Report
from analyzer.reports import View
from analyzer.reports.table import scan, summary
from tests.unit.reports.samples import failed, hostile, nested, partial, report, seed, symbolic

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_of_the_seed_is_as_agreed(width: int) -> None:
    assert summary(report(seed()), View(width=width)) == (GOLDEN / f"seed_{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_scan_of_every_status_is_as_agreed(width: int) -> None:
    seen = report(seed(), nested(), symbolic(), partial(), failed())
    assert scan(seen, View(width=width)) == (GOLDEN / f"scan_{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", range(52, 130, 3))
@pytest.mark.parametrize("model", [seed(), nested(), symbolic(), partial(), failed()], ids=lambda model: model.id)
def test_no_line_is_wider_than_the_terminal(model: ModelReport, width: int) -> None:
    for text in (summary(report(model), View(width=width)), scan(report(model), View(width=width, shapes=True))):
        assert max(len(line) for line in text.splitlines()) <= width


def test_without_a_width_nothing_is_cut() -> None:
    text = summary(report(seed(), nested(), symbolic(), partial()), View())
    assert "…" not in text
    assert "  blocks.0.conv  Conv2d" in text
    assert "9*N*W*dim**2*((H - 1)//2 + 1)" in text


@pytest.mark.parametrize("width", [None, 40, 60, 80, 120])
@pytest.mark.parametrize("depth", [None, 0, 1, 2])
def test_the_rows_add_up_to_the_total(width: int | None, depth: int | None) -> None:
    text = summary(report(nested()), View(width=width, depth=depth, columns=("num_params",)))
    body = text.split("─\n")[1]
    cells = [line.split()[-1].replace(",", "") for line in body.splitlines() if "─" not in line]
    assert sum(int(cell) for cell in cells if cell != "—") == nested().parameters.total


def test_depth_folds_layers_into_the_row_that_holds_them() -> None:
    text = summary(report(nested()), View(depth=1))
    assert "Sequential +6" in text
    assert "73,984" in text
    assert "blocks.0" not in text


def test_the_model_has_a_row_only_where_it_holds_something_itself() -> None:
    assert "(itself)  Net" in summary(report(nested()), View(depth=1))
    assert "(itself)" not in summary(report(seed()), View())


def test_layers_named_by_index_are_numbered_through() -> None:
    text = summary(report(seed()), View(naming="index"))
    assert [line.split()[0] for line in text.split("─\n")[1].splitlines()[:-1]][::23] == ["Conv2d-1", "Linear-24"]
    assert "Type" not in text


def test_trainable_tells_frozen_layers() -> None:
    lines = summary(report(nested()), View(depth=0)).splitlines()
    assert any(line.startswith("(itself)") and "partly" in line for line in lines)
    stem = next(line for line in summary(report(nested()), View()).splitlines() if line.startswith("stem"))
    assert stem.split()[-3] == "no"


def test_every_column_can_be_asked_for() -> None:
    asked = ("input_size", "output_size", "num_params", "params_percent", "kernel_size", "mult_adds", "trainable")
    text = summary(report(seed()), View(columns=(*asked, "formula", "path", "line")))
    assert text.splitlines()[4].split() == [
        *("Layer", "Type", "Input", "shape", "Output", "shape", "Parameters", "Share"),
        *("Kernel", "Mult-adds", "Trainable", "Formula", "Path", "Line"),
    ]
    assert "18,874,368" in text
    assert "(3, 3)" in text


def test_a_partial_model_says_what_is_not_known_and_where() -> None:
    text = summary(report(partial()), View())
    assert "≥ 74,698" in text
    assert "  stem: the kernel size is read from a file\n    --> unread.py:7:20\n" in text


def test_a_failed_model_gives_no_figure() -> None:
    text = summary(report(failed()), View())
    assert "failed" in text
    assert "Total parameters" not in text
    assert "did not end" in text


def test_formulas_accepted_inputs_and_derivation_are_said() -> None:
    text = summary(report(symbolic()), View())
    assert "input    [N, dim, H, W] float32 (derived)" in text
    assert "accepts  H at least 1\n           W a multiple of 32\n" in text
    assert "symbol   dim from block.py:5" in text
    assert "Total parameters  9*dim**2 + 5*dim\n" in text
    assert "2*(2*dim)" in summary(report(symbolic()), View(depth=1))


def test_ascii_terminals_get_ascii() -> None:
    for model in (seed(), symbolic(), partial(), hostile()):
        for function in (summary, scan):
            assert function(report(model), View(width=80, unicode=False)).isascii()
    assert ">= 74,698" in summary(report(partial()), View(unicode=False))


def test_names_cannot_speak_to_the_terminal() -> None:
    for width in (None, 60, 100):
        for text in (summary(report(hostile()), View(width=width)), scan(report(hostile()), View(width=width))):
            assert all(char.isprintable() or char == "\n" for char in text)
            assert not any(line.startswith("::error") for line in text.splitlines())


def test_colour_changes_nothing_but_colour() -> None:
    import re

    for model in (seed(), symbolic(), partial(), hostile()):
        plain = summary(report(model), View(width=80))
        coloured = summary(report(model), View(width=80, colour=True))
        assert "\x1b[" in coloured
        assert "\x1b" not in plain
        stripped = re.sub(r"\x1b\[[\d;]*m", "", coloured)
        assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


def test_a_scan_with_layers_shows_them_below_each_model() -> None:
    lines = scan(report(nested()), View(layers=True, shapes=True)).splitlines()
    assert any(line.startswith("net.py::net") for line in lines)
    assert any(line.startswith("    blocks.0  ") for line in lines)
    assert any("[1, 64, 112, 112]" in line for line in lines)


def test_a_scan_that_finds_nothing_says_so() -> None:
    assert scan(Report(), View()) == "no models found\n0 files read, 0 models\n"
