#!/usr/bin/env python3
"""named_networks.py TOOL [NETWORK...]: the named networks against torchvision's own models, and LeNet-5
and U-Net against those of pytorch_networks.py. Each has weights and statistics of a fixed seed, which
tweed_weights.py takes to tweed and back. Prints a table of the differences, each relative to the
largest number of its tensor:

- the outputs of inference on four images, those of ONNX Runtime from tweed's export, too;
- the loss of a training step, and the gradient of each parameter, in float and in double;
- the running means and variances after the step.

A gradient that is 0 but for rounding, such as a shift's that the next normalization takes away, is
compared relative to the largest of all. Where rounding in float carries an activation across a corner of
a ReLU, gradients jump: then the next seed is taken, of eight. Where it always does, and where rounding
adds up over a deep network's statistics, floats may differ twice as much as PyTorch's own do from its own
doubles. Doubles may not.

Dropout and stochastic depth have a rate of 0 on both sides, since each library draws numbers of its
own. All else is in training mode. Images are 64x64, LeNet-5's 28x28, those of a small U-Net 32x32. There
torchvision's VGG-16 would repeat the pixels of its last image to 7x7, which tweed's does not, so this is
left out of it."""

import copy
import os
import sys

import common

np, torch, torchvision, onnx, runtime = common.require(
    "numpy", "torch", "torchvision", "onnx", "onnxruntime"
)
import tweed_weights
from interoperability.safetensors_file import write_safetensors
from pytorch_networks import Level, lenet5, unet
from torch import nn

OUTPUTS, GRADIENTS, STATISTICS, IN_DOUBLE = 1e-4, 1e-3, 1e-5, 1e-8
SEEDS = 8
ZERO = 1e-12  # of the largest of all gradients in double
LABELS = torch.tensor([7, 0, 9, 3])
SIZE, CLASSES = 64, 10
SIZES = {"lenet5": 28, "unet": 32}

