"""Which inputs a model accepts, in words, from the conditions that torch requires on the way.

accepts([run], (("input", [N, 3, H, W]),))     -> ("H = W from 32 to 39",)
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import free_symbols
from analyzer.algebra.substitution import evaluate
from analyzer.evaluation.run import Run
from analyzer.passes.inputs import Input

LARGEST = 1024
"""Sizes are tried up to this one."""


def accepts(runs: Sequence[Run], inputs: Sequence[Input]) -> tuple[str, ...]:
    """One sentence for each symbol, or pair of spatial symbols, that the model restricts."""
    if len(runs) != 1 or not inputs:
        return ()
    named = {name for _, type_ in inputs for size in type_.shape for name in free_symbols(size)}
    conditions = [requirement.condition for requirement in runs[0].requirements]
    conditions += [
        decision.condition if decision.taken else ~decision.condition
        for decision in runs[0].decisions
        if isinstance(decision.condition, Condition)
    ]
    groups: dict[frozenset[str], list[Condition]] = {}
    for condition in conditions:
        symbols = free_symbols(condition.expression) & named
        if symbols and symbols == free_symbols(condition.expression):
            groups.setdefault(symbols, []).append(condition)
    square = {"H", "W"}
    sentences = []
    spatial = [c for symbols, found in groups.items() if symbols <= square for c in found]
    if spatial and square <= named:
        sentences.extend(_sentence(("H", "W"), spatial))
    for symbols, found in groups.items():
        if symbols <= square and square <= named:
            continue
        if len(symbols) == 1:
            sentences.extend(_sentence(tuple(symbols), found))
        else:
            sentences.extend(str(condition) for condition in found)
    return tuple(sentences)


def holds(condition: Condition, values: dict[str, int]) -> bool:
    """Whether a condition holds for these sizes."""
    value = evaluate(condition.expression, values)
    return {"==": value == 0, "!=": value != 0, ">=": value >= 0}[condition.relation]


def _sentence(names: tuple[str, ...], conditions: Sequence[Condition]) -> list[str]:
    fitting = [n for n in range(1, LARGEST + 1) if all(holds(c, dict.fromkeys(names, n)) for c in conditions)]
    who = " = ".join(names)
    if not fitting:
        return [f"{who}: no size up to {LARGEST}"]
    if len(fitting) == LARGEST:
        return []
    low, high = fitting[0], fitting[-1]
    step = fitting[1] - low if len(fitting) > 1 else 1
    if fitting != list(range(low, high + 1, step)):
        return [f"{who}: {', '.join(map(str, fitting[:8]))}{', ...' if len(fitting) > 8 else ''}"]
    multiple = f"multiples of {step}, " if step > 1 and low % step == 0 else f"steps of {step}, " if step > 1 else ""
    if high > LARGEST - step:
        return [f"{who}: {multiple}at least {low}"]
    return [f"{who} = {low}" if low == high else f"{who}: {multiple}from {low} to {high}"]
