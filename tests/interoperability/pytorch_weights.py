#!/usr/bin/env python3
"""pytorch_weights.py TOOL: weights trained in PyTorch give the same predictions in tweed on the 10,000 test
images, and the other way round; small networks of all layers, too. What torch.save writes is taken, or
refused by name."""

import os
import sys

import common

from common import raises, refuses

np, torch = common.require("numpy", "torch")
import tweed_weights
from torch import nn


def reference():
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Conv2d(64, 128, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Flatten(), nn.Linear(1152, 1024), nn.ReLU(), nn.Dropout(0.4), nn.Linear(1024, 10)),
    )


def as_batch(pixels):
    """NHWC to NCHW."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))


def logits(network, pixels):
    network.eval()
    with torch.no_grad():
        parts = [network(as_batch(pixels[i : i + 500])) for i in range(0, len(pixels), 500)]
    return torch.cat(parts).numpy()


def train(network, steps):
    pixels, labels = common.images("train"), common.labels("train")
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    network.train()
    for step in range(steps):
        batch = slice(100 * step, 100 * (step + 1))
        loss = nn.functional.cross_entropy(
            network(as_batch(pixels[batch])), torch.from_numpy(labels[batch])
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def load(network, model):
    state = tweed_weights.to_pytorch(model, tweed_weights.names_in(network.state_dict()))
    network.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})


def check_reference(tool, steps=60):
    torch.manual_seed(1)
    ours = tool.folder / "tweed.safetensors"
    tool("train", ours, steps)
    test = common.images("t10k")

    network = reference()
    train(network, steps)
    state = {name: value.numpy() for name, value in network.state_dict().items()}
    converted = tweed_weights.from_pytorch(state, tweed_weights.read(ours))
    path = tool.folder / "from_pytorch.safetensors"
    tweed_weights.write(path, converted, (test[:1], logits(network, test[:1])))
    theirs = logits(network, test)
    accuracy = (theirs.argmax(axis=1) == common.labels("t10k")).mean()
    print(f"accuracy after {steps} steps in PyTorch: {accuracy:.4f}")
    assert accuracy > 0.5
    common.compare("PyTorch to tweed", tool.logits(path), theirs)

    load(network, tweed_weights.read(ours))
    common.compare("tweed to PyTorch", tool.logits(ours), logits(network, test))


def check_examples(tool):
    """The networks of tool.cpp whose padding PyTorch has too."""
    tool("examples", tool.folder)
    networks = {
        "vectors": nn.Sequential(nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 3)),
        "to_one_pixel": nn.Sequential(nn.Conv2d(1, 3, (4, 6)), nn.Flatten()),
        "groups": nn.Sequential(
            nn.ZeroPad2d((0, 1, 1, 1)),
            nn.Conv2d(6, 12, 3, stride=2, groups=6),
            nn.Conv2d(12, 8, 3, groups=4, dilation=(2, 1), padding="same"),
            nn.ReLU(),
            nn.Conv2d(8, 5, 2),
        ),
        "transposed": nn.Sequential(
            nn.ConvTranspose2d(6, 9, 3, stride=2, padding=1, output_padding=1, groups=3),
            nn.ReLU(),
            nn.ConvTranspose2d(9, 4, 2, stride=3, bias=False),
            nn.Conv2d(4, 3, 2),
        ),
        "valid_pools": nn.Sequential(
            nn.Conv2d(2, 4, 3), nn.MaxPool2d((2, 1)), nn.Flatten(), nn.ReLU(), nn.Linear(128, 6)
        ),
    }
    for name, network in networks.items():
        model = tweed_weights.read(tool.folder / f"{name}.safetensors")
        load(network, model)
        network.eval()
        x, y = model.tensors["sample.input"], model.tensors["sample.output"]
        with torch.no_grad():
            found = network(as_batch(x) if x.ndim == 4 else torch.from_numpy(x)).numpy()
        if y.ndim == 4:
            found = found.transpose(0, 2, 3, 1)
        difference = np.abs(found - y).max()
        print(f"{name}: outputs differ by {difference:.2e} at most")
        assert found.shape == y.shape and difference <= common.TOLERANCE, name
        state = {name: value.numpy() for name, value in network.state_dict().items()}
        for source in (state, network):  # which is run, and its outputs compared
            back = tweed_weights.from_pytorch(source, model)
            assert all(np.array_equal(back.tensors[n], model.tensors[n]) for n in back.tensors), name


def small(relu=nn.ReLU, pool=nn.MaxPool2d, bias=True):
    """The network "valid_pools" of tool.cpp, or one that is nearly so."""
    torch.manual_seed(2)
    first = nn.Conv2d(2, 4, 3, bias=bias)
    return nn.Sequential(first, pool((2, 1)), nn.Flatten(), relu(), nn.Linear(128, 6))


class Own(nn.Module):
    """Its layers stand in another order than they run, and one has no name."""

    def __init__(self, function):
        super().__init__()
        self.dense = nn.Linear(128, 6)
        self.convolution = nn.Conv2d(2, 4, 3)
        self.function = function

    def forward(self, x):
        x = nn.functional.max_pool2d(self.convolution(x), (2, 1))
        return self.dense(self.function(x.flatten(1)))


def check_modules():
    like = tweed_weights.read("valid_pools.safetensors")
    take = lambda module, names=None: tweed_weights.from_pytorch(module, like, names)
    whole = small()
    found = take(whole)
    images = np.random.default_rng(1).random((2, 10, 10, 2), np.float32)
    tweed_weights.write("out.safetensors", found, (images[:1], logits(whole, images[:1])))
    assert tool.loads("out.safetensors")
    take(small().half())
    take(nn.Sequential(nn.Identity(), small().train(), nn.LogSoftmax(1)))
    without = take(small(bias=False))
    assert tweed_weights.read("out.safetensors").tensors["conv2d_1.bias"].any()
    assert not without.tensors["conv2d_1.bias"].any()

    raises("3: a Tanh, but LIKE has no tanh", take, small(nn.Tanh))
    raises("1: a AvgPool2d, but LIKE has no average_pool", take, small(pool=nn.AvgPool2d))
    raises("3: tweed has no Softsign", take, small(nn.Softsign))
    raises("computes something else", take, small(nn.Identity))
    raises("cannot be run on (10, 10, 2): ", take, small(pool=lambda _: nn.MaxPool2d(2)))
    raises("dense, for conv2d_1: the kernel: expected the shape", take, Own(torch.relu))
    take(Own(torch.relu), ["convolution", "dense"])
    raises("computes something else", take, Own(torch.tanh), ["convolution", "dense"])
    same = nn.Sequential(*(nn.Linear(6, 6), nn.ReLU(), nn.Linear(6, 6)))
    square = tweed_weights.Model(
        {
            f"dense_{i}.{n}": np.zeros(s, np.float32)
            for i in (1, 2)
            for n, s in (("kernel", (6, 6)), ("bias", 6))
        },
        {"architecture": """{"input": [1, 1, 6], "layers": [
            {"name": "dense_1", "layer": "dense", "units": 6}, {"name": "relu_1", "layer": "relu"},
            {"name": "dense_2", "layer": "dense", "units": 6}]}"""},
    )
    tweed_weights.from_pytorch(same, square)
    raises("computes something else", tweed_weights.from_pytorch, same, square, ["2", "0"])


def check_normalizations():
    """The network "batch_normalized" of tool.cpp: other activations and pools, too."""
    torch.manual_seed(3)
    like = tweed_weights.read("batch_normalized.safetensors")
    take = lambda module: tweed_weights.from_pytorch(module, like)
    norm = nn.BatchNorm2d(4, momentum=0.5)
    parts = lambda pool=nn.AvgPool2d(2), activation=nn.Tanh(): (
        *(nn.Conv2d(2, 4, 3, padding=1, bias=False), norm, activation, pool, nn.Flatten()),
        *(nn.BatchNorm1d(24), nn.Linear(24, 5)),
    )
    network = nn.Sequential(*parts())
    network(torch.randn(8, 2, 6, 5))  # for statistics
    found = take(network)
    images = np.random.default_rng(1).random((1, 6, 5, 2), np.float32)
    tweed_weights.write("out.safetensors", found, (images, logits(network, images)))
    assert tool.loads("out.safetensors")
    back = tweed_weights.to_pytorch(found, ["0", "1", "5", "6"])
    state = network.state_dict()
    assert all(np.array_equal(back[entry], state[entry].numpy()) for entry in state)
    raises("computes something else", take, nn.Sequential(*parts(nn.AvgPool2d(2, divisor_override=3))))
    raises("a MaxPool2d, but LIKE has no max_pool", take, nn.Sequential(*parts(nn.MaxPool2d(2))))
    raises("a Sigmoid, but LIKE", take, nn.Sequential(*parts(activation=nn.Sigmoid())))


def check_files():
    path = "valid_pools.safetensors"
    like = tweed_weights.read(path)
    network = small()
    state = network.state_dict()
    halves = {name: value.bfloat16() for name, value in state.items()}
    parameters = {name: nn.Parameter(value) for name, value in state.items()}
    optimizer = torch.optim.Adam(network.parameters()).state_dict()

    def take(content, names=None, **options):
        torch.save(content, "state.pt", **options)
        return tweed_weights.from_pytorch(tweed_weights.read_state("state.pt"), like, names)

    for content, tolerance in (
        *((network, 0), (state, 0), (halves, 0.01), (parameters, 0)),
        ({"model_state_dict": state, "optimizer": optimizer}, 0),
        ({"model": network, "epoch": 7}, 0),
        (nn.DataParallel(network).state_dict(), 0),
    ):
        found = take(content).tensors["dense_1.bias"]
        assert np.allclose(found, state["4.bias"].numpy(), rtol=tolerance, atol=0)
    take(state, _use_new_zipfile_serialization=False)

    norm = nn.BatchNorm2d(4)
    with_norm = {**state, **{f"norm.{name}": value for name, value in norm.state_dict().items()}}
    raises("norm.num_batches_tracked, norm.running_mean", take, with_norm, ["0", "4"])
    raises("1: a BatchNorm2d, but LIKE has no batch_norm", take, nn.Sequential(network[0], norm, *network[1:]))
    raises("needs the code of __main__.Own, ", take, Own(torch.relu))
    raises("expected a state_dict or a module, found a Tensor", take, torch.zeros(3))

    torch.save(network, "state.pt")
    common.convert("from-pytorch", "state.pt", path, "out.safetensors")
    assert tool.loads("out.safetensors")
    torch.save(small(nn.Tanh), "state.pt")
    convert = ("from-pytorch", "state.pt", path, "new.safetensors")
    refuses("state.pt: 3: a Tanh, but LIKE has no tanh", *convert)
    with open("state.pt", "rb") as file:
        whole = file.read()
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        with open("state.pt", "wb") as file:
            file.write(whole[:size])
        raises("state.pt: cannot be read: ", tweed_weights.read_state, "state.pt")
    refuses("state.pt: cannot be read: ", *convert)

    common.convert("to-pytorch", path, "new.pt", "--names", "0,4")
    network.load_state_dict(torch.load("new.pt"))


tool = common.Tool(sys.argv[1])
common.images("t10k")
check_examples(tool)
os.chdir(tool.folder)
check_modules()
check_normalizations()
check_files()
check_reference(tool)