def vgg16_bn():
    """Without what repeats pixels, which does nothing to images of 224x224."""
    model = torchvision.models.vgg16_bn(num_classes=CLASSES)
    model.avgpool = nn.Identity()
    model.classifier[0] = nn.Linear(512 * (SIZE // 32) ** 2, 4096)
    return model


def from_torchvision(name):
    return lambda: getattr(torchvision.models, name)(num_classes=CLASSES)


NETWORKS = {
    **{name: from_torchvision(name) for name in tweed_weights.TORCHVISION},
    **{"vgg16_bn": vgg16_bn, "lenet5": lenet5, "unet": lambda: unet(levels=3, filters=8)},
}


def make_uneven(model, generator):
    """Random scales, shifts and statistics, which new models have at 1 and 0."""
    uniform = lambda like: 0.5 + torch.rand(like.shape, generator=generator)
    small = lambda like: 0.1 * torch.randn(like.shape, generator=generator)
    with torch.no_grad():
        for part in model.modules():
            if isinstance(part, (nn.BatchNorm2d, nn.LayerNorm)):
                part.weight.copy_(uniform(part.weight))
                part.bias.copy_(small(part.bias))
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.copy_(small(part.running_mean))
                part.running_var.copy_(uniform(part.running_var))
                part.num_batches_tracked.fill_(7)
            if hasattr(part, "layer_scale"):
                part.layer_scale.copy_(uniform(part.layer_scale))


class HardSigmoid(nn.Module):
    def forward(self, x):
        return nn.functional.relu6(x + 3) / 6


def make_comparable(model):
    """Without dropout; and with a hard sigmoid whose gradient is exact: PyTorch's takes 1/6 in float
    for it, in double, too."""
    for part in model.modules():
        if isinstance(getattr(part, "scale_activation", None), nn.Hardsigmoid):
            part.scale_activation = HardSigmoid()
        if isinstance(part, (nn.Dropout, torchvision.ops.StochasticDepth)):
            part.p = 0.0


def arrays(state):
    return {name: value.detach().numpy() for name, value in state.items()}


def channels_last(images):
    return np.ascontiguousarray(images.transpose(0, 2, 3, 1)) if images.ndim == 4 else images


def difference(found, expected):
    """The largest, relative to the largest number that is expected."""
    found, expected = (np.asarray(values, np.float64) for values in (found, expected))
    assert found.shape == expected.shape, (found.shape, expected.shape)
    return np.abs(found - expected).max() / max(np.abs(expected).max(), np.finfo(np.float64).tiny)


class Comparison:
    """A network in both libraries, with the same weights."""

    def __init__(self, tool, name, seed):
        torch.manual_seed(seed)
        self.tool, self.name = tool, name
        self.model = NETWORKS[name]()
        self.generator = torch.Generator().manual_seed(seed)
        make_uneven(self.model, self.generator)
        make_comparable(self.model)
        names = names_of(self.model) if name not in tweed_weights.TORCHVISION else None
        self.how = (names, None if names else name)
        self.take_to_tweed()
        self.make_data()
        self.in_float, self.in_double = self.step(torch.float32), self.step(torch.float64)
        self.ours_in_float = self.tweed_step(torch.float32)

    def gradients_in_float(self):
        return worst(self.ours_in_float[1], self.in_float[1], self.in_double[1])

    def path(self, kind):
        return self.tool.folder / f"{self.name}.{kind}"

    def take_to_tweed(self):
        state = self.model.state_dict()
        self.tool("new", self.name, self.path("like"))
        like = tweed_weights.read_network(self.path("like"))
        taken = tweed_weights.from_pytorch(state, like, *self.how)
        tweed_weights.write(self.path("safetensors"), taken)
        self.taken = tweed_weights.read_network(self.path("safetensors"))
        back = tweed_weights.to_pytorch(self.taken, *self.how)
        assert back.keys() == state.keys()
        assert all(np.array_equal(back[entry], state[entry].numpy()) for entry in state), self.name
        fresh = NETWORKS[self.name]()
        copies = {entry: torch.from_numpy(back[entry].copy()) for entry in back}
        fresh.load_state_dict(copies, strict=True)

    def make_data(self):
        side, channels = SIZES.get(self.name, SIZE), 1 if self.name == "lenet5" else 3
        self.images = torch.randn(4, channels, side, side, generator=self.generator)
        data = {"input": channels_last(self.images.numpy())}
        self.target = None
        if self.name == "unet":
            self.target = torch.randn(4, 2, side, side, generator=self.generator)
            data["target"] = channels_last(self.target.numpy())
        write_safetensors(self.path("data"), data, {})

    def outputs(self):
        self.model.eval()
        with torch.no_grad():
            return channels_last(self.model(self.images).numpy())

    def onnx_outputs(self):
        self.tool("onnx", self.path("safetensors"), self.path("onnx"))
        session = runtime.InferenceSession(self.path("onnx"), providers=["CPUExecutionProvider"])
        return session.run(["output"], {"input": channels_last(self.images.numpy())})[0]

    def step(self, dtype):
        """The loss, gradients and statistics of PyTorch's training step."""
        model = copy.deepcopy(self.model).to(dtype).train()
        outputs = model(self.images.to(dtype))
        if self.target is None:
            loss = nn.functional.cross_entropy(outputs, LABELS)
        else:
            loss = nn.functional.mse_loss(outputs, self.target.to(dtype))
        loss.backward()
        gradients = {name: value.grad for name, value in model.named_parameters()}
        return loss.item(), arrays(gradients), arrays(dict(model.named_buffers()))

    def tweed_step(self, dtype):
        """The same of tweed, by PyTorch's names, and the outputs of inference."""
        double = ("double",) if dtype == torch.float64 else ()
        files = (self.path("safetensors"), self.path("data"), self.path("step"))
        self.tool("step", self.name, *files, *double)
        tensors = tweed_weights.read(self.path("step")).tensors
        model = tweed_weights.Model(tensors, self.taken.metadata)
        state = tweed_weights.to_pytorch(model, *self.how)
        return tensors["loss"][0], state, tensors["outputs"]

    def differences(self):
        """What is compared: the difference and the largest that is right."""
        loss, gradients, statistics = self.in_float
        double_loss, double_gradients, double_statistics = self.in_double
        our_loss, ours, our_outputs = self.ours_in_float
        our_double_loss, our_doubles, _ = self.tweed_step(torch.float64)
        outputs = self.outputs()
        our_outputs = our_outputs.reshape(outputs.shape)
        running = [name for name in statistics if "running" in name]
        own = worst(gradients, double_gradients, double_gradients)
        largest = lambda found, expected: max(
            (difference(found[name], expected[name]) for name in running), default=0.0
        )
        own_statistics = largest(statistics, double_statistics)
        return {
            "outputs": (difference(our_outputs, outputs), OUTPUTS),
            "ONNX": (difference(self.onnx_outputs(), our_outputs), OUTPUTS),
            "loss": (difference(our_loss, loss), GRADIENTS),
            "gradients": (self.gradients_in_float(), max(GRADIENTS, 2 * own)),
            "loss, double": (difference(our_double_loss, double_loss), IN_DOUBLE),
            "gradients, double": (
                worst(our_doubles, double_gradients, double_gradients), IN_DOUBLE
            ),
            "statistics": (largest(ours, statistics), max(STATISTICS, 2 * own_statistics)),
            "statistics, double": (largest(our_doubles, double_statistics), IN_DOUBLE),
            "PyTorch's gradients in float": (own, None),
            "PyTorch's statistics in float": (own_statistics, None),
        }


def worst(found, expected, in_double):
    """The largest difference of gradients."""
    largest = {name: np.abs(values).max() for name, values in in_double.items()}
    of_all = max(largest.values())
    return max(
        difference(found[name], expected[name])
        if size > ZERO * of_all
        else np.abs(found[name] - expected[name]).max() / of_all
        for name, size in largest.items()
    )


def names_of(model):
    """The modules with weights in the order of tweed's layers."""
    if isinstance(model[0], Level):
        return [*names_of_level(model[0], "0"), "1"]
    return tweed_weights.names_in(model.state_dict())


def names_of_level(level, name):
    pair = lambda block: [f"{name}.{block}.{part}" for part in ("1", "2")]
    twice = lambda block: pair(f"{block}.0") + pair(f"{block}.1")
    if level.below is None:
        return twice("down")
    return [*twice("down"), *names_of_level(level.below, f"{name}.below"), *pair("up"), *twice("join")]


def main():
    tool = common.Tool(sys.argv[1])
    torch.set_num_threads(max(1, os.cpu_count() // 2))
    names = sys.argv[2:] or ["lenet5", *tweed_weights.TORCHVISION, "unet"]
    failed = []
    for i, name in enumerate(names):
        for seed in range(1, SEEDS + 1):
            comparison = Comparison(tool, name, seed)
            if comparison.gradients_in_float() <= GRADIENTS:
                break
        found = comparison.differences()
        failed += [
            f"{name}: {what} {value:.1e}"
            for what, (value, most) in found.items()
            if most is not None and not value <= most
        ]
        if i == 0:
            print(f"| | {' | '.join(found)} | seed |\n|{'---|' * (len(found) + 2)}")
        values = " | ".join(f"{value:.1e}" for value, _ in found.values())
        print(f"| {name} | {values} | {seed} |", flush=True)
    if failed:
        sys.exit("too different: " + "; ".join(failed))


if __name__ == "__main__":
    main()
