"""Named networks that torchvision has not, as PyTorch modules with tweed's definitions."""

import torch
from torch import nn


def lenet5():
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )


def conv_norm_relu(inputs, filters, kernel=3):
    padding = nn.ZeroPad2d((0, 1, 0, 1)) if kernel == 2 else nn.Identity()
    convolution = nn.Conv2d(inputs, filters, kernel, padding=(kernel - 1) // 2, bias=False)
    return nn.Sequential(padding, convolution, nn.BatchNorm2d(filters), nn.ReLU())


class Level(nn.Module):
    """A level of a U-Net and those below it."""

    def __init__(self, levels_below, inputs, filters):
        super().__init__()
        twice = lambda n: nn.Sequential(conv_norm_relu(n, filters), conv_norm_relu(filters, filters))
        self.down = twice(inputs)
        self.below = None
        if levels_below:
            self.below = Level(levels_below - 1, filters, 2 * filters)
            self.up = conv_norm_relu(2 * filters, filters, 2)
            self.join = twice(2 * filters)

    def forward(self, x):
        x = self.down(x)
        if self.below is None:
            return x
        below = self.below(nn.functional.max_pool2d(x, 2))
        below = self.up(nn.functional.interpolate(below, scale_factor=2))
        return self.join(torch.cat([x, below], 1))


def unet(levels=4, filters=64, outputs=2):
    return nn.Sequential(Level(levels, 3, filters), nn.Conv2d(filters, outputs, 1))
