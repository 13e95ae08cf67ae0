"""The answers of torchvision's models, and of LeNet-5: one training step, and inference after it.
Dropout and stochastic depth are off."""

import pathlib
import sys

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from networks import LEARNING_RATE, Step
from tensors import INPUT, PARAMETERS, around_one, fingerprint, numbers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
from interoperability import pytorch
from interoperability.network import WeightLayer
from interoperability.torchvision_names import Place, places_of

GRADIENTS, STATISTICS = 5, 4  # of how many tensors they are kept
SIZE = 64
SMALL = {"resnet50": 33, "convnext_tiny": 32}  # those that have much to do


def tweed_layer(place, module, flattened):
    """What tweed has for a module with weights."""
    is_1x1 = ".block.3" in place.name or ".block.5" in place.name  # linear in ConvNeXt
    is_dense = place.name.endswith((".fc1", ".fc2")) or (place.kind == "Linear" and not is_1x1)
    kind = {"BatchNorm2d": "batch_norm", "LayerNorm": "layer_norm", "CNBlock": "layer_scale"}.get(
        place.kind, "dense" if is_dense else "conv2d")
    has_bias = getattr(module, "bias", None) is not None
    parts = {"batch_norm": ("scale", "shift", "mean", "variance"), "layer_norm": ("scale", "shift"),
             "layer_scale": ("scale",)}.get(kind, ("kernel", "bias") if has_bias else ("kernel",))
    return WeightLayer(place.name, kind, 0, parts, flattened)


class HardSigmoid(nn.Module):
    """PyTorch takes 1/6 in float for its gradient in double."""

    def forward(self, x):
        return F.relu6(x + 3) / 6


class NamedNetwork:
    """Its tensors in tweed's order, trained ones and statistics, filled as fill.hpp does. `flattened`
    is the image [h,w,c] before the first dense layer where it is no pixel."""

    def __init__(self, model, places, flattened=None):
        self.model, self.trained, self.state = model, [], []
        tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
        for place in places:
            is_first_dense = flattened and place.kind == "Linear"
            layer = tweed_layer(place, model.get_submodule(place.name),
                                flattened if is_first_dense else None)
            if is_first_dense:
                flattened = None
            for part, entry in pytorch.entries_of(place, layer).items():
                if part in layer.parts:
                    is_state = part in ("mean", "variance")
                    (self.state if is_state else self.trained).append(
                        (tensors[entry], place, layer, part))
        for stream, tensor in enumerate(self.trained, PARAMETERS):
            self.fill(*tensor, stream)

    @staticmethod
    def in_tweed(values, place, layer, part):
        array = pytorch.in_form(values.detach().numpy(), place, layer, part)
        return torch.from_numpy(pytorch.kernel_from_pytorch(array, layer, part).copy())

    def fill(self, tensor, place, layer, part, stream):
        shape = tuple(self.in_tweed(tensor, place, layer, part).shape)
        if part == "kernel":
            values = numbers(shape, stream, 2.0 / (tensor.numel() / shape[-1]) ** 0.5)
        else:
            values = numbers(shape, stream, 0.1) if part == "bias" else around_one(shape, stream)
        array = pytorch.kernel_to_pytorch(values.numpy(), layer, part)
        with torch.no_grad():
            tensor.copy_(torch.from_numpy(pytorch.out_of_form(array, place, layer, part).copy()))

    def fingerprints(self, tensors, count, value_of):
        """Of some tensors, from the first to the last."""
        picked = [tensors[i * (len(tensors) - 1) // (count - 1)] for i in range(count) if tensors]
        return [fingerprint(self.in_tweed(value_of(t), *where)) for t, *where in picked]

    def step(self, size, channels=3):
        labels = torch.tensor([7, 0, 9])
        x = numbers((3, size, size, channels), INPUT).permute(0, 3, 1, 2)
        for part in self.model.modules():
            if isinstance(part, (nn.Dropout, torchvision.ops.StochasticDepth)):
                part.p = 0.0
            if isinstance(getattr(part, "scale_activation", None), nn.Hardsigmoid):
                part.scale_activation = HardSigmoid()
        outputs = self.model.train()(x)
        loss = F.cross_entropy(outputs, labels)
        loss.backward()
        gradients = self.fingerprints(self.trained, GRADIENTS, lambda t: t.grad)
        statistics = self.fingerprints(self.state, STATISTICS, lambda t: t)
        torch.optim.SGD(self.model.parameters(), lr=LEARNING_RATE).step()
        inferred = self.model.eval()(x)
        return Step(loss.item(), fingerprint(outputs), gradients, statistics, fingerprint(inferred))


def of_torchvision(name):
    model = getattr(torchvision.models, name)(num_classes=10)
    return NamedNetwork(model, places_of(name)).step(SMALL.get(name, SIZE))


def lenet5():
    model = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)))
    places = [Place(name, type(part).__name__) for name, part in model.named_children()
              if list(part.parameters())]
    return NamedNetwork(model, places, (5, 5, 16)).step(28, 1)


def vgg16():
    """With 64 units, and without what does nothing to images of 224x224."""
    model = torchvision.models.vgg16_bn(num_classes=10)
    model.avgpool = nn.Identity()
    model.classifier[0], model.classifier[3] = nn.Linear(512, 64), nn.Linear(64, 64)
    model.classifier[6] = nn.Linear(64, 10)
    return NamedNetwork(model, places_of("vgg16_bn")).step(32)


NAMED_NETWORKS = {
    "lenet5": lenet5,
    "vgg16": vgg16,
    **{name: lambda name=name: of_torchvision(name) for name in (
        "resnet50", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "densenet121",
        "squeezenet1_1", "shufflenet_v2_x1_0", "convnext_tiny")},
}
