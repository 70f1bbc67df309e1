"""Dropout in all its forms.

F.dropout([8, 512], 0.1, training=True)         -> [8, 512] float32
F.dropout2d([8], 0.1)                           -> Refused: Feature dropout requires at least 2 dimensions in the input

https://docs.pytorch.org/docs/2.13/nn.functional.html#dropout-functions
"""

from __future__ import annotations

from analyzer.algebra.tensor import TensorType
from analyzer.knowledge.geometry.dropping import drop
from analyzer.knowledge.operator import Case, OperatorSpec


def _training(name: str, *cases: Case) -> OperatorSpec:
    """Those that drop unless told not to."""

    def rule(input: TensorType, p: float = 0.5, training: bool = True, inplace: bool = False) -> TensorType:
        return drop(input, p, training, name)

    return OperatorSpec((f"torch.nn.functional.{name}",), rule, cases=cases)


def _evaluating(name: str, *cases: Case) -> OperatorSpec:
    """Those that drop only when told to."""

    def rule(input: TensorType, p: float = 0.5, training: bool = False, inplace: bool = False) -> TensorType:
        return drop(input, p, training, name)

    return OperatorSpec((f"torch.nn.functional.{name}",), rule, cases=cases)


def _of_torch(name: str, function: str, *cases: Case) -> OperatorSpec:
    def rule(input: TensorType, p: float, train: bool) -> TensorType:
        return drop(input, p, train, function)

    return OperatorSpec((f"torch.{name}", f"torch.{name}_"), rule, cases=cases)


DROPOUT = (
    _training(
        "dropout",
        Case("F.dropout(x)", x="8,512"),
        Case("F.dropout(x, 0.2, training=False)", x="3:int64"),
        Case("F.dropout(x, 0.2, True, True)", x=""),
        Case("F.dropout(x, p=1.5)", x="8", refused="has to be between 0 and 1, but got 1.5"),
        Case("F.dropout(x)", x="8:int64", refused="can't be cast to the desired output type Long"),
    ),
    _training(
        "dropout1d",
        Case("F.dropout1d(x)", x="8,512"),
        Case("F.dropout1d(x, 0.2, False)", x="2,8,512"),
        Case("F.dropout1d(x)", x="2,8,5,12", refused="but received a 4D input"),
    ),
    _training(
        "dropout2d",
        Case("F.dropout2d(x)", x="8,512,3,3"),
        Case("F.dropout2d(x, 0.2)", x="2,8,512"),
        Case("F.dropout2d(x)", x="8", refused="Feature dropout requires at least 2 dimensions in the input"),
    ),
    _training(
        "dropout3d",
        Case("F.dropout3d(x)", x="8,512,3,3,3"),
        Case("F.dropout3d(x, 0.2)", x="2,8,51,2"),
        Case("F.dropout3d(x, -1)", x="2,8,51,2", refused="has to be between 0 and 1"),
    ),
    _evaluating(
        "alpha_dropout",
        Case("F.alpha_dropout(x)", x="8:int64"),
        Case("F.alpha_dropout(x, 0.2, True)", x="8,3"),
        Case("F.alpha_dropout(x, 2)", x="8,3", refused="has to be between 0 and 1"),
    ),
    _evaluating(
        "feature_alpha_dropout",
        Case("F.feature_alpha_dropout(x)", x="8"),
        Case("F.feature_alpha_dropout(x, 0.2, True)", x="8,3"),
        Case("F.feature_alpha_dropout(x, 0.2, True)", x="8", refused="Feature dropout requires at least 2 dimensions"),
    ),
    _of_torch(
        "dropout",
        "dropout",
        Case("torch.dropout(x, 0.5, True)", x="8,3"),
        Case("torch.dropout_(x, p=0.5, train=False)", x="8,3"),
        Case("torch.dropout(x, 1.5, True)", x="8,3", refused="has to be between 0 and 1"),
    ),
    _of_torch(
        "feature_dropout",
        "dropout2d",
        Case("torch.feature_dropout(x, 0.5, True)", x="8,3"),
        Case("torch.feature_dropout(x, 0.5, True)", x="8", refused="requires at least 2 dimensions"),
    ),
    _of_torch(
        "alpha_dropout",
        "alpha_dropout",
        Case("torch.alpha_dropout(x, 0.5, True)", x="8,3"),
        Case("torch.alpha_dropout(x, -0.5, True)", x="8,3", refused="has to be between 0 and 1"),
    ),
)
