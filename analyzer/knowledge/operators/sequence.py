"""Sequences of different lengths: padded to one tensor, or packed.

    torch.nn.utils.rnn.pad_sequence([x, y])     x [3, 4], y [5, 4]     -> [5, 2, 4]

How long a packed sequence is depends on the lengths, which are data.

Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pad_sequence.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import maximum
from analyzer.algebra.tensor import Refused, TensorType, broadcast
from analyzer.knowledge.operands import check_tensor, written_back
from analyzer.knowledge.operator import Case, DataDependent, OperatorSpec, operator

_HOME = "torch.nn.utils.rnn"


@operator(
    f"{_HOME}.pad_sequence",
    cases=(
        Case(f"{_HOME}.pad_sequence([x, y])", x="3,4", y="5,4"),
        Case(f"{_HOME}.pad_sequence((x, y), batch_first=True, padding_value=1.0)", x="3:int64", y="5:int64"),
        Case(f"{_HOME}.pad_sequence(x)", x="3,4,5"),
        Case(f"{_HOME}.pad_sequence([x, y], True, padding_side='left')", x="3,4", y="5,1"),
        Case(f"{_HOME}.pad_sequence([x, y])", x="3,4", y="5,3", refused="must match the size of tensor b (3)"),
        Case(f"{_HOME}.pad_sequence([])", refused="received an empty list of sequences"),
        Case(f"{_HOME}.pad_sequence([x], padding_side='x')", x="3", refused="padding_side to be one of left or right"),
    ),
)
def pad_sequence(
    sequences: TensorType | Sequence[TensorType],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> TensorType:
    """As long as the longest; all else as the first has it."""
    if isinstance(sequences, TensorType):
        first = TensorType(sequences.shape[1:], sequences.dtype)
        longest, count = first.shape[0], sequences.shape[0]
    else:
        if not sequences:
            raise Refused("received an empty list of sequences")
        if padding_side not in ("left", "right"):
            raise Refused(f"Expected padding_side to be one of left or right, but got {padding_side}.")
        for sequence in sequences:
            check_tensor(sequence, "pad_sequence", "sequences")
            if not sequence.rank:
                raise Refused("ArrayRef: invalid slice, N = 1; size = 0")
        first, count = sequences[0], len(sequences)
        longest = maximum(*(sequence.shape[0] for sequence in sequences))
        for sequence in sequences:
            place = (sequence.shape[0], *first.shape[1:])
            stretched = TensorType(broadcast(place, sequence.shape), first.dtype)
            written_back(TensorType(place, first.dtype), stretched)
    leading = (count, longest) if batch_first else (longest, count)
    return TensorType((*leading, *first.shape[1:]), first.dtype)


def _packed(name: str, arguments: str, tensors: dict[str, str]) -> OperatorSpec:
    def rule(*given: Any, **named: Any) -> Any:
        raise DataDependent(f"torch.nn.utils.rnn.{name} depends on the lengths of the sequences")

    return operator(f"{_HOME}.{name}", cases=(Case(f"{_HOME}.{name}({arguments})", **tensors),))(rule)


_BATCH = f"{_HOME}.pack_padded_sequence(x, [3, 2], batch_first=True)"
PACKED = (
    _packed("pack_padded_sequence", "x, [3, 2], batch_first=True", {"x": "2,3,4"}),
    _packed("pack_sequence", "[x, y]", {"x": "3,4", "y": "2,4"}),
    _packed("pad_packed_sequence", f"{_BATCH}, batch_first=True", {"x": "2,3,4"}),
    _packed("unpad_sequence", "x, torch.tensor([3, 2]), batch_first=True", {"x": "2,3,4"}),
    _packed("unpack_sequence", _BATCH, {"x": "2,3,4"}),
)
