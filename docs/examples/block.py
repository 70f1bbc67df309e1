"""A block whose sizes its caller gives."""

from torch import nn


class Block(nn.Module):
    def __init__(self, width, factor, shortcut: bool):
        super().__init__()
        inner = max(width // factor, 8)
        self.reduce = nn.Conv2d(width, inner, 1, bias=False)
        self.conv = nn.Conv2d(inner, width, 3, padding=1)
        self.short = nn.Conv2d(width, width, 1) if shortcut else nn.Identity()

    def forward(self, x):
        return self.conv(self.reduce(x)) + self.short(x)
