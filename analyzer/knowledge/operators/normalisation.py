"""Normalisation with statistics and parameters that are given.

F.layer_norm([8, 49, 512], (512,), [512], [512])                 -> [8, 49, 512] float32
F.batch_norm([8, 3, 32, 32], [3], [3])                           -> [8, 3, 32, 32] float32
F.batch_norm([8, 3, 32, 32], [4], [4])      -> Refused: running_mean should contain 3 elements not 4

https://docs.pytorch.org/docs/2.13/nn.functional.html
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import Refused, TensorType
from analyzer.knowledge.geometry import normalisation
from analyzer.knowledge.operands import dimensions, scalar_name
from analyzer.knowledge.operator import Case, operator

Optional = TensorType | None


@operator(
    "torch.nn.functional.batch_norm",
    cases=(
        Case("F.batch_norm(x, m, v)", x="2,3", m="3", v="3"),
        Case("F.batch_norm(x, m, v, w, b)", x="2,3,4,5", m="3", v="3", w="3", b="3"),
        Case("F.batch_norm(x, None, None, training=True)", x="2,3,4"),
        Case("F.batch_norm(x, m, v, w, b, True, 0.1, 1e-3)", x="2,3,4:float16", m="3", v="3", w="3", b="3"),
        Case("F.batch_norm(x, m, v)", x="2,3", m="4", v="3", refused="running_mean should contain 3 elements not 4"),
        Case(
            "F.batch_norm(x, m, v, w)", x="2,3", m="3", v="3", w="4", refused="weight should contain 3 elements not 4"
        ),
        Case("F.batch_norm(x, None, None)", x="2,3", refused="running_mean must be defined in evaluation mode"),
        Case("F.batch_norm(x, None, None, training=True)", x="1,3", refused="Expected more than 1 value per channel"),
        Case("F.batch_norm(x, m, v)", x="3", m="3", v="3", refused="running_mean should contain 0 elements not 3"),
        Case("F.batch_norm(x, m, v, eps=-1.0)", x="2,3", m="3", v="3", refused="eps must be non-negative"),
        Case("F.batch_norm(x, m, v)", x="2,3:float64", m="3", v="3", refused="all inputs must share same datatype"),
    ),
)
def batch_norm(
    input: TensorType,
    running_mean: Optional,
    running_var: Optional,
    weight: Optional = None,
    bias: Optional = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> TensorType:
    return normalisation.normalise_batch(input, running_mean, running_var, weight, bias, training, eps)


@operator(
    "torch.batch_norm",
    cases=(
        Case("torch.batch_norm(x, w, b, m, v, False, 0.1, 1e-5, False)", x="2,3,4", w="3", b="3", m="3", v="3"),
        Case("torch.batch_norm(x, None, None, None, None, True, 0.1, 1e-5, True)", x="2,3,4"),
        Case(
            "torch.batch_norm(x, None, None, m, v, False, 0.1, 1e-5, True)",
            x="2,3,4", m="4", v="4",
            refused="running_mean should contain 3 elements not 4",
        ),
    ),
)  # fmt: skip
def batch_norm_of_torch(
    input: TensorType,
    weight: Optional,
    bias: Optional,
    running_mean: Optional,
    running_var: Optional,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> TensorType:
    return normalisation.normalise_batch(input, running_mean, running_var, weight, bias, training, eps)


@operator(
    "torch.nn.functional.instance_norm",
    cases=(
        Case("F.instance_norm(x)", x="2,3,4"),
        Case("F.instance_norm(x, weight=w, bias=b)", x="2,3,4,5", w="3", b="3"),
        Case("F.instance_norm(x, m, v, use_input_stats=False)", x="2,3,1", m="3", v="3"),
        Case("F.instance_norm(x)", x="2,3,1", refused="Expected more than 1 spatial element when training"),
        Case("F.instance_norm(x)", x="2,3", refused="Expected more than 1 spatial element when training"),
        Case("F.instance_norm(x, weight=w)", x="2,3,4", w="4", refused="weight should contain 3 elements not 4"),
        Case(
            "F.instance_norm(x, use_input_stats=False)",
            x="2,3,4",
            refused="to be defined when use_input_stats is false",
        ),
    ),
)
def instance_norm(
    input: TensorType,
    running_mean: Optional = None,
    running_var: Optional = None,
    weight: Optional = None,
    bias: Optional = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> TensorType:
    return normalisation.normalise_instance(input, running_mean, running_var, weight, bias, use_input_stats)


@operator(
    "torch.nn.functional.layer_norm",
    cases=(
        Case("F.layer_norm(x, (512,), w, b)", x="2,49,512", w="512", b="512"),
        Case("F.layer_norm(x, x.shape[1:])", x="2,3,4"),
        Case("F.layer_norm(x, [4], weight=w, eps=1e-6)", x="4:bfloat16", w="4"),
        Case("F.layer_norm(x, (4,))", x="2,3", refused="Given normalized_shape=[4], expected input with shape [*, 4]"),
        Case("F.layer_norm(x, 3)", x="2,3", refused="must be tuple of ints, not int"),
        Case("F.layer_norm(x, ())", x="2,3", refused="Expected normalized_shape to be at least 1-dimensional"),
        Case(
            "F.layer_norm(x, (3,), w)",
            x="2,3",
            w="4",
            refused="Expected weight to be of same shape as normalized_shape",
        ),
        Case("F.layer_norm(x, (3,), None, b)", x="2,3", b="4", refused="Expected bias to be of same shape"),
        Case("F.layer_norm(x, (3,), w)", x="2,3", w="3:float16", refused="all inputs must share same datatype"),
    ),
)
def layer_norm(
    input: TensorType,
    normalized_shape: Sequence[Dim],
    weight: Optional = None,
    bias: Optional = None,
    eps: float = 1e-5,
) -> TensorType:
    return normalisation.normalise_layer(input, normalized_shape, weight, bias)


@operator(
    "torch.layer_norm",
    cases=(
        Case("torch.layer_norm(x, (5,), w, b, 1e-5, False)", x="2,5", w="5", b="5"),
        Case("torch.layer_norm(x, (6,))", x="2,5", refused="Given normalized_shape=[6]"),
    ),
)
def layer_norm_of_torch(
    input: TensorType,
    normalized_shape: Sequence[Dim],
    weight: Optional = None,
    bias: Optional = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> TensorType:
    return normalisation.normalise_layer(input, normalized_shape, weight, bias)


@operator(
    "torch.nn.functional.rms_norm",
    "torch.rms_norm",
    cases=(
        Case("F.rms_norm(x, (512,), w)", x="2,49,512", w="512"),
        Case("torch.rms_norm(x, [3, 4])", x="2,3,4"),
        Case("F.rms_norm(x, (4,), weight=w, eps=1e-6)", x="4", w="4:float16"),
        Case("F.rms_norm(x, (4,))", x="2,3", refused="Given normalized_shape=[4], expected input with shape [*, 4]"),
        Case(
            "F.rms_norm(x, (3,), w)", x="2,3", w="4", refused="Expected weight to be of same shape as normalized_shape"
        ),
    ),
)
def rms_norm(
    input: TensorType, normalized_shape: Sequence[Dim], weight: Optional = None, eps: float | None = None
) -> TensorType:
    return normalisation.normalise_rms(input, normalized_shape, weight)


@operator(
    "torch.nn.functional.group_norm",
    cases=(
        Case("F.group_norm(x, 3)", x="2,6,4"),
        Case("F.group_norm(x, 3, w, b)", x="2,6", w="6", b="6"),
        Case("F.group_norm(x, 1, eps=1e-6)", x="1,6,1"),
        Case(
            "F.group_norm(x, 3)",
            x="2,5,4",
            refused="Expected number of channels in input to be divisible by num_groups",
        ),
        Case("F.group_norm(x, 3, w)", x="2,6,4", w="5", refused="Expected weight to be a vector of size equal"),
        Case("F.group_norm(x, 3)", x="6", refused="Expected at least 2 dimensions for input tensor but received 1"),
        Case("F.group_norm(x, -1)", x="2,6,4", refused="Expected num groups to be greater than 0"),
        Case("F.group_norm(x, 6)", x="1,6", refused="Expected more than 1 value per channel when training"),
    ),
)
def group_norm(
    input: TensorType, num_groups: Dim, weight: Optional = None, bias: Optional = None, eps: float = 1e-5
) -> TensorType:
    return normalisation.normalise_groups(input, num_groups, weight, bias)


@operator(
    "torch.group_norm",
    cases=(
        Case("torch.group_norm(x, 3, w, b, 1e-5, False)", x="2,6,4", w="6", b="6"),
        Case("torch.group_norm(x, 6)", x="1,6"),
        Case("torch.group_norm(x, 4)", x="1,6", refused="to be divisible by num_groups"),
    ),
)
def group_norm_of_torch(
    input: TensorType,
    num_groups: Dim,
    weight: Optional = None,
    bias: Optional = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> TensorType:
    return normalisation.normalise_groups(input, num_groups, weight, bias, several=False)


@operator(
    "torch.nn.functional.local_response_norm",
    cases=(
        Case("F.local_response_norm(x, 2)", x="2,3,4"),
        Case("F.local_response_norm(x, 5, alpha=1e-3)", x="2,3,4,5,6"),
        Case("F.local_response_norm(x, 2)", x="2,3", refused="Expected 3D or higher dimensionality"),
        Case("F.local_response_norm(x, 0)", x="2,3,4", refused="kernel size should be greater than zero"),
    ),
)
def local_response_norm(
    input: TensorType, size: Dim, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> TensorType:
    return normalisation.normalise_locally(input, size)


@operator(
    "torch.nn.functional.normalize",
    cases=(
        Case("F.normalize(x)", x="2,3,4"),
        Case("F.normalize(x, dim=-1)", x="2,3,4:float16"),
        Case("F.normalize(x, 1.0, (1, 2))", x="2,3,4"),
        Case("F.normalize(x, dim=0)", x="4:complex64"),
        Case("F.normalize(x, dim=3)", x="2,3,4", refused="Dimension out of range"),
        Case("F.normalize(x)", x="4", refused="Dimension out of range"),
        Case(
            "F.normalize(x)", x="2,3,4:int64", refused="Expected a floating point or complex tensor as input. Got Long"
        ),
    ),
)
def normalize(input: TensorType, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Optional = None) -> TensorType:
    dimensions(dim, input.rank)
    if not (input.dtype.is_floating or input.dtype.is_complex):
        raise Refused(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {scalar_name(input.dtype)}"
        )
    return input
