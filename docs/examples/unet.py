"""Down by four and up again, with skips."""

import torch
from torch import nn


class UNet(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.down1 = nn.Conv2d(3, width, 3, stride=2, padding=1)
        self.down2 = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.up2 = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.up1 = nn.ConvTranspose2d(2 * width, 3, 2, stride=2)

    def forward(self, x):
        a = self.down1(x)
        b = self.up2(self.down2(a))
        return self.up1(torch.cat([a, b], dim=1)) + x
