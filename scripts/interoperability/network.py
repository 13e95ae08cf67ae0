"""Networks as tweed's model files state them: their layers, and what they compute."""

import dataclasses
import functools

import numpy as np

CONVOLUTIONS = ("conv2d", "depthwise_conv2d")
WITH_WEIGHTS = (*CONVOLUTIONS, "dense")
LAYERS = (*WITH_WEIGHTS, "max_pool", "flatten", "relu", "dropout")


@dataclasses.dataclass
class WeightLayer:
    """A layer with weights; `flattened` is the [height, width, channels] that its inputs were before
    a flatten, or None."""

    name: str
    kind: str
    input_channels: int
    has_bias: bool
    flattened: tuple | None

    def tensors(self):
        """What its tensors are called in a file."""
        return [f"{self.name}.{part}" for part in ("kernel", "bias")[: 1 + self.has_bias]]


def axis_padding(size, axis, window, layer):
    """The pixels before and after `axis`, 0 for rows and 1 for columns, of an image."""
    stride, padding = layer["stride"][axis], layer["padding"]
    if padding == "valid":
        return 0, 0
    if padding != "same":
        return tuple(padding[2 * axis : 2 * axis + 2])
    missing = max((-(-size // stride) - 1) * stride + span(axis, window, layer) - size, 0)
    return missing // 2, missing - missing // 2


def span(axis, window, layer):
    """The pixels from a window's first to its last."""
    return (window[axis] - 1) * layer.get("dilation", [1, 1])[axis] + 1


def axis_output(size, axis, window, layer):
    before, after = axis_padding(size, axis, window, layer)
    stride = layer["stride"][axis]
    steps, left_over = divmod(before + size + after - span(axis, window, layer), stride)
    has_further = layer.get("ceil_mode", False) and left_over and (steps + 1) * stride < before + size
    return steps + 1 + bool(has_further)


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
    height, width = (
        axis_output(size, axis, window, layer) for axis, size in enumerate((height, width))
    )
    if kind == "conv2d":
        channels = layer["filters"]
    elif kind == "depthwise_conv2d":
        channels *= layer["multiplier"]
    return height, width, channels


def weight_layers(architecture):
    """The layers with weights, in order. ValueError where a layer is not one of tweed's, or where
    the network is more than a chain of them."""
    if "inputs" in architecture:
        raise ValueError("the network has several inputs, only chains of layers are taken")
    shape = tuple(architecture["input"])
    flattened = None
    found = []
    for layer in architecture["layers"]:
        kind = layer["layer"]
        if "inputs" in layer or "outputs" in architecture:
            raise ValueError(f"layer {layer['name']}: a branch, only chains of layers are taken")
        if kind not in LAYERS:
            raise ValueError(f"layer {layer['name']}: a {kind} is not among tweed's own layers")
        if kind == "flatten" and shape[:2] != (1, 1):
            flattened = shape
        if kind in WITH_WEIGHTS:
            has_bias = layer.get("bias", True)
            found.append(WeightLayer(layer["name"], kind, shape[2], has_bias, flattened))
            flattened = None
        shape = output_shape(shape, layer)
    return found


def as_batch(images):
    """[n,h,w,c], or [n,length] where each has one pixel, which is how files keep a sample."""
    return images.reshape(len(images), -1) if images.shape[1:3] == (1, 1) else images


def windows(images, layer, window, border):
    """For each position in a window, row by row, the pixels [n,oh,ow,c] that lie there."""
    stride, dilation = layer["stride"], layer.get("dilation", [1, 1])
    sizes = list(enumerate(images.shape[1:3]))
    outputs = [axis_output(size, axis, window, layer) for axis, size in sizes]
    borders = [axis_padding(size, axis, window, layer) for axis, size in sizes]
    for (axis, size), output in zip(sizes, outputs):
        before, after = borders[axis]
        seen = (output - 1) * stride[axis] + span(axis, window, layer)
        borders[axis] = before, max(after, seen - before - size)
    padded = np.pad(images, ((0, 0), *borders, (0, 0)), constant_values=border)
    for row in range(window[0]):
        for column in range(window[1]):
            top, left = row * dilation[0], column * dilation[1]
            rows = slice(top, top + (outputs[0] - 1) * stride[0] + 1, stride[0])
            columns = slice(left, left + (outputs[1] - 1) * stride[1] + 1, stride[1])
            yield padded[:, rows, columns]


def convolve(images, layer, kernel, bias):
    """`kernel` is [kh,kw,c/groups,f], the filters of a group side by side."""
    groups = images.shape[3] // kernel.shape[2]
    result = 0
    taps = kernel.reshape(-1, kernel.shape[2], groups, kernel.shape[3] // groups)
    for pixels, tap in zip(windows(images, layer, layer["kernel"], 0), taps):
        of_groups = pixels.reshape(*pixels.shape[:3], groups, -1)
        product = np.einsum("nhwgc,cgf->nhwgf", of_groups, tap, optimize=True)
        result = result + product.reshape(*pixels.shape[:3], -1)
    return result + bias


def run(architecture, tensors, inputs):
    """What the network makes of inputs [n,h,w,c] or [n,length], computed in double."""
    x = np.asarray(inputs, np.float64).reshape(-1, *architecture["input"])
    for layer in architecture["layers"]:
        kind = layer["layer"]
        if kind in WITH_WEIGHTS:
            kernel = tensors[f"{layer['name']}.kernel"].astype(np.float64)
            bias = tensors.get(f"{layer['name']}.bias", np.zeros(1)).astype(np.float64)
        if kind in CONVOLUTIONS:
            x = convolve(x, layer, kernel, bias)
        elif kind == "dense":
            x = (x.reshape(len(x), -1) @ kernel + bias)[:, None, None, :]
        elif kind == "max_pool":
            x = functools.reduce(np.maximum, windows(x, layer, layer["window"], -np.inf))
        elif kind == "flatten":
            x = x.reshape(len(x), 1, 1, -1)
        elif kind == "relu":
            x = np.maximum(x, 0)
        elif kind != "dropout":
            raise ValueError(f"layer {layer['name']}: what a {kind} computes is not known here")
    return as_batch(x)
