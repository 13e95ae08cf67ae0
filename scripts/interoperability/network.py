"""Networks as tweed's model files state them: layers, what they read, and which have weights."""

import dataclasses

from . import layers

# What does with a vector in another order the same in that order.
KEEPS_PLACES = {
    *(*layers.ACTIVATIONS, *layers.DROPOUTS, "flatten", "batch_norm", "layer_norm", "rms_norm"),
    *("layer_scale", "prelu"),
}


@dataclasses.dataclass
class WeightLayer:
    """A layer with tensors; `flattened` is the [height, width, channels] that its inputs were before
    a flatten, or None."""

    name: str
    kind: str
    input_channels: int
    parts: tuple
    flattened: tuple | None

    def tensors(self):
        """What its tensors are called in a file."""
        return [f"{self.name}.{part}" for part in self.parts]


def parts_of(layer):
    """What a layer's tensors are called behind its name, in the order of files."""
    kind = layer["layer"]
    if kind in layers.WITH_KERNEL:
        return ("kernel", "bias") if layer.get("bias", True) else ("kernel",)
    if kind == "instance_norm":
        return ("scale", "shift") if layer.get("is_affine", False) else ()
    if kind == "batch_norm" or kind in layers.NORMALIZATIONS:
        parts = ("scale",) if kind == "rms_norm" else ("scale", "shift")
        chosen = tuple(part for part in parts if layer.get(f"has_{part}", True))
        return chosen + ("mean", "variance") * (kind == "batch_norm")
    return {"layer_scale": ("scale",), "prelu": ("slope",)}.get(kind, ())


def wired(architecture):
    """The layers in order, each with the names of what it reads."""
    if "inputs" in architecture or "outputs" in architecture:
        raise ValueError("the network has several inputs or outputs, one of each is taken")
    before = "input"
    for layer in architecture["layers"]:
        kind = layer["layer"]
        if kind not in layers.LAYERS:
            raise ValueError(f"layer {layer['name']}: a {kind} is not among the layers known here")
        yield layer, layer.get("inputs", [before])
        before = layer["name"]


def weight_layers(architecture):
    """The layers with tensors, in order. ValueError where a layer is not one that is known here."""
    shapes = {"input": tuple(architecture["input"])}
    flattened = {"input": None}
    found = []
    for layer, operands in wired(architecture):
        name, kind = layer["name"], layer["layer"]
        read = [shapes[operand] for operand in operands]
        shapes[name] = layers.output_shape(layer, read)
        before = next((flattened[operand] for operand in operands if flattened[operand]), None)
        if before and kind not in KEEPS_PLACES and kind != "dense":
            raise ValueError(f"layer {name}: a {kind} of what was flattened is not known here")
        if kind == "flatten" and read[0][:2] != (1, 1):
            before = read[0]
        flattened[name] = before if kind in KEEPS_PLACES else None
        if parts_of(layer):
            found.append(WeightLayer(name, kind, read[0][2], parts_of(layer), before))
    return found


def as_batch(images):
    """[n,h,w,c], or [n,length] where each has one pixel, which is how files keep a sample."""
    return images.reshape(len(images), -1) if images.shape[1:3] == (1, 1) else images


def run(architecture, tensors, inputs):
    """What the network makes of inputs [n,h,w,c] or [n,length], computed in double."""
    steps = list(wired(architecture))
    last_reader = {operand: i for i, (_, operands) in enumerate(steps) for operand in operands}
    values = {"input": inputs.astype("float64").reshape(-1, *architecture["input"])}
    for i, (layer, operands) in enumerate(steps):
        name = layer["name"]
        weights = {part: tensors[f"{name}.{part}"].astype("float64") for part in parts_of(layer)}
        values[name] = layers.compute(layer, weights, [values[operand] for operand in operands])
        for operand in set(operands):
            if last_reader[operand] == i:
                del values[operand]
    return as_batch(values[steps[-1][0]["name"]])
