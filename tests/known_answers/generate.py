#!/usr/bin/python3
"""Computes with PyTorch, in double, what the tests expect of tweed, and writes pytorch.hpp next to
this file. Needs PyTorch and clang-format; the result is kept, so that the tests need neither.

Every tensor is in tweed's layout (images NHWC, kernels [kh,kw,c,filters], dense kernels
[inputs,outputs]) and is turned into PyTorch's on the way, so gradients come out in tweed's as well.
Inputs are the numbers of support/numbers.hpp, results are fingerprints: support/fingerprint.hpp."""

import pathlib
import subprocess
import warnings

import numpy
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")

INPUT, OUTPUT_GRADIENT, PARAMETERS, WEIGHTS = 1, 2, 3, 99


def numbers(shape, stream, scale=1.0):
    """The first numbers of a stream, as support/numbers.hpp defines them."""
    position = numpy.arange(1, numpy.prod(shape) + 1, dtype=numpy.uint32)
    bits = position * numpy.uint32(0x9E3779B9) + numpy.uint32(stream * 0x85EBCA6B % 2**32)
    bits = (bits ^ bits >> 16) * numpy.uint32(0x45D9F3B)
    bits = (bits ^ bits >> 16) * numpy.uint32(0x45D9F3B)
    bits ^= bits >> 16
    return torch.tensor(scale * ((bits >> 8) * 2.0**-23 - 1.0)).reshape(shape)


def leaf(shape, stream, scale=1.0):
    return numbers(shape, stream, scale).requires_grad_()


