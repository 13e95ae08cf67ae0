"""What tweed's layers compute, in NumPy, of images [n,h,w,c]; a vector is an image of one pixel."""

import functools
import math

import numpy as np

CONVOLUTIONS = ("conv2d", "depthwise_conv2d")
TRANSPOSED = "conv_transpose2d"
WITH_KERNEL = (*CONVOLUTIONS, TRANSPOSED, "dense")
POOLS = ("max_pool", "average_pool")
GLOBAL_POOLS = {"global_average_pool": np.mean, "global_max_pool": np.max}
NORMALIZATIONS = ("layer_norm", "rms_norm", "group_norm", "instance_norm")
DROPOUTS = ("dropout", "spatial_dropout", "drop_path")  # which do nothing once a network is trained


# Activations. `settings` are those of the layer; what a file leaves out has its default.


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.logaddexp(0, x)


def elu(x, alpha):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def softmax(x):
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def hard_sigmoid(x, settings):
    return np.clip(settings.get("slope", 1 / 6) * x + settings.get("offset", 0.5), 0, 1)


def gelu_tanh(x):
    return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


ERF = np.vectorize(math.erf, otypes=[np.float64])

ACTIVATIONS = {
    "relu": lambda x, _: np.maximum(x, 0),
    "relu6": lambda x, _: np.clip(x, 0, 6),
    "clip": lambda x, settings: np.clip(x, settings["lowest"], settings["highest"]),
    "leaky_relu": lambda x, settings: np.where(x > 0, x, settings.get("negative_slope", 0.01) * x),
    "elu": lambda x, settings: elu(x, settings.get("alpha", 1.0)),
    "selu": lambda x, _: 1.0507009873554805 * elu(x, 1.6732632423543772),
    "sigmoid": lambda x, _: sigmoid(x),
    "tanh": lambda x, _: np.tanh(x),
    "softplus": lambda x, _: softplus(x),
    "hard_sigmoid": hard_sigmoid,
    "silu": lambda x, _: x * sigmoid(x),
    "gelu": lambda x, _: x / 2 * (1 + ERF(x / math.sqrt(2))),
    "gelu_tanh": lambda x, _: gelu_tanh(x),
    "hard_swish": lambda x, _: x * np.clip(x / 6 + 0.5, 0, 1),
    "mish": lambda x, _: x * np.tanh(softplus(x)),
    "softmax": lambda x, _: softmax(x),
}

JOINS = {"add": np.add, "multiply": np.multiply}
LAYERS = {
    *(*WITH_KERNEL, *POOLS, *GLOBAL_POOLS, *NORMALIZATIONS, *DROPOUTS, *ACTIVATIONS, *JOINS),
    *("batch_norm", "layer_scale", "prelu", "flatten", "concat", "channel_slice"),
    *("channel_shuffle", "upsample"),
}


# Windows.


def span(axis, window, layer):
    """The pixels from a window's first to its last."""
    return (window[axis] - 1) * layer.get("dilation", [1, 1])[axis] + 1


