"""The short-time Fourier transform and its inverse.

    torch.stft(x, 16, return_complex=True)   x [3, 100]               -> [3, 9, 26] complex64
    torch.istft(x, 16)                       x [3, 9, 26] complex64   -> [3, 100] float32

Source: https://pytorch.org/docs/stable/generated/torch.stft.html and torch.istft.html
"""

from __future__ import annotations

from analyzer.algebra.dtype import to_complex
from analyzer.algebra.expression import Dim
from analyzer.algebra.facts import at_least, equal, require
from analyzer.algebra.tensor import Refused, TensorType, promote
from analyzer.knowledge.operands import is_inexact, real
from analyzer.knowledge.operator import Case, operator


def _check_window(name: str, window: TensorType | None, length: Dim) -> None:
    if window is None:
        return
    message = f"{name}: expected a 1D window tensor of size equal to win_length={length}, but got window with size "
    if window.rank != 1:
        raise Refused(f"{message}{list(window.shape)}")
    require(equal(window.shape[0], length), f"{message}{list(window.shape)}")


@operator(
    "torch.stft", "Tensor.stft",
    cases=(
        Case("torch.stft(x, 16, return_complex=True)", x="100"),
        Case("torch.stft(x, 16, 5, 8, w, return_complex=True)", x="3,100", w="8"),
        Case("torch.stft(x, 16, return_complex=False)", x="3,100"),
        Case("x.stft(n_fft=15, center=False, return_complex=True)", x="3,100:float64"),
        Case("torch.stft(x, 16, onesided=False, return_complex=True)", x="3,100"),
        Case("torch.stft(x, 16)", x="3,100:complex64"),
        Case("torch.stft(x, 21, pad_mode='constant', return_complex=True)", x="10"),
        Case("torch.stft(x, 16, center=False, win_length=8, align_to_window=True, return_complex=True)", x="100"),
        Case("torch.stft(x, 16, window=w, return_complex=True)", x="100", w="16:float64"),
        Case("torch.stft(x, 16)", x="3,100", refused="stft requires the return_complex parameter be given"),
        Case("torch.stft(x, 21, return_complex=True)", x="10", refused="Padding size should be less than"),
        Case("torch.stft(x, 200, center=False, return_complex=True)", x="100", refused="expected 0 < n_fft < 100"),
        Case("torch.stft(x, 16, 0, return_complex=True)", x="100", refused="expected hop_length > 0"),
        Case("torch.stft(x, 16, window=w, return_complex=True)", x="100", w="8", refused="expected a 1D window tensor"),
        Case("torch.stft(x, 16, return_complex=True)", x="2,3,100", refused="expected a 1D or 2D tensor"),
        Case("torch.stft(x, 16, return_complex=True)", x="100:int64", refused="expected a tensor of floating point"),
        Case("torch.stft(x, 16, onesided=True)", x="100:complex64", refused="Cannot have onesided output if window or"),
    ),
)  # fmt: skip
def stft(
    input: TensorType,
    n_fft: Dim,
    hop_length: Dim | None = None,
    win_length: Dim | None = None,
    window: TensorType | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> TensorType:
    """Frames by frequencies, `[..., n_fft//2 + 1, frames]` of real input."""
    if center and align_to_window:
        raise Refused("stft align_to_window should only be set when center = false")
    hop = n_fft // 4 if hop_length is None else hop_length
    length = n_fft if win_length is None else win_length
    is_complex = input.dtype.is_complex or (window is not None and window.dtype.is_complex)
    if return_complex is None and not is_complex:
        raise Refused("stft requires the return_complex parameter be given for real inputs")
    if not is_inexact(input.dtype):
        raise Refused(f"stft: expected a tensor of floating point or complex values, but got {input.dtype}")
    if input.rank not in (1, 2):
        raise Refused(f"stft: expected a 1D or 2D tensor, but got {input.rank}D")
    samples = input.shape[-1]
    if center:
        pad = n_fft // 2
        if pad_mode == "reflect":
            message = (
                "Argument #4: Padding size should be less than the corresponding input dimension, "
                f"but got: padding ({pad}, {pad}) at dimension 2 of input with {samples} samples"
            )
            require(at_least(samples, pad + 1), message)
        samples = samples + 2 * pad
    message = f"stft: expected 0 < n_fft < {samples}, but got n_fft={n_fft}"
    require(at_least(n_fft, 1), message)
    require(at_least(samples, n_fft), message)
    require(at_least(hop, 1), f"stft: expected hop_length > 0, but got hop_length={hop}")
    message = f"stft: expected 0 < win_length <= n_fft, but got win_length={length}"
    require(at_least(length, 1), message)
    require(at_least(n_fft, length), message)
    _check_window("stft", window, length)
    if onesided and is_complex:
        raise Refused("Cannot have onesided output if window or input is complex")
    halved = not is_complex if onesided is None else onesided
    frames = 1 + (samples - (length if align_to_window else n_fft)) // hop
    dtype = to_complex(input.dtype if window is None else promote(input.dtype, window.dtype))
    shape = (*input.shape[:-1], n_fft // 2 + 1 if halved else n_fft, frames)
    if return_complex is False:
        return TensorType((*shape, 2), real(dtype))
    return TensorType(shape, dtype)


@operator(
    "torch.istft", "Tensor.istft",
    cases=(
        Case("torch.istft(x, 16)", x="9,26:complex64"),
        Case("x.istft(16, 4, 8, torch.ones(8), length=90)", x="3,9,26:complex64"),
        Case("torch.istft(x, 16, center=False)", x="3,9,26:complex128"),
        Case("torch.istft(x, 16, length=500)", x="9,26:complex64"),
        Case("torch.istft(x, 16, onesided=False, return_complex=True)", x="3,16,26:complex64"),
        Case("torch.istft(x, 16)", x="3,9,26", refused="istft requires a complex-valued input tensor"),
        Case("torch.istft(x, 16)", x="3,8,26:complex64", refused="expected the frequency dimension"),
        Case("torch.istft(x, 16)", x="2,3,9,26:complex64", refused="expected a tensor with 3 or 4 dimensions"),
        Case("torch.istft(x, 16, 17)", x="9,26:complex64", refused="expected 0 < hop_length <= win_length"),
        Case("torch.istft(x, 16, return_complex=True)", x="9,26:complex64", refused="Cannot have onesided output if"),
    ),
)  # fmt: skip
def istft(
    input: TensorType,
    n_fft: Dim,
    hop_length: Dim | None = None,
    win_length: Dim | None = None,
    window: TensorType | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: Dim | None = None,
    return_complex: bool = False,
) -> TensorType:
    """The samples; whether the windows overlap enough is for the data to show."""
    if not input.dtype.is_complex:
        raise Refused("istft requires a complex-valued input tensor matching the output from stft")
    if input.rank not in (2, 3):
        raise Refused(f"istft: expected a tensor with 3 or 4 dimensions, but got {input.rank + 1}")
    frequencies, frames = input.shape[-2:]
    hop = n_fft // 4 if hop_length is None else hop_length
    win = n_fft if win_length is None else win_length
    halved = frequencies != n_fft if onesided is None else onesided
    wanted = n_fft // 2 + 1 if halved else n_fft
    message = f"istft: expected the frequency dimension to be {wanted}, but got {frequencies}"
    require(equal(frequencies, wanted), message)
    message = f"istft: expected 0 < hop_length <= win_length, but got hop_length={hop}"
    require(at_least(hop, 1), message)
    require(at_least(win, hop), message)
    message = f"istft: expected 0 < win_length <= n_fft, but got win_length={win}"
    require(at_least(n_fft, win), message)
    _check_window("istft", window, win)
    if return_complex and halved:
        raise Refused("Cannot have onesided output if window or input is complex")
    if length is None:
        length = n_fft + hop * (frames - 1) - (2 * (n_fft // 2) if center else 0)
    return TensorType((*input.shape[:-2], length), input.dtype if return_complex else real(input.dtype))
