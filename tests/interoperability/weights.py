#!/usr/bin/env python3
"""weights.py TOOL: what scripts/tweed_weights.py takes and what it refuses, without a framework: its
own NumPy arithmetic, files, command lines, and stand-ins for the modules of PyTorch and Keras."""

import json
import os
import pathlib
import subprocess
import sys

import common
from common import raises, refuses

(np,) = common.require("numpy")
import tweed_weights
from interoperability.model import outputs_of
from interoperability.safetensors_file import write_safetensors

tool = common.Tool(sys.argv[1])
tool("examples", tool.folder)
os.chdir(tool.folder)


def save(path, tensors, metadata=None):
    write_safetensors(path, {n: np.asarray(t) for n, t in tensors.items()}, metadata or {})


def changed(path, change):
    """A copy of a model file with another architecture."""
    model = tweed_weights.read(path)
    architecture = model.architecture
    change(architecture)
    metadata = {**model.metadata, "architecture": json.dumps(architecture)}
    save("changed.safetensors", model.tensors, metadata)
    return "changed.safetensors"


def known():
    """The files of networks all of whose layers the script knows."""
    unknown = ("normalized_options", "normalized_vectors", "shapes_images", "shapes_vectors")
    paths = sorted(tool.folder.glob("*.safetensors"))
    return [path for path in paths if path.stem not in (*unknown, "shapes_upsampled")]


def check_arithmetic():
    paths = known()
    assert len(paths) >= 16
    for path in paths:
        model = tweed_weights.read(path)
        expected = model.tensors["sample.output"]
        found = outputs_of(model, model.tensors["sample.input"])
        assert found.shape == expected.shape, (path, found.shape)
        assert np.abs(found - expected).max() <= common.TOLERANCE, path


def check_round_trips():
    for path in known():
        model = tweed_weights.read(path)
        state = tweed_weights.to_pytorch(model)
        names = [layer.name for layer in tweed_weights.weight_layers(model)]
        for back in (
            tweed_weights.from_pytorch(state, model, names),
            tweed_weights.from_keras(tweed_weights.to_keras(model), model),
        ):
            for name in set(model.tensors) - {"sample.output"}:
                assert np.array_equal(back.tensors[name], model.tensors[name]), (path, name)


def check_sample():
    """tweed replays it, so a wrong setting is noticed."""
    state = tweed_weights.to_pytorch(tweed_weights.read("pools.safetensors"), ["1", "5"])
    save("state.safetensors", {name: 2 * value for name, value in state.items()})
    common.convert("from-pytorch", "state.safetensors", "pools.safetensors", "out.safetensors")
    assert tool.loads("out.safetensors")
    model = tweed_weights.read("out.safetensors")
    assert model.metadata == tweed_weights.read("pools.safetensors").metadata
    assert np.array_equal(
        model.tensors["conv2d_1.kernel"],
        2 * tweed_weights.read("pools.safetensors").tensors["conv2d_1.kernel"],
    )

    def without_relu(architecture):
        architecture["layers"] = [l for l in architecture["layers"] if l["layer"] != "relu"]

    assert not tool.loads(changed("out.safetensors", without_relu))


def check_states():
    like = "vectors.safetensors"
    model = tweed_weights.read(like)
    state = tweed_weights.to_pytorch(model, ["0", "3"])
    convert = lambda state, names=None: tweed_weights.from_pytorch(state, model, names)

    def is_model(state, names=None):
        found = convert(state, names).tensors
        assert all(np.array_equal(found[n], model.tensors[n]) for n in found if "sample" not in n)

    is_model({"state_dict": state, "epoch": 3})
    is_model({"model": {f"module.{name}": value for name, value in state.items()}, "optimizer": {}})
    is_model({name: value.astype(np.float64) for name, value in state.items()})
    without = {name: value for name, value in state.items() if name != "0.bias"}
    assert not convert(without).tensors["dense_1.bias"].any()

    norm = {f"norm.{part}": np.ones(5, np.float32) for part in ("bias", "running_mean", "weight")}
    named = {**tweed_weights.to_pytorch(model, ["a", "b"]), **norm}
    raises(
        "no place in tweed's layers: norm.bias, norm.running_mean, norm.weight",
        convert,
        named,
        ["a", "b"],
    )
    raises("1.running_mean", convert, {**state, "1.running_mean": np.ones(5, np.float32)})
    raises(
        "3, for dense_1: the kernel: expected the shape (5, 7), found (3, 5)",
        convert,
        state,
        ["3", "0"],
    )
    raises("found 1: 0", convert, {n: v for n, v in state.items() if n[0] == "0"})
    raises("there is no c.weight, there are a.bias, a.weight", convert, named, ["a", "c"])
    raises("please give them", convert, named)
    raises("expected a state_dict or a module, found a list", convert, [1, 2])
    raises("has state_dict and model", convert, {"state_dict": state, "model": state})
    raises("no place in tweed's layers: 0", convert, {0: state["0.weight"]})
    without_bias = tweed_weights.read("without_bias.safetensors")
    state = tweed_weights.to_pytorch(without_bias, ["a", "b", "c", "d"])
    raises(
        "b, for depthwise_conv2d_1: a bias, of which depthwise_conv2d_1 has none",
        lambda: tweed_weights.from_pytorch({**state, "b.bias": state["b.weight"]}, without_bias, "abcd"),
    )
    state = tweed_weights.to_pytorch(model, ["0", "3"])
    raises("found int8", convert, {n: v.astype(np.int8) for n, v in state.items()})


