"""The answers of whole networks: one training step, and inference after it."""

import dataclasses

import numpy
import torch
import torch.nn.functional as F

from functions import *
from tensors import *

LEARNING_RATE = 1 / 64


class Network:
    """Tensors in the order in which the first pass asks for them: trained ones filled as fill.hpp
    does, statistics at 0 and 1."""

    def __init__(self, function):
        self.function, self.trained, self.state = function, [], []

    def __call__(self, x, training):
        self.training, self.corner_distance = training, float("inf")
        self.trained_left, self.state_left = list(self.trained), list(self.state)
        return self.function(self, x)

    def parameter(self, values):
        if not self.trained_left:
            values = values(PARAMETERS + len(self.trained)).requires_grad_()
            self.trained.append(values)
            return values
        return self.trained_left.pop(0)

    def statistic(self, value, channels):
        if not self.state_left:
            self.state.append(torch.full((channels,), value))
            return self.state[-1]
        return self.state_left.pop(0)

    def kernel(self, *shape):
        fan_in = numpy.prod(shape[:-1])
        return self.parameter(lambda stream: numbers(shape, stream, 2.0 / fan_in**0.5))

    def bias(self, channels):
        return self.parameter(lambda stream: numbers((channels,), stream, 0.1))

    def scale_or_shift(self, channels):
        return self.parameter(lambda stream: around_one((channels,), stream))

    # Layers.

    def conv2d(self, x, filters, window, bias=False, **options):
        kernel = self.kernel(window, window, x.shape[-1], filters)
        return conv2d(x, kernel, self.bias(filters) if bias else None, **options)

    def dense(self, x, units):
        return dense(x, self.kernel(x.shape[-1], units), self.bias(units))

    def batch_norm(self, x):
        channels = x.shape[-1]
        return batch_norm(
            x, self.scale_or_shift(channels), self.scale_or_shift(channels),
            self.statistic(0.0, channels), self.statistic(1.0, channels), self.training)

    def relu(self, x):
        self.keep_clear(x.detach().abs())
        return relu(x)

    def max_pool(self, x, window, **options):
        """Of what a ReLU made: where all are zero, ReLU stops the gradient, whoever gets it."""
        values = x.detach()
        padding = options.get("padding", 0)
        values = F.pad(values.permute(0, 3, 1, 2), [padding] * 4)
        stride = options.get("stride", window)
        windows = values.unfold(2, window, stride).unfold(3, window, stride).flatten(-2)
        first, second = windows.topk(2).values.unbind(-1)
        self.keep_clear((first - second)[first > 0])
        return max_pool(x, window, **options)

    def keep_clear(self, distances):
        self.corner_distance = min(self.corner_distance, distances.min().item())

    # Blocks.

    def conv_norm(self, x, filters, window, **options):
        return self.batch_norm(self.conv2d(x, filters, window, **options))

    def conv_norm_relu(self, x, filters, window, **options):
        return self.relu(self.conv_norm(x, filters, window, **options))


# ResNet-18 with an eighth of the filters.


def basic_block(net, x, filters, stride):
    y = net.conv_norm_relu(x, filters, 3, stride=stride, padding=1)
    y = net.conv_norm(y, filters, 3, padding=1)
    if stride != 1:
        x = net.conv_norm(x, filters, 1, stride=stride)
    return net.relu(y + x)


def resnet18(net, x):
    x = net.conv_norm_relu(x, 8, 7, stride=2, padding=3)
    x = net.max_pool(x, 3, stride=2, padding=1)
    for filters, stride in [(8, 1), (16, 2), (32, 2), (64, 2)]:
        x = basic_block(net, x, filters, stride)
        x = basic_block(net, x, filters, 1)
    return net.dense(flatten(global_average_pool(x)), 10)


# A U-Net with four levels above the lowest, a sixteenth of the filters.


def twice(net, x, filters):
    for _ in range(2):
        x = net.conv_norm_relu(x, filters, 3, padding="same")
    return x


def level(net, x, levels_below, filters):
    x = twice(net, x, filters)
    if levels_below == 0:
        return x
    below = level(net, net.max_pool(x, 2), levels_below - 1, 2 * filters)
    below = net.conv_norm_relu(upsample(below, 2), filters, 2, padding="same")
    return twice(net, concat(x, below), filters)


def unet(net, x):
    return net.conv2d(level(net, x, 4, 4), 2, 1, bias=True)


# The reference network, without dropout.


def reference(net, x):
    for filters in (32, 64, 128):
        x = net.max_pool(net.relu(net.conv2d(x, filters, 5, bias=True, padding="same")), 2)
    x = net.relu(net.dense(flatten(x), 1024))
    return net.dense(x, 10)


@dataclasses.dataclass
class Step:
    """A training step: its loss and outputs, gradients and then statistics in the order of the
    layers, and what inference gives after a step of SGD."""

    loss: float
    outputs: list
    gradients: list
    statistics: list
    inferred: list


def training_step(function, x_shape, loss_of):
    network, x = Network(function), numbers(x_shape, INPUT)
    outputs = network(x, training=True)
    # Rounding in float must not carry an activation across a corner of ReLU or MaxPool, where the
    # gradient jumps: another input would do then.
    assert network.corner_distance > 3e-6, network.corner_distance
    loss = loss_of(outputs)
    loss.backward()
    gradients = [fingerprint(p.grad) for p in network.trained]
    statistics = [fingerprint(s) for s in network.state]
    torch.optim.SGD(network.trained, lr=LEARNING_RATE).step()
    inferred = fingerprint(network(x, training=False))
    return Step(loss.item(), fingerprint(outputs), gradients, statistics, inferred)


LABELS = torch.tensor([7, 0, 9])
NETWORKS = {
    "reference_network": lambda: training_step(
        reference, (3, 28, 28, 1), lambda y: F.cross_entropy(y, LABELS)),
    # Sizes for which each stride of 2 meets an odd and an even side, and a last stage of 2x2.
    "resnet18": lambda: training_step(
        resnet18, (3, 35, 40, 3), lambda y: F.cross_entropy(y, LABELS)),
    "unet": lambda: training_step(
        unet, (3, 32, 16, 3), lambda y: F.mse_loss(y, numbers(y.shape, OUTPUT_GRADIENT))),
}
