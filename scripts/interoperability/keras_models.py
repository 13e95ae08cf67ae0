"""Weights of Keras: a model, or what its get_weights() gives."""

import numpy as np

from . import layers as tweed_layers
from . import model as models
from .network import as_batch
from .safetensors_file import check_readable

# Layers whose work tweed's do, or that do nothing once a network is trained, and which layers of
# tweed it may be. With which settings is not compared: the outputs are.
LAYERS = {
    **dict.fromkeys(("InputLayer", "Conv2D", "DepthwiseConv2D", "Dense", "Flatten", "Softmax"), ()),
    **dict.fromkeys(("Activation", "ReLU", "ZeroPadding2D", "Dropout", "SpatialDropout2D"), ()),
    **{"MaxPooling2D": ("max_pool",), "AveragePooling2D": ("average_pool",)},
    **{"GlobalAveragePooling2D": ("global_average_pool",)},
    **{"GlobalMaxPooling2D": ("global_max_pool",), "UpSampling2D": ("upsample",)},
    **{"Conv2DTranspose": ("conv_transpose2d",), "BatchNormalization": ("batch_norm",)},
    **{"LayerNormalization": ("layer_norm",)},
    **{"LeakyReLU": ("leaky_relu",), "ELU": ("elu",), "Add": ("add",), "Concatenate": ("concat",)},
    **{"Multiply": ("multiply",)},
}
ACTIVATIONS = {
    **{"linear": (), "softmax": (), "gelu": ("gelu", "gelu_tanh"), "swish": ("silu",)},
    **{name: (name,) for name in ("relu", "relu6", "leaky_relu", "elu", "selu", "tanh", "sigmoid")},
    **{name: (name,) for name in ("softplus", "silu", "hard_sigmoid", "mish")},
    **{"hard_silu": ("hard_swish",), "hard_swish": ("hard_swish",)},
}


def kernel_from_keras(kernel, layer, part="kernel"):
    """As in tweed, but the filters of a depthwise convolution, [h,w,channels,multiplier]."""
    if layer.kind == "depthwise_conv2d" and part == "kernel":
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    return kernel


def kernel_to_keras(kernel, layer, part="kernel"):
    if layer.kind == "depthwise_conv2d" and part == "kernel":
        return kernel.reshape(*kernel.shape[:2], layer.input_channels, -1)
    return kernel


def layers_of(model):
    """In order, those of models within it, too."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from layers_of(layer)
        else:
            yield layer


def activation_of(layer):
    """What a layer does to each number at its end: "linear", "relu", "softmax"..."""
    kind = type(layer).__name__
    if kind == "ReLU":
        if layer.negative_slope or layer.threshold or layer.max_value not in (None, 6):
            return "another relu"
        return "relu6" if layer.max_value else "relu"
    if kind == "Softmax":
        return "softmax"
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def check_layers(model, like):
    """ValueError where one is not known, or not among LIKE's; returns what the model ends with and
    tweed leaves out."""
    last = "linear"
    for layer in layers_of(model):
        models.check_known(layer.name, type(layer).__name__, LAYERS, like)
        if getattr(layer, "data_format", "channels_last") == "channels_first":
            raise ValueError(f"{layer.name}: tweed has channels last, not first")
        if last == "softmax":
            raise ValueError(f"{layer.name}: tweed has no softmax before it")
        last = activation_of(layer)
        if last not in ACTIVATIONS:
            raise ValueError(f"{layer.name}: tweed has no activation {last}")
        models.check_known(layer.name, last, ACTIVATIONS, like)
    return tweed_layers.softmax if last == "softmax" else lambda outputs: outputs


def parts_of(layer):
    """What tweed calls a layer's arrays, in the order in which Keras gives them."""
    kind = type(layer).__name__
    if kind not in ("BatchNormalization", "LayerNormalization"):
        return ("kernel", "bias")
    parts = ("scale",) * bool(layer.scale) + ("shift",) * bool(layer.center)
    return parts + ("mean", "variance") * (kind == "BatchNormalization")


def weights_of(model):
    """Name and arrays of each layer with weights, as `with_weights` takes them."""
    return [
        (layer.name, dict(zip(parts_of(layer), weights)))
        for layer in layers_of(model)
        if (weights := layer.get_weights())
    ]


def weights_in(arrays, layers):
    """What get_weights() gives, in the order of tweed's layers: a kernel, and a bias or not; all
    that a normalization has."""
    left = list(enumerate(map(np.asarray, arrays)))
    weights = []
    for layer in layers:
        if layer.parts[0] == "kernel":
            has_bias = "bias" in layer.parts and len(left) > 1 and left[1][1].ndim == 1
            count = 1 + has_bias
            if left and left[0][1].ndim == 1:
                refuse_array(*left[0])
        else:
            count = len(layer.parts)
        found, left = left[:count], left[count:]
        parts = ("kernel", "bias") if layer.parts[0] == "kernel" else layer.parts
        if found:
            name = f"array {found[0][0]}"
            weights.append((name, dict(zip(parts, (array for _, array in found)))))
    if left:
        refuse_array(*left[0])
    return weights


def refuse_array(i, array):
    raise ValueError(f"array {i} {array.shape} is neither a kernel nor the bias behind one")


def from_keras(source, like):
    """From a model of the same network, or from its get_weights(). A model is run, too: ValueError
    where it computes something else."""
    layers = models.weight_layers(like)
    if not hasattr(source, "layers"):
        weights = weights_in(source, layers)
        return models.with_weights(like, weights, kernel_from_keras, kernel_to_keras)
    last = check_layers(source, like)
    model = models.with_weights(like, weights_of(source), kernel_from_keras, kernel_to_keras)
    models.check_outputs(model, lambda inputs: outputs_of(source, inputs), last)
    return model


def outputs_of(source, inputs):
    return as_batch(source.predict(inputs, verbose=0))


def to_keras(model):
    """What `model.set_weights()` takes."""
    weights = []
    for layer in models.weight_layers(model):
        for part in layer.parts:
            weights.append(kernel_to_keras(model.tensors[f"{layer.name}.{part}"], layer, part))
    return weights


def read_model(path):
    check_readable(path)
    import keras

    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:
        raise ValueError(f"{path}: cannot be read: {models.first_line(error)}") from error
