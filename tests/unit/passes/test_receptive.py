from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.passes.receptive import Field, fields
from tests.unit.model.flow import followed, forward


def last(layers: str, shape: str = "1,3,64,64") -> Field | None:
    """What the last of several layers in a row sees."""
    found = fields(followed(f"net = nn.Sequential({layers})", shape))
    return found.get(str(layers.count("nn.") - 1))


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("nn.Conv2d(3, 4, 7, 2, 3)", Field((7, 7), (2, 2), (-3, -3))),
        ("nn.Conv2d(3, 4, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)", Field((11, 11), (4, 4), (-5, -5))),
        ("nn.Conv2d(3, 4, (1, 5), padding=(0, 2))", Field((1, 5), (1, 1), (0, -2))),
        ("nn.Conv2d(3, 4, 3, dilation=4)", Field((9, 9), (1, 1), (0, 0))),
        ("nn.Conv2d(3, 4, 4, padding='same')", Field((4, 4), (1, 1), (-1, -1))),
        ("nn.ZeroPad2d((1, 0, 2, 0)), nn.AvgPool2d(2)", Field((2, 2), (2, 2), (-2, -1))),
        ("nn.AvgPool2d(2), nn.ZeroPad2d((1, 0, 2, 0))", Field((2, 2), (2, 2), (-4, -2))),
        ("nn.ReflectionPad2d(1), nn.AvgPool2d(2)", None),
        ("nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1)", None),
        ("nn.Conv2d(3, 4, 3), nn.Flatten()", None),
        ("nn.Conv2d(3, 4, 3), nn.ConvTranspose2d(4, 4, 2, 2)", None),
        ("nn.Conv2d(3, 4, 3), nn.GroupNorm(2, 4)", None),
    ],
)
def test_fields_of_a_chain(layers: str, expected: Field | None) -> None:
    assert last(layers) == expected


def test_one_and_three_dimensions() -> None:
    assert last("nn.Conv1d(3, 4, 3, 2), nn.MaxPool1d(2)", "1,3,64") == Field((5,), (4,), (0,))
    assert last("nn.Conv3d(3, 4, (1, 3, 3))", "1,3,8,8,8") == Field((1, 3, 3), (1, 1, 1), (0, 0, 0))


def test_branches_see_what_any_of_them_sees() -> None:
    layers = "self.a = nn.Conv2d(3, 3, 5, padding=2); self.b = nn.Conv2d(3, 3, 3, padding=1); self.end = nn.ReLU()"
    wide = Field((5, 5), (1, 1), (-2, -2))
    for joined in (
        "self.a(x) + self.b(x)",
        "self.a(x) * x",
        "torch.cat([x, self.a(x), self.b(x)], 1)",
        "self.a(x) + 1",
    ):
        assert fields(forward(f"return self.end({joined})", "1,3,8,8", layers=layers)).get("end") == wide
    for lost in ("torch.cat([self.a(x), x], 2)", "self.a(x) * x.mean((2, 3), keepdim=True)", "self.a(x) + self.b(y)"):
        assert "end" not in fields(forward(f"return self.end({lost})", "1,3,8,8", "y=1,3,8,8", layers=layers))
    strides = "self.a(x)[:, :, :4, :4] + F.max_pool2d(x, 2)"
    assert "end" not in fields(forward(f"return self.end({strides})", "1,3,8,8", layers=layers))


def test_functions_of_torch_widen_it_too() -> None:
    layers = "self.w = nn.Parameter(torch.ones(4, 3, 3, 3)); self.end = nn.ReLU()"
    body = "return self.end(F.max_pool2d(F.conv2d(F.pad(x, (1, 1, 1, 1)), self.w, stride=2), 2))"
    assert fields(forward(body, "1,3,16,16", layers=layers))["end"] == Field((5, 5), (4, 4), (-1, -1))


Window = tuple[int, int, int, int]
WINDOWS = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))
"""Kernel, stride, padding and dilation."""


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)), min_size=1, max_size=4
    )
)
def test_what_an_element_sees_is_what_walking_back_finds(chain: list[Window]) -> None:
    layers = ", ".join(f"nn.Conv1d(3, 3, {k}, stride={s}, padding={p}, dilation={d})" for k, s, p, d in chain)
    found = last(layers, "1,3,400")
    assert found is not None
    for element in (0, 1, 5):
        seen = {element}
        for k, s, p, d in reversed(chain):
            seen = {at * s - p + tap * d for at in seen for tap in range(k)}
        assert min(seen) == found.start[0] + element * found.stride[0]
        assert max(seen) - min(seen) + 1 == found.size[0]
