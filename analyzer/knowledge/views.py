"""Which operators and layers give a tensor that shares its memory with what it was made from.

    shares("Tensor.transpose")                        -> True: a view, whatever it is applied to
    shares("Tensor.reshape")                          -> True
    shares("Tensor.reshape", rearranged=True)         -> False: elements that are out of order are copied
    shares("torch.nn.Dropout", training=False)        -> True: the input itself comes out

https://docs.pytorch.org/docs/stable/tensor_view.html
"""

from __future__ import annotations


def _named(*names: str) -> frozenset[str]:
    """Both the function of torch and the method of a tensor."""
    return frozenset(f"{owner}.{name}" for owner in ("torch", "Tensor") for name in names)


REARRANGING = _named(
    "permute", "transpose", "transpose_", "swapdims", "swapaxes", "swapaxes_", "t", "t_", "adjoint", "movedim",
    "moveaxis",
) | {"Tensor.T", "Tensor.H", "Tensor.mT", "Tensor.mH"}  # fmt: skip
"""Views whose elements lie in memory in another order."""

VIEWS = REARRANGING | _named(
    "squeeze", "squeeze_", "unsqueeze", "unsqueeze_", "unflatten", "split", "split_with_sizes", "chunk", "tensor_split",
    "hsplit", "vsplit", "dsplit", "unbind", "broadcast_to", "narrow", "select", "diagonal", "as_strided", "real",
    "imag", "view_as_real", "view_as_complex", "detach",
) | {
    "Tensor.view", "Tensor.view_as", "Tensor.expand", "Tensor.expand_as", "Tensor.unfold", "Tensor.__getitem__",
    "torch.nn.Identity", "torch.nn.Unflatten",
}  # fmt: skip

IN_ORDER = _named("reshape", "reshape_as", "flatten", "ravel", "contiguous") | {"torch.nn.Flatten"}
"""The tensor itself where its elements lie in order, else a copy."""

CONVERSIONS = frozenset(
    f"Tensor.{name}" for name in ("to", "type", "type_as", "float", "double", "half", "bfloat16", "cpu", "cuda")
)
"""The tensor itself where it has the dtype already, else a copy."""

DROPOUTS = frozenset(f"torch.nn.{name}" for name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout"))
"""Layers that give the input itself in evaluation mode."""


def shares(name: str, *, rearranged: bool = False, converted: bool = False, training: bool = True) -> bool:
    """Whether the outputs of an operator or layer lie in the memory of its first input.

    rearranged: whether the input's elements lie out of order.  converted: whether the output has another dtype.
    training: the mode of a layer.  Indexing by a tensor copies, which is for the caller to know.
    """
    if name in IN_ORDER:
        return not rearranged
    if name in CONVERSIONS:
        return not converted
    return name in VIEWS or (name in DROPOUTS and not training)
