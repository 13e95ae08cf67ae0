"""Models as tweed's files hold them."""

import dataclasses
import json

import numpy as np

from . import network
from .safetensors_file import read_safetensors, write_safetensors

TOLERANCE = 1e-4  # of the largest output; a wrong setting moves outputs by far more


@dataclasses.dataclass
class Model:
    """What a tweed model file holds."""

    tensors: dict
    metadata: dict

    @property
    def architecture(self):
        if "architecture" not in self.metadata:
            raise ValueError("the file does not say which network it holds")
        try:
            return json.loads(self.metadata["architecture"])
        except ValueError as error:
            raise ValueError('the metadata "architecture" is not JSON') from error


def read(path):
    return Model(*read_safetensors(path))


def read_network(path):
    """A model whose file states its network, one that this program knows, and has its weights."""
    model = read(path)
    try:
        check_tensors(model)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    except (KeyError, TypeError, IndexError, ArithmeticError) as error:
        raise ValueError(f"{path}: its network lacks something: {error}") from error
    return model


def check_tensors(model):
    expected = {name for layer in weight_layers(model) for name in layer.tensors()}
    found = {name for name in model.tensors if not name.startswith("sample.")}
    if found != expected:
        raise ValueError(f"tensors that do not fit its network: {listed(found ^ expected)}")


def write(path, model, sample=None):
    """`sample`, an input [1,h,w,c] or [1,n] and its output, is what tweed checks itself by; by
    default what NumPy makes of the input that the model has, or of random numbers."""
    like = next(iter(model.tensors.values()), np.zeros(0, np.float32)).dtype
    tensors = {n: t for n, t in model.tensors.items() if not n.startswith("sample.")}
    tensors["sample.input"], tensors["sample.output"] = sample or sample_of(model)
    write_safetensors(path, {n: np.asarray(t, like) for n, t in tensors.items()}, model.metadata)


def weight_layers(model):
    return network.weight_layers(model.architecture)


def check_known(name, kind, known, like):
    """ValueError unless a framework's layer of that kind is among `known`, and LIKE has one of the
    layers that it may be: outputs alone do not tell ReLU6 from ReLU."""
    if kind not in known:
        raise ValueError(f"{name}: tweed has no {kind}")
    found = {layer["layer"] for layer in like.architecture["layers"]}
    if known[kind] and not found & set(known[kind]):
        raise ValueError(f"{name}: a {kind}, but LIKE has no {' or '.join(known[kind])}")


def listed(names, most=8):
    """Names for a one-line message."""
    names = sorted(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if names[most:] else "")


def first_line(error):
    return (str(error).splitlines() or [type(error).__name__])[0]


def random_inputs(model, count, low):
    shape = (count, *model.architecture["input"])
    numbers = np.random.default_rng(0).uniform(low, 1, shape).astype(np.float32)
    return network.as_batch(numbers)


def outputs_of(model, inputs):
    return network.run(model.architecture, model.tensors, inputs)


def sample_of(model):
    inputs = model.tensors.get("sample.input")
    if inputs is None:
        inputs = random_inputs(model, 1, 0)
    return inputs, outputs_of(model, inputs)


# What a tensor is that a framework can leave out.
DEFAULTS = {"bias": np.zeros_like, "shift": np.zeros_like, "scale": np.ones_like}


def with_weights(like, weights, convert, convert_back):
    """`like` with other weights: for each of its layers a name and the arrays by what tweed calls
    them, "kernel", "bias" and so on. `convert` and `convert_back` take an array, a layer and that
    name between layouts. ValueError, naming the layer, where something is missing, left over or of
    another shape."""
    layers = weight_layers(like)
    if len(weights) != len(layers):
        names = ", ".join(name for name, _ in weights)
        raise ValueError(
            f"expected the weights of {len(layers)} layers, found {len(weights)}: {names}"
        )
    tensors = {}
    for layer, (name, arrays) in zip(layers, weights):
        what = f"{name}, for {layer.name}"
        further = [part for part in arrays if part not in layer.parts]
        if further:
            raise ValueError(f"{what}: a {further[0]}, of which {layer.name} has none")
        for part in layer.parts:
            old = like.tensors[f"{layer.name}.{part}"]
            if part in arrays:
                wanted = convert_back(old, layer, part)
                check_fits(f"{what}: the {part}", arrays[part], wanted)
                new = convert(arrays[part], layer, part).astype(old.dtype)
            elif part in DEFAULTS:
                new = DEFAULTS[part](old)
            else:
                raise ValueError(f"{what}: there is no {part}")
            tensors[f"{layer.name}.{part}"] = new
    if "sample.input" in like.tensors:
        tensors["sample.input"] = like.tensors["sample.input"]
    return Model(tensors, like.metadata)


def check_fits(what, found, wanted):
    if not np.issubdtype(found.dtype, np.floating):
        raise ValueError(f"{what}: expected floating-point numbers, found {found.dtype}")
    if found.shape != wanted.shape:
        raise ValueError(f"{what}: expected the shape {wanted.shape}, found {found.shape}")


def check_outputs(model, run, last):
    """ValueError unless `run`, the network as its framework computes it, makes of inputs [n,h,w,c]
    or [n,length] what the model does; `last` is a function that it ends with and tweed leaves out.
    """
    inputs = random_inputs(model, 4, -1)
    try:
        theirs = np.asarray(run(inputs), np.float64)
    except Exception as error:
        raise ValueError(f"cannot be run on {inputs.shape[1:]}: {first_line(error)}") from error
    ours = last(outputs_of(model, inputs))
    if theirs.shape != ours.shape:
        raise ValueError(
            f"expected outputs of the shape {ours.shape[1:]}, as LIKE has, found {theirs.shape[1:]}"
        )
    difference = np.abs(theirs - ours).max()
    if not difference <= TOLERANCE * np.abs(ours).max():
        raise ValueError(
            f"with these weights the network of LIKE computes something else, by {difference:.2g}: "
            "compare the order of the layers, activations, strides and paddings"
        )
