#!/usr/bin/env python3
"""The reference network in PyTorch, on the CPU: measures training or inference, prints JSON.

The layout nhwc is PyTorch's channels_last. With --compile the network and its loss go through
torch.compile; the optimiser is PyTorch's fused Adam where the version has it for the CPU."""

import common

try:
    import torch
except ImportError as error:
    common.fail(f"cannot import torch ({error}); bench/peers/setup installs it")

from torch import nn


def make_network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Conv2d(64, 128, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(3 * 3 * 128, 1024), nn.ReLU(inplace=True), nn.Dropout(0.4),
        nn.Linear(1024, 10))


def initialise(layer):
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)


def make_adam(parameters):
    values = {"lr": common.LEARNING_RATE, "betas": (0.9, 0.999), "eps": 1e-8}
    parameters = list(parameters)
    try:
        return torch.optim.Adam(parameters, fused=True, **values)
    except RuntimeError:  # fused on the GPU only, before 2.4
        return torch.optim.Adam(parameters, **values)


def as_pixels(images):
    """Bytes [n,28,28] to [n,1,28,28] in [0,1]. With one channel both layouts are the same."""
    return images.unsqueeze(1).float().mul(1 / 255)


def compiled(function):
    if not hasattr(torch, "compile"):
        raise RuntimeError(f"PyTorch {torch.__version__} has no torch.compile")
    return torch.compile(function, dynamic=False)


class PyTorch:
    name = "pytorch"
    version = torch.__version__

    def __init__(self, options):
        torch.set_num_threads(options.threads)
        torch.set_num_interop_threads(1)
        torch.manual_seed(options.seed)
        self.network = make_network().apply(initialise)
        if options.layout == "nhwc":
            self.network = self.network.to(memory_format=torch.channels_last)
        self.adam = make_adam(self.network.parameters())
        self.compile = options.compile
        self.loss = compiled(self.plain_loss) if options.compile else self.plain_loss

    def plain_loss(self, images, labels):
        return nn.functional.cross_entropy(self.network(as_pixels(images)), labels)

    def train_step(self, images, labels):
        self.adam.zero_grad(set_to_none=True)
        loss = self.loss(torch.from_numpy(images), torch.from_numpy(labels))
        loss.backward()
        self.adam.step()
        return loss.item()

    def predict(self, images):
        self.network.eval()
        with torch.inference_mode():
            classes = self.network(as_pixels(torch.tensor(images))).argmax(1).numpy()
        self.network.train()
        return classes

    def inference(self, batch):
        network = self.network.eval()
        if self.compile:
            network = compiled(network)
        pixels = torch.rand(batch, 1, 28, 28)

        def call():
            with torch.inference_mode():
                network(pixels)

        return call


if __name__ == "__main__":
    common.main(PyTorch, common.read_options(__doc__, ("nchw", "nhwc")))
