"""torchvision's models of tweed's named networks: how their modules with weights are called, in the
order of tweed's layers. torchvision itself is not needed."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Place:
    """A module with weights: its name in a state_dict, and what it is, if that is known."""

    name: str
    kind: str | None = None


# tweed's layers that take the weights of such a module. A dense layer is a convolution in
# squeeze-and-excitation; a 1x1 convolution is linear in ConvNeXt, whose block holds a factor itself.
KINDS = {
    "Conv2d": ("conv2d", "depthwise_conv2d", "dense"),
    "Linear": ("dense", "conv2d"),
    "BatchNorm2d": ("batch_norm",),
    "LayerNorm": ("layer_norm",),
    "CNBlock": ("layer_scale",),
}


def convolution(name):
    return [Place(name, "Conv2d")]


def linear(name):
    return [Place(name, "Linear")]


def norm(name):
    return [Place(name, "BatchNorm2d")]


def conv_norm(name, convolution_name="0", norm_name="1"):
    return convolution(f"{name}.{convolution_name}") + norm(f"{name}.{norm_name}")


def vgg16_bn():
    number = 0
    for convolutions in (2, 2, 3, 3, 3):
        for _ in range(convolutions):
            yield from conv_norm("features", number, number + 1)
            number += 3  # with the ReLU
        number += 1
    for number in (0, 3, 6):
        yield from linear(f"classifier.{number}")


def resnet(blocks, convolutions):
    yield from convolution("conv1") + norm("bn1")
    for stage, count in enumerate(blocks, 1):
        for block in range(count):
            name = f"layer{stage}.{block}"
            for i in range(1, convolutions + 1):
                yield from conv_norm(name, f"conv{i}", f"bn{i}")
            if block == 0 and (stage > 1 or convolutions == 3):
                yield from conv_norm(f"{name}.downsample")
    yield from linear("fc")


def mobilenet_v2():
    yield from conv_norm("features.0")
    yield from conv_norm("features.1.conv.0") + conv_norm("features.1.conv", 1, 2)
    for block in range(2, 18):
        name = f"features.{block}.conv"
        yield from conv_norm(f"{name}.0") + conv_norm(f"{name}.1") + conv_norm(name, 2, 3)
    yield from conv_norm("features.18") + linear("classifier.1")


def inverted_residual(name, expands, has_factors):
    """A block of MobileNetV3 or EfficientNet."""
    steps = ["expand"] * expands + ["depthwise"] + ["factors"] * has_factors + ["project"]
    for i, step in enumerate(steps):
        if step == "factors":
            yield from convolution(f"{name}.{i}.fc1") + convolution(f"{name}.{i}.fc2")
        else:
            yield from conv_norm(f"{name}.{i}")


def mobilenet_v3_small():
    yield from conv_norm("features.0")
    for block in range(1, 12):
        has_factors = block not in (2, 3)
        yield from inverted_residual(f"features.{block}.block", block > 1, has_factors)
    yield from conv_norm("features.12") + linear("classifier.0") + linear("classifier.3")


def efficientnet_b0():
    yield from conv_norm("features.0")
    for stage, blocks in enumerate((1, 2, 2, 3, 3, 4, 1), 1):
        for block in range(blocks):
            yield from inverted_residual(f"features.{stage}.{block}.block", stage > 1, True)
    yield from conv_norm("features.8") + linear("classifier.1")


def densenet121():
    yield from conv_norm("features", "conv0", "norm0")
    for stage, layers in enumerate((6, 12, 24, 16), 1):
        for layer in range(1, layers + 1):
            name = f"features.denseblock{stage}.denselayer{layer}"
            for i in (1, 2):
                yield from norm(f"{name}.norm{i}") + convolution(f"{name}.conv{i}")
        if stage < 4:
            name = f"features.transition{stage}"
            yield from norm(f"{name}.norm") + convolution(f"{name}.conv")
    yield from norm("features.norm5") + linear("classifier")


def squeezenet1_1():
    yield from convolution("features.0")
    for fire in (3, 4, 6, 7, 9, 10, 11, 12):
        for part in ("squeeze", "expand1x1", "expand3x3"):
            yield from convolution(f"features.{fire}.{part}")
    yield from convolution("classifier.1")


def shufflenet_v2_x1_0():
    yield from conv_norm("conv1")
    for stage, units in ((2, 4), (3, 8), (4, 4)):
        for unit in range(units):
            name = f"stage{stage}.{unit}"
            if unit == 0:
                yield from conv_norm(f"{name}.branch1", 0, 1) + conv_norm(f"{name}.branch1", 2, 3)
            for first in (0, 3, 5):
                yield from conv_norm(f"{name}.branch2", first, first + 1)
    yield from conv_norm("conv5") + linear("fc")


def convnext_tiny():
    layer_norm = lambda name: [Place(name, "LayerNorm")]
    yield from convolution("features.0.0") + layer_norm("features.0.1")
    for stage, blocks in ((1, 3), (3, 3), (5, 9), (7, 3)):
        if stage > 1:
            down = f"features.{stage - 1}"
            yield from layer_norm(f"{down}.0") + convolution(f"{down}.1")
        for block in range(blocks):
            name = f"features.{stage}.{block}"
            yield from convolution(f"{name}.block.0") + layer_norm(f"{name}.block.2")
            yield from linear(f"{name}.block.3") + linear(f"{name}.block.5")
            yield Place(name, "CNBlock")
    yield from layer_norm("classifier.0") + linear("classifier.2")


NETWORKS = {
    "vgg16_bn": vgg16_bn,
    "resnet18": lambda: resnet((2, 2, 2, 2), 2),
    "resnet50": lambda: resnet((3, 4, 6, 3), 3),
    "mobilenet_v2": mobilenet_v2,
    "mobilenet_v3_small": mobilenet_v3_small,
    "efficientnet_b0": efficientnet_b0,
    "densenet121": densenet121,
    "squeezenet1_1": squeezenet1_1,
    "shufflenet_v2_x1_0": shufflenet_v2_x1_0,
    "convnext_tiny": convnext_tiny,
}


def places_of(network):
    """The modules with weights of torchvision's model of that name. ValueError for another name."""
    if network not in NETWORKS:
        raise ValueError(f"{network} is not known, there are {', '.join(NETWORKS)}")
    return list(NETWORKS[network]())


def check_kinds(network, places, layers):
    """ValueError, with the first that differs, unless tweed's layers are those of that network."""
    for place, layer in zip(places, layers):
        if layer.kind not in KINDS[place.kind]:
            raise ValueError(
                f"tweed's network is no {network}: that has a {place.kind}, {place.name}, "
                f"where this has {layer.name}"
            )
    if len(places) != len(layers):
        raise ValueError(
            f"tweed's network is no {network}: expected {len(places)} layers with weights, "
            f"found {len(layers)}"
        )
