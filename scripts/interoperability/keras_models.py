"""Weights of Keras: a model, or what its get_weights() gives."""

import numpy as np

from . import model as models
from .network import as_batch
from .safetensors_file import check_readable

# Layers whose work tweed's do, or that do nothing once a network is trained. With which settings is
# not compared: the outputs are.
LAYERS = {
    *("InputLayer", "Conv2D", "DepthwiseConv2D", "Dense", "MaxPooling2D", "Flatten", "ReLU"),
    *("Activation", "ZeroPadding2D", "Dropout", "SpatialDropout2D", "Softmax"),
}


def kernel_from_keras(kernel, layer):
    """As in tweed, but the filters of a depthwise convolution, [h,w,channels,multiplier]."""
    if layer.kind == "depthwise_conv2d":
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    return kernel


def kernel_to_keras(kernel, layer):
    if layer.kind == "depthwise_conv2d":
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
        is_plain = layer.max_value is None and not layer.negative_slope and not layer.threshold
        return "relu" if is_plain else "another relu"
    if kind == "Softmax":
        return "softmax"
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def check_layers(model):
    """ValueError where one is not known; returns what the model ends with and tweed leaves out."""
    last = "linear"
    for layer in layers_of(model):
        kind = type(layer).__name__
        if kind not in LAYERS:
            raise ValueError(f"{layer.name}: tweed has no {kind}")
        if getattr(layer, "data_format", "channels_last") == "channels_first":
            raise ValueError(f"{layer.name}: tweed has channels last, not first")
        if last == "softmax":
            raise ValueError(f"{layer.name}: tweed has no softmax before it")
        last = activation_of(layer)
        if last not in ("linear", "relu", "softmax"):
            raise ValueError(f"{layer.name}: tweed has no activation {last}")
    return models.softmax if last == "softmax" else lambda outputs: outputs


def weights_of(model):
    """Name, kernel and bias of each layer with weights."""
    return [
        (layer.name, weights[0], weights[1] if len(weights) > 1 else None)
        for layer in layers_of(model)
        if (weights := layer.get_weights())
    ]


def weights_in(arrays):
    """The same from what get_weights() gives: a kernel, and a bias or not."""
    weights = []
    for i, array in enumerate(map(np.asarray, arrays)):
        if array.ndim in (2, 4):
            weights.append((f"kernel {len(weights) + 1}", array, None))
        elif array.ndim == 1 and weights and weights[-1][2] is None:
            weights[-1] = (*weights[-1][:2], array)
        else:
            raise ValueError(f"array {i} {array.shape} is neither a kernel nor the bias behind one")
    return weights


def from_keras(source, like):
    """From a model of the same network, or from its get_weights(). A model is run, too: ValueError
    where it computes something else."""
    if not hasattr(source, "layers"):
        weights = weights_in(source)
        return models.with_weights(like, weights, kernel_from_keras, kernel_to_keras)
    last = check_layers(source)
    model = models.with_weights(like, weights_of(source), kernel_from_keras, kernel_to_keras)
    models.check_outputs(model, lambda inputs: outputs_of(source, inputs), last)
    return model


def outputs_of(source, inputs):
    return as_batch(source.predict(inputs, verbose=0))


def to_keras(model):
    """What `model.set_weights()` takes."""
    weights = []
    for layer in models.weight_layers(model):
        weights.append(kernel_to_keras(model.tensors[f"{layer.name}.kernel"], layer))
        if layer.has_bias:
            weights.append(model.tensors[f"{layer.name}.bias"])
    return weights


def read_model(path):
    check_readable(path)
    import keras

    try:
        return keras.saving.load_model(path, compile=False)
    except Exception as error:
        raise ValueError(f"{path}: cannot be read: {models.first_line(error)}") from error
