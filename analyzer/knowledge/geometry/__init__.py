"""Shapes of everything that slides, pads, pools, resamples or normalises, shared by layers and functional operators.

convolution.convolve(TensorType((N, 3, H, W)), TensorType((64, 3, 7, 7)), None, 2, 3, 1, 1, axes=2)
    -> [N, 64, (H - 1)//2 + 1, (W - 1)//2 + 1] float32
"""