def fingerprint(tensor):
    flat = tensor.detach().reshape(-1)
    weighted = (flat * numbers([flat.numel()], WEIGHTS)).sum()
    picked = [flat[0], flat[flat.numel() // 2], flat[-1]]
    return [float(value) for value in [flat.sum(), flat.norm(), weighted, *picked]]


# Layers, images NHWC.


def conv2d(x, kernel, bias, **options):
    x, kernel = x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1)
    return F.conv2d(x, kernel, bias, **options).permute(0, 2, 3, 1)


def max_pool(x, window, **options):
    return F.max_pool2d(x.permute(0, 3, 1, 2), window, **options).permute(0, 2, 3, 1)


def dense(x, kernel, bias):
    return F.linear(x, kernel.t(), bias)


def layer(function, x_shape, *parameter_shapes):
    """Fingerprints of y, dx and the gradient of each parameter."""
    x = leaf(x_shape, INPUT)
    parameters = [leaf(s, PARAMETERS + i) for i, s in enumerate(parameter_shapes)]
    y = function(x, *parameters)
    y.backward(numbers(y.shape, OUTPUT_GRADIENT))
    return [fingerprint(t) for t in [y, x.grad, *(p.grad for p in parameters)]]


LAYERS = {
    "conv2d_same": layer(
        lambda *t: conv2d(*t, padding="same"), (2, 5, 4, 3), (3, 3, 3, 4), (4,)),
    # An odd zero goes to the bottom and right.
    "conv2d_even_kernel": layer(
        lambda *t: conv2d(*t, padding="same"), (2, 5, 6, 2), (2, 4, 2, 3), (3,)),
    "conv2d_same_stride": layer(
        lambda *t: conv2d(*t, stride=2, padding=1), (2, 5, 7, 9), (3, 3, 9, 4), (4,)),
    "conv2d_valid_stride": layer(
        lambda *t: conv2d(*t, stride=(2, 1)), (3, 7, 6, 2), (3, 2, 2, 5), (5,)),
    "conv2d_dilation": layer(
        lambda *t: conv2d(*t, padding="same", dilation=2), (2, 7, 6, 3), (3, 3, 3, 4), (4,)),
    "conv2d_groups": layer(
        lambda *t: conv2d(*t, padding="same", groups=2), (2, 5, 6, 4), (3, 3, 2, 6), (6,)),
    "depthwise_conv2d": layer(
        lambda *t: conv2d(*t, padding="same", groups=19), (2, 5, 6, 19), (3, 3, 1, 19), (19,)),
    "depthwise_conv2d_multiplier": layer(
        lambda *t: conv2d(*t, stride=2, padding=1, groups=3), (2, 5, 7, 3), (3, 3, 1, 6), (6,)),
    "dense": layer(dense, (3, 7), (7, 5), (5,)),
    "max_pool": layer(lambda x: max_pool(x, 2), (2, 7, 6, 3)),
    "max_pool_same": layer(lambda x: max_pool(x, 3, stride=2, padding=1), (2, 5, 7, 3)),
    "relu": layer(F.relu, (2, 3, 4, 5)),
}


# The losses.


def loss_of(function, targets, **options):
    outputs = leaf((4, 5), INPUT, scale=3.0)
    loss = function(outputs, targets, **options)
    loss.backward()
    return loss.item(), outputs.grad.reshape(-1).tolist()


LABELS = torch.tensor([0, 4, 2, 1])
LOSSES = {
    "softmax_ce": loss_of(F.cross_entropy, LABELS),
    "softmax_ce_smoothed": loss_of(F.cross_entropy, LABELS, label_smoothing=0.1),
    "mean_squared_error": loss_of(F.mse_loss, numbers((4, 5), OUTPUT_GRADIENT)),
}


# Optimisers: five parameters, other gradients in every step.


def after_steps(optimizer, **options):
    """The parameters after steps 1, 2 and 10."""
    parameters = leaf((5,), PARAMETERS)
    optimizer = optimizer([parameters], **options)
    kept = []
    for step in range(1, 11):
        parameters.grad = numbers((5,), 100 + step)
        optimizer.step()
        if step in (1, 2, 10):
            kept += parameters.tolist()
    return kept


OPTIMIZERS = {
    "adam": after_steps(torch.optim.Adam),
    "adam_options": after_steps(torch.optim.Adam, lr=0.02, betas=(0.7, 0.95), eps=0.01),
    "adamw": after_steps(torch.optim.AdamW, lr=0.02, weight_decay=0.3),
    "sgd": after_steps(torch.optim.SGD, lr=0.05),
    "sgd_decay": after_steps(torch.optim.SGD, lr=0.05, weight_decay=0.3),
    "sgd_momentum": after_steps(torch.optim.SGD, lr=0.05, momentum=0.9),
    "sgd_nesterov": after_steps(torch.optim.SGD, lr=0.05, momentum=0.9, nesterov=True),
}


# The reference network, without dropout.


def network():
    """The loss, the fingerprint of the logits and those of the gradient of each parameter."""
    shapes = [(5, 5, 1, 32), (5, 5, 32, 64), (5, 5, 64, 128), (3 * 3 * 128, 1024), (1024, 10)]
    parameters = []
    for kernel in shapes:
        fan_in = numpy.prod(kernel[:-1])
        parameters.append(leaf(kernel, PARAMETERS + len(parameters), scale=2.0 / fan_in**0.5))
        parameters.append(leaf(kernel[-1:], PARAMETERS + len(parameters), scale=0.1))
    x = numbers((3, 28, 28, 1), INPUT)
    for kernel, bias in zip(parameters[0:6:2], parameters[1:6:2]):
        x = max_pool(F.relu(conv2d(x, kernel, bias, padding="same")), 2)
    x = F.relu(dense(x.flatten(1), *parameters[6:8]))
    logits = dense(x, *parameters[8:10])
    loss = F.cross_entropy(logits, torch.tensor([7, 0, 9]))
    loss.backward()
    return float(loss), fingerprint(logits), [fingerprint(p.grad) for p in parameters]


# The header.


def braces(values):
    return "{" + ", ".join(braces(v) if isinstance(v, list) else repr(v) for v in values) + "}"


def number(name, value):
    return f"inline constexpr double {name} = {value!r};"


def array(name, values):
    return f"inline constexpr std::array<double, {len(values)}> {name}{braces(values)};"


def fingerprints(name, values):
    return f"inline constexpr std::array<Fingerprint, {len(values)}> {name}{{{braces(values)}}};"


def main():
    network_loss, network_logits, network_gradients = network()
    lines = [
        "// Written by generate.py: do not edit.",
        "#pragma once",
        "",
        "#include <support/fingerprint.hpp>",
        "",
        "#include <array>",
        "",
        f"/// From PyTorch {torch.__version__}, in double.",
        "namespace tests::pytorch {",
        "",
        "// Layers: y, dx and the gradient of each parameter.",
        *(fingerprints(name, values) for name, values in LAYERS.items()),
        "",
        *(
            line
            for name, (loss, gradient) in LOSSES.items()
            for line in (number(f"{name}_loss", loss), array(f"{name}_gradient", gradient))
        ),
        "",
        "// Optimisers: five parameters after steps 1, 2 and 10.",
        *(array(name, values) for name, values in OPTIMIZERS.items()),
        "",
        "// The reference network; gradients in the order of its parameters.",
        number("network_loss", network_loss),
        fingerprints("network_logits", [network_logits]),
        fingerprints("network_gradients", network_gradients),
        "",
        "}  // namespace tests::pytorch",
    ]
    path = pathlib.Path(__file__).with_name("pytorch.hpp")
    path.write_text("\n".join(lines) + "\n")
    subprocess.run(["clang-format", "-i", path], check=True)


if __name__ == "__main__":
    main()
