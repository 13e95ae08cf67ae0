#!/usr/bin/env python3
"""A recipe of `fashion_mnist train` in PyTorch, on the CPU: reads what `--print-config` printed, trains
as many epochs, prints a line of JSON with the test accuracy and the seconds of training after each.

Network, augmentation, loss, optimiser, schedule, averages and views are those of the configuration;
weights and order come from PyTorch's own random numbers. An option that is not known is refused."""

import common

import json
import math
import pathlib
import time
import tomllib

try:
    import torch
except ImportError as error:
    common.fail(f"cannot import torch ({error}); bench/peers/setup installs it")

from torch import nn
from torch.nn import functional

from measuring import Parser, positive

DEFAULTS = {"network": "reference", "widths": "48,192,192", "kernels": "3", "depths": "1",
            "activation": "gelu", "stem": 0, "whiten": 0, "norm-momentum": 0.9, "pool": "max",
            "dropout": 0.0, "output-factor": 1 / 9, "shift-rate": 1.0, "head-rate": 1.0,
            "epochs": None, "batch-size": 100, "optimizer": "adam", "learning-rate": 0.001,
            "momentum": 0.9, "companion-rate": 0.001, "schedule": "constant", "rise": 0.3,
            "first": 0.04, "last": 0.0, "weight-decay": 0.0, "decay-of": "all", "clip-norm": 0.0,
            "average": None, "label-smoothing": 0.0, "augment": "", "validation-split": 0.0,
            "views": "", "seed": 0, "checkpoint-every": 0}
WITHOUT_EFFECT = {"data", "threads", "out"}
ACTIVATIONS = {"gelu": nn.GELU, "relu": nn.ReLU, "silu": nn.SiLU, "hard-swish": nn.Hardswish}


class NotKnown(Exception):
    pass


def read_config(path):
    with open(path, "rb") as file:
        given = tomllib.load(file)
    unknown = given.keys() - DEFAULTS.keys() - WITHOUT_EFFECT
    if unknown:
        raise NotKnown(f"{path}: this script does not know the option '{min(unknown)}'")
    config = {**DEFAULTS, **{name: given[name] for name in given if name in DEFAULTS}}
    for name, expected in (("network", ("plain", "residual")), ("stem", (0,)), ("clip-norm", (0,)),
                           ("decay-of", ("all",)), ("validation-split", (0,)),
                           ("optimizer", ("muon", "nesterov", "sgd", "adam")),
                           ("schedule", ("triangle", "one-cycle")), ("views", ("", "mirrored"))):
        if config[name] not in expected:
            raise NotKnown(f"{path}: this script expects {name} = "
                           f"{' or '.join(map(repr, expected))}, found {config[name]!r}")
    if config["epochs"] is None:
        raise NotKnown(f"{path}: expected epochs")
    return config


# ---- network

