#!/usr/bin/env python3
"""Takes weights from PyTorch or Keras into a tweed model file, and out again.

    tweed_weights.py from-pytorch STATE LIKE OUT [--names a,b,...]
    tweed_weights.py to-pytorch MODEL OUT [--names a,b,...]
    tweed_weights.py from-keras MODEL.keras LIKE OUT

LIKE is a tweed model file of the same network, trained or not: it says what the layers are. STATE is
a state_dict, saved by torch.save or as safetensors; its entries are `<name>.weight` and `<name>.bias`
of the layers with weights, in the order of the names given, or else of the numbers that
torch.nn.Sequential gives. Needs numpy and safetensors, and for .pt or .keras files torch or keras.

As a module: read, write, from_pytorch, to_pytorch, from_keras, to_keras. What the frameworks keep
differently is in the functions that begin with kernel_.
"""

import argparse
import dataclasses
import json
import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

CONVOLUTIONS = ("conv2d", "depthwise_conv2d")


@dataclasses.dataclass
class Model:
    """What a tweed model file holds."""

    tensors: dict
    metadata: dict

    @property
    def architecture(self):
        if "architecture" not in self.metadata:
            raise ValueError("the file does not say which network it holds")
        return json.loads(self.metadata["architecture"])


@dataclasses.dataclass
class WeightLayer:
    """A layer with weights; `flattened` is the [height, width, channels] that its inputs were before
    a flatten, or None."""

    name: str
    kind: str
    input_channels: int
    flattened: tuple | None


