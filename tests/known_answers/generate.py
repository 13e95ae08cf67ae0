#!/usr/bin/python3
"""Computes with PyTorch, in double, what the tests expect of tweed, and writes the headers in
pytorch/. Needs PyTorch, torchvision and clang-format; the headers are kept, so that the tests need
none of them.

Every tensor is in tweed's layout. Inputs are the numbers of support/numbers.hpp, results are
fingerprints: support/fingerprint.hpp. PyTorch's own results in float lie within 3e-5 of those in
double, which is why the tests of whole networks allow 1e-4 in float, and 1e-9 in double."""

import pathlib
import subprocess
import textwrap

import torch
import torch.nn.functional as F

from layers import (ACTIVATIONS, CONVOLUTIONS, JOINS, LAYERS, NORMALIZATIONS,
                    SAMPLE_NORMALIZATIONS, SHAPES)
from named_networks import NAMED_NETWORKS
from networks import NETWORKS
from tensors import INPUT, OUTPUT_GRADIENT, PARAMETERS, leaf, numbers

# The losses.


def loss_of(function, targets, **options):
    outputs = leaf((4, 5), INPUT, scale=3.0)
    loss = function(outputs, targets, **options)
    loss.backward()
    return loss.item(), outputs.grad.reshape(-1).tolist()


LABELS = torch.tensor([0, 4, 2, 1])
SHARES = (numbers((4, 5), OUTPUT_GRADIENT) + 1) / 2
PROBABILITIES = SHARES / SHARES.sum(1, keepdim=True)
CLASS_WEIGHTS = torch.tensor([0.5, 2.0, 1.0, 0.0, 3.0])


def pixel_cross_entropy(logits, labels, **options):
    """Two images of 1x2 pixels."""
    images = logits.reshape(2, 1, 2, 5).permute(0, 3, 1, 2)
    return F.cross_entropy(images, labels.reshape(2, 1, 2), **options)


def dice(logits, masks):
    """Two samples of five pixels and two channels; with 1 for `smooth`."""
    found, wanted = (values.reshape(2, 5, 2) for values in (torch.sigmoid(logits), masks))
    both, size = (found * wanted).sum(1), (found + wanted).sum(1)
    return (1 - (2 * both + 1) / (size + 1)).mean()


