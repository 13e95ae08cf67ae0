"""Weights of PyTorch: a state_dict, a module, or a file with either."""

import copy
import io
import zipfile

import numpy as np

from . import model as models
from .network import CONVOLUTIONS, as_batch
from .safetensors_file import check_readable, write_atomically, write_safetensors

# Modules whose work tweed's layers do, or that do nothing once a network is trained. With which
# settings is not compared: the outputs are.
MODULES = {
    *("Conv2d", "Linear", "ReLU", "MaxPool2d", "Flatten", "ZeroPad2d", "Identity"),
    *("Dropout", "Dropout1d", "Dropout2d", "Sequential"),
}
LAST = {"Softmax": models.softmax, "LogSoftmax": lambda x: np.log(models.softmax(x))}

# Where a checkpoint keeps what it is about, and what wrappers put before all names.
KEYS = ("state_dict", "model_state_dict", "model")
PREFIXES = ("module.", "_orig_mod.")


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


def is_module(value):
    return hasattr(value, "named_modules")


def unwrapped(content):
    """The module or state_dict in what a training has saved."""
    if is_module(content):
        return content
    if not isinstance(content, dict):
        raise ValueError(f"expected a state_dict or a module, found a {type(content).__name__}")
    inner = [
        key for key in KEYS if isinstance(content.get(key), dict) or is_module(content.get(key))
    ]
    if len(inner) > 1:
        raise ValueError(f"has {' and '.join(inner)}; please save the one that counts")
    if inner:
        return unwrapped(content[inner[0]])
    for prefix in PREFIXES:
        if content and all(str(key).startswith(prefix) for key in content):
            return unwrapped({key.removeprefix(prefix): value for key, value in content.items()})
    return {str(key): value for key, value in content.items()}


def array_of(name, tensor):
    """A tensor of PyTorch, one to be trained or of 16 bits as well, or of NumPy."""
    if not hasattr(tensor, "detach"):
        return np.asarray(tensor)
    tensor = tensor.detach().cpu()
    if tensor.is_floating_point() and tensor.element_size() < 4:
        tensor = tensor.float()
    try:
        return tensor.numpy()
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"{name} is not a plain tensor: {error}") from error


def weighted(state):
    return [key.removesuffix(".weight") for key in state if key.endswith(".weight")]


def names_in(state):
    """The names of the layers of a torch.nn.Sequential that have weights."""
    names = weighted(state)
    if not all(part.isdigit() for name in names for part in name.split(".")):
        raise ValueError("the layers' order does not follow from their names; please give them")
    return sorted(names, key=lambda name: [int(part) for part in name.split(".")])


def weights_in(state, names):
    """Name, kernel and bias of each; ValueError unless that is all there is."""
    missing = [f"{name}.weight" for name in names if f"{name}.weight" not in state]
    if missing:
        raise ValueError(f"there is no {missing[0]}, there are {models.listed(state)}")
    used = {f"{name}.{part}" for name in names for part in ("weight", "bias")}
    unused = [key for key in state if key not in used]
    if unused:
        raise ValueError(f"these have no place in tweed's layers: {models.listed(unused)}")
    weights = []
    for name in names:
        kernel, bias = f"{name}.weight", f"{name}.bias"
        has_bias = state.get(bias) is not None
        weights.append(
            (
                name,
                array_of(kernel, state[kernel]),
                array_of(bias, state[bias]) if has_bias else None,
            )
        )
    return weights


def check_modules(module):
    """ValueError where one is not known; returns what the module ends with and tweed leaves out."""
    last = None
    for name, part in module.named_modules():
        if next(part.children(), None) is not None:
            continue
        kind = type(part).__name__
        if last in LAST:
            raise ValueError(f"{name}: tweed has no {last} before it")
        if kind not in MODULES and kind not in LAST:
            raise ValueError(f"{name or 'the module'}: tweed has no {kind}")
        last = kind
    return LAST.get(last, lambda outputs: outputs)


def from_pytorch(source, like, names=None):
    """From a state_dict of the same network, of tensors or arrays, or from its module. A module is
    run, too: ValueError where it computes something else."""
    source = unwrapped(source)
    if not is_module(source):
        weights = weights_in(source, names or names_in(source))
        return models.with_weights(like, weights, kernel_from_pytorch, kernel_to_pytorch)
    last = check_modules(source)
    state = source.state_dict()
    weights = weights_in(state, names or weighted(state))
    model = models.with_weights(like, weights, kernel_from_pytorch, kernel_to_pytorch)
    models.check_outputs(model, lambda inputs: outputs_of(source, inputs), last)
    return model


def outputs_of(module, inputs):
    import torch

    module = copy.deepcopy(module).cpu().float().eval()
    if inputs.ndim == 4:
        inputs = np.ascontiguousarray(inputs.transpose(0, 3, 1, 2))
    with torch.no_grad():
        outputs = module(torch.from_numpy(inputs)).numpy()
    if outputs.ndim == 4:
        outputs = outputs.transpose(0, 2, 3, 1)
    return as_batch(outputs)


def to_pytorch(model, names=None):
    """A state_dict of numpy arrays; without names the entries are called as in tweed."""
    state = {}
    layers = models.weight_layers(model)
    names = names or [layer.name for layer in layers]
    if len(names) != len(layers):
        raise ValueError(f"expected {len(layers)} names, found {len(names)}")
    for name, layer in zip(names, layers):
        kernel = model.tensors[f"{layer.name}.kernel"]
        state[f"{name}.weight"] = np.ascontiguousarray(kernel_to_pytorch(kernel, layer))
        if layer.has_bias:
            state[f"{name}.bias"] = model.tensors[f"{layer.name}.bias"]
    return state


def own_modules(path):
    """PyTorch's modules that a file names besides tensors; ValueError where it names other code."""
    import torch

    if not zipfile.is_zipfile(
        path
    ):  # written by a PyTorch that is long gone, and not looked through
        return []
    found, foreign = [], []
    for name in torch.serialization.get_unsafe_globals_in_checkpoint(path):
        place, _, kind = name.rpartition(".")
        part = getattr(torch.nn, kind, None) if place.startswith("torch.nn.modules.") else None
        is_module = isinstance(part, type) and issubclass(part, torch.nn.Module)
        (found if is_module else foreign).append(part if is_module else name)
    if foreign:
        names = models.listed(foreign)
        raise ValueError(f"it needs the code of {names}; please save the model's state_dict()")
    return found


def read_state(path):
    """What torch.save or safetensors has written; code in the file is not run."""
    if path.endswith(".safetensors"):
        return models.read(path).tensors
    check_readable(path)
    import torch

    try:
        with torch.serialization.safe_globals(own_modules(path)):
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ValueError(f"{path}: cannot be read: {models.first_line(error)}") from error


def write_state(path, state):
    """As safetensors, or as torch.save does where the name says so."""
    if not path.endswith((".pt", ".pth")):
        write_safetensors(path, state, {})
        return
    import torch

    file = io.BytesIO()
    torch.save({name: torch.from_numpy(np.array(value)) for name, value in state.items()}, file)
    write_atomically(path, [file.getvalue()])
