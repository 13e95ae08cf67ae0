"""Weights of PyTorch: a state_dict, a module, or a file with either."""

import copy
import io
import json
import zipfile

import numpy as np

from . import layers as tweed_layers
from . import model as models
from .network import as_batch
from .safetensors_file import check_readable, write_atomically, write_safetensors
from .torchvision_names import Place, check_kinds, places_of

# Modules whose work tweed's layers do, or that do nothing once a network is trained, and which layers
# of tweed it may be. With which settings is not compared: the outputs are.
MODULES = {
    **{"ConvTranspose2d": ("conv_transpose2d",)},
    **dict.fromkeys(("Conv2d", "Linear", "Flatten", "ZeroPad2d", "Identity", "Sequential"), ()),
    **dict.fromkeys(("Dropout", "Dropout1d", "Dropout2d", "StochasticDepth", "Permute"), ()),
    **{"MaxPool2d": ("max_pool",), "AvgPool2d": ("average_pool", "global_average_pool")},
    **dict.fromkeys(("AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Upsample", "ChannelShuffle"), ()),
    **{"BatchNorm1d": ("batch_norm",), "BatchNorm2d": ("batch_norm",)},
    **{"LayerNorm": ("layer_norm",), "LayerNorm2d": ("layer_norm",), "GroupNorm": ("group_norm",)},
    **{"InstanceNorm2d": ("instance_norm",), "ReLU": ("relu",), "ReLU6": ("relu6",)},
    **{"LeakyReLU": ("leaky_relu",), "PReLU": ("prelu",), "ELU": ("elu",), "SELU": ("selu",)},
    **{"SiLU": ("silu",), "GELU": ("gelu", "gelu_tanh"), "Mish": ("mish",), "Tanh": ("tanh",)},
    **{"Softplus": ("softplus",), "Sigmoid": ("sigmoid",), "Hardtanh": ("clip", "relu6")},
    **{"Hardsigmoid": ("hard_sigmoid",), "Hardswish": ("hard_swish",)},
}
LAST = {
    "Softmax": tweed_layers.softmax,
    "LogSoftmax": lambda x: np.log(tweed_layers.softmax(x)),
}

# What PyTorch calls tweed's tensors.
ENTRIES = {
    **{"kernel": "weight", "bias": "bias", "scale": "weight", "shift": "bias", "slope": "weight"},
    **{"mean": "running_mean", "variance": "running_var"},
}
BATCHES = "num_batches_tracked"  # which tweed does not count: a note in its file keeps it

# Where a checkpoint keeps what it is about, and what wrappers put before all names.
KEYS = ("state_dict", "model_state_dict", "model")
PREFIXES = ("module.", "_orig_mod.")


def to_channels_last(array, layer):
    """The first axis, of what was an image channels first, in the order of tweed's flatten."""
    height, width, channels = layer.flattened
    image = array.reshape(channels, height, width, -1)
    return image.transpose(1, 2, 0, 3).reshape(array.shape)


def to_channels_first(array, layer):
    return array.reshape(*layer.flattened, -1).transpose(2, 0, 1, 3).reshape(array.shape)


def is_spatial(layer, part):
    """Whether a tensor is a kernel with rows and columns."""
    return part == "kernel" and layer.kind != "dense"


def kernel_from_pytorch(weight, layer, part="kernel"):
    """Convolutions: OIHW to HWIO, transposed ones IOHW to HWOI. Linear: [out, in] to [in, out], and
    where images were flattened the inputs from channels first to channels last. So are those of a
    normalization."""
    if is_spatial(layer, part):
        return weight.transpose(2, 3, 1, 0)
    kernel = weight.T if part == "kernel" else weight
    has_inputs = layer.kind != "dense" or part == "kernel"
    return to_channels_last(kernel, layer) if layer.flattened and has_inputs else kernel


def kernel_to_pytorch(kernel, layer, part="kernel"):
    if is_spatial(layer, part):
        return kernel.transpose(3, 2, 0, 1)
    has_inputs = layer.kind != "dense" or part == "kernel"
    if layer.flattened and has_inputs:
        kernel = to_channels_first(kernel, layer)
    return kernel.T if part == "kernel" else kernel


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
        raise ValueError(
            "the layers' order does not follow from their names; please give them, or the network, "
            "if it is one of torchvision"
        )
    return sorted(names, key=lambda name: [int(part) for part in name.split(".")])


def entries_of(place, layer):
    """The entry of a state_dict for each tensor of a layer, by what tweed calls it."""
    if place.kind == "CNBlock":
        return {"scale": f"{place.name}.layer_scale"}
    entries = {part: f"{place.name}.{ENTRIES[part]}" for part in layer.parts}
    if layer.parts == ("kernel",):
        entries["bias"] = f"{place.name}.bias"  # refused where there is one
    return entries


def in_form(array, place, layer, part):
    """A tensor of a torchvision module as that of the module that is tweed's layer."""
    if place.kind == "CNBlock":
        return array.reshape(-1)
    if part == "kernel" and place.kind == "Conv2d" and layer.kind == "dense":
        return array.reshape(array.shape[:2]) if array.shape[2:] == (1, 1) else array
    if part == "kernel" and place.kind == "Linear" and layer.kind == "conv2d":
        return array[:, :, None, None]
    return array