def axis_padding(size, axis, window, layer):
    """The pixels before and after `axis`, 0 for rows and 1 for columns, of an image."""
    stride, padding = layer["stride"][axis], layer["padding"]
    if padding == "valid":
        return 0, 0
    if padding != "same":
        return tuple(padding[2 * axis : 2 * axis + 2])
    missing = max((-(-size // stride) - 1) * stride + span(axis, window, layer) - size, 0)
    return missing // 2, missing - missing // 2


def axis_output(size, axis, window, layer):
    before, after = axis_padding(size, axis, window, layer)
    stride = layer["stride"][axis]
    steps, left_over = divmod(before + size + after - span(axis, window, layer), stride)
    is_further = (
        layer.get("ceil_mode", False) and left_over and (steps + 1) * stride < before + size
    )
    return steps + 1 + bool(is_further)


def transposed_axis(size, axis, layer):
    """Of a transposed convolution, the pixels that it takes away before `axis`, and the size that is
    left; its padding is that of the convolution that it goes back."""
    stride, kernel = layer["stride"][axis], layer["kernel"]
    if layer["padding"] == "same":
        return axis_padding(size * stride, axis, kernel, layer)[0], size * stride
    before, after = axis_padding(size, axis, kernel, layer)
    whole = (size - 1) * stride + span(axis, kernel, layer) + layer["output_padding"][axis]
    return before, whole - before - after


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


def window_of(layer):
    return layer["window"] if layer["layer"] in POOLS else layer["kernel"]


def output_shape(layer, shapes):
    """The [height, width, channels] that a layer makes of such inputs."""
    height, width, channels = shapes[0]
    kind = layer["layer"]
    if kind == "flatten":
        return 1, 1, height * width * channels
    if kind == "dense":
        return 1, 1, layer["units"]
    if kind in GLOBAL_POOLS:
        return 1, 1, channels
    if kind == "concat":
        return height, width, sum(shape[2] for shape in shapes)
    if kind == "channel_slice":
        return height, width, layer["count"]
    if kind == "upsample":
        return height * layer["factors"][0], width * layer["factors"][1], channels
    if kind == TRANSPOSED:
        height, width = (
            transposed_axis(size, axis, layer)[1] for axis, size in enumerate((height, width))
        )
        return height, width, layer["filters"]
    if kind not in CONVOLUTIONS + POOLS:
        return shapes[0]
    window = window_of(layer)
    height, width = (
        axis_output(size, axis, window, layer) for axis, size in enumerate((height, width))
    )
    if kind == "conv2d":
        channels = layer["filters"]
    elif kind == "depthwise_conv2d":
        channels *= layer["multiplier"]
    return height, width, channels


# Layers.


def convolve(images, layer, kernel):
    """`kernel` is [kh,kw,c/groups,f], the filters of a group side by side."""
    groups = images.shape[3] // kernel.shape[2]
    result = 0
    taps = kernel.reshape(-1, kernel.shape[2], groups, kernel.shape[3] // groups)
    for pixels, tap in zip(windows(images, layer, layer["kernel"], 0), taps):
        of_groups = pixels.reshape(*pixels.shape[:3], groups, -1)
        product = np.einsum("nhwgc,cgf->nhwgf", of_groups, tap, optimize=True)
        result = result + product.reshape(*pixels.shape[:3], -1)
    return result


def spread(images, layer, kernel):
    """A transposed convolution; `kernel` is [kh,kw,f/groups,c], the channels of a group side by side."""
    groups = layer["groups"]
    sizes = images.shape[1:3]
    axes = [transposed_axis(size, axis, layer) for axis, size in enumerate(sizes)]
    stride, dilation = layer["stride"], layer["dilation"]
    ends = [
        max(before + output, (size - 1) * stride[axis] + span(axis, layer["kernel"], layer))
        for axis, (size, (before, output)) in enumerate(zip(sizes, axes))
    ]
    result = np.zeros((len(images), *ends, layer["filters"]))
    of_groups = images.reshape(*images.shape[:3], groups, -1)
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            tap = kernel[row, column].reshape(kernel.shape[2], groups, -1)
            product = np.einsum("nhwgc,fgc->nhwgf", of_groups, tap, optimize=True)
            top, left = row * dilation[0], column * dilation[1]
            rows = slice(top, top + (sizes[0] - 1) * stride[0] + 1, stride[0])
            columns = slice(left, left + (sizes[1] - 1) * stride[1] + 1, stride[1])
            result[:, rows, columns] += product.reshape(*images.shape[:3], -1)
    (top, height), (left, width) = axes
    return result[:, top : top + height, left : left + width]


def average_pool(images, layer):
    """Divided by the window, or by what of it lies in the image or, if that counts, its padding."""
    where = np.ones((1, *images.shape[1:3], 1))
    if layer.get("counts_padding", False):
        borders = [
            axis_padding(size, axis, layer["window"], layer)
            for axis, size in enumerate(images.shape[1:3])
        ]
        where = np.pad(where, ((0, 0), *borders, (0, 0)), constant_values=1)
        images = np.pad(images, ((0, 0), *borders, (0, 0)))
        layer = {**layer, "padding": "valid"}
    total = sum(windows(images, layer, layer["window"], 0))
    return total / sum(windows(where, layer, layer["window"], 0))


def standardize(x, axes, epsilon, centered=True):
    mean = x.mean(axis=axes, keepdims=True) if centered else 0
    variance = ((x - mean) ** 2).mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)


def normalize(x, layer, weights):
    kind, epsilon = layer["layer"], layer["epsilon"]
    if kind == "batch_norm":
        y = (x - weights["mean"]) / np.sqrt(weights["variance"] + epsilon)
    elif kind in ("layer_norm", "rms_norm"):
        y = standardize(x, 3, epsilon, centered=kind == "layer_norm")
    else:
        groups = layer.get("groups", x.shape[3])
        grouped = x.reshape(*x.shape[:3], groups, -1)
        y = standardize(grouped, (1, 2, 4), epsilon).reshape(x.shape)
    return y * weights.get("scale", 1) + weights.get("shift", 0)


def upsample(x, layer):
    if layer.get("interpolation", "nearest") != "nearest":
        raise ValueError(f"layer {layer['name']}: what a bilinear upsample computes is not known here")
    return x.repeat(layer["factors"][0], axis=1).repeat(layer["factors"][1], axis=2)


def compute(layer, weights, operands):
    """What a layer makes of arrays [n,h,w,c]; `weights` are its tensors by name."""
    kind, x = layer["layer"], operands[0]
    if kind in CONVOLUTIONS:
        return convolve(x, layer, weights["kernel"]) + weights.get("bias", 0)
    if kind == TRANSPOSED:
        return spread(x, layer, weights["kernel"]) + weights.get("bias", 0)
    if kind == "dense":
        y = x.reshape(len(x), -1) @ weights["kernel"] + weights.get("bias", 0)
        return y[:, None, None, :]
    if kind == "max_pool":
        return functools.reduce(np.maximum, windows(x, layer, layer["window"], -np.inf))
    if kind == "average_pool":
        return average_pool(x, layer)
    if kind in GLOBAL_POOLS:
        return GLOBAL_POOLS[kind](x, axis=(1, 2), keepdims=True)
    if kind == "flatten":
        return x.reshape(len(x), 1, 1, -1)
    if kind == "batch_norm" or kind in NORMALIZATIONS:
        return normalize(x, layer, weights)
    if kind == "layer_scale":
        return x * weights["scale"]
    if kind == "prelu":
        return np.where(x > 0, x, weights["slope"] * x)
    if kind == "concat":
        return np.concatenate(operands, axis=3)
    if kind == "channel_slice":
        return x[..., layer["first"] : layer["first"] + layer["count"]]
    if kind == "channel_shuffle":
        of_groups = x.reshape(*x.shape[:3], layer["groups"], -1)
        return of_groups.swapaxes(3, 4).reshape(x.shape)
    if kind == "upsample":
        return upsample(x, layer)
    if kind in JOINS:
        return functools.reduce(JOINS[kind], operands)
    if kind in DROPOUTS:
        return x
    return ACTIVATIONS[kind](x, layer)