LOSSES = {
    "softmax_ce": loss_of(F.cross_entropy, LABELS),
    "softmax_ce_smoothed": loss_of(F.cross_entropy, LABELS, label_smoothing=0.1),
    "softmax_ce_soft": loss_of(F.cross_entropy, PROBABILITIES),
    "softmax_ce_soft_smoothed": loss_of(F.cross_entropy, PROBABILITIES, label_smoothing=0.1),
    "softmax_ce_class_weights": loss_of(F.cross_entropy, LABELS, weight=CLASS_WEIGHTS),
    "softmax_ce_ignored": loss_of(F.cross_entropy, LABELS, ignore_index=4),
    "softmax_ce_everything": loss_of(F.cross_entropy, torch.tensor([0, -100, 2, 1]),
                                     weight=CLASS_WEIGHTS, label_smoothing=0.1),
    "softmax_ce_soft_weights": loss_of(F.cross_entropy, PROBABILITIES, weight=CLASS_WEIGHTS,
                                       label_smoothing=0.1),
    "pixel_softmax_ce": loss_of(pixel_cross_entropy, LABELS),
    "pixel_softmax_ce_everything": loss_of(pixel_cross_entropy, torch.tensor([0, 255, 2, 1]),
                                           weight=CLASS_WEIGHTS, label_smoothing=0.1,
                                           ignore_index=255),
    "mean_squared_error": loss_of(F.mse_loss, numbers((4, 5), OUTPUT_GRADIENT)),
    "mean_absolute_error": loss_of(F.l1_loss, numbers((4, 5), OUTPUT_GRADIENT)),
    "huber": loss_of(F.huber_loss, numbers((4, 5), OUTPUT_GRADIENT), delta=0.7),
    "sigmoid_ce": loss_of(F.binary_cross_entropy_with_logits, SHARES),
    "sigmoid_ce_weighted": loss_of(F.binary_cross_entropy_with_logits, SHARES,
                                   pos_weight=torch.tensor(2.5)),
    "dice": loss_of(dice, SHARES),
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


class Lion(torch.optim.Optimizer):
    """Chen and others, Symbolic Discovery of Optimization Algorithms, 2023, Algorithm 2. PyTorch has none."""

    def __init__(self, parameters, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                moment = self.state[p].setdefault("moment", torch.zeros_like(p))
                update = torch.sign(beta1 * moment + (1 - beta1) * p.grad)
                p.sub_(group["lr"] * (update + group["weight_decay"] * p))
                moment.copy_(beta2 * moment + (1 - beta2) * p.grad)


def muon_after_steps(rows, columns, **options):
    """The parameters after steps 1, 2 and 10. PyTorch's matrices are [outputs,inputs], and it would
    round them to bfloat16."""
    matrix = leaf((rows, columns), PARAMETERS).detach().t().contiguous().requires_grad_()
    optimizer = torch.optim.Muon([matrix], **options)
    bfloat16, torch.bfloat16 = torch.bfloat16, torch.float64
    kept = []
    for step in range(1, 11):
        matrix.grad = numbers((rows, columns), 100 + step).t().contiguous()
        optimizer.step()
        if step in (1, 2, 10):
            kept += matrix.t().reshape(-1).tolist()
    torch.bfloat16 = bfloat16
    return kept


OPTIMIZERS = {
    "adam": after_steps(torch.optim.Adam),
    "adam_options": after_steps(torch.optim.Adam, lr=0.02, betas=(0.7, 0.95), eps=0.01),
    "adamw": after_steps(torch.optim.AdamW, lr=0.02, weight_decay=0.3),
    "rmsprop": after_steps(torch.optim.RMSprop),
    "rmsprop_options": after_steps(torch.optim.RMSprop, lr=0.02, alpha=0.9, eps=1e-3, momentum=0.8,
                                   centered=True),
    "adagrad": after_steps(torch.optim.Adagrad),
    "adagrad_options": after_steps(torch.optim.Adagrad, lr=0.05, eps=1e-3,
                                   initial_accumulator_value=0.1),
    "lion": after_steps(Lion),
    "lion_options": after_steps(Lion, lr=0.02, betas=(0.7, 0.8), weight_decay=0.3),
    "muon_high": muon_after_steps(5, 3),
    "muon_wide": muon_after_steps(2, 7, lr=0.02, weight_decay=0.3, momentum=0.7, nesterov=False,
                                  ns_steps=3),
    "muon_adam": muon_after_steps(3, 3, lr=0.02, adjust_lr_fn="match_rms_adamw"),
    "sgd": after_steps(torch.optim.SGD, lr=0.05),
    "sgd_decay": after_steps(torch.optim.SGD, lr=0.05, weight_decay=0.3),
    "sgd_momentum": after_steps(torch.optim.SGD, lr=0.05, momentum=0.9),
    "sgd_nesterov": after_steps(torch.optim.SGD, lr=0.05, momentum=0.9, nesterov=True),
}


# The headers.


def braces(values):
    return "{" + ", ".join(braces(v) if isinstance(v, list) else repr(v) for v in values) + "}"


def number(name, value):
    return f"inline constexpr double {name} = {value!r};"


def array(name, values):
    return f"inline constexpr std::array<double, {len(values)}> {name}{braces(values)};"


def fingerprints(name, values):
    return f"inline constexpr std::array<Fingerprint, {len(values)}> {name}{{{braces(values)}}};"


def training_step(name, step):
    sizes = f"{len(step.gradients)}, {len(step.statistics)}"
    statistics = braces(step.statistics) if step.statistics else ""
    return (f"inline constexpr TrainingStep<{sizes}> {name}{{.loss = {step.loss!r}, "
            f".outputs = {braces(step.outputs)}, .gradients = {{{braces(step.gradients)}}}, "
            f".statistics = {{{statistics}}}, .inferred = {braces(step.inferred)}}};")


def write_header(name, comment, include, lines):
    path = pathlib.Path(__file__).parent / "pytorch" / f"{name}.hpp"
    path.parent.mkdir(exist_ok=True)
    comment = f"From PyTorch {torch.__version__.split('+')[0]}, in double. {comment}"
    path.write_text("\n".join([
        "// Written by generate.py: do not edit.",
        "#pragma once",
        "",
        f"#include {include}",
        "",
        *(f"/// {line}" for line in textwrap.wrap(comment, 96)),
        "namespace tests::pytorch {",
        "",
        *lines,
        "",
        "}  // namespace tests::pytorch",
        "",
    ]))
    subprocess.run(["clang-format", "-i", path], check=True)


def main():
    layer = "y, the gradient of each input, then that of each parameter."
    for name, answers, comment in [
        ("convolutions", CONVOLUTIONS, layer),
        ("layers", LAYERS, layer),
        ("shapes", SHAPES, layer),
        ("activations", ACTIVATIONS,
         "y and dx, first of images, then of a vector; of PReLU also the gradient of the slopes."),
        ("joins", JOINS, layer),
        ("normalizations", NORMALIZATIONS,
         "y, dx, the gradients of scale and shift; mean and variance after the training pass; y of "
         "inference with those from before."),
        ("sample_normalizations", SAMPLE_NORMALIZATIONS, layer),
    ]:
        lines = [fingerprints(*answer) for answer in answers.items()]
        write_header(name, comment, "<support/fingerprint.hpp>", lines)

    losses = [
        line
        for name, (loss, gradient) in LOSSES.items()
        for line in (number(f"{name}_loss", loss), array(f"{name}_gradient", gradient))
    ]
    write_header("losses", "", "<array>", losses)
    write_header("optimizers", "Five parameters after steps 1, 2 and 10; for Muon a matrix, "
                 "computed in double throughout.", "<array>",
                 [array(*answer) for answer in OPTIMIZERS.items()])
    for name, step in NETWORKS.items():
        write_header(name, "", "<known_answers/training_step.hpp>", [training_step(name, step())])
    write_header("named_networks", "torchvision's models, and LeNet-5, on three images.",
                 "<known_answers/training_step.hpp>",
                 [training_step(name, step()) for name, step in NAMED_NETWORKS.items()])


if __name__ == "__main__":
    main()