def check_files():
    like = "vectors.safetensors"
    state = tweed_weights.to_pytorch(tweed_weights.read(like), ["0", "3"])
    save("state.safetensors", state)
    convert = lambda state, like=like, out="new.safetensors": ("from-pytorch", state, like, out)

    # bfloat16, which NumPy does not have
    header = {}
    data = b""
    for name, value in state.items():
        half = (value.view(np.uint32) >> 16).astype(np.uint16).tobytes()
        header[name] = {
            "dtype": "BF16",
            "shape": value.shape,
            "data_offsets": [len(data), len(data) + len(half)],
        }
        data += half
    text = json.dumps(header).encode()
    pathlib.Path("half.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
    common.convert("from-pytorch", "half.safetensors", like, "out.safetensors")
    assert tool.loads("out.safetensors")
    found = tweed_weights.read("out.safetensors").tensors["dense_1.kernel"]
    assert np.allclose(found, state["0.weight"].T, rtol=0.01) and not np.array_equal(
        found, state["0.weight"].T
    )

    refuses("cannot read none: No such file", *convert("none"))
    refuses("none.safetensors: No such file", *convert("none.safetensors"))
    refuses("cannot read none: No such file", *convert("state.safetensors", "none"))
    refuses("cannot write none/out: No such file", *convert("state.safetensors", like, "none/out"))
    os.mkdir("folder")
    refuses(
        "cannot write folder: not a regular file", *convert("state.safetensors", like, "folder")
    )
    refuses("folder: Is a directory", *convert("folder"))
    whole = pathlib.Path("state.safetensors").read_bytes()
    for length in (0, 7, 8, 30, len(whole) - 1):
        pathlib.Path("cut.safetensors").write_bytes(whole[:length])
        refuses("cut.safetensors: ", *convert("cut.safetensors"))
        refuses("cut.safetensors: ", *convert("state.safetensors", "cut.safetensors"))
    refuses(
        "state.safetensors: the file does not say which network",
        *convert("state.safetensors", "state.safetensors"),
    )

    def rename(architecture):
        architecture["layers"][1]["layer"] = "swish"

    refuses(
        "layer relu_1: a swish is not among the layers known here",
        *convert("state.safetensors", changed(like, rename)),
    )
    refuses(
        "shapes_images.safetensors: layer zero_pad_1: a zero_pad is not among",
        *convert("state.safetensors", "shapes_images.safetensors"),
    )
    refuses(
        "its network lacks something: 'units'",
        *convert("state.safetensors", changed(like, lambda a: a["layers"][0].pop("units"))),
    )
    refuses(
        "do not fit its network: dense_2.bias, dense_2.kernel",
        *convert("state.safetensors", changed(like, lambda a: a["layers"].pop())),
    )
    refuses(
        "state.safetensors: there is no 7.weight", *convert("state.safetensors"), "--names", "0,7"
    )

    # what was there before stays
    pathlib.Path("old").write_text("old")
    refuses(
        "state.safetensors: there is no 7.weight",
        *convert("state.safetensors", like, "old"),
        "--names",
        "7",
    )
    assert pathlib.Path("old").read_text() == "old"
    common.convert(*convert("state.safetensors", like, "old"))
    assert tool.loads("old")


def check_normalizations():
    """Scale, shift and statistics, those of a flattened image in the order of PyTorch."""
    like = tweed_weights.read("batch_normalized.safetensors")
    state = tweed_weights.to_pytorch(like, ["a", "b", "c", "d"])
    assert state["b.num_batches_tracked"] == 0 and state["b.num_batches_tracked"].dtype == np.int64
    height, width, channels = 3, 2, 4
    assert np.array_equal(
        state["c.running_var"].reshape(channels, height, width).transpose(1, 2, 0).reshape(-1),
        like.tensors["batch_norm_2.variance"],
    )
    state["c.num_batches_tracked"] = np.array(9)
    back = tweed_weights.from_pytorch(state, like, "abcd")
    assert json.loads(back.metadata["num_batches_tracked"]) == [0, 9]
    again = tweed_weights.to_pytorch(back, "abcd")
    assert all(np.array_equal(again[entry], state[entry]) for entry in state)
    arrays = tweed_weights.to_keras(like)
    assert [array.ndim for array in arrays] == [4, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1]

    without = lambda entry: {name: value for name, value in state.items() if name != entry}
    take = lambda state: tweed_weights.from_pytorch(state, like, "abcd")
    found = take(without("b.bias")).tensors["batch_norm_1.shift"]
    assert found.shape == (4,) and not found.any()
    raises("b, for batch_norm_1: there is no mean", take, without("b.running_mean"))
    raises("found 3: a, b, d", tweed_weights.from_pytorch, dict(
        item for item in state.items() if item[0][0] != "c"
    ), like, "abd")
    raises("no place in tweed's layers: c.", tweed_weights.from_pytorch, state, like, "abd")


def check_torchvision():
    """By the names of torchvision's model, which is not needed for that."""
    name = "mobilenet_v3_small"
    like = tweed_weights.read(f"{name}.safetensors")
    state = tweed_weights.to_pytorch(like, network=name)
    assert state["features.1.block.1.fc1.weight"].shape == (8, 16, 1, 1)
    assert state["classifier.0.weight"].shape == (1024, 576)
    back = tweed_weights.from_pytorch(state, like, network=name)
    for tensor in set(like.tensors) - {"sample.output"}:
        assert np.array_equal(back.tensors[tensor], like.tensors[tensor]), tensor

    path = f"{name}.safetensors"
    common.convert("to-pytorch", path, "state.safetensors", "--network", name)
    common.convert("from-pytorch", "state.safetensors", path, "out.safetensors", "--network", name)
    assert tool.loads("out.safetensors")
    convert = ("from-pytorch", "state.safetensors", path, "new.safetensors", "--network")
    refuses("no resnet50: that has a BatchNorm2d, layer1.0.bn2, where this has dense_2", *convert, "resnet50")
    refuses("invalid choice: 'resnet19'", *convert, "resnet19", status=2)
    refuses("not allowed with", *convert, name, "--names", "a", status=2)

    take = lambda state: tweed_weights.from_pytorch(state, like, network=name)
    entry = "features.1.block.1.fc1.weight"
    raises("there is no features.1.block.1.fc1.weight", take, {
        n: value for n, value in state.items() if n != entry
    })
    raises("no place in tweed's layers: aux.weight", take, {**state, "aux.weight": state[entry]})
    raises("fc1, for dense_1: the kernel: expected the shape (8, 16), found (8, 16, 3, 3)", take, {
        **state, entry: np.zeros((8, 16, 3, 3), np.float32)
    })


def check_command_lines():
    refuses("the following arguments are required: COMMAND; see --help", status=2)
    refuses("invalid choice: 'from-caffe'", "from-caffe", status=2)
    refuses("unrecognized arguments: --name", "from-keras", "a", "b", "c", "--name", "d", status=2)
    refuses(
        "expected 2 names, found 1",
        "to-pytorch",
        "vectors.safetensors",
        "new.safetensors",
        "--names",
        "0",
    )
    assert common.run_script("--help").returncode == 0
    script = common.SCRIPTS / "tweed_weights.py"
    program = (
        "import runpy, sys; sys.modules['numpy'] = None; "
        f"sys.path[0] = {str(common.SCRIPTS)!r}; runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and done.stderr == (
        "tweed_weights.py: numpy is missing, pip install numpy brings it\n"
    ), done


def layer(kind, weights=(), **settings):
    """A stand-in for a layer of Keras or a module of PyTorch of that class."""
    made = type(kind, (), {"name": kind.lower(), "get_weights": lambda self: list(weights)})()
    for name, value in settings.items():
        setattr(made, name, value)
    return made


def activation(name):
    def function():
        pass

    function.__name__ = name
    return function


def check_keras():
    like = tweed_weights.read("depthwise.safetensors")
    weights = tweed_weights.to_keras(like)
    relu = activation("relu")

    def convert(*layers, outputs=lambda logits: logits):
        source = layer("Sequential", layers=layers)
        source.predict = lambda inputs, verbose: outputs(outputs_of(like, inputs))
        return tweed_weights.from_keras(source, like)

    first = layer("DepthwiseConv2D", weights[:2], activation=relu, data_format="channels_last")
    last = layer("Conv2D", weights[2:], activation=activation("linear"))
    inner = layer("Functional", layers=[first])
    found = convert(layer("InputLayer"), inner, layer("Dropout"), last)
    for name in found.tensors:
        assert np.array_equal(found.tensors[name], like.tensors[name]), name
    convert(first, last, layer("Softmax"), outputs=common.softmax)

    for kind in ("Rescaling", "PReLU", "GroupNormalization"):
        raises(f"{kind.lower()}: tweed has no {kind}", convert, layer(kind), first, last)
    for kind, wanted in (
        *(("BatchNormalization", "batch_norm"), ("AveragePooling2D", "average_pool")),
        *(("LeakyReLU", "leaky_relu"), ("GlobalMaxPooling2D", "global_max_pool")),
        ("Conv2DTranspose", "conv_transpose2d"),
    ):
        text = f"{kind.lower()}: a {kind}, but LIKE has no {wanted}"
        raises(text, convert, layer(kind), first, last)
    for name in ("tanh", "sigmoid", "relu6"):
        other = layer("Conv2D", weights[2:], activation=activation(name))
        raises(f"conv2d: a {name}, but LIKE has no {name}", convert, first, other)
    other = layer("Conv2D", weights[2:], activation=activation("softsign"))
    raises("conv2d: tweed has no activation softsign", convert, first, other)
    relu6 = layer("ReLU", max_value=6.0, negative_slope=0, threshold=0)
    raises("relu: a relu6, but LIKE has no relu6", convert, first, relu6, last)
    leaky = layer("ReLU", max_value=None, negative_slope=0.1, threshold=0)
    raises("relu: tweed has no activation another relu", convert, first, leaky, last)
    raises("conv2d: tweed has no softmax before it", convert, first, layer("Softmax"), last)
    first.data_format = "channels_first"
    raises("depthwiseconv2d: tweed has channels last", convert, first, last)
    first.data_format = "channels_last"
    raises("computes something else", lambda: convert(first, last, outputs=lambda x: 1.01 * x))
    raises(
        "expected outputs of the shape (7, 9, 4)",
        lambda: convert(first, last, outputs=lambda x: x[:, 1:]),
    )
    raises("found 1: conv2d", convert, last)

    norm = np.ones(6, np.float32)
    raises(
        "array 2 (6,) is neither a kernel nor the bias",
        tweed_weights.from_keras,
        [*weights[:2], norm, norm],
        like,
    )


def check_pytorch_modules():
    like = tweed_weights.read("vectors.safetensors")
    state = tweed_weights.to_pytorch(like, ["0", "3"])

    def convert(*kinds):
        parts = [(str(i), layer(kind, children=lambda: iter(()))) for i, kind in enumerate(kinds)]
        whole = layer("Sequential", children=lambda: iter(parts), state_dict=lambda: state)
        whole.named_modules = lambda: iter([("", whole), *parts])
        return tweed_weights.from_pytorch(whole, like)

    for kind, wanted in (
        *(("BatchNorm1d", "batch_norm"), ("Tanh", "tanh"), ("ReLU6", "relu6")),
        ("ConvTranspose2d", "conv_transpose2d"),
    ):
        raises(f"1: a {kind}, but LIKE has no {wanted}", convert, "Linear", kind, "Linear")
    for kind in ("LSTM", "Softsign"):
        raises(f"1: tweed has no {kind}", convert, "Linear", kind, "Linear")
    raises("2: tweed has no Softmax before it", convert, "Linear", "Softmax", "Linear")


check_arithmetic()
check_round_trips()
check_sample()
check_states()
check_normalizations()
check_torchvision()
check_files()
check_command_lines()
check_keras()
check_pytorch_modules()
print("all is taken or refused as it should be")