def read(path):
    with safe_open(path, "np") as file:
        return Model({name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {})


def write(path, model, sample=None):
    """`sample`, an input [1,h,w,c] or [1,n] and its output [1,n], is what tweed checks itself by; a
    sample that the model has from elsewhere is not written."""
    tensors = {n: t for n, t in model.tensors.items() if not n.startswith("sample.")}
    if sample is not None:
        tensors["sample.input"], tensors["sample.output"] = sample
    contiguous = {n: np.ascontiguousarray(t, dtype=np.float32) for n, t in tensors.items()}
    save_file(contiguous, path, model.metadata)


def axis_output(size, window, stride, padding, dilation=1):
    span = (window - 1) * dilation + 1
    return -(-size // stride) if padding == "same" else (size - span) // stride + 1


def output_shape(shape, layer):
    """The [height, width, channels] that a layer makes of `shape`."""
    height, width, channels = shape
    kind = layer["layer"]
    if kind == "flatten":
        return 1, 1, height * width * channels
    if kind == "dense":
        return 1, 1, layer["units"]
    if kind not in CONVOLUTIONS + ("max_pool",):
        return shape
    window = layer["window"] if kind == "max_pool" else layer["kernel"]
    dilation = layer.get("dilation", [1, 1])
    height, width = (
        axis_output(size, window[i], layer["stride"][i], layer["padding"], dilation[i])
        for i, size in enumerate((height, width))
    )
    if kind == "conv2d":
        channels = layer["filters"]
    elif kind == "depthwise_conv2d":
        channels *= layer["multiplier"]
    return height, width, channels


def weight_layers(model):
    """The layers with weights, in order."""
    architecture = model.architecture
    shape = tuple(architecture["input"])
    flattened = None
    found = []
    for layer in architecture["layers"]:
        kind = layer["layer"]
        if kind == "flatten" and shape[:2] != (1, 1):
            flattened = shape
        if f"{layer['name']}.kernel" in model.tensors:
            found.append(WeightLayer(layer["name"], kind, shape[2], flattened))
            flattened = None
        shape = output_shape(shape, layer)
    return found


def kernel_from_pytorch(weight, layer):
    """Convolutions: OIHW to HWIO. Linear: [out, in] to [in, out], and where images were flattened
    the inputs from channels first to channels last."""
    if layer.kind in CONVOLUTIONS:
        return weight.transpose(2, 3, 1, 0)
    kernel = weight.T
    if layer.flattened:
        height, width, channels = layer.flattened
        kernel = kernel.reshape(channels, height, width, -1).transpose(1, 2, 0, 3)
    return kernel.reshape(-1, weight.shape[0])


def kernel_to_pytorch(kernel, layer):
    if layer.kind in CONVOLUTIONS:
        return kernel.transpose(3, 2, 0, 1)
    if layer.flattened:
        units = kernel.shape[1]
        kernel = kernel.reshape(*layer.flattened, units).transpose(2, 0, 1, 3).reshape(-1, units)
    return kernel.T


def kernel_from_keras(kernel, layer):
    """As in tweed, but the filters of a depthwise convolution, [h,w,channels,multiplier]."""
    if layer.kind == "depthwise_conv2d":
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    return kernel


def kernel_to_keras(kernel, layer):
    if layer.kind == "depthwise_conv2d":
        return kernel.reshape(*kernel.shape[:2], layer.input_channels, -1)
    return kernel


def with_weights(like, weights, convert):
    """`like` with other weights: `weights` are pairs of kernel and bias, one for each layer."""
    layers = weight_layers(like)
    if len(weights) != len(layers):
        raise ValueError(f"expected the weights of {len(layers)} layers, found {len(weights)}")
    tensors = {}
    for layer, (kernel, bias) in zip(layers, weights):
        converted = {"kernel": convert(np.asarray(kernel), layer), "bias": np.asarray(bias)}
        for name, tensor in converted.items():
            full = f"{layer.name}.{name}"
            if tensor.shape != like.tensors[full].shape:
                expected = like.tensors[full].shape
                raise ValueError(f"{full}: expected shape {expected}, found {tensor.shape}")
            tensors[full] = tensor
    return Model(tensors, like.metadata)


def names_in(state):
    """The names of the layers of a torch.nn.Sequential that have weights."""
    names = {key.removesuffix(".weight") for key in state if key.endswith(".weight")}
    if not all(part.isdigit() for name in names for part in name.split(".")):
        raise ValueError("the layers' order does not follow from their names; please give them")
    return sorted(names, key=lambda name: [int(part) for part in name.split(".")])


def from_pytorch(state, like, names=None):
    """From the state_dict of a module of the same network, its values as numpy arrays."""
    pairs = [(state[f"{n}.weight"], state[f"{n}.bias"]) for n in names or names_in(state)]
    return with_weights(like, pairs, kernel_from_pytorch)


def to_pytorch(model, names=None):
    """A state_dict of numpy arrays; without names the entries are called as in tweed."""
    state = {}
    layers = weight_layers(model)
    names = names or [layer.name for layer in layers]
    if len(names) != len(layers):
        raise ValueError(f"expected {len(layers)} names, found {len(names)}")
    for name, layer in zip(names, layers):
        kernel = model.tensors[f"{layer.name}.kernel"]
        state[f"{name}.weight"] = np.ascontiguousarray(kernel_to_pytorch(kernel, layer))
        state[f"{name}.bias"] = model.tensors[f"{layer.name}.bias"]
    return state


def from_keras(weights, like):
    """From `model.get_weights()` of the same network."""
    return with_weights(like, list(zip(weights[::2], weights[1::2])), kernel_from_keras)


def to_keras(model):
    """What `model.set_weights()` takes."""
    weights = []
    for layer in weight_layers(model):
        weights.append(kernel_to_keras(model.tensors[f"{layer.name}.kernel"], layer))
        weights.append(model.tensors[f"{layer.name}.bias"])
    return weights


def read_state(path):
    if path.endswith(".safetensors"):
        return read(path).tensors
    import torch

    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in state.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    split = lambda text: text.split(",")
    for command, paths in (
        ("from-pytorch", ("state", "like", "out")),
        ("to-pytorch", ("model", "out")),
        ("from-keras", ("model", "like", "out")),
    ):
        sub = commands.add_parser(command)
        for path in paths:
            sub.add_argument(path)
        if "pytorch" in command:
            sub.add_argument("--names", type=split)
    arguments = parser.parse_args()
    try:
        if arguments.command == "from-pytorch":
            state = read_state(arguments.state)
            write(arguments.out, from_pytorch(state, read(arguments.like), arguments.names))
        elif arguments.command == "to-pytorch":
            save_file(to_pytorch(read(arguments.model), arguments.names), arguments.out)
        else:
            import keras

            weights = keras.saving.load_model(arguments.model).get_weights()
            write(arguments.out, from_keras(weights, read(arguments.like)))
    except (ValueError, KeyError, OSError) as error:
        sys.exit(f"tweed_weights.py: {' '.join(str(error).split())}")


if __name__ == "__main__":
    main()