def out_of_form(array, place, layer, part):
    if place.kind == "CNBlock":
        return array.reshape(-1, 1, 1)
    if part == "kernel" and place.kind == "Conv2d" and layer.kind == "dense":
        return array[:, :, None, None]
    if part == "kernel" and place.kind == "Linear" and layer.kind == "conv2d":
        return array.reshape(array.shape[:2])
    return array


def weights_in(state, places, layers):
    """Name and arrays for each layer, as `with_weights` takes them; ValueError unless that is all
    there is."""
    expected = list(layers) + [None] * len(places)
    firsts = [first_entry(place, layer) for place, layer in zip(places, expected)]
    missing = [entry for entry in firsts if entry not in state]
    if missing:
        raise ValueError(f"there is no {missing[0]}, there are {models.listed(state)}")
    pairs = list(zip(places, layers))
    used = {entry for pair in pairs for entry in entries_of(*pair).values()}
    used |= {f"{place.name}.{BATCHES}" for place, layer in pairs if layer.kind == "batch_norm"}
    known = {f"{place.name}.{part}" for place in places[len(layers) :] for part in ("weight", "bias")}
    unused = [key for key in state if key not in used | known]
    if unused:
        raise ValueError(f"these have no place in tweed's layers: {models.listed(unused)}")
    weights = [(place.name, arrays_of(state, place, layer)) for place, layer in pairs]
    return weights + [(place.name, {}) for place in places[len(layers) :]]


def first_entry(place, layer):
    """What must be there of a layer, or, where there is none, of what was named too many."""
    return next(iter(entries_of(place, layer).values())) if layer else f"{place.name}.weight"


def arrays_of(state, place, layer):
    return {
        part: in_form(array_of(entry, state[entry]), place, layer, part)
        for part, entry in entries_of(place, layer).items()
        if state.get(entry) is not None
    }


def batches_in(state, places, layers):
    """How many batches each batch normalization has seen, or nothing where none has."""
    entries = [
        f"{place.name}.{BATCHES}"
        for place, layer in zip(places, layers)
        if layer.kind == "batch_norm"
    ]
    counts = [int(state[entry]) if entry in state else 0 for entry in entries]
    return counts if any(counts) else []


def check_modules(module, like):
    """ValueError where one is not known, or not among LIKE's; returns what the module ends with and
    tweed leaves out."""
    last = None
    for name, part in module.named_modules():
        if next(part.children(), None) is not None:
            continue
        kind = type(part).__name__
        if last in LAST:
            raise ValueError(f"{name}: tweed has no {last} before it")
        if kind not in LAST:
            models.check_known(name or "the module", kind, MODULES, like)
        last = kind
    return LAST.get(last, lambda outputs: outputs)


def noted_batches(model):
    counts = json.loads(model.metadata.get(BATCHES, "[]"))
    if not isinstance(counts, list) or not all(isinstance(count, int) for count in counts):
        raise ValueError(f"the metadata {BATCHES} is no list of whole numbers")
    return counts


def chosen_places(names, network, layers):
    """Where the layers' weights are: by the names given, or in torchvision's model of that name."""
    if not network:
        return [Place(name) for name in names]
    if names:
        raise ValueError(f"names were given, and {network}, which has its own: leave one out")
    places = places_of(network)
    check_kinds(network, places, layers)
    return places


def from_pytorch(source, like, names=None, network=None):
    """From a state_dict of the same network, of tensors or arrays, or from its module; `network` is
    what torchvision calls it. A module is run, too: ValueError where it computes something else."""
    source = unwrapped(source)
    layers = models.weight_layers(like)
    state = source.state_dict() if is_module(source) else source
    last = check_modules(source, like) if is_module(source) else None
    if not names and not network:
        names = weighted(state) if is_module(source) else names_in(state)
    places = chosen_places(names, network, layers)
    weights = weights_in(state, places, layers)
    model = models.with_weights(like, weights, kernel_from_pytorch, kernel_to_pytorch)
    counts = batches_in(state, places, layers)
    if counts:
        model.metadata = {**model.metadata, BATCHES: json.dumps(counts)}
    if is_module(source):
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


def to_pytorch(model, names=None, network=None):
    """A state_dict of numpy arrays; without names the entries are called as in tweed. `network` is
    what torchvision calls it."""
    layers = models.weight_layers(model)
    names = names or (None if network else [layer.name for layer in layers])
    places = chosen_places(names, network, layers)
    if len(places) != len(layers):
        raise ValueError(f"expected {len(layers)} names, found {len(places)}")
    counts = iter(noted_batches(model))
    state = {}
    for place, layer in zip(places, layers):
        for part in layer.parts:
            tensor = kernel_to_pytorch(model.tensors[f"{layer.name}.{part}"], layer, part)
            entry = entries_of(place, layer)[part]
            state[entry] = np.ascontiguousarray(out_of_form(tensor, place, layer, part))
        if layer.kind == "batch_norm":
            state[f"{place.name}.{BATCHES}"] = np.array(next(counts, 0), np.int64)
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
