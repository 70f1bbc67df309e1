from __future__ import annotations

import pytest

from analyzer.directives import Directives, directives
from analyzer.syntax.lower import lower_source


def read(text: str) -> Directives:
    return directives(lower_source(text.encode(), "net.py"))


@pytest.mark.parametrize(
    ("comment", "codes", "reason", "whole_file"),
    [
        ("# weighbridge: ignore[WBX301] the loader pads", ("WBX301",), "the loader pads", False),
        ("#weighbridge:ignore[WBX301, WBS]", ("WBX301", "WBS"), "", False),
        ("# weighbridge: ignore", (), "", False),
        ("# weighbridge: ignore because of old weights", (), "because of old weights", False),
        ("# weighbridge: ignore-file[unused-layer] old", ("unused-layer",), "old", True),
    ],
)
def test_an_ignore_is_read(comment: str, codes: tuple[str, ...], reason: str, whole_file: bool) -> None:
    (ignore,) = read(f"x = 1  {comment}\n").ignores
    assert (ignore.codes, ignore.reason, ignore.whole_file, ignore.line) == (codes, reason, whole_file, 1)


def test_an_ignore_on_its_own_line_speaks_of_the_next_line_of_code() -> None:
    (ignore,) = read("# weighbridge: ignore[WBS]\n# more words\nx = 1\n").ignores
    assert ignore.line == 3
    assert ignore.covers(3, 3)
    assert ignore.covers(2, 5)
    assert not ignore.covers(1, 1)


@pytest.mark.parametrize(
    "comment",
    [
        "# weighbridge: ignore[]",
        "# weighbridge: ignored[WBS]",
        "# weighbridge: input=",
        "# weighbridge: input=N,3,oops oops",
        "# weighbridge: assume width",
        "# weighbridge: nothing of ours",
    ],
)
def test_what_cannot_be_read_is_told(comment: str) -> None:
    found = read(f"x = 1  {comment}\n")
    assert (found.ignores, found.given) == ((), ())
    (malformed,) = found.malformed
    assert malformed.span == (1, 8, 1, 8 + len(comment))


def test_comments_that_are_not_ours_are_left_alone() -> None:
    assert read('# weighbridge is nice\nx = "# weighbridge: ignore"\n') == Directives()


@pytest.mark.parametrize(
    "above",
    [
        "import torch\n",
        '"""The models."""\n\nimport torch\n',
        "\n",
        "from torch import (\n    nn,\n)\n",
        "if x:\n    f()\n",
    ],
)
def test_a_setting_above_anything_but_a_definition_is_the_whole_files(above: str) -> None:
    found = read(f"# weighbridge: input=N,8\n{above}class Net:\n    pass\n\nnet = Net()\n")
    end = above.count("\n") + 2
    assert [text for _, text in found.inputs_at((end, 1, end + 1, 9))] == ["N,8"]
    assert [text for _, text in found.inputs_at((end + 3, 1, end + 3, 12))] == ["N,8"]


NET = """\
# weighbridge: assume width=3, bias=false

class A:
    # weighbridge: input=N,3,8,8
    pass

# weighbridge: input=N,4; mask=N,1:bool
# weighbridge: assume width=9
class B:
    pass
"""


def test_inputs_and_values_are_given_to_what_they_stand_beside_or_to_the_file() -> None:
    found = read(NET)
    a, b = (3, 1, 5, 9), (9, 1, 10, 9)
    assert found.inputs_at(a) == ((None, "N,3,8,8"),)
    assert found.inputs_at(b) == ((None, "N,4"), (None, "mask=N,1:bool"))
    assert found.assumed_at(a) == {"width": 3, "bias": False}
    assert found.assumed_at(b) == {"width": 9, "bias": False}
