"""Running `forward` on abstract inputs: one path of it, in evaluation mode unless training is asked for.

forward(run, model, (("input", TensorType((1, 3, 224, 224))),))    -> Forward(output=Tensor([1, 1000]), ran=True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyzer.algebra.expression import TooComplex
from analyzer.algebra.tensor import Refused
from analyzer.evaluation import attributes, calls
from analyzer.evaluation.exceptions import describe
from analyzer.evaluation.forward import ShapeError, unknown_among
from analyzer.evaluation.iteration import Untraversable
from analyzer.evaluation.run import OutOfFuel, Run, exhausted
from analyzer.evaluation.trace import Recorder, types_of
from analyzer.evaluation.values import ModuleInstance, Raised, Tensor, Unknown, Value
from analyzer.passes.inputs import Input


@dataclass(frozen=True, slots=True)
class Forward:
    """What a forward pass came to.

    ran: every call on the way was known.  refused: torch would refuse these inputs.  unknown: why it is not known.
    """

    recorder: Recorder
    output: Value = None
    ran: bool = False
    refused: Refused | None = None
    unknown: Unknown | None = None
    raised: bool = False
    """Whether it is not known because the model's own code raises, all of which was followed."""
    lost: int = 0
    """How many regions had been lost before it, while the model was built."""

    @property
    def stopped(self) -> bool:
        """Whether these inputs do not go through: torch refuses them, or the model's own code raises."""
        return self.refused is not None or self.raised


def forward(run: Run, model: ModuleInstance, inputs: tuple[Input, ...], *, train: bool = False) -> Forward:
    """Call the model; what goes wrong is part of the result."""
    recorder = Recorder()
    lost = len(run.lost)
    given = [(name, Tensor(type_)) for name, type_ in inputs]
    recorder.given(given)
    positional = [tensor for name, tensor in given if name.startswith("input") or not name]
    named = {name: tensor for name, tensor in given if name and not name.startswith("input")}
    try:
        if not train:
            calls.call(run, attributes.get_attribute(run, model, "eval"), [], {})
        run.recorder = recorder
        output = calls.call(run, model, positional, named)
        run.check_parts(output)
    except ShapeError as refused:
        return Forward(recorder, refused=refused, lost=lost)
    except Refused as refused:
        return Forward(recorder, refused=refused, lost=lost)
    except Raised as error:
        followed = not run.lost and not recorder.missed
        return Forward(recorder, unknown=Unknown(describe(error), error.place), raised=followed, lost=lost)
    except (RecursionError, MemoryError, TooComplex) as error:
        return Forward(recorder, unknown=Unknown(exhausted(error, run.place).reason, run.place), lost=lost)
    except OutOfFuel as error:
        return Forward(recorder, unknown=Unknown(error.reason, error.place), lost=lost)
    except Untraversable as error:
        return Forward(recorder, unknown=error.unknown, lost=lost)
    finally:
        run.recorder = None
        recorder.events.clear()
    unknown = unknown_among([output], {})
    if unknown is None and isinstance(output, dict):
        unknown = unknown_among(list(output.values()), {})
    missed = unknown is not None or len(run.lost) > lost or recorder.missed
    reason = unknown or (run.lost[lost] if len(run.lost) > lost else None) or recorder.first_missed
    return Forward(recorder, output=output, ran=not missed, unknown=reason if missed else None, lost=lost)


__all__ = ["Any", "Forward", "forward", "types_of"]
