"""The syntax of the OpenMetrics text format, by a reader written from its grammar, and the figures in it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from analyzer.report import Report
from analyzer.reports import View, openmetrics
from tests.unit.reports.samples import failed, hostile, nested, partial, report, seed, symbolic

LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"')
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9]+(?:\.[0-9]+)?)")
TYPES = ("gauge", "counter", "info", "stateset", "unknown")
UNESCAPED = {"\\\\": "\\", "\\n": "\n", '\\"': '"'}


def read(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """The samples of each metric family; fails where the text is not OpenMetrics."""
    assert text.endswith("\n# EOF\n") or text == "# EOF\n"
    families: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    described: dict[str, set[str]] = {}
    current = ""
    for line in text.removesuffix("# EOF\n").split("\n")[:-1]:
        if line.startswith("# "):
            _, kind, name, rest = line.split(" ", 3)
            assert kind in ("TYPE", "HELP", "UNIT")
            assert kind != "TYPE" or rest in TYPES
            if name != current:
                assert name not in families, "the lines of a family stand together"
                current = name
            families.setdefault(name, {})
            assert kind not in described.setdefault(name, set())
            assert not families[name], "a family is described before its samples"
            described[name].add(kind)
            continue
        found = SAMPLE.fullmatch(line)
        assert found is not None, line
        assert found[1] == current
        labels = []
        rest = found[2] or ""
        while rest:
            label = LABEL.match(rest)
            assert label is not None, rest
            labels.append((label[1], re.sub(r'\\[\\n"]', lambda one: UNESCAPED[one[0]], label[2])))
            rest = rest[label.end() :]
            assert rest == "" or (rest[0] == "," and rest != ",")
            rest = rest[1:]
        assert len({name for name, _ in labels}) == len(labels)
        key = tuple(sorted(labels))
        assert key not in families[current], "a sample is given once"
        families[current][key] = float(found[3])
    assert all(kinds >= {"TYPE", "HELP"} for kinds in described.values())
    return families


def test_every_model_whose_number_is_known_has_a_sample() -> None:
    families = read(openmetrics.scan(report(seed(), nested(), symbolic(), partial(), failed()), View()))
    assert families["weighbridge_parameters"] == {
        (("model", "fixtures/seed_cnn.py::model"),): 5852234,
        (("model", "net.py::net"),): 84106,
    }
    assert families["weighbridge_parameters_at_least"] == {(("model", "unread.py::net"),): 74698}
    assert families["weighbridge_trainable_parameters"][(("model", "net.py::net"),)] == 84106 - 9408
    assert families["weighbridge_models"][(("status", "partial"),)] == 1
    assert families["weighbridge_parameter_bytes"][(("model", "fixtures/seed_cnn.py::model"),)] == 4 * 5852234


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", 'a"} 1\n# EOF\n', "ä\u202e", "a{b},c=d", "a\\"])
def test_names_stay_labels(name: str) -> None:
    families = read(openmetrics.scan(report(replace(seed(), id=name), hostile()), View()))
    ((_, shown),) = next(iter(families["weighbridge_parameters"]))
    assert shown == name.replace("\n", "\\n").replace("\u202e", "\\u202e")


def test_models_of_one_name_are_told_apart() -> None:
    families = read(openmetrics.scan(report(seed(), seed(), nested()), View()))
    assert len(families["weighbridge_parameters"]) == 3


def test_nothing_is_still_a_document() -> None:
    families = read(openmetrics.scan(Report(), View()))
    assert list(families) == ["weighbridge_models"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a 1\n",
        "# TYPE a gauge\n# HELP a x\na 1\na 2\n# EOF\n",
        '# TYPE a gauge\n# HELP a x\na{b="\\x"} 1\n# EOF\n',
        "# TYPE a gauge\na 1\n# HELP a x\n# EOF\n",
        "# TYPE a gauge\n# HELP a x\na 1\n\n# EOF\n",
    ],
)
def test_the_reader_can_tell_a_wrong_document(text: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        read(text)