class Block(nn.Module):
    """Convolution, pool, normalisation, activation; `depth` times convolution, normalisation,
    activation; in a residual network added to what came before them."""

    def __init__(self, inputs, outputs, kernel, depth, config):
        super().__init__()
        self.adds = config["network"] == "residual" and depth > 0

        def convolution(channels):
            layer = nn.Conv2d(channels, outputs, kernel, padding=kernel // 2, bias=False)
            nn.init.kaiming_normal_(layer.weight)
            return layer

        def norm():
            layer = nn.BatchNorm2d(outputs, momentum=1 - config["norm-momentum"])
            layer.weight.requires_grad_(False)
            return [layer, ACTIVATIONS[config["activation"]]()]

        self.head = nn.Sequential(convolution(inputs), nn.MaxPool2d(2), *norm())
        self.tail = nn.Sequential(*(part for _ in range(depth)
                                    for part in (convolution(outputs), *norm())))

    def forward(self, x):
        x = self.head(x)
        return self.tail(x) + x if self.adds else self.tail(x)


def numbers(text, count):
    found = [int(part) for part in str(text).split(",")]
    return found * count if len(found) == 1 else found


class Network(nn.Module):
    def __init__(self, config):
        super().__init__()
        widths = numbers(config["widths"], 1)
        kernels = numbers(config["kernels"], len(widths))
        depths = numbers(config["depths"], len(widths))
        self.blocks = nn.Sequential(*(
            Block(inputs, *rest, config)
            for inputs, *rest in zip([1, *widths], widths, kernels, depths)))
        self.pool = nn.AdaptiveMaxPool2d(1) if config["pool"] == "max" else nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(config["dropout"])
        self.dense = nn.Linear(widths[-1], 10, bias=False)
        nn.init.xavier_uniform_(self.dense.weight)
        self.factor = config["output-factor"]

    def forward(self, x):
        x = self.pool(self.blocks(x)).flatten(1)
        return self.factor * self.dense(self.dropout(x))


# ---- optimisers

def orthogonal(matrix):
    """Jordan and others, *Muon*, 2024: five iterations after Newton and Schulz."""
    x = matrix / (matrix.norm() + 1e-7)
    is_high = x.shape[0] > x.shape[1]
    if is_high:
        x = x.T
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if is_high else x


class Muon(torch.optim.Optimizer):
    """With Nesterov's look-ahead; PyTorch's own takes no kernels of convolutions."""

    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
                velocity.lerp_(p.grad, 1 - group["momentum"])
                ahead = p.grad.lerp(velocity, group["momentum"]).flatten(1)
                scale = math.sqrt(max(1.0, ahead.shape[0] / ahead.shape[1]))
                p.sub_(orthogonal(ahead).view_as(p), alpha=group["lr"] * scale)


def optimizers(network, config):
    """Each group has the weight decay that is decoupled from its gradient."""
    rate, decay, momentum = config["learning-rate"], config["weight-decay"], config["momentum"]
    kernels = [p for p in network.parameters() if p.requires_grad and p.dim() == 4]
    shifts = [p for p in network.parameters() if p.requires_grad and p.dim() == 1]
    head = [network.dense.weight]

    def others(base):
        return [{"params": shifts, "lr": base * config["shift-rate"],
                 "decay": decay / config["shift-rate"]},
                {"params": head, "lr": base * config["head-rate"], "decay": decay}]

    if config["optimizer"] == "muon":
        matrices = [{"params": kernels, "decay": decay},
                    {"params": head, "lr": rate * config["head-rate"], "decay": decay}]
        companion = config["companion-rate"]
        rest = [{"params": shifts, "lr": companion * config["shift-rate"],
                 "decay": decay / config["shift-rate"]}]
        return [Muon(matrices, rate, momentum), torch.optim.Adam(rest, companion)]
    groups = [{"params": kernels, "decay": decay}, *others(rate)]
    if config["optimizer"] == "adam":
        return [torch.optim.Adam(groups, rate)]
    return [torch.optim.SGD(groups, rate, momentum=momentum,
                            nesterov=config["optimizer"] == "nesterov")]


def rate_at(step, steps, config):
    """tweed's OneCycleSchedule, along lines or cosines."""
    def between(begin, end, share):
        if config["schedule"] == "triangle":
            return begin + (end - begin) * share
        return end + (begin - end) * 0.5 * (1 + math.cos(math.pi * share))

    turn = max(config["rise"] * steps - 1, 0.0)
    if step < turn:
        return between(config["first"], 1.0, step / turn)
    if steps - 1 <= turn:
        return 1.0
    return between(1.0, config["last"], min((step - turn) / (steps - 1 - turn), 1.0))


# ---- data

def shifted(images, by, border):
    """Each image moved at random, up to so many pixels each way; what comes in is up to PyTorch's
    kind of padding."""
    count, height, width = images.shape[0], images.shape[2], images.shape[3]
    padded = functional.pad(images, (by, by, by, by), mode=border)[:, 0]
    rows = torch.randint(0, 2 * by + 1, (count, 1, 1)) + torch.arange(height).view(1, -1, 1)
    columns = torch.randint(0, 2 * by + 1, (count, 1, 1)) + torch.arange(width).view(1, 1, -1)
    return padded[torch.arange(count).view(-1, 1, 1), rows, columns].unsqueeze(1)


def cut_out(images, size):
    """A square around any pixel is black."""
    count, height, width = images.shape[0], images.shape[2], images.shape[3]
    top = torch.randint(0, height, (count, 1, 1)) - size // 2
    left = torch.randint(0, width, (count, 1, 1)) - size // 2
    row, column = torch.arange(height).view(1, -1, 1), torch.arange(width).view(1, 1, -1)
    inside = (row >= top) & (row < top + size) & (column >= left) & (column < left + size)
    return images.masked_fill(inside.unsqueeze(1), 0.0)


class Augmentation:
    def __init__(self, names, count):
        self.names = [name for name in names.split(",") if name]
        for name in self.names:
            if name.split(":")[0] not in ("shift", "crop", "flip", "alternating-flip", "cutout"):
                raise NotKnown(f"this script does not know the augmentation '{name}'")
        self.mirrored_first = torch.rand(count) < 0.5

    def __call__(self, images, positions, epoch):
        for name in self.names:
            kind, _, number = name.partition(":")
            if kind == "shift":
                images = shifted(images, int(number or 2), "constant")
            elif kind == "crop":
                images = shifted(images, int(number or 4), "reflect")
            elif kind == "cutout":
                images = cut_out(images, int(number or 8))
            else:
                mirrored = (torch.rand(len(images)) < float(number or 0.5) if kind == "flip" else
                            self.mirrored_first[positions] ^ bool(epoch % 2))
                images = torch.where(mirrored.view(-1, 1, 1, 1), images.flip(3), images)
        return images


def pixels(images):
    return images.unsqueeze(1).float().mul(1 / 255)


@torch.inference_mode()
def accuracy(network, images, labels, views):
    network.eval()
    right = 0
    for begin in range(0, len(labels), common.TEST_BATCH):
        x = pixels(images[begin:begin + common.TEST_BATCH])
        logits = network(x)
        if views == "mirrored":
            logits = logits + network(x.flip(3))
        right += int((logits.argmax(1) == labels[begin:begin + common.TEST_BATCH]).sum())
    network.train()
    return right / len(labels)


# ---- training

class Run:
    def __init__(self, config, options):
        torch.set_num_threads(options.threads)
        torch.manual_seed(options.seed if options.seed is not None else config["seed"])
        self.config, self.layout = config, options.layout
        self.images, self.labels = self.read(options.data, "train")
        self.test = self.read(options.data, "t10k")
        self.network = Network(config)
        if self.layout == "nhwc":
            self.network = self.network.to(memory_format=torch.channels_last)
        self.average = None
        if config["average"]:
            keep = torch.optim.swa_utils.get_ema_multi_avg_fn(config["average"])
            self.average = torch.optim.swa_utils.AveragedModel(self.network, multi_avg_fn=keep,
                                                               use_buffers=True)
        self.optimizers = optimizers(self.network, config)
        for group in self.groups():
            group["full_rate"] = group["lr"]
        self.augmentation = Augmentation(config["augment"], len(self.labels))
        self.batch = config["batch-size"]
        self.steps = config["epochs"] * math.ceil(len(self.labels) / self.batch)
        self.step = 0

    @staticmethod
    def read(folder, part):
        images, labels = common.read_images_and_labels(folder, part)
        return torch.from_numpy(images.copy()), torch.from_numpy(labels)

    def groups(self):
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def train_on(self, positions, epoch):
        x = self.augmentation(pixels(self.images[positions]), positions, epoch)
        if self.layout == "nhwc":
            x = x.contiguous(memory_format=torch.channels_last)
        loss = functional.cross_entropy(self.network(x), self.labels[positions],
                                        label_smoothing=self.config["label-smoothing"])
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if not math.isfinite(loss.item()):
            raise ArithmeticError(f"the loss is {loss.item()} at step {self.step + 1}")
        rate = rate_at(self.step, self.steps, self.config)
        with torch.no_grad():
            for group in self.groups():
                group["lr"] = rate * group["full_rate"]
                for p in group["params"]:
                    p.mul_(1 - group["lr"] * group["decay"])
        for optimizer in self.optimizers:
            optimizer.step()
        if self.average:
            self.average.update_parameters(self.network)
        self.step += 1

    def __call__(self):
        seconds, epochs = 0.0, []
        for epoch in range(self.config["epochs"]):
            begin = time.perf_counter()
            for positions in torch.randperm(len(self.labels)).split(self.batch):
                self.train_on(positions, epoch)
            seconds += time.perf_counter() - begin
            found = accuracy(self.average or self.network, *self.test, self.config["views"])
            epochs.append({"epoch": epoch + 1, "train_seconds": round(seconds, 1),
                           "test_accuracy": found})
        return epochs


def main():
    parser = Parser(description=__doc__)
    parser.add_argument("--config", type=pathlib.Path, required=True, metavar="FILE",
                        help="what fashion_mnist train --recipe NAME --print-config printed")
    parser.add_argument("--threads", type=positive, default=2, help="[2]")
    parser.add_argument("--seed", type=int, help="[the configuration's]")
    parser.add_argument("--layout", choices=("nchw", "nhwc"), default="nhwc", help="[nhwc]")
    parser.add_argument("--data", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path("/usr/share/datasets/fashion-mnist"),
                        help="folder of the four files of Fashion-MNIST [%(default)s]")
    options = parser.parse_args()
    try:
        run = Run(read_config(options.config), options)
        result = {"name": "pytorch", "version": torch.__version__, "layout": options.layout,
                  "threads": options.threads, "seed": torch.initial_seed(), "epochs": run()}
    except Exception as error:  # whatever goes wrong, it becomes one line
        common.fail(str(error) or type(error).__name__)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
